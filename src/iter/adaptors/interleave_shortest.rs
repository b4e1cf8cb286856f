//! `interleave_shortest`: two iterators taking turns until one cannot.
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields items of two iterators in turn until it is the turn of one that has no more; see
/// [`IndexedParallelIterator::interleave_shortest`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct InterleaveShortest<A, B> {
    left: A,
    right: B,
}

impl<A, B> InterleaveShortest<A, B> {
    pub(in crate::iter) fn new(left: A, right: B) -> Self {
        InterleaveShortest { left, right }
    }
}

impl<A, B> InterleaveShortest<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    /// How many items come from each side.
    fn shares(&self) -> (usize, usize) {
        let (left, right) = (self.left.len(), self.right.len());
        (Ord::min(left, right.saturating_add(1)), Ord::min(right, left))
    }

    /// The same with nothing left over, for which the plain way of taking turns will do.
    fn trimmed(self) -> impl IndexedParallelIterator<Item = A::Item> {
        let (left, right) = self.shares();
        self.left.take(left).interleave(self.right.take(right))
    }
}

impl<A, B> ParallelIterator for InterleaveShortest<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    type Item = A::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.trimmed().drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<A, B> IndexedParallelIterator for InterleaveShortest<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.trimmed().drive(consumer)
    }

    fn len(&self) -> usize {
        let (left, right) = self.shares();
        left.checked_add(right).expect("overflow")
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        self.trimmed().with_producer(callback)
    }
}
