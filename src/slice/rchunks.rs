//! Chunks of one size, counted from the end of the slice.
use super::sized::FromBack;
use crate::iter::{clone_fields, indexed_source};

/// Yields chunks of a slice, from its end on; see [`ParallelSlice::par_rchunks`].
///
/// [`ParallelSlice::par_rchunks`]: super::ParallelSlice::par_rchunks
#[derive(Debug)]
pub struct RChunks<'data, T> {
    slice: &'data [T],
    chunk_size: usize,
}
clone_fields! { impl['data, T] RChunks<'data, T> { slice, chunk_size } }

impl<'data, T> RChunks<'data, T> {
    pub(super) fn new(slice: &'data [T], chunk_size: usize) -> Self {
        RChunks { slice, chunk_size }
    }
}

indexed_source! {
    impl['data, T: Sync] RChunks<'data, T> => &'data [T];
    len(this) { this.slice.len().div_ceil(this.chunk_size) }
    producer(this) {
        FromBack { slice: this.slice, size: this.chunk_size, open: <[T]>::rchunks }
    }
}

/// Yields mutable chunks of a slice; see [`ParallelSliceMut::par_rchunks_mut`].
///
/// [`ParallelSliceMut::par_rchunks_mut`]: super::ParallelSliceMut::par_rchunks_mut
#[derive(Debug)]
pub struct RChunksMut<'data, T> {
    slice: &'data mut [T],
    chunk_size: usize,
}

impl<'data, T> RChunksMut<'data, T> {
    pub(super) fn new(slice: &'data mut [T], chunk_size: usize) -> Self {
        RChunksMut { slice, chunk_size }
    }
}

indexed_source! {
    impl['data, T: Send] RChunksMut<'data, T> => &'data mut [T];
    len(this) { this.slice.len().div_ceil(this.chunk_size) }
    producer(this) {
        FromBack { slice: this.slice, size: this.chunk_size, open: <[T]>::rchunks_mut }
    }
}
