//! Stable sort: a merge sort with one buffer as long as the slice.
//!
//! 1. A slice that is one run needs no sorting (`runs.rs`), one that is nearly sorted no merging (`drop_merge.rs`).
//! 2. The runs to merge are those that the slice has, if they are few (the natural merge sort of D. E. Knuth, "The Art of
//!    Computer Programming", volume 3, 1973, section 5.2.4), or else leaves of equal size that are sorted by std.
//! 3. They are merged in pairs, cut near the middle, so that a run takes part in as many merges as its length demands
//!    (J. I. Munro and S. Wild, "Nearly-optimal mergesorts: fast, practical sorting methods that optimally adapt to existing
//!    runs", 2018, the method by bisection). Each merge goes from the slice to the buffer or back. Nothing is merged that
//!    stands right already, so where the elements of a part are is known at run time only: that is what [`Run`] keeps.
//!
//! The buffer is allocated when the leaves are sorted, which takes memory too.

use std::mem::MaybeUninit;

use super::cost::sharing_threads;
use super::drop_merge::sort_if_nearly_sorted;
use super::indirect::{is_large, sort_by_indices};
use super::merge::{copy, merge_into, par_copy};
use super::runs::{find_runs, looks_ordered, sort_prefix};
use super::stable_by_std;

/// Below this many elements std's sort is as good as any.
const SHORT_ITEMS: usize = 64;

/// Leaves are no shorter than this.
const MIN_LEAF_ITEMS: usize = 250;

/// Leaves for each thread, so that threads of uneven speed end together.
const LEAVES_PER_THREAD: usize = 2;

/// Leaves of large elements, which are sorted by way of their indices, have no more bytes: they should fit a shared cache.
const INDEXED_BYTES: usize = 1 << 23;

/// Natural runs are merged if they have this many elements on the average.
const MIN_RUN_ITEMS: usize = 64;

/// Shorter parts are merged by one thread.
const PARALLEL_MERGE_ITEMS: usize = 8192;

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
    if size_of::<T>() == 0 || v.len() <= SHORT_ITEMS {
        return stable_by_std(v, is_less);
    }
    if sort_by_order(v, is_less) {
        return;
    }
    let leaves = leaves(v, is_less);
    if leaves == 1 {
        return sort_unordered(v, is_less);
    }
    let breaks: Vec<usize> = (1..leaves).map(|leaf| v.len() / leaves * leaf).collect();
    sort_leaves(v, &breaks, 0, is_less);
    merge_all(v, &breaks, is_less);
}

/// How many leaves to sort: a power of four, so that the last merge normally ends in the slice.
fn leaves<T, F>(v: &[T], is_less: &F) -> usize
where
    F: Fn(&T, &T) -> bool,
{
    let mut leaves = match sharing_threads(v, is_less) {
        1 => 1,
        threads => (threads * LEAVES_PER_THREAD).min(v.len() / MIN_LEAF_ITEMS),
    };
    if is_large::<T>() {
        leaves = leaves.max(size_of_val(v) / INDEXED_BYTES);
    }
    1 << leaves.next_power_of_two().ilog2().next_multiple_of(2)
}

/// Sorts `v` if there is an order in it, and says whether there was. Otherwise `v` stays as it is, or is reversed in parts.
fn sort_by_order<T, F>(v: &mut [T], is_less: &F) -> bool
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let prefix = sort_prefix(v, is_less);
    if prefix == v.len() {
        return true;
    }
    if !looks_ordered(v, prefix, is_less) {
        return false;
    }
    if sort_if_nearly_sorted(v, prefix, v.len(), is_less) {
        return true;
    }
    let breaks = find_runs(v, v.len() / MIN_RUN_ITEMS, is_less);
    if let Some(breaks) = &breaks {
        merge_all(v, breaks, is_less);
    }
    breaks.is_some()
}

/// Sorts `v` on this thread.
fn sort_unordered<T, F>(v: &mut [T], is_less: &F)
where
    F: Fn(&T, &T) -> bool,
{
    if is_large::<T>() && size_of_val(v) <= 2 * INDEXED_BYTES {
        // SAFETY: std's sort leaves a permutation, on this thread.
        unsafe {
            sort_by_indices(v, is_less, |indices, elements| {
                stable_by_std(indices, &|a, b| elements.is_less(a, b));
            });
        }
    } else {
        stable_by_std(v, is_less);
    }
}

/// Sorts the leaves of a part that begins at the index `start` of the whole, in parallel. All but the first one begin at
/// `breaks`.
fn sort_leaves<T, F>(v: &mut [T], breaks: &[usize], start: usize, is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if breaks.is_empty() {
        if !sort_by_order(v, is_less) {
            sort_unordered(v, is_less);
        }
        return;
    }
    let chosen = breaks.len() / 2;
    let middle = breaks[chosen];
    let (left, right) = v.split_at_mut(middle - start);
    crate::join(
        || sort_leaves(left, &breaks[..chosen], start, is_less),
        || sort_leaves(right, &breaks[chosen + 1..], middle, is_less),
    );
}

/// Merges the runs of `v`, all but the first of which begin at `breaks`.
pub(super) fn merge_all<T, F>(v: &mut [T], breaks: &[usize], is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let mut buffer = Vec::with_capacity(v.len());
    let buffer = &mut buffer.spare_capacity_mut()[..v.len()];
    let mut run = Run { slice: v, buffer, in_buffer: false };
    merge_runs(&mut run, breaks, 0, is_less);
    run.settle();
}

/// Merges the runs of a part that begins at the index `start` of the whole, on which `breaks` count.
fn merge_runs<T, F>(run: &mut Run<'_, T>, breaks: &[usize], start: usize, is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let Some(chosen) = nearest(breaks, start + run.slice.len() / 2) else { return };
    let middle = breaks[chosen];
    let (left_breaks, right_breaks) = (&breaks[..chosen], &breaks[chosen + 1..]);
    let is_long = run.slice.len() > PARALLEL_MERGE_ITEMS;
    run.with_halves(middle - start, |left, right| {
        let mut left = || merge_runs(left, left_breaks, start, is_less);
        let mut right = || merge_runs(right, right_breaks, middle, is_less);
        if is_long {
            crate::join(left, right);
        } else {
            left();
            right();
        }
    });
    run.merge(middle - start, is_less);
}

/// The index of the value in ascending `values` that is nearest to `wanted`.
fn nearest(values: &[usize], wanted: usize) -> Option<usize> {
    let above = values.partition_point(|&value| value < wanted);
    let candidates = above.saturating_sub(1)..values.len().min(above + 1);
    candidates.min_by_key(|&index| values[index].abs_diff(wanted))
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
