//! Where streams run: the pool of whoever makes them, and the thread that consumes them.

use super::{pool, work};
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

#[test]
fn items_are_made_in_the_pool_that_the_stream_was_made_in() {
    watch!();
    for threads in [1, 2, 3] {
        let named = moirai::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("stream {index}"))
            .build()
            .unwrap();
        let stream = named.install(|| {
            (0..200)
                .into_par_iter()
                .map(|_| thread::current().name().map(str::to_owned))
                .ordered(20)
        });
        // Consumed outside: this thread makes nothing, because the pool admits no guests.
        for name in stream {
            assert!(name.is_some_and(|name| name.starts_with("stream ")));
        }
        // Consumed inside.
        named.install(|| {
            for index in (0..200).par_map_ordered(20, |_| moirai::current_thread_index()) {
                assert!(index.is_some_and(|index| index < threads));
            }
        });
    }
}

#[test]
fn callers_from_outside_make_items_on_a_seat_of_the_pool() {
    watch!();
    let threads = moirai::current_num_threads();
    let indices = (0..1000).par_map_ordered(50, |n| {
        work(n);
        moirai::current_thread_index()
    });
    for index in indices {
        assert!(index.is_some_and(|index| index < threads));
        assert_eq!(moirai::current_thread_index(), None, "no seat is held between items");
    }
}

#[test]
fn the_only_thread_of_a_pool_makes_what_it_asks_for() {
    watch!();
    let pool = pool(1);
    let threads: BTreeSet<_> = pool.install(|| {
        let own = thread::current().id();
        let stream = (0..500).into_par_iter().map(|_| format!("{:?}", thread::current().id()));
        let found: BTreeSet<String> = stream.ordered(16).collect();
        assert_eq!(found, BTreeSet::from([format!("{own:?}")]));
        found
    });
    assert_eq!(threads.len(), 1);
}

#[test]
fn a_worker_makes_all_items_while_the_others_are_blocked() {
    watch!();
    let pool = pool(2);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (tell, begun) = std::sync::mpsc::channel();
    pool.spawn(move || {
        tell.send(()).unwrap();
        held.recv().unwrap();
    });
    begun.recv().unwrap();
    // From inside: the other worker never comes.
    let total: usize =
        pool.install(|| (0..300_usize).into_par_iter().map(|n| n + 1).ordered(9).sum());
    assert_eq!(total, 300 * 301 / 2);
    release.send(()).unwrap();
}

#[test]
fn a_stream_outlives_the_handle_of_its_pool() {
    watch!();
    for consumed in [0, 1, 100] {
        let pool = pool(2);
        let mut stream = pool.install(|| (0..1000).into_par_iter().map(|n| n * 2).ordered(10));
        assert!(stream.by_ref().take(consumed).eq((0..consumed).map(|n| n * 2)));
        drop(pool);
        assert!(stream.eq((consumed..1000).map(|n| n * 2)));
    }
}

#[test]
fn a_stream_goes_from_thread_to_thread() {
    watch!();
    let (first, second) = (pool(1), pool(2));
    // Made inside, where nobody else would make items; consumed outside, in another pool, and inside again.
    let mut stream = first.install(|| {
        let mut stream = (0..400_usize).into_par_iter().map(|n| n + 5).ordered(12);
        assert_eq!(stream.next(), Some(5));
        stream
    });
    assert!(stream.by_ref().take(99).eq(6..105));
    let mut stream = second.install(|| {
        assert!(stream.by_ref().take(100).eq(105..205));
        stream
    });
    let mut stream = thread::spawn(move || {
        assert!(stream.by_ref().take(100).eq(205..305));
        stream
    })
    .join()
    .unwrap();
    assert!(first.install(|| stream.by_ref().eq(305..405)));
}

#[test]
fn consumers_in_all_workers_at_once() {
    watch!();
    let pool = pool(3);
    let sums = Mutex::new(Vec::new());
    pool.scope(|s| {
        for seed in 0..9_usize {
            let sums = &sums;
            s.spawn(move |_| {
                let sum = (0..300_usize).par_map_ordered(10, move |n| n ^ seed).sum::<usize>();
                sums.lock().unwrap().push((seed, sum));
            });
        }
    });
    let mut sums = sums.into_inner().unwrap();
    sums.sort();
    assert!(sums.into_iter().eq((0..9).map(|seed| (seed, (0..300).map(|n| n ^ seed).sum()))));
}

#[test]
fn endless_streams_leave_the_workers_to_others_now_and_then() {
    watch!();
    for threads in [1, 2] {
        let pool = pool(threads);
        let mut stream = pool.install(|| (0_u64..).par_map_ordered(64, |n| n));
        // Consumed here, from outside, for as long as it takes until the job has been run.
        let (tell, ran) = std::sync::mpsc::channel();
        let mut expected = 0;
        assert_eq!(stream.next(), Some(expected));
        pool.spawn(move || tell.send(()).unwrap());
        while ran.try_recv().is_err() {
            expected += 1;
            assert_eq!(stream.next(), Some(expected));
        }
    }
}

#[test]
fn policy_anything() {
    watch!();
    let pool = moirai::ThreadPoolBuilder::new()
        .num_threads(2)
        .wait_policy(moirai::WaitPolicy::Anything)
        .build()
        .unwrap();
    let total: usize = pool.install(|| {
        let (left, right) = moirai::join(
            || (0..500_usize).into_par_iter().map(|n| n + 1).ordered(9).sum::<usize>(),
            || (0..500_usize).into_par_iter().map(|n| n + 1).ordered(9).sum::<usize>(),
        );
        left + right
    });
    assert_eq!(total, 500 * 501);
}

/// A `join` that has to wait for a moment only makes items of an endless stream meanwhile: one batch at a time.
#[test]
fn an_endless_stream_does_not_hold_a_join_under_policy_anything() {
    watch!();
    thread_local!(static WAITS: Cell<bool> = const { Cell::new(false) });
    static WAITING: AtomicBool = AtomicBool::new(false);
    static MAY_END: AtomicBool = AtomicBool::new(false);
    static HAS_ENDED: AtomicBool = AtomicBool::new(false);
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static MADE_TOO_LATE: AtomicUsize = AtomicUsize::new(0);
    let wait_for = |flag: &AtomicBool| {
        while !flag.load(SeqCst) {
            thread::yield_now();
        }
    };
    let pool = moirai::ThreadPoolBuilder::new()
        .num_threads(2)
        .wait_policy(moirai::WaitPolicy::Anything)
        .build()
        .unwrap();
    // Batches of ten items, of which there is always one to be made.
    let items = pool.install(|| {
        (0_u64..).par_map_ordered(60, |n| {
            if WAITS.get() {
                if MAY_END.load(SeqCst) {
                    MADE_TOO_LATE.fetch_add(1, SeqCst);
                }
                if MADE.fetch_add(1, SeqCst) == 30 {
                    MAY_END.store(true, SeqCst);
                }
            }
            thread::sleep(Duration::from_micros(100));
            n
        })
    });
    thread::scope(|s| {
        s.spawn(|| {
            pool.install(|| {
                let is_stolen = AtomicBool::new(false);
                let left = || {
                    wait_for(&is_stolen);
                    // From here on this thread waits for the other half.
                    WAITS.set(true);
                    WAITING.store(true, SeqCst);
                };
                let right = || {
                    is_stolen.store(true, SeqCst);
                    wait_for(&MAY_END);
                };
                moirai::join(left, right);
                WAITS.set(false);
            });
            HAS_ENDED.store(true, SeqCst);
        });
        wait_for(&WAITING);
        // For as long as the join takes; without an end it would be seconds.
        let wanted = items.take(50_000).take_while(|_| !HAS_ENDED.load(SeqCst)).count();
        assert!(wanted < 50_000, "the join has not ended");
    });
    assert!(MADE.load(SeqCst) > 30, "no item was made on top of the wait");
    let too_late = MADE_TOO_LATE.load(SeqCst);
    assert!(too_late <= 20, "{too_late} items after the end of what was waited for");
}
