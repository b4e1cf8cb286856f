//! The sort family: what `par_sort*` of a slice runs.
//!
//! * [`par_stable`]: merge sort with one buffer. Merges are cut into independent pieces by rank (`stable.rs`, `merge.rs`,
//!   `run.rs`).
//! * [`par_unstable`]: quicksort in place with sampled pivots (`unstable.rs`, `partition.rs`).
//! * [`par_by_cached_key`]: keys in parallel, a sort of (key, index) pairs, one gather (`cached_key.rs`).
//!
//! Order that is there already is made use of by both (`runs.rs`, `drop_merge.rs`), large elements are sorted by way of their
//! indices (`indirect.rs`), and whether a second thread is worth its wake-up is measured (`cost.rs`). What has no order is left
//! to std's sorts as soon as it is short, and on one thread. `docs/sorting.md` says what was tried.
//!
//! # What every sort here promises
//!
//! The comparison is arbitrary code. It may panic, contradict itself, or change what it is shown through interior
//! mutability. These rules keep the slice a permutation of its input all the same:
//!
//! 1. Every element has one true place at any time, and only an element in its true place is shown to the comparison.
//! 2. A copy becomes the true place only after the last comparison of the step that made it; until then the element's
//!    old place stays valid, so that unwinding has nothing to repair but the whole step.
//! 3. `T` is `Send` and not `Sync`: an element is looked at by one thread at a time. So work is split by handing out
//!    disjoint `&mut` slices, and no pivot is shared between threads.

mod cached_key;
mod cost;
mod drop_merge;
mod indirect;
mod merge;
mod partition;
mod run;
mod runs;
mod stable;
mod unstable;

#[cfg(test)]
mod tests;

pub(crate) use cached_key::par_by_cached_key;
pub(crate) use stable::{par_stable, sort_if_ordered};
pub(crate) use unstable::par_unstable;

use crate::util::unwind;
use std::cmp::Ordering;

/// Sorts `v` by std's `sort_by`; see [`tolerate_disorder`].
fn stable_by_std<T, F>(v: &mut [T], is_less: &F)
where
    F: Fn(&T, &T) -> bool,
{
    tolerate_disorder(|| v.sort_by(ordering_from(is_less)));
}

/// Sorts `v` by std's `sort_unstable_by`; see [`tolerate_disorder`].
fn unstable_by_std<T, F>(v: &mut [T], is_less: &F)
where
    F: Fn(&T, &T) -> bool,
{
    tolerate_disorder(|| v.sort_unstable_by(ordering_from(is_less)));
}

/// Runs a sort of std. If that panics because it has noticed that the comparison is no total order, the slice stays as it
/// is, some permutation of what it was, and the program goes on: rayon's sorts do not object to such comparisons.
///
/// Nothing but its text tells that panic from one of the comparison itself. Should std change the text, the panic goes
/// through; `tests.rs` would notice.
fn tolerate_disorder(sort: impl FnOnce()) {
    if let Err(payload) = unwind::halt_unwinding(sort) {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        if !text.is_some_and(|text| text.contains("does not correctly implement a total order")) {
            unwind::resume_unwinding(payload);
        }
    }
}

/// Turns a "comes before" test into the comparison that std's sorts want.
///
/// std's sorts ask for nothing but "is it `Less`", so the other two answers need not be told apart; telling them apart
/// would cost a second call of the user's comparison. `tests.rs` checks stability, which would notice a change there.
#[inline(always)]
fn ordering_from<T, F>(is_less: &F) -> impl Fn(&T, &T) -> Ordering
where
    F: Fn(&T, &T) -> bool,
{
    |a, b| {
        if is_less(a, b) { Ordering::Less } else { Ordering::Greater }
    }
}
