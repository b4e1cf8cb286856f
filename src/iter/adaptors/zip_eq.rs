//! `zip_eq`: two iterators of one length side by side.
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields pairs of items of two iterators that are equally long; see
/// [`IndexedParallelIterator::zip_eq`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct ZipEq<A, B> {
    left: A,
    right: B,
}

impl<A, B> ZipEq<A, B> {
    pub(in crate::iter) fn new(left: A, right: B) -> Self {
        ZipEq { left, right }
    }
}

impl<A, B> ParallelIterator for ZipEq<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator,
{
    type Item = (A::Item, B::Item);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.left.zip(self.right).drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<A, B> IndexedParallelIterator for ZipEq<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.left.zip(self.right).drive(consumer)
    }

    fn len(&self) -> usize {
        self.left.len()
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        self.left.zip(self.right).with_producer(callback)
    }
}
