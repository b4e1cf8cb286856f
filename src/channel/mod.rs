//! Bounded channels: rings of a power of two of slots, between two threads or many.
//!
//! * [`spsc()`]: one producer, one consumer. Some nanoseconds a message; batches are written and read [in
//!   place](spsc::Sender::reserve). With [`spsc_mapped`] a batch never breaks where the ring begins again.
//! * [`mpmc()`]: many producers, many consumers. Each message goes to one of them.
//! * [`adaptive()`]: one producer, one consumer, and hand-over in batches that are sized by how fast messages come; a lone
//!   message comes by a deadline.
//!
//! All of them block, try, wait for some time, or are [polled](spsc::Receiver::poll_recv) by a task. Whatever was sent before
//! a channel was closed is received; what could not be sent comes back in the error. While nobody waits there are no system
//! calls, and nothing is written but the ring.
//!
//! A thread that has to wait sleeps; a worker runs its shares of broadcasts meanwhile, and a pool's only thread the jobs of
//! the scopes that it has opened in the job at hand: nobody else could. `docs/channels.md` has the protocols and the arguments for them.
//!
//! # Examples
//!
//! ```
//! use moirai::channel;
//!
//! let (sender, receiver) = channel::spsc(64);
//! let reader = std::thread::spawn(move || receiver.iter().map(|line: String| line.len()).sum::<usize>());
//! for line in ["one", "two", "three"] {
//!     sender.send(line.to_owned()).unwrap();
//! }
//! drop(sender);
//! assert_eq!(reader.join().unwrap(), 11);
//! ```
//!
//! The ring follows Lamport (1983), the two locks of [`mpmc()`] Michael and Scott (1996).

pub mod adaptive;
mod claims;
mod ending;
mod errors;
mod iterators;
mod mapped;
pub mod mpmc;
mod pace;
mod queue;
mod ring;
mod sides;
mod slots;
pub mod spsc;
mod statistics;
mod waiting;

#[cfg(all(test, loom))]
mod channel_loom;

pub use claims::{Lent, LentIntoIter, Reserved};
pub use errors::{
    CapacityError, RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError,
    TrySendError,
};
pub use iterators::{IntoIter, Iter, TryIter};
use slots::Slots;
pub use statistics::Statistics;

/// The most slots that a channel may have.
///
/// # Examples
///
/// ```
/// assert!(moirai::channel::MAX_CAPACITY.is_power_of_two());
/// ```
pub const MAX_CAPACITY: usize = slots::MOST_SLOTS;

/// A channel with one producer and one consumer, of `capacity` slots.
///
/// # Panics
///
/// Where [`try_spsc`] has an error: above all, if the capacity is no power of two.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::spsc(2);
/// sender.send("message").unwrap();
/// assert_eq!(receiver.recv(), Ok("message"));
/// ```
#[track_caller]
pub fn spsc<T: Send>(capacity: usize) -> (spsc::Sender<T>, spsc::Receiver<T>) {
    try_spsc(capacity).unwrap_or_else(|error| panic!("{error}"))
}

/// As [`spsc()`], without a panic.
///
/// # Errors
///
/// If the capacity is zero, no power of two or larger than [`MAX_CAPACITY`], or there is no memory for it.
///
/// # Examples
///
/// ```
/// assert!(moirai::channel::try_spsc::<u8>(1024).is_ok());
/// assert_eq!(
///     moirai::channel::try_spsc::<u8>(1000).unwrap_err().to_string(),
///     "a channel's capacity must be a power of two, which 1000 is not"
/// );
/// ```
pub fn try_spsc<T: Send>(
    capacity: usize,
) -> Result<(spsc::Sender<T>, spsc::Receiver<T>), CapacityError> {
    Ok(spsc::channel(Slots::heap(capacity)?))
}

/// As [`spsc()`], in memory that is mapped twice in a row: batches lie behind each other also where the ring begins again.
///
/// The capacity is at least the one that is given: the slots fill whole pages. Linux only; elsewhere, for values without a size and for
/// those with an alignment of more than a page, this is a plain channel ([`is_mapped`](spsc::Sender::is_mapped) tells). A
/// process that is forked off shares the memory, and must not use the channel.
///
/// # Errors
///
/// As for [`try_spsc`], and if the operating system refuses the mapping.
///
/// # Examples
///
/// ```
/// let (mut sender, mut receiver) = moirai::channel::spsc_mapped::<u64>(512)?;
/// assert!(sender.capacity() >= 512);
/// // Half of the ring, then all of it from there on.
/// let half = sender.capacity() / 2;
/// assert_eq!(sender.reserve(half)?.fill(0..), half);
/// drop(receiver.recv_batch(half)?);
/// if sender.is_mapped() {
///     assert_eq!(sender.reserve(2 * half)?.fill(0..), 2 * half);
///     assert_eq!(receiver.recv_batch(2 * half)?.len(), 2 * half);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spsc_mapped<T: Send>(
    capacity: usize,
) -> Result<(spsc::Sender<T>, spsc::Receiver<T>), CapacityError> {
    Ok(spsc::channel(Slots::mapped(capacity)?))
}

/// A channel with many producers and many consumers, of `capacity` slots.
///
/// # Panics
///
/// Where [`try_mpmc`] has an error: above all, if the capacity is no power of two.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::mpmc(2);
/// sender.clone().send("message").unwrap();
/// assert_eq!(receiver.clone().recv(), Ok("message"));
/// ```
#[track_caller]
pub fn mpmc<T: Send>(capacity: usize) -> (mpmc::Sender<T>, mpmc::Receiver<T>) {
    try_mpmc(capacity).unwrap_or_else(|error| panic!("{error}"))
}

/// As [`mpmc()`], without a panic.
///
/// # Errors
///
/// As for [`try_spsc`].
///
/// # Examples
///
/// ```
/// assert!(moirai::channel::try_mpmc::<u8>(1).is_ok());
/// assert!(moirai::channel::try_mpmc::<u8>(3).is_err());
/// ```
pub fn try_mpmc<T: Send>(
    capacity: usize,
) -> Result<(mpmc::Sender<T>, mpmc::Receiver<T>), CapacityError> {
    mpmc::channel(capacity)
}

/// A channel that hands messages over in batches: as many as come in half of a deadline, on a moving average, between two
/// bounds. So a receiver is woken for a batch and not for a message, and a lone message still comes by its deadline.
///
/// # Errors
///
/// As for [`try_spsc`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::adaptive(Default::default())?;
/// sender.send("message")?;
/// assert_eq!(receiver.recv(), Ok("message"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adaptive<T: Send>(
    options: adaptive::Options,
) -> Result<(adaptive::Sender<T>, adaptive::Receiver<T>), CapacityError> {
    adaptive::channel(options)
}
