//! `rev`: from the last item to the first.
use std::iter;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the items in reverse order; see [`IndexedParallelIterator::rev`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Rev<I> {
    base: I,
}

impl<I> Rev<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        Rev { base }
    }
}

impl<I> ParallelIterator for Rev<I>
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

impl<I> IndexedParallelIterator for Rev<I>
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
        let adapt = RevAdapt { len: self.base.len() };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct RevAdapt {
    len: usize,
}

impl<T> Adapt<T> for RevAdapt {
    type Item = T;
    type Producer<P: Producer<Item = T>> = RevProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> RevProducer<P> {
        RevProducer { base, len: self.len }
    }
}

struct RevProducer<P> {
    base: P,
    len: usize,
}

impl<P: Producer> Producer for RevProducer<P> {
    type Item = P::Item;
    type IntoIter = iter::Rev<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().rev()
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let rest = self.len - index;
        let (left, right) = self.base.split_at(rest);
        (RevProducer { base: right, len: index }, RevProducer { base: left, len: rest })
    }
}
