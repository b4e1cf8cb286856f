//! The elements of a slice.
use crate::iter::{IntoParallelIterator, clone_fields, indexed_source};
use crate::pieces::Elements;

/// Yields references to the elements of a slice; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
#[derive(Debug)]
pub struct Iter<'data, T> {
    slice: &'data [T],
}
clone_fields! { impl['data, T] Iter<'data, T> { slice } }

impl<'data, T> Iter<'data, T> {
    pub(crate) fn into_slice(self) -> &'data [T] {
        self.slice
    }
}

indexed_source! {
    impl['data, T: Sync] Iter<'data, T> => &'data T;
    len(this) { this.slice.len() }
    producer(this) { Elements(this.slice) }
}

impl<'data, T: Sync> IntoParallelIterator for &'data [T] {
    type Item = &'data T;
    type Iter = Iter<'data, T>;

    fn into_par_iter(self) -> Iter<'data, T> {
        Iter { slice: self }
    }
}

impl<'data, T: Sync> IntoParallelIterator for &'data Box<[T]> {
    type Item = &'data T;
    type Iter = Iter<'data, T>;

    fn into_par_iter(self) -> Iter<'data, T> {
        Iter { slice: self }
    }
}

/// Yields mutable references to the elements of a slice; see
/// [`par_iter_mut`](crate::iter::IntoParallelRefMutIterator::par_iter_mut).
#[derive(Debug)]
pub struct IterMut<'data, T> {
    slice: &'data mut [T],
}

indexed_source! {
    impl['data, T: Send] IterMut<'data, T> => &'data mut T;
    len(this) { this.slice.len() }
    producer(this) { Elements(this.slice) }
}

impl<'data, T: Send> IntoParallelIterator for &'data mut [T] {
    type Item = &'data mut T;
    type Iter = IterMut<'data, T>;

    fn into_par_iter(self) -> IterMut<'data, T> {
        IterMut { slice: self }
    }
}

impl<'data, T: Send> IntoParallelIterator for &'data mut Box<[T]> {
    type Item = &'data mut T;
    type Iter = IterMut<'data, T>;

    fn into_par_iter(self) -> IterMut<'data, T> {
        IterMut { slice: self }
    }
}
