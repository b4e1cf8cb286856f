//! Random slices and texts are cut, and sorted, as the standard library cuts and sorts them.

use super::api::prelude::*;
use super::kit::{panic_of, quiet_panic};
use super::pools::{MOST_THREADS, on};
use crate::random::check;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

fn threads(choice: u8) -> usize {
    1 + usize::from(choice) % MOST_THREADS
}

/// Compares the items of a parallel and a sequential iterator.
macro_rules! same {
    ($parallel:expr, $sequential:expr) => {
        assert_eq!($parallel.collect::<Vec<_>>(), $sequential.collect::<Vec<_>>())
    };
}

#[test]
fn slices() {
    watch!();
    check(|(vec, size, choice): (Vec<u8>, usize, u8)| {
        on(threads(choice), || {
            let size = 1 + size % (vec.len() + 2);
            same!(vec.par_chunks(size), vec.chunks(size));
            same!(vec.par_rchunks(size), vec.rchunks(size));
            same!(vec.par_chunks_exact(size), vec.chunks_exact(size));
            same!(vec.par_rchunks_exact(size).rev(), vec.rchunks_exact(size).rev());
            same!(vec.par_windows(size), vec.windows(size));
            same!(vec.par_array_windows::<4>(), vec.windows(4));
            let separates = |x: &u8| x % 8 == choice % 8;
            let alike = |x: &u8, y: &u8| x / 64 == y / 64;
            same!(vec.par_split(separates), vec.split(separates));
            same!(vec.par_split_inclusive(separates), vec.split_inclusive(separates));
            same!(vec.par_chunk_by(alike), vec.chunk_by(alike));
            let (mut one, mut two) = (vec.clone(), vec.clone());
            same!(one.par_chunks_mut(size), two.chunks_mut(size));
            same!(one.par_rchunks_mut(size), two.rchunks_mut(size));
            same!(one.par_chunks_exact_mut(size), two.chunks_exact_mut(size));
            same!(one.par_rchunks_exact_mut(size), two.rchunks_exact_mut(size));
            same!(one.par_split_mut(separates), two.split_mut(separates));
            same!(one.par_split_inclusive_mut(separates), two.split_inclusive_mut(separates));
            same!(one.par_chunk_by_mut(alike), two.chunk_by_mut(alike));
        });
    });
}

#[test]
fn texts() {
    watch!();
    const LETTERS: [&str; 10] = ["a", "b", ",", " ", "\n", "\r\n", "\t", "ä", "😀", "\u{2003}"];
    check(|(choices, choice): (Vec<u8>, u8)| {
        let letters = choices.iter().map(|&at| LETTERS[usize::from(at) % LETTERS.len()]);
        let text: &str = &letters.collect::<String>();
        on(threads(choice), || {
            same!(text.par_chars(), text.chars());
            same!(text.par_char_indices(), text.char_indices());
            same!(text.par_bytes(), text.bytes());
            same!(text.par_encode_utf16(), text.encode_utf16());
            same!(text.par_lines(), text.lines());
            same!(text.par_split_whitespace(), text.split_whitespace());
            same!(text.par_split_ascii_whitespace(), text.split_ascii_whitespace());
            for pattern in [&[','][..], &['ä', '😀'], &['a', ',', '\n'], &[]] {
                same!(text.par_split(pattern), text.split(pattern));
                same!(text.par_split_inclusive(pattern), text.split_inclusive(pattern));
                same!(text.par_split_terminator(pattern), text.split_terminator(pattern));
                same!(text.par_matches(pattern), text.matches(pattern));
                same!(text.par_match_indices(pattern), text.match_indices(pattern));
            }
            let mut drained = String::from(text);
            let half = (text.len() / 2..).find(|&at| text.is_char_boundary(at)).unwrap();
            assert_eq!(drained.par_drain(half..).collect::<String>(), text[half..]);
            assert_eq!(drained, text[..half]);
        });
    });
}

/// A key, and a number that tells its place.
type Keyed = (u16, usize);

/// Longer than what is sorted without cutting, with repeated keys and runs that are in order.
fn to_sort(seed: &[u16], stretch: usize) -> Vec<Keyed> {
    let keys = seed.iter().cycle().take(seed.len() * stretch).enumerate();
    keys.map(|(at, key)| (key.rotate_left((at / seed.len() % 3) as u32) % 500, at)).collect()
}

#[test]
fn sorts() {
    watch!();
    check(|(seed, choice): (Vec<u16>, u8)| {
        let vec = to_sort(&seed, [1, 20, 200][usize::from(choice) % 3]);
        on(threads(choice), || {
            let mut stable = vec.clone();
            stable.sort_by_key(|pair| pair.0);
            let mut sorted = vec.clone();
            sorted.sort();
            let compare = |expected: &[_], sort: &dyn Fn(&mut [Keyed])| {
                let mut copy = vec.clone();
                sort(&mut copy);
                assert!(copy == expected);
            };
            compare(&stable, &|v| v.par_sort_by_key(|pair| pair.0));
            compare(&stable, &|v| v.par_sort_by(|p, q| p.0.cmp(&q.0)));
            compare(&stable, &|v| v.par_sort_by_cached_key(|pair| pair.0));
            compare(&sorted, &|v| v.par_sort());
            compare(&sorted, &|v| v.par_sort_unstable());
            compare(&sorted, &|v| v.par_sort_unstable_by(Ord::cmp));
            compare(&sorted, &|v| v.par_sort_unstable_by_key(|pair| *pair));
        });
    });
}

/// A comparison that panics leaves the same items, in some order.
#[test]
fn sorts_that_panic() {
    watch!();
    check(|(seed, after, choice): (Vec<u16>, u16, u8)| {
        let mut vec = to_sort(&seed, 60);
        // No sort gets by with fewer comparisons than one for each pair of neighbours.
        let fatal = usize::from(after) % vec.len().saturating_sub(1).max(1);
        on(threads(choice), || {
            for stable in [false, true] {
                let compared = AtomicUsize::new(0);
                let compare = |p: &Keyed, q: &Keyed| {
                    if compared.fetch_add(1, Relaxed) == fatal {
                        quiet_panic("as wanted");
                    }
                    p.0.cmp(&q.0)
                };
                let mut copy = vec.clone();
                if vec.len() > 1 {
                    panic_of(|| match stable {
                        true => copy.par_sort_by(compare),
                        false => copy.par_sort_unstable_by(compare),
                    });
                }
                copy.sort();
                vec.sort();
                assert!(copy == vec);
            }
        });
    });
}
