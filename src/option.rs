//! Parallel iterators over the item in an [`Option`], if there is one.
//!
//! One item is nothing to share out; these are here for code that is generic over what it
//! iterates, and for joining with other iterators.
//!
//! Collecting into an `Option` gives the collection of what all items hold, or `None` soon after any item is `None`.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let numbers: Vec<u32> = Some(7).into_par_iter().chain(0..3).collect();
//! assert_eq!(numbers, [7, 0, 1, 2]);
//!
//! let halves = |numbers: [u32; 3]| -> Option<Vec<u32>> {
//!     numbers.into_par_iter().map(|n| (n % 2 == 0).then_some(n / 2)).collect()
//! };
//! assert_eq!(halves([2, 4, 6]), Some(vec![1, 2, 3]));
//! assert_eq!(halves([2, 5, 6]), None);
//! ```
use std::sync::atomic::{AtomicBool, Ordering};

use crate::iter::{
    AtMostOne, FromParallelIterator, IntoParallelIterator, ParallelIterator, clone_fields, delegate,
};

/// Yields the item of an `Option` by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::option::IntoIter;
/// use moirai::prelude::*;
///
/// let value: Option<u32> = Some(7);
/// let item: IntoIter<u32> = value.into_par_iter();
/// assert_eq!(item.collect::<Vec<u32>>(), [7]);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T> {
    base: AtMostOne<T>,
}

impl<T> IntoIter<T> {
    pub(crate) fn new(option: Option<T>) -> Self {
        IntoIter { base: AtMostOne(option) }
    }
}

delegate! { indexed impl[T: Send] IntoIter<T> => T }

/// Yields the item of an `Option` by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::option::Iter;
/// use moirai::prelude::*;
///
/// let value: Option<u32> = Some(7);
/// let item: Iter<u32> = value.par_iter();
/// assert_eq!(item.len(), 1);
/// ```
#[derive(Debug)]
pub struct Iter<'data, T> {
    base: IntoIter<&'data T>,
}
clone_fields! { impl['data, T] Iter<'data, T> { base } }
delegate! { indexed impl['data, T: Sync] Iter<'data, T> => &'data T }

/// Yields the item of an `Option` by mutable reference; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
///
/// ```
/// use moirai::option::IterMut;
/// use moirai::prelude::*;
///
/// let mut value: Option<u32> = Some(7);
/// let item: IterMut<u32> = value.par_iter_mut();
/// item.for_each(|n| *n += 1);
/// assert_eq!(value, Some(8));
/// ```
#[derive(Debug)]
pub struct IterMut<'data, T> {
    base: IntoIter<&'data mut T>,
}
delegate! { indexed impl['data, T: Send] IterMut<'data, T> => &'data mut T }

impl<T: Send> IntoParallelIterator for Option<T> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        IntoIter::new(self)
    }
}

impl<'data, T: Sync> IntoParallelIterator for &'data Option<T> {
    type Item = &'data T;
    type Iter = Iter<'data, T>;

    fn into_par_iter(self) -> Iter<'data, T> {
        Iter { base: IntoIter::new(self.as_ref()) }
    }
}

impl<'data, T: Send> IntoParallelIterator for &'data mut Option<T> {
    type Item = &'data mut T;
    type Iter = IterMut<'data, T>;

    fn into_par_iter(self) -> IterMut<'data, T> {
        IterMut { base: IntoIter::new(self.as_mut()) }
    }
}

/// The collection of all items that are there, or `None` as soon as one is missing.
impl<C, T> FromParallelIterator<Option<T>> for Option<C>
where
    C: FromParallelIterator<T>,
    T: Send,
{
    fn from_par_iter<I: IntoParallelIterator<Item = Option<T>>>(par_iter: I) -> Self {
        let missing = AtomicBool::new(false);
        let collection = par_iter
            .into_par_iter()
            .inspect(|item| {
                if item.is_none() {
                    // ORDERING: Relaxed. Read below, after the threads have been joined.
                    missing.store(true, Ordering::Relaxed);
                }
            })
            .while_some()
            .collect();
        (!missing.into_inner()).then_some(collection)
    }
}
