//! `map_with`: every item through a function, with a value cloned for each piece.
use super::map_state::{MapStateAdapt, MapStateConsumer};
use crate::iter::plumbing::{
    AdaptCallback, CloneSeed, Consumer, ProducerCallback, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};

/// Yields what a function makes of each item and of a value cloned for each piece; see
/// [`ParallelIterator::map_with`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct MapWith<I, T, F> {
    base: I,
    item: T,
    map_op: F,
}
opaque_debug!(MapWith<I, T, F> { base: I, item: T });

impl<I, T, F> MapWith<I, T, F> {
    pub(in crate::iter) fn new(base: I, item: T, map_op: F) -> Self {
        MapWith { base, item, map_op }
    }
}

impl<I, T, F, R> ParallelIterator for MapWith<I, T, F>
where
    I: ParallelIterator,
    T: Send + Clone,
    F: Fn(&mut T, I::Item) -> R + Sync + Send,
    R: Send,
{
    type Item = R;

    fn drive_unindexed<C: UnindexedConsumer<R>>(self, consumer: C) -> C::Result {
        let seed = CloneSeed(self.item);
        self.base.drive_unindexed(MapStateConsumer::new(consumer, seed, &self.map_op))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, T, F, R> IndexedParallelIterator for MapWith<I, T, F>
where
    I: IndexedParallelIterator,
    T: Send + Clone,
    F: Fn(&mut T, I::Item) -> R + Sync + Send,
    R: Send,
{
    fn drive<C: Consumer<R>>(self, consumer: C) -> C::Result {
        let seed = CloneSeed(self.item);
        self.base.drive(MapStateConsumer::new(consumer, seed, &self.map_op))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<R>>(self, callback: CB) -> CB::Output {
        let adapt = MapStateAdapt { seed: CloneSeed(self.item), op: &self.map_op };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}
