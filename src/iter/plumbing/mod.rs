//! The traits beneath every parallel iterator, for those who write their own.
//!
//! Data flows from a *producer* to a *consumer*. A [`Producer`] is a sequence that can be cut in
//! two at any index; an [`UnindexedProducer`] chooses itself where to be cut. A [`Consumer`] is a
//! place for items to go, and is cut along with the producer; the [`Reducer`] that the cut leaves
//! behind joins the two results later. When a piece is small enough its consumer becomes a
//! [`Folder`], and an ordinary sequential loop runs the piece's items through it.
//!
//! [`bridge`] brings the two sides together: it decides when to cut and when to loop, and runs the
//! halves in parallel. Adaptors either wrap the consumer on its way to the source, or wrap the
//! producer on its way to the bridge, by a [`ProducerCallback`].
//!
//! # Invariants
//!
//! 1. Results meet in order: `reduce(left, right)` receives two neighbouring pieces.
//! 2. An iterator whose `opt_len` is `Some` cuts its consumer by `split_at` only, at true indices.
//! 3. A consumer cut in two has its halves cut further or turned into folders, each once.
//!
//! # Examples
//!
//! A source of one's own:
//!
//! ```
//! use moirai::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
//! use moirai::prelude::*;
//!
//! /// The dates of a calendar: (month, day).
//! struct Dates(std::ops::RangeInclusive<u8>);
//!
//! impl UnindexedProducer for Dates {
//!     type Item = (u8, u8);
//!
//!     fn split(self) -> (Self, Option<Self>) {
//!         let (first, last) = self.0.into_inner();
//!         if first == last {
//!             return (Dates(first..=last), None);
//!         }
//!         let middle = first + (last - first) / 2;
//!         (Dates(first..=middle), Some(Dates(middle + 1..=last)))
//!     }
//!
//!     fn fold_with<F: Folder<(u8, u8)>>(self, folder: F) -> F {
//!         folder.consume_iter(self.0.flat_map(|month| (1..=30).map(move |day| (month, day))))
//!     }
//! }
//!
//! impl ParallelIterator for Dates {
//!     type Item = (u8, u8);
//!
//!     fn drive_unindexed<C: UnindexedConsumer<(u8, u8)>>(self, consumer: C) -> C::Result {
//!         bridge_unindexed(self, consumer)
//!     }
//! }
//!
//! assert_eq!(Dates(1..=12).filter(|(month, day)| month == day).count(), 12);
//! ```
mod adapt;
mod bridge;
mod call;
mod consumer;
mod dealing;
mod lending;
mod piece;
mod producer;
mod seed;
mod stage;

pub(crate) use self::adapt::{Adapt, AdaptCallback};
pub(in crate::iter) use self::adapt::{AdaptPair, with_both};
pub(in crate::iter) use self::bridge::both_calls;
pub use self::bridge::{bridge, bridge_producer_consumer, bridge_unindexed};
pub use self::consumer::{Consumer, Folder, Reducer, UnindexedConsumer};
pub(in crate::iter) use self::lending::lend;
pub use self::producer::{Producer, ProducerCallback, UnindexedProducer};
pub(in crate::iter) use self::seed::{CloneSeed, InitSeed, Seed};
pub(in crate::iter) use self::stage::{
    Stage, StageConsumer, StageFolder, Strided, Strides, in_strides,
};
