//! Runs: stretches that are in order already.

use super::indirect::is_small;
use crate::sync::{AtomicUsize, Ordering};

/// Pairs of small elements that are looked at in a row between two looks at the end of the slice.
const ROUND_PAIRS: usize = 8;

/// Pairs looked at in a row between two looks at the stop flag.
const SCAN_ITEMS: usize = 4096;

/// More than this is scanned by several threads: less takes about as long as it takes to wake one.
const PARALLEL_ITEMS: usize = 1 << 18;

/// Pairs by which a slice is judged, and how many of them may be in disorder. Random input has half of its pairs in
/// disorder.
const PROBED_PAIRS: usize = 32;
const PROBED_DISORDER: usize = 6;

/// The length of the run at the front of `v`, which is not empty.
pub(super) fn run_length<T>(v: &[T], in_order: impl Fn(&T, &T) -> bool) -> usize {
    let mut start = 0;
    // Pairs of small elements are looked at as fast as the loop goes round, so it goes round less often.
    if is_small::<T>() {
        while let Some(round) = v[start..].first_chunk::<{ ROUND_PAIRS + 1 }>() {
            for pair in 0..ROUND_PAIRS {
                if !in_order(&round[pair], &round[pair + 1]) {
                    return start + pair + 1;
                }
            }
            start += ROUND_PAIRS;
        }
    }
    start + 1 + v[start..].windows(2).take_while(|pair| in_order(&pair[0], &pair[1])).count()
}

/// Puts the run at the front of `v` in order if it is a descending one, and returns its length. It is the whole of `v` if
/// that is a single run, and may be less than the longest possible if it is not. Compares each neighbouring pair at most
/// once.
///
/// A descending run is a strict one: reversing equal elements would not be stable.
pub(super) fn sort_prefix<T, F>(v: &mut [T], is_less: &F) -> usize
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    if v.len() < 2 {
        return v.len();
    }
    if is_less(&v[1], &v[0]) {
        // By one thread: what others have read is slower to reverse.
        let run = 1 + run_length(&v[1..], |a, b| is_less(b, a));
        v[..run].reverse();
        run
    } else {
        1 + prefix_length(&mut v[1..], &|a, b| !is_less(b, a))
    }
}

fn prefix_length<T, P>(v: &mut [T], in_order: &P) -> usize
where
    T: Send,
    P: Fn(&T, &T) -> bool + Sync,
{
    if v.len() <= PARALLEL_ITEMS {
        run_length(v, in_order)
    } else {
        long_prefix_length(v, in_order)
    }
}

#[inline(never)]
fn long_prefix_length<T, P>(v: &mut [T], in_order: &P) -> usize
where
    T: Send,
    P: Fn(&T, &T) -> bool + Sync,
{
    let head = run_length(&v[..SCAN_ITEMS], in_order);
    let is_run = head == SCAN_ITEMS
        && Scan { in_order, stop: AtomicUsize::new(0) }.breaks(&mut v[head - 1..], 0, 0).is_some();
    if is_run { v.len() } else { head }
}

/// Whether it may pay to look for order in `v`, of which the first `prefix` elements are a run: a look at some pairs
/// behind it.
pub(super) fn looks_ordered<T>(v: &[T], prefix: usize, is_less: &impl Fn(&T, &T) -> bool) -> bool {
    let probed = &v[prefix - 1..v.len().min(prefix + PROBED_PAIRS)];
    probed.windows(2).filter(|pair| is_less(&pair[1], &pair[0])).count() <= PROBED_DISORDER
}

/// The indices at which the ascending runs of `v` but the first one begin, if they are at most `most`.
pub(super) fn find_runs<T, F>(v: &mut [T], most: usize, is_less: &F) -> Option<Vec<usize>>
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    Scan { in_order: &|a: &T, b: &T| !is_less(b, a), stop: AtomicUsize::new(0) }.breaks(v, 0, most)
}

/// A search for pairs that are not in order.
struct Scan<'a, P> {
    in_order: &'a P,
    /// Not zero as soon as some part has found too many.
    stop: AtomicUsize,
}

impl<P> Scan<'_, P> {
    /// The indices of elements that are not in order with the one before, if there are at most `most` of them. The first
    /// element of `v` has the index `start`.
    fn breaks<T>(&self, v: &mut [T], start: usize, most: usize) -> Option<Vec<usize>>
    where
        T: Send,
        P: Fn(&T, &T) -> bool + Sync,
    {
        // The first pairs are looked at before anything is split: a search in vain ends here as a rule.
        let head = if v.len() > PARALLEL_ITEMS { SCAN_ITEMS } else { v.len() };
        let mut breaks = Vec::new();
        for first in (0..head.saturating_sub(1)).step_by(SCAN_ITEMS) {
            // ORDERING: Relaxed. A hint that the answer is known; no data hangs on it. The answer itself comes back through
            // the results of `join`.
            if self.stop.load(Ordering::Relaxed) != 0 {
                return None;
            }
            let part = &v[first..head.min(first + SCAN_ITEMS + 1)];
            let mut run_end = run_length(part, self.in_order);
            while run_end < part.len() && breaks.len() <= most {
                breaks.push(start + first + run_end);
                run_end += run_length(&part[run_end..], self.in_order);
            }
            if breaks.len() > most {
                // ORDERING: Relaxed, as for the load above.
                self.stop.store(1, Ordering::Relaxed);
                return None;
            }
        }
        if head < v.len() {
            // The pair at the seam shares its left element with the head and its right one with the tail: neither side may
            // run meanwhile.
            let tail = &mut v[head - 1..];
            let (start, middle) = (start + head - 1, tail.len() / 2);
            let seam_in_order = (self.in_order)(&tail[middle - 1], &tail[middle]);
            let (left, right) = tail.split_at_mut(middle);
            let (left, right) = crate::join(
                || self.breaks(left, start, most),
                || self.breaks(right, start + middle, most),
            );
            breaks.extend(left?);
            breaks.extend((!seam_in_order).then_some(start + middle));
            breaks.extend(right?);
        }
        Some(breaks).filter(|breaks| breaks.len() <= most)
    }
}
