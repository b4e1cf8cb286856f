//! `cloned`: from references to values.
use std::iter;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Stage, StageConsumer,
    StageFolder, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use std::ops::Range;

/// Yields a clone of what each item refers to; see [`ParallelIterator::cloned`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Cloned<I> {
    base: I,
}

impl<I> Cloned<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        Cloned { base }
    }

    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<'a, T, I> ParallelIterator for Cloned<I>
where
    I: ParallelIterator<Item = &'a T>,
    T: Clone + Send + Sync + 'a,
{
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.base.drive_unindexed(StageConsumer::new(consumer, &ClonedStage))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<'a, T, I> IndexedParallelIterator for Cloned<I>
where
    I: IndexedParallelIterator<Item = &'a T>,
    T: Clone + Send + Sync + 'a,
{
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        self.base.drive(StageConsumer::new(consumer, &ClonedStage))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        self.base.with_producer(AdaptCallback { callback, adapt: ClonedStage })
    }
}

struct ClonedStage;

impl<'a, T: Clone + 'a> Stage<&'a T> for ClonedStage {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: &'a T) -> N {
        next.consume(item.clone())
    }

    fn feed_iter<N: Folder<T>, I: IntoIterator<Item = &'a T>>(&self, next: N, iter: I) -> N {
        next.consume_iter(iter.into_iter().cloned())
    }
}

impl<'a, T: Clone + 'a> Adapt<&'a T> for ClonedStage {
    type Item = T;
    type Producer<P: Producer<Item = &'a T>> = ClonedProducer<P>;

    fn adapt<P: Producer<Item = &'a T>>(self, base: P) -> ClonedProducer<P> {
        ClonedProducer { base }
    }
}

struct ClonedProducer<P> {
    base: P,
}

impl<'a, T, P> Producer for ClonedProducer<P>
where
    P: Producer<Item = &'a T>,
    T: Clone + 'a,
{
    type Item = T;
    type IntoIter = iter::Cloned<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().cloned()
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.base.split_at(index);
        (ClonedProducer { base: left }, ClonedProducer { base: right })
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        self.base.fold_with(StageFolder::new(folder, &ClonedStage)).into_base()
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
