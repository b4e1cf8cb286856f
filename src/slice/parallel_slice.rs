//! What can be done with a shared slice in parallel.
use super::{
    ArrayWindows, ChunkBy, Chunks, ChunksExact, RChunks, RChunksExact, Split, SplitInclusive,
    Windows,
};

/// Parallel iterators over parts of a slice.
///
/// For those over its elements there is [`par_iter`](crate::iter::IntoParallelRefIterator). The parts are borrowed: nothing
/// is copied or allocated. Windows and chunks are indexed; what is split by a function is not, and the function is called
/// in no particular order, perhaps more than once for an element.
///
/// ```
/// use moirai::prelude::*;
///
/// let samples = [1.0, 2.0, 4.0, 8.0];
/// let means: Vec<f64> = samples.par_windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
/// assert_eq!(means, [1.5, 3.0, 6.0]);
/// ```
pub trait ParallelSlice<T: Sync> {
    /// The slice that the other methods work on.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!(vec![1, 2].as_parallel_slice(), [1, 2]);
    /// ```
    fn as_parallel_slice(&self) -> &[T];

    /// Yields the pieces between the elements for which `separator` returns true.
    ///
    /// There is one piece more than there are separators, and pieces may be empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let sums: Vec<i32> = [1, 2, 0, 3, 0]
    ///     .par_split(|&n| n == 0)
    ///     .map(|piece| piece.iter().sum())
    ///     .collect();
    /// assert_eq!(sums, [3, 3, 0]);
    /// ```
    fn par_split<P>(&self, separator: P) -> Split<'_, T, P>
    where
        P: Fn(&T) -> bool + Sync + Send,
    {
        Split::new(self.as_parallel_slice(), separator)
    }

    /// Yields pieces that end with the elements for which `separator` returns true.
    ///
    /// What follows the last separator is a piece unless it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let lengths: Vec<usize> = [1, 2, 0, 3, 0]
    ///     .par_split_inclusive(|&n| n == 0)
    ///     .map(|piece| piece.len())
    ///     .collect();
    /// assert_eq!(lengths, [3, 2]);
    /// ```
    fn par_split_inclusive<P>(&self, separator: P) -> SplitInclusive<'_, T, P>
    where
        P: Fn(&T) -> bool + Sync + Send,
    {
        SplitInclusive::new(self.as_parallel_slice(), separator)
    }

    /// Yields all windows of `window_size` neighbouring elements, which overlap.
    ///
    /// # Panics
    ///
    /// When the iterator is used, if `window_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let rises = [3, 1, 4, 1, 5].par_windows(2).filter(|pair| pair[0] < pair[1]);
    /// assert_eq!(rises.count(), 2);
    /// ```
    fn par_windows(&self, window_size: usize) -> Windows<'_, T> {
        Windows::new(self.as_parallel_slice(), window_size)
    }

    /// Yields all windows of `N` neighbouring elements as arrays; a compile-time error if `N` is
    /// zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let steps: Vec<i32> = [3, 1, 4].par_array_windows().map(|[a, b]| b - a).collect();
    /// assert_eq!(steps, [-2, 3]);
    /// ```
    fn par_array_windows<const N: usize>(&self) -> ArrayWindows<'_, T, N> {
        ArrayWindows::new(self.as_parallel_slice())
    }

    /// Yields chunks of `chunk_size` elements from the start on; the last one may be shorter.
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks: Vec<_> = [1, 2, 3, 4, 5].par_chunks(2).collect();
    /// assert_eq!(chunks, [&[1, 2][..], &[3, 4], &[5]]);
    /// ```
    #[track_caller]
    fn par_chunks(&self, chunk_size: usize) -> Chunks<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        Chunks::new(self.as_parallel_slice(), chunk_size)
    }

    /// Yields chunks of exactly `chunk_size` elements from the start on.
    ///
    /// What is left is no chunk; see [`ChunksExact::remainder`].
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks: Vec<_> = [1, 2, 3, 4, 5].par_chunks_exact(2).collect();
    /// assert_eq!(chunks, [&[1, 2], &[3, 4]]);
    /// ```
    #[track_caller]
    fn par_chunks_exact(&self, chunk_size: usize) -> ChunksExact<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        ChunksExact::new(self.as_parallel_slice(), chunk_size)
    }

    /// Yields chunks of `chunk_size` elements from the end on; the last one may be shorter.
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks: Vec<_> = [1, 2, 3, 4, 5].par_rchunks(2).collect();
    /// assert_eq!(chunks, [&[4, 5][..], &[2, 3], &[1]]);
    /// ```
    #[track_caller]
    fn par_rchunks(&self, chunk_size: usize) -> RChunks<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        RChunks::new(self.as_parallel_slice(), chunk_size)
    }

    /// Yields chunks of exactly `chunk_size` elements from the end on.
    ///
    /// What is left is no chunk; see [`RChunksExact::remainder`].
    ///
    /// # Panics
    ///
    /// If `chunk_size` is zero.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks: Vec<_> = [1, 2, 3, 4, 5].par_rchunks_exact(2).collect();
    /// assert_eq!(chunks, [&[4, 5], &[2, 3]]);
    /// ```
    #[track_caller]
    fn par_rchunks_exact(&self, chunk_size: usize) -> RChunksExact<'_, T> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        RChunksExact::new(self.as_parallel_slice(), chunk_size)
    }

    /// Yields the longest runs in which `alike` holds for all neighbours.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let lengths: Vec<usize> = [7, 7, 1, 2, 2, 2]
    ///     .par_chunk_by(|a, b| a == b)
    ///     .map(|run| run.len())
    ///     .collect();
    /// assert_eq!(lengths, [2, 1, 3]);
    /// ```
    fn par_chunk_by<F>(&self, alike: F) -> ChunkBy<'_, T, F>
    where
        F: Fn(&T, &T) -> bool + Send + Sync,
    {
        ChunkBy::new(self.as_parallel_slice(), alike)
    }
}

impl<T: Sync> ParallelSlice<T> for [T] {
    fn as_parallel_slice(&self) -> &[T] {
        self
    }
}
