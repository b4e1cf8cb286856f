//! Unstable sort: quicksort in place, both sides of each cut in parallel, std's sort below.
//!
//! 1. A part that is one run needs no sorting (`runs.rs`), one that is nearly sorted no cutting (`drop_merge.rs`), and one of
//!    long runs is merged with a buffer that does not grow with it (`stable.rs`), unless its elements are large.
//! 2. Pivots are medians of a random sample (C. A. R. Hoare, "Quicksort", 1962; for the sample's size C. C. McGeoch and
//!    J. D. Tygar, "Optimal sampling strategies for quicksort", 1995: about the square root of the length). A sample of which
//!    the median takes a good part says that the value is frequent: then its equals are separated as well and not sorted
//!    again.
//! 3. A cut is made by one thread as a rule: a pivot shown to two threads at once would need `T: Sync`. But if the sample
//!    holds a second element like the pivot, a second thread cuts half of the part by that one.
//! 4. Large elements are cut until a part fits a cache and then sorted by way of their indices (`indirect.rs`).
//! 5. Cuts that stay lopsided in spite of the sample come from a hostile or senseless comparison; after as many of them as
//!    the length has bits, the part at hand goes to std's sort, which is O(n log n) whatever happens (the guard of
//!    D. R. Musser, "Introspective Sorting and Selection Algorithms", 1997).

use super::cost::sharing_threads;
use super::drop_merge::{Attempt, ITEMS_PER_STRAY, try_nearly_sorted};
use super::indirect::{is_large, is_small, sort_by_indices};
use super::partition::{par_partition, partition, partition_blocks};
use super::runs::{find_runs, looks_ordered, sort_prefix};
use super::stable::merge_in_place;
use super::unstable_by_std;

/// Below this many elements std's sort is as good as any.
const SHORT_ITEMS: usize = 64;

/// A sort whose comparisons take so long is shared, in ns. It takes about as long, and of that a second thread misses the first 20
/// to 40 us.
const SHARED_NS: u64 = 160_000;

/// Leaves for each thread, so that threads of uneven speed end together; the second number is for large elements, which are
/// dear to cut. And the least size of a leaf.
const LEAVES_PER_THREAD: [usize; 2] = [8, 2];
const MIN_LEAF_ITEMS: usize = 250;

/// Also on one thread our cuts are better than std's for elements that are not small: a slice is cut into so many leaves, of no
/// less than so many elements.
const CUT_LEAVES: usize = 64;
const MIN_CUT_ITEMS: usize = 1 << 12;

/// The largest sample of which a pivot is the median.
const MOST_SAMPLED: usize = 255;

/// Parts from this size on are cut by two threads if possible.
const PARALLEL_CUT_ITEMS: usize = 1 << 15;

/// Parts of large elements are cut until they have no more bytes, and then sorted by way of their indices: they should fit a
/// core's cache.
const INDEXED_BYTES: usize = 1 << 19;

/// Runs are merged if they have so many elements on the average and are no more than so many, in slices of no less than so many
/// elements.
const MIN_RUN_ITEMS: usize = 64;
const MOST_RUNS: usize = 1 << 13;
const MERGED_ITEMS: usize = 1 << 9;

/// Memory for the strays of a nearly sorted part, or to merge runs by one thread. It does not grow with the slice.
const BUFFER_BYTES: usize = 1 << 19;

/// One thread puts strays back. If more than one of so many elements is one, a part that is longer than this, and than one and a
/// half of a thread's share, is cut first.
const SHARED_ITEMS_PER_STRAY: usize = 32;
const SHARED_ITEMS: usize = 1 << 14;

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
    let prefix = sort_prefix(v, is_less);
    if prefix == v.len() {
        return;
    }
    let threads = sharing_threads(v, u32::MAX, SHARED_NS, is_less);
    let mut leaf_items = v.len();
    let mut shared_items = usize::MAX;
    if !is_small::<T>() {
        leaf_items = (v.len() / CUT_LEAVES).max(MIN_CUT_ITEMS);
    }
    if threads > 1 {
        let leaves = threads * LEAVES_PER_THREAD[usize::from(is_large::<T>())];
        leaf_items = leaf_items.min((v.len() / leaves).max(MIN_LEAF_ITEMS));
        shared_items = (v.len() / (2 * threads) * 3).max(SHARED_ITEMS);
    }
    if is_large::<T>() {
        leaf_items = leaf_items.min((INDEXED_BYTES / size_of::<T>()).max(1));
    }
    let sort = Quicksort { is_less, leaf_items, shared_items, threads };
    sort.sort_rest(v, prefix, v.len().ilog2(), usize::MAX);
}

/// What all parts of a sort have in common.
struct Quicksort<'a, F> {
    is_less: &'a F,
    leaf_items: usize,
    /// Longer parts are cut rather than put in order by one thread.
    shared_items: usize,
    threads: usize,
}

/// What a sample says about the pivot, which is swapped to the front.
struct Pivot {
    /// The element behind it is equal to it.
    has_twin: bool,
    /// It is equal to a good part of all.
    is_frequent: bool,
}

impl<F> Quicksort<'_, F> {
    fn sort<T>(&self, v: &mut [T], lopsided_allowed: u32, tried_items: usize)
    where
        T: Send,
        F: Fn(&T, &T) -> bool + Sync,
    {
        let prefix = sort_prefix(v, self.is_less);
        if prefix < v.len() {
            self.sort_rest(v, prefix, lopsided_allowed, tried_items);
        }
    }

    /// Sorts `v`, of which the first `prefix` elements are in order. If it is longer than `tried_items`, the strays in it are not
    /// expected to fit their memory.
    fn sort_rest<T>(
        &self,
        v: &mut [T],
        prefix: usize,
        lopsided_allowed: u32,
        mut tried_items: usize,
    ) where
        T: Send,
        F: Fn(&T, &T) -> bool + Sync,
    {
        let is_less = self.is_less;
        let is_ordered = looks_ordered(v, prefix, is_less);
        if is_ordered && v.len() <= tried_items {
            let items_per_stray =
                if v.len() > self.shared_items { SHARED_ITEMS_PER_STRAY } else { ITEMS_PER_STRAY };
            match try_nearly_sorted(v, prefix, BUFFER_BYTES, items_per_stray, is_less) {
                Attempt::Sorted => return,
                Attempt::TooManyStrays { read } => tried_items = read,
                Attempt::Disordered => {}
            }
            if v.len() >= MERGED_ITEMS && !is_large::<T>() {
                let most = MOST_RUNS.min(v.len() / MIN_RUN_ITEMS);
                if let Some(breaks) = find_runs(v, most, is_less) {
                    let is_shared = self.threads > 1;
                    return merge_in_place(v, &breaks, 0, BUFFER_BYTES, is_shared, is_less);
                }
            }
        }
        if is_large::<T>() && v.len() <= self.leaf_items {
            // SAFETY: std's sort leaves a permutation, on this thread.
            return unsafe {
                sort_by_indices(v, is_less, |indices, elements| {
                    unstable_by_std(indices, &|a, b| elements.is_less(a, b));
                })
            };
        }
        let is_leaf = v.len() <= self.leaf_items && !(is_ordered && v.len() > tried_items);
        if is_leaf || lopsided_allowed == 0 {
            return unstable_by_std(v, is_less);
        }
        let len = v.len();
        let (left, right) = self.cut(v, is_ordered);
        let is_lopsided = left.len().max(right.len()) > len / 8 * 7;
        let lopsided_allowed = lopsided_allowed - u32::from(is_lopsided);
        crate::join(
            || self.sort(left, lopsided_allowed, tried_items),
            || self.sort(right, lopsided_allowed, tried_items),
        );
    }

    /// Cuts `v` around a pivot and returns the parts that are still unsorted; what stands between them is in place.
    /// Moves few elements if `is_ordered`, so that an order in them survives.
    fn cut<'v, T>(&self, v: &'v mut [T], is_ordered: bool) -> (&'v mut [T], &'v mut [T])
    where
        T: Send,
        F: Fn(&T, &T) -> bool + Sync,
    {
        let is_less = self.is_less;
        let last = v.len() - 1;
        let Pivot { has_twin, is_frequent } = self.pivot_to_front(v);
        if has_twin && self.threads > 1 && v.len() >= PARALLEL_CUT_ITEMS {
            v.swap(1, last);
            let [pivot, rest @ .., twin] = &mut *v else { unreachable!("a part to cut is long") };
            let smaller = par_partition(rest, pivot, twin, is_less);
            let rest = &mut rest[smaller..];
            let equal = if is_frequent {
                par_partition(rest, pivot, twin, &|item, pivot| !is_less(pivot, item))
            } else {
                0
            };
            v.swap(0, smaller);
            v.swap(smaller + 1 + equal, last);
            let (left, others) = v.split_at_mut(smaller);
            return (left, &mut others[2 + equal..]);
        }
        let (pivot, rest) = v.split_first_mut().expect("a part to cut is not empty");
        let pivot = &*pivot;
        let smaller = if is_ordered {
            partition_blocks(rest, |item| is_less(item, pivot))
        } else {
            partition(rest, |item| is_less(item, pivot))
        };
        let equal = if is_frequent {
            partition(&mut rest[smaller..], |item| !is_less(pivot, item))
        } else {
            0
        };
        v.swap(0, smaller);
        let (left, others) = v.split_at_mut(smaller);
        (left, &mut others[1 + equal..])
    }

    /// Swaps a good pivot to the front.
    fn pivot_to_front<T>(&self, v: &mut [T]) -> Pivot
    where
        F: Fn(&T, &T) -> bool,
    {
        let sample_items = (v.len().isqrt() / 2).clamp(15, MOST_SAMPLED) | 1;
        // The sample is moved to the front, each element from a stretch of its own: no element can be drawn twice, and a
        // period in the data does not show unless the generator has it too.
        let stretch = v.len() / sample_items;
        let mut random = v.len() as u64;
        let mut origins = [0; MOST_SAMPLED];
        for (index, origin) in origins[..sample_items].iter_mut().enumerate() {
            let start = (index * stretch).max(index);
            let room = (index + 1) * stretch - start;
            random = next_random(random);
            *origin = start + (random as usize) % room.max(1);
            v.swap(index, *origin);
        }
        let sample = &mut v[..sample_items];
        unstable_by_std(sample, self.is_less);
        let (middle, reach) = (sample_items / 2, sample_items / 8);
        let are_equal = |low: usize, high: usize| !(self.is_less)(&sample[low], &sample[high]);
        let has_twin = are_equal(middle, middle + 1);
        let is_frequent = are_equal(middle - reach, middle) || are_equal(middle, middle + reach);
        // The sample goes back, so that an order of the whole survives.
        for (index, &origin) in origins[..sample_items].iter().enumerate().rev() {
            v.swap(index, origin);
        }
        v.swap(0, origins[middle]);
        v.swap(1, origins[middle + 1]);
        Pivot { has_twin, is_frequent }
    }
}

/// One step of the xorshift generator (G. Marsaglia, "Xorshift RNGs", 2003). Never zero for a state that is not.
fn next_random(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}
