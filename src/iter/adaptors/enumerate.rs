//! `enumerate`: every item with its index.
use std::iter;
use std::ops::Range;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields each item together with its index; see [`IndexedParallelIterator::enumerate`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Enumerate<I> {
    base: I,
}

impl<I> Enumerate<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        Enumerate { base }
    }

    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<I> ParallelIterator for Enumerate<I>
where
    I: IndexedParallelIterator,
{
    type Item = (usize, I::Item);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I> IndexedParallelIterator for Enumerate<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = EnumerateAdapt;
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct EnumerateAdapt;

impl<T> Adapt<T> for EnumerateAdapt {
    type Item = (usize, T);
    type Producer<P: Producer<Item = T>> = EnumerateProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> EnumerateProducer<P> {
        EnumerateProducer { base, first: 0 }
    }
}

struct EnumerateProducer<P> {
    base: P,
    first: usize,
}

impl<P: Producer> Producer for EnumerateProducer<P> {
    type Item = (usize, P::Item);
    type IntoIter = iter::Zip<Range<usize>, P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        let base = self.base.into_iter();
        (self.first..self.first + base.len()).zip(base)
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.base.split_at(index);
        (
            EnumerateProducer { base: left, first: self.first },
            EnumerateProducer { base: right, first: self.first + index },
        )
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
