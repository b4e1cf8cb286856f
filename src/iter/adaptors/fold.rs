//! `fold`: each piece of the sequence becomes one item.
use super::fold_state::FoldConsumer;
use crate::iter::plumbing::{InitSeed, UnindexedConsumer};
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields what each piece of the sequence folds to, starting from what a function returns; see
/// [`ParallelIterator::fold`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Fold<I, ID, F> {
    base: I,
    identity: ID,
    fold_op: F,
}
opaque_debug!(Fold<I, ID, F> { base: I });

impl<I, ID, F> Fold<I, ID, F> {
    pub(in crate::iter) fn new(base: I, identity: ID, fold_op: F) -> Self {
        Fold { base, identity, fold_op }
    }
}

impl<I, U, ID, F> ParallelIterator for Fold<I, ID, F>
where
    I: ParallelIterator,
    ID: Fn() -> U + Sync + Send,
    U: Send,
    F: Fn(U, I::Item) -> U + Sync + Send,
{
    type Item = U;

    fn drive_unindexed<C: UnindexedConsumer<U>>(self, consumer: C) -> C::Result {
        let seed = InitSeed(&self.identity);
        self.base.drive_unindexed(FoldConsumer::new(consumer, seed, &self.fold_op))
    }
}
