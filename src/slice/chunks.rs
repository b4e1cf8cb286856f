//! Chunks of one size, the last of which may be shorter.
use super::sized::FromFront;
use crate::iter::{clone_fields, indexed_source};

/// Yields chunks of a slice, from its start on; see [`ParallelSlice::par_chunks`].
///
/// [`ParallelSlice::par_chunks`]: super::ParallelSlice::par_chunks
#[derive(Debug)]
pub struct Chunks<'data, T> {
    slice: &'data [T],
    chunk_size: usize,
}
clone_fields! { impl['data, T] Chunks<'data, T> { slice, chunk_size } }

impl<'data, T> Chunks<'data, T> {
    pub(super) fn new(slice: &'data [T], chunk_size: usize) -> Self {
        Chunks { slice, chunk_size }
    }
}

indexed_source! {
    impl['data, T: Sync] Chunks<'data, T> => &'data [T];
    len(this) { this.slice.len().div_ceil(this.chunk_size) }
    producer(this) {
        FromFront { slice: this.slice, size: this.chunk_size, open: <[T]>::chunks }
    }
}

/// Yields mutable chunks of a slice; see [`ParallelSliceMut::par_chunks_mut`].
///
/// [`ParallelSliceMut::par_chunks_mut`]: super::ParallelSliceMut::par_chunks_mut
#[derive(Debug)]
pub struct ChunksMut<'data, T> {
    slice: &'data mut [T],
    chunk_size: usize,
}

impl<'data, T> ChunksMut<'data, T> {
    pub(super) fn new(slice: &'data mut [T], chunk_size: usize) -> Self {
        ChunksMut { slice, chunk_size }
    }
}

indexed_source! {
    impl['data, T: Send] ChunksMut<'data, T> => &'data mut [T];
    len(this) { this.slice.len().div_ceil(this.chunk_size) }
    producer(this) {
        FromFront { slice: this.slice, size: this.chunk_size, open: <[T]>::chunks_mut }
    }
}
