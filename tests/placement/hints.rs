//! Each hint has the effect that it names, and hints that contradict each other are errors that say so.

use crate::child::say;
use crate::shapes::{builder, groups};
use crate::tree::Tree;
use moirai::prelude::*;
use moirai::topology::{CpuSet, Topology};
use moirai::{Pinning, Placement, ThreadPool, ThreadPoolBuilder};
use std::path::PathBuf;

fn set(text: &str) -> CpuSet {
    text.parse().unwrap()
}

/// The CPUs that the workers are to be bound to, all together.
fn bound_to(pool: &ThreadPool) -> CpuSet {
    let workers = pool.workers();
    let sets = workers.iter().filter_map(|worker| worker.cpus());
    sets.fold(CpuSet::new(), |all, cpus| all.union(cpus))
}

/// The hybrid machine: performance cores with two threads each, and efficient ones.
fn hybrid() -> Topology {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "topology", "intel-hybrid-20c.sysfs"]
            .iter()
            .collect();
    let tree = Tree::recorded(&std::fs::read_to_string(path).unwrap());
    Topology::from_sysfs_root(tree.root(), None)
}

#[test]
fn nodes() {
    watch!();
    let pool = builder("4x2", 4).nodes([2, 0]).build().unwrap();
    assert_eq!(groups(&pool), [0, 0, 1, 1]);
    assert_eq!(bound_to(&pool), set("0-1,4-5"));
    let pool = builder("4x2", 4).nodes([2, 0]).pinning(Pinning::Group).build().unwrap();
    let workers = pool.workers();
    assert_eq!(
        [0, 3].map(|index| workers[index].cpus().cloned().unwrap()),
        [set("0-1"), set("4-5")]
    );
}

/// Two caches in each node: a worker is bound to what its cache serves, as far as it may go there.
#[test]
fn caches() {
    watch!();
    let pool = builder("2x4/l3=2", 8).pinning(Pinning::Cache).build().unwrap();
    assert_eq!(groups(&pool), [0, 0, 0, 0, 1, 1, 1, 1]);
    let bound: Vec<CpuSet> = pool.workers().iter().map(|w| w.cpus().cloned().unwrap()).collect();
    for (worker, expected) in
        ["0-1", "0-1", "2-3", "2-3", "4-5", "4-5", "6-7", "6-7"].iter().enumerate()
    {
        assert_eq!(bound[worker], set(expected));
    }
    let pool = builder("2x4/l3=2", 3).cpus(set("1-3")).pinning(Pinning::Cache).build().unwrap();
    assert_eq!(pool.workers()[0].cpus(), Some(&set("1")));
    assert_eq!(pool.workers()[2].cpus(), Some(&set("2-3")));
    // Of this machine no caches are known.
    let flat = Topology::flat(set("0-3"));
    let builder = ThreadPoolBuilder::new().num_threads(4).topology(flat).pinning(Pinning::Cache);
    assert_eq!(builder.build().unwrap().workers()[3].cpus(), Some(&set("0-3")));
}

#[test]
fn cpus() {
    watch!();
    let pool = builder("4x2", 3).cpus(set("1,2-3")).pinning(Pinning::Cpu).build().unwrap();
    assert_eq!(groups(&pool), [0, 1, 1]);
    assert_eq!(bound_to(&pool), set("1-3"));
}

/// Nodes and CPUs together: what is in both.
#[test]
fn nodes_and_cpus() {
    watch!();
    let pool = builder("4x2", 1).nodes([1]).cpus(set("0-2")).pinning(Pinning::Cpu).build().unwrap();
    assert_eq!(bound_to(&pool), set("2"));
}

#[test]
fn physical_cores() {
    watch!();
    let pool = builder("2x4/smt=2", 4).physical_cores_only().pinning(Pinning::Cpu).build().unwrap();
    let topology = Topology::fake("2x4/smt=2").unwrap();
    let taken = bound_to(&pool);
    assert_eq!(taken.len(), 4);
    for core in topology.sharing(moirai::topology::Level::Core) {
        assert_eq!(core.intersection(&taken).len(), 1, "{core}");
    }
}

#[test]
fn performance_cores() {
    watch!();
    let machine = hybrid();
    let [slow, fast] = machine.kinds() else { panic!("two kinds: {:?}", machine.kinds()) };
    let builder = || ThreadPoolBuilder::new().topology(machine.clone()).pinning(Pinning::Cpu);
    let pool = builder().num_threads(fast.cpus().len()).performance_cores_only().build().unwrap();
    assert_eq!(&bound_to(&pool), fast.cpus());
    let pool =
        builder().num_threads(64).performance_cores_only().physical_cores_only().build().unwrap();
    let cores = bound_to(&pool);
    assert!(cores.is_subset(fast.cpus()) && cores.len() * 2 == fast.cpus().len(), "{cores}");
    let slow = builder().num_threads(1).cpus(slow.cpus().clone()).performance_cores_only().build();
    assert!(
        slow.unwrap_err().to_string().ends_with("which the pool may use, is on performance cores.")
    );
}

/// With a hint that restricts it, a pool has a thread for each CPU that is left.
#[test]
fn threads_follow_the_hints() {
    let fresh = fresh!(threads_follow_the_hints);
    if fresh.scenario().is_some() {
        let machine = || ThreadPoolBuilder::new().topology(Topology::fake("4x2/smt=2").unwrap());
        say(machine().nodes([0, 3]).build().unwrap().current_num_threads());
        say(machine().cpus(set("1-3")).build().unwrap().current_num_threads());
        say(machine().physical_cores_only().build().unwrap().current_num_threads());
        return;
    }
    watch!();
    assert_eq!(fresh.said("count", &[]), ["4", "3", "4"]);
    assert_eq!(fresh.said("told", &[("RAYON_NUM_THREADS", "2")]), ["2", "2", "2"]);
}

/// On the real machine: workers run where they are bound, as the kernel sees it inside of jobs.
#[cfg(target_os = "linux")]
#[test]
fn bound_workers_run_where_they_should() {
    watch!();
    let machine = Topology::detect();
    // Whatever the environment says.
    let builder = || ThreadPoolBuilder::new().topology(machine.clone());
    let allowed = machine.allowed_cpus().clone();
    let first = allowed.iter().take(1).collect::<CpuSet>();
    for (builder, expected) in [
        (builder(), allowed.clone()),
        (builder().pinning(Pinning::Group), allowed.clone()),
        (builder().cpus(first.clone()), first.clone()),
    ] {
        let pool = builder.num_threads(3).build().unwrap();
        let masks = pool.broadcast(|_| own_mask());
        let workers = pool.workers();
        for (worker, mask) in workers.iter().zip(masks) {
            assert_eq!(worker.is_settled(), Some(true));
            assert!(mask.is_subset(&expected), "{mask} of {expected}");
            assert!(worker.cpus().is_none_or(|cpus| *cpus == mask), "{worker:?} has {mask}");
        }
    }
    let pool = builder().num_threads(allowed.len()).pinning(Pinning::Cpu).build().unwrap();
    let masks = pool.broadcast(|_| own_mask());
    assert!(masks.iter().all(|mask| mask.len() == 1));
    assert_eq!(masks.iter().fold(CpuSet::new(), |all, mask| all.union(mask)), allowed);
}

/// The mask of the calling thread.
#[cfg(target_os = "linux")]
fn own_mask() -> CpuSet {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    mask.unwrap().trim().parse().unwrap()
}

/// Who may not live where it should lives on, and says so.
#[test]
fn a_refused_binding_is_reported() {
    watch!();
    for pinning in [Pinning::Group, Pinning::Cache, Pinning::Cpu] {
        let far = builder("1x4096", 2).cpus(set("4000-4001")).pinning(pinning).build().unwrap();
        assert_eq!(far.join(|| 1, || 2), (1, 2));
        far.broadcast(|_| ());
        assert!(
            far.workers().iter().all(|worker| worker.is_settled() == Some(false)),
            "{:?}",
            far.workers()
        );
    }
    let unbound = builder("2x2", 2).build().unwrap();
    assert!(unbound.workers().iter().all(|worker| worker.cpus().is_none()));
}

#[test]
fn contradictions_are_errors() {
    watch!();
    let machine = || builder("2x2", 2);
    let cases = [
        (machine().nodes([5]), "there is no node 5; the machine has the nodes [0, 1]"),
        (machine().nodes([]), "none of the CPUs 0-3, which the pool may use, is on the nodes []"),
        (machine().cpus(CpuSet::new()), "no CPU is asked for; allowed are the CPUs 0-3"),
        (machine().cpus(set("2-5")), "CPUs 4-5 are asked for; allowed are the CPUs 0-3"),
        (
            machine().cpus(set("0-1")).nodes([1]),
            "none of the CPUs 0-1, which the pool may use, is on the nodes [1]",
        ),
    ];
    for (builder, text) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.to_string(), format!("The thread pool cannot be placed: {text}."));
    }
}

/// A thread that its maker has bound stays bound, although the pool has groups and asks for no binding.
#[test]
#[cfg(target_os = "linux")]
fn threads_keep_the_mask_of_their_maker() {
    watch!();
    let cpu = Topology::detect().allowed_cpus().first().unwrap();
    let pool = builder("2x1", 2)
        .spawn_handler(|worker| {
            std::thread::spawn(move || {
                assert!(core_affinity::set_for_current(core_affinity::CoreId { id: cpu }));
                worker.run();
            });
            Ok(())
        })
        .build()
        .unwrap();
    let allowed = pool.broadcast(|_| Topology::detect().allowed_cpus().clone());
    let one = CpuSet::from(cpu..=cpu);
    assert_eq!(allowed, [one.clone(), one]);
}

/// Dealing by pages leaves no piece shorter than was asked for.
#[test]
fn parts_by_pages_are_no_shorter_than_allowed() {
    watch!();
    let blocks = vec![[1_u8; 1 << 16]; 320];
    let pool = builder("4x1", 4).placement(Placement::ByPages).build().unwrap();
    let before = pool.metrics().total();
    let lengths: Vec<usize> = pool.install(|| {
        let blocks = blocks.par_iter().with_min_len(80);
        blocks.fold(|| 0, |length, _| length + 1).collect()
    });
    assert_eq!(lengths.iter().sum::<usize>(), 320);
    assert!(lengths.iter().all(|length| *length >= 80), "{lengths:?}");
    let done = pool.metrics().total() - before;
    assert_eq!(done.items_at_home() + done.items_away(), 320, "it was dealt");
}
