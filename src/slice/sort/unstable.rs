//! Unstable sort: quicksort in place, both sides of each cut in parallel, std's sort below.
//!
//! 1. A part that is one run needs no sorting (`runs.rs`), one that is nearly sorted no cutting (`drop_merge.rs`).
//! 2. Pivots are medians of a random sample (C. A. R. Hoare, "Quicksort", 1962; for the sample's size C. C. McGeoch and
//!    J. D. Tygar, "Optimal sampling strategies for quicksort", 1995: about the square root of the length). A sample that
//!    shows the median more than once says that the value is frequent: then its equals are separated as well and not
//!    sorted again.
//! 3. Cuts that stay lopsided in spite of the sample come from a hostile or senseless comparison; after as many of them as
//!    the length has bits, the part at hand goes to std's sort, which is O(n log n) whatever happens (the guard of
//!    D. R. Musser, "Introspective Sorting and Selection Algorithms", 1997).
//!
//! Each cut is made by one thread: a pivot shown to two threads at once would need `T: Sync`.

use super::drop_merge::sort_if_nearly_sorted;
use super::indirect::{is_large, sort_by_indices};
use super::partition::partition;
use super::runs::{find_runs, looks_ordered, sort_prefix};
use super::stable::merge_all;
use super::unstable_by_std;

/// Below this many elements std's sort is as good as any.
const SHORT_ITEMS: usize = 64;

/// Below this many elements one thread is faster than two.
const SEQUENTIAL_ITEMS: usize = 8192;

/// Parts shorter than this are not split further.
const MIN_LEAF_ITEMS: usize = 4096;

/// Leaves for each thread, so that threads of uneven speed end together.
const LEAVES_PER_THREAD: usize = 8;

/// Parts of large elements are cut until they have so many bytes, and then sorted by way of their indices.
const INDEXED_BYTES: usize = 1 << 19;

/// Runs are merged in parts so short that the memory for it does not matter, if they have so many elements on the average.
const MERGED_BYTES: usize = 1 << 17;
const MIN_RUN_ITEMS: usize = 64;

/// Memory for the strays of a nearly sorted part. It does not grow with the slice.
const STRAY_BYTES: usize = 1 << 17;

/// Sorts `v`, not keeping the order of equal elements. In place, O(log n) stack, O(n log n) comparisons.
///
/// `is_less(a, b)` says whether `a` must stand before `b`. If it panics or is no order, `v` is some permutation of what
/// it was.
pub(crate) fn par_unstable<T, F>(v: &mut [T], is_less: &F)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if size_of::<T>() == 0 || v.len() <= SHORT_ITEMS {
        return unstable_by_std(v, is_less);
    }
    let threads = if v.len() <= SEQUENTIAL_ITEMS { 1 } else { crate::current_num_threads() };
    let leaf_items = match threads {
        1 => v.len(),
        _ => (v.len() / (threads * LEAVES_PER_THREAD)).max(MIN_LEAF_ITEMS),
    };
    let leaf_items = if is_large::<T>() {
        leaf_items.min((INDEXED_BYTES / size_of::<T>()).max(1))
    } else {
        leaf_items
    };
    let lopsided_allowed = v.len().ilog2();
    quicksort(v, is_less, leaf_items, lopsided_allowed);
}

fn quicksort<T, F>(v: &mut [T], is_less: &F, leaf_items: usize, lopsided_allowed: u32)
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let prefix = sort_prefix(v, is_less);
    if prefix == v.len() {
        return;
    }
    let most_strays = STRAY_BYTES / size_of::<T>();
    if looks_ordered(v, prefix, is_less) {
        if sort_if_nearly_sorted(v, prefix, most_strays, is_less) {
            return;
        }
        if v.len() <= MERGED_BYTES / size_of::<T>() {
            if let Some(breaks) = find_runs(v, v.len() / MIN_RUN_ITEMS, is_less) {
                return merge_all(v, &breaks, is_less);
            }
        }
    }
    if v.len() <= leaf_items && is_large::<T>() {
        // SAFETY: std's sort leaves a permutation, on this thread.
        return unsafe {
            sort_by_indices(v, is_less, |indices, elements| {
                unstable_by_std(indices, &|a, b| elements.is_less(a, b));
            })
        };
    }
    if v.len() <= leaf_items || lopsided_allowed == 0 {
        return unstable_by_std(v, is_less);
    }
    let len = v.len();
    let (left, right) = cut(v, is_less);
    let is_lopsided = left.len().max(right.len()) > len / 8 * 7;
    let lopsided_allowed = lopsided_allowed - u32::from(is_lopsided);
    crate::join(
        || quicksort(left, is_less, leaf_items, lopsided_allowed),
        || quicksort(right, is_less, leaf_items, lopsided_allowed),
    );
}

/// Cuts `v` around a pivot and returns the parts that are still unsorted; what stands between them is in place.
fn cut<'a, T, F>(v: &'a mut [T], is_less: &F) -> (&'a mut [T], &'a mut [T])
where
    F: Fn(&T, &T) -> bool,
{
    let pivot_is_frequent = pivot_to_front(v, is_less);
    let (pivot, rest) = v.split_first_mut().expect("a part to cut is not empty");
    let pivot = &*pivot;
    let smaller = partition(rest, |item| is_less(item, pivot));
    let equal = if pivot_is_frequent {
        partition(&mut rest[smaller..], |item| !is_less(pivot, item))
    } else {
        0
    };
    v.swap(0, smaller);
    let (left, others) = v.split_at_mut(smaller);
    (left, &mut others[1 + equal..])
}

/// Swaps a good pivot to the front. Says whether the sample holds it more than once.
fn pivot_to_front<T, F>(v: &mut [T], is_less: &F) -> bool
where
    F: Fn(&T, &T) -> bool,
{
    let sample_items = (v.len().isqrt() / 2).clamp(15, 255) | 1;
    // The sample is moved to the front, each element from a stretch of its own: no element can be drawn twice, and a
    // period in the data does not show unless the generator has it too.
    let stretch = v.len() / sample_items;
    let mut random = v.len() as u64;
    for index in 0..sample_items {
        let start = (index * stretch).max(index);
        let room = (index + 1) * stretch - start;
        random = next_random(random);
        v.swap(index, start + (random as usize) % room.max(1));
    }
    let sample = &mut v[..sample_items];
    unstable_by_std(sample, is_less);
    let middle = sample_items / 2;
    let is_frequent = !is_less(&sample[middle - 1], &sample[middle])
        || !is_less(&sample[middle], &sample[middle + 1]);
    v.swap(0, middle);
    is_frequent
}

/// One step of the xorshift generator (G. Marsaglia, "Xorshift RNGs", 2003). Never zero for a state that is not.
fn next_random(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}
