//! What came of a group: its samples in numbers, and the rows that are printed.

use std::fmt::{self, Display, Formatter};

/// One implementation in one group. Times are nanoseconds per unit; ratios are those within a round: their first
/// quartile, median and third quartile.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) subject: &'static str,
    pub(crate) workload: String,
    pub(crate) size: String,
    pub(crate) implementation: String,
    pub(crate) median: f64,
    pub(crate) quiet: f64,
    pub(crate) best: f64,
    pub(crate) per_sequential: Option<[f64; 3]>,
    pub(crate) per_rayon: Option<[f64; 3]>,
    pub(crate) per_ideal: Option<f64>,
    pub(crate) rounds: usize,
}

impl Row {
    /// The fields in the order of their declaration, with tabs between; quartiles are three fields, and a ratio that does
    /// not exist is empty.
    pub(crate) fn tab_separated(&self) -> String {
        let names = [self.subject, &self.workload, &self.size, &self.implementation];
        let mut fields: Vec<String> = names.map(str::to_owned).into();
        fields.extend([self.median, self.quiet, self.best].map(|ns| ns.to_string()));
        for ratios in [self.per_sequential, self.per_rayon] {
            let text = ratios.map(|ratios| ratios.map(|ratio| ratio.to_string()));
            fields.extend(text.unwrap_or_default());
        }
        fields.push(self.per_ideal.map_or(String::new(), |ratio| ratio.to_string()));
        fields.push(self.rounds.to_string());
        fields.join("\t") + "\n"
    }
}

/// The columns' names.
pub(super) fn print_head() {
    let columns = ["median", "quiet", "best"].map(|name| format!("{name:>11}")).concat();
    println!(
        "{:<44}{columns}{:>9}{:>9}  {:<13}{:>9}{:>7}",
        "", "/ seq", "/ rayon", "(quartiles)", "/ ideal", "rounds"
    );
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let id = [self.subject, &self.workload, &self.implementation, &self.size].join("/");
        write!(f, "{id:<44}")?;
        for ns in [self.median, self.quiet, self.best] {
            write!(f, "{:>11}", readable(ns))?;
        }
        // Two digits that mean something, also where the ratio is tiny.
        let digits = |ratio: f64| format!("{ratio:.*}", if ratio < 0.1 { 3 } else { 2 });
        let ratio = |ratio: Option<f64>| ratio.map_or(String::new(), digits);
        let quartiles = self
            .per_rayon
            .map_or(String::new(), |[low, _, high]| format!("({}..{})", digits(low), digits(high)));
        write!(
            f,
            "{:>9}{:>9}  {quartiles:<13}{:>9}{:>7}",
            ratio(self.per_sequential.map(|ratios| ratios[1])),
            ratio(self.per_rayon.map(|ratios| ratios[1])),
            ratio(self.per_ideal),
            self.rounds
        )
    }
}

/// The samples of a group: a row for each round, a column for each implementation.
pub(super) struct Summary {
    samples: Vec<Vec<f64>>,
    quiet: Vec<usize>,
}

impl Summary {
    pub(super) fn new(samples: Vec<Vec<f64>>) -> Self {
        let quiet = quiet_rounds(&samples);
        Summary { samples, quiet }
    }

    pub(super) fn rounds(&self) -> usize {
        self.samples.len()
    }

    pub(super) fn quantile(&self, column: usize, share: f64) -> f64 {
        quantile(self.samples.iter().map(|round| round[column]), share)
    }

    /// The median over the quiet rounds.
    pub(super) fn quiet_median(&self, column: usize) -> f64 {
        quantile(self.quiet.iter().map(|&round| self.samples[round][column]), 0.5)
    }

    /// The quartiles of the ratios within a round.
    pub(super) fn ratio(&self, column: usize, reference: usize) -> [f64; 3] {
        let ratios = || self.samples.iter().map(|round| round[column] / round[reference]);
        [0.25, 0.5, 0.75].map(|share| quantile(ratios(), share))
    }
}

/// The third of the rounds in which the samples, each relative to its column's median, are lowest together.
fn quiet_rounds(samples: &[Vec<f64>]) -> Vec<usize> {
    let median = |column: usize| quantile(samples.iter().map(|round| round[column]), 0.5);
    let medians: Vec<f64> =
        (0..samples[0].len()).map(|column| median(column).max(f64::MIN_POSITIVE)).collect();
    let noise = |round: &[f64]| {
        round.iter().zip(&medians).map(|(sample, median)| sample / median).sum::<f64>()
    };
    let mut rounds: Vec<usize> = (0..samples.len()).collect();
    rounds.sort_by(|&a, &b| noise(&samples[a]).total_cmp(&noise(&samples[b])));
    rounds.truncate(samples.len().div_ceil(3));
    rounds
}

/// The value below which the given share of the values lies.
fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
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
