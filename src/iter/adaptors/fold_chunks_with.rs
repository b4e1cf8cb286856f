//! `fold_chunks_with`: so many items at a time, folded to one.
use super::chunk_ops::{ChunkAdapt, FoldChunk};
use crate::iter::plumbing::{
    AdaptCallback, CloneSeed, Consumer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};

/// Yields what so many items at a time fold to, starting from a clone of a value; see
/// [`IndexedParallelIterator::fold_chunks_with`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FoldChunksWith<I, U, F> {
    base: I,
    chunk_size: usize,
    item: U,
    fold_op: F,
}
opaque_debug!(FoldChunksWith<I, U, F> { base: I, item: U });

impl<I, U, F> FoldChunksWith<I, U, F> {
    pub(in crate::iter) fn new(base: I, chunk_size: usize, item: U, fold_op: F) -> Self {
        FoldChunksWith { base, chunk_size, item, fold_op }
    }
}

impl<I, U, F> ParallelIterator for FoldChunksWith<I, U, F>
where
    I: IndexedParallelIterator,
    U: Send + Clone,
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

impl<I, U, F> IndexedParallelIterator for FoldChunksWith<I, U, F>
where
    I: IndexedParallelIterator,
    U: Send + Clone,
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
            op: FoldChunk { seed: CloneSeed(self.item), op: &self.fold_op },
        };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}
