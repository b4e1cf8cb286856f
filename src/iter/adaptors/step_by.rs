//! `step_by`: the first item and then every so-many-eth.
use std::iter;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields items at a fixed distance; see [`IndexedParallelIterator::step_by`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct StepBy<I> {
    base: I,
    step: usize,
}

impl<I> StepBy<I> {
    pub(in crate::iter) fn new(base: I, step: usize) -> Self {
        StepBy { base, step }
    }

    /// What it was made of.
    pub(crate) fn into_parts(self) -> (I, usize) {
        (self.base, self.step)
    }
}

impl<I> ParallelIterator for StepBy<I>
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

impl<I> IndexedParallelIterator for StepBy<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len().div_ceil(self.step)
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = StepByAdapt { step: self.step, len: self.base.len() };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct StepByAdapt {
    step: usize,
    len: usize,
}

impl<T> Adapt<T> for StepByAdapt {
    type Item = T;
    type Producer<P: Producer<Item = T>> = StepByProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> StepByProducer<P> {
        StepByProducer { base, step: self.step, len: self.len }
    }
}

/// `len` counts the items of `base`.
struct StepByProducer<P> {
    base: P,
    step: usize,
    len: usize,
}

impl<P: Producer> Producer for StepByProducer<P> {
    type Item = P::Item;
    type IntoIter = iter::StepBy<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().step_by(self.step)
    }

    fn min_len(&self) -> usize {
        self.base.min_len().div_ceil(self.step)
    }

    fn max_len(&self) -> usize {
        self.base.max_len() / self.step
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let step = self.step;
        let base_index = Ord::min(index.saturating_mul(step), self.len);
        let (left, right) = self.base.split_at(base_index);
        (
            StepByProducer { base: left, step, len: base_index },
            StepByProducer { base: right, step, len: self.len - base_index },
        )
    }
}
