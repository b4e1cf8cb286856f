//! `split`: pieces of something that can be cut in two.
use std::fmt;

use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

/// Makes a parallel iterator over the pieces that `splitter` cuts `data` into.
///
/// The splitter is called as often as pieces are wanted; it returns the left piece, and the right
/// one unless there is nothing left to cut. The pieces are the items, in order.
///
/// ```
/// use moirai::iter;
/// use moirai::prelude::*;
/// use std::ops::Range;
///
/// fn halves(range: Range<u64>) -> (Range<u64>, Option<Range<u64>>) {
///     let middle = range.start + (range.end - range.start) / 2;
///     if middle == range.start {
///         (range, None)
///     } else {
///         (range.start..middle, Some(middle..range.end))
///     }
/// }
///
/// let total: u64 = iter::split(0..1000, halves).map(|piece| piece.sum::<u64>()).sum();
/// assert_eq!(total, 499_500);
/// ```
pub fn split<D, S>(data: D, splitter: S) -> Split<D, S>
where
    D: Send,
    S: Fn(D) -> (D, Option<D>) + Sync,
{
    Split { data, splitter }
}

/// Yields the pieces of something that can be cut in two; see [`split()`].
#[derive(Clone)]
pub struct Split<D, S> {
    data: D,
    splitter: S,
}

impl<D: fmt::Debug, S> fmt::Debug for Split<D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Split").field("data", &self.data).finish_non_exhaustive()
    }
}

impl<D, S> ParallelIterator for Split<D, S>
where
    D: Send,
    S: Fn(D) -> (D, Option<D>) + Sync + Send,
{
    type Item = D;

    fn drive_unindexed<C: UnindexedConsumer<D>>(self, consumer: C) -> C::Result {
        let piece = Piece { data: self.data, splitter: &self.splitter };
        bridge_unindexed(piece, consumer)
    }
}

struct Piece<'s, D, S> {
    data: D,
    splitter: &'s S,
}

impl<D, S> UnindexedProducer for Piece<'_, D, S>
where
    D: Send,
    S: Fn(D) -> (D, Option<D>) + Sync,
{
    type Item = D;

    fn split(self) -> (Self, Option<Self>) {
        let splitter = self.splitter;
        let (left, right) = splitter(self.data);
        let piece = |data| Piece { data, splitter };
        (piece(left), right.map(piece))
    }

    fn fold_with<F: Folder<D>>(self, folder: F) -> F {
        folder.consume(self.data)
    }
}
