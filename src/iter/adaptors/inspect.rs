//! `inspect`: a function beside the stream.
use std::iter;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Stage, StageConsumer,
    StageFolder, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};
use std::ops::Range;

/// Shows each item to a function and yields it; see [`ParallelIterator::inspect`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Inspect<I, F> {
    base: I,
    inspect_op: F,
}
opaque_debug!(Inspect<I, F> { base: I });

impl<I, F> Inspect<I, F> {
    pub(in crate::iter) fn new(base: I, inspect_op: F) -> Self {
        Inspect { base, inspect_op }
    }

    pub(crate) fn into_parts(self) -> (I, F) {
        (self.base, self.inspect_op)
    }
}

impl<I, F> ParallelIterator for Inspect<I, F>
where
    I: ParallelIterator,
    F: Fn(&I::Item) + Sync + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = InspectStage(&self.inspect_op);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, F> IndexedParallelIterator for Inspect<I, F>
where
    I: IndexedParallelIterator,
    F: Fn(&I::Item) + Sync + Send,
{
    fn drive<C: Consumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = InspectStage(&self.inspect_op);
        self.base.drive(StageConsumer::new(consumer, &stage))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<I::Item>>(self, callback: CB) -> CB::Output {
        let adapt = InspectStage(&self.inspect_op);
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct InspectStage<'f, F>(&'f F);

impl<T, F: Fn(&T) + Sync> Stage<T> for InspectStage<'_, F> {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        (self.0)(&item);
        next.consume(item)
    }

    fn feed_iter<N: Folder<T>, I: IntoIterator<Item = T>>(&self, next: N, iter: I) -> N {
        next.consume_iter(iter.into_iter().inspect(self.0))
    }
}

impl<'f, T, F: Fn(&T) + Sync> Adapt<T> for InspectStage<'f, F> {
    type Item = T;
    type Producer<P: Producer<Item = T>> = InspectProducer<'f, P, F>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> InspectProducer<'f, P, F> {
        InspectProducer { base, op: self.0 }
    }
}

struct InspectProducer<'f, P, F> {
    base: P,
    op: &'f F,
}

impl<'f, P, F> Producer for InspectProducer<'f, P, F>
where
    P: Producer,
    F: Fn(&P::Item) + Sync,
{
    type Item = P::Item;
    type IntoIter = iter::Inspect<P::IntoIter, &'f F>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().inspect(self.op)
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let op = self.op;
        let (left, right) = self.base.split_at(index);
        (InspectProducer { base: left, op }, InspectProducer { base: right, op })
    }

    fn fold_with<G: Folder<P::Item>>(self, folder: G) -> G {
        let stage = InspectStage(self.op);
        self.base.fold_with(StageFolder::new(folder, &stage)).into_base()
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
