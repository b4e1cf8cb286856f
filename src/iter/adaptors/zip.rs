//! `zip`: two iterators side by side.
use std::iter;
use std::ops::Range;

use crate::iter::plumbing::{
    AdaptPair, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge, with_both,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields pairs of items until one side has no more; see [`IndexedParallelIterator::zip`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Zip<A, B> {
    left: A,
    right: B,
}

impl<A, B> Zip<A, B> {
    pub(in crate::iter) fn new(left: A, right: B) -> Self {
        Zip { left, right }
    }

    pub(crate) fn into_parts(self) -> (A, B) {
        (self.left, self.right)
    }
}

impl<A, B> ParallelIterator for Zip<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator,
{
    type Item = (A::Item, B::Item);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<A, B> IndexedParallelIterator for Zip<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        Ord::min(self.left.len(), self.right.len())
    }

    #[inline]
    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        with_both(self.left, self.right, ZipPair, callback)
    }
}

struct ZipPair;

impl<T, U> AdaptPair<T, U> for ZipPair {
    type Item = (T, U);
    type Producer<P: Producer<Item = T>, Q: Producer<Item = U>> = ZipProducer<P, Q>;

    #[inline]
    fn adapt<P, Q>(self, left: P, right: Q) -> ZipProducer<P, Q>
    where
        P: Producer<Item = T>,
        Q: Producer<Item = U>,
    {
        ZipProducer { left, right }
    }
}

struct ZipProducer<P, Q> {
    left: P,
    right: Q,
}

impl<P: Producer, Q: Producer> Producer for ZipProducer<P, Q> {
    type Item = (P::Item, Q::Item);
    type IntoIter = iter::Zip<P::IntoIter, Q::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.left.into_iter().zip(self.right.into_iter())
    }

    fn min_len(&self) -> usize {
        Ord::max(self.left.min_len(), self.right.min_len())
    }

    fn max_len(&self) -> usize {
        Ord::min(self.left.max_len(), self.right.max_len())
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left_p, right_p) = self.left.split_at(index);
        let (left_q, right_q) = self.right.split_at(index);
        (ZipProducer { left: left_p, right: left_q }, ZipProducer { left: right_p, right: right_q })
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.left.__memory().or_else(|| self.right.__memory())
    }
}
