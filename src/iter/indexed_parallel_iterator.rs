//! The trait of parallel iterators that can be cut at any index.
use std::cmp::Ordering;

use super::adaptors::*;
use super::plumbing::{Consumer, ProducerCallback};
use super::sinks::collect::{collect_into_vec, unzip_into_vecs};
use super::sinks::{BestRank, FindLast, Position};
use super::{IntoParallelIterator, ParallelIterator};
use crate::util::caller;

/// A parallel iterator of known length, whose items can be reached by index.
///
/// What keeps positions, like [`map`](ParallelIterator::map), keeps an iterator indexed; what does
/// not, like [`filter`](ParallelIterator::filter), leaves a plain [`ParallelIterator`].
///
/// Most adaptors but compute indices: items are neither moved nor copied.
///
/// ```
/// use moirai::prelude::*;
///
/// let (mut totals, prices, counts) = ([0; 3], [5, 7, 9], [1, 2, 3]);
/// totals
///     .par_iter_mut()
///     .zip(prices.par_iter().zip(&counts).map(|(price, count)| price * count))
///     .for_each(|(total, product)| *total = product);
/// assert_eq!(totals, [5, 14, 27]);
/// ```
#[allow(
    clippy::len_without_is_empty,
    reason = "an iterator is asked how much work is left; the name is rayon's"
)]
pub trait IndexedParallelIterator: ParallelIterator {
    /// Replaces the contents of `target` by the items, and keeps its room.
    ///
    /// Saves the allocation of [`collect`](ParallelIterator::collect) where a vector is used again and again.
    ///
    /// # Panics
    ///
    /// If a closure panics; `target` is left empty then.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut squares = vec![7; 100];
    /// (0..5).into_par_iter().map(|n| n * n).collect_into_vec(&mut squares);
    /// assert_eq!(squares, [0, 1, 4, 9, 16]);
    /// ```
    #[track_caller]
    fn collect_into_vec(self, target: &mut Vec<Self::Item>) {
        caller::note();
        collect_into_vec(self, target)
    }

    /// Replaces the contents of `left` and `right` by the two sides of the pairs, and keeps their room.
    ///
    /// # Panics
    ///
    /// If a closure panics; both are left empty then.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let (mut numbers, mut squares) = (Vec::new(), Vec::new());
    /// (0..4).into_par_iter().map(|n| (n, n * n)).unzip_into_vecs(&mut numbers, &mut squares);
    /// assert_eq!(numbers, [0, 1, 2, 3]);
    /// assert_eq!(squares, [0, 1, 4, 9]);
    /// ```
    #[track_caller]
    fn unzip_into_vecs<A, B>(self, left: &mut Vec<A>, right: &mut Vec<B>)
    where
        Self: IndexedParallelIterator<Item = (A, B)>,
        A: Send,
        B: Send,
    {
        caller::note();
        unzip_into_vecs(self, left, right)
    }

    /// Yields pairs of the items of `self` and of `zip_op`, as many as the shorter one has. What the
    /// longer one has beyond that is dropped without being produced.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let pairs: Vec<_> = [1, 2, 3].into_par_iter().zip(["a", "b"]).collect();
    /// assert_eq!(pairs, [(1, "a"), (2, "b")]);
    /// ```
    fn zip<Z>(self, zip_op: Z) -> Zip<Self, Z::Iter>
    where
        Z: IntoParallelIterator,
        Z::Iter: IndexedParallelIterator,
    {
        Zip::new(self, zip_op.into_par_iter())
    }

    /// Yields pairs of the items of `self` and of `zip_op`, which must have the same length.
    ///
    /// # Panics
    ///
    /// At the call, if the lengths differ.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let pairs: Vec<_> = [1, 2].into_par_iter().zip_eq(["a", "b"]).collect();
    /// assert_eq!(pairs, [(1, "a"), (2, "b")]);
    /// ```
    #[track_caller]
    fn zip_eq<Z>(self, zip_op: Z) -> ZipEq<Self, Z::Iter>
    where
        Z: IntoParallelIterator,
        Z::Iter: IndexedParallelIterator,
    {
        let zip_op = zip_op.into_par_iter();
        assert_eq!(self.len(), zip_op.len(), "iterators must have the same length");
        ZipEq::new(self, zip_op)
    }

    /// Yields items of `self` and of `other` in turn, and at last what is left of the longer one.
    ///
    /// # Panics
    ///
    /// If their lengths together exceed `usize`, as soon as the length is asked for.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mixed: Vec<_> = [1, 2, 3, 4].into_par_iter().interleave([10, 20]).collect();
    /// assert_eq!(mixed, [1, 10, 2, 20, 3, 4]);
    /// ```
    fn interleave<I>(self, other: I) -> Interleave<Self, I::Iter>
    where
        I: IntoParallelIterator<Item = Self::Item>,
        I::Iter: IndexedParallelIterator,
    {
        Interleave::new(self, other.into_par_iter())
    }

    /// Yields items of `self` and of `other` in turn, until it is the turn of one that has no more.
    ///
    /// # Panics
    ///
    /// As [`interleave`](Self::interleave).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mixed: Vec<_> = [1, 2, 3, 4].into_par_iter().interleave_shortest([10, 20]).collect();
    /// assert_eq!(mixed, [1, 10, 2, 20, 3]);
    /// ```
    fn interleave_shortest<I>(self, other: I) -> InterleaveShortest<Self, I::Iter>
    where
        I: IntoParallelIterator<Item = Self::Item>,
        I::Iter: IndexedParallelIterator,
    {
        InterleaveShortest::new(self, other.into_par_iter())
    }

    /// Yields vectors of `chunk_size` items each; the last one may be shorter.
    ///
    /// Allocates a vector for each chunk. For slices, [`par_chunks`](crate::slice::ParallelSlice::par_chunks)
    /// does the same without copying; [`fold_chunks`](Self::fold_chunks) needs no vectors either.
    ///
    /// # Panics
    ///
    /// At the call, if `chunk_size` is 0.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let chunks: Vec<Vec<u32>> = (0..5).into_par_iter().chunks(2).collect();
    /// assert_eq!(chunks, [vec![0, 1], vec![2, 3], vec![4]]);
    /// ```
    #[track_caller]
    fn chunks(self, chunk_size: usize) -> Chunks<Self> {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        Chunks::new(self, chunk_size)
    }

    /// Folds `chunk_size` items at a time to one, starting from what `identity` returns.
    ///
    /// Unlike with [`fold`](ParallelIterator::fold), it is known which items belong together.
    ///
    /// # Panics
    ///
    /// At the call, if `chunk_size` is 0.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let sums: Vec<u32> = (0..5).into_par_iter().fold_chunks(2, || 0, |sum, n| sum + n).collect();
    /// assert_eq!(sums, [1, 5, 4]);
    /// ```
    #[track_caller]
    fn fold_chunks<T, ID, F>(
        self,
        chunk_size: usize,
        identity: ID,
        fold_op: F,
    ) -> FoldChunks<Self, ID, F>
    where
        ID: Fn() -> T + Send + Sync,
        F: Fn(T, Self::Item) -> T + Send + Sync,
        T: Send,
    {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        FoldChunks::new(self, chunk_size, identity, fold_op)
    }

    /// Folds `chunk_size` items at a time to one, starting from a clone of `init`.
    ///
    /// # Panics
    ///
    /// At the call, if `chunk_size` is 0.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let sums: Vec<u32> = (0..5).into_par_iter().fold_chunks_with(2, 0, |sum, n| sum + n).collect();
    /// assert_eq!(sums, [1, 5, 4]);
    /// ```
    #[track_caller]
    fn fold_chunks_with<T, F>(
        self,
        chunk_size: usize,
        init: T,
        fold_op: F,
    ) -> FoldChunksWith<Self, T, F>
    where
        T: Send + Clone,
        F: Fn(T, Self::Item) -> T + Send + Sync,
    {
        assert!(chunk_size != 0, "chunk_size must not be zero");
        FoldChunksWith::new(self, chunk_size, init, fold_op)
    }

    /// Compares two sequences by their first items that differ, or else by their lengths.
    ///
    /// What comes after a difference is left alone where possible.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::cmp::Ordering;
    ///
    /// assert_eq!([1, 2, 3].into_par_iter().cmp([1, 3]), Ordering::Less);
    /// ```
    #[track_caller]
    fn cmp<I>(self, other: I) -> Ordering
    where
        I: IntoParallelIterator<Item = Self::Item>,
        I::Iter: IndexedParallelIterator,
        Self::Item: Ord,
    {
        caller::note();
        let other = other.into_par_iter();
        let lengths = self.len().cmp(&other.len());
        self.zip(other).map(|(a, b)| a.cmp(&b)).find_first(|order| order.is_ne()).unwrap_or(lengths)
    }

    /// Compares two sequences by their first items that differ, or else by their lengths.
    ///
    /// `None` if two items cannot be compared before any differ.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::cmp::Ordering;
    ///
    /// let order = [1.0, 2.0].into_par_iter().partial_cmp([1.0, 1.5]);
    /// assert_eq!(order, Some(Ordering::Greater));
    /// assert_eq!([f64::NAN].into_par_iter().partial_cmp([0.0]), None);
    /// ```
    #[track_caller]
    fn partial_cmp<I>(self, other: I) -> Option<Ordering>
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialOrd<I::Item>,
    {
        caller::note();
        let other = other.into_par_iter();
        let lengths = self.len().cmp(&other.len());
        self.zip(other)
            .map(|(a, b)| a.partial_cmp(&b))
            .find_first(|&order| order != Some(Ordering::Equal))
            .unwrap_or(Some(lengths))
    }

    /// Whether two sequences have the same length and equal items. The lengths are looked at first.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([1, 2].into_par_iter().eq([1, 2]));
    /// ```
    #[track_caller]
    fn eq<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialEq<I::Item>,
    {
        caller::note();
        let other = other.into_par_iter();
        self.len() == other.len() && self.zip(other).all(|(a, b)| a == b)
    }

    /// Whether two sequences differ in length or in an item.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([1, 2].into_par_iter().ne([1, 2, 3]));
    /// ```
    #[track_caller]
    fn ne<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialEq<I::Item>,
    {
        caller::note();
        !self.eq(other)
    }

    /// Whether this sequence is less than the other; see [`partial_cmp`](Self::partial_cmp).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([1, 2].into_par_iter().lt([1, 3]));
    /// ```
    #[track_caller]
    fn lt<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialOrd<I::Item>,
    {
        caller::note();
        self.partial_cmp(other).is_some_and(Ordering::is_lt)
    }

    /// Whether this sequence is less than or equal to the other; see [`partial_cmp`](Self::partial_cmp).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([1, 2].into_par_iter().le([1, 2]));
    /// ```
    #[track_caller]
    fn le<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialOrd<I::Item>,
    {
        caller::note();
        self.partial_cmp(other).is_some_and(Ordering::is_le)
    }

    /// Whether this sequence is greater than the other; see [`partial_cmp`](Self::partial_cmp).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([2].into_par_iter().gt([1, 3]));
    /// ```
    #[track_caller]
    fn gt<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialOrd<I::Item>,
    {
        caller::note();
        self.partial_cmp(other).is_some_and(Ordering::is_gt)
    }

    /// Whether this sequence is greater than or equal to the other; see [`partial_cmp`](Self::partial_cmp).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([1, 3].into_par_iter().ge([1, 3]));
    /// ```
    #[track_caller]
    fn ge<I>(self, other: I) -> bool
    where
        I: IntoParallelIterator,
        I::Iter: IndexedParallelIterator,
        Self::Item: PartialOrd<I::Item>,
    {
        caller::note();
        self.partial_cmp(other).is_some_and(Ordering::is_ge)
    }

    /// Yields each item together with its index in the whole sequence, from 0.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let indexed: Vec<_> = ["a", "b"].into_par_iter().enumerate().collect();
    /// assert_eq!(indexed, [(0, "a"), (1, "b")]);
    /// ```
    fn enumerate(self) -> Enumerate<Self> {
        Enumerate::new(self)
    }

    /// Yields the first item and then every `step`-th.
    ///
    /// The items in between are produced and dropped.
    ///
    /// # Panics
    ///
    /// If `step` is 0, as soon as the length matters.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (3..10).into_par_iter().step_by(3).collect();
    /// assert_eq!(numbers, [3, 6, 9]);
    /// ```
    fn step_by(self, step: usize) -> StepBy<Self> {
        StepBy::new(self, step)
    }

    /// Yields all but the first `n` items, which are produced all the same, for their side effects.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..5).into_par_iter().skip(3).collect();
    /// assert_eq!(numbers, [3, 4]);
    /// ```
    fn skip(self, n: usize) -> Skip<Self> {
        Skip::new(self, n)
    }

    /// Yields the first `n` items. The others are dropped without being produced.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..5).into_par_iter().take(3).collect();
    /// assert_eq!(numbers, [0, 1, 2]);
    /// ```
    fn take(self, n: usize) -> Take<Self> {
        Take::new(self, n)
    }

    /// The index of any item that satisfies `predicate`, or `None`. Stops soon after one is found.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let index = [3, 8, 5].par_iter().position_any(|&n| n > 4);
    /// assert!(index == Some(1) || index == Some(2));
    /// ```
    #[track_caller]
    fn position_any<P>(self, predicate: P) -> Option<usize>
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.drive(Position::<_, true>::new(&predicate, &BestRank::new()))
    }

    /// The index of the first item that satisfies `predicate`, or `None`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([3, 8, 5].par_iter().position_first(|&n| n > 4), Some(1));
    /// ```
    #[track_caller]
    fn position_first<P>(self, predicate: P) -> Option<usize>
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.drive(Position::<_, false>::new(&predicate, &BestRank::new()))
    }

    /// The index of the last item that satisfies `predicate`, or `None`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([3, 8, 5].par_iter().position_last(|&n| n > 4), Some(2));
    /// ```
    #[track_caller]
    fn position_last<P>(self, predicate: P) -> Option<usize>
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.positions(predicate).drive_unindexed(FindLast::new(&BestRank::new()))
    }

    /// The former name of [`position_any`](Self::position_any).
    #[doc(hidden)]
    #[deprecated(note = "say `position_any`, `position_first` or `position_last`")]
    fn position<P>(self, predicate: P) -> Option<usize>
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        self.position_any(predicate)
    }

    /// Yields the indices of the items that satisfy `predicate`, in order. The result is not indexed.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let indices: Vec<usize> = [3, 8, 5].par_iter().positions(|&n| n > 4).collect();
    /// assert_eq!(indices, [1, 2]);
    /// ```
    fn positions<P>(self, predicate: P) -> Positions<Self, P>
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        Positions::new(self, predicate)
    }

    /// Yields the items in reverse order.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..3).into_par_iter().rev().collect();
    /// assert_eq!(numbers, [2, 1, 0]);
    /// ```
    fn rev(self) -> Rev<Self> {
        Rev::new(self)
    }

    /// Asks for pieces of at least `min` items, so that none is cut into shorter halves.
    ///
    /// Worth while if starting a piece is costly: `map_init` and the like begin anew in each. Of several
    /// such wishes the largest holds, and it beats [`with_max_len`](Self::with_max_len); 0 counts as 1.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total: u32 = (0..1000_u32).into_par_iter().with_min_len(100).sum();
    /// assert_eq!(total, 499_500);
    /// ```
    fn with_min_len(self, min: usize) -> MinLen<Self> {
        MinLen::new(self, min)
    }

    /// Asks for pieces of at most `max` items.
    ///
    /// Worth while if single items take long. With `with_max_len(1)` each item is a piece of its own, which
    /// items that wait for one another need (and as many free threads). Of several such wishes the smallest
    /// holds; 0 counts as 1.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total: u32 = (0..1000_u32).into_par_iter().with_max_len(10).sum();
    /// assert_eq!(total, 499_500);
    /// ```
    fn with_max_len(self, max: usize) -> MaxLen<Self> {
        MaxLen::new(self, max)
    }

    /// Yields the same items in blocks, one block after another, each twice as long as the one before.
    ///
    /// Within a block, items are handled in parallel. A search among the first items then need not look
    /// at the whole sequence. The first block has one item for each thread of the pool. The result is not
    /// indexed.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let found = (0..10_000_u32)
    ///     .into_par_iter()
    ///     .by_exponential_blocks()
    ///     .find_any(|&n| n % 100 == 99);
    /// assert!(found.is_some());
    /// ```
    fn by_exponential_blocks(self) -> ExponentialBlocks<Self> {
        ExponentialBlocks::new(self)
    }

    /// Yields the same items in blocks of `block_size`, one block after another.
    ///
    /// Within a block, items are handled in parallel. It bounds how far apart the items can be that are
    /// at work at the same time. The result is not indexed.
    ///
    /// # Panics
    ///
    /// At the call, if `block_size` is 0.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..10).into_par_iter().by_uniform_blocks(4).collect();
    /// assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    /// ```
    #[track_caller]
    fn by_uniform_blocks(self, block_size: usize) -> UniformBlocks<Self> {
        assert!(block_size != 0, "block_size must not be zero");
        UniformBlocks::new(self, block_size)
    }

    /// The number of items that will come. Produces none of them.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!((0..10_u32).into_par_iter().len(), 10);
    /// ```
    fn len(&self) -> usize;

    /// Has all items run through `consumer`, which is cut by index.
    ///
    /// For implementors, who mostly say `bridge(self, consumer)`; see [`plumbing`](super::plumbing).
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer, bridge};
    /// use moirai::prelude::*;
    ///
    /// /// The numbers below another, which leaves the cutting to a range.
    /// struct Below(u32);
    ///
    /// impl ParallelIterator for Below {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         bridge(self, consumer)
    ///     }
    /// }
    ///
    /// impl IndexedParallelIterator for Below {
    ///     fn drive<C: Consumer<u32>>(self, consumer: C) -> C::Result {
    ///         bridge(self, consumer)
    ///     }
    ///
    ///     fn len(&self) -> usize {
    ///         self.0 as usize
    ///     }
    ///
    ///     fn with_producer<CB: ProducerCallback<u32>>(self, callback: CB) -> CB::Output {
    ///         (0..self.0).into_par_iter().with_producer(callback)
    ///     }
    /// }
    ///
    /// assert_eq!(Below(5).enumerate().map(|(index, n)| index as u32 * n).sum::<u32>(), 30);
    /// ```
    fn drive<C>(self, consumer: C) -> C::Result
    where
        C: Consumer<Self::Item>;

    /// Turns the iterator into a producer and hands that to `callback`.
    ///
    /// For implementors; see [`plumbing`](super::plumbing). An example that does without the scheduler:
    ///
    /// ```
    /// use moirai::iter::plumbing::{Producer, ProducerCallback};
    /// use moirai::prelude::*;
    ///
    /// /// Sums up a half, by itself.
    /// struct FirstHalf(usize);
    ///
    /// impl ProducerCallback<u32> for FirstHalf {
    ///     type Output = u32;
    ///
    ///     fn callback<P: Producer<Item = u32>>(self, producer: P) -> u32 {
    ///         let (left, _) = producer.split_at(self.0 / 2);
    ///         left.into_iter().sum()
    ///     }
    /// }
    ///
    /// let sum = (0..10_u32).into_par_iter().with_producer(FirstHalf(10));
    /// assert_eq!(sum, 10);
    /// ```
    fn with_producer<CB>(self, callback: CB) -> CB::Output
    where
        CB: ProducerCallback<Self::Item>;
}
