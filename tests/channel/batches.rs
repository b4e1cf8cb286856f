//! Claims: batches written and read in place.

use crate::ledger::Ledger;
use crate::messages;
use moirai::channel;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_claim_ends_where_the_ring_begins_again() {
    let (mut sender, mut receiver) = channel::spsc(8);
    assert_eq!(sender.reserve(5).unwrap().fill(0..), 5);
    assert_eq!(*receiver.recv_batch(100).unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(sender.reserve(8).unwrap().len(), 3);
    assert_eq!(sender.reserve(8).unwrap().fill(5..), 3);
    assert_eq!(sender.reserve(8).unwrap().fill(8..), 5);
    assert!(sender.try_reserve(1).is_err());
    assert_eq!(receiver.peek(100), [5, 6, 7]);
    assert_eq!(*receiver.recv_batch(100).unwrap(), [5, 6, 7]);
    assert_eq!(receiver.recv_batch(2).unwrap().into_iter().collect::<Vec<_>>(), [8, 9]);
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [10, 11, 12]);
    assert!(receiver.peek(1).is_empty() && receiver.try_recv_batch(1).is_err());
}

#[test]
fn a_mapped_ring_never_breaks_a_claim() {
    // Three words: the slots fill whole pages only together.
    let (mut sender, mut receiver) = channel::spsc_mapped::<[usize; 3]>(2).unwrap();
    let capacity = sender.capacity();
    assert!(!cfg!(target_os = "linux") || sender.is_mapped());
    let mut next = 0..;
    let mut expected = 0..;
    for round in 0..50 {
        let count = 1 + round * 37 % capacity;
        let mut sent = 0;
        while sent < count {
            let claim = sender.reserve(count - sent).unwrap();
            assert!(!cfg!(target_os = "linux") || claim.len() == count - sent);
            sent += claim.fill(next.by_ref().map(|n| [n; 3]).take(count - sent));
        }
        while !receiver.is_empty() {
            let batch = receiver.recv_batch(count).unwrap();
            assert!(!cfg!(target_os = "linux") || batch.len() == count);
            for value in &*batch {
                assert_eq!(*value, [expected.next().unwrap(); 3]);
            }
        }
    }
}

#[test]
fn leaked_claims_change_nothing() {
    let ledger = Ledger::new(8);
    let (mut sender, mut receiver) = channel::spsc(4);
    // Written, but never sent: a claim has no destructor, so it leaks what was written.
    sender.reserve(2).unwrap().as_uninit()[0].write(ledger.value(0));
    assert!(receiver.try_recv().is_err());
    assert_eq!(sender.reserve(4).unwrap().fill((1..5).map(|id| ledger.value(id))), 4);
    forget(receiver.recv_batch(4).unwrap());
    assert_eq!(receiver.recv_batch(4).unwrap()[0].id, 1);
    assert_eq!((1..5).map(|id| ledger.drops(id)).sum::<usize>(), 4);
    // Moved out halfway: the others leak, and nothing comes twice.
    assert_eq!(sender.reserve(4).unwrap().fill((5..7).map(|id| ledger.value(id))), 2);
    let mut moved = receiver.recv_batch(2).unwrap().into_iter();
    assert_eq!((moved.len(), moved.next().unwrap().id), (2, 5));
    forget(moved);
    assert!(receiver.try_recv().is_err());
    sender.send(ledger.value(7)).ok().unwrap();
    drop((sender, receiver));
    assert_eq!((ledger.drops(5), ledger.drops(6), ledger.drops(7)), (1, 0, 1));
}

#[test]
fn what_an_iterator_gave_before_its_panic_is_sent() {
    let (mut sender, receiver) = channel::spsc(8);
    let claim = sender.reserve(8).unwrap();
    let values = (0..8).inspect(|n| assert!(*n < 3));
    assert!(catch_unwind(AssertUnwindSafe(|| claim.fill(values))).is_err());
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
#[should_panic(expected = "5 of 4 values cannot be released")]
fn no_more_than_there_is_can_be_released() {
    let (mut sender, mut receiver) = channel::spsc(8);
    assert_eq!(sender.reserve(4).unwrap().fill(0..), 4);
    receiver.recv_batch(8).unwrap().release(5);
}

#[test]
fn claims_find_the_end() {
    let (mut sender, receiver) = channel::spsc::<u8>(8);
    drop(receiver);
    assert!(sender.reserve(1).is_err() && sender.try_reserve(1).is_err());
    let (sender, mut receiver) = channel::spsc::<u8>(8);
    drop(sender);
    assert!(receiver.recv_batch(1).is_err() && receiver.try_recv_batch(1).is_err());
}

#[test]
fn batches_between_two_threads() {
    watch!();
    for mapped in [false, true] {
        let total = messages(2_000_000);
        let made = if mapped { channel::spsc_mapped(1024) } else { channel::try_spsc(64) };
        let (mut sender, mut receiver) = made.unwrap();
        let producer = std::thread::spawn(move || {
            let mut next = 0..total;
            for size in (1..100).cycle() {
                if next.is_empty() {
                    break;
                }
                sender.reserve(size).unwrap().fill(next.by_ref().take(size));
            }
        });
        let mut expected = 0;
        for size in (1..77).cycle() {
            let Ok(batch) = receiver.recv_batch(size) else { break };
            for value in &*batch {
                assert_eq!(*value, expected);
                expected += 1;
            }
        }
        assert_eq!(expected, total);
        producer.join().unwrap();
    }
}
