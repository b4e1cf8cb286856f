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
mod adapt;
mod bridge;
mod call;
mod consumer;
mod piece;
mod producer;
mod seed;
mod sites;
mod stage;

pub(in crate::iter) use self::adapt::{Adapt, AdaptCallback, AdaptPair, with_both};
pub use self::bridge::{bridge, bridge_producer_consumer, bridge_unindexed};
pub use self::consumer::{Consumer, Folder, Reducer, UnindexedConsumer};
pub use self::producer::{Producer, ProducerCallback, UnindexedProducer};
pub(in crate::iter) use self::seed::{CloneSeed, InitSeed, Seed};
pub(in crate::iter) use self::stage::{Stage, StageConsumer, StageFolder};
