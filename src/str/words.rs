//! Lines and words: what a string is split into most often.
use super::ParallelString;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::UnindexedConsumer;

/// Yields the lines of a string; see [`ParallelString::par_lines`].
#[derive(Clone, Debug)]
pub struct Lines<'ch>(pub(super) &'ch str);

impl<'ch> ParallelIterator for Lines<'ch> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<&'ch str>>(self, consumer: C) -> C::Result {
        self.0
            .par_split_terminator('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .drive_unindexed(consumer)
    }
}

/// Yields the words of a string; see [`ParallelString::par_split_whitespace`].
#[derive(Clone, Debug)]
pub struct SplitWhitespace<'ch>(pub(super) &'ch str);

impl<'ch> ParallelIterator for SplitWhitespace<'ch> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<&'ch str>>(self, consumer: C) -> C::Result {
        self.0
            .par_split(char::is_whitespace)
            .filter(|word| !word.is_empty())
            .drive_unindexed(consumer)
    }
}

/// Yields the words of a string of ASCII text; see
/// [`ParallelString::par_split_ascii_whitespace`].
#[derive(Clone, Debug)]
pub struct SplitAsciiWhitespace<'ch>(pub(super) &'ch str);

impl<'ch> ParallelIterator for SplitAsciiWhitespace<'ch> {
    type Item = &'ch str;

    fn drive_unindexed<C: UnindexedConsumer<&'ch str>>(self, consumer: C) -> C::Result {
        self.0
            .par_split(|c: char| c.is_ascii_whitespace())
            .filter(|word| !word.is_empty())
            .drive_unindexed(consumer)
    }
}
