//! Pieces that are separated by single elements.
use std::fmt;
use std::ops::Range;

use super::strip::SliceStrip;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use crate::pieces::{Boundaries, Pieces};

/// Yields the pieces between separators; see
/// [`ParallelSlice::par_split`].
///
/// [`ParallelSlice::par_split`]: super::ParallelSlice::par_split
pub struct Split<'data, T, P> {
    slice: &'data [T],
    pred: P,
}

impl<'data, T, P> Split<'data, T, P> {
    pub(super) fn new(slice: &'data [T], pred: P) -> Self {
        Split { slice, pred }
    }
}

impl<T, P: Clone> Clone for Split<'_, T, P> {
    fn clone(&self) -> Self {
        Split::new(self.slice, self.pred.clone())
    }
}

impl<T: fmt::Debug, P> fmt::Debug for Split<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Split").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for Split<'data, T, P>
where
    T: Sync,
    P: Fn(&T) -> bool + Sync + Send,
{
    type Item = &'data [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Between(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, true, &boundaries), consumer)
    }
}

/// Yields the mutable pieces between separators; see
/// [`ParallelSliceMut::par_split_mut`].
///
/// [`ParallelSliceMut::par_split_mut`]: super::ParallelSliceMut::par_split_mut
pub struct SplitMut<'data, T, P> {
    slice: &'data mut [T],
    pred: P,
}

impl<'data, T, P> SplitMut<'data, T, P> {
    pub(super) fn new(slice: &'data mut [T], pred: P) -> Self {
        SplitMut { slice, pred }
    }
}

impl<T: fmt::Debug, P> fmt::Debug for SplitMut<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SplitMut").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for SplitMut<'data, T, P>
where
    T: Send,
    P: Fn(&T) -> bool + Sync + Send,
{
    type Item = &'data mut [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Between(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, true, &boundaries), consumer)
    }
}

/// Yields pieces that each end with a separator; see
/// [`ParallelSlice::par_split_inclusive`].
///
/// [`ParallelSlice::par_split_inclusive`]: super::ParallelSlice::par_split_inclusive
pub struct SplitInclusive<'data, T, P> {
    slice: &'data [T],
    pred: P,
}

impl<'data, T, P> SplitInclusive<'data, T, P> {
    pub(super) fn new(slice: &'data [T], pred: P) -> Self {
        SplitInclusive { slice, pred }
    }
}

impl<T, P: Clone> Clone for SplitInclusive<'_, T, P> {
    fn clone(&self) -> Self {
        SplitInclusive::new(self.slice, self.pred.clone())
    }
}

impl<T: fmt::Debug, P> fmt::Debug for SplitInclusive<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SplitInclusive").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for SplitInclusive<'data, T, P>
where
    T: Sync,
    P: Fn(&T) -> bool + Sync + Send,
{
    type Item = &'data [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Behind(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, false, &boundaries), consumer)
    }
}

/// Yields mutable pieces that each end with a separator; see
/// [`ParallelSliceMut::par_split_inclusive_mut`].
///
/// [`ParallelSliceMut::par_split_inclusive_mut`]: super::ParallelSliceMut::par_split_inclusive_mut
pub struct SplitInclusiveMut<'data, T, P> {
    slice: &'data mut [T],
    pred: P,
}

impl<'data, T, P> SplitInclusiveMut<'data, T, P> {
    pub(super) fn new(slice: &'data mut [T], pred: P) -> Self {
        SplitInclusiveMut { slice, pred }
    }
}

impl<T: fmt::Debug, P> fmt::Debug for SplitInclusiveMut<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SplitInclusiveMut").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for SplitInclusiveMut<'data, T, P>
where
    T: Send,
    P: Fn(&T) -> bool + Sync + Send,
{
    type Item = &'data mut [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Behind(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, false, &boundaries), consumer)
    }
}

/// Separators belong to no piece.
struct Between<'p, P>(&'p P);

impl<S, P> Boundaries<S> for Between<'_, P>
where
    S: SliceStrip,
    P: Fn(&S::Element) -> bool + Sync,
{
    const SEPARATES: bool = true;

    fn first(&self, strip: &S, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        let offset = strip.elements()[within].iter().position(self.0)?;
        Some(start + offset)
    }

    fn last(&self, strip: &S, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        let offset = strip.elements()[within].iter().rposition(self.0)?;
        Some(start + offset)
    }

    fn cut(&self, strip: S, at: usize) -> (S, S) {
        let (left, rest) = strip.cut(at);
        let (_separator, right) = rest.cut(1);
        (left, right)
    }

    fn pieces(&self, strip: S) -> impl Iterator<Item = S> {
        strip.pieces(self.0)
    }
}

/// Separators belong to the piece before them.
struct Behind<'p, P>(&'p P);

impl<S, P> Boundaries<S> for Behind<'_, P>
where
    S: SliceStrip,
    P: Fn(&S::Element) -> bool + Sync,
{
    const SEPARATES: bool = false;

    fn first(&self, strip: &S, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        let offset = strip.elements()[within].iter().position(self.0)?;
        Some(start + offset)
    }

    fn last(&self, strip: &S, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        let offset = strip.elements()[within].iter().rposition(self.0)?;
        Some(start + offset)
    }

    fn cut(&self, strip: S, at: usize) -> (S, S) {
        strip.cut(at + 1)
    }

    fn pieces(&self, strip: S) -> impl Iterator<Item = S> {
        strip.inclusive_pieces(self.0)
    }
}
