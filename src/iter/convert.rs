//! Ways into a parallel iterator and out of it: the parallel siblings of `IntoIterator`,
//! `FromIterator`, `Extend` and of the `drain` methods.
use std::ops::RangeBounds;

use super::ParallelIterator;

/// What can be turned into a parallel iterator.
///
/// Every parallel iterator is one already and is returned as it is.
pub trait IntoParallelIterator {
    /// The iterator that comes of it.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields.
    type Item: Send;

    /// Turns `self` into a parallel iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let squares: Vec<u32> = (1..5_u32).into_par_iter().map(|n| n * n).collect();
    /// assert_eq!(squares, [1, 4, 9, 16]);
    /// ```
    fn into_par_iter(self) -> Self::Iter;
}

/// What can be iterated in parallel by shared reference.
///
/// It comes for free: implement [`IntoParallelIterator`] for the reference type.
pub trait IntoParallelRefIterator<'data> {
    /// The iterator that comes of it.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields, usually `&'data T`.
    type Item: Send + 'data;

    /// Turns `&self` into a parallel iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let words = ["spin", "measure", "cut"];
    /// let letters: usize = words.par_iter().map(|word| word.len()).sum();
    /// assert_eq!(letters, 14);
    /// ```
    fn par_iter(&'data self) -> Self::Iter;
}

/// What can be iterated in parallel by mutable reference.
///
/// It comes for free: implement [`IntoParallelIterator`] for the mutable reference type.
pub trait IntoParallelRefMutIterator<'data> {
    /// The iterator that comes of it.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields, usually `&'data mut T`.
    type Item: Send + 'data;

    /// Turns `&mut self` into a parallel iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = [1, 2, 3];
    /// numbers.par_iter_mut().for_each(|n| *n += 10);
    /// assert_eq!(numbers, [11, 12, 13]);
    /// ```
    fn par_iter_mut(&'data mut self) -> Self::Iter;
}

impl<T: ParallelIterator> IntoParallelIterator for T {
    type Iter = T;
    type Item = T::Item;

    fn into_par_iter(self) -> T {
        self
    }
}

impl<'data, T: 'data + ?Sized> IntoParallelRefIterator<'data> for T
where
    &'data T: IntoParallelIterator,
{
    type Iter = <&'data T as IntoParallelIterator>::Iter;
    type Item = <&'data T as IntoParallelIterator>::Item;

    fn par_iter(&'data self) -> Self::Iter {
        self.into_par_iter()
    }
}

impl<'data, T: 'data + ?Sized> IntoParallelRefMutIterator<'data> for T
where
    &'data mut T: IntoParallelIterator,
{
    type Iter = <&'data mut T as IntoParallelIterator>::Iter;
    type Item = <&'data mut T as IntoParallelIterator>::Item;

    fn par_iter_mut(&'data mut self) -> Self::Iter {
        self.into_par_iter()
    }
}

/// What can be made from the items of a parallel iterator; see [`ParallelIterator::collect`].
pub trait FromParallelIterator<T>
where
    T: Send,
{
    /// Makes a value from all items of `par_iter`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers = Vec::from_par_iter(0..4);
    /// assert_eq!(numbers, [0, 1, 2, 3]);
    /// ```
    fn from_par_iter<I>(par_iter: I) -> Self
    where
        I: IntoParallelIterator<Item = T>;
}

/// What can take in the items of a parallel iterator beside those it has.
pub trait ParallelExtend<T>
where
    T: Send,
{
    /// Adds all items of `par_iter`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = vec![7];
    /// numbers.par_extend(0..3);
    /// assert_eq!(numbers, [7, 0, 1, 2]);
    /// ```
    fn par_extend<I>(&mut self, par_iter: I)
    where
        I: IntoParallelIterator<Item = T>;
}

/// What can give away all its items and stay behind empty, with its room for later items.
pub trait ParallelDrainFull {
    /// The draining iterator.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields.
    type Item: Send;

    /// Removes all items and iterates over them in parallel.
    ///
    /// Items that nobody consumes are dropped with the iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::collections::HashSet;
    ///
    /// let mut numbers: HashSet<u32> = (0..10).collect();
    /// let total: u32 = numbers.par_drain().sum();
    /// assert_eq!(total, 45);
    /// assert!(numbers.is_empty());
    /// ```
    fn par_drain(self) -> Self::Iter;
}

/// What can give away the items in a range of indices.
pub trait ParallelDrainRange<Idx = usize> {
    /// The draining iterator.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields.
    type Item: Send;

    /// Removes the items in `range` and iterates over them in parallel.
    ///
    /// Items that nobody consumes are dropped with the iterator.
    ///
    /// # Panics
    ///
    /// If the range does not lie within the bounds.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = vec![0, 1, 2, 3, 4];
    /// let total: i32 = numbers.par_drain(1..3).sum();
    /// assert_eq!(total, 3);
    /// assert_eq!(numbers, [0, 3, 4]);
    /// ```
    fn par_drain<R>(self, range: R) -> Self::Iter
    where
        R: RangeBounds<Idx>;
}
