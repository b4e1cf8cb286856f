//! The search for the worst case: many pipelines at 20 sizes each, called from an outside thread. The measure is the ratio
//! to the sequential code after 200 ns that a call may cost, beside that of a twin: the same sequential code, sampled apart.
//!
//! What comes out is the worst size of the worst pipelines for moirai, each measured once more and longer: first for those
//! whose sequential time is short, where a ratio says what a call costs, then for those where it is long. Only those count
//! that stay bad: among so many cases, some are bad by chance.

#![allow(clippy::duplicate_mod, reason = "the same workloads over three crates")]

mod harness;
mod workloads;

use std::collections::HashSet;
use std::time::Duration;

use harness::{Bench, Group, Row};
use workloads::{Contest, Random};

#[path = "workloads"]
mod seq {
    use crate::workloads::sequential as par;
    pub(crate) mod sweep;
}

#[path = "workloads"]
mod rayon {
    use ::rayon as par;
    pub(crate) mod sweep;
}

#[path = "workloads"]
mod moirai {
    use ::moirai as par;
    pub(crate) mod sweep;
}

/// Sizes are the powers of two below this one's exponent.
const SIZES: u32 = 20;

/// How many of the worst pipelines are measured again, of short and of long ones.
const WORST: usize = 10;

/// What any call may cost beyond the sequential code, in nanoseconds: the worst are those that are worst after it.
const ALLOWED_NS: f64 = 200.0;

/// From this sequential time on a call is long, in nanoseconds.
const LONG_NS: f64 = 10_000.0;

/// The share of a group's time that a case gets at first; again, it gets all of it.
const FIRST_SHARE: f64 = 1.0 / 15.0;

/// A sample takes at least about this long, in as many calls as that needs.
const SAMPLE_TIME: Duration = Duration::from_micros(20);
const MOST_CALLS: u128 = 200;

/// What the pipelines run over.
#[derive(Debug)]
pub(crate) struct Data {
    /// Calls in one sample.
    calls: usize,
    numbers: Vec<u64>,
    others: Vec<u64>,
    floats: Vec<f64>,
    words: Vec<String>,
    /// As many characters, words of some letters and lines of some words.
    text: String,
}

impl Data {
    fn new(size: usize) -> Self {
        let mut random = Random(size as u64);
        let mut numbers = || (0..size).map(|_| random.below(1_000_000) as u64).collect::<Vec<_>>();
        let (numbers, others) = (numbers(), numbers());
        Data {
            calls: 1,
            floats: numbers.iter().map(|&number| number as f64).collect(),
            words: others.iter().map(|number| number.to_string()).collect(),
            text: (0..size).map(|_| char::from(b"abcdef, .aeiou\nz"[random.below(16)])).collect(),
            numbers,
            others,
        }
    }

    fn size(&self) -> u64 {
        self.numbers.len() as u64
    }

    /// Makes a sample of this pipeline long enough, but not longer.
    fn fit(&mut self, pipeline: &Contest<Data>) {
        self.calls = 1;
        let time = (pipeline.seq)(self).time;
        let calls = SAMPLE_TIME.as_nanos() / time.as_nanos().max(1);
        self.calls = calls.clamp(1, MOST_CALLS) as usize;
    }
}

/// One pipeline at one size.
fn group<'a>(
    bench: &'a Bench,
    pipeline: &'a Contest<Data>,
    place: &str,
    data: &'a Data,
) -> Group<'a> {
    let size = format!("{}/{place}", data.numbers.len());
    pipeline.outside(bench, size, data).per(data.calls).twin_of("seq")
}

/// The first measurement of one pipeline at one size.
#[derive(Debug)]
struct Case<'p> {
    pipeline: &'p Contest<Data>,
    size: usize,
    is_long: bool,
    /// The ratio to the sequential code of what moirai takes beyond what is allowed.
    ratio: f64,
}

impl<'p> Case<'p> {
    fn new(pipeline: &'p Contest<Data>, size: usize, rows: &[Row]) -> Self {
        let row = |name| rows.iter().find(|row| row.implementation == name).unwrap();
        let (seq, moirai) = (row("seq").median, row("moirai").median);
        let ratio = (moirai - ALLOWED_NS).max(0.0) / seq.max(1.0);
        Case { pipeline, size, is_long: seq >= LONG_NS, ratio }
    }
}

/// The worst size of each of the worst pipelines among these cases.
fn worst<'c, 'p>(cases: impl Iterator<Item = &'c Case<'p>>) -> Vec<&'c Case<'p>> {
    let mut cases: Vec<_> = cases.collect();
    cases.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let mut names = HashSet::new();
    cases.retain(|case| names.insert(case.pipeline.name));
    cases.truncate(WORST);
    cases
}

fn main() {
    let bench = Bench::new("sweep");
    let lists = [seq::sweep::WORKLOADS, rayon::sweep::WORKLOADS, moirai::sweep::WORKLOADS];
    let pipelines = workloads::contests(lists);
    let mut cases = Vec::new();
    for size in (0..SIZES).map(|exponent| 1 << exponent) {
        let mut data = Data::new(size);
        let before = cases.len();
        for pipeline in pipelines.iter().filter(|pipeline| bench.selects(pipeline.name, size)) {
            data.fit(pipeline);
            if let Some(rows) =
                group(&bench, pipeline, "outside", &data).share_of_time(FIRST_SHARE).measure()
            {
                bench.record(&rows);
                cases.push(Case::new(pipeline, size, &rows));
            }
        }
        let of_size = worst(cases[before..].iter()).first().map_or(String::new(), |case| {
            format!(
                ", worst ratio to sequential {:.2} ({}) after 200 ns",
                case.ratio, case.pipeline.name
            )
        });
        println!("sweep/{size}: ok{of_size}");
    }
    for is_long in [false, true] {
        for case in worst(cases.iter().filter(|case| case.is_long == is_long)) {
            let mut data = Data::new(case.size);
            data.fit(case.pipeline);
            let again = group(&bench, case.pipeline, "again", &data).measure();
            bench.print(&again.unwrap_or_default());
        }
    }
}
