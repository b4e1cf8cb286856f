//! Progress: how many items of a call are done, told now and then to a function.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, TryLockError};

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};
use crate::util::lock::Mutex;
use std::ops::Range;

/// Parallel iterators that tell how far they are. Not in rayon, and not in the prelude.
///
/// Any progress bar can be fed with it:
///
/// ```
/// use moirai::progress::Progress;
/// use moirai::prelude::*;
///
/// let mut bar = String::new();
/// let numbers = (0..10_000_u64).into_par_iter();
/// let sum: u64 = numbers.on_progress(1000, |done| bar = format!("{done} of 10000")).sum();
/// assert_eq!((sum, bar.as_str()), (49_995_000, "10000 of 10000"));
/// ```
pub trait Progress: ParallelIterator {
    /// Calls `report` with the number of items that have gone through, about every `step` items, and once more in the end with
    /// the total, if that has not been told yet.
    ///
    /// Reports come from whichever worker gets there, one at a time and with growing numbers; no worker waits for one, so some
    /// may be left out. An item counts when what follows has taken it: behind `map` and before `for_each`, when the function of
    /// `for_each` has returned. Placed before `filter`, items count whether they are kept or not. Where a search ends early,
    /// the total is what has gone through by then. After a panic there is no last report.
    ///
    /// Workers count by themselves and add up now and then: it costs two to four instructions for an item, and some tens for each
    /// sixteenth of a step (at most 1024 items). That is less than a hundredth for items of a microsecond from steps of a hundred
    /// on, and for items of a tenth of that from steps of a thousand on.
    ///
    /// # Panics
    ///
    /// If `step` is 0; and when run, with `report`'s panic.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::progress::Progress;
    /// use moirai::prelude::*;
    ///
    /// let mut reports = Vec::new();
    /// (0..100).into_par_iter().on_progress(30, |done| reports.push(done)).for_each(|_| ());
    /// assert!(reports.is_sorted() && reports.last() == Some(&100));
    /// ```
    fn on_progress<F>(self, step: usize, report: F) -> OnProgress<Self, F>
    where
        F: FnMut(usize) + Send,
    {
        assert!(step != 0, "a step of progress must not be zero");
        OnProgress { base: self, step, report }
    }
}

impl<I: ParallelIterator> Progress for I {}

/// Tells how many items have gone through; see [`Progress::on_progress`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct OnProgress<I, F> {
    base: I,
    step: usize,
    report: F,
}
opaque_debug!(OnProgress<I, F> { base: I });

impl<I, F> ParallelIterator for OnProgress<I, F>
where
    I: ParallelIterator,
    F: FnMut(usize) + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let count = Count::new(self.step, self.report);
        let result = self.base.drive_unindexed(CountConsumer { base: consumer, count: &count });
        count.end();
        result
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, F> IndexedParallelIterator for OnProgress<I, F>
where
    I: IndexedParallelIterator,
    F: FnMut(usize) + Send,
{
    fn drive<C: Consumer<I::Item>>(self, consumer: C) -> C::Result {
        let count = Count::new(self.step, self.report);
        let result = self.base.drive(CountConsumer { base: consumer, count: &count });
        count.end();
        result
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<I::Item>>(self, callback: CB) -> CB::Output {
        let count = Count::new(self.step, self.report);
        let output = self.base.with_producer(AdaptCallback { callback, adapt: &count });
        count.end();
        output
    }
}

/// How many items a worker counts by itself at most.
const STRIDE_MOST: usize = 1024;

/// The count of one call.
struct Count<F> {
    step: usize,
    /// After how many items a worker adds them up.
    stride: usize,
    done: AtomicUsize,
    /// From how many items on the next report is due.
    due: AtomicUsize,
    reporter: Mutex<Reporter<F>>,
}

struct Reporter<F> {
    report: F,
    told: Option<usize>,
}

impl<F: FnMut(usize)> Count<F> {
    fn new(step: usize, report: F) -> Self {
        Count {
            step,
            stride: (step / 16).clamp(1, STRIDE_MOST),
            done: AtomicUsize::new(0),
            due: AtomicUsize::new(step),
            reporter: Mutex::new(Reporter { report, told: None }),
        }
    }

    /// So many more items have gone through.
    #[inline]
    fn add(&self, items: usize) {
        // ORDERING: Relaxed. A number by itself.
        let done = self.done.fetch_add(items, Ordering::Relaxed).wrapping_add(items);
        // ORDERING: Relaxed, as above; written under the lock.
        if done >= self.due.load(Ordering::Relaxed) {
            self.tell();
        }
    }

    /// A report is due. If one is being made, it will do.
    #[cold]
    #[inline(never)]
    fn tell(&self) {
        let mut reporter = match self.reporter.try_lock() {
            Ok(reporter) => reporter,
            // A report has panicked: the call is about to end.
            Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => return,
        };
        // ORDERING: Relaxed. Of the items told of nothing is read.
        let done = self.done.load(Ordering::Relaxed);
        // ORDERING: Relaxed. Written under the lock only, which is held.
        if done < self.due.load(Ordering::Relaxed) {
            return;
        }
        let next = (done / self.step).saturating_add(1).saturating_mul(self.step);
        // ORDERING: Relaxed. A hint to those without the lock.
        self.due.store(next, Ordering::Relaxed);
        reporter.told = Some(done);
        (reporter.report)(done);
    }

    /// All items have gone through: tells the total, if that is not known.
    fn end(self) {
        let done = self.done.into_inner();
        let Reporter { mut report, told } =
            self.reporter.into_inner().unwrap_or_else(PoisonError::into_inner);
        if told != Some(done) {
            report(done);
        }
    }
}

/// Items counted by one worker, to be added up.
struct Pending<'c, F: FnMut(usize)> {
    count: &'c Count<F>,
    items: usize,
}

impl<'c, F: FnMut(usize)> Pending<'c, F> {
    fn new(count: &'c Count<F>) -> Self {
        Pending { count, items: 0 }
    }

    #[inline]
    fn add(&mut self, items: usize) {
        self.items += items;
        if self.items >= self.count.stride {
            self.count.add(std::mem::take(&mut self.items));
        }
    }

    fn flush(&mut self) {
        if self.items > 0 {
            self.count.add(std::mem::take(&mut self.items));
        }
    }
}

struct CountConsumer<'c, C, F> {
    base: C,
    count: &'c Count<F>,
}

impl<'c, T, C, F> Consumer<T> for CountConsumer<'c, C, F>
where
    C: Consumer<T>,
    F: FnMut(usize) + Send,
{
    type Folder = CountFolder<'c, C::Folder, F>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let count = self.count;
        let (left, right, reducer) = self.base.split_at(index);
        (CountConsumer { base: left, count }, CountConsumer { base: right, count }, reducer)
    }

    fn into_folder(self) -> Self::Folder {
        CountFolder { base: self.base.into_folder(), pending: Pending::new(self.count) }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C, F> UnindexedConsumer<T> for CountConsumer<'_, C, F>
where
    C: UnindexedConsumer<T>,
    F: FnMut(usize) + Send,
{
    fn split_off_left(&self) -> Self {
        CountConsumer { base: self.base.split_off_left(), count: self.count }
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

struct CountFolder<'c, B, F: FnMut(usize)> {
    base: B,
    pending: Pending<'c, F>,
}

impl<T, B, F> Folder<T> for CountFolder<'_, B, F>
where
    B: Folder<T>,
    F: FnMut(usize) + Send,
{
    type Result = B::Result;
    const __NEVER_FULL: bool = B::__NEVER_FULL;

    fn consume(mut self, item: T) -> Self {
        self.base = self.base.consume(item);
        self.pending.add(1);
        self
    }

    /// In strides: the loop over the items of one is free of anything but their number.
    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let mut iter = iter.into_iter();
        loop {
            let room = self.pending.count.stride - self.pending.items;
            let mut taken = 0;
            let stride = iter.by_ref().take(room).inspect(|_| taken += 1);
            self.base = self.base.consume_iter(stride);
            self.pending.add(taken);
            if taken < room || self.base.full() {
                return self;
            }
        }
    }

    fn complete(mut self) -> B::Result {
        let result = self.base.complete();
        self.pending.flush();
        result
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<'c, T, F> Adapt<T> for &'c Count<F>
where
    F: FnMut(usize) + Send,
{
    type Item = T;
    type Producer<P: Producer<Item = T>> = CountProducer<'c, P, F>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> CountProducer<'c, P, F> {
        CountProducer { base, count: self }
    }
}

struct CountProducer<'c, P, F> {
    base: P,
    count: &'c Count<F>,
}

impl<'c, P, F> Producer for CountProducer<'c, P, F>
where
    P: Producer,
    F: FnMut(usize) + Send,
{
    type Item = P::Item;
    type IntoIter = CountIter<'c, P::IntoIter, F>;

    fn into_iter(self) -> Self::IntoIter {
        CountIter { base: self.base.into_iter(), pending: Pending::new(self.count) }
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let count = self.count;
        let (left, right) = self.base.split_at(index);
        (CountProducer { base: left, count }, CountProducer { base: right, count })
    }

    fn fold_with<G: Folder<P::Item>>(self, folder: G) -> G {
        let counting = CountFolder { base: folder, pending: Pending::new(self.count) };
        let CountFolder { base, mut pending } = self.base.fold_with(counting);
        pending.flush();
        base
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// Where items are asked for one by one (`zip`), each counts when it is handed out.
struct CountIter<'c, I, F: FnMut(usize)> {
    base: I,
    pending: Pending<'c, F>,
}

impl<I: Iterator, F: FnMut(usize)> Iterator for CountIter<'_, I, F> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let item = self.base.next()?;
        self.pending.add(1);
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }
}

impl<I: DoubleEndedIterator, F: FnMut(usize)> DoubleEndedIterator for CountIter<'_, I, F> {
    fn next_back(&mut self) -> Option<I::Item> {
        let item = self.base.next_back()?;
        self.pending.add(1);
        Some(item)
    }
}

impl<I: ExactSizeIterator, F: FnMut(usize)> ExactSizeIterator for CountIter<'_, I, F> {}

impl<I, F: FnMut(usize)> Drop for CountIter<'_, I, F> {
    fn drop(&mut self) {
        self.pending.flush();
    }
}
