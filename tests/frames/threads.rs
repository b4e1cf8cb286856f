//! Frames that go from thread to thread, threads that end, and pools of threads.

use crate::child::say;
use crate::ledger::Ledger;
use moirai::channel;
use moirai::frames::{Frame, FramePool};
use std::cell::RefCell;
use std::sync::{Arc, Barrier};
use std::thread;

/// How many frames a test sends: more where the compiler optimises.
const FRAMES: usize = if cfg!(debug_assertions) { 20_000 } else { 400_000 };

#[test]
fn frames_that_others_release_come_home() {
    watch!();
    let pool = FramePool::new();
    let (sender, receiver) = channel::spsc(128);
    let consumer = thread::spawn(move || {
        receiver.into_iter().map(|frame: Frame<[usize; 8]>| frame[7]).sum::<usize>()
    });
    for n in 0..FRAMES {
        sender.send(pool.acquire([n; 8])).unwrap();
    }
    drop(sender);
    assert_eq!(consumer.join().unwrap(), FRAMES * (FRAMES - 1) / 2);
    let statistics = pool.statistics();
    assert_eq!((statistics.acquired, statistics.released), (FRAMES, FRAMES));
    // In the ring, in hand, and on the way home.
    assert!(statistics.high_water <= 512, "{statistics:?}");
    assert!(statistics.misses * 100 <= FRAMES, "{statistics:?}");
}

#[test]
fn few_frames_are_not_all_on_the_way() {
    watch!();
    let pool = FramePool::with_bound(16);
    let (sender, receiver) = channel::spsc(4);
    let consumer = thread::spawn(move || receiver.into_iter().for_each(drop::<Frame<usize>>));
    (0..1000).for_each(|n| sender.send(pool.acquire(n)).unwrap());
    drop(sender);
    consumer.join().unwrap();
    let statistics = pool.statistics();
    assert_eq!(statistics.dropped, 0, "{statistics:?}");
}

#[test]
fn frames_go_round_between_many_threads() {
    watch!();
    const THREADS: usize = 4;
    let per_thread = FRAMES / THREADS;
    let ledger = Ledger::new(THREADS * per_thread);
    for bound in [8, 100_000] {
        let ledger = if bound == 8 { ledger.clone() } else { Ledger::new(THREADS * per_thread) };
        let pool = FramePool::with_bound(bound);
        let (sender, receiver) = channel::mpmc(64);
        thread::scope(|s| {
            for number in 0..THREADS {
                let (pool, ledger) = (pool.clone(), &ledger);
                let (sender, receiver) = (sender.clone(), receiver.clone());
                s.spawn(move || {
                    for n in 0..per_thread {
                        let frame = pool.acquire(ledger.value(number * per_thread + n));
                        // Who finds the channel full releases what is there.
                        let mut frame = Some(frame);
                        while let Err(back) = sender.try_send(frame.take().unwrap()) {
                            frame = Some(back.into_inner());
                            drop(receiver.try_recv());
                        }
                    }
                });
            }
        });
        // Some closing happens here, with frames in the channel and the other handles gone.
        let closed = pool.clone();
        drop(pool);
        let statistics = closed.statistics();
        assert_eq!(statistics.acquired, THREADS * per_thread);
        assert_eq!(statistics.acquired - statistics.released, receiver.len());
        drop(closed);
        drop((sender, receiver));
        ledger.assert_all_once();
    }
}

#[test]
fn pools_are_dropped_while_other_threads_release() {
    watch!();
    for round in 0..if cfg!(debug_assertions) { 300 } else { 3000 } {
        let ledger = Ledger::new(64);
        let pool = FramePool::with_bound([0, 16, 1000][round % 3]);
        let start = Arc::new(Barrier::new(3));
        let threads: Vec<_> = (0..2)
            .map(|half| {
                let frames: Vec<_> =
                    (half * 32..half * 32 + 32).map(|id| pool.acquire(ledger.value(id))).collect();
                let start = Arc::clone(&start);
                thread::spawn(move || {
                    start.wait();
                    drop(frames);
                })
            })
            .collect();
        start.wait();
        drop(pool);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        ledger.assert_all_once();
    }
}

#[test]
fn threads_that_end_leave_their_frames_to_others() {
    watch!();
    let pool = FramePool::new();
    let mut frames = Vec::new();
    for n in 0..200 {
        let pool = pool.clone();
        frames.push(thread::spawn(move || {
            drop((0..20).map(|n| pool.acquire(n)).collect::<Vec<_>>());
            pool.acquire(n)
        }));
        if n % 2 == 1 {
            // One at a time lives: each has the number, and the frames, of one before.
            let values: Vec<usize> =
                frames.drain(..).map(|thread| *thread.join().unwrap()).collect();
            assert_eq!(values, [n - 1, n]);
        }
    }
    let statistics = pool.statistics();
    assert_eq!((statistics.acquired, statistics.released), (200 * 21, 200 * 21));
    // Other tests' threads take numbers meanwhile, so it is not always the same two; but few.
    assert!(statistics.misses < 100, "{statistics:?}");
}

#[test]
fn frames_may_be_acquired_and_released_while_a_thread_ends() {
    watch!();
    struct AtEnd(RefCell<Option<(FramePool<u64>, Frame<u64>)>>);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            let (pool, frame) = self.0.take().expect("set by the thread");
            assert_eq!(*pool.acquire(*frame + 1), 8);
        }
    }
    thread_local!(static AT_END: AtEnd = const { AtEnd(RefCell::new(None)) });
    let pool = FramePool::new();
    for first in [true, false] {
        let own = pool.clone();
        thread::spawn(move || {
            let early = first.then(|| own.acquire(0));
            AT_END.with(|at_end| at_end.0.replace(Some((own.clone(), own.acquire(7)))));
            drop(early);
        })
        .join()
        .unwrap();
    }
    let statistics = pool.statistics();
    assert_eq!((statistics.acquired, statistics.released), (5, 5));
}

#[test]
fn workers_acquire_and_thieves_release() {
    watch!();
    let threads = moirai::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let pool = FramePool::new();
    let rounds = FRAMES / 100;
    threads.install(|| {
        for _ in 0..rounds / 10 {
            moirai::scope(|s| {
                for n in 0..100 {
                    let frame = pool.acquire([n; 16]);
                    s.spawn(move |_| assert_eq!(frame[15], n));
                }
            });
        }
    });
    // From outside, and by a guest.
    drop(pool.acquire([0; 16]));
    moirai::join(|| drop(pool.acquire([1; 16])), || drop(pool.acquire([2; 16])));
    let statistics = pool.statistics();
    assert_eq!(statistics.acquired, rounds / 10 * 100 + 3);
    assert_eq!(statistics.released, statistics.acquired);
    assert!(statistics.misses * 20 < statistics.acquired, "{statistics:?}");
}

/// In a process of its own: meanwhile other tests' threads would get no frames of their own.
#[test]
fn more_threads_than_have_frames_of_their_own() {
    watch!();
    let fresh = fresh!(more_threads_than_have_frames_of_their_own);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("threads", &[]), ["all came back"]);
        return;
    }
    const THREADS: usize = 1100;
    let pool = FramePool::new();
    let (start, end) = (Arc::new(Barrier::new(THREADS)), Arc::new(Barrier::new(THREADS)));
    let threads: Vec<_> = (0..THREADS)
        .map(|n| {
            let (pool, start, end) = (pool.clone(), Arc::clone(&start), Arc::clone(&end));
            let body = move || {
                start.wait();
                let frame = pool.acquire(n);
                end.wait();
                // Half of them leave the frame to this test's thread.
                (n % 2 == 0).then_some(frame)
            };
            thread::Builder::new().stack_size(64 << 10).spawn(body).unwrap()
        })
        .collect();
    let left: Vec<_> = threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
    assert!(left.iter().map(|frame| **frame).eq((0..THREADS).step_by(2)));
    assert_eq!(pool.statistics().acquired, THREADS);
    drop(left);
    assert_eq!(pool.statistics().released, THREADS);
    assert!(pool.statistics().dropped >= THREADS - 1024);
    say("all came back");
}
