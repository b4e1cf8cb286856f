//! What a parallel iterator costs to call: from outside, hot and after 2 ms of sleep, from a worker, nested, and for the
//! first time.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
mod workloads;

use std::hint::black_box;

use harness::{Bench, in_a_row, timed};
use workloads::{Pools, Sample};

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod par_iter;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod par_iter;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod par_iter;
}

/// What a sample works on: so many calls of so many items.
#[derive(Debug)]
pub(crate) struct Calls {
    calls: usize,
    numbers: Vec<u64>,
}

/// Items of one call.
const SIZES: [usize; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
/// The largest size for items that take long.
const LARGEST_SMALL: usize = 10_000;

/// About so many items are worked on by the calls in a row of one sample.
const SAMPLE_ITEMS: usize = 100_000;

/// chili has no iterators: a sum by halves, down to so many items.
const CHILI_LEAF: usize = 4_096;

fn chili_sum(scope: &mut chili::Scope<'_>, numbers: &[u64]) -> u64 {
    if numbers.len() <= CHILI_LEAF {
        return numbers.iter().sum();
    }
    let (left, right) = numbers.split_at(numbers.len() / 2);
    let (left, right) = scope.join(|scope| chili_sum(scope, left), |scope| chili_sum(scope, right));
    left + right
}

fn main() {
    let bench = Bench::new("par_iter");
    let pools = Pools::one_and_all();
    let tiny = workloads::contests([
        seq::par_iter::TINY_ITEMS,
        rayon::par_iter::TINY_ITEMS,
        moirai::par_iter::TINY_ITEMS,
    ]);
    let small = workloads::contests([
        seq::par_iter::SMALL_ITEMS,
        rayon::par_iter::SMALL_ITEMS,
        moirai::par_iter::SMALL_ITEMS,
    ]);
    for size in SIZES {
        let numbers: Vec<u64> = (0..size as u64).collect();
        let hot = Calls { calls: (SAMPLE_ITEMS / size).clamp(1, 50), numbers: numbers.clone() };
        // The pause before each sample is the sleep.
        let asleep = Calls { calls: 1, numbers };
        let contests = tiny.iter().chain(small.iter().filter(|_| size <= LARGEST_SMALL));
        for contest in contests {
            for (calls, place) in [(&hot, "outside"), (&asleep, "asleep")] {
                let mut group = contest.outside(&bench, format!("{size}/{place}"), calls);
                if contest.name == "sum" {
                    let sum = || chili_sum(&mut chili::Scope::global(), &calls.numbers);
                    let expected = calls.numbers.iter().sum();
                    group =
                        group.case("chili", move || in_a_row(calls.calls, || timed(expected, sum)));
                }
                group.per(calls.calls).run();
            }
            for pools in &pools {
                contest.inside(&bench, pools, size, &hot).per(hot.calls).run();
            }
        }
    }

    for size in [100, 10_000] {
        let calls = Calls { calls: 1, numbers: (0..size).collect() };
        let expected = (seq::par_iter::SITES[0])(&calls).hash;
        // Every sample is the first call of another site, as long as there are any.
        let first_calls = |sites: &'static [fn(&Calls) -> Sample]| {
            let (mut sites, calls) = (sites.iter().cycle(), &calls);
            move || {
                let sample = sites.next().unwrap()(calls);
                assert_eq!(sample.hash, expected, "wrong result");
                sample.time
            }
        };
        bench
            .group("first-call", format!("{size}/outside"))
            .at_most_rounds(seq::par_iter::SITES.len() / 2)
            .case("seq", first_calls(seq::par_iter::SITES))
            .case("rayon", first_calls(rayon::par_iter::SITES))
            .case("moirai", first_calls(moirai::par_iter::SITES))
            .run();
    }
    progress(&bench);
}

/// What it costs to tell how far a call is, in a pool of one thread: items of some 40 ns, told by the thousand.
fn progress(bench: &Bench) {
    use ::moirai::prelude::*;
    use ::moirai::progress::Progress;

    fn work(number: &u64) -> u64 {
        (0..100).fold(*number, |product, _| black_box(product.wrapping_mul(3)))
    }

    let numbers: Vec<u64> = (0..20_000).collect();
    let expected = numbers.iter().map(work).fold(0, u64::wrapping_add);
    let pool = ::moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let silent = || numbers.par_iter().map(work).reduce(|| 0, u64::wrapping_add);
    let telling = || {
        let told = numbers.par_iter().on_progress(1_000, |done| _ = black_box(done));
        told.map(work).reduce(|| 0, u64::wrapping_add)
    };
    // Beside the same without, which stands for the loop.
    bench
        .group("progress", numbers.len())
        .per(numbers.len())
        .case("seq", || pool.install(|| timed(expected, silent)))
        .case("moirai", || pool.install(|| timed(expected, telling)))
        .run();
}
