//! `skip_any`: all but so many items, no matter which.
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, Stage, StageConsumer, UnindexedConsumer};
use crate::iter::tickets::Tickets;

/// Drops that many items, whichever come first in time, and yields the others; see [`ParallelIterator::skip_any`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct SkipAny<I> {
    base: I,
    count: usize,
}

impl<I> SkipAny<I> {
    pub(in crate::iter) fn new(base: I, count: usize) -> Self {
        SkipAny { base, count }
    }
}

impl<I: ParallelIterator> ParallelIterator for SkipAny<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = SkipAnyStage(Tickets::new(self.count));
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct SkipAnyStage(Tickets);

impl<T> Stage<T> for SkipAnyStage {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        if self.0.draw() { next } else { next.consume(item) }
    }
}
