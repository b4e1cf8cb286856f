//! `try_fold`: each piece of the sequence becomes one carrier.
use std::fmt;
use std::marker::PhantomData;

use super::try_fold_state::TryFoldConsumer;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{InitSeed, UnindexedConsumer};
use crate::iter::private::Try;

/// Yields what each piece of the sequence folds to until something says stop, starting from what a
/// function returns; see [`ParallelIterator::try_fold`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct TryFold<I, U, ID, F> {
    base: I,
    identity: ID,
    fold_op: F,
    carrier: PhantomData<U>,
}

impl<I, U, ID, F> TryFold<I, U, ID, F> {
    pub(in crate::iter) fn new(base: I, identity: ID, fold_op: F) -> Self {
        TryFold { base, identity, fold_op, carrier: PhantomData }
    }
}

// By hand, because of the bound on `I`, which is rayon's.
impl<I: ParallelIterator + fmt::Debug, U, ID, F> fmt::Debug for TryFold<I, U, ID, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFold").field("base", &self.base).finish_non_exhaustive()
    }
}

impl<I, U, ID, F> ParallelIterator for TryFold<I, U, ID, F>
where
    I: ParallelIterator,
    U: Try + Send,
    ID: Fn() -> U::Output + Sync + Send,
    F: Fn(U::Output, I::Item) -> U + Sync + Send,
{
    type Item = U;

    fn drive_unindexed<C: UnindexedConsumer<U>>(self, consumer: C) -> C::Result {
        let seed = InitSeed(&self.identity);
        self.base.drive_unindexed(TryFoldConsumer::new(consumer, seed, &self.fold_op))
    }
}
