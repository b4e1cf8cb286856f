//! Ranges that callers pass, checked against what they are to cut.
use std::ops::{Bound, Range, RangeBounds};

/// The indices that `range` means in something of `len` items.
///
/// # Panics
///
/// If they do not lie within, or the range ends before it starts.
#[track_caller]
pub(crate) fn checked_range<R: RangeBounds<usize>>(range: R, len: usize) -> Range<usize> {
    let (from, to) = (range.start_bound(), range.end_bound());
    // One past the largest index may be an index again; `None` stands for what is beyond that.
    let start = match from {
        Bound::Included(&index) => Some(index),
        Bound::Excluded(&index) => index.checked_add(1),
        Bound::Unbounded => Some(0),
    };
    let end = match to {
        Bound::Included(&index) => index.checked_add(1),
        Bound::Excluded(&index) => Some(index),
        Bound::Unbounded => Some(len),
    };
    let Some(start) = start.filter(|&start| start <= len) else {
        panic!("range start {from:?} should be <= length {len}");
    };
    let Some(end) = end.filter(|&end| end <= len) else {
        panic!("range end {to:?} should be <= length {len}");
    };
    assert!(start <= end, "range start {from:?} should be <= range end {to:?}");
    start..end
}
