//! `empty`: no items.
use std::fmt;
use std::marker::PhantomData;

use super::{AtMostOne, indexed_source};

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
    Empty { marker: PhantomData }
}

/// Yields nothing; see [`empty()`].
pub struct Empty<T> {
    marker: PhantomData<T>,
}

impl<T> Clone for Empty<T> {
    fn clone(&self) -> Self {
        Empty { marker: PhantomData }
    }
}

impl<T: Send> fmt::Debug for Empty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Empty")
    }
}

indexed_source! {
    impl[T: Send] Empty<T> => T;
    len(_this) { 0 }
    producer(_this) { AtMostOne(None) }
}
