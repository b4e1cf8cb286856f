//! What is read off a string place by place: its characters, bytes, code units and matches.
use std::str;

use super::pattern::Pattern;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use crate::pieces::Strip;

/// The producer: a part of a string, and how to read it.
///
/// The function is given the part and the place where it starts in the whole.
pub(crate) struct Text<'t, R> {
    pub(crate) text: &'t str,
    pub(crate) start: usize,
    pub(crate) read: R,
}

impl<'t, R> Text<'t, R> {
    /// All of `text`.
    pub(crate) fn new(text: &'t str, read: R) -> Self {
        Text { text, start: 0, read }
    }
}

impl<'t, R, I> UnindexedProducer for Text<'t, R>
where
    R: Fn(usize, &'t str) -> I + Copy + Send,
    I: Iterator,
{
    type Item = I::Item;

    fn split(self) -> (Self, Option<Self>) {
        let middle = self.text.middle(self.text.len());
        if middle == 0 {
            return (self, None);
        }
        let (left, right) = self.text.cut(middle);
        (
            Text { text: left, ..self },
            Some(Text { text: right, start: self.start + middle, ..self }),
        )
    }

    fn fold_with<F: Folder<I::Item>>(self, folder: F) -> F {
        folder.consume_iter((self.read)(self.start, self.text))
    }
}

/// Reads the characters.
pub(crate) fn read_chars(_start: usize, text: &str) -> str::Chars<'_> {
    text.chars()
}

/// Yields the characters of a string; see [`ParallelString::par_chars`].
///
/// [`ParallelString::par_chars`]: super::ParallelString::par_chars
#[derive(Clone, Debug)]
pub struct Chars<'ch> {
    text: &'ch str,
}

impl<'ch> Chars<'ch> {
    pub(super) fn new(text: &'ch str) -> Self {
        Chars { text }
    }
}

impl<'ch> ParallelIterator for Chars<'ch> {
    type Item = char;

    fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
        bridge_unindexed(Text::new(self.text, read_chars), consumer)
    }
}

/// Yields the characters of a string with their places; see [`ParallelString::par_char_indices`].
///
/// [`ParallelString::par_char_indices`]: super::ParallelString::par_char_indices
#[derive(Clone, Debug)]
pub struct CharIndices<'ch> {
    text: &'ch str,
}

impl<'ch> CharIndices<'ch> {
    pub(super) fn new(text: &'ch str) -> Self {
        CharIndices { text }
    }
}

impl<'ch> ParallelIterator for CharIndices<'ch> {
    type Item = (usize, char);

    fn drive_unindexed<C: UnindexedConsumer<(usize, char)>>(self, consumer: C) -> C::Result {
        let read =
            |start: usize, text: &'ch str| text.char_indices().map(move |(at, c)| (start + at, c));
        bridge_unindexed(Text::new(self.text, read), consumer)
    }
}

/// Yields the bytes of a string; see [`ParallelString::par_bytes`].
///
/// [`ParallelString::par_bytes`]: super::ParallelString::par_bytes
#[derive(Clone, Debug)]
pub struct Bytes<'ch> {
    text: &'ch str,
}

impl<'ch> Bytes<'ch> {
    pub(super) fn new(text: &'ch str) -> Self {
        Bytes { text }
    }
}

impl<'ch> ParallelIterator for Bytes<'ch> {
    type Item = u8;

    fn drive_unindexed<C: UnindexedConsumer<u8>>(self, consumer: C) -> C::Result {
        let read = |_start: usize, text: &'ch str| text.bytes();
        bridge_unindexed(Text::new(self.text, read), consumer)
    }
}

/// Yields a string as UTF-16; see [`ParallelString::par_encode_utf16`].
///
/// [`ParallelString::par_encode_utf16`]: super::ParallelString::par_encode_utf16
#[derive(Clone, Debug)]
pub struct EncodeUtf16<'ch> {
    text: &'ch str,
}

impl<'ch> EncodeUtf16<'ch> {
    pub(super) fn new(text: &'ch str) -> Self {
        EncodeUtf16 { text }
    }
}

impl<'ch> ParallelIterator for EncodeUtf16<'ch> {
    type Item = u16;

    fn drive_unindexed<C: UnindexedConsumer<u16>>(self, consumer: C) -> C::Result {
        let read = |_start: usize, text: &'ch str| text.encode_utf16();
        bridge_unindexed(Text::new(self.text, read), consumer)
    }
}

/// Yields the matches of a pattern; see [`ParallelString::par_matches`].
///
/// [`ParallelString::par_matches`]: super::ParallelString::par_matches
#[derive(Clone, Debug)]
pub struct Matches<'ch, P: Pattern> {
    text: &'ch str,
    pattern: P,
}

impl<'ch, P: Pattern> Matches<'ch, P> {
    pub(super) fn new(text: &'ch str, pattern: P) -> Self {
        Matches { text, pattern }
    }
}

impl<'ch, P: Pattern> ParallelIterator for Matches<'ch, P> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let pattern = &self.pattern;
        let read =
            |_start: usize, text: &'ch str| pattern.match_indices(text).map(|(_at, found)| found);
        bridge_unindexed(Text::new(self.text, read), consumer)
    }
}

/// Yields the matches of a pattern with their places; see [`ParallelString::par_match_indices`].
///
/// [`ParallelString::par_match_indices`]: super::ParallelString::par_match_indices
#[derive(Clone, Debug)]
pub struct MatchIndices<'ch, P: Pattern> {
    text: &'ch str,
    pattern: P,
}

impl<'ch, P: Pattern> MatchIndices<'ch, P> {
    pub(super) fn new(text: &'ch str, pattern: P) -> Self {
        MatchIndices { text, pattern }
    }
}

impl<'ch, P: Pattern> ParallelIterator for MatchIndices<'ch, P> {
    type Item = (usize, &'ch str);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let pattern = &self.pattern;
        let read = |start: usize, text: &'ch str| {
            let found = pattern.match_indices(text);
            found.map(move |(at, part)| (start + at, part))
        };
        bridge_unindexed(Text::new(self.text, read), consumer)
    }
}
