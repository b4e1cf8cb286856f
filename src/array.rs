//! Parallel iterators over arrays by value.
//!
//! By reference an array is iterated as the [slice](mod@slice) that it is.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let lengths: Vec<usize> = ["spin", "measure", "cut"].into_par_iter().map(str::len).collect();
//! assert_eq!(lengths, [4, 7, 3]);
//! ```
use std::mem::ManuallyDrop;

use crate::iter::IntoParallelIterator;
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer, bridge};
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use crate::slice;
use crate::vec::DrainProducer;

impl<'data, T: Sync, const N: usize> IntoParallelIterator for &'data [T; N] {
    type Item = &'data T;
    type Iter = slice::Iter<'data, T>;

    fn into_par_iter(self) -> Self::Iter {
        self.as_slice().into_par_iter()
    }
}

impl<'data, T: Send, const N: usize> IntoParallelIterator for &'data mut [T; N] {
    type Item = &'data mut T;
    type Iter = slice::IterMut<'data, T>;

    fn into_par_iter(self) -> Self::Iter {
        self.as_mut_slice().into_par_iter()
    }
}

impl<T: Send, const N: usize> IntoParallelIterator for [T; N] {
    type Item = T;
    type Iter = IntoIter<T, N>;

    fn into_par_iter(self) -> IntoIter<T, N> {
        IntoIter { array: self }
    }
}

/// Yields the items of an array by value, and drops what is not consumed; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::array::IntoIter;
/// use moirai::prelude::*;
///
/// let items: IntoIter<u32, 2> = [2, 1].into_par_iter();
/// assert_eq!(items.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct IntoIter<T, const N: usize> {
    array: [T; N],
}

impl<T, const N: usize> IntoIter<T, N> {
    /// The array.
    pub(crate) fn into_array(self) -> [T; N] {
        self.array
    }
}

impl<T: Send, const N: usize> ParallelIterator for IntoIter<T, N> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(N)
    }
}

impl<T: Send, const N: usize> IndexedParallelIterator for IntoIter<T, N> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        N
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        let mut array = ManuallyDrop::new(self.array);
        // SAFETY: the array is not dropped, and nobody looks at it again.
        let producer = unsafe { DrainProducer::new(array.as_mut_slice()) };
        callback.callback(producer)
    }
}
