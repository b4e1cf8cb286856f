//! Channels between two threads, and between two and two: time per message; and ways for a single result.
//!
//! rtrb stands where other benches have rayon: it is the reference, and sampled twice a round. The ring has 1024 slots (128 for
//! messages of 1 KiB). Each sample sends a stream of messages that one thread makes and another adds up; the sums are
//! compared.

mod harness;

use harness::Bench;
use moirai::channel;
use std::hint::black_box;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

const CAPACITY: usize = 1024;
const LARGE_CAPACITY: usize = 128;
const BATCH: usize = 64;
/// Messages in a sample.
const MESSAGES: u64 = 400_000;
const LARGE_MESSAGES: u64 = 40_000;
/// Results in a sample, each by way of its own.
const RESULTS: u64 = 100_000;

type Large = [u64; 128];

/// Whoever finds nothing to do looks again, and now and then gives the processor away: others may need it.
fn again(looks: &mut u32) {
    *looks += 1;
    if *looks % 64 == 0 { thread::yield_now() } else { std::hint::spin_loop() }
}

/// How long the two sides take, which begin together. `receive` gives the sum of what came.
fn between<S: Send, R: Send>(
    messages: u64,
    (sender, receiver): (S, R),
    send: impl FnOnce(S) + Send,
    receive: impl FnOnce(R) -> u64 + Send,
) -> Duration {
    let start = Barrier::new(2);
    thread::scope(|s| {
        let producer = s.spawn(|| {
            start.wait();
            send(sender);
        });
        start.wait();
        let begun = Instant::now();
        let sum = receive(receiver);
        let elapsed = begun.elapsed();
        producer.join().unwrap();
        assert_eq!(sum, messages * (messages - 1) / 2, "messages were lost");
        elapsed
    })
}

/// Sends with a function that says whether there was room, and receives with one that gives nothing if there is nothing.
fn trying<S: Send, R: Send>(
    sides: (S, R),
    send: impl Fn(&mut S, u64) -> bool + Send,
    receive: impl Fn(&mut R) -> Option<u64> + Send,
) -> Duration {
    between(
        MESSAGES,
        sides,
        move |mut sender| {
            for n in 0..MESSAGES {
                let mut looks = 0;
                while !send(&mut sender, n) {
                    again(&mut looks);
                }
            }
        },
        move |mut receiver| {
            let mut sum = 0;
            for _ in 0..MESSAGES {
                let mut looks = 0;
                sum += loop {
                    if let Some(n) = receive(&mut receiver) {
                        break n;
                    }
                    again(&mut looks);
                };
            }
            sum
        },
    )
}

fn blocking<S: Send, R: Send>(
    sides: (S, R),
    send: impl Fn(&S, u64) + Send,
    receive: impl Fn(&R) -> u64 + Send,
) -> Duration {
    between(
        MESSAGES,
        sides,
        move |sender| (0..MESSAGES).for_each(|n| send(&sender, n)),
        move |receiver| (0..MESSAGES).map(|_| receive(&receiver)).sum(),
    )
}

fn moirai_batches(sides: (channel::spsc::Sender<u64>, channel::spsc::Receiver<u64>)) -> Duration {
    between(
        MESSAGES,
        sides,
        |mut sender| {
            let mut next = 0..MESSAGES;
            while !next.is_empty() {
                sender.reserve(BATCH).unwrap().fill(next.by_ref().take(BATCH));
            }
        },
        |mut receiver| {
            let mut sum = 0;
            while let Ok(batch) = receiver.recv_batch(BATCH) {
                sum += batch.iter().sum::<u64>();
            }
            sum
        },
    )
}

fn rtrb_batches() -> Duration {
    between(
        MESSAGES,
        rtrb::RingBuffer::new(CAPACITY),
        |mut sender: rtrb::Producer<u64>| {
            let mut next = 0..MESSAGES;
            let mut looks = 0;
            while !next.is_empty() {
                match sender.write_chunk_uninit(BATCH) {
                    Ok(chunk) => _ = chunk.fill_from_iter(next.by_ref()),
                    Err(_) => again(&mut looks),
                }
            }
        },
        |mut receiver| {
            let (mut sum, mut left, mut looks) = (0, MESSAGES as usize, 0);
            while left > 0 {
                match receiver.read_chunk(receiver.slots().min(BATCH)) {
                    Ok(chunk) if !chunk.is_empty() => {
                        let (first, second) = chunk.as_slices();
                        sum += first.iter().chain(second).sum::<u64>();
                        left -= chunk.len();
                        chunk.commit_all();
                    }
                    _ => again(&mut looks),
                }
            }
            sum
        },
    )
}

fn moirai_large() -> Duration {
    between(
        LARGE_MESSAGES,
        channel::spsc::<Large>(LARGE_CAPACITY),
        |mut sender| {
            for n in 0..LARGE_MESSAGES {
                let mut slot = sender.reserve(1).unwrap();
                slot.as_uninit()[0].write([n; 128]);
                // SAFETY: the slot was written.
                unsafe { slot.commit(1) };
            }
        },
        |mut receiver| {
            let mut sum = 0;
            while let Ok(batch) = receiver.recv_batch(1) {
                sum += batch[0].iter().sum::<u64>() / 128;
            }
            sum
        },
    )
}

fn adaptive() -> Duration {
    between(
        MESSAGES,
        channel::adaptive(channel::adaptive::Options::default()).unwrap(),
        |sender| (0..MESSAGES).for_each(|n| sender.send(n).unwrap()),
        |mut receiver| {
            let mut sum = 0;
            while let Ok(batch) = receiver.recv_batch() {
                sum += batch.iter().sum::<u64>();
            }
            sum
        },
    )
}

fn rtrb_large() -> Duration {
    between(
        LARGE_MESSAGES,
        rtrb::RingBuffer::<Large>::new(LARGE_CAPACITY),
        |mut sender| {
            let mut looks = 0;
            for n in 0..LARGE_MESSAGES {
                let mut chunk = loop {
                    match sender.write_chunk_uninit(1) {
                        Ok(chunk) => break chunk,
                        Err(_) => again(&mut looks),
                    }
                };
                chunk.as_mut_slices().0[0].write([n; 128]);
                // SAFETY: the slot was written.
                unsafe { chunk.commit_all() };
            }
        },
        |mut receiver| {
            let (mut sum, mut left, mut looks) = (0, LARGE_MESSAGES, 0);
            while left > 0 {
                let Ok(chunk) = receiver.read_chunk(1) else {
                    again(&mut looks);
                    continue;
                };
                sum += chunk.as_slices().0[0].iter().sum::<u64>() / 128;
                chunk.commit_all();
                left -= 1;
            }
            sum
        },
    )
}

/// Two producers and two consumers.
fn two_by_two<S: Send + Clone, R: Send + Clone>(
    (sender, receiver): (S, R),
    send: impl Fn(&S, u64) + Sync,
    receive: impl Fn(&R) -> Option<u64> + Sync,
) -> Duration {
    let begun = Instant::now();
    let sum: u64 = thread::scope(|s| {
        for half in 0..2 {
            let (sender, send) = (sender.clone(), &send);
            s.spawn(move || (half..MESSAGES).step_by(2).for_each(|n| send(&sender, n)));
        }
        drop(sender);
        let sums = [receiver.clone(), receiver].map(|receiver| {
            let receive = &receive;
            s.spawn(move || std::iter::from_fn(|| receive(&receiver)).sum::<u64>())
        });
        sums.map(|sum| sum.join().unwrap()).iter().sum()
    });
    let elapsed = begun.elapsed();
    assert_eq!(sum, MESSAGES * (MESSAGES - 1) / 2, "messages were lost");
    elapsed
}

/// Hands results over one by one, each on a way that is made for it and gone after it; both ends in one thread.
fn one_by_one(hand_over: impl Fn(u64) -> u64) -> Duration {
    let begun = Instant::now();
    let sum: u64 = (0..RESULTS).map(|n| hand_over(black_box(n))).sum();
    let elapsed = begun.elapsed();
    assert_eq!(sum, RESULTS * (RESULTS - 1) / 2, "results were lost");
    elapsed
}

fn main() {
    let bench = Bench::new("channel");
    let queue = || {
        let queue = Arc::new(crossbeam_queue::ArrayQueue::new(CAPACITY));
        (Arc::clone(&queue), queue)
    };
    bench
        .group("try", "u64")
        .per(MESSAGES as usize)
        .twin_of("rtrb")
        .case("rtrb", || {
            trying(rtrb::RingBuffer::new(CAPACITY), |s, n| s.push(n).is_ok(), |r| r.pop().ok())
        })
        .case("moirai", || {
            trying(channel::spsc(CAPACITY), |s, n| s.try_send(n).is_ok(), |r| r.try_recv().ok())
        })
        .case("moirai-mpmc", || {
            trying(channel::mpmc(CAPACITY), |s, n| s.try_send(n).is_ok(), |r| r.try_recv().ok())
        })
        .case("ArrayQueue", || trying(queue(), |s, n| s.push(n).is_ok(), |r| r.pop()))
        .run();
    bench
        .group("blocking", "u64")
        .per(MESSAGES as usize)
        .twin_of("crossbeam")
        .case("crossbeam", || {
            let sides = crossbeam_channel::bounded(CAPACITY);
            blocking(sides, |s, n| s.send(n).unwrap(), |r| r.recv().unwrap())
        })
        .case("moirai", || {
            blocking(channel::spsc(CAPACITY), |s, n| s.send(n).unwrap(), |r| r.recv().unwrap())
        })
        .case("moirai-mpmc", || {
            blocking(channel::mpmc(CAPACITY), |s, n| s.send(n).unwrap(), |r| r.recv().unwrap())
        })
        .case("kanal", || {
            blocking(kanal::bounded(CAPACITY), |s, n| s.send(n).unwrap(), |r| r.recv().unwrap())
        })
        .case("moirai-adaptive", adaptive)
        .case("std", || {
            let sides = std::sync::mpsc::sync_channel(CAPACITY);
            blocking(sides, |s, n| s.send(n).unwrap(), |r| r.recv().unwrap())
        })
        .run();
    bench
        .group("batches-of-64", "u64")
        .per(MESSAGES as usize)
        .twin_of("rtrb")
        .case("rtrb", rtrb_batches)
        .case("moirai", || moirai_batches(channel::spsc(CAPACITY)))
        .case("moirai-mapped", || moirai_batches(channel::spsc_mapped(CAPACITY).unwrap()))
        .run();
    bench
        .group("in-place", "1KiB")
        .per(LARGE_MESSAGES as usize)
        .twin_of("rtrb")
        .case("rtrb", rtrb_large)
        .case("moirai", moirai_large)
        .run();
    bench
        .group("two-by-two", "u64")
        .per(MESSAGES as usize)
        .twin_of("crossbeam")
        .case("crossbeam", || {
            let sides = crossbeam_channel::bounded(CAPACITY);
            two_by_two(sides, |s, n| s.send(n).unwrap(), |r| r.recv().ok())
        })
        .case("moirai", || {
            two_by_two(channel::mpmc(CAPACITY), |s, n| s.send(n).unwrap(), |r| r.recv().ok())
        })
        .case("kanal", || {
            two_by_two(kanal::bounded(CAPACITY), |s, n| s.send(n).unwrap(), |r| r.recv().ok())
        })
        .run();
    // What a `join` does with the result of its second half, and all else that it does.
    let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    bench
        .group("one-shot", "u64")
        .per(RESULTS as usize)
        .twin_of("Arc-OnceLock")
        .case("Arc-OnceLock", || {
            one_by_one(|n| {
                let slot = Arc::new(OnceLock::new());
                Arc::clone(&slot).set(n).unwrap();
                *slot.get().unwrap()
            })
        })
        .case("moirai-join", || pool.install(|| one_by_one(|n| moirai::join(|| (), || n).1)))
        .case("moirai-spsc", || {
            one_by_one(|n| {
                let (sender, receiver) = channel::spsc(1);
                sender.try_send(n).unwrap();
                receiver.try_recv().unwrap()
            })
        })
        .case("kanal", || {
            one_by_one(|n| {
                let (sender, receiver) = kanal::bounded(1);
                sender.send(n).unwrap();
                receiver.recv().unwrap()
            })
        })
        .case("crossbeam", || {
            one_by_one(|n| {
                let (sender, receiver) = crossbeam_channel::bounded(1);
                sender.send(n).unwrap();
                receiver.recv().unwrap()
            })
        })
        .case("std", || {
            one_by_one(|n| {
                let (sender, receiver) = std::sync::mpsc::sync_channel(1);
                sender.send(n).unwrap();
                receiver.recv().unwrap()
            })
        })
        .run();
}
