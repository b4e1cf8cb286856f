//! `once`: a single item.
use super::{AtMostOne, indexed_source};

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
    Once { item }
}

/// Yields one item; see [`once()`].
#[derive(Clone, Debug)]
pub struct Once<T> {
    item: T,
}

indexed_source! {
    impl[T: Send] Once<T> => T;
    len(_this) { 1 }
    producer(this) { AtMostOne(Some(this.item)) }
}
