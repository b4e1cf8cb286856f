//! `with_min_len`: how short a piece may be.
use std::ops::Range;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the same items, in pieces no shorter than asked for; see
/// [`IndexedParallelIterator::with_min_len`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct MinLen<I> {
    base: I,
    min: usize,
}

impl<I> MinLen<I> {
    pub(in crate::iter) fn new(base: I, min: usize) -> Self {
        MinLen { base, min }
    }

    /// What it was made of.
    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<I> ParallelIterator for MinLen<I>
where
    I: IndexedParallelIterator,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I> IndexedParallelIterator for MinLen<I>
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
        let adapt = MinLenAdapt { min: self.min };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct MinLenAdapt {
    min: usize,
}

impl<T> Adapt<T> for MinLenAdapt {
    type Item = T;
    type Producer<P: Producer<Item = T>> = MinLenProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> MinLenProducer<P> {
        MinLenProducer { base, min: self.min }
    }
}

struct MinLenProducer<P> {
    base: P,
    min: usize,
}

impl<P: Producer> Producer for MinLenProducer<P> {
    type Item = P::Item;
    type IntoIter = P::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter()
    }

    fn min_len(&self) -> usize {
        Ord::max(self.min, self.base.min_len())
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let min = self.min;
        let (left, right) = self.base.split_at(index);
        (MinLenProducer { base: left, min }, MinLenProducer { base: right, min })
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }

    fn fold_with<F: Folder<P::Item>>(self, folder: F) -> F {
        self.base.fold_with(folder)
    }
}
