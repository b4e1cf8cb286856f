//! `while_some`: the insides of `Some`, until somebody sees a `None`.
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, Stage, StageConsumer, Strided, UnindexedConsumer, in_strides};
use crate::iter::stop_flag::StopFlag;

/// Yields what is inside the items until one of them is `None`; see
/// [`ParallelIterator::while_some`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct WhileSome<I> {
    base: I,
}

impl<I> WhileSome<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        WhileSome { base }
    }
}

impl<I, T> ParallelIterator for WhileSome<I>
where
    I: ParallelIterator<Item = Option<T>>,
    T: Send,
{
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        let stage = WhileSomeStage(StopFlag::new());
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct WhileSomeStage(StopFlag);

impl<T> Stage<Option<T>> for WhileSomeStage {
    type Out = T;
    const NEVER_FULL: bool = false;

    fn feed<N: Folder<T>>(&self, next: N, item: Option<T>) -> N {
        match item {
            Some(inside) => next.consume(inside),
            None => {
                self.0.raise();
                next
            }
        }
    }

    fn feed_iter<N, J>(&self, next: N, iter: J) -> N
    where
        N: Folder<T>,
        J: IntoIterator<Item = Option<T>>,
    {
        in_strides(self, iter.into_iter(), next)
    }

    fn full(&self) -> bool {
        self.0.is_raised()
    }
}

impl<T> Strided<Option<T>> for WhileSomeStage {
    fn pass<N, J>(&self, next: N, items: J) -> N
    where
        N: Folder<T>,
        J: Iterator<Item = Option<T>>,
    {
        next.consume_iter(items.map_while(|item| {
            if item.is_none() {
                self.0.raise();
            }
            item
        }))
    }
}
