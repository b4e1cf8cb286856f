//! `chunks`: so many items at a time, in a vector.
use super::chunk_ops::{ChunkAdapt, ChunkOp};
use crate::iter::plumbing::{
    AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields vectors of so many items each; see [`IndexedParallelIterator::chunks`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Chunks<I> {
    base: I,
    size: usize,
}

impl<I> Chunks<I> {
    pub(in crate::iter) fn new(base: I, size: usize) -> Self {
        Chunks { base, size }
    }

    /// What it was made of.
    pub(crate) fn into_parts(self) -> (I, usize) {
        (self.base, self.size)
    }
}

impl<I> ParallelIterator for Chunks<I>
where
    I: IndexedParallelIterator,
{
    type Item = Vec<I::Item>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I> IndexedParallelIterator for Chunks<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len().div_ceil(self.size)
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = ChunkAdapt { size: self.size, len: self.base.len(), op: ChunkToVec };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct ChunkToVec;

impl<T> ChunkOp<T> for ChunkToVec {
    type Out = Vec<T>;

    fn another(&self) -> Self {
        ChunkToVec
    }

    fn run<P: Producer<Item = T>>(&self, chunk: P) -> Vec<T> {
        chunk.into_iter().collect()
    }
}
