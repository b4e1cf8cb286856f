//! What came of an explanation, as text.

use super::diagnosis::{percent, time};
use super::trace::{Call, Kind, ratio};
use crate::metrics::Metrics;
use crate::steal::Distance;
use std::collections::BTreeMap;
use std::fmt;

/// How many calls are shown in full; the longest ones.
const SHOWN: usize = 20;

/// What [`explain`](super::explain()) found out: each parallel call that was made, and the counters of the pool.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
/// let (sum, report) = moirai::explain(|| (0..1000_u32).into_par_iter().sum::<u32>());
/// assert_eq!(sum, 499_500);
/// println!("{report}");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub(super) calls: Vec<Call>,
    pub(super) more_calls: usize,
    pub(super) metrics: Option<Metrics>,
}

impl Report {
    /// The calls in the order in which they began; those made inside items of others come behind them.
    ///
    /// ```
    /// let ((), report) = moirai::explain(|| ());
    /// assert!(report.calls().is_empty());
    /// ```
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// How many more calls there were: ten thousand are recorded.
    ///
    /// ```
    /// assert_eq!(moirai::explain(|| ()).1.more_calls(), 0);
    /// ```
    pub fn more_calls(&self) -> usize {
        self.more_calls
    }

    /// What the workers of the pool did meanwhile, for whomever: the current pool of the thread that asked, or the global one.
    /// `None` if there was none at the beginning.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
    /// let ((), report) = pool.install(|| moirai::explain(|| moirai::scope(|s| s.spawn(|_| ()))));
    /// assert_eq!(report.metrics().expect("a pool").total().frame_hits(), 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn metrics(&self) -> Option<&Metrics> {
        self.metrics.as_ref()
    }
}

/// The heading of a call: its name, and where it is.
fn heading(call: &Call) -> String {
    let place = match call.location {
        Some(place) => format!("{}:{}", place.file(), place.line()),
        None => call.types.to_owned(),
    };
    match call.name {
        Some(name) => format!("{name} ({place})"),
        None => place,
    }
}

/// A number with what is counted.
fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// One call in full.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = match (self.kind, self.items) {
            (_, None) => "items of unknown number".to_owned(),
            (Kind::Items, Some(items)) => number(items, "item", "items"),
            (Kind::Join, Some(joins)) => number(joins, "join", "joins"),
            (Kind::Scope, Some(jobs)) => format!("scope of {}", number(jobs, "job", "jobs")),
            (Kind::Sort, Some(items)) => {
                format!("{} of {}", self.types, number(items, "item", "items"))
            }
        };
        let (elapsed, width) = (time(self.elapsed_ns), self.width());
        let threads = number(self.threads, "thread", "threads");
        writeln!(f, "{}: {items} in {elapsed}, on up to {width} of {threads}", heading(self))?;
        let work = self.work_ns();
        let batches = number(self.batch_count(), "batch", "batches");
        write!(f, "  {} of work in {batches}", time(work))?;
        if self.kind != Kind::Items {
            let span = self.span_ns();
            write!(f, "; the longest chain, {} ({})", time(span), percent(ratio(span, work)))?;
        } else if let Some(largest) = self.largest_batch() {
            let share = percent(ratio(largest.ns(), work));
            let items = number(largest.items, "item", "items");
            write!(f, "; the largest one, {} ({share}), had {items}", time(largest.ns()))?;
        }
        if self.drawing_ns > 0 {
            let (drawing, turn) = self.source_shares();
            let [drawing, turn] = [drawing, turn].map(percent);
            write!(
                f,
                "\n  source: drawn from for {drawing} of the time; {turn} of the work was waiting for that"
            )?;
        }
        let spent = self.spent();
        let shares = [
            ("work", spent.work_ns),
            ("search", spent.searching_ns),
            ("asleep", spent.asleep_ns),
            ("waiting for stragglers", spent.waiting_ns),
            ("joining results", spent.combining_ns),
            ("other", spent.rest_ns()),
        ];
        let shares =
            shares.map(|(what, ns)| format!("{} {what}", percent(ratio(ns, spent.all_ns))));
        write!(f, "\n  time of all threads: {}", shares.join(", "))?;
        let steals = [Distance::Near, Distance::Group, Distance::Remote]
            .map(|distance| self.steals(distance));
        if steals.iter().sum::<usize>() > 0 {
            let [near, group, remote] = steals;
            write!(f, "\n  stolen: {near} near, {group} in the group, {remote} between groups")?;
        }
        write!(f, "\n  => {}", self.cause())
    }
}

/// The longest calls in full; of calls inside others, sums by place.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outer: Vec<&Call> = self.calls.iter().filter(|call| call.outer.is_none()).collect();
        if outer.is_empty() {
            write!(f, "no parallel calls")?;
        }
        let mut longest = outer.clone();
        longest.sort_by_key(|call| std::cmp::Reverse(call.elapsed_ns));
        let least = longest.get(SHOWN - 1).map_or(0, |call| call.elapsed_ns);
        let shown = outer.iter().filter(|call| call.elapsed_ns >= least).take(SHOWN);
        for (nth, call) in shown.enumerate() {
            write!(f, "{}{call}", if nth == 0 { "" } else { "\n" })?;
        }
        if outer.len() > SHOWN {
            let rest = &longest[SHOWN..];
            let all = rest.iter().map(|call| call.elapsed_ns).sum();
            write!(f, "\n{} shorter calls: {}", rest.len(), time(all))?;
        }
        let mut inner = BTreeMap::<String, (usize, u64)>::new();
        for call in self.calls.iter().filter(|call| call.outer.is_some()) {
            let sum = inner.entry(heading(call)).or_default();
            *sum = (sum.0 + 1, sum.1 + call.work_ns());
        }
        for (heading, (calls, work)) in inner {
            write!(f, "\ninside items, {calls} times {heading}: {} of work", time(work))?;
        }
        if self.more_calls > 0 {
            write!(f, "\n{} more calls were not recorded", self.more_calls)?;
        }
        Ok(())
    }
}
