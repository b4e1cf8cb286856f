//! Parallel iterators over a [`BinaryHeap`], in its internal order, and what is collected into one.
//!
//! Nothing is copied to iterate. Collecting gathers the items in parallel; the heap is built by the calling thread.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::BinaryHeap;
//!
//! let heap: BinaryHeap<u32> = (0..10_u32).into_par_iter().filter(|n| n % 3 == 0).collect();
//! assert_eq!(heap.par_iter().sum::<u32>(), 18);
//! assert_eq!(heap.into_sorted_vec(), [0, 3, 6, 9]);
//! ```
use std::collections::BinaryHeap;
use std::mem;

use super::extend_reserved;
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer, bridge};
use crate::iter::{
    FromParallelIterator, IndexedParallelIterator, IntoParallelIterator, ParallelDrainFull,
    ParallelDrainRange, ParallelExtend, ParallelIterator, clone_fields, delegate,
};
use crate::{slice, vec};

/// Yields the items of a heap by value; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::collections::binary_heap::IntoIter;
/// use moirai::prelude::*;
/// use std::collections::BinaryHeap;
///
/// let items: IntoIter<u32> = BinaryHeap::from([2, 1]).into_par_iter();
/// assert_eq!(items.sum::<u32>(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T> {
    base: vec::IntoIter<T>,
}
delegate! { indexed impl[T: Send] IntoIter<T> => T }

impl<T: Send> IntoParallelIterator for BinaryHeap<T> {
    type Item = T;
    type Iter = IntoIter<T>;

    fn into_par_iter(self) -> IntoIter<T> {
        let base = vec::IntoIter::new(self.into_vec());
        IntoIter { base }
    }
}

/// Yields the items of a heap by reference; see
/// [`par_iter`](crate::iter::IntoParallelRefIterator::par_iter).
///
/// ```
/// use moirai::collections::binary_heap::Iter;
/// use moirai::prelude::*;
/// use std::collections::BinaryHeap;
///
/// let heap = BinaryHeap::from([2, 1]);
/// let items: Iter<u32> = heap.par_iter();
/// assert_eq!(items.max(), Some(&2));
/// ```
#[derive(Debug)]
pub struct Iter<'a, T> {
    base: slice::Iter<'a, T>,
}
clone_fields! { impl['a, T] Iter<'a, T> { base } }
delegate! { indexed impl['a, T: Sync] Iter<'a, T> => &'a T }

impl<'a, T: Sync> IntoParallelIterator for &'a BinaryHeap<T> {
    type Item = &'a T;
    type Iter = Iter<'a, T>;

    fn into_par_iter(self) -> Iter<'a, T> {
        let base = self.as_slice().into_par_iter();
        Iter { base }
    }
}

impl<'a, T: Ord + Send> ParallelDrainFull for &'a mut BinaryHeap<T> {
    type Iter = Drain<'a, T>;
    type Item = T;

    fn par_drain(self) -> Drain<'a, T> {
        Drain { heap: self }
    }
}

/// Yields the items of a heap and leaves it empty, with its memory; see
/// [`par_drain`](crate::iter::ParallelDrainFull::par_drain).
///
/// ```
/// use moirai::collections::binary_heap::Drain;
/// use moirai::prelude::*;
/// use std::collections::BinaryHeap;
///
/// let mut heap = BinaryHeap::from([2, 1]);
/// let items: Drain<u32> = heap.par_drain();
/// assert_eq!(items.len(), 2);
/// ```
#[derive(Debug)]
pub struct Drain<'a, T> {
    heap: &'a mut BinaryHeap<T>,
}

impl<T: Ord + Send> ParallelIterator for Drain<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Ord + Send> IndexedParallelIterator for Drain<'_, T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        let mut vec = AsVec { items: mem::take(self.heap).into_vec(), heap: self.heap };
        vec.items.par_drain(..).with_producer(callback)
    }
}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        self.heap.clear();
    }
}

/// The items of a heap, to be drained; what is left goes back, which is the memory only.
struct AsVec<'a, T: Ord> {
    heap: &'a mut BinaryHeap<T>,
    items: Vec<T>,
}

impl<T: Ord> Drop for AsVec<'_, T> {
    fn drop(&mut self) {
        *self.heap = mem::take(&mut self.items).into();
    }
}

impl<T: Ord + Send> ParallelExtend<T> for BinaryHeap<T> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        extend_reserved(self, par_iter, BinaryHeap::reserve);
    }
}

impl<'a, T: 'a + Copy + Ord + Send + Sync> ParallelExtend<&'a T> for BinaryHeap<T> {
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, par_iter: I) {
        self.par_extend(par_iter.into_par_iter().copied());
    }
}

/// As into a vector, whose memory the heap takes over.
impl<T: Ord + Send> FromParallelIterator<T> for BinaryHeap<T> {
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Vec::from_par_iter(par_iter).into()
    }
}
