//! Producers of pieces that are of one size, but perhaps for the one farthest from where the count
//! starts.
use crate::iter::plumbing::Producer;
use crate::pieces::Strip;
use std::ops::Range;

/// Pieces counted from the front, to be opened by a method like [`slice::chunks`].
pub(super) struct FromFront<S, I> {
    pub(super) slice: S,
    pub(super) size: usize,
    pub(super) open: fn(S, usize) -> I,
}

impl<S, I> Producer for FromFront<S, I>
where
    S: Strip,
    I: DoubleEndedIterator<Item = S> + ExactSizeIterator,
{
    type Item = S;
    type IntoIter = I;

    fn into_iter(self) -> I {
        (self.open)(self.slice, self.size)
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let front = Ord::min(index.saturating_mul(self.size), self.slice.len());
        let (left, right) = self.slice.cut(front);
        (FromFront { slice: left, ..self }, FromFront { slice: right, ..self })
    }

    fn __memory(&self) -> Option<Range<usize>> {
        Some(self.slice.memory())
    }
}

/// Pieces counted from the back, to be opened by a method like [`slice::rchunks`].
pub(super) struct FromBack<S, I> {
    pub(super) slice: S,
    pub(super) size: usize,
    pub(super) open: fn(S, usize) -> I,
}

impl<S, I> Producer for FromBack<S, I>
where
    S: Strip,
    I: DoubleEndedIterator<Item = S> + ExactSizeIterator,
{
    type Item = S;
    type IntoIter = I;

    fn into_iter(self) -> I {
        (self.open)(self.slice, self.size)
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let back = index.saturating_mul(self.size);
        let front = self.slice.len().saturating_sub(back);
        let (later, sooner) = self.slice.cut(front);
        (FromBack { slice: sooner, ..self }, FromBack { slice: later, ..self })
    }
}
