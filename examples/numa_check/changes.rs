//! What changes while pools run: CPUs go offline and come back, masks are narrowed, a quota is set. Pools that run go on, and
//! lose nothing; new ones are as large as what is left.

use crate::os;
use moirai::prelude::*;
use moirai::topology::{CpuSet, Topology};
use moirai::{Pinning, ThreadPool, ThreadPoolBuilder, join, scope};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// So long nothing may stand still on a machine that is emulated on a busy one.
const PATIENCE: Duration = Duration::from_secs(120);

/// What each load has done whole, and whether to go on.
#[derive(Default)]
struct Course {
    rounds: [AtomicUsize; 3],
    is_over: AtomicBool,
}

/// Runs loops, trees of joins, and scopes again and again, and panics if one of them lacks something.
fn work(pool: &ThreadPool, rounds: &AtomicUsize, is_over: &AtomicBool) {
    fn tree(depth: usize) -> usize {
        if depth == 0 {
            return 1;
        }
        let (left, right) = join(|| tree(depth - 1), || tree(depth - 1));
        left + right
    }
    while !is_over.load(Ordering::Relaxed) {
        pool.install(|| {
            let sum: usize = (0..20_000_usize).into_par_iter().map(|n| n % 7).sum();
            assert_eq!(sum, (0..20_000).map(|n| n % 7).sum());
            assert_eq!(tree(9), 512);
            let spawned = AtomicUsize::new(0);
            scope(|scope| {
                for _ in 0..100 {
                    scope.spawn(|_| {
                        spawned.fetch_add(1, Ordering::Relaxed);
                    });
                }
            });
            assert_eq!(spawned.into_inner(), 100);
        });
        rounds.fetch_add(1, Ordering::Relaxed);
    }
}

/// Goes through all changes; what is not as it should be goes to `missed`.
pub(crate) fn run(topology: &Topology, missed: &mut Vec<String>) {
    let course = Course::default();
    let pinnings = [Pinning::None, Pinning::Group, Pinning::Cpu];
    let threads = topology.allowed_cpus().len().max(2);
    let pools = pinnings.map(|pinning| {
        let builder = ThreadPoolBuilder::new().num_threads(threads).pinning(pinning);
        builder.build().expect("the pool starts")
    });
    thread::scope(|scope| {
        for (pool, rounds) in pools.iter().zip(&course.rounds) {
            scope.spawn(|| work(pool, rounds, &course.is_over));
        }
        let mut changes = Changes { topology, course: &course, missed };
        changes.offline();
        changes.masks();
        changes.quota();
        course.is_over.store(true, Ordering::Relaxed);
    });
}

struct Changes<'a> {
    topology: &'a Topology,
    course: &'a Course,
    missed: &'a mut Vec<String>,
}

impl Changes<'_> {
    /// All loads go on, each for two rounds more, and new pools have so many threads, on these CPUs.
    fn expect(&mut self, when: &str, threads: usize, cpus: &CpuSet) {
        let rounds = || self.course.rounds.each_ref().map(|rounds| rounds.load(Ordering::Relaxed));
        let before = rounds();
        let patience = Instant::now() + PATIENCE;
        while rounds().iter().zip(before).any(|(now, before)| *now < before + 2) {
            assert!(Instant::now() < patience, "{when}: work stands still at {:?}", rounds());
            thread::sleep(Duration::from_millis(10));
        }
        let pool = ThreadPoolBuilder::new().build().expect("the pool starts");
        let found = (pool.current_num_threads(), Topology::detect().allowed_cpus().clone());
        println!("{when}: {} threads on the CPUs {}, {:?} rounds", found.0, found.1, rounds());
        if found != (threads, cpus.clone()) {
            self.missed.push(format!("{when}: {found:?}, expected {threads} threads on {cpus}"));
        }
    }

    /// The last CPU and the first of the second group go offline, and come back.
    fn offline(&mut self) {
        let allowed = self.topology.allowed_cpus().clone();
        let groups = self.topology.groups();
        let mut gone = CpuSet::new();
        for cpu in [groups.get(1).and_then(|group| group.cpus().first()), allowed.last()] {
            // CPU 0 stays.
            let Some(cpu) = cpu.filter(|cpu| *cpu > 0 && !gone.contains(*cpu)) else { continue };
            if os::set_online(cpu, false).is_err() {
                println!("CPU {cpu} cannot be taken offline here");
                continue;
            }
            gone = gone.union(&CpuSet::from(cpu..=cpu));
            let left = allowed.difference(&gone);
            self.expect(&format!("without the CPUs {gone}"), left.len(), &left);
            let builder = ThreadPoolBuilder::new().cpus(CpuSet::from(cpu..=cpu));
            if builder.build().is_ok() {
                self.missed.push(format!("a pool was built on CPU {cpu}, which is offline"));
            }
        }
        for cpu in gone.iter() {
            os::set_online(cpu, true).expect("a CPU comes back");
        }
        self.expect("with all of them again", allowed.len(), &allowed);
    }

    /// All threads, those of the pools included, are confined to some CPUs, as `taskset --all-tasks` does it, and freed.
    fn masks(&mut self) {
        let allowed = self.topology.allowed_cpus().clone();
        for mask in masks(self.topology) {
            os::set_affinity_of_all(&mask);
            self.expect(&format!("all threads on the CPUs {mask}"), mask.len(), &mask);
        }
        os::set_affinity_of_all(&allowed);
        self.expect("all threads anywhere", allowed.len(), &allowed);
    }

    /// The group of processes gets a quota.
    fn quota(&mut self) {
        let allowed = self.topology.allowed_cpus().clone();
        let Some(file) = os::quota_file().filter(|file| file.exists()) else {
            println!("there is no quota to be set");
            return;
        };
        for (quota, cpus) in [("250000 100000", 2), ("50000 100000", 1), ("max 100000", usize::MAX)]
        {
            fs::write(&file, quota).expect("the quota is set");
            self.expect(&format!("with the quota {quota}"), cpus.min(allowed.len()), &allowed);
        }
    }
}

/// Masks as job schedulers set them: one CPU of each group, one group, every other CPU, one CPU, and a piece across a border.
fn masks(topology: &Topology) -> Vec<CpuSet> {
    let allowed = topology.allowed_cpus();
    let groups = topology.groups();
    let first_of_each = groups.iter().filter_map(|group| group.cpus().first());
    let last = allowed.last().expect("a CPU is allowed");
    let half = allowed.len() / 2;
    vec![
        first_of_each.collect(),
        groups[groups.len() - 1].cpus().clone(),
        allowed.iter().step_by(2).collect(),
        CpuSet::from(last..=last),
        allowed.iter().skip(half - half / 2).take(half.max(1)).collect(),
    ]
}

/// Runs this program again under each of these masks, as a launcher of jobs does, and has it check groups and numbers.
pub(crate) fn children(topology: &Topology, missed: &mut Vec<String>) {
    for mask in masks(topology) {
        let mut command = Command::new(env::current_exe().expect("the program knows its file"));
        for group in topology.groups() {
            let left = group.cpus().intersection(&mask);
            if !left.is_empty() {
                command.args(["--groups", &left.to_string()]);
            }
        }
        command.args(["--threads", &mask.len().to_string()]);
        os::set_affinity(0, &mask).expect("the mask is set");
        let status = command.status().expect("the program starts");
        if !status.success() {
            missed.push(format!("a process on the CPUs {mask} ended with {status}"));
        }
    }
    os::set_affinity(0, topology.allowed_cpus()).expect("the mask is set");
}
