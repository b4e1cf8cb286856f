//! What can be done with a mutable slice in parallel.
use crate::explain::strands;
use std::cmp::Ordering;
use std::panic::Location;

use super::{
    ChunkByMut, ChunksExactMut, ChunksMut, RChunksExactMut, RChunksMut, SplitInclusiveMut,
    SplitMut, sort,
};

/// Parallel iterators over mutable parts of a slice, and sorting.
///
/// For those over its elements there is [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator).
///
/// All sorts make O(n log n) comparisons, O(n) if the slice is in order but for a few elements, and leave short slices to
/// std's sorts on the calling thread. The result is that of std's sort of the same name, but for the order of equal
/// elements where that is not kept. For numbers there is also [`radix_sort`](crate::sort::radix_sort).
///
/// # Panics
///
/// If a comparison panics; and, as with std's sorts, perhaps if the comparison is no total order: `partial_cmp` of floating
/// point numbers is none if there is a NaN, `total_cmp` is one. Whatever happens, the slice holds the same elements in some
/// order.
///
/// ```
/// use moirai::prelude::*;
///
/// let mut rows = [[3, 1], [2, 4]];
/// rows.par_iter_mut().for_each(|row| row.sort());
/// rows.par_sort_unstable();
/// assert_eq!(rows, [[1, 3], [2, 4]]);
/// ```
pub trait ParallelSliceMut<T: Send> {
    /// The slice that the other methods work on.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = vec![1, 2];
    /// numbers.as_parallel_slice_mut()[0] = 5;
    /// assert_eq!(numbers, [5, 2]);
    /// ```
    fn as_parallel_slice_mut(&mut self) -> &mut [T];

    /// Yields the mutable pieces between the elements for which `separator` returns true.
    ///
    /// There is one piece more than there are separators, and pieces may be empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [2, 1, 0, 4, 3];
    /// numbers.par_split_mut(|&n| n == 0).for_each(|piece| piece.reverse());
    /// assert_eq!(numbers, [1, 2, 0, 3, 4]);
    /// ```
    fn par_split_mut<P>(&mut self, separator: P) -> SplitMut<'_, T, P>
    where
        P: Fn(&T) -> bool + Sync + Send,
    {
        SplitMut::new(self.as_parallel_slice_mut(), separator)
    }

    /// Yields mutable pieces that end with the elements for which `separator` returns true.
    ///
    /// What follows the last separator is a piece unless it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [2, 1, 0, 4, 3];
    /// numbers.par_split_inclusive_mut(|&n| n == 0).for_each(|piece| piece.reverse());
    /// assert_eq!(numbers, [0, 1, 2, 3, 4]);
    /// ```
    fn par_split_inclusive_mut<P>(&mut self, separator: P) -> SplitInclusiveMut<'_, T, P>
    where
        P: Fn(&T) -> bool + Sync + Send,
    {
        SplitInclusiveMut::new(self.as_parallel_slice_mut(), separator)
    }

    /// Yields mutable chunks of `chunk_size` elements from the start on; the last one may be
    /// shorter.
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_chunks_mut(2).for_each(|chunk| chunk.reverse());
    /// assert_eq!(numbers, [2, 1, 4, 3, 5]);
    /// ```
    #[track_caller]
    fn par_chunks_mut(&mut self, chunk_size: usize) -> ChunksMut<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        ChunksMut::new(self.as_parallel_slice_mut(), chunk_size)
    }

    /// Yields mutable chunks of exactly `chunk_size` elements from the start on.
    ///
    /// What is left is no chunk; see [`ChunksExactMut::take_remainder`].
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_chunks_exact_mut(3).for_each(|chunk| chunk.reverse());
    /// assert_eq!(numbers, [3, 2, 1, 4, 5]);
    /// ```
    #[track_caller]
    fn par_chunks_exact_mut(&mut self, chunk_size: usize) -> ChunksExactMut<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        ChunksExactMut::new(self.as_parallel_slice_mut(), chunk_size)
    }

    /// Yields mutable chunks of `chunk_size` elements from the end on; the last one may be shorter.
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_rchunks_mut(2).for_each(|chunk| chunk.reverse());
    /// assert_eq!(numbers, [1, 3, 2, 5, 4]);
    /// ```
    #[track_caller]
    fn par_rchunks_mut(&mut self, chunk_size: usize) -> RChunksMut<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        RChunksMut::new(self.as_parallel_slice_mut(), chunk_size)
    }

    /// Yields mutable chunks of exactly `chunk_size` elements from the end on.
    ///
    /// What is left is no chunk; see [`RChunksExactMut::take_remainder`].
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_rchunks_exact_mut(3).for_each(|chunk| chunk.reverse());
    /// assert_eq!(numbers, [1, 2, 5, 4, 3]);
    /// ```
    #[track_caller]
    fn par_rchunks_exact_mut(&mut self, chunk_size: usize) -> RChunksExactMut<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        RChunksExactMut::new(self.as_parallel_slice_mut(), chunk_size)
    }

    /// Yields the longest mutable runs in which `alike` holds for all neighbours.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 3, 2, 4, 5];
    /// numbers.par_chunk_by_mut(|a, b| a < b).for_each(|run| run.reverse());
    /// assert_eq!(numbers, [3, 1, 5, 4, 2]);
    /// ```
    fn par_chunk_by_mut<F>(&mut self, alike: F) -> ChunkByMut<'_, T, F>
    where
        F: Fn(&T, &T) -> bool + Send + Sync,
    {
        ChunkByMut::new(self.as_parallel_slice_mut(), alike)
    }

    /// Sorts the slice, keeping the order of equal elements.
    ///
    /// Needs memory for a second slice.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut words = ["weft", "loom", "warp"];
    /// words.par_sort();
    /// assert_eq!(words, ["loom", "warp", "weft"]);
    /// ```
    #[track_caller]
    fn par_sort(&mut self)
    where
        T: Ord,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort", v, |v| sort::par_stable(v, &T::lt));
    }

    /// Sorts the slice by a comparison, keeping the order of equal elements.
    ///
    /// Needs memory for a second slice.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [2, 5, 1];
    /// numbers.par_sort_by(|a, b| b.cmp(a));
    /// assert_eq!(numbers, [5, 2, 1]);
    /// ```
    #[track_caller]
    fn par_sort_by<F>(&mut self, compare: F)
    where
        F: Fn(&T, &T) -> Ordering + Sync,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_by", v, |v| sort::par_stable(v, &|a, b| compare(a, b).is_lt()));
    }

    /// Sorts the slice by a key, keeping the order of elements with equal keys.
    ///
    /// The key is computed twice for each comparison; where that is expensive, take
    /// [`par_sort_by_cached_key`](Self::par_sort_by_cached_key). Needs memory for a second slice.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut words = ["measure", "cut", "spin"];
    /// words.par_sort_by_key(|word| word.len());
    /// assert_eq!(words, ["cut", "spin", "measure"]);
    /// ```
    #[track_caller]
    fn par_sort_by_key<K, F>(&mut self, key_of: F)
    where
        K: Ord,
        F: Fn(&T) -> K + Sync,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_by_key", v, |v| sort::par_stable(v, &|a, b| key_of(a) < key_of(b)));
    }

    /// Sorts the slice by a key that is computed once for each element, keeping the order of
    /// elements with equal keys.
    ///
    /// Needs memory for all keys and a second slice. If the computing of a key panics, the slice is
    /// left as it was.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [30, -4, 200];
    /// numbers.par_sort_by_cached_key(|n: &i32| n.to_string());
    /// assert_eq!(numbers, [-4, 200, 30]);
    /// ```
    #[track_caller]
    fn par_sort_by_cached_key<K, F>(&mut self, key_of: F)
    where
        F: Fn(&T) -> K + Sync,
        K: Ord + Send,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_by_cached_key", v, |v| sort::par_by_cached_key(v, &key_of));
    }

    /// Sorts the slice in place; equal elements may change places.
    ///
    /// As a rule faster than [`par_sort`](Self::par_sort), and without its memory.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [2, 5, 1];
    /// numbers.par_sort_unstable();
    /// assert_eq!(numbers, [1, 2, 5]);
    /// ```
    #[track_caller]
    fn par_sort_unstable(&mut self)
    where
        T: Ord,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_unstable", v, |v| sort::par_unstable(v, &T::lt));
    }

    /// Sorts the slice in place by a comparison; equal elements may change places.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [2.5, 0.5, 1.5];
    /// numbers.par_sort_unstable_by(f64::total_cmp);
    /// assert_eq!(numbers, [0.5, 1.5, 2.5]);
    /// ```
    #[track_caller]
    fn par_sort_unstable_by<F>(&mut self, compare: F)
    where
        F: Fn(&T, &T) -> Ordering + Sync,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_unstable_by", v, |v| sort::par_unstable(v, &|a, b| compare(a, b).is_lt()));
    }

    /// Sorts the slice in place by a key; elements with equal keys may change places.
    ///
    /// The key is computed twice for each comparison.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [-5, 4, 1];
    /// numbers.par_sort_unstable_by_key(|n: &i32| n.abs());
    /// assert_eq!(numbers, [1, 4, -5]);
    /// ```
    #[track_caller]
    fn par_sort_unstable_by_key<K, F>(&mut self, key_of: F)
    where
        K: Ord,
        F: Fn(&T) -> K + Sync,
    {
        let v = self.as_parallel_slice_mut();
        record("par_sort_unstable_by_key", v, |v| {
            sort::par_unstable(v, &|a, b| key_of(a) < key_of(b))
        });
    }
}

impl<T: Send> ParallelSliceMut<T> for [T] {
    fn as_parallel_slice_mut(&mut self) -> &mut [T] {
        self
    }
}

/// Sorts, and says so where somebody records calls.
#[inline(always)]
#[track_caller]
fn record<T: Send>(name: &'static str, v: &mut [T], sort: impl FnOnce(&mut [T]) + Send) {
    strands::run((name, Location::caller()), v.len(), || sort(v));
}
