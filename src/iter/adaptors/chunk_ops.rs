//! What `chunks`, `fold_chunks` and `fold_chunks_with` share: one item from so many.
use crate::iter::plumbing::{Adapt, Producer, Seed};
use std::ops::Range;

/// What is made of one chunk.
pub(super) trait ChunkOp<T>: Send {
    /// What comes of it.
    type Out;

    /// Makes the same for another piece.
    fn another(&self) -> Self;

    /// Makes one item of the items in `chunk`.
    fn run<P: Producer<Item = T>>(&self, chunk: P) -> Self::Out;
}

/// Folds a chunk, with a new state each time.
pub(super) struct FoldChunk<'f, S, F> {
    pub(super) seed: S,
    pub(super) op: &'f F,
}

impl<T, S, F> ChunkOp<T> for FoldChunk<'_, S, F>
where
    S: Seed,
    F: Fn(S::State, T) -> S::State + Sync,
{
    type Out = S::State;

    fn another(&self) -> Self {
        FoldChunk { seed: self.seed.another(), op: self.op }
    }

    fn run<P: Producer<Item = T>>(&self, chunk: P) -> S::State {
        let state = self.seed.another().into_state();
        chunk.into_iter().fold(state, self.op)
    }
}

/// Puts a chunk operation behind a producer of `len` items.
pub(super) struct ChunkAdapt<O> {
    pub(super) size: usize,
    pub(super) len: usize,
    pub(super) op: O,
}

impl<T, O: ChunkOp<T>> Adapt<T> for ChunkAdapt<O> {
    type Item = O::Out;
    type Producer<P: Producer<Item = T>> = ChunkProducer<P, O>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> ChunkProducer<P, O> {
        ChunkProducer { base, size: self.size, len: self.len, op: self.op }
    }
}

/// `len` counts the items of `base`.
pub(super) struct ChunkProducer<P, O> {
    base: P,
    size: usize,
    len: usize,
    op: O,
}

impl<P: Producer, O: ChunkOp<P::Item>> Producer for ChunkProducer<P, O> {
    type Item = O::Out;
    type IntoIter = ChunkIter<P, O>;

    fn into_iter(self) -> ChunkIter<P, O> {
        ChunkIter { rest: Some(self.base), size: self.size, len: self.len, op: self.op }
    }

    fn min_len(&self) -> usize {
        self.base.min_len().div_ceil(self.size)
    }

    fn max_len(&self) -> usize {
        self.base.max_len() / self.size
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let size = self.size;
        let base_index = Ord::min(index.saturating_mul(size), self.len);
        let (left, right) = self.base.split_at(base_index);
        (
            ChunkProducer { base: left, size, len: base_index, op: self.op.another() },
            ChunkProducer { base: right, size, len: self.len - base_index, op: self.op },
        )
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// Cuts a producer into chunks, from both ends.
///
/// `rest` is there as long as `len`, the number of items in it, is not 0.
pub(super) struct ChunkIter<P, O> {
    rest: Option<P>,
    size: usize,
    len: usize,
    op: O,
}

impl<P: Producer, O: ChunkOp<P::Item>> Iterator for ChunkIter<P, O> {
    type Item = O::Out;

    fn next(&mut self) -> Option<O::Out> {
        let rest = self.rest.take()?;
        if self.len <= self.size {
            let last = self.len > 0;
            self.len = 0;
            return last.then(|| self.op.run(rest));
        }
        let (chunk, rest) = rest.split_at(self.size);
        self.len -= self.size;
        self.rest = Some(rest);
        Some(self.op.run(chunk))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let chunks = self.len.div_ceil(self.size);
        (chunks, Some(chunks))
    }
}

impl<P: Producer, O: ChunkOp<P::Item>> DoubleEndedIterator for ChunkIter<P, O> {
    fn next_back(&mut self) -> Option<O::Out> {
        if self.len <= self.size {
            return self.next();
        }
        let rest = self.rest.take()?;
        // Only the last chunk of all may be shorter than the others.
        self.len = (self.len - 1) / self.size * self.size;
        let (rest, chunk) = rest.split_at(self.len);
        self.rest = Some(rest);
        Some(self.op.run(chunk))
    }
}

impl<P: Producer, O: ChunkOp<P::Item>> ExactSizeIterator for ChunkIter<P, O> {}
