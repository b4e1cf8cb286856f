//! The consumers that stand at the end of a chain.
mod accumulate;
mod any;
pub(crate) mod collect;
mod find;
mod gather;
mod noop;
mod pairs;
mod reduce;
mod segments;
mod stash;
mod text;
pub(crate) mod unzip;

pub(in crate::iter) use self::accumulate::{Accumulate, ProductOf, SumOf};
pub(in crate::iter) use self::any::holds_for_any;
pub(in crate::iter) use self::find::{BestRank, FindAny, FindFirst, FindLast, Position};
pub(crate) use self::gather::gather;
pub(crate) use self::noop::Noop;
pub(in crate::iter) use self::reduce::{Reduce, TryReduce};
pub(crate) use self::text::gather_text;
