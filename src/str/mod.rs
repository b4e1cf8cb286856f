//! Parallel iterators over strings.
//!
//! The methods are those of [`ParallelString`]; the types listed here are what they return. None of
//! them is indexed: how many items a part of a string makes shows when one looks at it.
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
