//! Parallel draining of a [`String`], and what is collected into one.
//!
//! A string is made of characters or of strings of any kind. Its characters, lines and words are iterated by the methods of
//! [`ParallelString`](crate::str::ParallelString).
//!
//! ```
//! use moirai::prelude::*;
//!
//! let mut text: String = ["warp", " & ", "weft"].into_par_iter().collect();
//! let tail: String = text.par_drain(4..).collect();
//! assert_eq!((text.as_str(), tail.as_str()), ("warp", " & weft"));
//! ```
use std::borrow::Cow;
use std::ops::{Range, RangeBounds};

use crate::bounds::checked_range;
use crate::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use crate::iter::{
    FromParallelIterator, IntoParallelIterator, ParallelDrainRange, ParallelExtend,
    ParallelIterator, gather, gather_text,
};
use crate::str::{Text, read_chars};

impl<'a> ParallelDrainRange<usize> for &'a mut String {
    type Iter = Drain<'a>;
    type Item = char;

    /// # Panics
    ///
    /// If the range does not lie within the string, or does not start and end between characters.
    fn par_drain<R: RangeBounds<usize>>(self, range: R) -> Drain<'a> {
        let range = checked_range(range, self.len());
        for end in [range.start, range.end] {
            assert!(self.is_char_boundary(end), "byte index {end} is not a char boundary");
        }
        Drain { string: self, range }
    }
}

/// Yields the characters in a range of a string and removes them from there; see
/// [`par_drain`](crate::iter::ParallelDrainRange::par_drain).
///
/// ```
/// use moirai::prelude::*;
/// use moirai::string::Drain;
///
/// let mut word = String::from("thread");
/// let tail: Drain = word.par_drain(2..);
/// assert_eq!(tail.count(), 4);
/// assert_eq!(word, "th");
/// ```
// Invariant: the range starts and ends at char boundaries of the string.
#[derive(Debug)]
pub struct Drain<'a> {
    string: &'a mut String,
    range: Range<usize>,
}

impl ParallelIterator for Drain<'_> {
    type Item = char;

    fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
        let part = &self.string[self.range.clone()];
        bridge_unindexed(Text::new(part, read_chars), consumer)
    }
}

impl Drop for Drain<'_> {
    fn drop(&mut self) {
        self.string.drain(self.range.clone());
    }
}

impl ParallelExtend<char> for String {
    fn par_extend<I: IntoParallelIterator<Item = char>>(&mut self, par_iter: I) {
        gather_text(self, par_iter.into_par_iter());
    }
}

impl<'a> ParallelExtend<&'a char> for String {
    fn par_extend<I: IntoParallelIterator<Item = &'a char>>(&mut self, par_iter: I) {
        gather_text(self, par_iter.into_par_iter());
    }
}

impl<'a> ParallelExtend<&'a str> for String {
    fn par_extend<I: IntoParallelIterator<Item = &'a str>>(&mut self, par_iter: I) {
        gather_text(self, par_iter.into_par_iter());
    }
}

/// For items that are strings themselves: they are gathered as they are, and copied once.
macro_rules! extend_by_strings {
    ($([$($generics:tt)*] $item:ty),+) => {$(
        impl<$($generics)*> ParallelExtend<$item> for String {
            fn par_extend<I: IntoParallelIterator<Item = $item>>(&mut self, par_iter: I) {
                let items = gather(par_iter.into_par_iter());
                let parts = || items.slices().flatten().map(AsRef::<str>::as_ref);
                self.reserve(parts().map(str::len).sum());
                parts().for_each(|part| self.push_str(part));
            }
        }
    )+};
}
extend_by_strings! { [] String, [] Box<str>, ['a] Cow<'a, str> }

/// A string or a boxed one is made by extending an empty one.
macro_rules! strings_from {
    ($([$($generics:tt)*] $item:ty),+) => {$(
        impl<$($generics)*> FromParallelIterator<$item> for String {
            fn from_par_iter<I: IntoParallelIterator<Item = $item>>(par_iter: I) -> Self {
                let mut string = String::new();
                string.par_extend(par_iter);
                string
            }
        }

        impl<$($generics)*> FromParallelIterator<$item> for Box<str> {
            fn from_par_iter<I: IntoParallelIterator<Item = $item>>(par_iter: I) -> Self {
                String::from_par_iter(par_iter).into_boxed_str()
            }
        }
    )+};
}
strings_from! { [] char, ['a] &'a char, ['a] &'a str, [] String, [] Box<str>, ['a] Cow<'a, str> }
