//! Slices that need no sorting: one ascending or one strictly descending run.

use crate::sync::{AtomicUsize, Ordering};

/// Pairs looked at in a row between two looks at the stop flag.
const SCAN_ITEMS: usize = 4096;

/// More than this is scanned, or reversed, by several threads: less takes about as long as it takes to wake one.
const PARALLEL_ITEMS: usize = 1 << 18;

/// Puts `v` in order if it is a single run, and says whether it was. Compares each neighbouring pair at most once.
///
/// A descending run counts only if it is strict: reversing equal elements would not be stable.
pub(super) fn sort_single_run<T, F>(v: &mut [T], is_less: &F) -> bool
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if v.len() < 2 {
        return true;
    }
    let stop = AtomicUsize::new(0);
    if is_less(&v[1], &v[0]) {
        let is_run = all_pairs(&mut v[1..], &|a, b| is_less(b, a), &stop);
        if is_run {
            reverse(v);
        }
        is_run
    } else {
        all_pairs(&mut v[1..], &|a, b| !is_less(b, a), &stop)
    }
}

/// Whether `holds` for every neighbouring pair of `v`, which is not empty. A set `stop` means that some pair failed already.
fn all_pairs<T, P>(v: &mut [T], holds: &P, stop: &AtomicUsize) -> bool
where
    T: Send,
    P: Fn(&T, &T) -> bool + Sync,
{
    // The first pairs are looked at before anything is split: most slices that are no run end here.
    let head = if v.len() > PARALLEL_ITEMS { SCAN_ITEMS } else { v.len() };
    let in_order = (0..head - 1).step_by(SCAN_ITEMS).all(|start| {
        let end = (start + SCAN_ITEMS + 1).min(head);
        // ORDERING: Relaxed. A hint that the answer is known; no data hangs on it. The answer itself comes back through the
        // results of `join`.
        stop.load(Ordering::Relaxed) == 0
            && v[start..end].windows(2).all(|pair| holds(&pair[0], &pair[1]))
    });
    if !in_order {
        // ORDERING: Relaxed, as for the load above.
        stop.store(1, Ordering::Relaxed);
        return false;
    }
    if head == v.len() {
        return true;
    }
    // The pair at the seam shares its left element with the head and its right one with the tail: neither side may
    // run meanwhile.
    let tail = &mut v[head - 1..];
    let middle = tail.len() / 2;
    if !holds(&tail[middle - 1], &tail[middle]) {
        return false;
    }
    let (left, right) = tail.split_at_mut(middle);
    let (left, right) =
        crate::join(|| all_pairs(left, holds, stop), || all_pairs(right, holds, stop));
    left && right
}

/// Reverses `v`, its outer pairs on other threads than its inner ones.
fn reverse<T: Send>(v: &mut [T]) {
    if v.len() <= PARALLEL_ITEMS {
        v.reverse();
        return;
    }
    let quarter = v.len() / 4;
    let inner_end = v.len() - quarter;
    let (rest, last) = v.split_at_mut(inner_end);
    let (first, inner) = rest.split_at_mut(quarter);
    crate::join(|| reverse(inner), || swap_reversed(first, last));
}

/// Exchanges two equally long slices, each ending up backwards.
fn swap_reversed<T: Send>(first: &mut [T], last: &mut [T]) {
    if first.len() <= PARALLEL_ITEMS / 2 {
        for (a, b) in first.iter_mut().zip(last.iter_mut().rev()) {
            std::mem::swap(a, b);
        }
        return;
    }
    let middle = first.len() / 2;
    let mirror = last.len() - middle;
    let (outer_first, inner_first) = first.split_at_mut(middle);
    let (inner_last, outer_last) = last.split_at_mut(mirror);
    crate::join(
        || swap_reversed(outer_first, outer_last),
        || swap_reversed(inner_first, inner_last),
    );
}
