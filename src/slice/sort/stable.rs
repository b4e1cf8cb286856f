//! Stable sort: merge sort with one buffer as long as the slice.
//!
//! Leaves are sorted in place by std, and each merge goes from the slice to the buffer or back. Nothing is merged that
//! stands right already, so where the elements of a part are is known at run time only: that is what [`Run`] keeps.

use std::mem::MaybeUninit;

use super::merge::{copy, merge_into, par_copy};
use super::runs::sort_single_run;
use super::stable_by_std;

/// Below this many elements one thread is faster than two.
const SEQUENTIAL_ITEMS: usize = 8192;

/// Parts shorter than this are not split further.
const MIN_LEAF_ITEMS: usize = 4096;

/// Leaves for each thread, so that threads of uneven speed end together.
const LEAVES_PER_THREAD: usize = 4;

/// Sorts `v`, keeping the order of equal elements. Allocates room for `v.len()` elements; O(n log n) comparisons, O(n)
/// if `v` is in order or in strictly descending order.
///
/// `is_less(a, b)` says whether `a` must stand before `b`. If it panics or is no order, `v` is some permutation of what
/// it was.
pub(crate) fn par_stable<T, F>(v: &mut [T], is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if size_of::<T>() == 0 || v.len() <= SEQUENTIAL_ITEMS {
        return stable_by_std(v, is_less);
    }
    let threads = crate::current_num_threads();
    if threads == 1 {
        return stable_by_std(v, is_less);
    }
    if sort_single_run(v, is_less) {
        return;
    }
    let mut buffer = Vec::with_capacity(v.len());
    let mut run =
        Run { buffer: &mut buffer.spare_capacity_mut()[..v.len()], slice: v, in_buffer: false };
    let levels = merge_levels(run.slice.len(), threads);
    merge_sort(&mut run, is_less, levels);
    run.settle();
}

/// How often to halve. An even number, so that the last merge normally ends in the slice.
fn merge_levels(len: usize, threads: usize) -> u32 {
    let leaf_items = (len / (threads * LEAVES_PER_THREAD)).max(MIN_LEAF_ITEMS);
    let leaves = len.div_ceil(leaf_items);
    leaves.next_power_of_two().ilog2().next_multiple_of(2)
}

fn merge_sort<T, F>(run: &mut Run<'_, T>, is_less: &F, levels: u32)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if levels == 0 {
        return stable_by_std(run.slice, is_less);
    }
    let middle = run.slice.len() / 2;
    run.with_halves(middle, |left, right| {
        crate::join(
            || merge_sort(left, is_less, levels - 1),
            || merge_sort(right, is_less, levels - 1),
        );
    });
    run.merge(middle, is_less);
}

/// A part of the slice being sorted, with its part of the buffer.
///
/// # Invariant
///
/// Both have one length. If `in_buffer`, the buffer is initialized and its elements are the true ones; the slice holds
/// bits of the same elements that nobody may look at. Otherwise the slice's elements are the true ones.
///
/// Dropping a run moves the elements home, so unwinding at any time leaves the slice whole.
struct Run<'a, T> {
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

impl<T> Run<'_, T> {
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
        // it in this module, so that it never holds uninitialized memory.
        let other = unsafe { std::slice::from_raw_parts_mut(other.cast::<MaybeUninit<T>>(), len) };
        (elements, other)
    }
}

impl<T: Send> Run<'_, T> {
    /// Moves the elements home, in parallel.
    fn settle(mut self) {
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
    fn with_halves(&mut self, middle: usize, body: impl FnOnce(&mut Run<'_, T>, &mut Run<'_, T>)) {
        debug_assert!(!self.in_buffer);
        let (left_slice, right_slice) = self.slice.split_at_mut(middle);
        let (left_buffer, right_buffer) = self.buffer.split_at_mut(middle);
        // The halves live in this frame: whichever side of a `join` unwinds, both are sent home.
        let mut left = Run { slice: left_slice, buffer: left_buffer, in_buffer: false };
        let mut right = Run { slice: right_slice, buffer: right_buffer, in_buffer: false };
        body(&mut left, &mut right);
        if left.in_buffer != right.in_buffer {
            let strayed = if left.in_buffer { &mut left } else { &mut right };
            strayed.change_place();
        }
        // From here to the end nothing unwinds: the elements pass from the halves to `self`.
        let in_buffer = left.in_buffer;
        left.in_buffer = false;
        right.in_buffer = false;
        self.in_buffer = in_buffer;
    }

    /// Merges the sorted halves.
    fn merge<F>(&mut self, middle: usize, is_less: &F)
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
            merge_into(left, right, other, is_less);
            self.in_buffer = !self.in_buffer;
        }
    }
}
