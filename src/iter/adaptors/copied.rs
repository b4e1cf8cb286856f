//! `copied`: from references to values.
use std::iter;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Stage, StageConsumer,
    StageFolder, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use std::ops::Range;

/// Yields a copy of what each item refers to; see [`ParallelIterator::copied`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Copied<I> {
    base: I,
}

impl<I> Copied<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        Copied { base }
    }

    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<'a, T, I> ParallelIterator for Copied<I>
where
    I: ParallelIterator<Item = &'a T>,
    T: Copy + Send + Sync + 'a,
{
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.base.drive_unindexed(StageConsumer::new(consumer, &CopiedStage))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<'a, T, I> IndexedParallelIterator for Copied<I>
where
    I: IndexedParallelIterator<Item = &'a T>,
    T: Copy + Send + Sync + 'a,
{
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        self.base.drive(StageConsumer::new(consumer, &CopiedStage))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        self.base.with_producer(AdaptCallback { callback, adapt: CopiedStage })
    }
}

struct CopiedStage;

impl<'a, T: Copy + 'a> Stage<&'a T> for CopiedStage {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: &'a T) -> N {
        next.consume(*item)
    }

    fn feed_iter<N: Folder<T>, I: IntoIterator<Item = &'a T>>(&self, next: N, iter: I) -> N {
        next.consume_iter(iter.into_iter().copied())
    }
}

impl<'a, T: Copy + 'a> Adapt<&'a T> for CopiedStage {
    type Item = T;
    type Producer<P: Producer<Item = &'a T>> = CopiedProducer<P>;

    fn adapt<P: Producer<Item = &'a T>>(self, base: P) -> CopiedProducer<P> {
        CopiedProducer { base }
    }
}

struct CopiedProducer<P> {
    base: P,
}

impl<'a, T, P> Producer for CopiedProducer<P>
where
    P: Producer<Item = &'a T>,
    T: Copy + 'a,
{
    type Item = T;
    type IntoIter = iter::Copied<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().copied()
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.base.split_at(index);
        (CopiedProducer { base: left }, CopiedProducer { base: right })
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        self.base.fold_with(StageFolder::new(folder, &CopiedStage)).into_base()
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
