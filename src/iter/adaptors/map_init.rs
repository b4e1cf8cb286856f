//! `map_init`: every item through a function, with a value made for each piece.
use super::map_state::{MapStateAdapt, MapStateConsumer};
use crate::iter::plumbing::{
    AdaptCallback, Consumer, InitSeed, ProducerCallback, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};

/// Yields what a function makes of each item and of a value made for each piece; see
/// [`ParallelIterator::map_init`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct MapInit<I, INIT, F> {
    base: I,
    init: INIT,
    map_op: F,
}
opaque_debug!(MapInit<I, INIT, F> { base: I });

impl<I, INIT, F> MapInit<I, INIT, F> {
    pub(in crate::iter) fn new(base: I, init: INIT, map_op: F) -> Self {
        MapInit { base, init, map_op }
    }
}

impl<I, INIT, T, F, R> ParallelIterator for MapInit<I, INIT, F>
where
    I: ParallelIterator,
    INIT: Fn() -> T + Sync + Send,
    F: Fn(&mut T, I::Item) -> R + Sync + Send,
    R: Send,
{
    type Item = R;

    fn drive_unindexed<C: UnindexedConsumer<R>>(self, consumer: C) -> C::Result {
        let seed = InitSeed(&self.init);
        self.base.drive_unindexed(MapStateConsumer::new(consumer, seed, &self.map_op))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, INIT, T, F, R> IndexedParallelIterator for MapInit<I, INIT, F>
where
    I: IndexedParallelIterator,
    INIT: Fn() -> T + Sync + Send,
    F: Fn(&mut T, I::Item) -> R + Sync + Send,
    R: Send,
{
    fn drive<C: Consumer<R>>(self, consumer: C) -> C::Result {
        let seed = InitSeed(&self.init);
        self.base.drive(MapStateConsumer::new(consumer, seed, &self.map_op))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<R>>(self, callback: CB) -> CB::Output {
        let adapt = MapStateAdapt { seed: InitSeed(&self.init), op: &self.map_op };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}
