//! Who is in which group.

use crate::shapes::{builder, groups, pool, sizes};
use moirai::Pinning;
use moirai::topology::{CpuSet, Topology};

/// All machines with one thread for each CPU: the groups are those of the machine.
#[test]
fn a_thread_for_each_cpu() {
    watch!();
    for (machine, expected) in [
        ("1x4", vec![4]),
        ("2x1", vec![1, 1]),
        ("4x2", vec![2; 4]),
        ("8x2:ring", vec![2; 8]),
        ("3x4/smt=2", vec![4; 3]),
    ] {
        assert_eq!(sizes(&pool(machine, expected.iter().sum())), expected, "{machine}");
    }
}

/// Whatever their number is, all threads have a seat, and no group has more than its CPUs can bear evenly.
#[test]
fn any_number_of_threads() {
    watch!();
    for machine in ["2x1", "2x2", "4x2:ring", "3x3", "2x4/smt=2/l3=2"] {
        let topology = Topology::fake(machine).unwrap();
        let (cpus, nodes) = (topology.cpus().len(), topology.groups().len());
        for threads in 1..=2 * cpus + 1 {
            for pinning in [Pinning::None, Pinning::Cpu] {
                let pool = builder(machine, threads).pinning(pinning).build().unwrap();
                let sizes = sizes(&pool);
                assert_eq!(sizes.iter().sum::<usize>(), threads, "{machine} {threads}");
                assert!(groups(&pool).is_sorted());
                let most = threads.div_ceil(cpus) * (cpus / nodes);
                assert!(
                    sizes.iter().all(|size| (1..=most).contains(size)),
                    "{machine} {threads} {sizes:?}"
                );
            }
        }
    }
}

/// With more threads than CPUs each CPU has as many as any other, give or take one.
#[test]
fn more_threads_than_cpus_spread_evenly() {
    watch!();
    for threads in [4, 5, 7, 8, 11] {
        let pool = builder("2x2", threads).pinning(Pinning::Cpu).build().unwrap();
        let mut of_cpu = [0; 4];
        for worker in pool.workers() {
            of_cpu[worker.cpus().unwrap().first().unwrap()] += 1;
        }
        let (least, most) = (of_cpu.iter().min().unwrap(), of_cpu.iter().max().unwrap());
        assert!(most - least <= 1, "{threads}: {of_cpu:?}");
    }
}

/// Groups in which nobody lives are left out.
#[test]
fn groups_without_seats_are_left_out() {
    watch!();
    for threads in 1..=2 {
        assert!(sizes(&pool("8x4", threads)).len() <= 2);
    }
    let pool = builder("4x2", 4).nodes([1, 3]).build().unwrap();
    assert_eq!(groups(&pool), [0, 0, 1, 1]);
    let pool = builder("4x2", 3).cpus("7".parse().unwrap()).build().unwrap();
    assert_eq!(groups(&pool), [0, 0, 0]);
}

/// Cores come before their siblings.
#[test]
fn cores_come_before_siblings() {
    watch!();
    let topology = Topology::fake("2x4/smt=2").unwrap();
    let cores = topology.sharing(moirai::topology::Level::Core);
    let pool = builder("2x4/smt=2", 8).pinning(Pinning::Cpu).build().unwrap();
    assert_eq!(sizes(&pool), [4, 4]);
    // Half as many threads as CPUs, and twice: pools that lie side by side cover everything.
    let taken = |threads| -> CpuSet {
        let pool = builder("2x4/smt=2", threads).pinning(Pinning::Cpu).build().unwrap();
        pool.workers()
            .iter()
            .flat_map(|worker| worker.cpus().unwrap().iter().collect::<Vec<_>>())
            .collect()
    };
    let two = taken(2);
    assert_eq!(two.len(), 2);
    assert!(cores.iter().all(|core| core.intersection(&two).len() < 2), "{two}");
}
