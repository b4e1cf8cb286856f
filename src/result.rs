//! Parallel iterators over the item in a [`Result`], if there is one.
//!
//! An error yields nothing. These are here for code that is generic over what it iterates, and for
//! joining with other iterators.
//!
//! Collecting into a `Result` gives the collection of what all items hold, or soon after an error that one; of several errors
//! any one.
//!
//! ```
//! use moirai::prelude::*;
//! use std::num::ParseIntError;
//!
//! let parse = |words: [&str; 3]| -> Result<Vec<u32>, ParseIntError> {
//!     words.into_par_iter().map(str::parse).collect()
//! };
//! assert_eq!(parse(["1", "2", "3"]), Ok(vec![1, 2, 3]));
//! assert!(parse(["1", "two", "3"]).is_err());
//! ```
use std::sync::PoisonError;

use crate::iter::{
    FromParallelIterator, IntoParallelIterator, ParallelIterator, clone_fields, delegate,
};
use crate::option;
use crate::util::lock::Mutex;

/// Yields the item of a `Result` by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::result::IntoIter;
/// use moirai::prelude::*;
///
/// let value: Result<u32, ()> = Ok(7);
/// let item: IntoIter<u32> = value.into_par_iter();
/// assert_eq!(item.collect::<Vec<u32>>(), [7]);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T> {
    base: option::IntoIter<T>,
}
delegate! { indexed impl[T: Send] IntoIter<T> => T }

/// Yields the item of a `Result` by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::result::Iter;
/// use moirai::prelude::*;
///
/// let value: Result<u32, ()> = Ok(7);
/// let item: Iter<u32> = value.par_iter();
/// assert_eq!(item.len(), 1);
/// ```
#[derive(Debug)]
pub struct Iter<'data, T> {
    base: option::IntoIter<&'data T>,
}
clone_fields! { impl['data, T] Iter<'data, T> { base } }
delegate! { indexed impl['data, T: Sync] Iter<'data, T> => &'data T }

/// Yields the item of a `Result` by mutable reference; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
///
/// ```
/// use moirai::result::IterMut;
/// use moirai::prelude::*;
///
/// let mut value: Result<u32, ()> = Ok(7);
/// let item: IterMut<u32> = value.par_iter_mut();
/// item.for_each(|n| *n += 1);
/// assert_eq!(value, Ok(8));
/// ```
#[derive(Debug)]
pub struct IterMut<'data, T> {
    base: option::IntoIter<&'data mut T>,
}
delegate! { indexed impl['data, T: Send] IterMut<'data, T> => &'data mut T }

impl<T: Send, E> IntoParallelIterator for Result<T, E> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        IntoIter { base: option::IntoIter::new(self.ok()) }
    }
}

impl<'data, T: Sync, E> IntoParallelIterator for &'data Result<T, E> {
    type Item = &'data T;
    type Iter = Iter<'data, T>;

    fn into_par_iter(self) -> Iter<'data, T> {
        Iter { base: option::IntoIter::new(self.as_ref().ok()) }
    }
}

impl<'data, T: Send, E> IntoParallelIterator for &'data mut Result<T, E> {
    type Item = &'data mut T;
    type Iter = IterMut<'data, T>;

    fn into_par_iter(self) -> IterMut<'data, T> {
        IterMut { base: option::IntoIter::new(self.as_mut().ok()) }
    }
}

/// The collection of all items that are `Ok`, or an error as soon as there is one.
///
/// With several errors it is any of them.
impl<C, T, E> FromParallelIterator<Result<T, E>> for Result<C, E>
where
    C: FromParallelIterator<T>,
    T: Send,
    E: Send,
{
    fn from_par_iter<I: IntoParallelIterator<Item = Result<T, E>>>(par_iter: I) -> Self {
        let failure = Mutex::new(None);
        let keep_errors = |item| match item {
            Ok(item) => Some(item),
            Err(error) => {
                keep_first(&failure, error);
                None
            }
        };
        let collection = par_iter.into_par_iter().map(keep_errors).while_some().collect();
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(collection),
        }
    }
}

/// Out of the way of the items that are `Ok`.
#[cold]
#[inline(never)]
fn keep_first<E>(failure: &Mutex<Option<E>>, error: E) {
    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
    if failure.is_none() {
        *failure = Some(error);
    }
}
