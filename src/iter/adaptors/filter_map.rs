//! `filter_map`: what a function makes of each item, if it makes something.
use crate::iter::plumbing::{Folder, Stage, StageConsumer, Strided, UnindexedConsumer, in_strides};
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields what a function makes of the items, where it makes something; see
/// [`ParallelIterator::filter_map`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FilterMap<I, P> {
    base: I,
    filter_op: P,
}
opaque_debug!(FilterMap<I, P> { base: I });

impl<I, P> FilterMap<I, P> {
    pub(in crate::iter) fn new(base: I, filter_op: P) -> Self {
        FilterMap { base, filter_op }
    }

    pub(crate) fn into_parts(self) -> (I, P) {
        (self.base, self.filter_op)
    }
}

impl<I, P, R> ParallelIterator for FilterMap<I, P>
where
    I: ParallelIterator,
    P: Fn(I::Item) -> Option<R> + Sync + Send,
    R: Send,
{
    type Item = R;

    fn drive_unindexed<C: UnindexedConsumer<R>>(self, consumer: C) -> C::Result {
        let stage = FilterMapStage(&self.filter_op);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct FilterMapStage<'p, P>(&'p P);

impl<T, R, P: Fn(T) -> Option<R> + Sync> Stage<T> for FilterMapStage<'_, P> {
    type Out = R;

    fn feed<N: Folder<R>>(&self, next: N, item: T) -> N {
        match (self.0)(item) {
            Some(made) => next.consume(made),
            None => next,
        }
    }

    fn feed_iter<N, J>(&self, next: N, iter: J) -> N
    where
        N: Folder<R>,
        J: IntoIterator<Item = T>,
    {
        if N::__NEVER_FULL {
            return self.pass(next, iter.into_iter());
        }
        in_strides(self, iter.into_iter(), next)
    }
}

impl<T, R, P: Fn(T) -> Option<R> + Sync> Strided<T> for FilterMapStage<'_, P> {
    fn pass<N, J>(&self, next: N, items: J) -> N
    where
        N: Folder<R>,
        J: Iterator<Item = T>,
    {
        next.consume_iter(items.filter_map(self.0))
    }
}
