//! Many short pools: voracious makes one for each sort, jwalk one for each walk, exr one for each image.

use std::collections::BTreeSet;
use std::thread;

use rayon::ThreadPoolBuilder;
use voracious_radix_sort::RadixSort;

use crate::kit::{everywhere, pool_of, squares};

#[test]
fn voracious_sorts() {
    watch!();
    // A pool for each length; above all lengths at which it sorts on one thread.
    let mut state = 7_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    };
    let unsorted: Vec<u64> = (0..60_000).map(|_| random()).collect();
    let mut sorted = unsorted.clone();
    sorted.sort_unstable();
    everywhere(|| {
        for threads in [2, 4] {
            let mut numbers = unsorted.clone();
            numbers.voracious_mt_sort(threads);
            assert_eq!(numbers, sorted);
        }
    });
}

fn threads_of_this_process() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// Their threads go, though nobody joins them. In a process of its own, for other tests have threads too.
#[test]
fn short_pools_leave_no_threads_behind() {
    watch!();
    let fresh = fresh!(short_pools_leave_no_threads_behind);
    if fresh.scenario().is_none() {
        fresh.said("play", &[]);
        return;
    }
    pool_of(4).install(|| squares(10));
    let before = threads_of_this_process();
    for round in 0..300 {
        let pool = pool_of(1 + round % 4);
        assert_eq!(pool.install(|| squares(10)), 285);
        pool.spawn(|| _ = squares(100));
    }
    while threads_of_this_process() > before {
        thread::yield_now();
    }
}

/// A pool within a pool within a pool, each used by the threads of the one outside it.
#[test]
fn pools_may_be_made_inside_pools() {
    fn nest(depth: usize) -> u64 {
        let (here, deeper) = rayon::join(
            || squares(20),
            || if depth > 0 { pool_of(depth).install(|| nest(depth - 1)) } else { 0 },
        );
        here + deeper
    }

    watch!();
    everywhere(|| assert_eq!(nest(4), 5 * 2470));
}

/// Small pools side by side: were worker 0 of each bound to the same core, they would share it.
#[test]
#[cfg(target_os = "linux")]
fn the_first_workers_of_pools_are_not_bound_to_one_core() {
    fn allowed() -> String {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        line.expect("Linux tells the cores of a thread").trim().to_owned()
    }

    watch!();
    let here = allowed();
    let cores: BTreeSet<String> = (0..8)
        .map(|_| {
            let (sender, core) = std::sync::mpsc::channel();
            pool_of(1).spawn(move || sender.send(allowed()).unwrap());
            core.recv().unwrap()
        })
        .collect();
    assert!(cores.len() > 1 || cores.contains(&here), "all on {cores:?}, of {here}");
}

/// A pool that cannot be made is an error and leaves the program whole.
#[test]
fn pools_that_cannot_start_are_errors() {
    watch!();
    for _ in 0..20 {
        let mut started = 0;
        let pool = ThreadPoolBuilder::new().num_threads(4).spawn_handler(|thread| {
            started += 1;
            if started == 3 {
                return Err(std::io::Error::other("no more threads"));
            }
            thread::Builder::new().spawn(|| thread.run()).map(drop)
        });
        assert!(pool.build().is_err_and(|error| error.to_string() == "no more threads"));
    }
}
