//! Section 13: the texts of panics on bad input. (Whom a check blames: BLD-4.)

use super::api::ThreadPoolBuilder;
use super::api::iter::{repeat_n, walk_tree};
use super::api::prelude::*;
use super::kit::{panic_of, text_of};
use crate::child::say;
use std::collections::VecDeque;
use std::io;
use std::panic::catch_unwind;

/// The text of the panic with which `call` must end.
fn text<R>(call: impl FnOnce() -> R) -> String {
    text_of(&*panic_of(call)).to_owned()
}

/// MSG-1: at the call.
#[test]
fn msg_1_chunk_size() {
    watch!();
    let mut n = [1, 2, 3];
    macro_rules! refused {
        ($($call:expr),+ $(,)?) => {$(
            assert_eq!(text(|| _ = $call), "chunk_size must not be zero", stringify!($call));
        )+};
    }
    refused! {
        n.par_iter().chunks(0),
        n.par_iter().fold_chunks(0, || 0, |a, _| a),
        n.par_iter().fold_chunks_with(0, 0, |a, _| a),
        n.par_chunks(0),
        n.par_chunks_exact(0),
        n.par_rchunks(0),
        n.par_rchunks_exact(0),
        n.par_chunks_mut(0),
        n.par_chunks_exact_mut(0),
        n.par_rchunks_mut(0),
        n.par_rchunks_exact_mut(0),
        Vec::<i32>::new().par_chunks(0),
        Vec::<i32>::new().par_iter().chunks(0),
    }
}

/// MSG-2: at the call.
#[test]
fn msg_2_block_size() {
    watch!();
    let text = text(|| (0..3).into_par_iter().by_uniform_blocks(0));
    assert_eq!(text, "block_size must not be zero");
}

/// MSG-3: at the call, from the lengths alone.
#[test]
fn msg_3_zip_eq() {
    watch!();
    let never = |_| unreachable!("an item was made");
    let text = text(|| (0..3).into_par_iter().map(never).zip_eq(0..2).with_max_len(1));
    assert!(text.contains("`left == right`"), "{text}");
    assert!(text.contains("iterators must have the same length"), "{text}");
    assert!(text.contains("left: 3") && text.contains("right: 2"), "{text}");
    assert_eq!([1, 2].par_iter().zip_eq(&[3, 4]).count(), 2);
}

/// MSG-4: not at the call, but as soon as the number of steps is asked for.
#[test]
fn msg_4_step_by() {
    watch!();
    let steps = || (0..10).into_par_iter().step_by(0);
    let _ = steps();
    let by_zero = "attempt to divide by zero";
    assert_eq!(text(|| steps().len()), by_zero);
    assert_eq!(text(|| steps().opt_len()), by_zero);
    assert_eq!(text(|| steps().count()), by_zero);
    assert_eq!(text(|| steps().collect::<Vec<_>>()), by_zero);
}

/// MSG-5: not at the call, but as soon as windows are asked for. (For arrays of no elements:
/// `docs/compile_fail/`.)
#[test]
fn msg_5_windows() {
    watch!();
    let windows = || [1, 2, 3].par_windows(0);
    let _ = windows();
    let assertion = "assertion failed: self.window_size >= 1";
    assert_eq!(text(|| windows().len()), assertion);
    assert_eq!(text(|| windows().opt_len()), assertion);
    assert_eq!(text(|| windows().count()), assertion);
}

/// MSG-6: lengths that no `usize` holds.
#[test]
fn msg_6_overflow() {
    watch!();
    let most = || repeat_n((), usize::MAX);
    let one = || repeat_n((), 1);
    assert_eq!(text(|| most().chain(one()).len()), "overflow");
    assert_eq!(most().chain(one()).opt_len(), None);
    assert_eq!(text(|| most().interleave(one()).len()), "overflow");
    assert_eq!(text(|| most().interleave(one()).opt_len()), "overflow");
    assert_eq!(text(|| most().intersperse(()).len()), "overflow");
    assert_eq!(most().intersperse(()).opt_len(), None);
    assert_eq!(repeat_n((), usize::MAX - 1).chain(one()).len(), usize::MAX);
    let half = usize::MAX / 2 + 1;
    assert_eq!(repeat_n((), half).intersperse(()).len(), usize::MAX);
}

/// MSG-7: at the call, with the bounds as they were given, and nothing removed.
#[test]
#[allow(clippy::reversed_empty_ranges, reason = "bad ranges are the subject")]
fn msg_7_drain_ranges() {
    watch!();
    use std::ops::Bound::{Excluded, Included};
    let mut vector = vec![1, 2];
    let mut deque = VecDeque::from([1, 2]);
    let mut string = String::from("ab");
    macro_rules! refused {
        ($($range:expr => $text:expr),+ $(,)?) => {$(
            assert_eq!(text(|| _ = vector.par_drain($range)), $text);
            assert_eq!(text(|| _ = deque.par_drain($range)), $text);
            assert_eq!(text(|| _ = string.par_drain($range)), $text);
        )+};
    }
    refused! {
        3.. => "range start Included(3) should be <= length 2",
        (Excluded(2), Excluded(3)) => "range start Excluded(2) should be <= length 2",
        ..3 => "range end Excluded(3) should be <= length 2",
        ..=2 => "range end Included(2) should be <= length 2",
        ..=usize::MAX => format!("range end Included({}) should be <= length 2", usize::MAX),
        1..7 => "range end Excluded(7) should be <= length 2",
        2..1 => "range start Included(2) should be <= range end Excluded(1)",
        (Excluded(1), Included(0)) => "range start Excluded(1) should be <= range end Included(0)",
    }
    assert_eq!((vector.len(), deque.len(), string.len()), (2, 2, 2));
    assert_eq!(vector.par_drain(2..).count(), 0);
}

/// MSG-8: nothing is drained. (When it is refused, and how that ends: DIF-7.)
#[test]
fn msg_8_drain_in_a_character() {
    watch!();
    let process = fresh!(msg_8_drain_in_a_character);
    if process.scenario().is_some() {
        say("begins");
        let drained = catch_unwind(|| String::from("ß").par_drain(1..).count());
        assert!(drained.is_err());
        return;
    }
    let ended = process.run("drain", &[]);
    assert_eq!(ended.said, ["begins"]);
    assert!(!ended.stderr.contains("assertion failed: drained"), "{ended:#?}");
}

/// MSG-9: what may be out of range.
#[test]
fn msg_9_out_of_range() {
    watch!();
    let numbers = || [1, 2, 3].into_par_iter();
    assert_eq!(numbers().skip(usize::MAX).count(), 0);
    assert_eq!(numbers().take(usize::MAX).count(), 3);
    assert_eq!(numbers().step_by(usize::MAX).count(), 1);
    assert_eq!(numbers().chunks(usize::MAX).count(), 1);
    assert_eq!([1, 2, 3].par_windows(usize::MAX).count(), 0);
    assert_eq!([1, 2, 3].par_chunks(usize::MAX).count(), 1);
    assert_eq!([1, 2, 3].par_chunks_exact(usize::MAX).count(), 0);
    assert_eq!(numbers().take_any(usize::MAX).count(), 3);
    assert_eq!(numbers().skip_any(usize::MAX).count(), 0);
    assert_eq!(numbers().by_uniform_blocks(usize::MAX).count(), 3);
}

/// MSG-10: an iterator that needs a global pool which could not be built.
#[test]
fn msg_10_no_global_pool() {
    watch!();
    let process = fresh!(msg_10_no_global_pool);
    if process.scenario().is_some() {
        let builder = ThreadPoolBuilder::new().num_threads(2);
        let builder = builder.spawn_handler(|_| Err(io::Error::other("no threads today")));
        assert!(builder.build_global().is_err());
        say(text(|| (0..10).into_par_iter().count()));
        say(text(|| [1, 2, 3].par_iter().map(|n| n + 1).collect::<Vec<_>>()));
        return say(text(|| walk_tree(0, |_| None).count()));
    }
    let said = process.said("fail", &[]);
    assert_eq!(said.len(), 3);
    for text in said {
        let start =
            "The global thread pool has not been initialized.: ThreadPoolBuildError { kind: ";
        assert!(text.starts_with(start), "{text}");
    }
}
