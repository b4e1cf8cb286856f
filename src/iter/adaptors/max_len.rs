//! `with_max_len`: how long a piece may be.
use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use std::ops::Range;

/// Yields the same items, in pieces no longer than asked for; see
/// [`IndexedParallelIterator::with_max_len`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct MaxLen<I> {
    base: I,
    max: usize,
}

impl<I> MaxLen<I> {
    pub(in crate::iter) fn new(base: I, max: usize) -> Self {
        MaxLen { base, max }
    }

    /// What it was made of.
    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<I> ParallelIterator for MaxLen<I>
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

impl<I> IndexedParallelIterator for MaxLen<I>
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
        let adapt = MaxLenAdapt { max: self.max };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct MaxLenAdapt {
    max: usize,
}

impl<T> Adapt<T> for MaxLenAdapt {
    type Item = T;
    type Producer<P: Producer<Item = T>> = MaxLenProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> MaxLenProducer<P> {
        MaxLenProducer { base, max: self.max }
    }
}

struct MaxLenProducer<P> {
    base: P,
    max: usize,
}

impl<P: Producer> Producer for MaxLenProducer<P> {
    type Item = P::Item;
    type IntoIter = P::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter()
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        Ord::min(self.max, self.base.max_len())
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let max = self.max;
        let (left, right) = self.base.split_at(index);
        (MaxLenProducer { base: left, max }, MaxLenProducer { base: right, max })
    }

    fn fold_with<F: Folder<P::Item>>(self, folder: F) -> F {
        self.base.fold_with(folder)
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
