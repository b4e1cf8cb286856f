//! Parallel iterators over a [`Vec`] by value, and what is collected into one.
//!
//! By reference a vector is iterated as the [slice](crate::slice) that it is. When collecting, items whose number is known are
//! written straight to their places; others are gathered in one vector for each piece, which are then appended in order.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let names = vec!["clotho".to_owned(), "lachesis".to_owned()];
//! let upper: Vec<String> = names.into_par_iter().map(|name| name.to_uppercase()).collect();
//! assert_eq!(upper, ["CLOTHO", "LACHESIS"]);
//! ```
use std::iter::FusedIterator;
use std::ops::{Range, RangeBounds};
use std::rc::Rc;
use std::sync::Arc;
use std::{mem, ptr, slice};

use crate::bounds::checked_range;
use crate::iter::plumbing::{Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge};
use crate::iter::{
    FromParallelIterator, IndexedParallelIterator, IntoParallelIterator, ParallelDrainRange,
    ParallelExtend, ParallelIterator, extend_vec,
};
use crate::pieces::addresses;

impl<'data, T: Sync> IntoParallelIterator for &'data Vec<T> {
    type Item = &'data T;
    type Iter = crate::slice::Iter<'data, T>;

    fn into_par_iter(self) -> Self::Iter {
        self.as_slice().into_par_iter()
    }
}

impl<'data, T: Send> IntoParallelIterator for &'data mut Vec<T> {
    type Item = &'data mut T;
    type Iter = crate::slice::IterMut<'data, T>;

    fn into_par_iter(self) -> Self::Iter {
        self.as_mut_slice().into_par_iter()
    }
}

/// Yields the items of a vector by value, and drops what is not consumed; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::prelude::*;
/// use moirai::vec::IntoIter;
///
/// let items: IntoIter<u32> = vec![2, 1].into_par_iter();
/// assert_eq!(items.rev().collect::<Vec<u32>>(), [1, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T> {
    vec: Vec<T>,
}

impl<T> IntoIter<T> {
    pub(crate) fn new(vec: Vec<T>) -> Self {
        IntoIter { vec }
    }

    pub(crate) fn into_vec(self) -> Vec<T> {
        self.vec
    }
}

impl<T: Send> IntoParallelIterator for Vec<T> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        IntoIter::new(self)
    }
}

impl<T: Send> IntoParallelIterator for Box<[T]> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        self.into_vec().into_par_iter()
    }
}

impl<T: Send> ParallelIterator for IntoIter<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Send> IndexedParallelIterator for IntoIter<T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.vec.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(mut self, callback: CB) -> CB::Output {
        // The items leave the vector, and its memory is freed at the end.
        self.vec.par_drain(..).with_producer(callback)
    }
}

impl<'data, T: Send> ParallelDrainRange<usize> for &'data mut Vec<T> {
    type Iter = Drain<'data, T>;
    type Item = T;

    fn par_drain<R: RangeBounds<usize>>(self, range: R) -> Drain<'data, T> {
        Drain {
            range: checked_range(range, self.len()),
            len_before: self.len(),
            items_lent: false,
            vec: self,
        }
    }
}

/// Yields the items in a range of a vector and removes them from there; see
/// [`par_drain`](crate::iter::ParallelDrainRange::par_drain).
///
/// ```
/// use moirai::prelude::*;
/// use moirai::vec::Drain;
///
/// let mut numbers = vec![2, 1, 0];
/// let items: Drain<u32> = numbers.par_drain(..2);
/// assert_eq!(items.sum::<u32>(), 3);
/// assert_eq!(numbers, [0]);
/// ```
// Invariant: until `items_lent` is set the vector is as it was, `len_before` items long, and `range` lies
// within. Afterwards it ends where the range starts; the items of the range are no longer its
// business, those behind the range still stand in its buffer.
#[derive(Debug)]
pub struct Drain<'data, T: Send> {
    vec: &'data mut Vec<T>,
    range: Range<usize>,
    len_before: usize,
    items_lent: bool,
}

impl<T: Send> ParallelIterator for Drain<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Send> IndexedParallelIterator for Drain<'_, T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.range.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(mut self, callback: CB) -> CB::Output {
        self.items_lent = true;
        // SAFETY: the range lies within the vector, so its start is at most the length.
        unsafe { self.vec.set_len(self.range.start) };
        let first = self.vec.as_mut_ptr().wrapping_add(self.range.start);
        // SAFETY: the items of the range are initialized and stay where they are while `self`
        // keeps the vector; shortened, it does not touch them any more.
        let items = unsafe { slice::from_raw_parts_mut(first, self.range.len()) };
        // SAFETY: the vector has just given the items up, and nobody looks at them afterwards.
        let producer = unsafe { DrainProducer::new(items) };
        callback.callback(producer)
    }
}

impl<T: Send> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        let Range { start, end } = self.range;
        if !self.items_lent {
            self.vec.drain(start..end);
            return;
        }
        let tail = self.len_before - end;
        let items = self.vec.as_mut_ptr();
        // Both places are within the buffer, whose first `len_before` slots were in use.
        let (from, to) = (items.wrapping_add(end), items.wrapping_add(start));
        // SAFETY: by the invariant `tail` items stand behind the range. The slots from `start` on
        // may be overwritten: the items of the range are gone, and moved items count once.
        unsafe { ptr::copy(from, to, tail) };
        // SAFETY: the items before `start` never moved, and `tail` items follow them now.
        unsafe { self.vec.set_len(start + tail) };
    }
}

/// Items that are to be moved out of where they stand.
///
/// # Invariant
///
/// The items belong to this value: each is moved out or dropped by it, and by nobody else.
pub(crate) struct DrainProducer<'data, T: Send> {
    items: &'data mut [T],
}

impl<'data, T: Send> DrainProducer<'data, T> {
    /// Takes over the items in `items`.
    ///
    /// # Safety
    ///
    /// The caller owns the items, and neither it nor anybody else uses them or drops them as long
    /// as they stand in this slice or afterwards.
    pub(crate) unsafe fn new(items: &'data mut [T]) -> Self {
        DrainProducer { items }
    }
}

impl<'data, T: Send> Producer for DrainProducer<'data, T> {
    type Item = T;
    type IntoIter = DrainIter<'data, T>;

    fn into_iter(mut self) -> DrainIter<'data, T> {
        DrainIter { items: mem::take(&mut self.items).iter_mut() }
    }

    fn split_at(mut self, index: usize) -> (Self, Self) {
        let (left, right) = mem::take(&mut self.items).split_at_mut(index);
        (DrainProducer { items: left }, DrainProducer { items: right })
    }

    fn __memory(&self) -> Option<Range<usize>> {
        Some(addresses(self.items))
    }
}

impl<T: Send> Drop for DrainProducer<'_, T> {
    fn drop(&mut self) {
        // SAFETY: by the invariant these items are ours, and we are their end.
        unsafe { ptr::drop_in_place(self.items) };
    }
}

/// Moves items out one by one and drops the rest.
///
/// # Invariant
///
/// As for [`DrainProducer`]: what `items` has not yielded yet belongs to this value.
pub(crate) struct DrainIter<'data, T> {
    items: slice::IterMut<'data, T>,
}

impl<T> Iterator for DrainIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let place = self.items.next()?;
        // SAFETY: the item was ours by the invariant, and `items` does not yield its place again.
        Some(unsafe { ptr::read(place) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<T> DoubleEndedIterator for DrainIter<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        let place = self.items.next_back()?;
        // SAFETY: the item was ours by the invariant, and `items` does not yield its place again.
        Some(unsafe { ptr::read(place) })
    }
}

impl<T> ExactSizeIterator for DrainIter<'_, T> {}

impl<T> FusedIterator for DrainIter<'_, T> {}

impl<T> Drop for DrainIter<'_, T> {
    fn drop(&mut self) {
        let rest: *mut [T] = mem::take(&mut self.items).into_slice();
        // SAFETY: by the invariant the rest is ours, and we are its end.
        unsafe { ptr::drop_in_place(rest) };
    }
}

/// In place if the number of items is known.
impl<T: Send> FromParallelIterator<T> for Vec<T> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        let mut vec = Vec::new();
        vec.par_extend(par_iter);
        vec
    }
}

impl<T: Send> ParallelExtend<T> for Vec<T> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        extend_vec(self, par_iter.into_par_iter());
    }
}

impl<'a, T: 'a + Copy + Send + Sync> ParallelExtend<&'a T> for Vec<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

impl<T: Send> FromParallelIterator<T> for Box<[T]> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Vec::from_par_iter(par_iter).into()
    }
}

impl<T: Send> FromParallelIterator<T> for Rc<[T]> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Vec::from_par_iter(par_iter).into()
    }
}

impl<T: Send> FromParallelIterator<T> for Arc<[T]> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Vec::from_par_iter(par_iter).into()
    }
}
