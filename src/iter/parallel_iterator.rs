//! The trait of all parallel iterators.
use std::cmp::Ordering;
use std::collections::LinkedList;
use std::iter::{Product, Sum};

use either::Either;

use super::adaptors::*;
use super::plumbing::UnindexedConsumer;
use super::private::Try;
use super::sinks::collect::extend_vec;
use super::sinks::unzip::{Partition, PartitionMap, Unzip, deal_out};
use super::sinks::{self, BestRank, FindFirst, FindLast};
use super::stop_flag::StopFlag;
use super::{FromParallelIterator, IntoParallelIterator, ParallelExtend};
use crate::util::caller;

/// A parallel iterator: items that several threads may work on at the same time.
///
/// Adaptors like [`map`](Self::map) are lazy; nothing runs before a consuming method like
/// [`for_each`](Self::for_each) is called. Results keep the order of the items unless a method says
/// otherwise; side effects have no order.
///
/// The sequence is cut in two again and again, and the pieces run as plain loops. A cut costs one
/// [`join`](crate::join()) and allocates nothing. For few and cheap items a sequential iterator is
/// faster.
///
/// # Panics
///
/// A panic in any closure reaches the caller, once all pieces at work have ended; where both sides
/// of a cut have panicked, the left one's. Items that have not been consumed are dropped.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
///
/// let text = ["the fates", "spin", "the thread"];
/// let letters: usize = text
///     .par_iter()
///     .flat_map_iter(|line| line.split(' '))
///     .filter(|&word| word != "the")
///     .map(str::len)
///     .sum();
/// assert_eq!(letters, 15);
/// ```
pub trait ParallelIterator: Sized + Send {
    /// What the iterator yields.
    type Item: Send;

    /// Runs `op` on every item, in no particular order.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    ///
    /// let total = AtomicU32::new(0);
    /// (1..5_u32).into_par_iter().for_each(|n| {
    ///     total.fetch_add(n, Relaxed);
    /// });
    /// assert_eq!(total.into_inner(), 10);
    /// ```
    #[track_caller]
    fn for_each<OP>(self, op: OP)
    where
        OP: Fn(Self::Item) + Sync + Send,
    {
        caller::note();
        self.map(op).drive_unindexed(sinks::Noop)
    }

    /// Runs `op` on every item, lending it a value which is cloned from `init` for each piece.
    ///
    /// Saves work when the value is costly to make, and takes the place of a lock around it. How many
    /// pieces there are is left to chance: one at least.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::sync::mpsc::channel;
    ///
    /// let (sender, receiver) = channel();
    /// (0..4).into_par_iter().for_each_with(sender, |sender, n| sender.send(n).unwrap());
    /// let mut received: Vec<i32> = receiver.iter().collect();
    /// received.sort();
    /// assert_eq!(received, [0, 1, 2, 3]);
    /// ```
    #[track_caller]
    fn for_each_with<OP, T>(self, init: T, op: OP)
    where
        OP: Fn(&mut T, Self::Item) + Sync + Send,
        T: Send + Clone,
    {
        caller::note();
        self.map_with(init, op).drive_unindexed(sinks::Noop)
    }

    /// Runs `op` on every item, lending it a value which `init` makes for each piece.
    ///
    /// Unlike in [`for_each_with`](Self::for_each_with) the value need be neither `Clone` nor `Send`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let mut numbers = vec![0; 4];
    /// numbers.par_iter_mut().for_each_init(
    ///     || String::from("piece"),
    ///     |name, n| *n = name.len(),
    /// );
    /// assert_eq!(numbers, [5, 5, 5, 5]);
    /// ```
    #[track_caller]
    fn for_each_init<OP, INIT, T>(self, init: INIT, op: OP)
    where
        OP: Fn(&mut T, Self::Item) + Sync + Send,
        INIT: Fn() -> T + Sync + Send,
    {
        caller::note();
        self.map_init(init, op).drive_unindexed(sinks::Noop)
    }

    /// Runs the fallible `op` on every item, and stops soon after a failure.
    ///
    /// `op` returns an `Option`, a `Result`, a `ControlFlow`, or a `Poll` of a `Result` or of an
    /// `Option<Result>`. Of several failures, any one is returned.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let even = |n: u32| if n % 2 == 0 { Ok(()) } else { Err(n) };
    /// assert_eq!([2, 4, 6].into_par_iter().try_for_each(even), Ok(()));
    /// assert_eq!([2, 5, 6].into_par_iter().try_for_each(even), Err(5));
    /// ```
    #[track_caller]
    fn try_for_each<OP, R>(self, op: OP) -> R
    where
        OP: Fn(Self::Item) -> R + Sync + Send,
        R: Try<Output = ()> + Send,
    {
        caller::note();
        self.map(op).try_reduce(|| (), |(), ()| R::from_output(()))
    }

    /// Runs the fallible `op` on every item, lending it a value cloned from `init` for each piece.
    ///
    /// See [`for_each_with`](Self::for_each_with) and [`try_for_each`](Self::try_for_each).
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::sync::mpsc::channel;
    ///
    /// let (sender, receiver) = channel();
    /// let sent = (0..4).into_par_iter().try_for_each_with(sender, |sender, n| sender.send(n));
    /// assert_eq!(sent, Ok(()));
    /// assert_eq!(receiver.iter().sum::<i32>(), 6);
    /// ```
    #[track_caller]
    fn try_for_each_with<OP, T, R>(self, init: T, op: OP) -> R
    where
        OP: Fn(&mut T, Self::Item) -> R + Sync + Send,
        T: Send + Clone,
        R: Try<Output = ()> + Send,
    {
        caller::note();
        self.map_with(init, op).try_reduce(|| (), |(), ()| R::from_output(()))
    }

    /// Runs the fallible `op` on every item, lending it a value which `init` makes for each piece.
    ///
    /// See [`for_each_init`](Self::for_each_init) and [`try_for_each`](Self::try_for_each).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let fits = [b"fox", b"owl"].par_iter().try_for_each_init(
    ///     || vec![0_u8; 3],
    ///     |room, word| (room.len() >= word.len()).then(|| room.copy_from_slice(*word)),
    /// );
    /// assert_eq!(fits, Some(()));
    /// ```
    #[track_caller]
    fn try_for_each_init<OP, INIT, T, R>(self, init: INIT, op: OP) -> R
    where
        OP: Fn(&mut T, Self::Item) -> R + Sync + Send,
        INIT: Fn() -> T + Sync + Send,
        R: Try<Output = ()> + Send,
    {
        caller::note();
        self.map_init(init, op).try_reduce(|| (), |(), ()| R::from_output(()))
    }

    /// Counts the items. All of them are produced, whether or not the number is known beforehand.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let odd = (0..9_u32).into_par_iter().filter(|n| n % 2 == 1).count();
    /// assert_eq!(odd, 4);
    /// ```
    #[track_caller]
    fn count(self) -> usize {
        caller::note();
        self.map(|_| 1_usize).sum()
    }

    /// Yields what `map_op` makes of each item.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let doubled: Vec<_> = [1, 2, 3].par_iter().map(|n| n * 2).collect();
    /// assert_eq!(doubled, [2, 4, 6]);
    /// ```
    fn map<F, R>(self, map_op: F) -> Map<Self, F>
    where
        F: Fn(Self::Item) -> R + Sync + Send,
        R: Send,
    {
        Map::new(self, map_op)
    }

    /// Yields what `map_op` makes of each item and of a value cloned from `init` for each piece.
    ///
    /// See [`for_each_with`](Self::for_each_with) for what that is good for.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let lines: Vec<usize> = ["a", "bcd"]
    ///     .par_iter()
    ///     .map_with(String::new(), |buffer, word| {
    ///         buffer.clear();
    ///         buffer.push_str(word);
    ///         buffer.len()
    ///     })
    ///     .collect();
    /// assert_eq!(lines, [1, 3]);
    /// ```
    fn map_with<F, T, R>(self, init: T, map_op: F) -> MapWith<Self, T, F>
    where
        F: Fn(&mut T, Self::Item) -> R + Sync + Send,
        T: Send + Clone,
        R: Send,
    {
        MapWith::new(self, init, map_op)
    }

    /// Yields what `map_op` makes of each item and of a value which `init` makes for each piece.
    ///
    /// There is at least one such value, and at most one for each piece.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let lines: Vec<usize> = ["a", "bcd"]
    ///     .par_iter()
    ///     .map_init(String::new, |buffer, word| {
    ///         buffer.clear();
    ///         buffer.push_str(word);
    ///         buffer.len()
    ///     })
    ///     .collect();
    /// assert_eq!(lines, [1, 3]);
    /// ```
    fn map_init<F, INIT, T, R>(self, init: INIT, map_op: F) -> MapInit<Self, INIT, F>
    where
        F: Fn(&mut T, Self::Item) -> R + Sync + Send,
        INIT: Fn() -> T + Sync + Send,
        R: Send,
    {
        MapInit::new(self, init, map_op)
    }

    /// Yields a clone of what each item refers to, made when the item is reached.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let words = [String::from("warp"), String::from("weft")];
    /// let owned: Vec<String> = words.par_iter().cloned().collect();
    /// assert_eq!(owned, words);
    /// ```
    fn cloned<'a, T>(self) -> Cloned<Self>
    where
        T: 'a + Clone + Send,
        Self: ParallelIterator<Item = &'a T>,
    {
        Cloned::new(self)
    }

    /// Yields a copy of what each item refers to.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u8> = [1, 2, 3].par_iter().copied().collect();
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    fn copied<'a, T>(self) -> Copied<Self>
    where
        T: 'a + Copy + Send,
        Self: ParallelIterator<Item = &'a T>,
    {
        Copied::new(self)
    }

    /// Shows each item to `inspect_op` on its way.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    ///
    /// let seen = AtomicUsize::new(0);
    /// let total: u32 = (0..4_u32)
    ///     .into_par_iter()
    ///     .inspect(|_| drop(seen.fetch_add(1, Relaxed)))
    ///     .sum();
    /// assert_eq!((total, seen.into_inner()), (6, 4));
    /// ```
    fn inspect<OP>(self, inspect_op: OP) -> Inspect<Self, OP>
    where
        OP: Fn(&Self::Item) + Sync + Send,
    {
        Inspect::new(self, inspect_op)
    }

    /// Has `update_op` change each item on its way.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..4).into_par_iter().update(|n| *n += 5).collect();
    /// assert_eq!(numbers, [5, 6, 7, 8]);
    /// ```
    fn update<F>(self, update_op: F) -> Update<Self, F>
    where
        F: Fn(&mut Self::Item) + Sync + Send,
    {
        Update::new(self, update_op)
    }

    /// Yields the items that satisfy `filter_op`, in order. The result is not indexed.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let odd: Vec<u32> = (0..6).into_par_iter().filter(|n| n % 2 == 1).collect();
    /// assert_eq!(odd, [1, 3, 5]);
    /// ```
    fn filter<P>(self, filter_op: P) -> Filter<Self, P>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        Filter::new(self, filter_op)
    }

    /// Yields what `filter_op` makes of the items, leaving out those it makes nothing of.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<i32> = ["1", "two", "3"]
    ///     .par_iter()
    ///     .filter_map(|word| word.parse().ok())
    ///     .collect();
    /// assert_eq!(numbers, [1, 3]);
    /// ```
    fn filter_map<P, R>(self, filter_op: P) -> FilterMap<Self, P>
    where
        P: Fn(Self::Item) -> Option<R> + Sync + Send,
        R: Send,
    {
        FilterMap::new(self, filter_op)
    }

    /// Yields the items of the parallel iterators that `map_op` makes of each item, in order.
    ///
    /// Each inner iterator is cut in pieces of its own. Where the inner iterators are short,
    /// [`flat_map_iter`](Self::flat_map_iter) is faster.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = [10, 20]
    ///     .into_par_iter()
    ///     .flat_map(|n| n..n + 3)
    ///     .collect();
    /// assert_eq!(numbers, [10, 11, 12, 20, 21, 22]);
    /// ```
    fn flat_map<F, PI>(self, map_op: F) -> FlatMap<Self, F>
    where
        F: Fn(Self::Item) -> PI + Sync + Send,
        PI: IntoParallelIterator,
    {
        FlatMap::new(self, map_op)
    }

    /// Yields the items of the sequential iterators that `map_op` makes of each item.
    ///
    /// Items that come of one item are handled one after another, on one thread, and in order.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let letters: Vec<char> = ["ab", "c"]
    ///     .par_iter()
    ///     .flat_map_iter(|word| word.chars())
    ///     .collect();
    /// assert_eq!(letters, ['a', 'b', 'c']);
    /// ```
    fn flat_map_iter<F, SI>(self, map_op: F) -> FlatMapIter<Self, F>
    where
        F: Fn(Self::Item) -> SI + Sync + Send,
        SI: IntoIterator,
        SI::Item: Send,
    {
        FlatMapIter::new(self, map_op)
    }

    /// Yields the items of the items, each of which is turned into a parallel iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = vec![vec![1, 2], vec![], vec![3]]
    ///     .into_par_iter()
    ///     .flatten()
    ///     .collect();
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    fn flatten(self) -> Flatten<Self>
    where
        Self::Item: IntoParallelIterator,
    {
        Flatten::new(self)
    }

    /// Yields the items of the items, each of which is turned into a sequential iterator.
    ///
    /// Faster than [`flatten`](Self::flatten) where the inner iterators are short.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = vec![vec![1, 2], vec![], vec![3]]
    ///     .into_par_iter()
    ///     .flatten_iter()
    ///     .collect();
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    fn flatten_iter(self) -> FlattenIter<Self>
    where
        Self::Item: IntoIterator,
        <Self::Item as IntoIterator>::Item: Send,
    {
        FlattenIter::new(self)
    }

    /// Joins all items by `op`, in order but grouped in any way; `identity` is for pieces to start from.
    ///
    /// `identity` is called once or more for each piece, so it must return a value that `op` joins with
    /// any other without changing that one: 0 for sums, an empty string for strings. Of no items comes
    /// what `identity` returns. The grouping makes no difference if `op` is associative.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let pairs = [(0, 1), (5, 6), (16, 2)];
    /// let sums = pairs
    ///     .par_iter()
    ///     .copied()
    ///     .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    /// assert_eq!(sums, (21, 9));
    /// ```
    #[track_caller]
    fn reduce<OP, ID>(self, identity: ID, op: OP) -> Self::Item
    where
        OP: Fn(Self::Item, Self::Item) -> Self::Item + Sync + Send,
        ID: Fn() -> Self::Item + Sync + Send,
    {
        caller::note();
        let start = || Some(identity());
        let reduced = self.drive_unindexed(sinks::Reduce { start: &start, op: &op });
        reduced.expect("every piece starts with something")
    }

    /// Joins all items by `op`, in order but grouped in any way; `None` if there are no items.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let longest = ["lachesis", "clotho", "atropos"]
    ///     .par_iter()
    ///     .reduce_with(|a, b| if b.len() > a.len() { b } else { a });
    /// assert_eq!(longest, Some(&"lachesis"));
    /// ```
    #[track_caller]
    fn reduce_with<OP>(self, op: OP) -> Option<Self::Item>
    where
        OP: Fn(Self::Item, Self::Item) -> Self::Item + Sync + Send,
    {
        caller::note();
        self.drive_unindexed(sinks::Reduce { start: &|| None, op: &op })
    }

    /// Joins what the items carry by the fallible `op`, and stops soon after a failure.
    ///
    /// The failure may be an item's or the operation's; of several, any one is returned. See
    /// [`reduce`](Self::reduce) for what `identity` must be.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let sum = |numbers: &[u8]| {
    ///     numbers
    ///         .par_iter()
    ///         .map(|&n| Some(n))
    ///         .try_reduce(|| 0, |a, b| a.checked_add(b))
    /// };
    /// assert_eq!(sum(&[1, 2, 3]), Some(6));
    /// assert_eq!(sum(&[100, 100, 100]), None);
    /// ```
    #[track_caller]
    fn try_reduce<T, OP, ID>(self, identity: ID, op: OP) -> Self::Item
    where
        OP: Fn(T, T) -> Self::Item + Sync + Send,
        ID: Fn() -> T + Sync + Send,
        Self::Item: Try<Output = T>,
    {
        caller::note();
        let start = || Some(identity());
        let reduced = self.drive_unindexed(sinks::TryReduce {
            start: &start,
            op: &op,
            stop: &StopFlag::new(),
        });
        reduced.expect("every piece starts with something")
    }

    /// Joins what the items carry by the fallible `op`; `None` if there are no items.
    ///
    /// See [`try_reduce`](Self::try_reduce).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let product = |words: &[&str]| {
    ///     words
    ///         .par_iter()
    ///         .map(|word| word.parse::<u32>())
    ///         .try_reduce_with(|a, b| Ok(a * b))
    /// };
    /// assert_eq!(product(&["2", "3"]), Some(Ok(6)));
    /// assert!(product(&["2", "x"]).unwrap().is_err());
    /// assert_eq!(product(&[]), None);
    /// ```
    #[track_caller]
    fn try_reduce_with<T, OP>(self, op: OP) -> Option<Self::Item>
    where
        OP: Fn(T, T) -> Self::Item + Sync + Send,
        Self::Item: Try<Output = T>,
    {
        caller::note();
        self.drive_unindexed(sinks::TryReduce { start: &|| None, op: &op, stop: &StopFlag::new() })
    }

    /// Folds each piece of the sequence to one value, starting from what `identity` returns.
    ///
    /// How many pieces there are is left to chance: there is one value at least, even for no items.
    /// Usually a [`reduce`](Self::reduce) follows.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total: u32 = (1..=100_u16)
    ///     .into_par_iter()
    ///     .fold(|| 0, |total, n| total + u32::from(n))
    ///     .sum();
    /// assert_eq!(total, 5050);
    /// ```
    fn fold<T, ID, F>(self, identity: ID, fold_op: F) -> Fold<Self, ID, F>
    where
        F: Fn(T, Self::Item) -> T + Sync + Send,
        ID: Fn() -> T + Sync + Send,
        T: Send,
    {
        Fold::new(self, identity, fold_op)
    }

    /// Folds each piece of the sequence to one value, starting from a clone of `init`.
    ///
    /// See [`fold`](Self::fold).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total: u32 = (1..=100_u16)
    ///     .into_par_iter()
    ///     .fold_with(0, |total, n| total + u32::from(n))
    ///     .sum();
    /// assert_eq!(total, 5050);
    /// ```
    fn fold_with<F, T>(self, init: T, fold_op: F) -> FoldWith<Self, T, F>
    where
        F: Fn(T, Self::Item) -> T + Sync + Send,
        T: Send + Clone,
    {
        FoldWith::new(self, init, fold_op)
    }

    /// Folds each piece of the sequence by the fallible `fold_op`; a failure ends its piece only.
    ///
    /// Usually a [`try_reduce`](Self::try_reduce) follows, which stops the other pieces too.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total = (1..=10_u8)
    ///     .into_par_iter()
    ///     .try_fold(|| 0, u8::checked_add)
    ///     .try_reduce(|| 0, u8::checked_add);
    /// assert_eq!(total, Some(55));
    /// ```
    fn try_fold<T, R, ID, F>(self, identity: ID, fold_op: F) -> TryFold<Self, R, ID, F>
    where
        F: Fn(T, Self::Item) -> R + Sync + Send,
        ID: Fn() -> T + Sync + Send,
        R: Try<Output = T> + Send,
    {
        TryFold::new(self, identity, fold_op)
    }

    /// Folds each piece of the sequence by the fallible `fold_op`, starting from a clone of `init`.
    ///
    /// See [`try_fold`](Self::try_fold).
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total = (1..=10_u8)
    ///     .into_par_iter()
    ///     .try_fold_with(0, u8::checked_add)
    ///     .try_reduce(|| 0, u8::checked_add);
    /// assert_eq!(total, Some(55));
    /// ```
    fn try_fold_with<F, T, R>(self, init: T, fold_op: F) -> TryFoldWith<Self, R, F>
    where
        F: Fn(T, Self::Item) -> R + Sync + Send,
        R: Try<Output = T> + Send,
        T: Clone + Send,
    {
        TryFoldWith::new(self, init, fold_op)
    }

    /// Adds up all items, in order but grouped in any way.
    ///
    /// Sums of floating point numbers may therefore differ from one call to the next. Of no items comes
    /// the sum that std gives: 0 for numbers.
    ///
    /// # Panics
    ///
    /// As std's `sum`: where overflow is checked, if the sum of an integer type overflows.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let total: i32 = [1, 5, 7].par_iter().sum();
    /// assert_eq!(total, 13);
    /// ```
    #[track_caller]
    fn sum<S>(self) -> S
    where
        S: Send + Sum<Self::Item> + Sum<S>,
    {
        caller::note();
        let sinks::SumOf(sum) = self.drive_unindexed(sinks::Accumulate::new());
        sum
    }

    /// Multiplies all items, in order but grouped in any way.
    ///
    /// Products of floating point numbers may therefore differ from one call to the next. Of no items
    /// comes the product that std gives: 1 for numbers.
    ///
    /// # Panics
    ///
    /// As std's `product`: where overflow is checked, if the product of an integer type overflows.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let product: i32 = [2, 5, 7].par_iter().product();
    /// assert_eq!(product, 70);
    /// ```
    #[track_caller]
    fn product<P>(self) -> P
    where
        P: Send + Product<Self::Item> + Product<P>,
    {
        caller::note();
        let sinks::ProductOf(product) = self.drive_unindexed(sinks::Accumulate::new());
        product
    }

    /// The least item, the first of equals; `None` if there are no items.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([45, 74, 32].par_iter().min(), Some(&32));
    /// ```
    #[track_caller]
    fn min(self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        caller::note();
        self.reduce_with(|a, b| if a.cmp(&b).is_gt() { b } else { a })
    }

    /// The least item by the order `f`, the first of equals; `None` if there are no items.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let least = [0.5, -3.0, 2.0].into_par_iter().min_by(f64::total_cmp);
    /// assert_eq!(least, Some(-3.0));
    /// ```
    #[track_caller]
    fn min_by<F>(self, f: F) -> Option<Self::Item>
    where
        F: Sync + Send + Fn(&Self::Item, &Self::Item) -> Ordering,
    {
        caller::note();
        self.reduce_with(|a, b| if f(&a, &b).is_gt() { b } else { a })
    }

    /// The item with the least key, the first of equals; `None` if there are no items.
    ///
    /// `f` is called once for each item.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([-3, 2, 5].into_par_iter().min_by_key(|n: &i32| n.abs()), Some(2));
    /// ```
    #[track_caller]
    fn min_by_key<K, F>(self, f: F) -> Option<Self::Item>
    where
        K: Ord + Send,
        F: Sync + Send + Fn(&Self::Item) -> K,
    {
        caller::note();
        self.map(|item| (f(&item), item)).min_by(|a, b| a.0.cmp(&b.0)).map(|(_, item)| item)
    }

    /// The greatest item, the last of equals; `None` if there are no items.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([45, 74, 32].par_iter().max(), Some(&74));
    /// ```
    #[track_caller]
    fn max(self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        caller::note();
        self.reduce_with(|a, b| if a.cmp(&b).is_gt() { a } else { b })
    }

    /// The greatest item by the order `f`, the last of equals; `None` if there are no items.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let greatest = [0.5, -3.0, 2.0].into_par_iter().max_by(f64::total_cmp);
    /// assert_eq!(greatest, Some(2.0));
    /// ```
    #[track_caller]
    fn max_by<F>(self, f: F) -> Option<Self::Item>
    where
        F: Sync + Send + Fn(&Self::Item, &Self::Item) -> Ordering,
    {
        caller::note();
        self.reduce_with(|a, b| if f(&a, &b).is_gt() { a } else { b })
    }

    /// The item with the greatest key, the last of equals; `None` if there are no items.
    ///
    /// `f` is called once for each item.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!([-9, 2, 5].into_par_iter().max_by_key(|n: &i32| n.abs()), Some(-9));
    /// ```
    #[track_caller]
    fn max_by_key<K, F>(self, f: F) -> Option<Self::Item>
    where
        K: Ord + Send,
        F: Sync + Send + Fn(&Self::Item) -> K,
    {
        caller::note();
        self.map(|item| (f(&item), item)).max_by(|a, b| a.0.cmp(&b.0)).map(|(_, item)| item)
    }

    /// Yields the items of `self` and then those of `chain`, possibly at the same time.
    ///
    /// # Panics
    ///
    /// If both are indexed and their lengths together exceed `usize`, as soon as the length is asked for.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let numbers: Vec<u32> = (0..2).into_par_iter().chain(7..9).collect();
    /// assert_eq!(numbers, [0, 1, 7, 8]);
    /// ```
    fn chain<C>(self, chain: C) -> Chain<Self, C::Iter>
    where
        C: IntoParallelIterator<Item = Self::Item>,
    {
        Chain::new(self, chain.into_par_iter())
    }

    /// Any item that satisfies `predicate`, or `None`. The search stops soon after one is found.
    ///
    /// It need not be the first, nor the same every time. Looking for any is cheaper than looking for the
    /// first: nothing that comes before a match has to be looked at.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let found = [3, 4, 6].par_iter().find_any(|&&n| n % 2 == 0);
    /// assert!(found == Some(&4) || found == Some(&6));
    /// ```
    #[track_caller]
    fn find_any<P>(self, predicate: P) -> Option<Self::Item>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.filter(predicate).drive_unindexed(sinks::FindAny(&StopFlag::new()))
    }

    /// The first item that satisfies `predicate`. What comes after a match is left alone where possible.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let found = [3, 4, 6].par_iter().find_first(|&&n| n % 2 == 0);
    /// assert_eq!(found, Some(&4));
    /// ```
    #[track_caller]
    fn find_first<P>(self, predicate: P) -> Option<Self::Item>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.filter(predicate).drive_unindexed(FindFirst::new(&BestRank::new()))
    }

    /// The last item that satisfies `predicate`. What comes before a match is left alone where possible.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let found = [3, 4, 6].par_iter().find_last(|&&n| n % 2 == 0);
    /// assert_eq!(found, Some(&6));
    /// ```
    #[track_caller]
    fn find_last<P>(self, predicate: P) -> Option<Self::Item>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.filter(predicate).drive_unindexed(FindLast::new(&BestRank::new()))
    }

    /// What `predicate` makes of any item it makes something of.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let number = ["a", "7"].par_iter().find_map_any(|word| word.parse().ok());
    /// assert_eq!(number, Some(7));
    /// ```
    #[track_caller]
    fn find_map_any<P, R>(self, predicate: P) -> Option<R>
    where
        P: Fn(Self::Item) -> Option<R> + Sync + Send,
        R: Send,
    {
        caller::note();
        self.filter_map(predicate).drive_unindexed(sinks::FindAny(&StopFlag::new()))
    }

    /// What `predicate` makes of the first item it makes something of.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let number = ["a", "7", "8"].par_iter().find_map_first(|word| word.parse().ok());
    /// assert_eq!(number, Some(7));
    /// ```
    #[track_caller]
    fn find_map_first<P, R>(self, predicate: P) -> Option<R>
    where
        P: Fn(Self::Item) -> Option<R> + Sync + Send,
        R: Send,
    {
        caller::note();
        self.filter_map(predicate).drive_unindexed(FindFirst::new(&BestRank::new()))
    }

    /// What `predicate` makes of the last item it makes something of.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let number = ["a", "7", "8"].par_iter().find_map_last(|word| word.parse().ok());
    /// assert_eq!(number, Some(8));
    /// ```
    #[track_caller]
    fn find_map_last<P, R>(self, predicate: P) -> Option<R>
    where
        P: Fn(Self::Item) -> Option<R> + Sync + Send,
        R: Send,
    {
        caller::note();
        self.filter_map(predicate).drive_unindexed(FindLast::new(&BestRank::new()))
    }

    /// The former name of [`find_any`](Self::find_any).
    #[doc(hidden)]
    #[deprecated(note = "say `find_any`, `find_first` or `find_last`")]
    #[track_caller]
    fn find<P>(self, predicate: P) -> Option<Self::Item>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        self.find_any(predicate)
    }

    /// Whether any item satisfies `predicate`; false if there are none. Stops soon after one does.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!([0, 12, 3].par_iter().any(|&n| n > 10));
    /// ```
    #[track_caller]
    fn any<P>(self, predicate: P) -> bool
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        sinks::holds_for_any(self, predicate)
    }

    /// Whether every item satisfies `predicate`; true if there are none. Stops soon after one does not.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert!(![0, 12, 3].par_iter().all(|&n| n > 10));
    /// ```
    #[track_caller]
    fn all<P>(self, predicate: P) -> bool
    where
        P: Fn(Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        !sinks::holds_for_any(self, |item| !predicate(item))
    }

    /// Yields what is inside `Some`, and stops soon after any item turns out to be `None`.
    ///
    /// Items after the `None` may be yielded and items before it may be missing: pieces of the sequence
    /// are at work at the same time.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let all: Vec<u32> = [Some(1), Some(2)].into_par_iter().while_some().collect();
    /// assert_eq!(all, [1, 2]);
    /// let none: Vec<u32> = [None, None].into_par_iter().while_some().collect();
    /// assert_eq!(none, []);
    /// ```
    fn while_some<T>(self) -> WhileSome<Self>
    where
        Self: ParallelIterator<Item = Option<T>>,
        T: Send,
    {
        WhileSome::new(self)
    }

    /// Stops all pieces soon after one of them panics; without it they may go on to their ends.
    ///
    /// It costs a check for each item.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::panic::catch_unwind;
    ///
    /// let result = catch_unwind(|| {
    ///     (0..100).into_par_iter().panic_fuse().for_each(|n| assert_ne!(n, 0));
    /// });
    /// assert!(result.is_err());
    /// ```
    fn panic_fuse(self) -> PanicFuse<Self> {
        PanicFuse::new(self)
    }

    /// Makes a collection of all items; see [`FromParallelIterator`] for what there is.
    ///
    /// Sequences keep the order of the items. Where their number is known, they are written straight to
    /// their places in a vector; otherwise each piece fills a vector of its own, and these are appended
    /// in order. Into maps, sets and heaps the calling thread puts the items when all are made; of equal
    /// keys the last one wins.
    ///
    /// # Panics
    ///
    /// If a closure panics; all items made so far are dropped.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let sums: Vec<u32> = (0..4_u32).into_par_iter().map(|n| n + 1).collect();
    /// assert_eq!(sums, [1, 2, 3, 4]);
    /// ```
    #[track_caller]
    fn collect<C>(self) -> C
    where
        C: FromParallelIterator<Self::Item>,
    {
        caller::note();
        C::from_par_iter(self)
    }

    /// Collects the first halves of all pairs in one collection, the second halves in another.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let (numbers, words): (Vec<u32>, Vec<&str>) = [(1, "one"), (2, "two")].into_par_iter().unzip();
    /// assert_eq!(numbers, [1, 2]);
    /// assert_eq!(words, ["one", "two"]);
    /// ```
    #[track_caller]
    fn unzip<A, B, FromA, FromB>(self) -> (FromA, FromB)
    where
        Self: ParallelIterator<Item = (A, B)>,
        FromA: Default + Send + ParallelExtend<A>,
        FromB: Default + Send + ParallelExtend<B>,
        A: Send,
        B: Send,
    {
        caller::note();
        deal_out(self, Unzip)
    }

    /// Collects what satisfies `predicate` in one collection, what does not in another.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let (even, odd): (Vec<u32>, Vec<u32>) = (0..5).into_par_iter().partition(|n| n % 2 == 0);
    /// assert_eq!(even, [0, 2, 4]);
    /// assert_eq!(odd, [1, 3]);
    /// ```
    #[track_caller]
    fn partition<A, B, P>(self, predicate: P) -> (A, B)
    where
        A: Default + Send + ParallelExtend<Self::Item>,
        B: Default + Send + ParallelExtend<Self::Item>,
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        caller::note();
        deal_out(self, Partition(predicate))
    }

    /// Collects what `predicate` makes of each item, in one of two collections as it says.
    ///
    /// ```
    /// use moirai::iter::Either;
    /// use moirai::prelude::*;
    ///
    /// let (numbers, words): (Vec<i32>, Vec<&str>) =
    ///     ["1", "b", "3"].into_par_iter().partition_map(|word| match word.parse::<i32>() {
    ///         Ok(number) => Either::Left(number),
    ///         Err(_) => Either::Right(word),
    ///     });
    /// assert_eq!(numbers, [1, 3]);
    /// assert_eq!(words, ["b"]);
    /// ```
    #[track_caller]
    fn partition_map<A, B, P, L, R>(self, predicate: P) -> (A, B)
    where
        A: Default + Send + ParallelExtend<L>,
        B: Default + Send + ParallelExtend<R>,
        P: Fn(Self::Item) -> Either<L, R> + Sync + Send,
        L: Send,
        R: Send,
    {
        caller::note();
        deal_out(self, PartitionMap(predicate))
    }

    /// Yields the items with a clone of `element` between any two.
    ///
    /// # Panics
    ///
    /// If `self` is indexed and twice its length exceeds `usize`, as soon as the length is asked for.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let dotted: Vec<i32> = [1, 2, 3].into_par_iter().intersperse(0).collect();
    /// assert_eq!(dotted, [1, 0, 2, 0, 3]);
    /// ```
    fn intersperse(self, element: Self::Item) -> Intersperse<Self>
    where
        Self::Item: Clone,
    {
        Intersperse::new(self, element)
    }

    /// Yields `n` items, no matter which; fewer only if there are fewer.
    ///
    /// The items keep their order. See [`take`](super::IndexedParallelIterator::take) for the first `n`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let some: Vec<u32> = (0..100).into_par_iter().filter(|n| n % 2 == 0).take_any(5).collect();
    /// assert_eq!(some.len(), 5);
    /// assert!(some.is_sorted());
    /// ```
    fn take_any(self, n: usize) -> TakeAny<Self> {
        TakeAny::new(self, n)
    }

    /// Drops `n` items, no matter which, and yields the others.
    ///
    /// The items keep their order. See [`skip`](super::IndexedParallelIterator::skip) for the first `n`.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let some: Vec<u32> = (0..100).into_par_iter().filter(|n| n % 2 == 0).skip_any(5).collect();
    /// assert_eq!(some.len(), 45);
    /// assert!(some.is_sorted());
    /// ```
    fn skip_any(self, n: usize) -> SkipAny<Self> {
        SkipAny::new(self, n)
    }

    /// Yields items until any one fails `predicate`, and stops soon after that.
    ///
    /// Pieces are at work at the same time, so which items come before the failure is left to chance.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let few: Vec<u32> = (0..100).into_par_iter().take_any_while(|&n| n < 50).collect();
    /// assert!(few.iter().all(|&n| n < 50));
    /// ```
    fn take_any_while<P>(self, predicate: P) -> TakeAnyWhile<Self, P>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        TakeAnyWhile::new(self, predicate)
    }

    /// Drops items until any one fails `predicate`, and yields that one and what comes later.
    ///
    /// Pieces are at work at the same time, so which items come before the failure is left to chance.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let most: Vec<u32> = (0..100).into_par_iter().skip_any_while(|&n| n < 50).collect();
    /// assert!(most.len() >= 50);
    /// ```
    fn skip_any_while<P>(self, predicate: P) -> SkipAnyWhile<Self, P>
    where
        P: Fn(&Self::Item) -> bool + Sync + Send,
    {
        SkipAnyWhile::new(self, predicate)
    }

    /// Collects the items in vectors, and those in a list, in order.
    ///
    /// None of the vectors is empty; at present there is one at most, into which everything is collected as by
    /// [`collect`](Self::collect). It is the way for collections of other crates to take items in.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let list = (0..100_u32).into_par_iter().filter(|n| n % 2 == 0).collect_vec_list();
    /// assert!(list.iter().all(|vec| !vec.is_empty()));
    /// assert_eq!(list.into_iter().flatten().count(), 50);
    /// ```
    #[track_caller]
    fn collect_vec_list(self) -> LinkedList<Vec<Self::Item>> {
        caller::note();
        let mut vec = Vec::new();
        extend_vec(&mut vec, self);
        let some = Some(vec).filter(|vec| !vec.is_empty());
        some.into_iter().collect()
    }

    /// Has all items run through `consumer`: the one method an implementor has to write.
    ///
    /// For implementors; see [`plumbing`](super::plumbing).
    ///
    /// ```
    /// use moirai::iter::plumbing::UnindexedConsumer;
    /// use moirai::prelude::*;
    ///
    /// /// Even numbers, by way of all numbers.
    /// struct Evens(u32);
    ///
    /// impl ParallelIterator for Evens {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         (0..self.0).into_par_iter().map(|n| n * 2).drive_unindexed(consumer)
    ///     }
    /// }
    ///
    /// assert_eq!(Evens(4).sum::<u32>(), 12);
    /// ```
    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: UnindexedConsumer<Self::Item>;

    /// The exact number of items, if it is known.
    ///
    /// It is what lets [`collect`](Self::collect) write to a vector in place. An implementor that returns
    /// `Some` promises to cut consumers by `split_at` only.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// assert_eq!((0..10_u32).into_par_iter().opt_len(), Some(10));
    /// assert_eq!((0..10_u32).into_par_iter().filter(|_| true).opt_len(), None);
    /// ```
    fn opt_len(&self) -> Option<usize> {
        None
    }
}
