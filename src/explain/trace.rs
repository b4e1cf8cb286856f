//! What was recorded of a parallel call, and plain arithmetic over it. Nothing here depends on a pool or a clock.

use crate::steal::Distance;
use std::panic::Location;

/// What kind of call it is.
///
/// ```
/// use moirai::explain::{Call, Kind};
/// assert_eq!(Call::default().kind, Kind::Items);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A call of a parallel iterator.
    #[default]
    Items,
    /// A `join`, with all that is joined in it. Its items are these joins.
    Join,
    /// A scope. Its items are its jobs.
    Scope,
    /// A sort of a slice.
    Sort,
}

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
    /// What it is.
    pub kind: Kind,
    /// The innermost [`named`](crate::named) that it was made in.
    pub name: Option<&'static str>,
    /// Where it is written, if that is known.
    pub location: Option<&'static Location<'static>>,
    /// The types that it consists of; of a sort its name.
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
    /// Of joins, scopes and sorts: the longest chain of work in it, each part of which waits for the one before. Of a scope the
    /// longest job, or its body.
    pub chain_ns: u64,
    /// How long the other workers of the pool slept meanwhile, all together.
    pub asleep_ns: u64,
    /// How long they looked for something to do.
    pub searching_ns: u64,
    /// Of `par_bridge`: how long items were drawn from the source, which one thread at a time can do.
    pub drawing_ns: u64,
    /// How long threads waited for their turn to draw, all together; that is part of their batches.
    pub turn_ns: u64,
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
    /// The worker's index; the number of threads stands for a thread of no pool.
    pub worker: usize,
    /// How far the piece was stolen; `None`: it was not.
    pub stolen: Option<Distance>,
    /// The batches, in the order in which they were run.
    pub batches: Vec<Batch>,
    /// Beginnings and ends of waits for stolen pieces. The worker may have run such pieces meanwhile, as other stints.
    pub waits: Vec<(u64, u64)>,
    /// Time spent on joining results.
    pub combining_ns: u64,
    /// Batches that are not in the list, which is long, added up.
    pub more: More,
}

impl Stint {
    /// See [`Call::all_batches`].
    fn all_batches(&self) -> impl Iterator<Item = Batch> {
        self.batches.iter().copied().chain(self.more.as_batch())
    }

    /// One more batch; the list is to have no more than `most`.
    pub(super) fn add(&mut self, batch: Batch, most: usize) {
        if self.batches.len() < most {
            self.batches.push(batch);
        } else {
            self.more.add(&More::of(batch));
        }
    }

    /// What another stint of the same worker had.
    pub(super) fn append(&mut self, other: Stint, most: usize) {
        other.batches.into_iter().for_each(|batch| self.add(batch, most));
        self.more.add(&other.more);
        self.waits.extend(other.waits);
        self.combining_ns += other.combining_ns;
    }

    /// The same as part of a call that has begun so much earlier, of which these are no items.
    pub(super) fn inside(mut self, ns: u64) -> Self {
        let shift = |batch: &mut Batch| {
            batch.start_ns += ns;
            batch.end_ns += ns;
            batch.items = 0;
        };
        self.batches.iter_mut().for_each(shift);
        self.more.largest.as_mut().map(shift);
        self.more.items = 0;
        self.more.start_ns += ns;
        self.more.end_ns += ns;
        for (start, end) in &mut self.waits {
            *start += ns;
            *end += ns;
        }
        self
    }
}

/// Batches that are not told one by one.
///
/// ```
/// assert_eq!(moirai::explain::More::default().batches, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct More {
    /// How many they are.
    pub batches: usize,
    /// Their items.
    pub items: usize,
    /// When the first one began.
    pub start_ns: u64,
    /// When the last one ended.
    pub end_ns: u64,
    /// How long they took, all together.
    pub work_ns: u64,
    /// How long their thread had a processor in them; `None` where the system does not say, as the next two.
    pub cpu_ns: Option<u64>,
    /// How often their thread slept or waited in the system.
    pub sleeps: Option<u64>,
    /// How often their thread was suspended for others.
    pub suspensions: Option<u64>,
    /// The one that took longest.
    pub largest: Option<Batch>,
}

impl More {
    fn of(batch: Batch) -> Self {
        More {
            batches: 1,
            items: batch.items,
            start_ns: batch.start_ns,
            end_ns: batch.end_ns,
            work_ns: batch.ns(),
            cpu_ns: batch.cpu_ns,
            sleeps: batch.sleeps,
            suspensions: batch.suspensions,
            largest: Some(batch),
        }
    }

    fn add(&mut self, other: &More) {
        if self.batches == 0 {
            *self = *other;
        } else if other.batches > 0 {
            let sum = |one: Option<u64>, two: Option<u64>| Some(one? + two?);
            *self = More {
                batches: self.batches + other.batches,
                items: self.items + other.items,
                start_ns: self.start_ns.min(other.start_ns),
                end_ns: self.end_ns.max(other.end_ns),
                work_ns: self.work_ns + other.work_ns,
                cpu_ns: sum(self.cpu_ns, other.cpu_ns),
                sleeps: sum(self.sleeps, other.sleeps),
                suspensions: sum(self.suspensions, other.suspensions),
                largest: self.largest.into_iter().chain(other.largest).max_by_key(Batch::ns),
            };
        }
    }

    /// All of them as one batch, if there are any.
    fn as_batch(&self) -> Option<Batch> {
        (self.batches > 0).then_some(Batch {
            start_ns: self.start_ns,
            end_ns: self.end_ns,
            items: self.items,
            cpu_ns: self.cpu_ns,
            sleeps: self.sleeps,
            suspensions: self.suspensions,
        })
    }
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
    /// The batches that are told one by one.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().batches().count(), 0);
    /// ```
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.stints.iter().flat_map(|stint| &stint.batches)
    }

    /// How many batches there were.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().batch_count(), 0);
    /// ```
    pub fn batch_count(&self) -> usize {
        self.stints.iter().map(|stint| stint.batches.len() + stint.more.batches).sum()
    }

    /// The items of all batches.
    pub(super) fn batch_items(&self) -> usize {
        let listed: usize = self.batches().map(|batch| batch.items).sum();
        listed + self.stints.iter().map(|stint| stint.more.items).sum::<usize>()
    }

    /// The batches; those that are not told one by one as one of each stint.
    fn all_batches(&self) -> impl Iterator<Item = Batch> {
        self.stints.iter().flat_map(Stint::all_batches)
    }

    /// The sequential work: what all batches took together.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().work_ns(), 0);
    /// ```
    pub fn work_ns(&self) -> u64 {
        let more: u64 = self.stints.iter().map(|stint| stint.more.work_ns).sum();
        self.batches().map(Batch::ns).sum::<u64>() + more
    }

    /// The span: with the batches as they are, no number of threads makes the call shorter. Of a call of items it is the
    /// largest batch, of others the longest chain of work.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().span_ns(), 0);
    /// ```
    pub fn span_ns(&self) -> u64 {
        match self.kind {
            Kind::Items => self.largest_batch().map_or(0, Batch::ns),
            Kind::Join | Kind::Scope | Kind::Sort => self.chain_ns,
        }
    }

    /// The batch that took longest.
    ///
    /// ```
    /// assert_eq!(moirai::explain::Call::default().largest_batch(), None);
    /// ```
    pub fn largest_batch(&self) -> Option<&Batch> {
        let more = self.stints.iter().filter_map(|stint| stint.more.largest.as_ref());
        self.batches().chain(more).max_by_key(|batch| batch.ns())
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

    /// Of `par_bridge`: for which shares of the call items were drawn from the source, and of the work threads waited for their
    /// turn to do so.
    pub(super) fn source_shares(&self) -> (f64, f64) {
        let drawing = ratio(self.drawing_ns, self.elapsed_ns).min(1.0);
        (drawing, ratio(self.turn_ns, self.work_ns()).min(1.0))
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
                .flat_map(Stint::all_batches)
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
        let ends =
            self.all_batches().flat_map(|batch| [(batch.start_ns, 1), (batch.end_ns, -1_isize)]);
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
        for batch in self.all_batches().filter(|batch| batch.items > 0 && batch.ns() > 0) {
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
