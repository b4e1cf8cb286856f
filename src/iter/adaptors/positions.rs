//! `positions`: where the items are that satisfy a predicate.
use crate::iter::plumbing::UnindexedConsumer;
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};

/// Yields the indices of the items that satisfy a predicate; see
/// [`IndexedParallelIterator::positions`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Positions<I, P> {
    base: I,
    predicate: P,
}
opaque_debug!(Positions<I, P> { base: I });

impl<I, P> Positions<I, P> {
    pub(in crate::iter) fn new(base: I, predicate: P) -> Self {
        Positions { base, predicate }
    }
}

impl<I, P> ParallelIterator for Positions<I, P>
where
    I: IndexedParallelIterator,
    P: Fn(I::Item) -> bool + Sync + Send,
{
    type Item = usize;

    fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
        let predicate = self.predicate;
        self.base
            .enumerate()
            .filter_map(|(index, item)| predicate(item).then_some(index))
            .drive_unindexed(consumer)
    }
}
