//! What a string is split into by a pattern.
use std::ops::Range;

use super::pattern::Pattern;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use crate::pieces::{Boundaries, Pieces, Strip};

/// Yields the parts of a string between separators; see [`ParallelString::par_split`].
///
/// [`ParallelString::par_split`]: super::ParallelString::par_split
#[derive(Clone, Debug)]
pub struct Split<'ch, P: Pattern> {
    text: &'ch str,
    pattern: P,
}

impl<'ch, P: Pattern> Split<'ch, P> {
    pub(super) fn new(text: &'ch str, pattern: P) -> Self {
        Split { text, pattern }
    }
}

impl<'ch, P: Pattern> ParallelIterator for Split<'ch, P> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Between(&self.pattern);
        bridge_unindexed(Pieces::new(self.text, true, &boundaries), consumer)
    }
}

/// Yields the parts of a string before terminators; see [`ParallelString::par_split_terminator`].
///
/// [`ParallelString::par_split_terminator`]: super::ParallelString::par_split_terminator
#[derive(Clone, Debug)]
pub struct SplitTerminator<'ch, P: Pattern> {
    text: &'ch str,
    pattern: P,
}

impl<'ch, P: Pattern> SplitTerminator<'ch, P> {
    pub(super) fn new(text: &'ch str, pattern: P) -> Self {
        SplitTerminator { text, pattern }
    }
}

impl<'ch, P: Pattern> ParallelIterator for SplitTerminator<'ch, P> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Between(&self.pattern);
        bridge_unindexed(Pieces::new(self.text, false, &boundaries), consumer)
    }
}

/// Yields parts of a string that end with separators; see [`ParallelString::par_split_inclusive`].
///
/// [`ParallelString::par_split_inclusive`]: super::ParallelString::par_split_inclusive
#[derive(Clone, Debug)]
pub struct SplitInclusive<'ch, P: Pattern> {
    text: &'ch str,
    pattern: P,
}

impl<'ch, P: Pattern> SplitInclusive<'ch, P> {
    pub(super) fn new(text: &'ch str, pattern: P) -> Self {
        SplitInclusive { text, pattern }
    }
}

impl<'ch, P: Pattern> ParallelIterator for SplitInclusive<'ch, P> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        let boundaries = Behind(&self.pattern);
        bridge_unindexed(Pieces::new(self.text, false, &boundaries), consumer)
    }
}

/// Separators belong to no piece.
struct Between<'p, P>(&'p P);

impl<'t, P: Pattern> Boundaries<&'t str> for Between<'_, P> {
    const SEPARATES: bool = true;

    fn first(&self, text: &&'t str, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        Some(start + self.0.first_in(&text[within])?)
    }

    fn last(&self, text: &&'t str, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        Some(start + self.0.last_in(&text[within])?)
    }

    fn cut(&self, text: &'t str, at: usize) -> (&'t str, &'t str) {
        let (left, rest) = text.cut(at);
        (left, rest.cut(first_char_len(rest)).1)
    }

    fn pieces(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.split(text)
    }
}

/// Separators belong to the piece before them.
struct Behind<'p, P>(&'p P);

impl<'t, P: Pattern> Boundaries<&'t str> for Behind<'_, P> {
    const SEPARATES: bool = false;

    fn first(&self, text: &&'t str, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        Some(start + self.0.first_in(&text[within])?)
    }

    fn last(&self, text: &&'t str, within: Range<usize>) -> Option<usize> {
        let start = within.start;
        Some(start + self.0.last_in(&text[within])?)
    }

    fn cut(&self, text: &'t str, at: usize) -> (&'t str, &'t str) {
        text.cut(at + first_char_len(&text[at..]))
    }

    fn pieces(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.split_inclusive(text)
    }
}

/// The number of bytes of the first character.
fn first_char_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
