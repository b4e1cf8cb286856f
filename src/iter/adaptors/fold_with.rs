//! `fold_with`: each piece of the sequence becomes one item.
use super::fold_state::FoldConsumer;
use crate::iter::plumbing::{CloneSeed, UnindexedConsumer};
use crate::iter::{ParallelIterator, opaque_debug};

/// Yields what each piece of the sequence folds to, starting from a clone of a value; see
/// [`ParallelIterator::fold_with`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FoldWith<I, U, F> {
    base: I,
    item: U,
    fold_op: F,
}
opaque_debug!(FoldWith<I, U, F> { base: I, item: U });

impl<I, U, F> FoldWith<I, U, F> {
    pub(in crate::iter) fn new(base: I, item: U, fold_op: F) -> Self {
        FoldWith { base, item, fold_op }
    }
}

impl<I, U, F> ParallelIterator for FoldWith<I, U, F>
where
    I: ParallelIterator,
    U: Send + Clone,
    F: Fn(U, I::Item) -> U + Sync + Send,
{
    type Item = U;

    fn drive_unindexed<C: UnindexedConsumer<U>>(self, consumer: C) -> C::Result {
        let seed = CloneSeed(self.item);
        self.base.drive_unindexed(FoldConsumer::new(consumer, seed, &self.fold_op))
    }
}
