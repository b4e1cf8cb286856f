//! A part of a slice that moves to a buffer and back while it is sorted.

use std::mem::MaybeUninit;

use super::merge::{copy, merge_into, par_copy};

/// A part of the slice being sorted, with its part of the buffer.
///
/// # Invariant
///
/// Both have one length. If `in_buffer`, the buffer is initialized and its elements are the true ones; the slice holds
/// bits of the same elements that nobody may look at. Otherwise the slice's elements are the true ones.
///
/// Dropping a run moves the elements home, so unwinding at any time leaves the slice whole.
pub(super) struct Run<'a, T> {
    slice: &'a mut [T],
    buffer: &'a mut [MaybeUninit<T>],
    in_buffer: bool,
}

impl<T> Drop for Run<'_, T> {
    fn drop(&mut self) {
        if self.in_buffer {
            let (elements, home) = self.elements_and_other();
            copy(elements, home);
        }
    }
}

impl<'a, T> Run<'a, T> {
    /// The slice, with an empty vector of that capacity at least as its buffer.
    pub(super) fn new(slice: &'a mut [T], buffer: &'a mut Vec<T>) -> Self {
        debug_assert!(buffer.is_empty());
        let buffer = &mut buffer.spare_capacity_mut()[..slice.len()];
        Run { slice, buffer, in_buffer: false }
    }

    pub(super) fn len(&self) -> usize {
        self.slice.len()
    }

    /// The true elements, and the other place as room for a copy of them.
    fn elements_and_other(&mut self) -> (&mut [T], &mut [MaybeUninit<T>]) {
        let len = self.slice.len();
        let slice = self.slice.as_mut_ptr();
        let buffer = self.buffer.as_mut_ptr().cast::<T>();
        let (elements, other) = if self.in_buffer { (buffer, slice) } else { (slice, buffer) };
        // SAFETY: by the invariant the true elements are initialized and `len` long; they are borrowed from `self`, and
        // `other` does not overlap them.
        let elements = unsafe { std::slice::from_raw_parts_mut(elements, len) };
        // SAFETY: `len` long and borrowed from `self`. If it is the slice: only bits of valid elements are written to
        // it by the users of a run, so that it never holds uninitialized memory.
        let other = unsafe { std::slice::from_raw_parts_mut(other.cast::<MaybeUninit<T>>(), len) };
        (elements, other)
    }
}

impl<T: Send> Run<'_, T> {
    /// Moves the elements home, in parallel.
    pub(super) fn settle(mut self) {
        if self.in_buffer {
            self.change_place();
        }
    }

    /// Moves the elements from the slice to the buffer or back, in parallel.
    fn change_place(&mut self) {
        let (elements, other) = self.elements_and_other();
        par_copy(elements, other);
        self.in_buffer = !self.in_buffer;
    }

    /// Lets `body` work on both halves, and brings their elements to the same place afterwards.
    pub(super) fn with_halves(
        &mut self,
        middle: usize,
        body: impl FnOnce(&mut Run<'_, T>, &mut Run<'_, T>),
    ) {
        debug_assert!(!self.in_buffer);
        let (left_slice, right_slice) = self.slice.split_at_mut(middle);
        let (left_buffer, right_buffer) = self.buffer.split_at_mut(middle);
        // The halves live in this frame: whichever side of a `join` unwinds, both are sent home.
        let mut left = Run { slice: left_slice, buffer: left_buffer, in_buffer: false };
        let mut right = Run { slice: right_slice, buffer: right_buffer, in_buffer: false };
        body(&mut left, &mut right);
        if left.in_buffer != right.in_buffer {
            let is_left_shorter = left.slice.len() < right.slice.len();
            let shorter = if is_left_shorter { &mut left } else { &mut right };
            shorter.change_place();
        }
        // From here to the end nothing unwinds: the elements pass from the halves to `self`.
        let in_buffer = left.in_buffer;
        left.in_buffer = false;
        right.in_buffer = false;
        self.in_buffer = in_buffer;
    }

    /// Merges the sorted halves.
    pub(super) fn merge<F>(&mut self, middle: usize, is_shared: bool, is_less: &F)
    where
        F: Fn(&T, &T) -> bool + Sync,
    {
        let (elements, other) = self.elements_and_other();
        let len = elements.len();
        let (left, right) = elements.split_at_mut(middle);
        // What stands before `start` and from `end` on is in place already.
        let start = left.partition_point(|item| !is_less(&right[0], item));
        if start == middle {
            return;
        }
        let last = &left[middle - 1];
        let end = middle + right.partition_point(|item| is_less(item, last));
        let is_short = end - start < len / 2;
        if is_short {
            // Cheaper to bring these back than to take all others along.
            merge_into(
                &mut left[start..],
                &mut right[..end - middle],
                &mut other[start..end],
                is_shared,
                is_less,
            );
            let mut merged = Run {
                slice: &mut self.slice[start..end],
                buffer: &mut self.buffer[start..end],
                in_buffer: !self.in_buffer,
            };
            merged.change_place();
            // They are where `self` says that they are; there is nothing to send home.
            merged.in_buffer = false;
        } else {
            merge_into(left, right, other, is_shared, is_less);
            self.in_buffer = !self.in_buffer;
        }
    }
}
