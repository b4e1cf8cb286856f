//! What can be done with a string in parallel.
use super::pattern::Pattern;
use super::{
    Bytes, CharIndices, Chars, EncodeUtf16, Lines, MatchIndices, Matches, Split,
    SplitAsciiWhitespace, SplitInclusive, SplitTerminator, SplitWhitespace,
};

/// Parallel iterators over a string.
///
/// A pattern is a `char`, an array or a slice of them, or a function from `char` to `bool`. Parts of the string are borrowed:
/// nothing is copied or allocated.
///
/// ```
/// use moirai::prelude::*;
///
/// let text = "name: loom\nthreads: 12\n";
/// let keys: Vec<&str> = text.par_lines().filter_map(|line| line.split(':').next()).collect();
/// assert_eq!(keys, ["name", "threads"]);
/// ```
pub trait ParallelString {
    /// The string that the other methods work on.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!(String::from("loom").as_parallel_string(), "loom");
    /// ```
    fn as_parallel_string(&self) -> &str;

    /// Yields the characters.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!("loom".par_chars().max(), Some('o'));
    /// ```
    fn par_chars(&self) -> Chars<'_> {
        Chars::new(self.as_parallel_string())
    }

    /// Yields the characters, each with the place in bytes where it starts.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let last = "große".par_char_indices().find_last(|_| true);
    /// assert_eq!(last, Some((5, 'e')));
    /// ```
    fn par_char_indices(&self) -> CharIndices<'_> {
        CharIndices::new(self.as_parallel_string())
    }

    /// Yields the bytes.
    ///
    /// Unlike those of `as_bytes().par_iter()` they are not indexed: the string is cut between
    /// characters only.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!("ß".par_bytes().collect::<Vec<u8>>(), [0xC3, 0x9F]);
    /// ```
    fn par_bytes(&self) -> Bytes<'_> {
        Bytes::new(self.as_parallel_string())
    }

    /// Yields the string in UTF-16.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!("ß".par_encode_utf16().collect::<Vec<u16>>(), [0xDF]);
    /// ```
    fn par_encode_utf16(&self) -> EncodeUtf16<'_> {
        EncodeUtf16::new(self.as_parallel_string())
    }

    /// Yields the parts between matches of `separator`.
    ///
    /// There is one part more than there are matches, and parts may be empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let parts: Vec<&str> = "warp,weft,".par_split(',').collect();
    /// assert_eq!(parts, ["warp", "weft", ""]);
    /// ```
    fn par_split<P: Pattern>(&self, separator: P) -> Split<'_, P> {
        Split::new(self.as_parallel_string(), separator)
    }

    /// Yields parts that end with the matches of `separator`.
    ///
    /// What follows the last match is a part unless it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let parts: Vec<&str> = "warp,weft,".par_split_inclusive([',', ';']).collect();
    /// assert_eq!(parts, ["warp,", "weft,"]);
    /// ```
    fn par_split_inclusive<P: Pattern>(&self, separator: P) -> SplitInclusive<'_, P> {
        SplitInclusive::new(self.as_parallel_string(), separator)
    }

    /// Yields the parts before the matches of `terminator`.
    ///
    /// What follows the last match is a part unless it is empty.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let parts: Vec<&str> = "warp,,weft,".par_split_terminator(',').collect();
    /// assert_eq!(parts, ["warp", "", "weft"]);
    /// ```
    fn par_split_terminator<P: Pattern>(&self, terminator: P) -> SplitTerminator<'_, P> {
        SplitTerminator::new(self.as_parallel_string(), terminator)
    }

    /// Yields the lines, without `\n` or `\r\n` at their ends.
    ///
    /// A `\r` at the very end of the string is left out too, even without a `\n`; `str::lines` of std keeps it.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let lengths: Vec<usize> = "one\r\n\nthree".par_lines().map(str::len).collect();
    /// assert_eq!(lengths, [3, 0, 5]);
    /// ```
    fn par_lines(&self) -> Lines<'_> {
        Lines(self.as_parallel_string())
    }

    /// Yields the words, that is, the longest parts without whitespace.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!("  spin measure\n\tcut ".par_split_whitespace().count(), 3);
    /// ```
    fn par_split_whitespace(&self) -> SplitWhitespace<'_> {
        SplitWhitespace(self.as_parallel_string())
    }

    /// Yields the longest parts without ASCII whitespace.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!("  spin measure\n\tcut ".par_split_ascii_whitespace().count(), 3);
    /// ```
    fn par_split_ascii_whitespace(&self) -> SplitAsciiWhitespace<'_> {
        SplitAsciiWhitespace(self.as_parallel_string())
    }

    /// Yields the matches of `pattern`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let digits: Vec<&str> = "1a22".par_matches(|c: char| c.is_ascii_digit()).collect();
    /// assert_eq!(digits, ["1", "2", "2"]);
    /// ```
    fn par_matches<P: Pattern>(&self, pattern: P) -> Matches<'_, P> {
        Matches::new(self.as_parallel_string(), pattern)
    }

    /// Yields the matches of `pattern`, each with the place in bytes where it starts.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let places: Vec<(usize, &str)> = "große Nase".par_match_indices('e').collect();
    /// assert_eq!(places, [(5, "e"), (10, "e")]);
    /// ```
    fn par_match_indices<P: Pattern>(&self, pattern: P) -> MatchIndices<'_, P> {
        MatchIndices::new(self.as_parallel_string(), pattern)
    }
}

impl ParallelString for str {
    fn as_parallel_string(&self) -> &str {
        self
    }
}
