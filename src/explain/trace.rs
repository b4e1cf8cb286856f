//! What was recorded of a parallel call, and plain arithmetic over it. Nothing here depends on a pool or a clock.

use crate::steal::Distance;
use std::panic::Location;

/// What was recorded of one parallel call.
///
/// All times are in nanoseconds, moments count from the beginning of the call.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
/// let (_, report) = moirai::explain(|| (0..1000).into_par_iter().for_each(|_| ()));
/// let [call] = report.calls() else { panic!("one call: {report}") };
/// let items: usize = call.batches().map(|batch| batch.items).sum();
/// assert_eq!((call.items, items), (Some(1000), 1000));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// The innermost [`named`](crate::named) that it was made in.
    pub name: Option<&'static str>,
    /// Where it is written, if that is known.
    pub location: Option<&'static Location<'static>>,
    /// The types that it consists of.
    pub types: &'static str,
    /// The call within an item of which it was made, as an index into the report's calls.
    pub outer: Option<usize>,
    /// Threads of the pool.
    pub threads: usize,
    /// The number of items; `None` if the source did not know. Then batches count for their share of 65536.
    pub items: Option<usize>,
    /// The least number of items that a batch was to have (`with_min_len`).
    pub least_items: usize,
    /// Batches were cut by number (`with_max_len`), not by time.
    pub is_cut_by_number: bool,
    /// How much work makes up for waking a sleeping thread, as the pool has measured it.
    pub wake_up_ns: u64,
    /// From the beginning to the end.
    pub elapsed_ns: u64,
    /// How long the other workers of the pool slept meanwhile, all together.
    pub asleep_ns: u64,
    /// How long they looked for something to do.
    pub searching_ns: u64,
    /// What the threads did: a stint is the part of one thread, from when it began with a piece until it was through with it.
    pub stints: Vec<Stint>,
}

/// One thread's part in a call.
///
/// ```
/// let stint = moirai::explain::Stint::default();
/// assert!(stint.batches.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stint {
    /// The worker's index.
    pub worker: usize,
    /// How far the piece was stolen; `None`: it was not.
    pub stolen: Option<Distance>,
    /// The batches, in the order in which they were run.
    pub batches: Vec<Batch>,
    /// Beginnings and ends of waits for stolen pieces. The worker may have run such pieces meanwhile, as other stints.
    pub waits: Vec<(u64, u64)>,
    /// Time spent on joining results.
    pub combining_ns: u64,
    /// Batches that are not in the list, which is long.
    pub more_batches: usize,
}

/// Some items, run in one go.
///
/// ```
/// let batch = moirai::explain::Batch { start_ns: 10, end_ns: 30, items: 4, ..Default::default() };
/// assert_eq!(batch.ns(), 20);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Batch {
    /// When it began.
    pub start_ns: u64,
    /// When it ended.
    pub end_ns: u64,
    /// Its items.
    pub items: usize,
    /// How long its thread had a processor meanwhile; `None` where the system does not say, as the next two.
    pub cpu_ns: Option<u64>,
    /// How often its thread slept or waited in the system.
    pub sleeps: Option<u64>,
    /// How often its thread was suspended for others.
    pub suspensions: Option<u64>,
}

impl Batch {
    /// How long it took.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Batch::default().ns(), 0);
    /// ```
    pub fn ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }
}

/// Where the time of the pool's threads went during a call, in nanoseconds of all of them together.
///
/// ```
/// let spent = moirai::explain::Call::default().spent();
/// assert_eq!(spent.all_ns, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// The length of the call times the threads of the pool.
    pub all_ns: u64,
    /// In batches.
    pub work_ns: u64,
    /// Awake, with nothing to do.
    pub searching_ns: u64,
    /// Asleep.
    pub asleep_ns: u64,
    /// Waiting for stolen pieces, with nothing of them left to help with.
    pub waiting_ns: u64,
    /// Joining results.
    pub combining_ns: u64,
}

impl Spent {
    /// What is left: cutting and sharing, waking up, other calls' work.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Spent::default().rest_ns(), 0);
    /// ```
    pub fn rest_ns(&self) -> u64 {
        let known =
            self.work_ns + self.searching_ns + self.asleep_ns + self.waiting_ns + self.combining_ns;
        self.all_ns.saturating_sub(known)
    }
}

impl Call {
    /// All batches.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().batches().count(), 0);
    /// ```
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.stints.iter().flat_map(|stint| &stint.batches)
    }

    /// The sequential work: what all batches took together.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().work_ns(), 0);
    /// ```
    pub fn work_ns(&self) -> u64 {
        self.batches().map(Batch::ns).sum()
    }

    /// The batch that took longest. It is the span: with the batches as they are, no number of threads makes the call shorter.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().largest_batch(), None);
    /// ```
    pub fn largest_batch(&self) -> Option<&Batch> {
        self.batches().max_by_key(|batch| batch.ns())
    }

    /// How many batches were at work at once, at most.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().width(), 0);
    /// ```
    pub fn width(&self) -> usize {
        self.stretches().map(|(_, _, width)| width).max().unwrap_or(0)
    }

    /// How many workers had a part in it.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().workers(), 0);
    /// ```
    pub fn workers(&self) -> usize {
        let mut workers: Vec<usize> = self.stints.iter().map(|stint| stint.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        workers.len()
    }

    /// How many threads worked at a time, on average.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().mean_width(), 0.0);
    /// ```
    pub fn mean_width(&self) -> f64 {
        ratio(self.work_ns(), self.elapsed_ns)
    }

    /// Pieces that were stolen over this distance.
    ///
    /// ```
    /// use moirai::{explain::Call, steal::Distance};
    /// assert_eq!(Call::default().steals(Distance::Near), 0);
    /// ```
    pub fn steals(&self, distance: Distance) -> usize {
        self.stints.iter().filter(|stint| stint.stolen == Some(distance)).count()
    }

    /// Where the time of the pool's threads went.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().spent().work_ns, 0);
    /// ```
    pub fn spent(&self) -> Spent {
        let all_ns = self.elapsed_ns * self.threads as u64;
        // What is measured by different clocks may be a little more than all.
        let mut left = all_ns;
        let mut at_most_left = |ns: u64| {
            let ns = ns.min(left);
            left -= ns;
            ns
        };
        let work_ns = at_most_left(self.work_ns());
        let combining_ns = at_most_left(self.stints.iter().map(|stint| stint.combining_ns).sum());
        let waiting_ns = at_most_left(self.waiting_ns());
        let asleep_ns = at_most_left(self.asleep_ns);
        let searching_ns = at_most_left(self.searching_ns);
        Spent { all_ns, work_ns, searching_ns, asleep_ns, waiting_ns, combining_ns }
    }

    /// What the waits took, without the batches that the waiting workers ran meanwhile.
    fn waiting_ns(&self) -> u64 {
        let of_one = |stint: &Stint, &(start, end): &(u64, u64)| {
            let same = self.stints.iter().filter(|other| other.worker == stint.worker);
            let within = same
                .flat_map(|other| &other.batches)
                .map(|batch| batch.end_ns.min(end).saturating_sub(batch.start_ns.max(start)));
            end.saturating_sub(start).saturating_sub(within.sum())
        };
        // A wait inside another one counts once: the outer ones of a worker are enough.
        let outermost = |stint: &Stint, wait: &(u64, u64)| {
            let same = self.stints.iter().filter(|other| other.worker == stint.worker);
            let mut around = same.flat_map(|other| &other.waits);
            !around.any(|other| other != wait && other.0 <= wait.0 && wait.1 <= other.1)
        };
        let waits =
            self.stints.iter().flat_map(|stint| stint.waits.iter().map(move |wait| (stint, wait)));
        waits
            .filter(|(stint, wait)| outermost(stint, wait))
            .map(|(stint, wait)| of_one(stint, wait))
            .sum()
    }

    /// The stretches of time between which the number of batches at work changes: beginning, end, that number.
    fn stretches(&self) -> impl Iterator<Item = (u64, u64, usize)> {
        let ends = self.batches().flat_map(|batch| [(batch.start_ns, 1), (batch.end_ns, -1_isize)]);
        let mut changes: Vec<(u64, isize)> = ends.collect();
        // At the same moment ends come first.
        changes.sort_unstable();
        let mut width = 0_isize;
        let widths: Vec<usize> = changes
            .iter()
            .map(|(_, change)| {
                width += change;
                width.max(0) as usize
            })
            .collect();
        let starts = changes.clone();
        let pairs = starts.into_iter().zip(changes.into_iter().skip(1)).zip(widths);
        pairs
            .map(|((start, end), width)| (start.0, end.0, width))
            .filter(|(start, end, _)| start < end)
    }

    /// What an item cost while few batches were at work, what while many were, and these two numbers of batches. `None` if the
    /// width did not change, or not for long enough to tell.
    pub(super) fn cost_by_width(&self) -> Option<[(f64, usize); 2]> {
        let stretches: Vec<(u64, u64, usize)> = self.stretches().collect();
        let mut by_width: Vec<(f64, u64)> = Vec::new();
        for batch in self.batches().filter(|batch| batch.items > 0 && batch.ns() > 0) {
            // The width during most of the batch.
            let overlap = |&(start, end, _): &(u64, u64, usize)| {
                end.min(batch.end_ns).saturating_sub(start.max(batch.start_ns))
            };
            let first = stretches.partition_point(|(_, end, _)| *end <= batch.start_ns);
            let during = stretches[first..].iter().take_while(|(start, ..)| *start < batch.end_ns);
            let Some(most) = during.max_by_key(|stretch| overlap(stretch)) else { continue };
            if 4 * overlap(most) < 3 * batch.ns() {
                continue;
            }
            if by_width.len() <= most.2 {
                by_width.resize(most.2 + 1, (0.0, 0));
            }
            by_width[most.2].0 += batch.items as f64;
            by_width[most.2].1 += batch.ns();
        }
        // A twentieth of the work is enough to tell.
        let least = self.work_ns() / 20;
        let enough = by_width.iter().enumerate().filter(|(_, (_, ns))| *ns > 0 && *ns >= least);
        let costs: Vec<(f64, usize)> =
            enough.map(|(width, (items, ns))| (*ns as f64 / items, width)).collect();
        let (few, many) = (*costs.first()?, *costs.last()?);
        (few.1 < many.1).then_some([few, many])
    }
}

/// A ratio; 0 of nothing.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
