//! Overlapping windows of one length.
use std::ops::Range;
use std::slice;

use crate::iter::plumbing::Producer;
use crate::iter::{clone_fields, indexed_source};
use crate::pieces::addresses;

/// Yields all windows of one length; see [`ParallelSlice::par_windows`].
///
/// [`ParallelSlice::par_windows`]: super::ParallelSlice::par_windows
#[derive(Debug)]
pub struct Windows<'data, T> {
    slice: &'data [T],
    window_size: usize,
}
clone_fields! { impl['data, T] Windows<'data, T> { slice, window_size } }

impl<'data, T> Windows<'data, T> {
    pub(super) fn new(slice: &'data [T], window_size: usize) -> Self {
        Windows { slice, window_size }
    }

    pub(super) fn count(&self) -> usize {
        assert!(self.window_size >= 1);
        self.slice.len().saturating_sub(self.window_size - 1)
    }

    /// The windows that start before `index`, and those that start from there on.
    pub(super) fn split_at(self, index: usize) -> (Self, Self) {
        let Windows { slice, window_size } = self;
        let left_end = Ord::min(index + window_size - 1, slice.len());
        (Windows::new(&slice[..left_end], window_size), Windows::new(&slice[index..], window_size))
    }

    /// The addresses of the elements, of which each but the last ones begins a window.
    pub(super) fn addresses(&self) -> Range<usize> {
        addresses(self.slice)
    }

    pub(super) fn open(self) -> slice::Windows<'data, T> {
        self.slice.windows(self.window_size)
    }
}

indexed_source! {
    impl['data, T: Sync] Windows<'data, T> => &'data [T];
    len(this) { this.count() }
    producer(this) { WindowsProducer(this) }
}

struct WindowsProducer<'data, T>(Windows<'data, T>);

impl<'data, T: Sync> Producer for WindowsProducer<'data, T> {
    type Item = &'data [T];
    type IntoIter = slice::Windows<'data, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.open()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.0.split_at(index);
        (WindowsProducer(left), WindowsProducer(right))
    }

    fn __memory(&self) -> Option<Range<usize>> {
        Some(self.0.addresses())
    }
}
