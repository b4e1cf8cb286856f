//! Values that are counted: each is dropped exactly once, also where drops panic.

use crate::ledger::{Counted, Ledger};
use moirai::channel;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn what_is_not_received_is_dropped_with_the_channel() {
    watch!();
    for received in 0..4 {
        let ledger = Ledger::new(6);
        let (sender, receiver) = channel::spsc(4);
        let (many, many_receiver) = channel::mpmc(4);
        for id in 0..3 {
            sender.send(ledger.value(id)).ok().unwrap();
            many.send(ledger.value(3 + id)).ok().unwrap();
        }
        for _ in 0..received {
            drop((receiver.try_recv(), many_receiver.try_recv()));
        }
        drop((sender, many));
        drop((receiver, many_receiver));
        ledger.assert_all_once();
    }
}

#[test]
fn the_last_receiver_drops_what_is_left_at_once() {
    watch!();
    let ledger = Ledger::new(3);
    let (sender, receiver) = channel::spsc(4);
    let (many, many_receiver) = channel::mpmc(4);
    let second = many_receiver.clone();
    sender.send(ledger.value(0)).ok().unwrap();
    many.send(ledger.value(1)).ok().unwrap();
    drop(receiver);
    drop(many_receiver);
    assert_eq!((ledger.drops(0), ledger.drops(1)), (1, 0));
    drop(second);
    assert_eq!(ledger.drops(1), 1);
    // What cannot be sent comes back.
    let back = sender.send(ledger.value(2)).err().unwrap().into_inner();
    assert_eq!(back.id, 2);
    drop(back);
    ledger.assert_all_once();
}

/// Sends eight values round the end of a ring of eight; one of them panics when it is dropped.
fn panicking(panics: usize, then: impl FnOnce(channel::spsc::Receiver<Counted>)) {
    let ledger = Ledger::new(12);
    let (sender, receiver) = channel::spsc(8);
    for id in 0..4 {
        sender.send(ledger.value(id)).ok().unwrap();
        drop(receiver.recv());
    }
    for id in 4..12 {
        let mut value = ledger.value(id);
        value.panics = id == panics;
        sender.send(value).ok().unwrap();
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| then(receiver))).is_err();
    assert!(panicked, "the panic of the drop comes through");
    drop(sender);
    ledger.assert_all_once();
}

#[test]
fn each_value_is_dropped_once_also_if_a_drop_panics() {
    watch!();
    for panics in 4..12 {
        panicking(panics, drop);
        panicking(panics, |receiver| receiver.into_iter().take(8).for_each(drop));
        panicking(panics, |mut receiver| {
            drop(receiver.recv_batch(8));
            drop(receiver.recv_batch(8));
        });
        panicking(panics, |mut receiver| {
            receiver.recv_batch(8).unwrap().into_iter().take(1).for_each(drop);
            receiver.recv_batch(8).unwrap().into_iter().take(1).for_each(drop);
        });
    }
}

#[test]
fn many_receivers_drop_each_value_once_also_if_a_drop_panics() {
    watch!();
    for panics in 0..4 {
        let ledger = Ledger::new(4);
        let (sender, receiver) = channel::mpmc(4);
        for id in 0..4 {
            let mut value = ledger.value(id);
            value.panics = id == panics;
            sender.send(value).ok().unwrap();
        }
        assert!(catch_unwind(AssertUnwindSafe(|| drop(receiver))).is_err());
        drop(sender);
        ledger.assert_all_once();
    }
}
