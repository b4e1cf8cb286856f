//! What iterators panic with when they are asked for what they cannot do, and when; and what they say
//! about their length.

use super::api::prelude::*;
use super::erased::Erased;
use super::kit::{panic_of, text_of};

/// The text that `f` panics with.
fn message<R>(f: impl FnOnce() -> R) -> String {
    text_of(&*panic_of(f)).to_owned()
}

#[test]
fn sizes_of_nothing() {
    watch!();
    let mut v = vec![1, 2];
    let chunk = "chunk_size must not be zero";
    assert_eq!(message(|| v.par_iter().chunks(0)), chunk);
    assert_eq!(message(|| v.par_iter().fold_chunks(0, || 0, |a, _| a)), chunk);
    assert_eq!(message(|| v.par_iter().fold_chunks_with(0, 0, |a, _| a)), chunk);
    assert_eq!(message(|| v.par_chunks(0)), chunk);
    assert_eq!(message(|| v.par_rchunks(0)), chunk);
    assert_eq!(message(|| v.par_chunks_exact(0)), chunk);
    assert_eq!(message(|| v.par_rchunks_exact(0)), chunk);
    assert_eq!(message(|| v.par_chunks_mut(0).len()), chunk);
    assert_eq!(message(|| v.par_rchunks_mut(0).len()), chunk);
    assert_eq!(message(|| v.par_chunks_exact_mut(0).len()), chunk);
    assert_eq!(message(|| v.par_rchunks_exact_mut(0).len()), chunk);
    assert_eq!(message(|| v.par_iter().by_uniform_blocks(0)), "block_size must not be zero");
    // These are noticed late.
    let steps = v.par_iter().step_by(0);
    assert_eq!(message(|| steps.len()), "attempt to divide by zero");
    let windows = v.par_windows(0);
    assert_eq!(message(|| windows.len()), "assertion failed: self.window_size >= 1");
}

#[test]
fn unequal_lengths() {
    watch!();
    let message = message(|| [1].par_iter().zip_eq(&[1, 2, 3]));
    for part in ["iterators must have the same length", "left: 1", "right: 3"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn lengths_that_overflow() {
    watch!();
    let huge = || super::api::iter::repeat_n((), usize::MAX);
    assert_eq!(message(|| huge().chain([()]).len()), "overflow");
    assert_eq!(message(|| huge().interleave([()]).len()), "overflow");
    assert_eq!(message(|| huge().interleave([()]).opt_len()), "overflow");
    assert_eq!(message(|| huge().intersperse(()).len()), "overflow");
    assert_eq!(huge().chain([()]).opt_len(), None);
    assert_eq!(huge().intersperse(()).opt_len(), None);
    assert_eq!(huge().zip(huge()).len(), usize::MAX);
}

#[test]
fn drained_ranges() {
    watch!();
    let mut v = vec![1, 2];
    assert_eq!(message(|| v.par_drain(3..).len()), "range start Included(3) should be <= length 2");
    assert_eq!(message(|| v.par_drain(..=2).len()), "range end Included(2) should be <= length 2");
    let (start, end) = (2, 1);
    assert_eq!(
        message(|| v.par_drain(start..end).len()),
        "range start Included(2) should be <= range end Excluded(1)"
    );
    assert_eq!(v, [1, 2]);
}

/// What is out of range and no mistake.
#[test]
fn beyond_the_end() {
    watch!();
    let v = [1, 2, 3];
    assert_eq!(v.par_iter().skip(9).len(), 0);
    assert_eq!(v.par_iter().take(9).len(), 3);
    assert_eq!(v.par_windows(9).len(), 0);
    assert_eq!(v.par_chunks(usize::MAX).len(), 1);
    assert_eq!(v.par_iter().step_by(usize::MAX).len(), 1);
}

#[test]
fn known_lengths() {
    watch!();
    let v = vec![1_u8; 9];
    let opt_len = |iter: Erased<'_, u8>| iter.opt_len();
    assert_eq!(opt_len(Erased::loose(v.par_iter().copied())), Some(9));
    assert_eq!(v.par_iter().filter(|_| true).opt_len(), None);
    assert_eq!(v.par_iter().by_uniform_blocks(2).opt_len(), None);
    assert_eq!(v.par_iter().take_any(2).opt_len(), None);
    assert_eq!("text".par_bytes().opt_len(), None);
    assert_eq!(super::api::iter::repeat(1).opt_len(), None);
    assert_eq!((0..=u32::MAX).into_par_iter().opt_len(), Some(1 << 32));
    assert_eq!((0..=usize::MAX).into_par_iter().opt_len(), None);
    assert_eq!((0..u128::MAX).into_par_iter().opt_len(), None);
    assert_eq!((i64::MIN..i64::MAX).into_par_iter().opt_len(), Some(usize::MAX));
    assert_eq!(('\0'..char::MAX).into_par_iter().len(), 0x10_F7FF);
    assert_eq!([(); 1000].par_chunks(3).len(), 334);
}
