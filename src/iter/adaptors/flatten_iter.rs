//! `flatten_iter`: every item is itself something to iterate over.
use crate::iter::ParallelIterator;
use crate::iter::plumbing::UnindexedConsumer;

/// Yields the items of the items, each taken for a sequential iterator; see
/// [`ParallelIterator::flatten_iter`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct FlattenIter<I> {
    base: I,
}

impl<I> FlattenIter<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        FlattenIter { base }
    }

    /// What it was made of.
    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<I> ParallelIterator for FlattenIter<I>
where
    I: ParallelIterator,
    I::Item: IntoIterator<Item: Send>,
{
    type Item = <I::Item as IntoIterator>::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        self.base.flat_map_iter(|item| item).drive_unindexed(consumer)
    }
}
