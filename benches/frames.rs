//! Frames of a pool against boxes: time to acquire and release one, by one thread and between two.
//!
//! A box stands where other benches have rayon: it is the reference, and sampled twice a round. Between two threads messages
//! go through the same ring, batch by batch, so that what differs is the memory; `ring` sends values without any. `vec` likewise
//! holds values themselves.

mod harness;

use harness::Bench;
use moirai::channel;
use moirai::frames::{Frame, FramePool};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Frames in a sample.
const FRAMES: usize = 200_000;
const CAPACITY: usize = 1024;
const BATCH: usize = 64;
/// Frames that one thread holds at a time, in the second group.
const HELD: usize = 64;

/// Makes and drops values one by one.
fn one_by_one<V>(make: impl Fn(u64) -> V) -> Duration {
    let begun = Instant::now();
    for n in 0..FRAMES as u64 {
        drop(black_box(make(n)));
    }
    begun.elapsed()
}

/// Makes and drops values of which there are some dozen at a time.
fn held<V>(make: impl Fn(u64) -> V) -> Duration {
    let mut values = Vec::with_capacity(HELD);
    let begun = Instant::now();
    for round in 0..FRAMES / HELD {
        values.extend((0..HELD as u64).map(|n| make(n + round as u64)));
        black_box(&mut values).clear();
    }
    begun.elapsed()
}

/// One thread makes, another drops.
fn between<V: Send>(make: impl Fn(u64) -> V + Sync) -> Duration {
    let (mut sender, mut receiver) = channel::spsc(CAPACITY);
    let start = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            start.wait();
            let mut values = (0..FRAMES as u64).map(&make);
            let mut left = FRAMES;
            while left > 0 {
                left -= sender.reserve(BATCH).unwrap().fill(values.by_ref().take(left.min(BATCH)));
            }
            drop(sender);
        });
        start.wait();
        let begun = Instant::now();
        while let Ok(batch) = receiver.recv_batch(BATCH) {
            black_box(&*batch);
        }
        begun.elapsed()
    })
}

fn sizes<const WORDS: usize>(bench: &Bench) {
    let size = format!("{}B", WORDS * 8);
    let pool = FramePool::new();
    let boxed = |n| Box::new([n; WORDS]);
    let framed = |n| -> Frame<[u64; WORDS]> { pool.acquire([n; WORDS]) };
    bench
        .group("one", &size)
        .per(FRAMES)
        .twin_of("box")
        .case("box", || one_by_one(boxed))
        .case("moirai", || one_by_one(framed))
        .run();
    bench
        .group("held", &size)
        .per(FRAMES)
        .twin_of("box")
        .case("box", || held(boxed))
        .case("moirai", || held(framed))
        .case("vec", || held(|n| [n; WORDS]))
        .run();
    bench
        .group("between", &size)
        .per(FRAMES)
        .twin_of("box")
        .case("box", || between(boxed))
        .case("moirai", || between(framed))
        .case("ring", || between(|n| [n; WORDS]))
        .run();
    if bench.measures() {
        let statistics = pool.statistics();
        let rate = 100.0 * statistics.hits as f64 / statistics.acquired.max(1) as f64;
        println!("# hit rate {rate:.4} %, {} bytes retained", statistics.bytes);
    }
}

fn main() {
    let bench = Bench::new("frames");
    sizes::<8>(&bench);
    sizes::<16>(&bench);
    sizes::<32>(&bench);
}
