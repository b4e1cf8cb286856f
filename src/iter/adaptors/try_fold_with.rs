//! `try_fold_with`: each piece of the sequence becomes one carrier.
use std::fmt;

use super::try_fold_state::TryFoldConsumer;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{CloneSeed, UnindexedConsumer};
use crate::iter::private::Try;

/// Yields what each piece of the sequence folds to until something says stop, starting from a
/// clone of a value; see [`ParallelIterator::try_fold_with`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
pub struct TryFoldWith<I, U: Try, F> {
    base: I,
    item: U::Output,
    fold_op: F,
}

impl<I, U: Try, F> TryFoldWith<I, U, F> {
    pub(in crate::iter) fn new(base: I, item: U::Output, fold_op: F) -> Self {
        TryFoldWith { base, item, fold_op }
    }
}

// By hand, because the bounds are on `U::Output`.
impl<I: fmt::Debug, U: Try<Output: fmt::Debug>, F> fmt::Debug for TryFoldWith<I, U, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFoldWith")
            .field("base", &self.base)
            .field("item", &self.item)
            .finish_non_exhaustive()
    }
}

impl<I: Clone, U: Try + Clone, F: Clone> Clone for TryFoldWith<I, U, F>
where
    U::Output: Clone,
{
    fn clone(&self) -> Self {
        TryFoldWith {
            base: self.base.clone(),
            item: self.item.clone(),
            fold_op: self.fold_op.clone(),
        }
    }
}

impl<I, U, F> ParallelIterator for TryFoldWith<I, U, F>
where
    I: ParallelIterator,
    U: Try + Send,
    U::Output: Clone + Send,
    F: Fn(U::Output, I::Item) -> U + Sync + Send,
{
    type Item = U;

    fn drive_unindexed<C: UnindexedConsumer<U>>(self, consumer: C) -> C::Result {
        let seed = CloneSeed(self.item);
        self.base.drive_unindexed(TryFoldConsumer::new(consumer, seed, &self.fold_op))
    }
}
