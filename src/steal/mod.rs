//! Where work comes from: the deques, whom to steal from, and the injector.
//!
//! Nothing here knows what a job is; entries are raw words.

pub(crate) mod deque;
pub(crate) mod injector;
pub(crate) mod victims;
