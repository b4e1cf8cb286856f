//! Where producers meet consumers: when to cut a piece, when to run it, and the forking itself.
//!
//! Everything that decides about pieces is in this file, behind [`drive_indexed`] and
//! [`drive_unindexed`].
use super::{
    Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer, UnindexedProducer,
};
use crate::iter::IndexedParallelIterator;
use crate::{current_num_threads, join_context};

/// Drives `consumer` with all items of an indexed iterator.
///
/// This is what the `drive` of most indexed iterators consists of. When to cut a piece in two is decided here; each cut costs
/// one `join`.
///
/// # Panics
///
/// With the panic of a closure on the way, once all pieces at work have ended.
///
/// ```
/// use moirai::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer, bridge};
/// use moirai::prelude::*;
///
/// /// The elements of a slice, by value.
/// struct Values<'a>(&'a [u32]);
///
/// impl ParallelIterator for Values<'_> {
///     type Item = u32;
///
///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
///         bridge(self, consumer)
///     }
/// }
///
/// impl IndexedParallelIterator for Values<'_> {
///     fn drive<C: Consumer<u32>>(self, consumer: C) -> C::Result {
///         bridge(self, consumer)
///     }
///
///     fn len(&self) -> usize {
///         self.0.len()
///     }
///
///     fn with_producer<CB: ProducerCallback<u32>>(self, callback: CB) -> CB::Output {
///         self.0.par_iter().copied().with_producer(callback)
///     }
/// }
///
/// assert_eq!(Values(&[1, 2, 3]).sum::<u32>(), 6);
/// ```
pub fn bridge<I, C>(par_iter: I, consumer: C) -> C::Result
where
    I: IndexedParallelIterator,
    C: Consumer<I::Item>,
{
    let len = par_iter.len();
    par_iter.with_producer(DriveCallback { len, consumer })
}

/// Drives `consumer` with the `len` items of `producer`.
///
/// It is [`bridge`] for those who have the producer at hand.
///
/// # Panics
///
/// As [`bridge`].
///
/// ```
/// use moirai::iter::plumbing::{Producer, UnindexedConsumer, bridge_producer_consumer};
/// use moirai::prelude::*;
///
/// /// So many times the same number.
/// struct Same(u32, usize);
///
/// impl Producer for Same {
///     type Item = u32;
///     type IntoIter = std::iter::RepeatN<u32>;
///
///     fn into_iter(self) -> Self::IntoIter {
///         std::iter::repeat_n(self.0, self.1)
///     }
///
///     fn split_at(self, index: usize) -> (Self, Self) {
///         (Same(self.0, index), Same(self.0, self.1 - index))
///     }
/// }
///
/// impl ParallelIterator for Same {
///     type Item = u32;
///
///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
///         bridge_producer_consumer(self.1, self, consumer)
///     }
/// }
///
/// assert_eq!(Same(6, 7).sum::<u32>(), 42);
/// ```
pub fn bridge_producer_consumer<P, C>(len: usize, producer: P, consumer: C) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    drive_indexed(len, producer, consumer)
}

/// Drives `consumer` with the items of a producer that cannot be cut at a given index.
///
/// # Panics
///
/// As [`bridge`].
///
/// ```
/// use moirai::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
/// use moirai::prelude::*;
///
/// /// The words of a text.
/// struct Words<'a>(&'a str);
///
/// impl<'a> UnindexedProducer for Words<'a> {
///     type Item = &'a str;
///
///     fn split(self) -> (Self, Option<Self>) {
///         match self.0.split_once(' ') {
///             Some((word, rest)) => (Words(word), Some(Words(rest))),
///             None => (self, None),
///         }
///     }
///
///     fn fold_with<F: Folder<&'a str>>(self, folder: F) -> F {
///         folder.consume_iter(self.0.split_whitespace())
///     }
/// }
///
/// impl<'a> ParallelIterator for Words<'a> {
///     type Item = &'a str;
///
///     fn drive_unindexed<C: UnindexedConsumer<&'a str>>(self, consumer: C) -> C::Result {
///         bridge_unindexed(self, consumer)
///     }
/// }
///
/// assert_eq!(Words("spin measure cut").map(str::len).max(), Some(7));
/// ```
pub fn bridge_unindexed<P, C>(producer: P, consumer: C) -> C::Result
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    drive_unindexed(producer, consumer)
}

/// Receives the producer that [`bridge`] asked for.
struct DriveCallback<C> {
    len: usize,
    consumer: C,
}

impl<T, C: Consumer<T>> ProducerCallback<T> for DriveCallback<C> {
    type Output = C::Result;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> C::Result {
        drive_indexed(self.len, producer, self.consumer)
    }
}

/// How many more pieces a piece may become; halves with every cut.
#[derive(Clone, Copy)]
struct Budget(usize);

impl Budget {
    /// Enough for every thread to get a piece, or for `pieces` if that is more.
    fn for_pieces(pieces: usize) -> Self {
        Budget(Ord::max(current_num_threads(), pieces))
    }

    /// Pays for one cut, if there is something left to pay with.
    ///
    /// A piece that another thread had to come for shows that threads are looking for work: it
    /// starts afresh, with a piece for everyone.
    fn spend(self, migrated: bool) -> Option<Self> {
        if migrated {
            Some(Budget(Ord::max(current_num_threads(), self.0 / 2)))
        } else if self.0 > 0 {
            Some(Budget(self.0 / 2))
        } else {
            None
        }
    }
}

/// The indexed driver.
fn drive_indexed<P, C>(len: usize, producer: P, consumer: C) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    let min_len = Ord::max(producer.min_len(), 1);
    let max_len = Ord::max(producer.max_len(), 1);
    let budget = Budget::for_pieces(len / max_len);
    indexed_piece(len, min_len, budget, false, producer, consumer)
}

/// Cuts a piece in two as long as both halves are long enough and the budget lasts, or runs it.
fn indexed_piece<P, C>(
    len: usize,
    min_len: usize,
    budget: Budget,
    migrated: bool,
    producer: P,
    consumer: C,
) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    if consumer.full() {
        return consumer.into_folder().complete();
    }
    let half = len / 2;
    let affordable = if half >= min_len { budget.spend(migrated) } else { None };
    let Some(budget) = affordable else {
        return producer.fold_with(consumer.into_folder()).complete();
    };
    let (left_producer, right_producer) = producer.split_at(half);
    let (left_consumer, right_consumer, reducer) = consumer.split_at(half);
    let (left, right) = join_context(
        |context| {
            let migrated = context.migrated();
            indexed_piece(half, min_len, budget, migrated, left_producer, left_consumer)
        },
        |context| {
            let (rest, migrated) = (len - half, context.migrated());
            indexed_piece(rest, min_len, budget, migrated, right_producer, right_consumer)
        },
    );
    reducer.reduce(left, right)
}

/// The unindexed driver.
fn drive_unindexed<P, C>(producer: P, consumer: C) -> C::Result
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    unindexed_piece(Budget::for_pieces(0), false, producer, consumer)
}

/// Cuts a piece in two as long as the budget lasts and the producer can be cut, or runs it.
fn unindexed_piece<P, C>(budget: Budget, migrated: bool, producer: P, consumer: C) -> C::Result
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    if consumer.full() {
        return consumer.into_folder().complete();
    }
    let Some(budget) = budget.spend(migrated) else {
        return producer.fold_with(consumer.into_folder()).complete();
    };
    let (left_producer, right_producer) = match producer.split() {
        (left, Some(right)) => (left, right),
        (whole, None) => return whole.fold_with(consumer.into_folder()).complete(),
    };
    let reducer = consumer.to_reducer();
    let left_consumer = consumer.split_off_left();
    let (left, right) = join_context(
        |context| unindexed_piece(budget, context.migrated(), left_producer, left_consumer),
        |context| unindexed_piece(budget, context.migrated(), right_producer, consumer),
    );
    reducer.reduce(left, right)
}
