//! Ways into a parallel iterator and out of it: the parallel siblings of `IntoIterator`,
//! `FromIterator`, `Extend` and of the `drain` methods.
use std::ops::RangeBounds;

use super::ParallelIterator;

/// What can be turned into a parallel iterator.
///
/// Every parallel iterator is one already and is returned as it is.
///
/// ```
/// use moirai::prelude::*;
///
/// /// A collection of one's own.
/// struct Shelf(Vec<String>);
///
/// impl IntoParallelIterator for Shelf {
///     type Item = String;
///     type Iter = moirai::vec::IntoIter<String>;
///
///     fn into_par_iter(self) -> Self::Iter {
///         self.0.into_par_iter()
///     }
/// }
///
/// let shelf = Shelf(vec!["warp".into(), "weft".into()]);
/// assert_eq!(shelf.into_par_iter().map(|item| item.len()).sum::<usize>(), 8);
/// ```
pub trait IntoParallelIterator {
    /// The iterator that comes of it.
    type Iter: ParallelIterator<Item = Self::Item>;

    /// What the iterator yields.
    type Item: Send;

    /// Turns `self` into a parallel iterator.
    ///
    /// Costs nothing, but for collections whose items do not stand side by side; see [`collections`](crate::collections).
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
///
/// ```
/// use moirai::prelude::*;
///
/// struct Shelf(Vec<String>);
///
/// impl<'a> IntoParallelIterator for &'a Shelf {
///     type Item = &'a String;
///     type Iter = moirai::slice::Iter<'a, String>;
///
///     fn into_par_iter(self) -> Self::Iter {
///         self.0.par_iter()
///     }
/// }
///
/// let shelf = Shelf(vec!["warp".into(), "weft".into()]);
/// assert!(shelf.par_iter().any(|item| item == "weft"));
/// ```
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
///
/// ```
/// use moirai::prelude::*;
///
/// struct Shelf(Vec<String>);
///
/// impl<'a> IntoParallelIterator for &'a mut Shelf {
///     type Item = &'a mut String;
///     type Iter = moirai::slice::IterMut<'a, String>;
///
///     fn into_par_iter(self) -> Self::Iter {
///         self.0.par_iter_mut()
///     }
/// }
///
/// let mut shelf = Shelf(vec!["warp".into(), "weft".into()]);
/// shelf.par_iter_mut().for_each(|item| item.make_ascii_uppercase());
/// assert_eq!(shelf.0, ["WARP", "WEFT"]);
/// ```
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
///
/// Vectors, boxed slices, `Rc<[T]>` and `Arc<[T]>`, strings, all collections of std, `Cow` of these; pairs of collections
/// from pairs or from [`Either`](super::Either); `Option` and `Result` of a collection; and `()` from `()`.
///
/// ```
/// use moirai::prelude::*;
///
/// /// A collection of one's own.
/// struct Shelf(Vec<String>);
///
/// impl<'a> FromParallelIterator<&'a str> for Shelf {
///     fn from_par_iter<I: IntoParallelIterator<Item = &'a str>>(items: I) -> Self {
///         Shelf(items.into_par_iter().map(str::to_owned).collect())
///     }
/// }
///
/// let shelf: Shelf = ["warp", "weft"].into_par_iter().collect();
/// assert_eq!(shelf.0, ["warp", "weft"]);
/// ```
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
///
/// [`collect_vec_list`](ParallelIterator::collect_vec_list) is the way for collections that are filled by one thread:
///
/// ```
/// use moirai::prelude::*;
///
/// #[derive(Default)]
/// struct Histogram([usize; 10]);
///
/// impl ParallelExtend<u8> for Histogram {
///     fn par_extend<I: IntoParallelIterator<Item = u8>>(&mut self, digits: I) {
///         for digit in digits.into_par_iter().collect_vec_list().into_iter().flatten() {
///             self.0[usize::from(digit)] += 1;
///         }
///     }
/// }
///
/// let mut histogram = Histogram::default();
/// histogram.par_extend([3, 1, 3]);
/// assert_eq!(histogram.0[3], 2);
/// ```
pub trait ParallelExtend<T>
where
    T: Send,
{
    /// Adds all items of `par_iter`. Makes room for all of them at once, where the collection has such a thing as room.
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
///
/// It is implemented for mutable references to `HashMap`, `HashSet` and `BinaryHeap`.
///
/// ```
/// use moirai::prelude::*;
/// use std::collections::BinaryHeap;
///
/// let mut heap = BinaryHeap::from([3, 1, 2]);
/// let room = heap.capacity();
/// assert_eq!(heap.par_drain().max(), Some(3));
/// assert_eq!((heap.len(), heap.capacity()), (0, room));
/// ```
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
///
/// It is implemented for mutable references to `Vec`, `VecDeque` and `String`.
///
/// ```
/// use moirai::prelude::*;
///
/// let mut numbers: Vec<u32> = (0..10).collect();
/// // A drain that is dropped at once removes the range all the same.
/// drop(numbers.par_drain(2..));
/// assert_eq!(numbers, [0, 1]);
/// ```
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
