//! `fold_chunks`: so many items at a time, folded to one.
use super::chunk_ops::{ChunkAdapt, FoldChunk};
use crate::iter::plumbing::{
    AdaptCallback, Consumer, InitSeed, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};

/// Yields what so many items at a time fold to, starting from what a function returns; see
/// [`IndexedParallelIterator::fold_chunks`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FoldChunks<I, ID, F> {
    base: I,
    chunk_size: usize,
    identity: ID,
    fold_op: F,
}
opaque_debug!(FoldChunks<I, ID, F> { base: I });

impl<I, ID, F> FoldChunks<I, ID, F> {
    pub(in crate::iter) fn new(base: I, chunk_size: usize, identity: ID, fold_op: F) -> Self {
        FoldChunks { base, chunk_size, identity, fold_op }
    }
}

impl<I, U, ID, F> ParallelIterator for FoldChunks<I, ID, F>
where
    I: IndexedParallelIterator,
    ID: Fn() -> U + Sync + Send,
    U: Send,
    F: Fn(U, I::Item) -> U + Sync + Send,
{
    type Item = U;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I, U, ID, F> IndexedParallelIterator for FoldChunks<I, ID, F>
where
    I: IndexedParallelIterator,
    ID: Fn() -> U + Sync + Send,
    U: Send,
    F: Fn(U, I::Item) -> U + Sync + Send,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len().div_ceil(self.chunk_size)
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = ChunkAdapt {
            size: self.chunk_size,
            len: self.base.len(),
            op: FoldChunk { seed: InitSeed(&self.identity), op: &self.fold_op },
        };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}
