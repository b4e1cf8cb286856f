//! What strings are searched for: single characters, told by one of several means.

/// A pattern that matches single characters.
///
/// That it never matches more than one is why a string can be cut between any two of them.
#[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
pub trait Pattern: Sized + Sync + Send {
    /// The first match in `text`.
    fn first_in(&self, text: &str) -> Option<usize>;

    /// The last match in `text`.
    fn last_in(&self, text: &str) -> Option<usize>;

    /// As [`str::split`].
    fn split<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str>;

    /// As [`str::split_inclusive`].
    fn split_inclusive<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str>;

    /// As [`str::match_indices`].
    fn match_indices<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)>;
}

/// Writes the methods, given what std takes for the pattern.
macro_rules! search_for {
    ($this:ident => $pattern:expr) => {
        fn first_in(&$this, text: &str) -> Option<usize> {
            text.find($pattern)
        }

        fn last_in(&$this, text: &str) -> Option<usize> {
            text.rfind($pattern)
        }

        fn split<'t>(&$this, text: &'t str) -> impl Iterator<Item = &'t str> {
            text.split($pattern)
        }

        fn split_inclusive<'t>(&$this, text: &'t str) -> impl Iterator<Item = &'t str> {
            text.split_inclusive($pattern)
        }

        fn match_indices<'t>(&$this, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
            text.match_indices($pattern)
        }
    };
}

impl Pattern for char {
    search_for! { self => *self }
}

impl<const N: usize> Pattern for [char; N] {
    search_for! { self => self }
}

impl<const N: usize> Pattern for &[char; N] {
    search_for! { self => *self }
}

impl Pattern for &[char] {
    search_for! { self => *self }
}

impl<F: Fn(char) -> bool + Sync + Send> Pattern for F {
    search_for! { self => self }
}
