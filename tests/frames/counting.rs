//! The bound, and what the statistics say.

use moirai::frames::{Frame, FramePool, Statistics};

/// What must hold whenever no thread uses the pool.
fn assert_adds_up(statistics: Statistics, in_use: usize) {
    let Statistics { acquired, hits, misses, released, dropped, high_water, .. } = statistics;
    assert_eq!(acquired, hits + misses, "{statistics:?}");
    assert_eq!(acquired, released + in_use, "{statistics:?}");
    assert!(dropped <= misses && high_water >= in_use, "{statistics:?}");
}

#[test]
fn a_new_pool_has_done_nothing() {
    let pool = FramePool::<u64>::default();
    assert_eq!(pool.statistics(), Statistics::default());
}

#[test]
fn what_is_acquired_and_released_is_counted() {
    let pool = FramePool::new();
    for round in 1..=10 {
        let frames: Vec<Frame<usize>> = (0..100).map(|n| pool.acquire(n)).collect();
        assert!(frames.iter().map(|frame| **frame).eq(0..100));
        assert_adds_up(pool.statistics(), 100);
        drop(frames);
        assert_adds_up(pool.statistics(), 0);
        assert_eq!(pool.statistics().acquired, 100 * round);
    }
    let statistics = pool.statistics();
    // Slabs of 32, 32 and 64 frames; of the last one half has been used.
    assert_eq!((statistics.misses, statistics.dropped), (3, 0));
    assert_eq!(statistics.high_water, 128);
    assert!(statistics.bytes >= 128 * size_of::<usize>());
}

#[test]
fn after_the_warm_up_nothing_misses() {
    let pool = FramePool::new();
    let round = |rounds| {
        for n in 0..rounds {
            let frames = [n; 20].map(|n| pool.acquire([n; 8]));
            assert_eq!(frames[19][7], n);
        }
    };
    round(1);
    let before = pool.statistics();
    round(500);
    let after = pool.statistics();
    assert_eq!((before.misses, before.bytes), (after.misses, after.bytes));
    assert_eq!(after.acquired - before.acquired, 10_000);
}

#[test]
fn the_bound_is_kept_and_acquiring_goes_on() {
    for bound in [0, 1, 2, 31, 32, 33, 100, 1000] {
        let pool = FramePool::with_bound(bound);
        for _ in 0..3 {
            let frames: Vec<Frame<u64>> = (0..bound as u64 + 50).map(|n| pool.acquire(n)).collect();
            assert!(frames.iter().map(|frame| **frame).eq(0..bound as u64 + 50));
            assert_adds_up(pool.statistics(), bound + 50);
        }
        let statistics = pool.statistics();
        assert_adds_up(statistics, 0);
        assert_eq!(statistics.dropped, 150, "bound {bound}");
        // A frame is the value and a word.
        assert_eq!(statistics.bytes, bound * 16);
        assert_eq!(statistics.high_water, bound + 50);
    }
}

#[test]
fn threads_share_one_bound() {
    watch!();
    let pool = FramePool::with_bound(64);
    let hold = || {
        let pool = pool.clone();
        move || (0..50).map(|n| pool.acquire(n)).collect::<Vec<Frame<u32>>>()
    };
    // The threads live at the same time, so that each has frames of its own.
    let frames: Vec<Frame<u32>> = std::thread::scope(|s| {
        let both = [s.spawn(hold()), s.spawn(hold())];
        both.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(frames.len(), 100);
    let statistics = pool.statistics();
    assert_adds_up(statistics, 100);
    assert!(statistics.bytes <= 64 * 16, "{statistics:?}");
    drop(frames);
    assert!(pool.statistics().dropped >= 36);
}

#[test]
fn what_is_prepared_is_not_missed() {
    let pool = FramePool::new();
    assert!(pool.prepare(500) >= 500);
    assert_eq!(pool.statistics().high_water, 0, "prepared frames were not in use");
    let bytes = pool.statistics().bytes;
    // There already.
    assert!(pool.prepare(200) >= 500);
    let frames: Vec<Frame<u64>> = (0..500).map(|n| pool.acquire(n)).collect();
    let statistics = pool.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.bytes), (500, 0, bytes));
    assert!(pool.prepare(600) >= 600);
    drop(frames);
    assert!(pool.prepare(1100) >= 1100);
}

#[test]
fn what_is_prepared_is_bounded() {
    let pool = FramePool::with_bound(40);
    assert_eq!(pool.prepare(usize::MAX), 40);
    assert_eq!(pool.prepare(41), 40);
    drop((0..40).map(|n| pool.acquire(n)).collect::<Vec<_>>());
    assert_eq!(pool.statistics().misses, 0);
    assert_eq!(FramePool::<u8>::with_bound(0).prepare(10), 0);
}

#[test]
fn a_bound_beyond_all_memory_is_no_error() {
    let pool = FramePool::with_bound(usize::MAX);
    assert_eq!(*pool.acquire(7), 7);
    // More than can be: nothing is prepared, and acquiring goes on.
    pool.prepare(isize::MAX as usize);
    assert_eq!(*pool.acquire(8), 8);
}

#[test]
fn handles_are_of_one_pool() {
    let pool = FramePool::new();
    let other = pool.clone();
    drop(other.acquire(1));
    assert_eq!(pool.statistics(), other.statistics());
    drop(pool);
    assert_eq!(other.statistics().acquired, 1);
    assert!(format!("{other:?}").contains("acquired: 1"));
}
