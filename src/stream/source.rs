//! Where a stream's items come from, part by part.

use super::shared::Payload;
use crate::iter::plumbing::Producer;
use crate::util::unwind;
use std::{fmt, iter};

/// What a stream takes its items from: a sequence from whose front parts are cut.
///
/// Parts are cut on the thread that asks the stream for items. What is expensive should happen while a part is iterated,
/// which happens in the pool.
///
/// # Examples
///
/// A source of one's own, whose parts do all the work:
///
/// ```
/// use moirai::prelude::*;
/// use moirai::iter::plumbing::UnindexedConsumer;
/// use moirai::stream::{IntoSource, ParallelStream, Source};
///
/// /// The lengths of the Collatz sequences of all numbers up to a last one.
/// struct Collatz(std::ops::RangeInclusive<u64>);
///
/// fn length(n: &u64) -> usize {
///     std::iter::successors(Some(*n), |&n| (n > 1).then(|| if n % 2 == 0 { n / 2 } else { 3 * n + 1 })).count()
/// }
///
/// impl Source for Collatz {
///     type Item = usize;
///     type Part = std::iter::Map<std::vec::IntoIter<u64>, fn(u64) -> usize>;
///
///     fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
///         let numbers: Vec<u64> = self.0.by_ref().take(most).collect();
///         let count = numbers.len();
///         (count > 0).then(|| (numbers.into_iter().map((|n| length(&n)) as fn(u64) -> usize), count))
///     }
/// }
///
/// // With this, a parallel iterator has streams.
/// impl ParallelIterator for Collatz {
///     type Item = usize;
///
///     fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
///         self.0.into_par_iter().map(|n| length(&n)).drive_unindexed(consumer)
///     }
/// }
///
/// impl IntoSource for Collatz {
///     type Source = Collatz;
///
///     fn into_source(self) -> Collatz {
///         self
///     }
/// }
///
/// assert_eq!(Collatz(1..=7).ordered(4).collect::<Vec<_>>(), [1, 2, 8, 3, 6, 9, 17]);
/// ```
pub trait Source {
    /// What the parts yield.
    type Item: Send;
    /// Some items to be made.
    type Part: IntoIterator<Item = Self::Item> + Send;

    /// Cuts a part off the front: what is made of the next `most` items, which is at least 1, or of fewer if no more are
    /// left; and of how many. `None`: nothing is left. It is not called again then, nor after a panic.
    ///
    /// A stream's limit counts these items. Where each of them yields at most one item of the stream it is kept exactly.
    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)>;
}

/// A parallel iterator that can be taken apart piece by piece: what [`ParallelStream`](super::ParallelStream) asks for.
///
/// Implemented for ranges, vectors, arrays, slices and [`par_bridge`](crate::iter::ParallelBridge::par_bridge), and on top of these for
/// `map`, `update`, `filter`, `filter_map`, `flat_map_iter`, `flatten_iter`, `inspect`, `copied`, `cloned`, `enumerate`, `zip`, `chain`,
/// `take`, `skip`, `step_by`, `chunks`, `with_min_len` and `with_max_len`. Closures are put into an [`Arc`](std::sync::Arc), so that
/// parts can own them.
///
/// Others cannot be had: what an iterator of rayon's plumbing is made of lives in the frame of the call that drives it. Of an
/// indexed one there is a stream [within a closure](super::ParallelStream::with_indexed_stream); the entries of a map or set
/// have one of their own once they are in a vector, and the pieces of a text (`text.split(' ')`) by
/// [`par_map_ordered`](super::ParallelMap::par_map_ordered).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be taken apart piece by piece",
    note = "`with_indexed_stream` makes a stream of every indexed parallel iterator, for a closure"
)]
pub trait IntoSource: crate::iter::ParallelIterator {
    /// What the iterator becomes.
    type Source: Source<Item = Self::Item>;

    /// Makes a source that yields the items of this iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::{IntoSource, Source};
    ///
    /// let mut source = vec!["spin", "measure", "cut"].into_par_iter().map(str::len).into_source();
    /// let (part, count) = source.cut(2).unwrap();
    /// assert_eq!((part.into_iter().collect::<Vec<_>>(), count), (vec![4, 7], 2));
    /// ```
    fn into_source(self) -> Self::Source;
}

/// The items of a sequential iterator, drawn on the thread that asks the stream for items.
pub struct Sequential<I: Iterator> {
    iter: iter::Fuse<I>,
    drawn: Vec<I::Item>,
    /// What the iterator has panicked with, behind the items that it had yielded.
    panic: Option<Payload>,
}

impl<I: Iterator> Sequential<I> {
    pub(super) fn new(iter: I) -> Self {
        Sequential { iter: iter.fuse(), drawn: Vec::new(), panic: None }
    }
}

impl<I: Iterator<Item: Send>> Source for Sequential<I> {
    type Item = I::Item;
    type Part = Vec<I::Item>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        if let Some(payload) = self.panic.take() {
            unwind::resume_unwinding(payload);
        }
        let (iter, drawn) = (&mut self.iter, &mut self.drawn);
        self.panic = unwind::halt_unwinding(|| drawn.extend(iter.by_ref().take(most))).err();
        let count = self.drawn.len();
        if count == 0 {
            return self.panic.take().map(|payload| unwind::resume_unwinding(payload));
        }
        Some((std::mem::take(&mut self.drawn), count))
    }
}

impl<I: Iterator> fmt::Debug for Sequential<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequential").finish_non_exhaustive()
    }
}

/// The items of a producer of known length.
pub(super) struct Indexed<P> {
    len: usize,
    producer: Option<P>,
}

impl<P: Producer> Indexed<P> {
    pub(super) fn new(len: usize, producer: P) -> Self {
        Indexed { len, producer: Some(producer) }
    }
}

impl<P: Producer<Item: Send>> Source for Indexed<P> {
    type Item = P::Item;
    type Part = IndexedPart<P>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let producer = self.producer.take().filter(|_| self.len > 0)?;
        let count = most.min(producer.max_len().max(1));
        if count >= self.len {
            return Some((IndexedPart(producer), self.len));
        }
        let (part, rest) = producer.split_at(count);
        self.len -= count;
        self.producer = Some(rest);
        Some((IndexedPart(part), count))
    }
}

/// A part of a producer.
pub(super) struct IndexedPart<P>(P);

impl<P: Producer> IntoIterator for IndexedPart<P> {
    type Item = P::Item;
    type IntoIter = P::IntoIter;

    fn into_iter(self) -> P::IntoIter {
        self.0.into_iter()
    }
}
