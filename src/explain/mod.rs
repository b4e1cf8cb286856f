//! Why a parallel call takes as long as it does.
//!
//! [`explain`](explain()) runs a closure and records each parallel call in it: when which worker ran which batch, for how long its
//! thread had a processor, who waited for whom. A [`Report`] has the [`Call`]s with all of that; printed, it says for each one
//! how much work it was, how many threads it reached, where the time went, and in one sentence what held it up ([`Cause`]).
//!
//! ```text
//! parse (src/main.rs:17): 4096 items in 3.1 ms, on up to 4 of 4 threads
//!   7.9 ms of work in 66 batches; the largest one, 1.3 ms (16 %), had 1 item
//!   time of all threads: 64 % work, 9 % search, 0 % asleep, 26 % waiting for stragglers, 0 % joining results, 1 % other
//!   stolen: 0 near, 11 in the group, 0 between groups
//!   => one item took 42 % of the time
//! ```
//!
//! Calls are those of the iterators and of what is built on them, joins with all that is joined in them, scopes with their jobs,
//! and sorts ([`Kind`]). Jobs of `spawn` are told by what they run, if another thread than their maker does, and by the
//! [metrics](Report::metrics).
//!
//! Nothing is recorded unless somebody explains: a call then looks once at a flag. What is recorded costs some microseconds for
//! each call and one or two for each batch, which are taken off what batches cost. Recordings by several threads at once do not
//! disturb each other.

mod diagnosis;
mod named;
pub(crate) mod recorder;
mod report;
pub(crate) mod strands;
mod trace;

pub use diagnosis::Cause;
pub use named::named;
pub use report::Report;
pub use trace::{Batch, Call, Kind, More, Spent, Stint};

use crate::global;
use crate::metrics::Metrics;
use crate::pool::context::{self, Recording};
use crate::pool::seat::Seat;

/// Runs `op` and reports on each parallel call in it: see the [module](self).
///
/// The report is made of the calls that `op` has begun, on whatever thread, and that have ended by its end.
///
/// # Panics
///
/// With `op`'s panic; then nothing is reported.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
///
/// let words = ["spin", "measure", "cut"];
/// let (longest, report) = moirai::explain(|| {
///     moirai::named("longest word", || words.par_iter().map(|word| word.len()).max())
/// });
/// assert_eq!(longest, Some(7));
/// let call = &report.calls()[0];
/// assert_eq!((call.name, call.items), (Some("longest word"), Some(3)));
/// println!("{report}");
/// ```
pub fn explain<R>(op: impl FnOnce() -> R) -> (R, Report) {
    let pool = Seat::current().map_or_else(global::started, |seat| Some(seat.registry().to_arc()));
    let before = pool.as_deref().map(Metrics::of);
    let recording = Recording::begin();
    let root = Root(recorder::open_root(named::innermost()));
    let result = context::within(root.0, op);
    let (calls, more_calls) = recorder::close_root(root.0);
    drop((root, recording));
    let metrics = before.and_then(|before| Some(Metrics::of(pool.as_deref()?) - before));
    (result, Report { calls, more_calls, metrics })
}

/// Forgets what was recorded if `op` panics.
struct Root(usize);

impl Drop for Root {
    fn drop(&mut self) {
        recorder::close_root(self.0);
    }
}
