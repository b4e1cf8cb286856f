//! Compares implementations of one workload in one process.
//!
//! On a shared machine two measurements compare only if they were taken under the same conditions, so:
//! 1. Samples come in rounds. A round takes one sample of every implementation, each round beginning with another one,
//!    with a pause before each sample in which the pools of all implementations fall asleep.
//! 2. rayon is sampled twice a round. The second sample, reported as `rayon-twin`, shows the noise: where its ratio is
//!    far from 1, no ratio of that workload means much.
//! 3. The ratio to rayon is the median of the ratios within a round, given with its quartiles.
//! 4. Besides the median there are the median over the quiet third (the rounds in which all implementations together
//!    were fastest) and the best sample.
//!
//! A row's name is `<subject>/<workload>/<implementation>/<size>`. Arguments select rows by a part of their group's
//! name (`<subject>/<workload>/<size>`). `MOIRAI_BENCH_SECONDS` is the time for one group. Without cargo's `--bench`
//! argument (as under `cargo test`) every workload runs once, which checks its results.

#![allow(dead_code, reason = "each bench uses a part of the harness")]

use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::time::{Duration, Instant};

/// Seconds for one group, unless the environment says otherwise.
const SECONDS: f64 = 1.5;

/// Rounds of a group, whatever the time says.
const ROUNDS: std::ops::RangeInclusive<usize> = 5..=501;

/// The pause before each sample: both pools have parked their threads by then.
const SETTLE: Duration = Duration::from_millis(2);

/// The implementation to which the others are compared.
const REFERENCE: &str = "rayon";

/// One bench program.
#[derive(Debug)]
pub(crate) struct Bench {
    subject: &'static str,
    filters: Vec<String>,
    per_group: Duration,
    measures: bool,
    headed: Cell<bool>,
}

impl Bench {
    /// Reads arguments and environment.
    pub(crate) fn new(subject: &'static str) -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let filters =
            arguments.iter().filter(|argument| !argument.starts_with('-')).cloned().collect();
        let seconds = std::env::var("MOIRAI_BENCH_SECONDS").ok().map_or(SECONDS, |value| {
            value
                .parse()
                .unwrap_or_else(|_| panic!("MOIRAI_BENCH_SECONDS is not a number: {value:?}"))
        });
        let bench = Bench {
            subject,
            filters,
            per_group: Duration::from_secs_f64(seconds),
            measures: arguments.iter().any(|argument| argument == "--bench"),
            headed: Cell::new(false),
        };
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown");
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        println!("\n# {subject}: {cpus} CPUs, load average {load}");
        bench
    }

    /// Whether results are wanted, not just one run of each workload.
    pub(crate) fn measures(&self) -> bool {
        self.measures
    }

    /// Whether the arguments select this group.
    pub(crate) fn selects(&self, workload: &str, size: impl Display) -> bool {
        let name = format!("{}/{workload}/{size}", self.subject);
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }

    /// Starts a group: one workload at one size. Nothing runs before [`Group::run`].
    pub(crate) fn group<'a>(&'a self, workload: &'a str, size: impl Display) -> Group<'a> {
        Group { bench: self, workload, size: size.to_string(), units: 1, cases: Vec::new() }
    }
}

/// One workload at one size, in several implementations.
pub(crate) struct Group<'a> {
    bench: &'a Bench,
    workload: &'a str,
    size: String,
    units: usize,
    cases: Vec<Case<'a>>,
}

/// One implementation. Its function returns what it measured, usually the time it took, and asserts its result.
struct Case<'a> {
    name: &'static str,
    sample: Box<dyn FnMut() -> Duration + 'a>,
}

impl<'a> Group<'a> {
    /// Divides what is measured by `units`: the row is per unit.
    pub(crate) fn per(mut self, units: usize) -> Self {
        self.units = units;
        self
    }

    /// Adds an implementation.
    pub(crate) fn case(
        mut self,
        name: &'static str,
        sample: impl FnMut() -> Duration + 'a,
    ) -> Self {
        self.cases.push(Case { name, sample: Box::new(sample) });
        self
    }

    /// Measures and prints a row for each implementation.
    pub(crate) fn run(mut self) {
        if !self.bench.selects(self.workload, &self.size) {
            return;
        }
        // The first run of each starts its pool's threads and is not counted.
        for case in &mut self.cases {
            (case.sample)();
        }
        if !self.bench.measures {
            println!("{}/{}/{}: ok", self.bench.subject, self.workload, self.size);
            return;
        }
        let reference = self.cases.iter().position(|case| case.name == REFERENCE);
        let mut names: Vec<&'static str> = self.cases.iter().map(|case| case.name).collect();
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        if let Some(reference) = reference {
            names.push("rayon-twin");
            order.push(reference);
        }
        let samples = self.sample_rounds(&order);
        let quiet = quiet_rounds(&samples);
        if !self.bench.headed.replace(true) {
            let columns = ["median", "quiet", "best"].map(|name| format!("{name:>11}")).concat();
            println!("{:<44}{columns}{:>9}  {:<13}{:>7}", "", "/ rayon", "(quartiles)", "rounds");
        }
        for (row, name) in names.into_iter().enumerate() {
            let all: Vec<f64> = samples.iter().map(|round| round[row]).collect();
            let in_quiet: Vec<f64> = quiet.iter().map(|&round| samples[round][row]).collect();
            let id = format!("{}/{}/{name}/{}", self.bench.subject, self.workload, self.size);
            print!(
                "{id:<44}{:>11}{:>11}{:>11}",
                readable(quantile(&all, 0.5)),
                readable(quantile(&in_quiet, 0.5)),
                readable(quantile(&all, 0.0)),
            );
            let ratios = |reference: usize| {
                samples.iter().map(|round| round[row] / round[reference]).collect()
            };
            let ratios: Vec<f64> =
                reference.filter(|&reference| reference != row).map_or(Vec::new(), ratios);
            if ratios.is_empty() {
                print!("{:>9}  {:<13}", "", "");
            } else {
                let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&ratios, share));
                print!("{middle:>9.2}  {:<13}", format!("({low:.2}..{high:.2})"));
            }
            println!("{:>7}", all.len());
        }
    }

    /// The samples in nanoseconds per unit, one row for each round, one column for each entry of `order`.
    fn sample_rounds(&mut self, order: &[usize]) -> Vec<Vec<f64>> {
        let start = Instant::now();
        let mut samples = Vec::new();
        while samples.len() < *ROUNDS.end() {
            if samples.len() >= *ROUNDS.start() && start.elapsed() >= self.bench.per_group {
                break;
            }
            let mut round = vec![0.0; order.len()];
            for turn in 0..order.len() {
                let column = (samples.len() + turn) % order.len();
                std::thread::sleep(SETTLE);
                let measured = (self.cases[order[column]].sample)();
                round[column] = measured.as_nanos() as f64 / self.units as f64;
            }
            samples.push(round);
        }
        samples
    }
}

/// The third of the rounds in which the samples, each relative to its column's median, are lowest together.
fn quiet_rounds(samples: &[Vec<f64>]) -> Vec<usize> {
    let columns = samples[0].len();
    let column =
        |column: usize| samples.iter().map(move |round| round[column]).collect::<Vec<f64>>();
    let medians: Vec<f64> =
        (0..columns).map(|index| quantile(&column(index), 0.5).max(f64::MIN_POSITIVE)).collect();
    let noise = |round: &[f64]| {
        round.iter().zip(&medians).map(|(sample, median)| sample / median).sum::<f64>()
    };
    let mut rounds: Vec<usize> = (0..samples.len()).collect();
    rounds.sort_by(|&a, &b| noise(&samples[a]).total_cmp(&noise(&samples[b])));
    rounds.truncate(samples.len().div_ceil(3));
    rounds
}

/// The value below which the given share of the values lies.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// The middle one of some durations.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
}

/// Nanoseconds in a unit that leaves one to three digits before the point.
fn readable(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.2} ns"),
        ns if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

/// How long `work` takes; its result must be the expected one.
pub(crate) fn timed<R: PartialEq + Debug>(expected: R, work: impl FnOnce() -> R) -> Duration {
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    assert_eq!(result, expected, "wrong result");
    elapsed
}

/// Waits until `condition` holds, without claiming a CPU for long.
pub(crate) fn wait_until(condition: impl Fn() -> bool) {
    let mut looks = 0_u32;
    while !condition() {
        looks += 1;
        if looks % 64 == 0 { std::thread::yield_now() } else { std::hint::spin_loop() }
    }
}
