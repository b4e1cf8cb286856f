//! `empty`: no items.
use std::fmt;

use super::{AtMostOne, delegate};

/// Makes a parallel iterator that yields nothing.
///
/// ```
/// use moirai::prelude::*;
///
/// let nothing = moirai::iter::empty::<u32>();
/// assert_eq!(nothing.len(), 0);
/// assert_eq!(nothing.max(), None);
/// ```
pub fn empty<T: Send>() -> Empty<T> {
    Empty { base: AtMostOne(None) }
}

/// Yields nothing; see [`empty()`].
pub struct Empty<T> {
    base: AtMostOne<T>,
}

impl<T> Clone for Empty<T> {
    fn clone(&self) -> Self {
        Empty { base: AtMostOne(None) }
    }
}

impl<T: Send> fmt::Debug for Empty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Empty")
    }
}

delegate! { indexed impl[T: Send] Empty<T> => T }
