//! `map`: every item through a function.
use std::iter;

use crate::iter::opaque_debug;
use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Stage, StageConsumer,
    StageFolder, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use std::ops::Range;

/// Yields what a function makes of each item; see [`ParallelIterator::map`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Map<I, F> {
    base: I,
    map_op: F,
}
opaque_debug!(Map<I, F> { base: I });

impl<I, F> Map<I, F> {
    pub(in crate::iter) fn new(base: I, map_op: F) -> Self {
        Map { base, map_op }
    }

    pub(crate) fn into_parts(self) -> (I, F) {
        (self.base, self.map_op)
    }
}

impl<I, F, R> ParallelIterator for Map<I, F>
where
    I: ParallelIterator,
    F: Fn(I::Item) -> R + Sync + Send,
    R: Send,
{
    type Item = R;

    fn drive_unindexed<C: UnindexedConsumer<R>>(self, consumer: C) -> C::Result {
        let stage = MapStage(&self.map_op);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, F, R> IndexedParallelIterator for Map<I, F>
where
    I: IndexedParallelIterator,
    F: Fn(I::Item) -> R + Sync + Send,
    R: Send,
{
    fn drive<C: Consumer<R>>(self, consumer: C) -> C::Result {
        let stage = MapStage(&self.map_op);
        self.base.drive(StageConsumer::new(consumer, &stage))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<R>>(self, callback: CB) -> CB::Output {
        let adapt = MapAdapt(&self.map_op);
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct MapStage<'f, F>(&'f F);

impl<T, R, F: Fn(T) -> R + Sync> Stage<T> for MapStage<'_, F> {
    type Out = R;

    fn feed<N: Folder<R>>(&self, next: N, item: T) -> N {
        next.consume((self.0)(item))
    }

    fn feed_iter<N: Folder<R>, I: IntoIterator<Item = T>>(&self, next: N, iter: I) -> N {
        next.consume_iter(iter.into_iter().map(self.0))
    }
}

struct MapAdapt<'f, F>(&'f F);

impl<'f, T, R, F: Fn(T) -> R + Sync> Adapt<T> for MapAdapt<'f, F> {
    type Item = R;
    type Producer<P: Producer<Item = T>> = MapProducer<'f, P, F>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> MapProducer<'f, P, F> {
        MapProducer { base, map_op: self.0 }
    }
}

struct MapProducer<'f, P, F> {
    base: P,
    map_op: &'f F,
}

impl<'f, P, F, R> Producer for MapProducer<'f, P, F>
where
    P: Producer,
    F: Fn(P::Item) -> R + Sync,
{
    type Item = R;
    type IntoIter = iter::Map<P::IntoIter, &'f F>;

    fn into_iter(self) -> Self::IntoIter {
        self.base.into_iter().map(self.map_op)
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let map_op = self.map_op;
        let (left, right) = self.base.split_at(index);
        (MapProducer { base: left, map_op }, MapProducer { base: right, map_op })
    }

    fn fold_with<G: Folder<R>>(self, folder: G) -> G {
        let stage = MapStage(self.map_op);
        self.base.fold_with(StageFolder::new(folder, &stage)).into_base()
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}
