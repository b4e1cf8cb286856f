//! Stable sort: a merge sort with one buffer as long as the slice.
//!
//! 1. A slice that is one run needs no sorting (`runs.rs`), one that is nearly sorted no merging (`drop_merge.rs`).
//! 2. The runs to merge are those that the slice has, if they are few (the natural merge sort of D. E. Knuth, "The Art of
//!    Computer Programming", volume 3, 1973, section 5.2.4), or else leaves of equal size that are sorted by std.
//! 3. They are merged in pairs, cut near the middle, so that a run takes part in as many merges as its length demands
//!    (J. I. Munro and S. Wild, "Nearly-optimal mergesorts: fast, practical sorting methods that optimally adapt to existing
//!    runs", 2018, the method by bisection). Each merge goes from the slice to the buffer or back. Nothing is merged that
//!    stands right already, so where the elements of a part are is known at run time only: that is what [`Run`] keeps.
//! 4. [`merge_in_place`] does with a buffer of constant size: runs that do not fit are cut at their middle rank, and what is
//!    between the cuts changes sides by a rotation (K. Dudziński and A. Dydek, "On a stable minimum storage merging algorithm",
//!    1981).
//!
//! The buffer is allocated when the leaves are sorted, which takes memory too.

use super::cost::sharing_threads;
use super::drop_merge::sort_if_nearly_sorted;
use super::indirect::{is_small, sort_by_indices};
use super::merge::{PARALLEL_ITEMS, join_if, split_at_rank};
use super::run::Run;
use super::runs::{find_runs, looks_ordered, sort_prefix};
use super::stable_by_std;

/// Below this many elements std's sort is as good as any.
const SHORT_ITEMS: usize = 64;

/// A sort whose comparisons take so long is shared, in ns. It takes about as long, and of that a second thread misses the first 20
/// to 40 us, and more where waking is dear; and merging is more work than sorting by one thread is.
const SHARED_NS: u64 = 240_000;

/// Leaves are no shorter than this.
const MIN_LEAF_ITEMS: usize = 250;

/// Leaves for each thread, so that threads of uneven speed end together.
const LEAVES_PER_THREAD: usize = 2;

/// Leaves of elements that are not small have fewer than twice so many bytes, on one thread too: with what they own, or with the
/// indices by way of which large ones are sorted, they should fit a shared cache.
const LEAF_BYTES: usize = 1 << 21;

/// Leaves of elements that have so many bytes are sorted by way of their indices.
const INDEXED_BYTES: usize = 64;

/// Natural runs are merged if they have this many elements on the average, in slices that are not shorter than the second
/// number: std's sort merges the runs of these as fast.
const MIN_RUN_ITEMS: usize = 64;
const MERGED_ITEMS: usize = 1 << 9;

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
    if sort_if_ordered(v, is_less) {
        return;
    }
    let threads = sharing_threads(v, u32::MAX, SHARED_NS, is_less);
    let leaves = leaves(v, threads);
    if leaves == 1 {
        return sort_unordered(v, is_less);
    }
    let breaks: Vec<usize> = (1..leaves).map(|leaf| v.len() / leaves * leaf).collect();
    sort_leaves(v, &breaks, 0, is_less);
    merge_all(v, &breaks, 0, threads > 1, is_less);
}

/// How many leaves to sort: a power of four, so that the last merge normally ends in the slice.
fn leaves<T>(v: &[T], threads: usize) -> usize {
    let mut leaves = match threads {
        1 => 1,
        threads => (threads * LEAVES_PER_THREAD).min(v.len() / MIN_LEAF_ITEMS),
    };
    if !is_small::<T>() {
        leaves = leaves.max(size_of_val(v) / LEAF_BYTES);
    }
    1 << leaves.next_power_of_two().ilog2().next_multiple_of(2)
}

/// Sorts `v`, keeping the order of equal elements, if there is an order in it, and says whether there was. Otherwise no more than
/// a descending run at its front is reversed.
pub(crate) fn sort_if_ordered<T, F>(v: &mut [T], is_less: &F) -> bool
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
    if sort_if_nearly_sorted(v, prefix, is_less) {
        return true;
    }
    if v.len() < MERGED_ITEMS {
        return false;
    }
    let breaks = find_runs(v, v.len() / MIN_RUN_ITEMS, is_less);
    if let Some(breaks) = &breaks {
        let steps = breaks.len().ilog2() + 1;
        let is_shared = sharing_threads(v, steps, SHARED_NS, is_less) > 1;
        merge_all(v, breaks, 0, is_shared, is_less);
    }
    breaks.is_some()
}

/// Sorts `v` on this thread.
fn sort_unordered<T, F>(v: &mut [T], is_less: &F)
where
    F: Fn(&T, &T) -> bool,
{
    if size_of::<T>() >= INDEXED_BYTES {
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
        if !sort_if_ordered(v, is_less) {
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

/// Merges the runs of a part that begins at the index `start` of the whole, on which `breaks` count; all but the first one begin
/// at these. With other threads if `is_shared`.
fn merge_all<T, F>(v: &mut [T], breaks: &[usize], start: usize, is_shared: bool, is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let mut buffer = Vec::with_capacity(v.len());
    let mut run = Run::new(v, &mut buffer);
    merge_runs(&mut run, breaks, start, is_shared, is_less);
    run.settle();
}

/// [`merge_all`] with memory for so many bytes on each thread.
pub(super) fn merge_in_place<T, F>(
    v: &mut [T],
    breaks: &[usize],
    start: usize,
    bytes: usize,
    is_shared: bool,
    is_less: &F,
) where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let Some(chosen) = nearest(breaks, start + v.len() / 2) else { return };
    if size_of_val(v) <= bytes {
        return merge_all(v, breaks, start, false, is_less);
    }
    let middle = breaks[chosen];
    let (left, right) = v.split_at_mut(middle - start);
    let (left_breaks, right_breaks) = (&breaks[..chosen], &breaks[chosen + 1..]);
    join_if(
        is_shared,
        || merge_in_place(left, left_breaks, start, bytes, is_shared, is_less),
        || merge_in_place(right, right_breaks, middle, bytes, is_shared, is_less),
    );
    merge_both_in_place(v, middle - start, bytes, is_shared, is_less);
}

/// Merges the sorted parts of `v` before and from `middle` on: both are cut at the middle rank, and what is between the cuts
/// changes sides, until the halves fit into so many bytes.
fn merge_both_in_place<T, F>(v: &mut [T], middle: usize, bytes: usize, is_shared: bool, is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let (left, right) = v.split_at(middle);
    if left.is_empty() || right.is_empty() || !is_less(&right[0], &left[middle - 1]) {
        return;
    }
    if size_of_val(v) <= bytes {
        return merge_all(v, &[middle], 0, false, is_less);
    }
    let rank = v.len() / 2;
    let from_left = split_at_rank(left, right, rank, is_less);
    v[from_left..middle + rank - from_left].rotate_left(middle - from_left);
    let (low, high) = v.split_at_mut(rank);
    join_if(
        is_shared,
        || merge_both_in_place(low, from_left, bytes, is_shared, is_less),
        || merge_both_in_place(high, middle - from_left, bytes, is_shared, is_less),
    );
}

/// Merges the runs of a part that begins at the index `start` of the whole, on which `breaks` count.
fn merge_runs<T, F>(
    run: &mut Run<'_, T>,
    breaks: &[usize],
    start: usize,
    is_shared: bool,
    is_less: &F,
) where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let Some(chosen) = nearest(breaks, start + run.len() / 2) else { return };
    let middle = breaks[chosen];
    let (left_breaks, right_breaks) = (&breaks[..chosen], &breaks[chosen + 1..]);
    let is_shared = is_shared && run.len() > PARALLEL_ITEMS;
    run.with_halves(middle - start, |left, right| {
        join_if(
            is_shared,
            || merge_runs(left, left_breaks, start, is_shared, is_less),
            || merge_runs(right, right_breaks, middle, is_shared, is_less),
        );
    });
    run.merge(middle - start, is_shared, is_less);
}

/// The index of the value in ascending `values` that is nearest to `wanted`.
fn nearest(values: &[usize], wanted: usize) -> Option<usize> {
    let above = values.partition_point(|&value| value < wanted);
    let candidates = above.saturating_sub(1)..values.len().min(above + 1);
    candidates.min_by_key(|&index| values[index].abs_diff(wanted))
}
