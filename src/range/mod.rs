//! Parallel iterators over `start..end`, for all integers and `char`.
//!
//! Ranges of `char`, of `usize` and `isize`, and of integers of at most 32 bits are indexed. Those of
//! wider integers are not; but where their length fits `usize` they are run by index all the same.
mod step;

use std::ops::Range;

pub(crate) use self::step::{IndexedRangeInteger, RangeInteger, Step};
use crate::iter::plumbing::{
    Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer, UnindexedProducer, bridge,
    bridge_producer_consumer, bridge_unindexed,
};
use crate::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// Yields the values from `start` on that are less than `end`; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::prelude::*;
///
/// assert_eq!((0..100_u64).into_par_iter().sum::<u64>(), 4950);
/// assert_eq!(('a'..'e').into_par_iter().collect::<String>(), "abcd");
/// ```
#[derive(Clone, Debug)]
pub struct Iter<T> {
    range: Range<T>,
}

impl<T> Iter<T> {
    pub(crate) fn into_range(self) -> Range<T> {
        self.range
    }
}

impl<T> IntoParallelIterator for Range<T>
where
    Iter<T>: ParallelIterator,
{
    type Item = <Iter<T> as ParallelIterator>::Item;
    type Iter = Iter<T>;

    fn into_par_iter(self) -> Iter<T> {
        Iter { range: self }
    }
}

impl<T: RangeInteger> ParallelIterator for Iter<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        let piece = Piece(self.range);
        match piece.exact_len() {
            Some(len) => bridge_producer_consumer(len, piece, consumer),
            None => bridge_unindexed(piece, consumer),
        }
    }

    fn opt_len(&self) -> Option<usize> {
        Piece(self.range.clone()).exact_len()
    }
}

impl<T: IndexedRangeInteger> IndexedParallelIterator for Iter<T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        Piece(self.range.clone()).indexed_len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        callback.callback(Piece(self.range))
    }
}

impl ParallelIterator for Iter<char> {
    type Item = char;

    fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl IndexedParallelIterator for Iter<char> {
    fn drive<C: Consumer<char>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        Piece(self.range.clone()).indexed_len()
    }

    fn with_producer<CB: ProducerCallback<char>>(self, callback: CB) -> CB::Output {
        callback.callback(Piece(self.range))
    }
}

/// Both kinds of producer at once: the indexed one as long as the length fits `usize`.
struct Piece<T>(Range<T>);

impl<T: Step> Piece<T> {
    /// The number of values.
    fn count(&self) -> u128 {
        let Range { start, end } = self.0;
        if start < end { start.distance(end) } else { 0 }
    }

    fn exact_len(&self) -> Option<usize> {
        usize::try_from(self.count()).ok()
    }

    /// The number of values of an indexed range.
    fn indexed_len(&self) -> usize {
        self.exact_len().expect("the type has no more values than `usize`")
    }

    fn cut(self, index: u128) -> (Self, Self) {
        let Range { start, end } = self.0;
        let middle = start.forward(index);
        (Piece(start..middle), Piece(middle..end))
    }
}

impl<T: Step> Producer for Piece<T> {
    type Item = T;
    type IntoIter = T::Run;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        self.cut(index as u128)
    }
}

impl<T: Step> UnindexedProducer for Piece<T> {
    type Item = T;

    fn split(self) -> (Self, Option<Self>) {
        let half = self.count() / 2;
        if half == 0 {
            return (self, None);
        }
        let (left, right) = self.cut(half);
        (left, Some(right))
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        folder.consume_iter(T::Run::from(self.0))
    }
}
