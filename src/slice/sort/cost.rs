//! Whether a sort is worth sharing, by the time that some comparisons take: of numbers it takes ten thousand and more until a
//! second thread has caught up on being woken, of long strings some hundred.

use crate::util::clock::{ticks, ticks_of_ns};
use std::hint::black_box;

/// Slices shorter than this are not shared, and not shorter than that always.
const SHARED_ITEMS: std::ops::Range<usize> = 1_000..1 << 16;

/// Comparisons that are timed; the first number in slices of less than [`MANY_ITEMS`] elements.
const PROBES: [usize; 2] = [16, 64];
const MANY_ITEMS: usize = 1 << 12;

/// How many threads should sort `v`: several if the comparisons take `worth_ns`. Of these there are
/// `most_steps` for each element at most. Compares elements if that is what decides.
pub(super) fn sharing_threads<T, F>(v: &[T], most_steps: u32, worth_ns: u64, is_less: &F) -> usize
where
    F: Fn(&T, &T) -> bool,
{
    if v.len() < SHARED_ITEMS.start {
        return 1;
    }
    let threads = crate::current_num_threads();
    if threads == 1 || v.len() >= SHARED_ITEMS.end {
        return threads;
    }
    let probes = PROBES[usize::from(v.len() >= MANY_ITEMS)];
    let stride = v.len() / (probes + 1);
    let pairs = || v.windows(stride + 1).step_by(stride).take(probes);
    let timed_compare = || {
        let start = ticks();
        let less = pairs().filter(|pair| is_less(&pair[0], &pair[stride])).count();
        (black_box(less), ticks().wrapping_sub(start))
    };
    let is_worth = |elapsed: u64, steps: u32| {
        let comparisons = v.len() as u64 * u64::from(steps.min(most_steps));
        elapsed.saturating_mul(comparisons) / probes as u64 >= ticks_of_ns(worth_ns)
    };
    let steps = v.len().ilog2();
    if !is_worth(timed_compare().1, steps) {
        return 1;
    }
    // The first time they came from memory. In a sort that happens once, of some ten comparisons.
    let (less, elapsed) = timed_compare();
    if !is_worth(elapsed, steps) {
        return 1;
    }
    let greater = pairs().filter(|pair| is_less(&pair[stride], &pair[0])).count();
    // If two of a pair are equal, a part of the elements is: then there are some as many values as pairs for each such pair, and
    // the elements of one need not be sorted.
    let steps = match probes.saturating_sub(less + greater) {
        0 => steps,
        equal => (probes / equal).ilog2().max(1),
    };
    if is_worth(elapsed, steps) { threads } else { 1 }
}
