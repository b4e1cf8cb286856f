//! Section 14: ranges, and the lengths that adaptors make of lengths.

use super::api::iter::repeat_n;
use super::api::prelude::*;
use super::api::{range, range_inclusive};
use super::kit::in_pools;

/// RNG-1: which ranges have indices, and that the wider ones know their length where it fits.
#[test]
fn rng_1_ranges() {
    watch!();
    macro_rules! indexed {
        ($($number:ty: $is:expr),+) => {$(
            assert_eq!(has!(range::Iter<$number>: IndexedParallelIterator), $is);
            assert!(has!(range::Iter<$number>: ParallelIterator));
            in_pools(|| {
                let max = <$number>::MAX;
                for (from, to) in [(0, 0), (3, 120), (max - 100, max)] {
                    let items: Vec<$number> = (from..to).into_par_iter().collect();
                    assert!(items.iter().copied().eq(from..to));
                    assert_eq!((from..to).into_par_iter().opt_len(), Some(items.len()));
                    assert_eq!(items.capacity(), items.len());
                }
            });
        )+};
    }
    indexed!(u8: true, u16: true, u32: true, usize: true);
    indexed!(i8: true, i16: true, i32: true, isize: true);
    indexed!(u64: false, i64: false, u128: false, i128: false);
    assert_eq!((0..u128::MAX).into_par_iter().opt_len(), None);
    assert_eq!((0..usize::MAX as u128).into_par_iter().opt_len(), Some(usize::MAX));
    assert_eq!((0..usize::MAX as u128 + 1).into_par_iter().opt_len(), None);
    assert_eq!((-5..100_i128).into_par_iter().opt_len(), Some(105));
}

/// RNG-2: the same for ranges that include their end.
#[test]
fn rng_2_inclusive_ranges() {
    watch!();
    macro_rules! indexed {
        ($($number:ty: $is:expr),+) => {$(
            assert_eq!(has!(range_inclusive::Iter<$number>: IndexedParallelIterator), $is);
            assert!(has!(range_inclusive::Iter<$number>: ParallelIterator));
            in_pools(|| {
                let max = <$number>::MAX;
                for (from, to) in [(0, 0), (3, 120), (max - 100, max)] {
                    let items: Vec<$number> = (from..=to).into_par_iter().collect();
                    assert!(items.iter().copied().eq(from..=to));
                    assert_eq!((from..=to).into_par_iter().opt_len(), Some(items.len()));
                }
            });
        )+};
    }
    indexed!(u8: true, u16: true, i8: true, i16: true);
    indexed!(u32: false, usize: false, i32: false, isize: false);
    indexed!(u64: false, i64: false, u128: false, i128: false);
    if cfg!(target_pointer_width = "64") {
        assert_eq!((0..=u32::MAX).into_par_iter().opt_len(), Some(1 << 32));
    }
    assert_eq!((0..=usize::MAX).into_par_iter().opt_len(), None);
    assert_eq!((1..=usize::MAX).into_par_iter().opt_len(), Some(usize::MAX));
}

/// RNG-3: characters, without the gap of the surrogates.
#[test]
fn rng_3_characters() {
    watch!();
    assert!(has!(range::Iter<char>: IndexedParallelIterator));
    assert!(has!(range_inclusive::Iter<char>: IndexedParallelIterator));
    in_pools(|| {
        let around = '\u{D7FE}'..='\u{E001}';
        assert_eq!(around.clone().into_par_iter().len(), 4);
        assert!(around.clone().into_par_iter().collect::<String>().chars().eq(around));
        for (from, to) in [('a', 'z'), ('z', 'a'), ('\u{D000}', '\u{F000}'), ('\0', '\u{D7FF}')] {
            let items: Vec<_> = (from..to).into_par_iter().with_max_len(100).collect();
            assert!(items.into_iter().eq(from..to));
            let items: Vec<_> = (from..=to).into_par_iter().rev().collect();
            assert!(items.into_iter().eq((from..=to).rev()));
        }
        assert_eq!(('\0'..=char::MAX).into_par_iter().len(), 0x11_0000 - 0x800);
        assert_eq!(('\u{10FFF0}'..=char::MAX).into_par_iter().count(), 16);
    });
}

/// RNG-4: nothing in reversed ranges, nor in an inclusive one that was used up.
#[test]
#[allow(clippy::reversed_empty_ranges, reason = "reversed ranges are the subject")]
fn rng_4_empty() {
    watch!();
    in_pools(|| {
        assert_eq!((7..7).into_par_iter().len(), 0);
        assert_eq!((7..3_u8).into_par_iter().count(), 0);
        assert_eq!((7..3_i64).into_par_iter().opt_len(), Some(0));
        assert_eq!((7..=6_u8).into_par_iter().count(), 0);
        assert_eq!((7..=3_u128).into_par_iter().collect::<Vec<_>>(), []);
        assert_eq!((i32::MAX..i32::MIN).into_par_iter().len(), 0);
        let mut used = 0..=3_u8;
        used.by_ref().for_each(drop);
        assert_eq!(used.clone().into_par_iter().len(), 0);
        assert_eq!(used.into_par_iter().count(), 0);
        let mut used = 0..=3_u64;
        used.by_ref().for_each(drop);
        assert_eq!(used.clone().into_par_iter().opt_len(), Some(0));
        assert_eq!(used.into_par_iter().count(), 0);
        let mut used = 'a'..='c';
        used.by_ref().for_each(drop);
        assert_eq!(used.into_par_iter().len(), 0);
    });
}

/// RNG-5: nothing wraps around at the ends of the types.
#[test]
fn rng_5_extremes() {
    watch!();
    in_pools(|| {
        macro_rules! ends {
            ($($number:ty)+) => {$(
                let (min, max) = (<$number>::MIN, <$number>::MAX);
                let top: Vec<_> = (max - 100..=max).into_par_iter().collect();
                assert!(top.into_iter().eq(max - 100..=max));
                let bottom: Vec<_> = (min..=min + 100).into_par_iter().collect();
                assert!(bottom.into_iter().eq(min..=min + 100));
                assert_eq!((min..=max).into_par_iter().find_first(|n| *n > min + 9), Some(min + 10));
            )+};
        }
        ends!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
        assert_eq!((i8::MIN..=i8::MAX).into_par_iter().count(), 256);
        assert_eq!((i32::MIN..i32::MAX).into_par_iter().len(), u32::MAX as usize);
        assert_eq!((isize::MIN..isize::MAX).into_par_iter().len(), usize::MAX);
        assert_eq!((i64::MIN..i64::MAX).into_par_iter().opt_len(), usize::try_from(u64::MAX).ok());
        assert_eq!(
            (isize::MIN..isize::MAX).into_par_iter().rev().find_first(|_| true),
            Some(isize::MAX - 1)
        );
        assert_eq!(repeat_n(7, usize::MAX).find_first(|_| true), Some(7));
        let octillion = 10_u128.pow(27);
        assert_eq!((0..octillion).into_par_iter().find_first(|n| *n >= 300), Some(300));
        let billion = || (0..1_000_000_000_u32).into_par_iter();
        let pairs = billion().flat_map(|a| billion().map(move |b| (a, b)));
        assert_eq!(pairs.find_first(|pair| pair.1 >= 300), Some((0, 300)));
        let triples = billion().map(|a| billion().map(move |b| (a, b))).flatten();
        assert!(triples.find_any(|_| true).is_some());
    });
}

/// RNG-6: the lengths and the items of adaptors that cut, step and join.
#[test]
fn rng_6_adaptors() {
    watch!();
    in_pools(|| {
        for len in [0_usize, 1, 2, 10, 99, 100] {
            let numbers = || (0..len).into_par_iter().with_max_len(3);
            for n in [1, 2, 3, 10, 33, 100, 101] {
                let skipped = numbers().skip(n).take(7);
                assert_eq!(skipped.len(), len.saturating_sub(n).min(7));
                assert!(skipped.collect::<Vec<_>>().into_iter().eq((0..len).skip(n).take(7)));
                let steps = numbers().step_by(n);
                assert_eq!(steps.len(), len.div_ceil(n));
                assert!(steps.collect::<Vec<_>>().into_iter().eq((0..len).step_by(n)));
                let reversed = numbers().step_by(n).rev().collect::<Vec<_>>();
                assert!(reversed.into_iter().eq((0..len).step_by(n).rev()));
                let chunks = numbers().chunks(n);
                assert_eq!(chunks.len(), len.div_ceil(n));
                let all: Vec<_> = (0..len).collect();
                assert_eq!(chunks.collect::<Vec<_>>(), all.chunks(n).collect::<Vec<_>>());
                let reversed = numbers().chunks(n).rev().collect::<Vec<_>>();
                assert_eq!(reversed, all.chunks(n).rev().collect::<Vec<_>>());
                let zipped = numbers().zip(0..n);
                assert_eq!(zipped.len(), len.min(n));
                assert!(zipped.collect::<Vec<_>>().into_iter().eq((0..len).zip(0..n)));
                let backwards: Vec<_> = numbers().zip(0..n).rev().collect();
                assert!(backwards.into_iter().eq((0..len.min(n)).map(|n| (n, n)).rev()));
                let joined = numbers().chain(0..n);
                assert_eq!(joined.len(), len + n);
                assert!(joined.collect::<Vec<_>>().into_iter().eq((0..len).chain(0..n)));
            }
        }
    });
}

/// RNG-6: tuples of up to twelve, by value, by reference and by mutable reference.
#[test]
fn rng_6_tuples() {
    watch!();
    in_pools(|| {
        let numbers = || 0..20;
        let one: Vec<_> = (numbers(),).into_par_iter().collect();
        assert!(one.into_iter().eq((0..20).map(|n| (n,))));
        let twelve = (
            0..5,
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            numbers(),
            10..90,
        );
        assert_eq!(twelve.clone().into_par_iter().len(), 5);
        let items: Vec<_> = twelve.into_par_iter().map(|t| (t.0, t.5, t.11)).collect();
        assert!(items.into_iter().eq((0..5).map(|n| (n, n, n + 10))));
        let (left, mut right) = ([1, 2, 3], vec![10, 20, 30, 40]);
        (&left, &mut right).into_par_iter().for_each(|(a, b)| *b += a);
        assert_eq!(right, [11, 22, 33, 40]);
        let mut pair = (left, right);
        assert_eq!(pair.par_iter().map(|(a, b)| a * b).sum::<i32>(), 11 + 44 + 99);
        pair.par_iter_mut().for_each(|(a, b)| std::mem::swap(a, b));
        assert_eq!(pair, ([11, 22, 33], vec![1, 2, 3, 40]));
    });
}
