//! Chunks of one size, without the remainder.
use std::mem;

use super::sized::FromFront;
use crate::iter::{clone_fields, indexed_source};

/// Yields chunks of a slice, all of one size; see [`ParallelSlice::par_chunks_exact`].
///
/// [`ParallelSlice::par_chunks_exact`]: super::ParallelSlice::par_chunks_exact
#[derive(Debug)]
pub struct ChunksExact<'data, T> {
    slice: &'data [T],
    chunk_size: usize,
    remainder: &'data [T],
}
clone_fields! {
    impl['data, T] ChunksExact<'data, T> { slice, chunk_size, remainder }
}

impl<'data, T> ChunksExact<'data, T> {
    pub(super) fn new(slice: &'data [T], chunk_size: usize) -> Self {
        let (slice, remainder) = slice.split_at(slice.len() - slice.len() % chunk_size);
        ChunksExact { slice, chunk_size, remainder }
    }

    /// What is left at the end of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks = [1, 2, 3, 4, 5].par_chunks_exact(2);
    /// assert_eq!(chunks.remainder(), [5]);
    /// ```
    pub fn remainder(&self) -> &'data [T] {
        self.remainder
    }
}

indexed_source! {
    impl['data, T: Sync] ChunksExact<'data, T> => &'data [T];
    len(this) { this.slice.len() / this.chunk_size }
    producer(this) {
        FromFront { slice: this.slice, size: this.chunk_size, open: <[T]>::chunks_exact }
    }
}

/// Yields mutable chunks of a slice, all of one size; see
/// [`ParallelSliceMut::par_chunks_exact_mut`].
///
/// [`ParallelSliceMut::par_chunks_exact_mut`]: super::ParallelSliceMut::par_chunks_exact_mut
#[derive(Debug)]
pub struct ChunksExactMut<'data, T> {
    slice: &'data mut [T],
    chunk_size: usize,
    remainder: &'data mut [T],
}

impl<'data, T> ChunksExactMut<'data, T> {
    pub(super) fn new(slice: &'data mut [T], chunk_size: usize) -> Self {
        let (slice, remainder) = slice.split_at_mut(slice.len() - slice.len() % chunk_size);
        ChunksExactMut { slice, chunk_size, remainder }
    }

    /// Gives the chunks up for what is left at the end of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_chunks_exact_mut(2).into_remainder()[0] = 0;
    /// assert_eq!(numbers, [1, 2, 3, 4, 0]);
    /// ```
    pub fn into_remainder(self) -> &'data mut [T] {
        self.remainder
    }

    /// What is left at the end of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// let mut chunks = numbers.par_chunks_exact_mut(2);
    /// assert_eq!(chunks.remainder(), [5]);
    /// ```
    pub fn remainder(&mut self) -> &mut [T] {
        self.remainder
    }

    /// Hands out what is left at the end of the slice, for good: another time it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// let mut chunks = numbers.par_chunks_exact_mut(2);
    /// let rest = chunks.take_remainder();
    /// chunks.for_each(|chunk| chunk.swap(0, 1));
    /// rest[0] = 0;
    /// assert_eq!(numbers, [2, 1, 4, 3, 0]);
    /// ```
    pub fn take_remainder(&mut self) -> &'data mut [T] {
        mem::take(&mut self.remainder)
    }
}

indexed_source! {
    impl['data, T: Send] ChunksExactMut<'data, T> => &'data mut [T];
    len(this) { this.slice.len() / this.chunk_size }
    producer(this) {
        FromFront { slice: this.slice, size: this.chunk_size, open: <[T]>::chunks_exact_mut }
    }
}
