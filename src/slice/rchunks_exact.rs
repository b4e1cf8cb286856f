//! Chunks of one size, counted from the end of the slice, without the remainder.
use std::mem;

use super::sized::FromBack;
use crate::iter::{clone_fields, indexed_source};

/// Yields chunks of a slice, all of one size; see [`ParallelSlice::par_rchunks_exact`].
///
/// [`ParallelSlice::par_rchunks_exact`]: super::ParallelSlice::par_rchunks_exact
#[derive(Debug)]
pub struct RChunksExact<'data, T> {
    slice: &'data [T],
    chunk_size: usize,
    remainder: &'data [T],
}
clone_fields! {
    impl['data, T] RChunksExact<'data, T> { slice, chunk_size, remainder }
}

impl<'data, T> RChunksExact<'data, T> {
    pub(super) fn new(slice: &'data [T], chunk_size: usize) -> Self {
        let (remainder, slice) = slice.split_at(slice.len() % chunk_size);
        RChunksExact { slice, chunk_size, remainder }
    }

    /// What is left at the start of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks = [1, 2, 3, 4, 5].par_rchunks_exact(2);
    /// assert_eq!(chunks.remainder(), [1]);
    /// ```
    pub fn remainder(&self) -> &'data [T] {
        self.remainder
    }
}

indexed_source! {
    impl['data, T: Sync] RChunksExact<'data, T> => &'data [T];
    len(this) { this.slice.len() / this.chunk_size }
    producer(this) {
        FromBack { slice: this.slice, size: this.chunk_size, open: <[T]>::rchunks_exact }
    }
}

/// Yields mutable chunks of a slice, all of one size; see
/// [`ParallelSliceMut::par_rchunks_exact_mut`].
///
/// [`ParallelSliceMut::par_rchunks_exact_mut`]: super::ParallelSliceMut::par_rchunks_exact_mut
#[derive(Debug)]
pub struct RChunksExactMut<'data, T: Send> {
    slice: &'data mut [T],
    chunk_size: usize,
    remainder: &'data mut [T],
}

impl<'data, T: Send> RChunksExactMut<'data, T> {
    pub(super) fn new(slice: &'data mut [T], chunk_size: usize) -> Self {
        let (remainder, slice) = slice.split_at_mut(slice.len() % chunk_size);
        RChunksExactMut { slice, chunk_size, remainder }
    }

    /// Gives the chunks up for what is left at the start of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// numbers.par_rchunks_exact_mut(2).into_remainder()[0] = 0;
    /// assert_eq!(numbers, [0, 2, 3, 4, 5]);
    /// ```
    pub fn into_remainder(self) -> &'data mut [T] {
        self.remainder
    }

    /// What is left at the start of the slice, less than a chunk.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// let mut chunks = numbers.par_rchunks_exact_mut(2);
    /// assert_eq!(chunks.remainder(), [1]);
    /// ```
    pub fn remainder(&mut self) -> &mut [T] {
        self.remainder
    }

    /// Hands out what is left at the start of the slice, for good: another time it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3, 4, 5];
    /// let mut chunks = numbers.par_rchunks_exact_mut(2);
    /// let rest = chunks.take_remainder();
    /// chunks.for_each(|chunk| chunk.swap(0, 1));
    /// rest[0] = 0;
    /// assert_eq!(numbers, [0, 3, 2, 5, 4]);
    /// ```
    pub fn take_remainder(&mut self) -> &'data mut [T] {
        mem::take(&mut self.remainder)
    }
}

indexed_source! {
    impl['data, T: Send] RChunksExactMut<'data, T> => &'data mut [T];
    len(this) { this.slice.len() / this.chunk_size }
    producer(this) {
        FromBack { slice: this.slice, size: this.chunk_size, open: <[T]>::rchunks_exact_mut }
    }
}
