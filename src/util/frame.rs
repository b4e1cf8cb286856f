//! Frames that a profile shows.

use std::hint::black_box;

/// Runs `body` while the caller's frame stays on the stack, whatever the optimizer makes of it: the call is not the last thing
/// that the caller does.
#[inline(always)]
pub(crate) fn keep_frame<R>(body: impl FnOnce() -> R) -> R {
    let result = body();
    black_box(());
    result
}
