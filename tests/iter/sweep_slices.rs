//! The catalogue of slice and string iterators.

use super::api::prelude::*;
use super::api::slice::{ChunksExactMut, RChunksExactMut};
use super::sweep::{Order, Sweep, check};
use super::tracked::{Tracked, items};

const LENS: [usize; 6] = [0, 1, 2, 3, 6, 7];
const SIZES: [usize; 5] = [1, 2, 3, 7, usize::MAX];

pub(super) fn runs<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let vec = || items::<BYTES>(len);
        let slice = &*vec();
        for size in SIZES {
            sweep.indexed(slice.chunks(size), || slice.par_chunks(size));
            sweep.indexed(slice.rchunks(size), || slice.par_rchunks(size));
            sweep.indexed(slice.chunks_exact(size), || slice.par_chunks_exact(size));
            sweep.indexed(slice.rchunks_exact(size), || slice.par_rchunks_exact(size));
            sweep.indexed(slice.windows(size), || slice.par_windows(size));
            sweep.with(Order::Exact, slice.chunks(size), |mut check| {
                check.indexed(vec().par_chunks_mut(size));
            });
            sweep.with(Order::Exact, slice.rchunks(size), |mut check| {
                check.indexed(vec().par_rchunks_mut(size));
            });
            sweep.with(Order::Exact, slice.chunks_exact(size), |mut check| {
                check.indexed(vec().par_chunks_exact_mut(size));
            });
            sweep.with(Order::Exact, slice.rchunks_exact(size), |mut check| {
                check.indexed(vec().par_rchunks_exact_mut(size));
            });
        }
        sweep.indexed(slice.windows(1), || slice.par_array_windows::<1>());
        sweep.indexed(slice.windows(3), || slice.par_array_windows::<3>());
    }
}

/// All patterns of separators in short slices.
pub(super) fn pieces(sweep: &mut Sweep<'_>) {
    for (len, bits) in (0..=4).flat_map(|len| (0..1_u32 << len).map(move |bits| (len, bits))) {
        let vec = || (0..len).map(|at| Tracked::<8>::new(bits >> at & 1)).collect::<Vec<_>>();
        let slice = &*vec();
        let separates = |x: &Tracked<8>| x.number() == 1;
        let alike = |x: &Tracked<8>, y: &Tracked<8>| x == y;
        sweep.loose(Order::Exact, slice.split(separates), || slice.par_split(separates));
        sweep.loose(Order::Exact, slice.split_inclusive(separates), || {
            slice.par_split_inclusive(separates)
        });
        sweep.loose(Order::Exact, slice.chunk_by(alike), || slice.par_chunk_by(alike));
        sweep.with(Order::Exact, slice.split(separates), |mut check| {
            check.loose(vec().par_split_mut(separates));
        });
        sweep.with(Order::Exact, slice.split_inclusive(separates), |mut check| {
            check.loose(vec().par_split_inclusive_mut(separates));
        });
        sweep.with(Order::Exact, slice.chunk_by(alike), |mut check| {
            check.loose(vec().par_chunk_by_mut(alike));
        });
    }
}

/// No line ends in a lone `\r`, where rayon means another thing by `lines` than std.
const TEXTS: [&str; 10] = [
    "",
    ",",
    "ä",
    "a,b",
    ",ä,",
    "one,,three,",
    "ß😀,\r\ny\n\rz",
    " spin \u{2003} cut\n\t",
    "\n\n",
    "a\r\n\r\n",
];

pub(super) fn texts(sweep: &mut Sweep<'_>) {
    for text in TEXTS {
        sweep.loose(Order::Exact, text.chars(), || text.par_chars());
        sweep.loose(Order::Exact, text.char_indices(), || text.par_char_indices());
        sweep.loose(Order::Exact, text.bytes(), || text.par_bytes());
        sweep.loose(Order::Exact, text.encode_utf16(), || text.par_encode_utf16());
        sweep.loose(Order::Exact, text.lines(), || text.par_lines());
        sweep.loose(Order::Exact, text.split_whitespace(), || text.par_split_whitespace());
        sweep.loose(Order::Exact, text.split_ascii_whitespace(), || {
            text.par_split_ascii_whitespace()
        });
        macro_rules! pattern {
            ($pattern:expr) => {
                sweep.loose(Order::Exact, text.split($pattern), || text.par_split($pattern));
                sweep.loose(Order::Exact, text.split_inclusive($pattern), || {
                    text.par_split_inclusive($pattern)
                });
                sweep.loose(Order::Exact, text.split_terminator($pattern), || {
                    text.par_split_terminator($pattern)
                });
                sweep.loose(Order::Exact, text.matches($pattern), || text.par_matches($pattern));
                sweep.loose(Order::Exact, text.match_indices($pattern), || {
                    text.par_match_indices($pattern)
                });
            };
        }
        pattern!(',');
        pattern!(['ä', ',']);
        pattern!(&['ß', '😀']);
        pattern!(&[',', '\n'][..]);
        // Not a closure, which could not be shown by `Debug`.
        let is_alphabetic: fn(char) -> bool = char::is_alphabetic;
        pattern!(is_alphabetic);

        let chars = text.chars().count();
        let starts: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for range in [0..text.len(), starts[chars / 2]..text.len(), 0..starts[chars / 2]] {
            sweep.with(Order::Exact, text[range.clone()].chars(), |mut check| {
                let mut drained = String::from(text);
                check.loose(drained.par_drain(range.clone()));
                assert_eq!(drained, format!("{}{}", &text[..range.start], &text[range.end..]));
            });
        }
    }
}

#[test]
fn slices() {
    watch!();
    check(runs::<8>);
    check(pieces);
}

#[test]
fn strings() {
    watch!();
    check(texts);
}

/// What `_exact` leaves over can be had before the rest is driven.
#[test]
fn remainders() {
    watch!();
    for (len, size) in [(0, 1), (1, 2), (7, 3), (6, 3), (5, 9)] {
        let mut a: Vec<usize> = (0..len).collect();
        let mut b = a.clone();
        let par = a.par_chunks_exact(size);
        assert_eq!(par.remainder(), b.chunks_exact(size).remainder());
        assert_eq!(par.len(), len / size);
        assert_eq!(a.par_rchunks_exact(size).remainder(), b.rchunks_exact(size).remainder());

        let mut par = a.par_chunks_exact_mut(size);
        let left = b.chunks_exact_mut(size).into_remainder();
        assert_eq!(par.remainder(), left);
        assert_eq!(par.take_remainder(), left);
        assert!(par.remainder().is_empty());
        par.for_each(|chunk| chunk.fill(9));
        assert_eq!(a.iter().filter(|&&x| x == 9).count(), len / size * size);
        let left = b.chunks_exact_mut(size).into_remainder();
        assert_eq!(ChunksExactMut::into_remainder(a.par_chunks_exact_mut(size)), left);

        let mut a = b.clone();
        let mut par = a.par_rchunks_exact_mut(size);
        let left = b.rchunks_exact_mut(size).into_remainder();
        assert_eq!(par.remainder(), left);
        assert_eq!(par.take_remainder(), left);
        assert!(par.remainder().is_empty());
        assert_eq!(RChunksExactMut::into_remainder(a.par_rchunks_exact_mut(size)), left);
    }
}
