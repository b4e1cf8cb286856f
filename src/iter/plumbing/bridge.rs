//! Where producers meet consumers: the entries to a parallel call.
//!
//! A call is cut by time (`call.rs`), or by numbers where the user has said how long a piece may be at most, and where there
//! is no clock.
use super::call::trifle;
use super::piece::{IndexedPiece, Piece, UnindexedPiece, WHOLE};
use super::{Consumer, Producer, ProducerCallback, UnindexedConsumer, UnindexedProducer, call};
use crate::explain::Kind;
use crate::explain::recorder::{self, Beginning, Recorded};
use crate::global;
use crate::iter::IndexedParallelIterator;
use crate::pool::context;
use crate::pool::seat::Seat;
use crate::util::caller::{self, Place};
use crate::util::clock::HAS_CLOCK;
use std::any::type_name;

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

/// The indexed driver. Inlined, so that of a call that nobody would take a part of little is left but its items.
#[inline(always)]
fn drive_indexed<P, C>(len: usize, producer: P, consumer: C) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    let place = caller::take();
    let min_len = Ord::max(producer.min_len(), 1);
    // Not made before it is known where it goes: it would be copied.
    let piece = |producer, consumer| IndexedPiece::whole(len, min_len, producer, consumer);
    if len / 2 >= min_len {
        let is_counted = Ord::max(producer.max_len(), 1) < len || !HAS_CLOCK;
        let known = if is_counted { None } else { trifle::known::<IndexedPiece<P, C>>(len) };
        return match known {
            Some(seat) => trifle::run_known(seat, piece(producer, consumer), place),
            None => share(len, is_counted, place, producer, consumer),
        };
    }
    // Nothing to share: no reason to enter a pool.
    if context::is_recording() {
        return record_here(piece(producer, consumer), place);
    }
    call::run_alone(piece(producer, consumer))
}

/// Runs a call that can be cut, in a pool. Not by [`in_pool`]: what a closure carries there is copied into it.
#[inline(never)]
fn share<P, C>(
    len: usize,
    is_counted: bool,
    place: Option<Place>,
    producer: P,
    consumer: C,
) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    let run = |seat: &Seat, is_nested, producer: P, consumer| {
        let min_len = Ord::max(producer.min_len(), 1);
        let mut piece = IndexedPiece::whole(len, min_len, producer, consumer);
        if is_counted {
            piece.count(seat.registry().seats().len());
        }
        call::run(seat, piece, is_counted, is_nested, place)
    };
    match Seat::current() {
        Some(seat) => run(seat, true, producer, consumer),
        None => global::global().enter(|seat, _| run(seat, false, producer, consumer)),
    }
}

/// Runs a call that cannot be cut on the calling thread, whatever that is, while somebody records calls.
#[cold]
#[inline(never)]
fn record_here<P, C>(piece: IndexedPiece<P, C>, place: Option<Place>) -> C::Result
where
    P: Producer,
    C: Consumer<P::Item>,
{
    let seat = Seat::current();
    let items = piece.items();
    let beginning = Beginning {
        kind: Kind::Items,
        place,
        what: type_name::<(P, C)>(),
        items: Some(items),
        least_items: piece.least_items(),
        is_counted: false,
    };
    match Recorded::begin(seat, seat.map(Seat::registry), beginning) {
        Some(call) => recorder::whole(call.node(), seat, items, || call::run_alone(piece)),
        None => call::run_alone(piece),
    }
}

/// The unindexed driver.
fn drive_unindexed<P, C>(producer: P, consumer: C) -> C::Result
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    let place = caller::take();
    if let Some(seat) = trifle::known::<UnindexedPiece<P, C>>(WHOLE) {
        return trifle::run_known(seat, UnindexedPiece::whole(producer, consumer, 1), place);
    }
    in_pool(|seat, is_nested| {
        let threads = seat.registry().seats().len();
        let piece = UnindexedPiece::whole(producer, consumer, threads);
        call::run(seat, piece, !HAS_CLOCK, is_nested, place)
    })
}

/// Runs two calls that belong together, side by side if they are worth it.
pub(in crate::iter) fn both_calls<A, B, RA, RB>(left: A, right: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    let place = caller::take();
    in_pool(|seat, _| call::run_both(seat, left, right, place))
}

/// Runs `op` on a thread of the current pool, or of the global one; the second argument says whether it was a thread of the
/// pool already.
fn in_pool<R: Send>(op: impl FnOnce(&Seat, bool) -> R + Send) -> R {
    match Seat::current() {
        Some(seat) => op(seat, true),
        None => global::global().enter(|seat, _| op(seat, false)),
    }
}
