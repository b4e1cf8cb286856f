//! Slices that need no sorting: one ascending or one strictly descending run.

use crate::sync::{AtomicUsize, Ordering};

/// Pairs looked at in a row before the other threads are asked to look too, and between two looks at the stop flag.
const SCAN_ITEMS: usize = 4096;

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

/// Whether `holds` for every neighbouring pair. A set `stop` means that some pair failed already.
fn all_pairs<T, P>(v: &mut [T], holds: &P, stop: &AtomicUsize) -> bool
where
    T: Send,
    P: Fn(&T, &T) -> bool + Sync,
{
    // The first pairs are looked at before anything is split: most slices that are no run end here.
    let head = v.len().min(SCAN_ITEMS);
    // ORDERING: Relaxed. A hint that the answer is known; no data hangs on it. The answer itself comes back through
    // the results of `join`.
    if stop.load(Ordering::Relaxed) != 0 {
        return false;
    }
    if !v[..head].windows(2).all(|pair| holds(&pair[0], &pair[1])) {
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
    if v.len() <= 4 * SCAN_ITEMS {
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
    if first.len() <= 2 * SCAN_ITEMS {
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
