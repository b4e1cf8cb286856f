//! Many messages, many threads, closes at random moments: nothing lost, nothing twice, in order for each producer.

use crate::ledger::Ledger;
use crate::messages;
use moirai::channel::{self, TryRecvError, TrySendError};
use std::thread;
use std::time::Duration;

#[test]
fn one_to_one_in_order() {
    watch!();
    for capacity in [1, 4, 256] {
        let total = messages(if capacity == 1 { 200_000 } else { 4_000_000 });
        let (sender, receiver) = channel::spsc(capacity);
        let producer = thread::spawn(move || {
            for n in 0..total {
                sender.send(n).unwrap();
            }
        });
        assert!(receiver.iter().eq(0..total));
        producer.join().unwrap();
    }
}

#[test]
fn one_to_one_without_blocking() {
    watch!();
    let total = messages(2_000_000);
    let (sender, receiver) = channel::spsc(64);
    let producer = thread::spawn(move || {
        for n in 0..total {
            while let Err(error) = sender.try_send(n) {
                assert_eq!(error, TrySendError::Full(n));
                thread::yield_now();
            }
        }
    });
    let mut expected = 0;
    loop {
        match receiver.try_recv() {
            Ok(n) => {
                assert_eq!(n, expected);
                expected += 1;
            }
            Err(TryRecvError::Empty) => thread::yield_now(),
            Err(TryRecvError::Disconnected) => break,
        }
    }
    assert_eq!(expected, total);
    producer.join().unwrap();
}

#[test]
fn many_to_many_keep_the_order_of_each_producer() {
    watch!();
    for (capacity, producers, consumers) in [(1, 2, 2), (4, 4, 1), (64, 1, 4), (256, 4, 4)] {
        let each = messages(400_000) / producers / if capacity == 1 { 10 } else { 1 };
        let (sender, receiver) = channel::mpmc(capacity);
        thread::scope(|s| {
            for producer in 0..producers {
                let sender = sender.clone();
                s.spawn(move || {
                    for n in 0..each {
                        sender.send((producer, n)).unwrap();
                    }
                });
            }
            drop(sender);
            let consumers: Vec<_> = (0..consumers)
                .map(|_| {
                    let receiver = receiver.clone();
                    s.spawn(move || {
                        let mut seen = vec![Vec::new(); producers];
                        for (producer, n) in receiver {
                            let of_producer: &mut Vec<usize> = &mut seen[producer];
                            assert!(of_producer.last().is_none_or(|last| *last < n));
                            of_producer.push(n);
                        }
                        seen
                    })
                })
                .collect();
            let seen: Vec<_> = consumers.into_iter().map(|own| own.join().unwrap()).collect();
            for producer in 0..producers {
                let mut all: Vec<usize> =
                    seen.iter().flat_map(|seen| seen[producer].iter().copied()).collect();
                all.sort_unstable();
                assert!(all.into_iter().eq(0..each), "producer {producer}");
            }
        });
    }
}

#[test]
fn what_was_sent_before_a_close_is_received() {
    watch!();
    for round in 0..messages(4_000) {
        let (sender, receiver) = channel::mpmc(4);
        let sent: usize = thread::scope(|s| {
            let producers = [(); 2].map(|()| {
                let sender = sender.clone();
                s.spawn(move || (0..50).take_while(|n| sender.send(*n).is_ok()).count())
            });
            let closer = receiver.clone();
            s.spawn(move || {
                for _ in 0..round % 60 {
                    thread::yield_now();
                }
                closer.close();
            });
            let received = receiver.iter().count();
            let sent = producers.map(|producer| producer.join().unwrap()).iter().sum();
            assert_eq!(received, sent);
            sent
        });
        assert!(sent <= 100 && receiver.try_recv() == Err(TryRecvError::Disconnected));
    }
}

#[test]
fn a_receiver_that_closes_receives_what_the_sender_could_send() {
    watch!();
    for round in 0..messages(4_000) {
        let (sender, receiver) = channel::spsc(4);
        let producer =
            thread::spawn(move || (0..50).take_while(|n| sender.send(*n).is_ok()).count());
        let before = receiver.iter().take(round % 50).count();
        receiver.close();
        let received = before + receiver.iter().count();
        assert_eq!(received, producer.join().unwrap());
    }
}

#[test]
fn values_are_dropped_once_whoever_goes_first() {
    watch!();
    for round in 0..messages(4_000) {
        let ledger = Ledger::new(60);
        let (sender, receiver) = channel::mpmc(8);
        let (single, single_receiver) = channel::spsc(8);
        thread::scope(|s| {
            let values = ledger.clone();
            s.spawn(move || {
                for id in 0..30 {
                    drop(sender.send(values.value(id)));
                    drop(single.send(values.value(30 + id)));
                }
            });
            receiver.iter().take(round % 9).for_each(drop);
            single_receiver.iter().take(round % 7).for_each(drop);
            drop((receiver, single_receiver));
        });
        ledger.assert_all_once();
    }
}

#[test]
fn timeouts_lose_nothing() {
    watch!();
    let total = messages(40_000);
    let (sender, receiver) = channel::mpmc(1);
    let producer = thread::spawn(move || {
        for n in 0..total {
            let mut value = n;
            while let Err(error) = sender.send_timeout(value, Duration::from_micros(n as u64 % 90))
            {
                value = error.into_inner();
            }
        }
    });
    let mut received = Vec::new();
    while received.len() < total {
        received.extend(receiver.recv_timeout(Duration::from_micros(received.len() as u64 % 70)));
    }
    assert!(received.into_iter().eq(0..total));
    producer.join().unwrap();
}

/// 1 KiB each, whose words must come together: written and read in place, by value, and between many.
#[test]
fn large_messages_come_whole() {
    watch!();
    type Large = [u64; 128];
    let is_whole = |message: &Large| message.iter().all(|word| *word == message[0]);
    let count = messages(100_000) as u64;
    for mapped in [false, true] {
        let made = if mapped { channel::spsc_mapped::<Large>(8) } else { channel::try_spsc(8) };
        let (mut sender, mut receiver) = made.unwrap();
        thread::scope(|s| {
            s.spawn(move || {
                for n in (0..count).step_by(2) {
                    let mut slots = sender.reserve(1).unwrap();
                    slots.as_uninit()[0].write([n; 128]);
                    // SAFETY: the slot was written.
                    unsafe { slots.commit(1) };
                    sender.send([n + 1; 128]).unwrap();
                }
            });
            let mut next = 0;
            while let Ok(batch) = receiver.recv_batch(3) {
                for message in &*batch {
                    assert!(message[0] == next && is_whole(message));
                    next += 1;
                }
            }
            assert_eq!(next, count.next_multiple_of(2));
        });
    }
    let (sender, receiver) = channel::mpmc::<Large>(8);
    thread::scope(|s| {
        for own in 0..2 {
            let sender = sender.clone();
            s.spawn(move || (0..count / 2).for_each(|n| sender.send([2 * n + own; 128]).unwrap()));
        }
        drop(sender);
        let sums = [receiver.clone(), receiver].map(|receiver| {
            s.spawn(move || {
                let whole = receiver.into_iter().inspect(|message| assert!(is_whole(message)));
                whole.map(|message| message[0]).sum::<u64>()
            })
        });
        let sum: u64 = sums.map(|sum| sum.join().unwrap()).iter().sum();
        let sent = count / 2 * 2;
        assert_eq!(sum, sent * (sent - 1) / 2);
    });
}
