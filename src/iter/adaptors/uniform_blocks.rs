//! `by_uniform_blocks`: one block after another, all of one size.
use super::blocks::BlockCallback;
use crate::iter::plumbing::UnindexedConsumer;
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the same items, block after block, all of one size; see
/// [`IndexedParallelIterator::by_uniform_blocks`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct UniformBlocks<I> {
    base: I,
    block_size: usize,
}

impl<I> UniformBlocks<I> {
    pub(in crate::iter) fn new(base: I, block_size: usize) -> Self {
        UniformBlocks { base, block_size }
    }
}

impl<I: IndexedParallelIterator> ParallelIterator for UniformBlocks<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let len = self.base.len();
        let first = self.block_size;
        let next = |size: usize| size;
        self.base.with_producer(BlockCallback::new(consumer, len, first, next))
    }
}
