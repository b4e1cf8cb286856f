//! Section 1: what the compiler sees of the iterators.

use super::api::iter::{Either, Empty};
use super::api::prelude::*;
use crate::child::say;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// BLD-3: `iter::Either` is the crate either's own type, and a parallel iterator.
#[test]
fn bld_3_either() {
    watch!();
    let left: either::Either<_, Empty<i32>> = Either::Left(vec![1, 2, 3].into_par_iter());
    assert_eq!(left.sum::<i32>(), 6);
}

/// BLD-4: a check of a chunk or block size blames its caller. (`must_use`: `docs/compile_fail/`.)
/// In a process of its own, because it sets the panic hook.
#[test]
fn bld_4_track_caller() {
    watch!();
    let process = fresh!(bld_4_track_caller);
    if process.scenario().is_some() {
        return track_caller();
    }
    let said = process.said("hook", &[]);
    assert_eq!(said.len(), 2 * 15);
    for pair in said.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
}

fn track_caller() {
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().expect("a panic has a place");
        say(format_args!("{} {}", at.file(), at.line()));
    }));
    // The call must stay on the line of the macro.
    macro_rules! blamed {
        ($call:expr) => {
            say(format_args!("{} {}", file!(), line!()));
            assert!(catch_unwind(AssertUnwindSafe(|| _ = $call)).is_err());
        };
    }
    let mut n = [1, 2, 3];
    blamed!(n.par_iter().chunks(0));
    blamed!(n.par_iter().fold_chunks(0, || 0, |a, _| a));
    blamed!(n.par_iter().fold_chunks_with(0, 0, |a, _| a));
    blamed!(n.par_iter().by_uniform_blocks(0));
    blamed!(n.par_iter().zip_eq(&[1]));
    blamed!(n.par_chunks(0));
    blamed!(n.par_chunks_exact(0));
    blamed!(n.par_rchunks(0));
    blamed!(n.par_rchunks_exact(0));
    blamed!(n.par_chunks_mut(0));
    blamed!(n.par_chunks_exact_mut(0));
    blamed!(n.par_rchunks_mut(0));
    blamed!(n.par_rchunks_exact_mut(0));
    blamed!(n.par_iter_mut().chunks(0));
    blamed!(n.into_par_iter().by_uniform_blocks(0));
}

/// BLD-5: the two deprecated names still do what their successors do.
#[test]
#[allow(deprecated, reason = "the deprecated names are the subject")]
fn bld_5_deprecated_names() {
    watch!();
    let numbers = [1, 2, 3, 4];
    let found = ParallelIterator::find(numbers.par_iter(), |&&n| n == 3);
    assert_eq!(found, Some(&3));
    let at = IndexedParallelIterator::position(numbers.par_iter(), |&n| n == 4);
    assert_eq!(at, Some(3));
}
