//! Streams against collecting everything first, and what handing an item over costs: time per item.
//!
//! `collect` on moirai stands where other benches have rayon: it is the reference, and sampled twice a round. All cases make the
//! same items, of about a microsecond each, and add them up as they come; with `collect`, when all are there. The consumer is a
//! thread from outside (`outside`) or a worker (`inside`); `paused` consumes with a microsecond of its own for each item.

mod harness;

use harness::{Bench, timed};
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::hint::black_box;
use std::time::Duration;

const ITEMS: usize = 40_000;
/// What the groups of such items are called.
const SIZE: &str = "1us";
const CAP: usize = 4096;
/// Trivial items in a sample of the hand-over.
const TRIFLES: usize = 400_000;

/// Rounds of [`work`] that take about a microsecond.
const ROUNDS: u64 = 550;

fn work(seed: usize) -> u64 {
    (0..ROUNDS).fold(seed as u64, |state, _| {
        black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1))
    })
}

/// Adds items up.
fn sum(items: impl Iterator<Item = u64>) -> u64 {
    items.fold(0, u64::wrapping_add)
}

/// The same, with work for each of them.
fn slow_sum(items: impl Iterator<Item = u64>) -> u64 {
    items.fold(0, |sum, item| sum.wrapping_add(work(item as usize)))
}

/// The ways to make all items and consume them.
fn ways(
    bench: &Bench,
    name: &str,
    consume: impl Fn(&mut dyn Iterator<Item = u64>) -> u64 + Copy + Send + Sync,
    inside: bool,
) {
    if !bench.selects(name, SIZE) {
        return;
    }
    let expected = consume(&mut (0..ITEMS).map(work));
    let place = move |run: &(dyn Fn() -> u64 + Sync)| -> Duration {
        let clocked = || timed(expected, run);
        // Inside, the caller is a worker: the one that runs the job.
        if inside { moirai::join_context(|_| clocked(), |_| ()).0 } else { clocked() }
    };
    bench
        .group(name, SIZE)
        .per(ITEMS)
        .twin_of("collect")
        .case("seq", || place(&|| consume(&mut (0..ITEMS).map(work))))
        .case("collect", || {
            place(&|| {
                let items: Vec<u64> = (0..ITEMS).into_par_iter().map(work).collect();
                consume(&mut items.into_iter())
            })
        })
        .case("ordered", || {
            place(&|| consume(&mut (0..ITEMS).into_par_iter().map(work).ordered(CAP)))
        })
        .case("unordered", || {
            place(&|| consume(&mut (0..ITEMS).into_par_iter().map(work).unordered(CAP)))
        })
        .case("ordered-cap-64", || {
            place(&|| consume(&mut (0..ITEMS).into_par_iter().map(work).ordered(64)))
        })
        .case("with_stream", || {
            place(&|| (0..ITEMS).into_par_iter().map(work).with_stream(CAP, |items| consume(items)))
        })
        .case("par_map_ordered", || place(&|| consume(&mut (0..ITEMS).par_map_ordered(CAP, work))))
        .run();
}

fn main() {
    let bench = Bench::new("stream");
    ways(&bench, "outside", |items| sum(items), false);
    ways(&bench, "inside", |items| sum(items), true);
    ways(&bench, "paused", |items| slow_sum(items), false);
    // Items that cost nothing: what is left is the way through the stream.
    let expected = (0..TRIFLES as u64).sum();
    bench
        .group("hand-over", "trifles")
        .per(TRIFLES)
        .twin_of("ordered")
        .case("ordered", || {
            timed(expected, || sum((0..TRIFLES as u64).into_par_iter().ordered(CAP)))
        })
        .case("unordered", || {
            timed(expected, || sum((0..TRIFLES as u64).into_par_iter().unordered(CAP)))
        })
        .run();
}
