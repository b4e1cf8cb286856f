//! Where items come from if not from a collection.
mod at_most_one;
mod either;
mod empty;
mod multizip;
mod once;
mod par_bridge;
mod repeat;
mod split;
mod stamp;
mod walk_tree;

pub(crate) use self::at_most_one::AtMostOne;
pub use self::empty::{Empty, empty};
pub use self::multizip::MultiZip;
pub use self::once::{Once, once};
pub use self::par_bridge::{IterBridge, ParallelBridge};
#[allow(deprecated, reason = "the former name stays for those who use it")]
pub use self::repeat::{Repeat, RepeatN, repeat, repeat_n, repeatn};
pub use self::split::{Split, split};
pub(crate) use self::stamp::{clone_fields, delegate, indexed_source};
pub use self::walk_tree::{
    WalkTree, WalkTreePostfix, WalkTreePrefix, walk_tree, walk_tree_postfix, walk_tree_prefix,
};
