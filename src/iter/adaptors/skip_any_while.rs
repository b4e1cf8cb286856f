//! `skip_any_while`: items from when somebody sees one that fails.
use crate::iter::plumbing::{Folder, Stage, StageConsumer, UnindexedConsumer};
use crate::iter::stop_flag::StopFlag;
use crate::iter::{ParallelIterator, opaque_debug};

/// Drops items until any of them fails a predicate; see [`ParallelIterator::skip_any_while`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct SkipAnyWhile<I, P> {
    base: I,
    predicate: P,
}
opaque_debug!(SkipAnyWhile<I, P> { base: I });

impl<I, P> SkipAnyWhile<I, P> {
    pub(in crate::iter) fn new(base: I, predicate: P) -> Self {
        SkipAnyWhile { base, predicate }
    }
}

impl<I, P> ParallelIterator for SkipAnyWhile<I, P>
where
    I: ParallelIterator,
    P: Fn(&I::Item) -> bool + Sync + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = SkipAnyWhileStage { predicate: &self.predicate, failed: StopFlag::new() };
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }
}

struct SkipAnyWhileStage<'p, P> {
    predicate: &'p P,
    failed: StopFlag,
}

impl<T, P: Fn(&T) -> bool + Sync> Stage<T> for SkipAnyWhileStage<'_, P> {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, item: T) -> N {
        if !self.failed.is_raised() {
            if (self.predicate)(&item) {
                return next;
            }
            self.failed.raise();
        }
        next.consume(item)
    }
}
