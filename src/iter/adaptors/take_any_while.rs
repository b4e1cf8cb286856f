//! `take_any_while`: items until somebody sees one that fails.
use crate::iter::plumbing::{Folder, Stage, StageConsumer, UnindexedConsumer};
use crate::iter::stop_flag::StopFlag;
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields items until any of them fails a predicate; see [`ParallelIterator::take_any_while`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct TakeAnyWhile<I, P> {
    base: I,
    predicate: P,
}
opaque_debug!(TakeAnyWhile<I, P> { base: I });

impl<I, P> TakeAnyWhile<I, P> {
    pub(in crate::iter) fn new(base: I, predicate: P) -> Self {
        TakeAnyWhile { base, predicate }
    }
}

impl<I, P> ParallelIterator for TakeAnyWhile<I, P>
where
    I: ParallelIterator,
    P: Fn(&I::Item) -> bool + Sync + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = TakeAnyWhileStage { predicate: &self.predicate, failed: StopFlag::new() };
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct TakeAnyWhileStage<'p, P> {
    predicate: &'p P,
    failed: StopFlag,
}

impl<T, P: Fn(&T) -> bool + Sync> Stage<T> for TakeAnyWhileStage<'_, P> {
    type Out = T;
    const NEVER_FULL: bool = false;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        if self.failed.is_raised() {
            return next;
        }
        if (self.predicate)(&item) {
            next.consume(item)
        } else {
            self.failed.raise();
            next
        }
    }

    fn full(&self) -> bool {
        self.failed.is_raised()
    }
}
