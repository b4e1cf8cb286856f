//! `flat_map_iter`: every item becomes a sequential iterator, whose items are yielded.
use crate::iter::plumbing::{Folder, Stage, StageConsumer, Strided, UnindexedConsumer, in_strides};
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields the items of the sequential iterators that a function makes of each item; see
/// [`ParallelIterator::flat_map_iter`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FlatMapIter<I, F> {
    base: I,
    map_op: F,
}
opaque_debug!(FlatMapIter<I, F> { base: I });

impl<I, F> FlatMapIter<I, F> {
    pub(in crate::iter) fn new(base: I, map_op: F) -> Self {
        FlatMapIter { base, map_op }
    }

    pub(crate) fn into_parts(self) -> (I, F) {
        (self.base, self.map_op)
    }
}

impl<I, F, S> ParallelIterator for FlatMapIter<I, F>
where
    I: ParallelIterator,
    F: Fn(I::Item) -> S + Sync + Send,
    S: IntoIterator,
    S::Item: Send,
{
    type Item = S::Item;

    fn drive_unindexed<C: UnindexedConsumer<S::Item>>(self, consumer: C) -> C::Result {
        let stage = FlatMapIterStage(&self.map_op);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct FlatMapIterStage<'f, F>(&'f F);

impl<T, S: IntoIterator, F: Fn(T) -> S + Sync> Stage<T> for FlatMapIterStage<'_, F> {
    type Out = S::Item;

    fn feed<N: Folder<S::Item>>(&self, next: N, item: T) -> N {
        next.consume_iter((self.0)(item))
    }

    fn feed_iter<N, J>(&self, next: N, iter: J) -> N
    where
        N: Folder<S::Item>,
        J: IntoIterator<Item = T>,
    {
        if N::__NEVER_FULL {
            return self.pass(next, iter.into_iter());
        }
        in_strides(self, iter.into_iter(), next)
    }
}

impl<T, S: IntoIterator, F: Fn(T) -> S + Sync> Strided<T> for FlatMapIterStage<'_, F> {
    fn pass<N, J>(&self, next: N, items: J) -> N
    where
        N: Folder<S::Item>,
        J: Iterator<Item = T>,
    {
        next.consume_iter(items.flat_map(self.0))
    }
}
