//! Each value is dropped once, wherever it is and whatever panics.

use crate::ledger::Ledger;
use moirai::frames::FramePool;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn values_are_dropped_with_their_frames() {
    for bound in [0, 100] {
        let ledger = Ledger::new(10);
        let pool = FramePool::with_bound(bound);
        let frames: Vec<_> = (0..10).map(|id| pool.acquire(ledger.value(id))).collect();
        assert_eq!(ledger.drops(3), 0);
        drop(frames);
        ledger.assert_all_once();
        // The memory is used again, and nothing is left in it.
        let again = Ledger::new(10);
        drop((0..10).map(|id| pool.acquire(again.value(id))).collect::<Vec<_>>());
        ledger.assert_all_once();
        again.assert_all_once();
    }
}

#[test]
fn values_that_are_taken_out_are_not_dropped() {
    let ledger = Ledger::new(1);
    let pool = FramePool::new();
    let value = pool.acquire(ledger.value(0)).into_inner();
    assert_eq!((ledger.drops(0), pool.statistics().released), (0, 1));
    drop(value);
    ledger.assert_all_once();
}

#[test]
fn a_drop_that_panics_loses_its_value_only() {
    for bound in [0, 4, 100] {
        let ledger = Ledger::new(8);
        let pool = FramePool::with_bound(bound);
        for id in 0..8 {
            let mut value = ledger.value(id);
            value.panics = id % 3 == 0;
            let frame = pool.acquire(value);
            let panicked = catch_unwind(AssertUnwindSafe(|| drop(frame))).is_err();
            assert_eq!(panicked, id % 3 == 0, "the panic goes on");
        }
        ledger.assert_all_once();
        let statistics = pool.statistics();
        assert_eq!((statistics.reset_failures, statistics.released), (3, 8));
        assert_eq!(statistics.dropped, if bound == 0 { 8 } else { 0 });
    }
}

#[test]
fn a_panic_with_frames_in_hand_gives_them_back() {
    let ledger = Ledger::new(3);
    let pool = FramePool::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _frames = [0, 1, 2].map(|id| pool.acquire(ledger.value(id)));
        panic!("with frames in hand");
    }));
    assert!(panicked.is_err());
    ledger.assert_all_once();
    assert_eq!(pool.statistics().released, 3);
}

#[test]
fn frames_outlive_the_pool() {
    for bound in [0, 2, 100] {
        let ledger = Ledger::new(6);
        let pool = FramePool::with_bound(bound);
        let frames: Vec<_> = (0..6).map(|id| pool.acquire(ledger.value(id))).collect();
        drop(pool);
        assert!(frames.iter().map(|frame| frame.id).eq(0..6));
        drop(frames);
        ledger.assert_all_once();
    }
}

#[test]
fn a_value_may_hold_the_last_handle_of_its_pool() {
    struct Own(Option<FramePool<Own>>);
    let pool = FramePool::new();
    let mut frame = pool.acquire(Own(None));
    frame.0 = Some(pool);
    drop(frame);
}

#[test]
fn values_may_hold_frames_of_the_same_pool() {
    struct Node(Option<moirai::frames::Frame<Node>>, #[allow(dead_code, reason = "counted")] usize);
    let pool = FramePool::new();
    let mut list = None;
    for n in 0..1000 {
        list = Some(pool.acquire(Node(list, n)));
    }
    assert_eq!(pool.statistics().acquired, 1000);
    // From the front: a list that is dropped by recursion would need a deep stack.
    while let Some(node) = list {
        list = node.into_inner().0;
    }
    assert_eq!(pool.statistics().released, 1000);
}
