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
//! argument (as under `cargo test`) every workload runs once, which checks its results. With `MOIRAI_BENCH_TSV` rows are
//! also appended to that file, one a line, see [`Row::tab_separated`].

#![allow(dead_code, reason = "each bench uses a part of the harness")]

mod row;

use std::cell::Cell;
use std::fmt::{Debug, Display};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::time::{Duration, Instant};

pub(crate) use row::Row;
use row::{Summary, print_head};

/// Seconds for one group, unless the environment says otherwise.
const SECONDS: f64 = 1.5;

/// Rounds of a group, whatever the time says.
const ROUNDS: std::ops::RangeInclusive<usize> = 5..=501;

/// The pause before each sample: both pools have parked their threads by then.
const SETTLE: Duration = Duration::from_millis(2);

/// The names of the implementations to which the others are compared.
const SEQUENTIAL: &str = "seq";
const RAYON: &str = "rayon";

/// One bench program.
#[derive(Debug)]
pub(crate) struct Bench {
    subject: &'static str,
    filters: Vec<String>,
    per_group: Duration,
    measures: bool,
    headed: Cell<bool>,
    table: Option<File>,
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
            table: std::env::var_os("MOIRAI_BENCH_TSV").map(|path| {
                let file = OpenOptions::new().create(true).append(true).open(&path);
                file.unwrap_or_else(|error| panic!("cannot write to {path:?}: {error}"))
            }),
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
        Group {
            bench: self,
            workload,
            size: size.to_string(),
            units: 1,
            ideal: None,
            twin_of: RAYON,
            most_rounds: ROUNDS.end() + 1,
            time: self.per_group,
            cases: Vec::new(),
        }
    }

    /// Prints rows of one group, and appends them to the file if one is wanted.
    pub(crate) fn print(&self, rows: &[Row]) {
        if !self.headed.replace(true) {
            print_head();
        }
        for row in rows {
            println!("{row}");
        }
        self.record(rows);
    }

    /// Appends rows to the file, if one is wanted.
    pub(crate) fn record(&self, rows: &[Row]) {
        let Some(mut table) = self.table.as_ref() else { return };
        // One write for all, so that the lines of a child process do not come between.
        let lines: String = rows.iter().map(Row::tab_separated).collect();
        table.write_all(lines.as_bytes()).expect("the rows can be written");
    }
}

/// One workload at one size, in several implementations.
pub(crate) struct Group<'a> {
    bench: &'a Bench,
    workload: &'a str,
    size: String,
    units: usize,
    ideal: Option<f64>,
    twin_of: &'static str,
    most_rounds: usize,
    time: Duration,
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

    /// The share of the sequential time that an ideal schedule takes: rows are compared with that too.
    pub(crate) fn ideal(mut self, share: f64) -> Self {
        self.ideal = Some(share);
        self
    }

    /// Samples this implementation twice a round, not rayon. Without rayon in the group, the ratios are to this one.
    pub(crate) fn twin_of(mut self, name: &'static str) -> Self {
        self.twin_of = name;
        self
    }

    /// No more rounds than this, the one that is not counted included.
    pub(crate) fn at_most_rounds(mut self, rounds: usize) -> Self {
        self.most_rounds = rounds;
        self
    }

    /// Takes this share of the time that groups get.
    pub(crate) fn share_of_time(mut self, share: f64) -> Self {
        self.time = self.time.mul_f64(share);
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
    pub(crate) fn run(self) {
        let (bench, name) = (self.bench, format!("{}/{}", self.workload, self.size));
        if !bench.selects(self.workload, &self.size) {
            return;
        }
        match self.measure() {
            Some(rows) => bench.print(&rows),
            None => println!("{}/{name}: ok", bench.subject),
        }
    }

    /// The rows, or `None` after a single run that only checked the results.
    pub(crate) fn measure(mut self) -> Option<Vec<Row>> {
        // The first run of each starts its pool's threads and is not counted.
        for case in &mut self.cases {
            (case.sample)();
        }
        if !self.bench.measures {
            return None;
        }
        let position = |name| self.cases.iter().position(|case| case.name == name);
        let (sequential, rayon, twin) =
            (position(SEQUENTIAL), position(RAYON), position(self.twin_of));
        // Where rayon has no such thing, what is sampled twice is the reference.
        let rayon = rayon.or(twin);
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        order.extend(twin);
        let summary = Summary::new(self.sample_rounds(&order));
        let row = |(column, &case): (usize, &usize)| {
            let is_twin = column == self.cases.len();
            let per_sequential = sequential
                .filter(|&reference| reference != column)
                .map(|reference| summary.ratio(column, reference));
            Row {
                subject: self.bench.subject,
                workload: self.workload.to_owned(),
                size: self.size.clone(),
                implementation: self.cases[case].name.to_owned()
                    + if is_twin { "-twin" } else { "" },
                median: summary.quantile(column, 0.5),
                quiet: summary.quiet_median(column),
                best: summary.quantile(column, 0.0),
                per_rayon: rayon
                    .filter(|&reference| reference != column)
                    .map(|reference| summary.ratio(column, reference)),
                per_ideal: self
                    .ideal
                    .filter(|_| sequential != Some(column))
                    .and_then(|ideal| per_sequential.map(|[_, middle, _]| middle / ideal)),
                per_sequential,
                rounds: summary.rounds(),
            }
        };
        Some(order.iter().enumerate().map(row).collect())
    }

    /// The samples in nanoseconds per unit, one row for each round, one column for each entry of `order`.
    fn sample_rounds(&mut self, order: &[usize]) -> Vec<Vec<f64>> {
        let start = Instant::now();
        let mut samples = Vec::new();
        while samples.len() < (*ROUNDS.end()).min(self.most_rounds - 1) {
            if samples.len() >= *ROUNDS.start() && start.elapsed() >= self.time {
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

/// The middle one of some durations.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
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

/// `calls` calls in a row.
pub(crate) fn in_a_row(calls: usize, call: impl Fn() -> Duration) -> Duration {
    (0..calls).map(|_| call()).sum()
}

/// `calls` calls, each after a pause in which all workers fall asleep; the pauses do not count.
pub(crate) fn asleep(calls: usize, call: impl Fn() -> Duration) -> Duration {
    let after_pause = || {
        std::thread::sleep(SETTLE);
        call()
    };
    in_a_row(calls, after_pause)
}
