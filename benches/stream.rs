//! Streams against collecting everything first, and what handing an item over costs: time per item.
//!
//! `collect` on moirai stands where other benches have rayon: it is the reference, and sampled twice a round. All cases make the
//! same items, of about a microsecond each, and add them up as they come; with `collect`, when all are there. The consumer is a
//! thread from outside (`outside`) or a worker (`inside`); `paused` consumes with a microsecond of its own for each item. `-cpu`: the
//! processor time of the process, which says on a loaded machine, too, what a stream costs beside the items.

mod harness;

use harness::Bench;
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const ITEMS: usize = 40_000;
/// What the groups of such items are called.
const SIZE: &str = "1us";
const CAP: usize = 4096;
/// Trivial items in a sample of the hand-over.
const TRIFLES: usize = 400_000;

/// Rounds of [`work`] that take about a microsecond.
const ROUNDS: u64 = 930;

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

/// Where and how long.
#[derive(Clone, Copy)]
struct Stage {
    name: &'static str,
    /// The consumer is a worker.
    is_inside: bool,
    clock: fn() -> Duration,
}

impl Stage {
    /// How long `run` takes.
    fn time(self, expected: u64, run: impl Fn() -> u64 + Sync) -> Duration {
        let clocked = || {
            let before = (self.clock)();
            let result = run();
            let elapsed = (self.clock)() - before;
            assert_eq!(result, expected, "wrong result");
            elapsed
        };
        if self.is_inside { moirai::join(clocked, || ()).0 } else { clocked() }
    }
}

/// Time as on the wall.
fn wall_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// What all threads of the process have used of the processors: that depends less on who else uses them.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live `timespec` that nobody else uses.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "clock_gettime failed");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The ways to make all items and consume them.
fn ways(
    bench: &Bench,
    stage: Stage,
    consume: impl Fn(&mut dyn Iterator<Item = u64>) -> u64 + Copy + Send + Sync,
) {
    if !bench.selects(stage.name, SIZE) {
        return;
    }
    let expected = consume(&mut (0..ITEMS).map(work));
    bench
        .group(stage.name, SIZE)
        .per(ITEMS)
        .twin_of("collect")
        .case("seq", || stage.time(expected, || consume(&mut (0..ITEMS).map(work))))
        .case("collect", || {
            stage.time(expected, || {
                let items: Vec<u64> = (0..ITEMS).into_par_iter().map(work).collect();
                consume(&mut items.into_iter())
            })
        })
        .case("ordered", || {
            stage.time(expected, || consume(&mut (0..ITEMS).into_par_iter().map(work).ordered(CAP)))
        })
        .case("unordered", || {
            stage.time(expected, || {
                consume(&mut (0..ITEMS).into_par_iter().map(work).unordered(CAP))
            })
        })
        .case("ordered-cap-64", || {
            stage.time(expected, || consume(&mut (0..ITEMS).into_par_iter().map(work).ordered(64)))
        })
        .case("with_stream", || {
            stage.time(expected, || {
                (0..ITEMS).into_par_iter().map(work).with_stream(CAP, |items| consume(items))
            })
        })
        .case("par_map_ordered", || {
            stage.time(expected, || consume(&mut (0..ITEMS).par_map_ordered(CAP, work)))
        })
        .run();
}

fn main() {
    let bench = Bench::new("stream");
    let outside = Stage { name: "outside", is_inside: false, clock: wall_time };
    let inside = Stage { name: "inside", is_inside: true, ..outside };
    ways(&bench, outside, |items| sum(items));
    ways(&bench, inside, |items| sum(items));
    ways(&bench, Stage { name: "paused", ..outside }, |items| slow_sum(items));
    hand_over(&bench, Stage { name: "hand-over", ..outside });
    #[cfg(target_os = "linux")]
    {
        let (outside, inside) =
            [outside, inside].map(|stage| Stage { clock: processor_time, ..stage }).into();
        ways(&bench, Stage { name: "outside-cpu", ..outside }, |items| sum(items));
        ways(&bench, Stage { name: "inside-cpu", ..inside }, |items| sum(items));
        hand_over(&bench, Stage { name: "hand-over-cpu", ..outside });
    }
}

/// Items that cost nothing: what is left is the way through the stream.
fn hand_over(bench: &Bench, stage: Stage) {
    let expected = (0..TRIFLES as u64).sum();
    let items = || (0..TRIFLES as u64).into_par_iter();
    bench
        .group(stage.name, "trifles")
        .per(TRIFLES)
        .twin_of("ordered")
        .case("ordered", || stage.time(expected, || sum(items().ordered(CAP))))
        .case("unordered", || stage.time(expected, || sum(items().unordered(CAP))))
        .run();
}
