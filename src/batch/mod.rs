//! How large a piece of work should be: arithmetic only, without threads, atomics or clocks.
//!
//! A parallel call is cut into pieces, and between two pieces it decides whether to share what is left. Both are a matter
//! of time, not of numbers: a piece of ten microseconds costs nothing to look after and delays nobody, whether it holds ten
//! thousand additions or a tenth of an image. So a call learns what its items cost, and sizes its pieces by that.
//!
//! * [`Estimate`] remembers what one item of a call site has cost.
//! * [`Splitter`] answers two questions: run this piece, or cut it ([`Splitter::plan`])? share what is left, and is a
//!   sleeper worth waking for it ([`Splitter::publish`])?
//! * [`Flow`] says how many messages to hand over at once, from how fast they come (in ns).
//!
//! All times are in *ticks* of whatever clock the caller uses; [`Costs`] says how many of them the things cost that a
//! decision weighs against each other. So the same arithmetic runs a real pool and a simulated one.
//!
//! ```
//! use moirai::batch::{Costs, Observation, Plan, Publish, Splitter};
//!
//! // Nanoseconds as ticks; four threads.
//! let splitter = Splitter::new(Costs { start: 500, theft: 4_000, block: 20_000, wake: 66_000 }, 4);
//!
//! // A call of 20 000 items of 10 ns each begins on the calling thread, with a few of them.
//! assert_eq!(splitter.begin(20_000, 1, 10.0), Plan::Cut(48));
//!
//! // All would take 200 us and the others sleep: that is worth waking one of them, but not two.
//! let start = Observation { per_item: Some(10.0), left_items: 20_000, ..Observation::default() };
//! let start = Observation { asleep: true, has_held: true, ..start };
//! assert_eq!(splitter.publish(&start), Publish::Waking);
//! assert_eq!(splitter.publish(&Observation { searching: 1, ..start }), Publish::Quietly);
//!
//! // Ten microseconds are worth none.
//! let small = Observation { left_items: 1_000, ..start };
//! assert_eq!(splitter.publish(&small), Publish::No);
//! ```
//!
//! Sizing pieces by what they cost follows lazy binary splitting (Tzannes, Caragea, Barua and Vishkin, PPoPP 2010) and
//! heartbeat scheduling (Acar, Charguéraud, Guatto, Rainey and Sieczkowski, PLDI 2018): sharing is paid for by work done.
//! What is new here is that the cost of a *wake-up* decides, and that it is measured.

mod estimate;
mod flow;
mod splitter;

pub use estimate::Estimate;
pub use flow::{Flow, FlowLimits, Load};
pub use splitter::{Costs, Observation, Plan, Publish, Splitter};
