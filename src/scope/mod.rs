//! `scope` and its kin: any number of jobs that borrow from the caller's frame and are all done when the call returns.

mod base;
mod fifo;
mod lifo;

pub use fifo::{ScopeFifo, in_place_scope_fifo, scope_fifo};
pub use lifo::{Scope, in_place_scope, scope};

pub(crate) use fifo::{in_place_scope_fifo_in, scope_fifo_on};
pub(crate) use lifo::{in_place_scope_in, scope_on};
