//! Whether a sort is worth sharing, by the time that some comparisons take: of numbers it takes ten thousand and more until a
//! second thread has caught up on being woken, of long strings some hundred.

use crate::util::clock::{ticks, ticks_of_ns};
use std::hint::black_box;

/// Slices shorter than this are not shared, and not shorter than that always.
const SHARED_ITEMS: std::ops::Range<usize> = 1_000..1 << 16;

/// Comparisons that are timed.
const PROBES: usize = 64;

/// A sort that would take so long if each comparison took as long as one by itself is shared, in ns. Within a sort they overlap
/// and take a third as a rule, so that this is some 150 us, of which a second thread misses the first 20 to 40.
const SHARED_NS: u64 = 500_000;

/// How many threads should sort `v`. Compares elements if that is what decides.
pub(super) fn sharing_threads<T, F>(v: &[T], is_less: &F) -> usize
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
    let stride = v.len() / (PROBES + 1);
    let start = ticks();
    let less = v.windows(stride + 1).step_by(stride).take(PROBES);
    black_box(less.filter(|pair| is_less(&pair[0], &pair[stride])).count());
    let elapsed = ticks().wrapping_sub(start);
    let comparisons = v.len() as u64 * u64::from(v.len().ilog2());
    let estimate = elapsed.saturating_mul(comparisons) / PROBES as u64;
    if estimate >= ticks_of_ns(SHARED_NS) { threads } else { 1 }
}
