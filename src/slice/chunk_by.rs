//! Runs of neighbours that belong together.
use std::fmt;
use std::ops::Range;

use super::strip::SliceStrip;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use crate::pieces::{Boundaries, Pieces};

/// Yields runs of elements; see
/// [`ParallelSlice::par_chunk_by`].
///
/// [`ParallelSlice::par_chunk_by`]: super::ParallelSlice::par_chunk_by
pub struct ChunkBy<'data, T, P> {
    slice: &'data [T],
    pred: P,
}

impl<'data, T, P> ChunkBy<'data, T, P> {
    pub(super) fn new(slice: &'data [T], pred: P) -> Self {
        ChunkBy { slice, pred }
    }
}

impl<T, P: Clone> Clone for ChunkBy<'_, T, P> {
    fn clone(&self) -> Self {
        ChunkBy::new(self.slice, self.pred.clone())
    }
}

impl<T: fmt::Debug, P> fmt::Debug for ChunkBy<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkBy").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for ChunkBy<'data, T, P>
where
    T: Sync,
    P: Fn(&T, &T) -> bool + Sync + Send,
{
    type Item = &'data [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = WhereUnlike(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, false, &boundaries), consumer)
    }
}

/// Yields mutable runs of elements; see
/// [`ParallelSliceMut::par_chunk_by_mut`].
///
/// [`ParallelSliceMut::par_chunk_by_mut`]: super::ParallelSliceMut::par_chunk_by_mut
pub struct ChunkByMut<'data, T, P> {
    slice: &'data mut [T],
    pred: P,
}

impl<'data, T, P> ChunkByMut<'data, T, P> {
    pub(super) fn new(slice: &'data mut [T], pred: P) -> Self {
        ChunkByMut { slice, pred }
    }
}

impl<T: fmt::Debug, P> fmt::Debug for ChunkByMut<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkByMut").field("slice", &self.slice).finish_non_exhaustive()
    }
}

impl<'data, T, P> ParallelIterator for ChunkByMut<'data, T, P>
where
    T: Send,
    P: Fn(&T, &T) -> bool + Sync + Send,
{
    type Item = &'data mut [T];

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = WhereUnlike(&self.pred);
        bridge_unindexed(Pieces::new(self.slice, false, &boundaries), consumer)
    }
}

/// A run ends where two neighbours do not belong together; the boundary is the second one's place.
struct WhereUnlike<'p, P>(&'p P);

impl<P> WhereUnlike<'_, P> {
    fn is_boundary<T>(&self, elements: &[T], at: usize) -> bool
    where
        P: Fn(&T, &T) -> bool,
    {
        at > 0 && !(self.0)(&elements[at - 1], &elements[at])
    }
}

impl<S, P> Boundaries<S> for WhereUnlike<'_, P>
where
    S: SliceStrip,
    P: Fn(&S::Element, &S::Element) -> bool + Sync,
{
    const SEPARATES: bool = false;

    fn first(&self, strip: &S, mut within: Range<usize>) -> Option<usize> {
        within.find(|&at| self.is_boundary(strip.elements(), at))
    }

    fn last(&self, strip: &S, mut within: Range<usize>) -> Option<usize> {
        within.rfind(|&at| self.is_boundary(strip.elements(), at))
    }

    fn cut(&self, strip: S, at: usize) -> (S, S) {
        strip.cut(at)
    }

    fn pieces(&self, strip: S) -> impl Iterator<Item = S> {
        strip.runs(self.0)
    }
}
