//! Values that are kept between uses: what the next user sees, what is dropped, and when.

use crate::ledger::{Counted, Ledger};
use moirai::frames::{Reset, ResetPool, Reused};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// A value whose drops are counted, and whose reset may panic.
struct Kept {
    value: Counted,
    text: String,
    refuses: bool,
    resets: Arc<AtomicUsize>,
}

impl Reset for Kept {
    fn reset(&mut self) {
        self.resets.fetch_add(1, Relaxed);
        assert!(!self.refuses, "cannot be reset");
        self.text.clear();
    }
}

fn kept(ledger: &Ledger, id: usize, resets: &Arc<AtomicUsize>) -> Kept {
    let resets = Arc::clone(resets);
    Kept { value: ledger.value(id), text: String::new(), refuses: false, resets }
}

fn panics(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

#[test]
fn the_next_user_sees_nothing_of_the_last() {
    let ledger = Ledger::new(1);
    let resets = Arc::<AtomicUsize>::default();
    let pool = ResetPool::new();
    for round in 0..10 {
        let mut value = pool.acquire_with(|| kept(&ledger, 0, &resets));
        assert_eq!(value.text, "");
        value.text.push_str("secret");
        drop(value);
        assert_eq!(resets.load(Relaxed), round + 1);
    }
    assert_eq!(ledger.drops(0), 0);
    let statistics = pool.statistics();
    assert_eq!((statistics.acquired, statistics.released), (10, 10));
    assert_eq!((statistics.misses, statistics.reset_failures), (1, 0));
    drop(pool);
    ledger.assert_all_once();
}

#[test]
fn the_collections_become_empty_and_keep_their_memory() {
    fn check<T: Reset + Default + Send + 'static>(
        fill: impl FnOnce(&mut T),
        is_empty: impl FnOnce(&T) -> bool,
    ) {
        let pool = ResetPool::<T>::new();
        fill(&mut pool.acquire());
        assert!(is_empty(&pool.acquire()));
    }

    check::<String>(|s| s.push('a'), |s| s.is_empty() && s.capacity() > 0);
    check::<Vec<u8>>(|v| v.push(1), |v| v.is_empty() && v.capacity() > 0);
    check::<VecDeque<u8>>(|v| v.push_back(1), |v| v.is_empty() && v.capacity() > 0);
    check::<BinaryHeap<u8>>(|v| v.push(1), |v| v.is_empty() && v.capacity() > 0);
    check::<HashSet<u8>>(|v| _ = v.insert(1), |v| v.is_empty() && v.capacity() > 0);
    check::<HashMap<u8, u8>>(|v| _ = v.insert(1, 1), |v| v.is_empty() && v.capacity() > 0);
    check::<BTreeSet<u8>>(|v| _ = v.insert(1), BTreeSet::is_empty);
    check::<BTreeMap<u8, u8>>(|v| _ = v.insert(1, 1), BTreeMap::is_empty);
    check::<Box<Vec<u8>>>(|v| v.push(1), |v| v.is_empty());
}

#[test]
fn a_reset_that_panics_loses_its_value_only() {
    for bound in [0, 1, 100] {
        let ledger = Ledger::new(6);
        let resets = Arc::<AtomicUsize>::default();
        let pool = ResetPool::with_bound(bound);
        for id in 0..6 {
            let mut value = pool.acquire_with(|| kept(&ledger, id, &resets));
            assert_eq!(value.text, "", "a value that could not be reset was used again");
            value.text.push('a');
            value.refuses = true;
            // Also where the drop after it panics.
            value.value.panics = id % 2 == 0;
            assert!(panics(|| drop(value)), "the panic goes on");
            assert_eq!(ledger.drops(id), 1);
        }
        let statistics = pool.statistics();
        assert_eq!((statistics.reset_failures, statistics.released), (6, 6));
        drop(pool);
        ledger.assert_all_once();
    }
}

#[test]
fn a_value_that_cannot_be_made_costs_nothing() {
    let ledger = Ledger::new(1);
    let resets = Arc::<AtomicUsize>::default();
    for bound in [0, 100] {
        let pool = ResetPool::<Kept>::with_bound(bound);
        assert!(panics(|| drop(pool.acquire_with(|| panic!("cannot be made")))));
        let statistics = pool.statistics();
        assert_eq!((statistics.acquired, statistics.released), (1, 1));
        assert_eq!((statistics.reset_failures, resets.load(Relaxed)), (0, 0));
        if bound > 0 {
            drop(pool.acquire_with(|| kept(&ledger, 0, &resets)));
        }
    }
    ledger.assert_all_once();
}

#[test]
fn what_is_too_much_is_dropped() {
    let ledger = Ledger::new(10);
    let resets = Arc::<AtomicUsize>::default();
    let pool = ResetPool::with_bound(3);
    let values: Vec<_> =
        (0..10).map(|id| pool.acquire_with(|| kept(&ledger, id, &resets))).collect();
    drop(values);
    assert_eq!(resets.load(Relaxed), 10);
    assert_eq!((0..10).filter(|id| ledger.drops(*id) == 0).count(), 3);
    assert_eq!(pool.statistics().dropped, 7);
    // One that panics when it is dropped because it is too much.
    let held: Vec<_> = (0..3).map(|_| pool.acquire_with(|| unreachable!())).collect();
    let more = Ledger::new(1);
    let mut value = pool.acquire_with(|| kept(&more, 0, &resets));
    value.value.panics = true;
    assert!(panics(|| drop(value)));
    assert_eq!(pool.statistics().reset_failures, 1);
    more.assert_all_once();
    drop(held);
    drop(pool);
    ledger.assert_all_once();
}

#[test]
fn values_outlive_the_pool_and_take_what_was_kept_with_them() {
    let ledger = Ledger::new(3);
    let resets = Arc::<AtomicUsize>::default();
    let pool = ResetPool::new();
    let mut values: Vec<_> =
        (0..3).map(|id| pool.acquire_with(|| kept(&ledger, id, &resets))).collect();
    let last = values.pop().unwrap();
    drop(values);
    drop(pool);
    assert!((0..3).all(|id| ledger.drops(id) == 0), "the pool waits for its last value");
    thread::spawn(move || drop(last)).join().unwrap();
    ledger.assert_all_once();
}

#[test]
fn kept_values_whose_drops_panic_are_dropped_once() {
    let ledger = Ledger::new(5);
    let resets = Arc::<AtomicUsize>::default();
    let pool = ResetPool::new();
    let mut values: Vec<_> =
        (0..5).map(|id| pool.acquire_with(|| kept(&ledger, id, &resets))).collect();
    for value in &mut values {
        value.value.panics = true;
    }
    drop(values);
    assert!(panics(|| drop(pool)), "the first panic goes on");
    ledger.assert_all_once();
}

#[test]
fn values_that_are_taken_out_are_not_reset() {
    let ledger = Ledger::new(2);
    let resets = Arc::<AtomicUsize>::default();
    let pool = ResetPool::new();
    let mut value = pool.acquire_with(|| kept(&ledger, 0, &resets));
    value.text.push('a');
    let value = value.into_inner();
    assert_eq!((value.text.as_str(), resets.load(Relaxed)), ("a", 0));
    // Its frame has none any more.
    drop(pool.acquire_with(|| kept(&ledger, 1, &resets)));
    drop((value, pool));
    ledger.assert_all_once();
}

#[test]
fn values_go_round_between_threads() {
    watch!();
    const ROUNDS: usize = 5_000;
    let pool = ResetPool::<Vec<usize>>::with_bound(64);
    let (sender, receiver) = moirai::channel::mpmc::<Reused<Vec<usize>>>(16);
    thread::scope(|s| {
        for own in 0..3 {
            let (sender, pool) = (sender.clone(), pool.clone());
            s.spawn(move || {
                for n in 0..ROUNDS {
                    let mut value = pool.acquire();
                    assert!(value.is_empty());
                    value.extend([own, n]);
                    sender.send(value).unwrap();
                }
            });
        }
        drop(sender);
        for _ in 0..2 {
            let receiver = receiver.clone();
            s.spawn(move || receiver.iter().for_each(|value| assert_eq!(value.len(), 2)));
        }
    });
    let statistics = pool.statistics();
    assert_eq!((statistics.acquired, statistics.released), (3 * ROUNDS, 3 * ROUNDS));
}

/// A frame that is reset has a size of nothing, an alignment of its own, or both.
#[test]
fn layouts() {
    #[derive(Default)]
    #[repr(align(128))]
    struct Aligned(u8);
    #[derive(Default)]
    struct Nothing;

    impl Reset for Aligned {
        fn reset(&mut self) {
            self.0 = 0;
        }
    }
    impl Reset for Nothing {
        fn reset(&mut self) {}
    }

    let pool = ResetPool::<Aligned>::with_bound(2);
    for _ in 0..2 {
        let mut values: Vec<_> = (0..5).map(|_| pool.acquire()).collect();
        for value in &mut values {
            assert_eq!((&raw const **value).addr() % 128, 0);
            assert_eq!(std::mem::replace(&mut value.0, 7), 0);
        }
    }
    let pool = ResetPool::<Nothing>::new();
    drop([pool.acquire(), pool.acquire()]);
    assert_eq!(pool.statistics().released, 2);
}
