//! The side that items come from.
use super::Folder;
use std::ops::Range;

/// A sequence of known length that can be cut in two at any index.
///
/// It is the parallel sibling of a double-ended iterator with an exact length: [`into_iter`] gives
/// that iterator for the piece at hand, [`split_at`] makes the pieces.
///
/// ```
/// use moirai::iter::plumbing::{
///     Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
/// };
/// use moirai::prelude::*;
/// use std::ops::Range;
///
/// /// Every third number of a range; iterator and producer in one.
/// struct Thirds(Range<u32>);
///
/// impl Producer for Thirds {
///     type Item = u32;
///     type IntoIter = std::iter::StepBy<Range<u32>>;
///
///     fn into_iter(self) -> Self::IntoIter {
///         self.0.step_by(3)
///     }
///
///     fn split_at(self, index: usize) -> (Self, Self) {
///         let middle = self.0.start + 3 * index as u32;
///         (Thirds(self.0.start..middle), Thirds(middle..self.0.end))
///     }
/// }
///
/// impl ParallelIterator for Thirds {
///     type Item = u32;
///
///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
///         bridge(self, consumer)
///     }
///
///     fn opt_len(&self) -> Option<usize> {
///         Some(self.len())
///     }
/// }
///
/// impl IndexedParallelIterator for Thirds {
///     fn drive<C: Consumer<u32>>(self, consumer: C) -> C::Result {
///         bridge(self, consumer)
///     }
///
///     fn len(&self) -> usize {
///         self.0.len().div_ceil(3)
///     }
///
///     fn with_producer<CB: ProducerCallback<u32>>(self, callback: CB) -> CB::Output {
///         callback.callback(self)
///     }
/// }
///
/// assert_eq!(Thirds(0..10).rev().collect::<Vec<u32>>(), [9, 6, 3, 0]);
/// ```
///
/// [`into_iter`]: Producer::into_iter
/// [`split_at`]: Producer::split_at
pub trait Producer: Send + Sized {
    /// What the sequence consists of.
    type Item;

    /// The sequential iterator over one piece.
    type IntoIter: Iterator<Item = Self::Item> + DoubleEndedIterator + ExactSizeIterator;

    /// Turns this piece into a sequential iterator.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// /// Runs through all items backwards, on the calling thread.
    /// struct Backwards;
    ///
    /// impl ProducerCallback<u8> for Backwards {
    ///     type Output = Vec<u8>;
    ///
    ///     fn callback<P: Producer<Item = u8>>(self, producer: P) -> Vec<u8> {
    ///         producer.into_iter().rev().collect()
    ///     }
    /// }
    ///
    /// assert_eq!([1, 2, 3].into_par_iter().with_producer(Backwards), [3, 2, 1]);
    /// ```
    fn into_iter(self) -> Self::IntoIter;

    /// The smallest number of items worth a piece of its own; 1 unless somebody asked for more.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// struct MinLen;
    ///
    /// impl<T> ProducerCallback<T> for MinLen {
    ///     type Output = usize;
    ///
    ///     fn callback<P: Producer<Item = T>>(self, producer: P) -> usize {
    ///         producer.min_len()
    ///     }
    /// }
    ///
    /// let numbers = || (0..100_u32).into_par_iter();
    /// assert_eq!(numbers().with_producer(MinLen), 1);
    /// assert_eq!(numbers().with_min_len(8).with_producer(MinLen), 8);
    /// ```
    fn min_len(&self) -> usize {
        1
    }

    /// The largest number of items that should stay in one piece; unlimited by default.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// struct MaxLen;
    ///
    /// impl<T> ProducerCallback<T> for MaxLen {
    ///     type Output = usize;
    ///
    ///     fn callback<P: Producer<Item = T>>(self, producer: P) -> usize {
    ///         producer.max_len()
    ///     }
    /// }
    ///
    /// let numbers = || (0..100_u32).into_par_iter();
    /// assert_eq!(numbers().with_producer(MaxLen), usize::MAX);
    /// assert_eq!(numbers().with_max_len(8).with_producer(MaxLen), 8);
    /// ```
    fn max_len(&self) -> usize {
        usize::MAX
    }

    /// Cuts the sequence into the items before `index` and those from `index` on.
    ///
    /// Called once for each piece, so it may cost something, but should not grow with the number of items.
    ///
    /// # Panics
    ///
    /// An implementation may panic if `index` is greater than the number of items.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// /// Cuts two items off.
    /// struct FirstTwo;
    ///
    /// impl ProducerCallback<u32> for FirstTwo {
    ///     type Output = (Vec<u32>, Vec<u32>);
    ///
    ///     fn callback<P: Producer<Item = u32>>(self, producer: P) -> Self::Output {
    ///         let (left, right) = producer.split_at(2);
    ///         (left.into_iter().collect(), right.into_iter().collect())
    ///     }
    /// }
    ///
    /// let parts = (0..5_u32).into_par_iter().with_producer(FirstTwo);
    /// assert_eq!(parts, (vec![0, 1], vec![2, 3, 4]));
    /// ```
    fn split_at(self, index: usize) -> (Self, Self);

    /// Runs all items of this piece through `folder`, until it is full.
    ///
    /// Worth writing where the items can be run through faster than by [`into_iter`](Self::into_iter).
    ///
    /// ```
    /// use moirai::iter::plumbing::{Folder, Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// struct Sum(u32);
    ///
    /// impl Folder<u32> for Sum {
    ///     type Result = u32;
    ///
    ///     fn consume(self, item: u32) -> Self {
    ///         Sum(self.0 + item)
    ///     }
    ///
    ///     fn complete(self) -> u32 {
    ///         self.0
    ///     }
    ///
    ///     fn full(&self) -> bool {
    ///         false
    ///     }
    /// }
    ///
    /// /// Sums up all items on the calling thread.
    /// struct SumHere;
    ///
    /// impl ProducerCallback<u32> for SumHere {
    ///     type Output = u32;
    ///
    ///     fn callback<P: Producer<Item = u32>>(self, producer: P) -> u32 {
    ///         producer.fold_with(Sum(0)).complete()
    ///     }
    /// }
    ///
    /// assert_eq!((0..5_u32).into_par_iter().with_producer(SumHere), 10);
    /// ```
    fn fold_with<F>(self, folder: F) -> F
    where
        F: Folder<Self::Item>,
    {
        folder.consume_iter(self.into_iter())
    }

    /// The addresses of the elements, in the order of the items, if those lie evenly in memory: where their pages are may
    /// decide which group of workers gets them.
    #[doc(hidden)]
    fn __memory(&self) -> Option<Range<usize>> {
        None
    }
}

/// Something generic to be done with a producer, whose type the caller cannot name.
///
/// A closure cannot be generic over its argument's type; this trait is the closure that is.
///
/// ```
/// use moirai::iter::plumbing::{Producer, ProducerCallback};
/// use moirai::prelude::*;
///
/// /// The last item, without a look at the others.
/// struct Last;
///
/// impl<T> ProducerCallback<T> for Last {
///     type Output = Option<T>;
///
///     fn callback<P: Producer<Item = T>>(self, producer: P) -> Option<T> {
///         producer.into_iter().next_back()
///     }
/// }
///
/// let squares = (0..10_u32).into_par_iter().map(|n| n * n);
/// assert_eq!(squares.with_producer(Last), Some(81));
/// ```
pub trait ProducerCallback<T> {
    /// What comes out of the call.
    type Output;

    /// Receives the producer.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// /// The lengths of the two halves; the whole has `self.0` items.
    /// struct Halves(usize);
    ///
    /// impl<T> ProducerCallback<T> for Halves {
    ///     type Output = [usize; 2];
    ///
    ///     fn callback<P: Producer<Item = T>>(self, producer: P) -> [usize; 2] {
    ///         let (left, right) = producer.split_at(self.0 / 2);
    ///         [left.into_iter().len(), right.into_iter().len()]
    ///     }
    /// }
    ///
    /// assert_eq!(["a", "b", "c"].par_iter().with_producer(Halves(3)), [1, 2]);
    /// ```
    fn callback<P>(self, producer: P) -> Self::Output
    where
        P: Producer<Item = T>;
}

/// A collection of items that knows how to cut itself, but not at a given index.
///
/// ```
/// use moirai::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
/// use moirai::prelude::*;
///
/// /// The powers of two whose exponents lie in a range.
/// struct Powers(std::ops::Range<u32>);
///
/// impl UnindexedProducer for Powers {
///     type Item = u64;
///
///     fn split(self) -> (Self, Option<Self>) {
///         let middle = self.0.start.midpoint(self.0.end);
///         if middle == self.0.start {
///             return (self, None);
///         }
///         (Powers(self.0.start..middle), Some(Powers(middle..self.0.end)))
///     }
///
///     fn fold_with<F: Folder<u64>>(self, folder: F) -> F {
///         folder.consume_iter(self.0.map(|exponent| 1 << exponent))
///     }
/// }
///
/// impl ParallelIterator for Powers {
///     type Item = u64;
///
///     fn drive_unindexed<C: UnindexedConsumer<u64>>(self, consumer: C) -> C::Result {
///         bridge_unindexed(self, consumer)
///     }
/// }
///
/// assert_eq!(Powers(0..64).reduce(|| 0, |a, b| a | b), u64::MAX);
/// ```
pub trait UnindexedProducer: Send + Sized {
    /// What the collection consists of.
    type Item;

    /// All pieces draw from one source until it is empty: a cut says nothing of how much there is, and items may wait for each
    /// other. Such a call is shared from the beginning.
    #[doc(hidden)]
    const __DRAWS: bool = false;

    /// Cuts off a second piece, or returns `None` beside itself if it cannot be cut any further.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Folder, UnindexedProducer};
    ///
    /// /// The parts of a path.
    /// struct Parts<'a>(&'a str);
    ///
    /// impl<'a> UnindexedProducer for Parts<'a> {
    ///     type Item = &'a str;
    ///
    ///     fn split(self) -> (Self, Option<Self>) {
    ///         match self.0.split_once('/') {
    ///             Some((first, rest)) => (Parts(first), Some(Parts(rest))),
    ///             None => (self, None),
    ///         }
    ///     }
    ///
    ///     fn fold_with<F: Folder<&'a str>>(self, folder: F) -> F {
    ///         folder.consume_iter(self.0.split('/'))
    ///     }
    /// }
    ///
    /// let (left, right) = Parts("warp/weft").split();
    /// assert_eq!((left.0, right.unwrap().0), ("warp", "weft"));
    /// assert!(left.split().1.is_none());
    /// ```
    fn split(self) -> (Self, Option<Self>);

    /// Runs all items of this piece through `folder`, until it is full.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
    /// use moirai::prelude::*;
    ///
    /// /// One item, in one piece.
    /// struct Single(char);
    ///
    /// impl UnindexedProducer for Single {
    ///     type Item = char;
    ///
    ///     fn split(self) -> (Self, Option<Self>) {
    ///         (self, None)
    ///     }
    ///
    ///     fn fold_with<F: Folder<char>>(self, folder: F) -> F {
    ///         folder.consume(self.0)
    ///     }
    /// }
    ///
    /// impl ParallelIterator for Single {
    ///     type Item = char;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
    ///         bridge_unindexed(self, consumer)
    ///     }
    /// }
    ///
    /// assert_eq!(Single('x').collect::<String>(), "x");
    /// ```
    fn fold_with<F>(self, folder: F) -> F
    where
        F: Folder<Self::Item>;
}
