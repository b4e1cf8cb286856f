//! Parallel iterators over strings.
//!
//! The methods are those of [`ParallelString`]; the types listed here are what they return. None of
//! them is indexed: how many items a part of a string makes shows when one looks at it.
//!
//! A string is cut near the middle, but never within a character, a line or a word: where these are very long there are
//! few pieces.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let text = "spin the thread\nmeasure the thread\ncut the thread\n";
//! let longest = text.par_lines().map(str::len).max();
//! assert_eq!(longest, Some(18));
//! assert_eq!(text.par_split_whitespace().filter(|&word| word == "thread").count(), 3);
//! ```
mod parallel_string;
mod pattern;
mod reading;
mod split;
mod words;

pub use self::parallel_string::ParallelString;
pub use self::reading::{Bytes, CharIndices, Chars, EncodeUtf16, MatchIndices, Matches};
pub(crate) use self::reading::{Text, read_chars};
pub use self::split::{Split, SplitInclusive, SplitTerminator};
pub use self::words::{Lines, SplitAsciiWhitespace, SplitWhitespace};
