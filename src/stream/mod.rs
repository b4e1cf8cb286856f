//! Streams: a parallel iterator becomes a sequential one, and hands items out while others are still being made.
//!
//! | from | to an iterator that can be kept | to one inside of a closure, which may borrow |
//! |---|---|---|
//! | a parallel iterator that can be [taken apart](IntoSource) | [`ordered`](ParallelStream::ordered), [`unordered`](ParallelStream::unordered) | [`with_stream`](ParallelStream::with_stream), [`with_unordered_stream`](ParallelStream::with_unordered_stream) |
//! | an indexed one of whatever kind | | [`with_indexed_stream`](ParallelStream::with_indexed_stream), [`with_unordered_indexed_stream`](ParallelStream::with_unordered_indexed_stream) |
//! | a sequential iterator and a function | [`par_map_ordered`](ParallelMap::par_map_ordered), [`par_map_unordered`](ParallelMap::par_map_unordered) | [`with_par_map`](ParallelMap::with_par_map), [`with_unordered_par_map`](ParallelMap::with_unordered_par_map) |
//!
//! At most `cap` items are *in flight*: taken from the source, and not handed out yet. So memory stays bounded, however slow the
//! consumer is, and sources may be endless. The bound is exact, unless items of the source become several (`flat_map_iter`): then
//! it counts those of the source, and what an item becomes must come to an end.
//!
//! There is no thread behind a stream. Who asks for an item takes more from the source, as far as `cap` allows, and hands it to
//! the pool in batches that are sized by time. If the next item is not there yet the caller makes items itself: in the pool it
//! belongs to, also if that has one thread, or in the global pool, as every caller from outside. It waits only where all that is
//! in flight is being made by others. No worker ever waits for the consumer. `docs/streams.md` in the repository says more.
//!
//! The traits are not in the prelude, and their methods are none of rayon's.
//!
//! # Examples
//!
//! ```
//! use moirai::prelude::*;
//! use moirai::stream::{ParallelMap, ParallelStream};
//!
//! // The first primes, of an endless source; the rest is never looked at.
//! let is_prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0);
//! let primes: Vec<u64> = (2..u64::MAX).into_par_iter().filter(is_prime).ordered(64).take(5).collect();
//! assert_eq!(primes, [2, 3, 5, 7, 11]);
//!
//! // Lines become numbers in parallel, and stop at the first that is none.
//! let parsed: Result<Vec<i32>, _> = "1 2 x 4".split(' ').par_map_ordered(8, str::parse).collect();
//! assert!(parsed.is_err());
//! ```

mod adaptors;
mod collections;
mod shared;
mod source;
#[allow(clippy::module_inception, reason = "a file is named after its main type")]
mod stream;

pub use self::source::{IntoSource, Source};
pub use self::stream::Stream;

use self::shared::Order;
use self::source::Indexed;
use self::sources::{Mapping, Sequential, Staged};
use crate::iter::plumbing::{Producer, ProducerCallback};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// The sources that parallel iterators become. One rarely has to name them.
pub mod sources {
    pub use super::adaptors::{
        Chained, Cloning, Copying, FilterMapping, Filtering, Flattened, FlattenedItems, Grouped,
        GroupedItems, Groups, Inspecting, Joined, Mapping, Numbered, Op, Section, Side, Spread,
        SpreadItems, Staged, StagedItems, Updating, Zipped,
    };
    pub use super::collections::{Elements, Items, Values};
    pub use super::source::Sequential;
}

/// Streams of parallel iterators.
pub trait ParallelStream: ParallelIterator {
    /// An iterator over the items, in order, of which at most `cap` are in flight.
    ///
    /// What is in it must not borrow, because the iterator can be leaked while its items are being made; for the rest there is
    /// [`with_stream`](Self::with_stream). The stream belongs to the pool of the calling thread, or to the global one.
    ///
    /// # Panics
    ///
    /// If `cap` is zero. The stream: see [`Stream`].
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let mut squares = (0..1_000_000_u64).into_par_iter().map(|n| n * n).ordered(256);
    /// assert_eq!(squares.next(), Some(0));
    /// assert_eq!(squares.find(|square| square % 1000 == 401), Some(2401));
    /// // The rest is not computed.
    /// ```
    ///
    /// Borrowed items and closures do not compile:
    ///
    /// ```compile_fail,E0597
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let words = vec![String::from("spin"), String::from("cut")];
    /// let lengths = words.par_iter().map(|word| word.len()).ordered(8);
    /// std::mem::forget(lengths);
    /// ```
    #[track_caller]
    fn ordered(self, cap: usize) -> Stream<Self::Source>
    where
        Self: IntoSource<Source: Source<Part: 'static, Item: 'static>>,
    {
        // SAFETY: parts and items are `'static`.
        unsafe { Stream::new(self.into_source(), cap, Order::Kept) }
    }

    /// The same, and items are handed out as soon as they are made: nobody waits for a heavy one.
    ///
    /// # Panics
    ///
    /// As [`ordered`](Self::ordered).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let sum: usize = vec!["spin", "measure", "cut"].into_par_iter().map(str::len).unordered(2).sum();
    /// assert_eq!(sum, 14);
    /// ```
    #[track_caller]
    fn unordered(self, cap: usize) -> Stream<Self::Source>
    where
        Self: IntoSource<Source: Source<Part: 'static, Item: 'static>>,
    {
        // SAFETY: as above.
        unsafe { Stream::new(self.into_source(), cap, Order::Any) }
    }

    /// Calls `body` with an iterator over the items, in order, of which at most `cap` are in flight.
    ///
    /// It may borrow: when `body` returns, what it has not asked for is cancelled, and what is being made is waited for.
    ///
    /// # Panics
    ///
    /// If `cap` is zero, and with `body`'s panic. The iterator as [`Stream`].
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let words = ["spin".to_owned(), "measure".to_owned(), "cut".to_owned()];
    /// let long = words.par_iter().filter(|word| word.len() > 3).with_stream(8, |long| long.count());
    /// assert_eq!(long, 2);
    /// ```
    #[track_caller]
    fn with_stream<R>(
        self,
        cap: usize,
        body: impl FnOnce(&mut dyn Iterator<Item = Self::Item>) -> R,
    ) -> R
    where
        Self: IntoSource,
    {
        // SAFETY: what the parts borrow lives until this returns.
        unsafe { lend(self.into_source(), cap, Order::Kept, body) }
    }

    /// The same, and items are handed out as soon as they are made.
    ///
    /// # Panics
    ///
    /// As [`with_stream`](Self::with_stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let words = ["spin".to_owned(), "measure".to_owned(), "cut".to_owned()];
    /// let longest = words.par_iter().map(|word| word.len()).with_unordered_stream(8, |lengths| lengths.max());
    /// assert_eq!(longest, Some(7));
    /// ```
    #[track_caller]
    fn with_unordered_stream<R>(
        self,
        cap: usize,
        body: impl FnOnce(&mut dyn Iterator<Item = Self::Item>) -> R,
    ) -> R
    where
        Self: IntoSource,
    {
        // SAFETY: as above.
        unsafe { lend(self.into_source(), cap, Order::Any, body) }
    }

    /// The same for every indexed iterator, also for those that are not made of pieces of this crate.
    ///
    /// # Panics
    ///
    /// As [`with_stream`](Self::with_stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let numbers = [1, 2, 3, 4, 5, 6];
    /// let pairs = numbers.par_chunks(2).rev().map(|pair| pair[0] * pair[1]);
    /// assert_eq!(pairs.with_indexed_stream(2, |products| products.collect::<Vec<_>>()), [30, 12, 2]);
    /// ```
    #[track_caller]
    fn with_indexed_stream<R>(
        self,
        cap: usize,
        body: impl FnOnce(&mut dyn Iterator<Item = Self::Item>) -> R,
    ) -> R
    where
        Self: IndexedParallelIterator,
    {
        let len = self.len();
        self.with_producer(StreamCallback { len, cap, order: Order::Kept, body })
    }

    /// The same, and items are handed out as soon as they are made.
    ///
    /// # Panics
    ///
    /// As [`with_stream`](Self::with_stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use moirai::stream::ParallelStream;
    ///
    /// let numbers = [1, 2, 3, 4, 5, 6];
    /// let pairs = numbers.par_chunks(2).map(|pair| pair[0] * pair[1]);
    /// assert_eq!(pairs.with_unordered_indexed_stream(2, |products| products.sum::<i32>()), 44);
    /// ```
    #[track_caller]
    fn with_unordered_indexed_stream<R>(
        self,
        cap: usize,
        body: impl FnOnce(&mut dyn Iterator<Item = Self::Item>) -> R,
    ) -> R
    where
        Self: IndexedParallelIterator,
    {
        let len = self.len();
        self.with_producer(StreamCallback { len, cap, order: Order::Any, body })
    }
}

impl<I: ParallelIterator> ParallelStream for I {}

/// Calls `body` with the items of a source.
///
/// # Safety
///
/// What the source's parts and items borrow lives until this returns.
#[track_caller]
unsafe fn lend<S: Source, R>(
    source: S,
    cap: usize,
    order: Order,
    body: impl FnOnce(&mut dyn Iterator<Item = S::Item>) -> R,
) -> R {
    // SAFETY: dropped here, after `body`, which cannot get hold of more than a reference to it.
    let mut stream = unsafe { Stream::new(source, cap, order) };
    body(&mut stream)
}

/// Receives the producer of an indexed iterator.
struct StreamCallback<F> {
    len: usize,
    cap: usize,
    order: Order,
    body: F,
}

impl<T, R, F> ProducerCallback<T> for StreamCallback<F>
where
    T: Send,
    F: FnOnce(&mut dyn Iterator<Item = T>) -> R,
{
    type Output = R;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> R {
        let source = Indexed::new(self.len, producer);
        // SAFETY: the producer, and what it borrows, lives in the frame that has called this.
        unsafe { lend(source, self.cap, self.order, self.body) }
    }
}

/// Sequential iterators whose items are mapped in parallel.
///
/// The iterator itself is advanced on the thread that asks for items, up to `cap` items ahead of what was handed out. One that
/// waits for what becomes of its items needs a `cap` of 1.
pub trait ParallelMap: Iterator<Item: Send> + Sized {
    /// An iterator over what `map_op` makes of the items, in order, of which at most `cap` are in flight.
    ///
    /// Items and function must not borrow; for those that do there is [`with_par_map`](Self::with_par_map).
    ///
    /// # Panics
    ///
    /// If `cap` is zero. The stream: see [`Stream`]; a panic of this iterator comes behind all items before it.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::stream::ParallelMap;
    ///
    /// let cubes = (1_u64..).par_map_ordered(32, |n| n * n * n);
    /// assert_eq!(cubes.take_while(|cube| *cube < 100).collect::<Vec<_>>(), [1, 8, 27, 64]);
    /// ```
    #[track_caller]
    fn par_map_ordered<F, R>(
        self,
        cap: usize,
        map_op: F,
    ) -> Stream<Staged<Sequential<Self>, Mapping, F>>
    where
        Self::Item: 'static,
        F: Fn(Self::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        // SAFETY: parts, made of items and `map_op`, and what it makes are `'static`.
        unsafe { Stream::new(adaptors::map(Sequential::new(self), map_op), cap, Order::Kept) }
    }

    /// The same, and results are handed out as soon as they are there.
    ///
    /// # Panics
    ///
    /// As [`par_map_ordered`](Self::par_map_ordered).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::stream::ParallelMap;
    ///
    /// let longest = ["spin", "measure", "cut"].into_iter().par_map_unordered(4, str::len).max();
    /// assert_eq!(longest, Some(7));
    /// ```
    #[track_caller]
    fn par_map_unordered<F, R>(
        self,
        cap: usize,
        map_op: F,
    ) -> Stream<Staged<Sequential<Self>, Mapping, F>>
    where
        Self::Item: 'static,
        F: Fn(Self::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        // SAFETY: as above.
        unsafe { Stream::new(adaptors::map(Sequential::new(self), map_op), cap, Order::Any) }
    }

    /// Calls `body` with an iterator over what `map_op` makes of the items, in order, of which at most `cap` are in flight.
    ///
    /// It may borrow: when `body` returns, what it has not asked for is cancelled, and what is being made is waited for.
    ///
    /// # Panics
    ///
    /// As [`with_stream`](ParallelStream::with_stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::stream::ParallelMap;
    ///
    /// let text = String::from("to spin, to measure, to cut");
    /// let capitals = text.split(' ').with_par_map(8, str::to_uppercase, |words| {
    ///     words.collect::<Vec<_>>().join(" ")
    /// });
    /// assert_eq!(capitals, "TO SPIN, TO MEASURE, TO CUT");
    /// ```
    #[track_caller]
    fn with_par_map<F, T, R>(
        self,
        cap: usize,
        map_op: F,
        body: impl FnOnce(&mut dyn Iterator<Item = T>) -> R,
    ) -> R
    where
        F: Fn(Self::Item) -> T + Send + Sync,
        T: Send,
    {
        // SAFETY: what items, function and results borrow lives until this returns.
        unsafe { lend(adaptors::map(Sequential::new(self), map_op), cap, Order::Kept, body) }
    }

    /// The same, and results are handed out as soon as they are there.
    ///
    /// # Panics
    ///
    /// As [`with_par_map`](Self::with_par_map).
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::stream::ParallelMap;
    ///
    /// let text = String::from("to spin, to measure, to cut");
    /// let count = text.split(' ').with_unordered_par_map(8, str::len, |lengths| lengths.filter(|n| *n > 2).count());
    /// assert_eq!(count, 3);
    /// ```
    #[track_caller]
    fn with_unordered_par_map<F, T, R>(
        self,
        cap: usize,
        map_op: F,
        body: impl FnOnce(&mut dyn Iterator<Item = T>) -> R,
    ) -> R
    where
        F: Fn(Self::Item) -> T + Send + Sync,
        T: Send,
    {
        // SAFETY: as in `with_par_map`.
        unsafe { lend(adaptors::map(Sequential::new(self), map_op), cap, Order::Any, body) }
    }
}

impl<I: Iterator<Item: Send>> ParallelMap for I {}
