//! A data-parallel pool with rayon's whole API: change `use rayon::prelude::*` to `use moirai::prelude::*`.
//!
//! What it does differently, for the same meaning:
//!
//! * A call from outside runs on the calling thread, under the index of a worker that sleeps: no hop into the pool.
//! * A thread that waits inside its pool runs only what it waits for, and what that forks and spawns. A lock held across a
//!   parallel call cannot be asked for by a foreign job.
//! * Nothing is allocated for `join`, and spawned jobs live in pooled frames.
//! * An idle pool makes no wake-ups.
//!
//! `docs/architecture.md` in the repository says how; `docs/compatibility.md` goes through rayon's API item by item,
//! `docs/migration.md` through the change from rayon and back.
//!
//! # Where to start
//!
//! | for | there is |
//! |---|---|
//! | items of a collection, a range, a string | [`prelude`] and the methods of [`iter::ParallelIterator`] |
//! | two things at once, and recursion | [`join()`] |
//! | any number of things that borrow | [`scope()`] |
//! | things that nobody waits for | [`spawn()`] |
//! | something on every thread | [`broadcast()`] |
//! | items as they are made, one after another | [`stream`] |
//! | memory for values that come and go | [`frames`] |
//! | what the machine is made of | [`topology`] |
//! | why a call takes as long as it does | [`explain()`], [`metrics`] |
//! | threads of one's own, or the global pool as one wants it | [`ThreadPoolBuilder`] |
//!
//! The free functions use the pool of the calling thread, or the global pool, which is made at first need. It has as many
//! threads as the environment variable `RAYON_NUM_THREADS` says, or as the machine has.
//!
//! # Panics
//!
//! Each call that waits resumes the panics of what it waits for. All of them panic if they need the global pool and it
//! cannot be made.
//!
//! # Switches
//!
//! [`WaitPolicy`] and [`Guests`], or `MOIRAI_WAIT` and `MOIRAI_GUESTS` in the environment, turn the first two of the differences
//! above off.
//!
//! # Features
//!
//! `trace` records a timeline of what the workers do, `tracing` lets spans of the crate of that name go along with jobs; without
//! them nothing of it is compiled. `docs/profiling.md` shows both. `web_spin_lock` is rayon's: in WebAssembly
//! with atomics, only a pool's own workers block, and every other thread, a browser's main thread among them, waits by looking
//! again and again.
//!
//! # Examples
//!
//! ```
//! use moirai::prelude::*;
//!
//! let total: u64 = (1..=1_000_u32).into_par_iter().filter(|n| n % 3 == 0).map(u64::from).sum();
//! assert_eq!(total, 166_833);
//! ```

pub mod array;
pub mod batch;
mod bounds;
mod broadcast;
mod buffer;
pub mod channel;
pub mod collections;
mod configuration;
mod cow;
pub mod explain;
pub mod frames;
mod global;
pub mod iter;
mod join;
pub mod metrics;
pub mod option;
mod os_string;
mod pieces;
mod pool;
pub mod prelude;
pub mod progress;
pub mod range;
pub mod range_inclusive;
pub mod result;
mod scope;
pub mod slice;
pub mod sort;
mod spawn;
pub mod steal;
pub mod str;
pub mod stream;
pub mod string;
mod sync;
mod thread_pool;
pub mod topology;
#[cfg(feature = "trace")]
pub mod trace;
#[cfg(not(feature = "trace"))]
mod trace;
mod tuning;
mod unit;
mod util;
pub mod vec;
mod yielding;

pub use broadcast::{BroadcastContext, broadcast, spawn_broadcast};
pub use buffer::Buffer;
pub use explain::{explain, named};
pub use join::{FnContext, join, join_context};
pub use scope::{Scope, ScopeFifo, in_place_scope, in_place_scope_fifo, scope, scope_fifo};
pub use spawn::{spawn, spawn_fifo};
pub use steal::StealOrder;
pub use thread_pool::{
    Guests, Pinning, Placement, ThreadBuilder, ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder,
    WaitPolicy, Worker, current_num_threads, current_thread_index, max_num_threads,
};
pub use yielding::{Yield, yield_local, yield_now};

/// The README's and the documents' examples, as doc tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/compatibility.md")]
    struct Compatibility;
    #[doc = include_str!("../docs/faq.md")]
    struct Questions;
    #[doc = include_str!("../docs/migration.md")]
    struct Migration;
    #[doc = include_str!("../docs/seeing.md")]
    struct Seeing;
    #[cfg(feature = "seeded")]
    #[doc = include_str!("../docs/seeds.md")]
    struct Seeds;
    #[doc = include_str!("../docs/compile_fail/items.md")]
    struct Items;
    #[doc = include_str!("../docs/compile_fail/lengths.md")]
    struct Lengths;
    #[doc = include_str!("../docs/compile_fail/lifetimes.md")]
    struct Lifetimes;
    #[doc = include_str!("../docs/compile_fail/names.md")]
    struct Names;
    #[doc = include_str!("../docs/compile_fail/threads.md")]
    struct Threads;
    #[doc = include_str!("../docs/compile_fail/unused.md")]
    struct Unused;
}

/// What only the rayon-core stand-in re-exports.
#[doc(hidden)]
#[allow(deprecated, reason = "deprecated items that must stay nameable")]
pub mod __rayon_core {
    pub use crate::configuration::initialize;
    /// The deprecated way to configure a pool; an alias, so that only the stand-in names it.
    pub type Configuration = crate::configuration::Configuration;
    pub use crate::thread_pool::current_thread_has_pending_tasks;
}
