//! The adaptive channel: everything arrives in order, lone messages by the deadline, and the batch bound follows the load.

use crate::ledger::Ledger;
use crate::messages;
use moirai::batch::Load;
use moirai::channel::adaptive::Options;
use moirai::channel::{CapacityError, adaptive};
use std::thread;
use std::time::Duration;

#[test]
fn everything_arrives_in_order() {
    watch!();
    for (capacity, least, most) in [(1, 1, 1), (4, 2, 100), (4096, 1, 1024), (1024, 1024, 1)] {
        let total = messages(if capacity < 10 { 100_000 } else { 4_000_000 });
        let options = Options { capacity, least, most, ..Options::default() };
        let (sender, mut receiver) = adaptive(options).unwrap();
        let producer = thread::spawn(move || {
            for n in 0..total {
                sender.send(n).unwrap();
            }
            sender.statistics()
        });
        let mut expected = 0;
        while let Ok(batch) = receiver.recv_batch() {
            assert!(!batch.is_empty() && batch.len() <= capacity);
            for n in &*batch {
                assert_eq!(*n, expected);
                expected += 1;
            }
        }
        assert_eq!(expected, total);
        let statistics = producer.join().unwrap();
        assert!(statistics.history.iter().all(|size| (1..=capacity).contains(size)));
    }
}

#[test]
fn lone_messages_need_no_further_send() {
    watch!();
    let options = Options { least: 100, deadline: Duration::from_millis(2), ..Options::default() };
    let (sender, receiver) = adaptive(options).unwrap();
    let echo = thread::spawn(move || {
        let received: Vec<u32> = (0..10).map(|_| receiver.recv().unwrap()).collect();
        (received, receiver)
    });
    for n in 0..10 {
        sender.send(n).unwrap();
        thread::sleep(Duration::from_millis(u64::from(n)));
    }
    // The sender is still there, and has sent nothing more.
    let (received, receiver) = echo.join().unwrap();
    assert!(received.into_iter().eq(0..10));
    let statistics = receiver.statistics();
    assert!(statistics.by_deadline >= 1 && statistics.by_size == 0, "{statistics:?}");
    drop(sender);
    assert!(receiver.recv().is_err());
}

#[test]
fn the_bound_rises_and_falls_with_the_load() {
    watch!();
    let (sender, mut receiver) = adaptive(Options::default()).unwrap();
    let consumer = thread::spawn(move || {
        while receiver.recv_batch().is_ok() {}
        receiver.statistics()
    });
    let mut highest = 0;
    while highest < 64 {
        sender.send(0).unwrap();
        highest = highest.max(sender.statistics().batch);
    }
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(150));
        sender.send(0).unwrap();
        sender.flush();
    }
    let statistics = sender.statistics();
    assert_eq!((statistics.batch, statistics.load), (1, Load::Low), "{statistics:?}");
    drop(sender);
    assert!(consumer.join().unwrap().by_size > 0);
}

#[test]
fn causes_are_counted() {
    let options = Options { capacity: 8, least: 4, most: 4, deadline: Duration::from_secs(3600) };
    let (sender, mut receiver) = adaptive(options).unwrap();
    (0..4).for_each(|n| sender.send(n).unwrap());
    sender.send(4).unwrap();
    sender.flush();
    sender.flush();
    assert_eq!(*receiver.recv_batch().unwrap(), [0, 1, 2, 3, 4]);
    sender.send(5).unwrap();
    drop(sender);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [5]);
    let statistics = receiver.statistics();
    assert_eq!((statistics.by_size, statistics.by_request, statistics.by_end), (1, 1, 1));
    assert_eq!((statistics.by_deadline, statistics.by_full_ring), (0, 0));
    assert_eq!(statistics.history, [4, 1, 1]);
}

#[test]
fn memory_is_bounded_and_ends_are_found() {
    watch!();
    let options = Options { capacity: 12, ..Options::default() };
    assert_eq!(adaptive::<u8>(options).unwrap_err(), CapacityError::NotAPowerOfTwo(12));
    let ledger = Ledger::new(8);
    let options = Options { capacity: 4, least: 4, ..Options::default() };
    let (sender, receiver) = adaptive(options).unwrap();
    let values = ledger.clone();
    let producer =
        thread::spawn(move || (0..8).find_map(|id| sender.send(values.value(id)).err().map(drop)));
    // One is received, four have room; a later send waits or fails once the receiver is gone.
    drop(receiver.recv().ok().unwrap());
    thread::sleep(Duration::from_millis(5));
    drop(receiver);
    assert_eq!(producer.join().unwrap(), Some(()));
    assert_eq!(ledger.drops(0), 1);
    assert!((0..8).all(|id| ledger.drops(id) <= 1));
}
