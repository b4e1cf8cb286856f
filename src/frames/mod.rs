//! Pooled memory for values that come and go: [`FramePool`], the mechanism behind this crate's own spawned jobs.
//!
//! A [`Frame`] is like a `Box`, but its memory comes from a pool of frames of one size. Each thread has a list of its own, so
//! acquiring and releasing are some instructions without any atomic exchange; a frame that another thread releases goes home in a batch of 32.
//! That pays where values are small and short-lived, above all where one thread makes and another drops them, which general
//! allocators find hard.
//!
//! Nothing of a value gets to the next user of its memory: a frame's value is dropped with it. Where values themselves are worth keeping,
//! such as buffers that have grown, there is [`ResetPool`]: what comes back is [reset](Reset), and used again.
//!
//! The module is called after what it gives, and not `pool`, because a pool elsewhere in this crate is one of threads. Frames need
//! no thread pool: each thread can use them. `docs/frames.md` in the repository says how they work.
//!
//! # Examples
//!
//! ```
//! use moirai::frames::FramePool;
//!
//! struct Message([u64; 16]);
//!
//! let pool = FramePool::new();
//! let (sender, receiver) = moirai::channel::spsc(64);
//! let sum = std::thread::spawn(move || {
//!     // Each message is dropped here, and its memory goes back to the thread that sends.
//!     receiver.into_iter().map(|frame: moirai::frames::Frame<Message>| frame.0[0]).sum::<u64>()
//! });
//! for n in 0..10_000 {
//!     sender.send(pool.acquire(Message([n; 16]))).unwrap();
//! }
//! drop(sender);
//! assert_eq!(sum.join().unwrap(), 49_995_000);
//! // The ring, and what is on its way home, bound the memory.
//! assert!(pool.statistics().misses < 10);
//! ```

mod bundle;
mod closing;
mod frame;
mod frame_pool;
mod numbers;
mod reset;
mod reset_pool;
mod returned;
mod shared;
mod statistics;
mod store;

pub use frame::Frame;
pub use frame_pool::FramePool;
pub use reset::Reset;
pub use reset_pool::{ResetPool, Reused};
pub use statistics::Statistics;
pub(crate) use store::{CHAIN, ReturnChain, Store};

/// What a pool retains if nothing else is asked for, in bytes, but at least [`LEAST_FRAMES`].
const RETAINED_BYTES: usize = 8 << 20;
/// See [`RETAINED_BYTES`].
const LEAST_FRAMES: usize = 64;
