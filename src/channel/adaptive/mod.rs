//! A channel that hands messages over in batches, which it sizes by how fast they come.
//!
//! The messages lie in a ring of one producer and one consumer, where each is visible at once. What comes in batches is the
//! *hand-over*: the receiver takes, and is woken for, what was *published*. Positions in the ring, invariants:
//! 1. `published` is the sender's: the end of the last batch that it completed (full, flushed, or at the end).
//! 2. `overdue` is the receiver's: the end of the last batch that it took because the deadline had come.
//! 3. A batch begins at the later one of the two. `first_at` is when its first message was written; it may be newer than that
//!    for a moment, while the sender does not know yet that the receiver has begun a new batch.
//!
//! So the timer needs no thread and no further send: a receiver that waits sees in the ring that something was written,
//! waits until that is due, and takes it. A receiver that has waited for the time of a deadline and seen nothing sleeps until
//! the next message, whose send wakes it; so an idle channel has no timer running.

mod receiver;
mod sender;

use crate::batch::{Flow, FlowLimits};
use crate::channel::ending::End;
use crate::channel::errors::CapacityError;
use crate::channel::ring::{Reader, Ring, Writer};
use crate::channel::slots::Slots;
use crate::channel::statistics::Records;
use crate::channel::waiting::Waiters;
use crate::sync::AtomicUsize;
use crate::util::CachePadded;
use crate::util::clock::{self, HAS_CLOCK};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use receiver::Receiver;
pub use sender::Sender;

/// What an adaptive channel is made with.
///
/// # Examples
///
/// ```
/// use moirai::channel::adaptive::Options;
/// use std::time::Duration;
///
/// let options = Options { deadline: Duration::from_millis(5), ..Options::default() };
/// let (sender, receiver) = moirai::channel::adaptive(options)?;
/// sender.send(1)?;
/// assert_eq!(receiver.recv(), Ok(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Slots of the ring, a power of two: no more messages are held.
    pub capacity: usize,
    /// The least messages in a batch that is handed over because it is full.
    pub least: usize,
    /// The most; a batch is never larger than the capacity.
    pub most: usize,
    /// A message is handed over after this time at the latest. Batches are sized to fill in half of it.
    pub deadline: Duration,
}

impl Default for Options {
    /// 4096 slots, batches of 1 to 1024 messages, 1 ms.
    fn default() -> Self {
        Options { capacity: 4096, least: 1, most: 1024, deadline: Duration::from_millis(1) }
    }
}

struct Shared<T> {
    ring: Ring<T>,
    published: CachePadded<AtomicUsize>,
    overdue: CachePadded<AtomicUsize>,
    state: CachePadded<State>,
    deadline: Duration,
    origin: Option<Instant>,
    records: Records,
}

/// What is written rarely.
struct State {
    /// In microseconds since the origin.
    first_at: AtomicUsize,
    end: End,
    /// The receiver, when it waits for a batch.
    at_batch: Waiters,
    /// The receiver, when it waits for a message.
    at_message: Waiters,
    /// The sender, when it waits for a free slot.
    sender: Waiters,
}

impl<T> Shared<T> {
    /// Time since the channel was made. Never goes back.
    fn now(&self) -> Duration {
        self.origin.map_or(Duration::ZERO, |origin| clock::now().saturating_duration_since(origin))
    }
}

pub(super) fn channel<T>(options: Options) -> Result<(Sender<T>, Receiver<T>), CapacityError> {
    let ring = Ring::new(Slots::heap(options.capacity)?);
    let window_ns = u64::try_from(options.deadline.as_nanos() / 2).unwrap_or(u64::MAX);
    let most = options.most.min(options.capacity);
    let limits = FlowLimits { least: options.least.min(most), most, window_ns };
    let flow = Flow::new(limits);
    let shared = Arc::new(Shared {
        ring,
        published: CachePadded::new(AtomicUsize::new(0)),
        overdue: CachePadded::new(AtomicUsize::new(0)),
        state: CachePadded::new(State {
            first_at: AtomicUsize::new(0),
            end: End::new(),
            at_batch: Waiters::new(),
            at_message: Waiters::new(),
            sender: Waiters::new(),
        }),
        deadline: options.deadline,
        origin: HAS_CLOCK.then(clock::now),
        records: Records::new(&flow),
    });
    let sender = Sender {
        shared: Arc::clone(&shared),
        writer: Writer::new(),
        start: Cell::new(0),
        batch: Cell::new(flow.batch()),
        flow: Cell::new(flow),
        observed: Cell::new((0, Duration::ZERO)),
    };
    Ok((sender, Receiver { shared, reader: Reader::new(), granted: Cell::new(0) }))
}

/// Whether a position comes after another.
fn is_ahead(position: usize, other: usize) -> bool {
    (position.wrapping_sub(other) as isize) > 0
}
