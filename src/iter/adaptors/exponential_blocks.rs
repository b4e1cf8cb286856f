//! `by_exponential_blocks`: one block after another, each twice as long as the one before.
use super::blocks::BlockCallback;
use crate::current_num_threads;
use crate::iter::plumbing::UnindexedConsumer;
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the same items, block after block, each twice as long as the one before; see
/// [`IndexedParallelIterator::by_exponential_blocks`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct ExponentialBlocks<I> {
    base: I,
}

impl<I> ExponentialBlocks<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        ExponentialBlocks { base }
    }
}

impl<I: IndexedParallelIterator> ParallelIterator for ExponentialBlocks<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let len = self.base.len();
        let first = current_num_threads();
        let next = |size: usize| size.saturating_mul(2);
        self.base.with_producer(BlockCallback::new(consumer, len, first, next))
    }
}
