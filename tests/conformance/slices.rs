//! Section 15: slices.

use super::api::prelude::*;
use super::kit::in_pools;
use std::cmp::Ordering::{Greater, Less};

const LENGTHS: [usize; 8] = [0, 1, 2, 7, 8, 64, 99, 100];

/// SLI-1: chunks from either end, the shorter one last; `exact` leaves it out, and says so before.
#[test]
fn sli_1_chunks() {
    watch!();
    in_pools(|| {
        for len in LENGTHS {
            let items: Vec<_> = (0..len).collect();
            let mut copy = items.clone();
            for n in [1, 2, 3, 7, 99, 100, 101, usize::MAX] {
                macro_rules! same {
                    ($par:ident, $seq:ident) => {
                        let expected: Vec<_> = items.$seq(n).collect();
                        let chunks = || items.$par(n).with_max_len(1);
                        assert_eq!(chunks().collect::<Vec<_>>(), expected);
                        assert_eq!(chunks().len(), expected.len());
                        let backwards: Vec<_> = chunks().rev().enumerate().collect();
                        assert!(backwards.into_iter().eq(items.$seq(n).rev().enumerate()));
                    };
                }
                macro_rules! same_mut {
                    ($par:ident, $seq:ident) => {
                        let expected: Vec<_> = items.$seq(n).collect();
                        let chunks: Vec<_> = copy.$par(n).with_max_len(1).collect();
                        assert_eq!(chunks, expected);
                    };
                }
                macro_rules! remainder {
                    ($par:ident, $par_mut:ident, $seq:ident) => {
                        let expected = items.$seq(n).remainder();
                        assert_eq!(items.$par(n).remainder(), expected);
                        assert_eq!(copy.$par_mut(n).into_remainder(), expected);
                        let mut chunks = copy.$par_mut(n);
                        assert_eq!(chunks.remainder(), expected);
                        assert_eq!(chunks.take_remainder(), expected);
                        assert_eq!(chunks.take_remainder(), []);
                        assert_eq!(chunks.len(), len / n);
                    };
                }
                same!(par_chunks, chunks);
                same!(par_rchunks, rchunks);
                same!(par_chunks_exact, chunks_exact);
                same!(par_rchunks_exact, rchunks_exact);
                same!(par_windows, windows);
                same_mut!(par_chunks_mut, chunks);
                same_mut!(par_rchunks_mut, rchunks);
                same_mut!(par_chunks_exact_mut, chunks_exact);
                same_mut!(par_rchunks_exact_mut, rchunks_exact);
                remainder!(par_chunks_exact, par_chunks_exact_mut, chunks_exact);
                remainder!(par_rchunks_exact, par_rchunks_exact_mut, rchunks_exact);
            }
            let arrays: Vec<_> = items.par_array_windows::<3>().map(|window| &window[..]).collect();
            assert_eq!(arrays, items.windows(3).collect::<Vec<_>>());
        }
        let numbers: Vec<_> = (0..10).collect();
        let chunks: Vec<_> = numbers.par_rchunks(4).collect();
        assert_eq!(chunks, [&[6, 7, 8, 9][..], &[2, 3, 4, 5], &[0, 1]]);
    });
}

/// Every list of a few bools of each length up to 9.
fn patterns() -> impl Iterator<Item = Vec<bool>> {
    (0..10_u32).flat_map(|len| {
        (0..1 << len).map(move |bits: u32| (0..len).map(|at| bits >> at & 1 == 1).collect())
    })
}

/// SLI-2: n separators, n + 1 parts; inclusive ones end their part.
#[test]
fn sli_2_split() {
    watch!();
    in_pools(|| {
        let nothing: [bool; 0] = [];
        assert_eq!(nothing.par_split(|b| *b).collect::<Vec<_>>(), [&[]]);
        assert_eq!(nothing.par_split_inclusive(|b| *b).count(), 0);
        for mut list in patterns() {
            let parts: Vec<&[bool]> = list.par_split(|b| *b).collect();
            assert!(parts.into_iter().eq(list.split(|b| *b)));
            let parts: Vec<&[bool]> = list.par_split_inclusive(|b| *b).collect();
            assert!(parts.into_iter().eq(list.split_inclusive(|b| *b)));
            let copy = list.clone();
            let parts: Vec<&mut [bool]> = list.par_split_mut(|b| *b).collect();
            assert!(parts.into_iter().eq(copy.split(|b| *b)));
            let parts: Vec<&mut [bool]> = list.par_split_inclusive_mut(|b| *b).collect();
            assert!(parts.into_iter().eq(copy.split_inclusive(|b| *b)));
        }
        let long: Vec<_> = (0..10_000).collect();
        let separator = |n: &i32| n % 97 == 13;
        let parts: Vec<&[i32]> = long.par_split(separator).collect();
        assert!(parts.into_iter().eq(long.split(separator)));
        assert!(long.par_split(separator).find_first(|part| part.len() > 13).is_some());
    });
}

/// SLI-3: the longest runs within which neighbours agree.
#[test]
fn sli_3_chunk_by() {
    watch!();
    in_pools(|| {
        let nothing: [bool; 0] = [];
        assert_eq!(nothing.par_chunk_by(|_, _| true).count(), 0);
        for mut list in patterns() {
            let runs: Vec<&[bool]> = list.par_chunk_by(|a, b| a == b).collect();
            assert!(runs.into_iter().eq(list.chunk_by(|a, b| a == b)));
            let runs: Vec<&[bool]> = list.par_chunk_by(|a, b| a <= b).collect();
            assert!(runs.into_iter().eq(list.chunk_by(|a, b| a <= b)));
            let copy = list.clone();
            let runs: Vec<&mut [bool]> = list.par_chunk_by_mut(|a, b| a == b).collect();
            assert!(runs.into_iter().eq(copy.chunk_by(|a, b| a == b)));
        }
        let long: Vec<_> = (0..10_000).map(|n| n * n % 101).collect();
        let runs: Vec<&[i32]> = long.par_chunk_by(|a, b| a <= b).collect();
        assert!(runs.into_iter().eq(long.chunk_by(|a, b| a <= b)));
    });
}

type Pair = (usize, usize);

/// Numbers in which many are equal, in no order; the second of a pair is its place.
fn mixed(len: usize) -> Vec<Pair> {
    (0..len).map(|n| (n.wrapping_mul(0x9E37_79B9) >> 7 & 63, n)).collect()
}

const SORTED_LENGTHS: [usize; 9] = [0, 1, 2, 20, 21, 100, 2001, 5001, 30_000];

/// SLI-4: the result is that of the standard library's sorts, where equal elements keep their
/// order.
#[test]
fn sli_4_sorts() {
    watch!();
    in_pools(|| {
        for len in SORTED_LENGTHS {
            let items = mixed(len);
            let mut stable = items.clone();
            stable.sort_by_key(|item| item.0);
            let mut reversed = items.clone();
            reversed.sort_by_key(|item| std::cmp::Reverse(item.0));
            let mut total = items.clone();
            total.sort();
            macro_rules! sorts {
                ($($expected:ident: $method:ident($($arg:expr)?)),+ $(,)?) => {$(
                    let mut copy = items.clone();
                    copy.$method($($arg)?);
                    assert_eq!(copy, $expected, stringify!($method));
                    // Once more, of what is sorted already.
                    copy.$method($($arg)?);
                    assert_eq!(copy, $expected, stringify!($method));
                )+};
            }
            sorts! {
                total: par_sort(),
                stable: par_sort_by(|a, b| a.0.cmp(&b.0)),
                reversed: par_sort_by(|a, b| b.0.cmp(&a.0)),
                stable: par_sort_by_key(|item| item.0),
                stable: par_sort_by_cached_key(|item| item.0),
                total: par_sort_unstable(),
                total: par_sort_unstable_by(Ord::cmp),
                total: par_sort_unstable_by_key(|item| *item),
            }
        }
    });
}

/// SLI-4: a comparison that contradicts itself gives some permutation.
#[test]
fn sli_4_inconsistent_order() {
    watch!();
    in_pools(|| {
        for len in SORTED_LENGTHS {
            let wrong: [fn(usize, usize) -> bool; 3] =
                [|_, _| true, |a, b| a / 3 % 2 < b % 5, |a, b| a.wrapping_mul(b) % 7 < 3];
            for less in wrong {
                let compare = |a: &Pair, b: &Pair| {
                    if less(a.1, b.1) { Less } else { Greater }
                };
                let check = |sort: &dyn Fn(&mut [Pair])| {
                    let mut items = mixed(len);
                    sort(&mut items);
                    items.sort_by_key(|item| item.1);
                    assert_eq!(items, mixed(len));
                };
                check(&|items| items.par_sort_by(compare));
                // rayon's recursion is too deep for a worker's stack if more are sorted so.
                if len <= 2001 {
                    check(&|items| items.par_sort_unstable_by(compare));
                }
            }
        }
    });
}
