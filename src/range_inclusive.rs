//! Parallel iterators over `start..=end`, for all integers and `char`.
//!
//! They are run as the half-open range up to the value behind the last one, or where there is no
//! such value, as the half-open range up to the last one and then that.
//!
//! Ranges of the 8-bit and 16-bit integers and of `char` are indexed.
use std::ops::RangeInclusive;

use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
use crate::iter::{
    Chain, Either, IndexedParallelIterator, IntoParallelIterator, Once, ParallelIterator, once,
};
use crate::range::{self, Step};

/// Yields the values from `start` to `end`, both included; see
/// [`into_par_iter`](crate::iter::IntoParallelIterator::into_par_iter).
///
/// ```
/// use moirai::prelude::*;
///
/// assert_eq!((1..=100_u64).into_par_iter().sum::<u64>(), 5050);
/// assert_eq!(('a'..='d').into_par_iter().collect::<String>(), "abcd");
/// ```
#[derive(Clone, Debug)]
pub struct Iter<T> {
    range: RangeInclusive<T>,
}

impl<T> Iter<T> {
    pub(crate) fn into_range(self) -> RangeInclusive<T> {
        self.range
    }
}

impl<T> IntoParallelIterator for RangeInclusive<T>
where
    Iter<T>: ParallelIterator,
{
    type Item = <Iter<T> as ParallelIterator>::Item;
    type Iter = Iter<T>;

    fn into_par_iter(self) -> Iter<T> {
        Iter { range: self }
    }
}

mod private {
    use crate::range;

    /// An integer.
    #[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
    pub trait RangeInteger: range::RangeInteger {}

    /// An integer whose inclusive ranges are indexed.
    #[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
    pub trait IndexedRangeInteger: RangeInteger + range::IndexedRangeInteger {}
}
use self::private::{IndexedRangeInteger, RangeInteger};

macro_rules! integers {
    ($($int:ty)+) => {$( impl RangeInteger for $int {} )+};
}
integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }

macro_rules! indexed_integers {
    ($($int:ty)+) => {$( impl IndexedRangeInteger for $int {} )+};
}
indexed_integers! { u8 u16 i8 i16 }

/// The half-open range, with the last value behind it where that does not fit in.
type HalfOpen<T> = Either<range::Iter<T>, Chain<range::Iter<T>, Once<T>>>;

impl<T> Iter<T>
where
    T: Step,
    range::Iter<T>: ParallelIterator<Item = T>,
{
    fn half_open(&self) -> HalfOpen<T> {
        let (start, end) = (*self.range.start(), *self.range.end());
        if self.range.is_empty() {
            Either::Left((end..end).into_par_iter())
        } else if end == T::MAX {
            Either::Right((start..end).into_par_iter().chain(once(end)))
        } else {
            Either::Left((start..end.forward(1)).into_par_iter())
        }
    }
}

impl<T: RangeInteger> ParallelIterator for Iter<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.half_open().drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        self.half_open().opt_len()
    }
}

impl<T: IndexedRangeInteger> IndexedParallelIterator for Iter<T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        self.half_open().drive(consumer)
    }

    fn len(&self) -> usize {
        self.half_open().len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        self.half_open().with_producer(callback)
    }
}

impl ParallelIterator for Iter<char> {
    type Item = char;

    fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
        self.half_open().drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        self.half_open().opt_len()
    }
}

impl IndexedParallelIterator for Iter<char> {
    fn drive<C: Consumer<char>>(self, consumer: C) -> C::Result {
        self.half_open().drive(consumer)
    }

    fn len(&self) -> usize {
        self.half_open().len()
    }

    fn with_producer<CB: ProducerCallback<char>>(self, callback: CB) -> CB::Output {
        self.half_open().with_producer(callback)
    }
}
