//! Models of the rings, of claims, of closing, and of sleeping: nothing lost, nothing doubled, everything in order, and
//! nobody left asleep. A deadlock is found as such.

use crate::channel::queue::{Queue, Refusal};
use crate::channel::ring::{Reader, Ring, Writer, free_slots};
use crate::channel::slots::Slots;
use crate::channel::{adaptive, spsc};
use crate::sync::mutants::{bites, holds};
use loom::sync::Arc;
use loom::thread;

fn ring(capacity: usize) -> Arc<Ring<usize>> {
    Arc::new(Ring::new(Slots::heap(capacity).unwrap()))
}

/// Three values through a ring of two slots.
fn one_by_one() {
    let shared = ring(2);
    let producer = {
        let shared = shared.clone();
        thread::spawn(move || {
            let writer = Writer::new();
            for value in 0..3 {
                while writer.room(&shared, 1) == 0 {
                    thread::yield_now();
                }
                // SAFETY: the one producer, and there is a free slot.
                unsafe { writer.push(&shared, value) };
            }
        })
    };
    let reader = Reader::new();
    for expected in 0..3 {
        while reader.ready(&shared, 1) == 0 {
            thread::yield_now();
        }
        // SAFETY: the one consumer, and there is a value.
        assert_eq!(unsafe { reader.pop(&shared) }, expected);
    }
    producer.join().unwrap();
}

/// Two batches of two values, written and read in place, through a ring of two slots.
fn in_place() {
    let shared = ring(2);
    let producer = {
        let shared = shared.clone();
        thread::spawn(move || {
            let writer = Writer::new();
            for batch in 0..2 {
                while writer.room(&shared, 2) < 2 {
                    thread::yield_now();
                }
                // SAFETY: the one producer, and two slots are free.
                let slots = unsafe { free_slots(&shared, &writer, 2) };
                // SAFETY: they are the producer's.
                let slots = unsafe { &mut *slots };
                slots[0].write(2 * batch);
                slots[1].write(2 * batch + 1);
                // SAFETY: both were written.
                unsafe { writer.publish(&shared, 2) };
            }
        })
    };
    let reader = Reader::new();
    for batch in 0..2 {
        while reader.ready(&shared, 2) < 2 {
            thread::yield_now();
        }
        // SAFETY: the one consumer, and two values are there.
        let values = unsafe { reader.pass(&shared, 2) };
        // SAFETY: they are the consumer's.
        assert_eq!(unsafe { &*values }, [2 * batch, 2 * batch + 1]);
        reader.publish(&shared);
    }
    producer.join().unwrap();
}

fn push(queue: &Queue<usize>, value: usize) {
    while queue.push(value).is_err() {
        thread::yield_now();
    }
}

fn pop(queue: &Queue<usize>) -> usize {
    loop {
        match queue.pop() {
            Ok(value) => return value,
            Err(_) => thread::yield_now(),
        }
    }
}

/// Two values through one slot.
fn one_slot() {
    let queue = Arc::new(Queue::new(1).unwrap());
    let producer = {
        let queue = queue.clone();
        thread::spawn(move || {
            push(&queue, 1);
            push(&queue, 2);
        })
    };
    assert_eq!([pop(&queue), pop(&queue)], [1, 2]);
    producer.join().unwrap();
}

/// Two producers want the same slot, and two consumers the same value.
fn same_place() {
    let queue = Arc::new(Queue::new(2).unwrap());
    let other = {
        let queue = queue.clone();
        thread::spawn(move || {
            queue.push(1).unwrap();
            queue.pop().ok()
        })
    };
    queue.push(2).unwrap();
    let mut received: Vec<usize> = queue.pop().into_iter().collect();
    received.extend(other.join().unwrap());
    received.extend(std::iter::from_fn(|| queue.pop().ok()));
    received.sort_unstable();
    assert_eq!(received, [1, 2]);
}

/// A close comes between the sends of two producers: what was sent is received, and then there is an end.
fn close_of_many() {
    let queue = Arc::new(Queue::new(2).unwrap());
    let producer = {
        let queue = queue.clone();
        thread::spawn(move || queue.push(1).is_ok())
    };
    let closer = {
        let queue = queue.clone();
        thread::spawn(move || queue.close())
    };
    let mut received = false;
    loop {
        match queue.pop() {
            Ok(value) => {
                assert_eq!(value, 1);
                received = true;
            }
            Err(Refusal::Closed) => break,
            Err(Refusal::NotNow) => thread::yield_now(),
        }
    }
    assert_eq!(producer.join().unwrap(), received);
    closer.join().unwrap();
}

/// The sender sends and is dropped: the receiver gets the value, and then finds the end.
fn close_by_sender() {
    let (sender, receiver) = spsc::channel(Slots::heap(1).unwrap());
    let producer = thread::spawn(move || sender.try_send(1).unwrap());
    let mut received = 0;
    loop {
        match receiver.try_recv() {
            Ok(value) => received += value,
            Err(crate::channel::TryRecvError::Disconnected) => break,
            Err(crate::channel::TryRecvError::Empty) => thread::yield_now(),
        }
    }
    assert_eq!(received, 1);
    producer.join().unwrap();
}

/// The receiver closes while the sender sends: a send that succeeds is received.
fn close_by_receiver() {
    let (sender, receiver) = spsc::channel(Slots::heap(1).unwrap());
    let producer = thread::spawn(move || sender.try_send(1).is_ok());
    receiver.close();
    let received = receiver.iter().count() == 1;
    assert_eq!(producer.join().unwrap(), received);
}

/// The receiver goes to sleep while the sender sends.
fn sleeping_receiver() {
    let (sender, receiver) = spsc::channel(Slots::heap(1).unwrap());
    let producer = thread::spawn(move || {
        sender.send(1).unwrap();
        sender
    });
    assert_eq!(receiver.recv(), Ok(1));
    drop(producer.join().unwrap());
}

/// The sender goes to sleep while the receiver makes room.
fn sleeping_sender() {
    let (sender, receiver) = spsc::channel(Slots::heap(1).unwrap());
    sender.send(1).unwrap();
    let consumer = thread::spawn(move || {
        assert_eq!(receiver.try_recv(), Ok(1));
        receiver
    });
    sender.send(2).unwrap();
    assert_eq!(consumer.join().unwrap().try_recv(), Ok(2));
}

/// The receiver goes to sleep while the sender is dropped.
fn sleeping_at_the_end() {
    let (sender, receiver) = spsc::channel::<usize>(Slots::heap(1).unwrap());
    let producer = thread::spawn(move || drop(sender));
    assert!(receiver.recv().is_err());
    producer.join().unwrap();
}

/// The sender sends one message of an unfinished batch, and no more: the receiver, awake or asleep, takes it when it is due.
fn deadline() {
    let options = adaptive::Options { capacity: 4, least: 4, most: 4, ..Default::default() };
    let (sender, receiver) = adaptive::channel(options).unwrap();
    let producer = thread::spawn(move || {
        sender.send(1).unwrap();
        sender
    });
    assert_eq!(receiver.recv(), Ok(1));
    drop(producer.join().unwrap());
    assert!(receiver.recv().is_err());
}

#[test]
fn loom_channel_deadline() {
    holds(deadline);
    bites("adaptive::deadline", deadline);
    bites("channel::light_fence", deadline);
    bites("channel::wake", deadline);
}

#[test]
fn loom_channel_ring() {
    holds(one_by_one);
    bites("ring::publish_tail", one_by_one);
    bites("ring::tail", one_by_one);
    bites("ring::publish_head", one_by_one);
    bites("ring::head", one_by_one);
}

#[test]
fn loom_channel_claims() {
    holds(in_place);
    bites("ring::publish_tail", in_place);
    bites("ring::tail", in_place);
    bites("ring::publish_head", in_place);
    bites("ring::head", in_place);
}

#[test]
fn loom_channel_queue() {
    holds(one_slot);
    bites("queue::publish", one_slot);
    bites("queue::tail", one_slot);
    bites("queue::free", one_slot);
    bites("queue::head", one_slot);
    holds(same_place);
}

#[test]
fn loom_channel_close() {
    holds(close_of_many);
    bites("queue::close_with_values", close_of_many);
    holds(close_by_sender);
    bites("channel::is_done", close_by_sender);
    holds(close_by_receiver);
}

#[test]
fn loom_channel_sleeping_receiver() {
    holds(sleeping_receiver);
    bites("channel::light_fence", sleeping_receiver);
    bites("channel::waiter_fence", sleeping_receiver);
    bites("channel::wake", sleeping_receiver);
    holds(sleeping_at_the_end);
}

#[test]
fn loom_channel_sleeping_sender() {
    holds(sleeping_sender);
    bites("channel::light_fence", sleeping_sender);
    bites("channel::waiter_fence", sleeping_sender);
    bites("channel::wake", sleeping_sender);
}
