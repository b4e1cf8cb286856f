//! Overlapping windows of a length known at compile time.
use std::ops::Range;
use std::{iter, slice};

use super::Windows;
use crate::iter::indexed_source;
use crate::iter::plumbing::Producer;

/// Yields all windows of one length as arrays; see [`ParallelSlice::par_array_windows`].
///
/// [`ParallelSlice::par_array_windows`]: super::ParallelSlice::par_array_windows
#[derive(Debug)]
pub struct ArrayWindows<'data, T: Sync, const N: usize> {
    windows: Windows<'data, T>,
}

impl<T: Sync, const N: usize> Clone for ArrayWindows<'_, T, N> {
    fn clone(&self) -> Self {
        ArrayWindows { windows: self.windows.clone() }
    }
}

impl<'data, T: Sync, const N: usize> ArrayWindows<'data, T, N> {
    pub(super) fn new(slice: &'data [T]) -> Self {
        const { assert!(N >= 1, "a window holds at least one element") };
        ArrayWindows { windows: Windows::new(slice, N) }
    }
}

indexed_source! {
    impl['data, T: Sync, const N: usize] ArrayWindows<'data, T, N> => &'data [T; N];
    len(this) { this.windows.count() }
    producer(this) { ArrayWindowsProducer(this.windows) }
}

struct ArrayWindowsProducer<'data, T, const N: usize>(Windows<'data, T>);

impl<'data, T: Sync, const N: usize> Producer for ArrayWindowsProducer<'data, T, N> {
    type Item = &'data [T; N];
    type IntoIter = iter::Map<slice::Windows<'data, T>, fn(&'data [T]) -> &'data [T; N]>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.open().map(|window| {
            let array = window.try_into();
            array.expect("a window is as long as was asked for")
        })
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.0.split_at(index);
        (ArrayWindowsProducer(left), ArrayWindowsProducer(right))
    }

    fn __memory(&self) -> Option<Range<usize>> {
        Some(self.0.addresses())
    }
}
