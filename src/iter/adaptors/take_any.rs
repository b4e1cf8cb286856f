//! `take_any`: so many items, no matter which.
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, Stage, StageConsumer, UnindexedConsumer};
use crate::iter::tickets::Tickets;

/// Yields that many items, whichever come first in time; see [`ParallelIterator::take_any`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct TakeAny<I> {
    base: I,
    count: usize,
}

impl<I> TakeAny<I> {
    pub(in crate::iter) fn new(base: I, count: usize) -> Self {
        TakeAny { base, count }
    }
}

impl<I: ParallelIterator> ParallelIterator for TakeAny<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = TakeAnyStage(Tickets::new(self.count));
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct TakeAnyStage(Tickets);

impl<T> Stage<T> for TakeAnyStage {
    type Out = T;
    const NEVER_FULL: bool = false;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        if self.0.draw() { next.consume(item) } else { next }
    }

    fn full(&self) -> bool {
        self.0.is_used_up()
    }
}
