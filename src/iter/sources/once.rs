//! `once`: a single item.
use super::{AtMostOne, delegate};

/// Makes a parallel iterator that yields `item` and nothing else.
///
/// It is of use before or behind another one, joined by `chain`.
///
/// ```
/// use moirai::prelude::*;
///
/// let numbers: Vec<u32> = moirai::iter::once(7).chain(0..3).collect();
/// assert_eq!(numbers, [7, 0, 1, 2]);
/// ```
pub fn once<T: Send>(item: T) -> Once<T> {
    Once { base: AtMostOne(Some(item)) }
}

/// Yields one item; see [`once()`].
#[derive(Clone, Debug)]
pub struct Once<T> {
    base: AtMostOne<T>,
}

delegate! { indexed impl[T: Send] Once<T> => T }
