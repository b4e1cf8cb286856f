//! What calls that are dealt give back is what the same calls in sequence do.

use crate::shapes::{SHAPES, pool};
use moirai::prelude::*;

const ITEMS: usize = 6000;

/// Runs a test in a pool of each shape, in which calls are dealt, several times: what is known of a call changes.
fn in_shapes(test: impl Fn(&[u64]) + Send + Sync) {
    let numbers: Vec<u64> = (0..ITEMS as u64).map(|n| n.wrapping_mul(0x9E37_79B9) >> 7).collect();
    for (machine, threads) in SHAPES {
        let pool = pool(machine, *threads);
        for _ in 0..3 {
            pool.install(|| test(&numbers));
        }
        let work = pool.metrics().total();
        assert!(work.items_at_home() + work.items_away() > 0, "{machine}: something was dealt");
    }
}

/// Expensive enough to be worth dealing.
fn mix(n: &u64) -> u64 {
    (0..20).fold(*n, |n, step| n.rotate_left(5) ^ step)
}

#[test]
fn collects_in_order() {
    watch!();
    in_shapes(|numbers| {
        let expected: Vec<u64> = numbers.iter().map(mix).collect();
        assert_eq!(numbers.par_iter().map(mix).collect::<Vec<_>>(), expected);
        let odd = |n: &u64| n % 3 == 1;
        let filtered: Vec<u64> = numbers.par_iter().map(mix).filter(odd).collect();
        assert_eq!(filtered, expected.iter().copied().filter(odd).collect::<Vec<_>>());
        let reversed: Vec<u64> = numbers.par_iter().rev().map(mix).collect();
        assert!(reversed.iter().eq(expected.iter().rev()));
        let (even, uneven): (Vec<u64>, Vec<u64>) =
            numbers.par_iter().map(mix).partition(|n| n % 2 == 0);
        let sequential: (Vec<u64>, Vec<u64>) = expected.iter().partition(|n| **n % 2 == 0);
        assert_eq!((even, uneven), sequential);
    });
}

#[test]
fn sums_and_folds() {
    watch!();
    in_shapes(|numbers| {
        let total: u64 = numbers.iter().map(mix).fold(0, u64::wrapping_add);
        let parts = numbers.par_iter().map(mix).fold(|| 0, u64::wrapping_add);
        assert_eq!(parts.reduce(|| 0, u64::wrapping_add), total);
        assert_eq!(
            numbers.par_iter().map(|n| mix(n) >> 20).sum::<u64>(),
            numbers.iter().map(|n| mix(n) >> 20).sum::<u64>()
        );
        // Not commutative: the order of the shares matters.
        let text = |n: &u64| (mix(n) % 10).to_string();
        let joined = numbers.par_iter().map(text).reduce(String::new, |left, right| left + &right);
        assert_eq!(joined, numbers.iter().map(text).collect::<String>());
    });
}

#[test]
fn pairs_and_chunks() {
    watch!();
    in_shapes(|numbers| {
        let pairs: Vec<(u64, usize)> = numbers.par_iter().map(mix).zip(0..ITEMS).collect();
        assert!(pairs.into_iter().eq(numbers.iter().map(mix).zip(0..ITEMS)));
        let sums: Vec<u64> = numbers
            .par_chunks(7)
            .map(|chunk| chunk.iter().map(mix).fold(0, u64::wrapping_add))
            .collect();
        assert!(
            sums.into_iter().eq(numbers
                .chunks(7)
                .map(|chunk| chunk.iter().map(mix).fold(0, u64::wrapping_add)))
        );
        let chunks: Vec<Vec<u64>> = numbers.par_iter().map(mix).chunks(13).collect();
        assert_eq!(chunks.concat(), numbers.iter().map(mix).collect::<Vec<_>>());
        let mut written = vec![0; ITEMS];
        written.par_iter_mut().enumerate().for_each(|(index, n)| *n = mix(&numbers[index]));
        assert!(written.into_iter().eq(numbers.iter().map(mix)));
    });
}

#[test]
fn extremes_and_searches() {
    watch!();
    in_shapes(|numbers| {
        let by_low_bits = |a: &u64, b: &u64| (a % 97).cmp(&(b % 97));
        // The first least and the last greatest, as in sequence.
        assert_eq!(
            numbers.par_iter().map(mix).min_by(by_low_bits),
            numbers.iter().map(mix).min_by(by_low_bits)
        );
        assert_eq!(
            numbers.par_iter().map(mix).max_by(by_low_bits),
            numbers.iter().map(mix).max_by(by_low_bits)
        );
        for at in [0, ITEMS / 2, ITEMS - 1] {
            let wanted = mix(&numbers[at]);
            assert_eq!(numbers.par_iter().map(mix).find_any(|n| *n == wanted), Some(wanted));
            assert!(numbers.par_iter().map(mix).any(|n| n == wanted));
            assert_eq!(
                numbers.par_iter().position_first(|n| mix(n) == wanted),
                numbers.iter().position(|n| mix(n) == wanted)
            );
            assert_eq!(
                numbers.par_iter().position_last(|n| mix(n) == wanted),
                numbers.iter().rposition(|n| mix(n) == wanted)
            );
        }
        assert!(numbers.par_iter().all(|n| mix(n) == mix(n)));
        assert_eq!(numbers.par_iter().find_any(|n| mix(n) == 1 && mix(n) == 2), None);
    });
}
