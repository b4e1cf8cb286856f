//! `filter`: only what satisfies a predicate.
use crate::iter::plumbing::{Folder, Stage, StageConsumer, Strided, UnindexedConsumer, in_strides};
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields the items that satisfy a predicate; see [`ParallelIterator::filter`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Filter<I, P> {
    base: I,
    predicate: P,
}
opaque_debug!(Filter<I, P> { base: I });

impl<I, P> Filter<I, P> {
    pub(in crate::iter) fn new(base: I, predicate: P) -> Self {
        Filter { base, predicate }
    }

    pub(crate) fn into_parts(self) -> (I, P) {
        (self.base, self.predicate)
    }
}

impl<I, P> ParallelIterator for Filter<I, P>
where
    I: ParallelIterator,
    P: Fn(&I::Item) -> bool + Sync + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = FilterStage(&self.predicate);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct FilterStage<'p, P>(&'p P);

impl<T, P: Fn(&T) -> bool + Sync> Stage<T> for FilterStage<'_, P> {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        if (self.0)(&item) { next.consume(item) } else { next }
    }

    fn feed_iter<N, J>(&self, next: N, iter: J) -> N
    where
        N: Folder<T>,
        J: IntoIterator<Item = T>,
    {
        if N::__NEVER_FULL {
            return self.pass(next, iter.into_iter());
        }
        in_strides(self, iter.into_iter(), next)
    }
}

impl<T, P: Fn(&T) -> bool + Sync> Strided<T> for FilterStage<'_, P> {
    fn pass<N, J>(&self, next: N, items: J) -> N
    where
        N: Folder<T>,
        J: Iterator<Item = T>,
    {
        next.consume_iter(items.filter(self.0))
    }
}
