//! A timeline of what the workers of a pool do, for a picture or a trace viewer.
//!
//! A pool that records has a [`Trace`]: by [`ThreadPoolBuilder::trace`](crate::ThreadPoolBuilder::trace), or, for all pools of a
//! program, by the environment variable `MOIRAI_TRACE=FILE`, which writes the file at the end of the process. A name that ends
//! in `.svg` is a picture for a browser, one lane a worker; any other is Chrome's trace format, which
//! <https://ui.perfetto.dev> and `chrome://tracing` open.
//!
//! Recorded are jobs that another thread than their maker begins, calls of parallel iterators, scopes and sorts with their place in
//! the program, pieces of calls with the number of their items, thefts with victim and distance, sleeps, wake-ups, calls that a
//! guest runs itself, the gathering of collected items, and the spans that a program [names](crate::named) itself. A `join` that
//! nobody steals from is not: it records nothing and costs nothing.
//!
//! A thread keeps its newest events, 32768 if nothing else is said (1.3 MB; `MOIRAI_TRACE_EVENTS=N`), and counts those that it
//! drops. A span costs some 80 ns, a moment half of that (2026-11-25, busy machine).
//!
//! What happens while a trace is written is that of slightly different moments. A process that is killed or aborts writes
//! nothing, neither does a forked child, nor one whose `exit` is not C's (on Windows that of `std::process` is not; a return from
//! `main` is, there as elsewhere). [`Trace::write_file`] writes at any time.
//!
//! `%p` in `FILE` stands for the number of the process. Without it, a process that finds at its end that another one has written
//! the file since it began writes one with its own number in the name beside it, and says so.

mod event;
mod hooks;

#[cfg(feature = "tracing")]
#[path = "context.rs"]
mod context;
#[cfg(not(feature = "tracing"))]
#[path = "no_context.rs"]
mod context;

#[cfg(feature = "trace")]
#[path = "lane.rs"]
mod lane;
#[cfg(not(feature = "trace"))]
#[path = "no_lane.rs"]
mod lane;

#[cfg(feature = "trace")]
mod exit;
#[cfg(all(feature = "trace", fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "trace")]
mod json;
#[cfg(feature = "trace")]
mod recorder;
#[cfg(feature = "trace")]
mod recording;
#[cfg(feature = "trace")]
mod svg;

pub(crate) use context::Caller;
pub(crate) use event::Job;
pub(crate) use hooks::{Log, call, sit};
pub(crate) use lane::{Choice, PoolTrace, gather, name};

#[cfg(feature = "trace")]
pub use recorder::Trace;
