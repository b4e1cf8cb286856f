//! Which calls are dealt, to whom, and who runs what nobody has begun.
//!
//! On two groups of one seat everything can be said for sure: who waits inside of an item takes nothing from the other.

use crate::shapes::{SHAPES, groups, pool, shares, undealt};
use moirai::ThreadPool;
use moirai::iter::plumbing::{Producer, ProducerCallback};
use moirai::prelude::*;
use std::hint::black_box;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};

const ITEMS: usize = 4000;

/// Items of calls that were dealt, while `call` runs.
fn dealt_items(pool: &ThreadPool, call: impl FnOnce() + Send) -> usize {
    let before = pool.metrics();
    pool.install(call);
    let work = pool.metrics().since(&before).total();
    work.items_at_home() + work.items_away()
}

/// The first items of both shares wait for each other, and so do the last ones: nobody can take anything from the other.
///
/// Each item is some work, so that all calls are worth dealing, also those whose cost is known, on whatever processor.
fn meets(index: usize, barrier: &Barrier) {
    (0..500).for_each(|turn| _ = black_box(turn));
    if [0, ITEMS / 2 - 1, ITEMS / 2, ITEMS - 1].contains(&index) {
        barrier.wait();
    }
}

#[test]
fn the_same_range_goes_to_the_same_group() {
    watch!();
    let pool = pool("2x1", 2);
    let group_of = groups(&pool);
    let shares = shares(&pool, ITEMS);
    for _ in 0..50 {
        let barrier = Barrier::new(2);
        let ran = pool.install(|| {
            let group = |index| {
                meets(index, &barrier);
                group_of[moirai::current_thread_index().unwrap()]
            };
            (0..ITEMS).into_par_iter().map(group).collect::<Vec<usize>>()
        });
        for (group, share) in shares.iter().enumerate() {
            assert!(ran[share.clone()].iter().all(|other| *other == group));
        }
    }
}

/// What is joined costs something: a share of which nothing was stolen has one accumulator.
#[test]
fn a_share_has_one_accumulator() {
    watch!();
    let pool = pool("2x1", 2);
    let mut without_thefts = 0;
    for _ in 0..50 {
        let before = pool.metrics().total();
        let (barrier, accumulators) = (Barrier::new(2), AtomicUsize::new(0));
        let begin = || {
            accumulators.fetch_add(1, Ordering::Relaxed);
            0
        };
        let add = |sum, index| {
            meets(index, &barrier);
            sum + index
        };
        let sum: usize = pool.install(|| (0..ITEMS).into_par_iter().fold(begin, add).sum());
        assert_eq!(sum, ITEMS * (ITEMS - 1) / 2);
        let accumulators = accumulators.into_inner();
        // Who is done first may take from the other's share, and each theft ends an accumulator and begins others.
        let steals = (pool.metrics().total() - before).steals().total();
        assert!((2..=2 + 2 * steals).contains(&accumulators), "{accumulators}, {steals} steals");
        without_thefts += usize::from(steals == 0);
    }
    assert!(without_thefts > 0, "there was a theft in every round");
}

/// The other worker is busy: the caller runs both shares.
#[test]
fn the_caller_runs_what_nobody_has_begun() {
    watch!();
    let pool = pool("2x1", 2);
    let [is_busy, is_over] = [(); 2].map(|()| AtomicBool::new(false));
    let wait = |flag: &AtomicBool| {
        while !flag.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
    };
    let before = pool.metrics();
    let busy = || {
        is_busy.store(true, Ordering::Release);
        wait(&is_over);
    };
    let call = || {
        wait(&is_busy);
        let own = moirai::current_thread_index();
        let ran = (0..ITEMS).into_par_iter().map(|_| moirai::current_thread_index() == own);
        let ran: Vec<bool> = ran.collect();
        is_over.store(true, Ordering::Release);
        ran
    };
    let (ran, ()) = pool.install(|| moirai::join(call, busy));
    assert_eq!(ran, vec![true; ITEMS]);
    let work = pool.metrics().since(&before).total();
    assert_eq!((work.items_at_home(), work.items_away()), (ITEMS / 2, ITEMS / 2));
    assert_eq!(work.dealt(), (0, 0));
}

/// The caller is in an item until the share of a group that is busy has been run: the third group has to take that, although
/// others leave a share to its group for a while.
#[test]
fn the_share_of_a_busy_group_is_taken_by_another() {
    watch!();
    let pool = pool("3x1", 3);
    let [is_busy, is_over] = [(); 2].map(|()| AtomicBool::new(false));
    let wait = |flag: &AtomicBool| {
        while !flag.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
    };
    let group_of = groups(&pool);
    let shares = shares(&pool, 3 * ITEMS);
    let [busy_seat, done] = [(); 2].map(|()| AtomicUsize::new(0));
    let before = pool.metrics();
    let busy = || {
        busy_seat.store(moirai::current_thread_index().unwrap(), Ordering::Relaxed);
        is_busy.store(true, Ordering::Release);
        wait(&is_over);
    };
    let call = || {
        wait(&is_busy);
        let own = group_of[moirai::current_thread_index().unwrap()];
        let busy = group_of[busy_seat.load(Ordering::Relaxed)];
        (0..3 * ITEMS).into_par_iter().for_each(|index| {
            if index == shares[own].start {
                while done.load(Ordering::Acquire) < ITEMS {
                    std::thread::yield_now();
                }
            } else if shares[busy].contains(&index) {
                done.fetch_add(1, Ordering::Release);
            }
        });
        is_over.store(true, Ordering::Release);
    };
    pool.install(|| moirai::join(call, busy));
    let work = pool.metrics().since(&before).total();
    assert_eq!(work.items_at_home() + work.items_away(), 3 * ITEMS);
    assert_eq!(work.dealt(), (1, 1));
}

#[test]
fn every_item_of_a_dealt_call_is_counted() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        let counted = dealt_items(&pool, || (0..ITEMS).into_par_iter().for_each(work));
        assert_eq!(counted, ITEMS, "{machine} {threads}");
    }
}

/// Something that takes some microseconds.
fn work(index: usize) {
    std::hint::black_box((0..200).fold(index, |sum, step| sum.wrapping_mul(31) ^ step));
}

/// What a call that was dealt calls is not dealt again.
#[test]
fn nested_calls_are_not_dealt() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        let inner = Mutex::new(0);
        let counted = dealt_items(&pool, || {
            (0..64_usize).into_par_iter().for_each(|_| {
                let items = (0..ITEMS).into_par_iter().map(work).count();
                *inner.lock().unwrap() += items;
            });
        });
        assert_eq!((counted, inner.into_inner().unwrap()), (64, 64 * ITEMS), "{machine} {threads}");
    }
}

/// Calls that say themselves how they are cut, that are too short, or whose items nobody has counted.
#[test]
fn other_calls_are_not_dealt() {
    watch!();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        let counted = dealt_items(&pool, || {
            (0..ITEMS).into_par_iter().with_max_len(10).for_each(work);
            (0..ITEMS).into_par_iter().with_min_len(ITEMS).for_each(work);
            (0..threads + 1).into_par_iter().for_each(work);
            (0..ITEMS).par_bridge().for_each(work);
        });
        assert_eq!(counted, 0, "{machine} {threads}");
    }
}

#[test]
fn nothing_is_dealt_without_placement_or_groups() {
    watch!();
    for pool in [undealt("4x2", 8), undealt("2x1", 2), pool("1x4", 4)] {
        assert_eq!(dealt_items(&pool, || (0..ITEMS).into_par_iter().for_each(work)), 0);
        assert_eq!(pool.metrics().total().dealt(), (0, 0));
    }
}

/// Whatever is done with the items of a slice, the call knows where their memory is, as long as they come in its order.
#[test]
fn calls_over_slices_know_their_memory() {
    struct Memory;
    impl<T> ProducerCallback<T> for Memory {
        type Output = Option<Range<usize>>;
        fn callback<P: Producer<Item = T>>(self, producer: P) -> Self::Output {
            producer.__memory()
        }
    }
    fn memory(iter: impl IndexedParallelIterator) -> Option<Range<usize>> {
        iter.with_producer(Memory)
    }
    let mut data = vec![3_u32; 100];
    let Range { start, end } = data.as_ptr_range();
    let whole = Some(start.addr()..end.addr());
    assert_eq!(memory(data.par_iter()), whole);
    assert_eq!(memory(data.par_iter_mut().update(|item| **item += 1)), whole);
    assert_eq!(memory(data.par_chunks(10)), whole);
    assert_eq!(memory(data.par_chunks_mut(10).enumerate()), whole);
    assert_eq!(memory(data.par_chunks_exact(10)), whole);
    assert_eq!(memory(data.par_chunks_exact_mut(10)), whole);
    assert_eq!(memory(data.par_windows(3)), whole);
    assert_eq!(memory(data.par_array_windows::<3>()), whole);
    assert_eq!(memory(data.par_iter().copied().map(|item| item + 1)), whole);
    assert_eq!(memory(data.par_iter().cloned().map_init(|| 1, |one, item| *one + item)), whole);
    assert_eq!(memory(data.par_iter().inspect(|_| ()).panic_fuse().chunks(7)), whole);
    assert_eq!(memory(data.par_iter().with_min_len(2).with_max_len(5)), whole);
    assert_eq!(memory((0..100).into_par_iter().zip(data.par_iter().map(|item| item + 1))), whole);
    assert_eq!(memory(data.into_par_iter()), whole);
    assert_eq!(memory([1, 2].par_iter().rev()), None);
    assert_eq!(memory((0..100).into_par_iter()), None);
}
