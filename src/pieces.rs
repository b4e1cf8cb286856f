//! Cutting slices and strings: at any place, and at the boundaries of pieces.
use std::ops::Range;

use crate::iter::plumbing::{Folder, Producer, UnindexedProducer};

/// A borrowed sequence that can be cut in two: `&[T]`, `&mut [T]` or `&str`.
pub(crate) trait Strip: Send + Sized {
    /// The number of places to cut at, less one.
    fn len(&self) -> usize;

    /// A place to cut at, about halfway to `end`, and less than `end` unless that is zero.
    fn middle(&self, end: usize) -> usize;

    /// Cuts the strip in two.
    fn cut(self, at: usize) -> (Self, Self);

    /// The addresses that it takes up.
    fn memory(&self) -> Range<usize>;
}

/// The addresses of a slice.
pub(crate) fn addresses<T>(slice: &[T]) -> Range<usize> {
    let Range { start, end } = slice.as_ptr_range();
    start.addr()..end.addr()
}

impl<T: Sync> Strip for &[T] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn middle(&self, end: usize) -> usize {
        end / 2
    }

    fn cut(self, at: usize) -> (Self, Self) {
        self.split_at(at)
    }

    fn memory(&self) -> Range<usize> {
        addresses(self)
    }
}

impl<T: Send> Strip for &mut [T] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn middle(&self, end: usize) -> usize {
        end / 2
    }

    fn cut(self, at: usize) -> (Self, Self) {
        self.split_at_mut(at)
    }

    fn memory(&self) -> Range<usize> {
        addresses(self)
    }
}

impl Strip for &str {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn middle(&self, end: usize) -> usize {
        let mut at = end / 2;
        while !self.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn cut(self, at: usize) -> (Self, Self) {
        self.split_at(at)
    }

    fn memory(&self) -> Range<usize> {
        addresses(self.as_bytes())
    }
}

/// The producer of a strip's elements.
pub(crate) struct Elements<S>(pub(crate) S);

impl<S> Producer for Elements<S>
where
    S: Strip + IntoIterator<IntoIter: DoubleEndedIterator + ExactSizeIterator>,
{
    type Item = S::Item;
    type IntoIter = S::IntoIter;

    fn into_iter(self) -> S::IntoIter {
        self.0.into_iter()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.0.cut(index);
        (Elements(left), Elements(right))
    }

    fn __memory(&self) -> Option<Range<usize>> {
        Some(self.0.memory())
    }
}

/// Where one piece of a strip ends and the next one starts.
pub(crate) trait Boundaries<S: Strip>: Sync {
    /// Whether a boundary is an element, which belongs to neither of the pieces it separates.
    const SEPARATES: bool;

    /// The first boundary in a part of the strip.
    fn first(&self, strip: &S, within: Range<usize>) -> Option<usize>;

    /// The last boundary in a part of the strip.
    fn last(&self, strip: &S, within: Range<usize>) -> Option<usize>;

    /// Cuts the strip in two at a boundary.
    fn cut(&self, strip: S, at: usize) -> (S, S);

    /// All pieces of a strip.
    fn pieces(&self, strip: S) -> impl Iterator<Item = S>;
}

/// The producer of the pieces that a strip falls into.
///
/// # Invariant
///
/// What lies behind `searched_to` is part of the last piece: no boundary is left there.
pub(crate) struct Pieces<'b, S, B> {
    strip: S,
    searched_to: usize,
    /// Whether the last piece counts even if it is empty.
    ends_empty: bool,
    boundaries: &'b B,
}

impl<'b, S, B> Pieces<'b, S, B>
where
    S: Strip,
    B: Boundaries<S>,
{
    /// All pieces of `strip`; `ends_empty` tells whether to yield an empty one at the end.
    pub(crate) fn new(strip: S, ends_empty: bool, boundaries: &'b B) -> Self {
        Pieces { searched_to: strip.len(), strip, ends_empty, boundaries }
    }
}

impl<S, B> UnindexedProducer for Pieces<'_, S, B>
where
    S: Strip,
    B: Boundaries<S>,
{
    type Item = S;

    /// Cuts at the first boundary behind the middle, or else at the last one before it.
    fn split(mut self) -> (Self, Option<Self>) {
        let (boundaries, end) = (self.boundaries, self.searched_to);
        let middle = self.strip.middle(end);
        let behind = boundaries.first(&self.strip, middle..end);
        let found = behind.or_else(|| boundaries.last(&self.strip, 0..middle));
        let Some(at) = found else {
            self.searched_to = 0;
            return (self, None);
        };
        let len = self.strip.len();
        let (left, right) = boundaries.cut(self.strip, at);
        let right_start = len - right.len();
        let left = Pieces {
            strip: left,
            searched_to: Ord::min(at, middle),
            ends_empty: B::SEPARATES,
            boundaries,
        };
        let right = Pieces {
            strip: right,
            searched_to: behind.map_or(0, |_| end - right_start),
            ends_empty: self.ends_empty,
            boundaries,
        };
        (left, Some(right))
    }

    fn fold_with<F: Folder<S>>(self, mut folder: F) -> F {
        let boundaries = self.boundaries;
        let last = match boundaries.last(&self.strip, 0..self.searched_to) {
            Some(at) => {
                let (others, last) = boundaries.cut(self.strip, at);
                folder = folder.consume_iter(boundaries.pieces(others));
                last
            }
            None => self.strip,
        };
        if folder.full() || (last.len() == 0 && !self.ends_empty) {
            return folder;
        }
        folder.consume(last)
    }
}
