//! The adaptive channel: everything arrives in order, lone messages by the deadline, and the batch bound follows the load.

use crate::ledger::Ledger;
use crate::messages;
use moirai::batch::Load;
use moirai::channel::adaptive::Options;
use moirai::channel::{
    CapacityError, RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError, adaptive,
};
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
    // Long enough for a sanitizer's build to send 64 messages in half of it.
    let options = Options { deadline: Duration::from_millis(20), ..Options::default() };
    let (sender, mut receiver) = adaptive(options).unwrap();
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

/// Messages that are handed over when four are there, or asked for.
const PATIENT: Options =
    Options { capacity: 8, least: 4, most: 4, deadline: Duration::from_secs(3600) };
const SHORT: Duration = Duration::from_millis(1);

#[test]
fn what_is_not_due_is_not_there_yet() {
    watch!();
    let (sender, mut receiver) = adaptive(PATIENT).unwrap();
    sender.try_send(1).unwrap();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    assert!(receiver.try_recv_batch().is_err() && receiver.try_iter().next().is_none());
    assert_eq!((sender.len(), receiver.len(), receiver.capacity()), (1, 1, 8));
    sender.flush();
    assert_eq!(receiver.recv_timeout(SHORT), Ok(1));
    (2..6).for_each(|n| sender.try_send(n).unwrap());
    assert_eq!(*receiver.try_recv_batch().unwrap(), [2, 3, 4, 5]);
    assert!(sender.is_empty() && receiver.is_empty());
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn what_is_due_is_there() {
    watch!();
    let options = Options { deadline: SHORT, ..PATIENT };
    let (sender, receiver) = adaptive(options).unwrap();
    sender.send(1).unwrap();
    thread::sleep(2 * SHORT);
    assert_eq!(receiver.try_recv(), Ok(1));
    sender.send(2).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::from_secs(3600)), Ok(2));
    assert!(sender.statistics().by_deadline >= 2);
}

#[test]
fn a_full_ring_is_handed_over() {
    watch!();
    let options = Options { capacity: 2, least: 100, ..PATIENT };
    let (sender, receiver) = adaptive(options).unwrap();
    // A batch is no larger than the ring: with its last slot it is full.
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
    assert_eq!(sender.send_timeout(3, SHORT), Err(SendTimeoutError::Timeout(3)));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    // Half a batch at the end of the ring.
    sender.send(3).unwrap();
    sender.flush();
    sender.send(4).unwrap();
    assert_eq!(sender.try_send(5), Err(TrySendError::Full(5)));
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [3, 4]);
    assert_eq!(sender.statistics().by_full_ring, 1);
}

#[test]
fn either_side_closes() {
    watch!();
    for receiver_closes in [false, true] {
        let (sender, receiver) = adaptive(PATIENT).unwrap();
        sender.send(1).unwrap();
        assert!(!sender.is_closed());
        if receiver_closes {
            receiver.close();
        } else {
            sender.close();
        }
        assert_eq!(sender.try_send(2), Err(TrySendError::Disconnected(2)));
        assert!(sender.is_closed());
        // The sender is still there, and what it had sent is handed over.
        assert_eq!((&receiver).into_iter().collect::<Vec<_>>(), [1]);
        assert_eq!(receiver.into_iter().next(), None);
    }
}

#[test]
fn a_blocked_receive_ends_with_a_close() {
    watch!();
    let (sender, receiver) = adaptive::<u8>(PATIENT).unwrap();
    let thread = thread::spawn(move || receiver.recv());
    thread::sleep(SHORT);
    sender.close();
    assert!(thread.join().unwrap().is_err());
}
