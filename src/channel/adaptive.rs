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

use crate::batch::{Flow, FlowLimits};
use crate::channel::claims::Lent;
use crate::channel::errors::{CapacityError, RecvError, SendError};
use crate::channel::ring::{Reader, Ring, Writer};
use crate::channel::slots::Slots;
use crate::channel::statistics::{Cause, Records, Statistics};
use crate::channel::waiting::{Waiters, deadline_after};
use crate::sync::{AtomicUsize, Ordering};
use crate::util::CachePadded;
use crate::util::clock::{self, HAS_CLOCK};
use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    refuses: AtomicUsize,
    is_done: AtomicUsize,
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
            refuses: AtomicUsize::new(0),
            is_done: AtomicUsize::new(0),
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

/// The sending side of an adaptive channel, made by [`adaptive`](crate::channel::adaptive()). Dropping it hands over what is
/// left and closes the channel.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
    writer: Writer,
    /// Where the batch at hand begins, as far as the sender knows.
    start: Cell<usize>,
    /// How many messages make it full.
    batch: Cell<usize>,
    flow: Cell<Flow>,
    /// Up to where, and when, the flow was last observed.
    observed: Cell<(usize, Duration)>,
}

impl<T> Sender<T> {
    /// Sends a value: it is received when its batch is full, or the deadline has come. Some nanoseconds; blocks while there
    /// is no free slot, after handing over what is there.
    ///
    /// # Errors
    ///
    /// If the receiver is gone: the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// let sum = std::thread::spawn(move || receiver.iter().sum::<u64>());
    /// (0..10_000).for_each(|n| sender.send(n).unwrap());
    /// drop(sender);
    /// assert_eq!(sum.join().unwrap(), 49_995_000);
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let state = &self.shared.state;
        // ORDERING: Relaxed. Nothing is read because of it.
        if state.refuses.load(Ordering::Relaxed) != 0 {
            return Err(SendError(value));
        }
        if self.writer.room(&self.shared.ring, 1) == 0 && !self.wait_for_room() {
            return Err(SendError(value));
        }
        let position = self.writer.position();
        // ORDERING: Relaxed. Where the receiver has begun a new batch; nothing is read because of it.
        let overdue = self.shared.overdue.load(Ordering::Relaxed);
        if is_ahead(overdue, self.start.get()) {
            self.start.set(overdue);
            self.observe();
        }
        if position == self.start.get() {
            // ORDERING: Relaxed. Published by the ring's own store.
            state.first_at.store(self.shared.now().as_micros() as usize, Ordering::Relaxed);
        }
        // SAFETY: the sender is the producer, and there is a free slot.
        unsafe { self.writer.push(&self.shared.ring, value) };
        state.at_message.wake_one();
        if position.wrapping_sub(self.start.get()) + 1 >= self.batch.get() {
            self.publish(Cause::Size);
        }
        Ok(())
    }

    /// Hands over what was sent, without waiting for the batch to be full.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::channel::adaptive::Options;
    /// let options = Options { least: 100, ..Options::default() };
    /// let (sender, mut receiver) = moirai::channel::adaptive(options).unwrap();
    /// sender.send('a').unwrap();
    /// sender.flush();
    /// assert_eq!(receiver.recv_batch().unwrap()[0], 'a');
    /// ```
    pub fn flush(&self) {
        self.publish(Cause::Request);
    }

    /// What the channel has seen and done.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send(1).unwrap();
    /// assert_eq!(sender.statistics().history, [1]);
    /// ```
    pub fn statistics(&self) -> Statistics {
        self.shared.records.read()
    }

    /// Hands over what was written since the batch began.
    #[inline(never)]
    fn publish(&self, cause: Cause) {
        let end = self.writer.position();
        let items = end.wrapping_sub(self.start.get());
        if items == 0 {
            return;
        }
        // ORDERING: Release. Pairs with the load in `Receiver::look`: the values are visible.
        self.shared.published.store(end, Ordering::Release);
        self.start.set(end);
        self.shared.state.at_batch.wake_one();
        self.shared.records.batch(cause, items);
        self.observe();
    }

    /// Takes into account what came since the last time.
    fn observe(&self) {
        let (position, before) = self.observed.get();
        let now = self.shared.now();
        let end = self.writer.position();
        let elapsed = now.saturating_sub(before).as_nanos();
        let elapsed_ns = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let flow = self.flow.get().observe(end.wrapping_sub(position), elapsed_ns);
        self.observed.set((end, now));
        self.flow.set(flow);
        self.batch.set(flow.batch());
        self.shared.records.flow(&flow);
    }

    /// `false`: the receiver is gone.
    #[cold]
    fn wait_for_room(&self) -> bool {
        self.publish(Cause::Full);
        let state = &self.shared.state;
        let look = || {
            // ORDERING: Relaxed. Nothing is read because of it.
            if state.refuses.load(Ordering::Relaxed) != 0 {
                return Some(false);
            }
            (self.writer.room(&self.shared.ring, 1) != 0).then_some(true)
        };
        state.sender.wait(None, look).unwrap_or(false)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.publish(Cause::End);
        // ORDERING: Release. Pairs with the load in `Receiver::look`: who sees it sees all that was sent.
        self.shared.state.is_done.store(1, Ordering::Release);
        self.shared.state.at_batch.wake_all();
        self.shared.state.at_message.wake_all();
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("batch", &self.batch.get()).finish_non_exhaustive()
    }
}

/// Whether a position comes after another.
fn is_ahead(position: usize, other: usize) -> bool {
    (position.wrapping_sub(other) as isize) > 0
}

/// The receiving side of an adaptive channel, made by [`adaptive`](crate::channel::adaptive()).
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    reader: Reader,
    /// Up to where messages may be taken.
    granted: Cell<usize>,
}

/// What a look at the channel has found.
enum Look {
    /// So many messages may be taken.
    Ready,
    /// Something was written, and is due then.
    Written {
        due_in: Duration,
    },
    Nothing,
    End,
}

impl<T> Receiver<T> {
    /// Lends what was handed over, in place: a batch, or the part of it in front of the end of the ring, or what is left of
    /// it. Blocks until there is something; dropping the loan drops the values.
    ///
    /// # Errors
    ///
    /// If everything was received and the sender is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, mut receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// std::thread::spawn(move || (0..1000).for_each(|n| sender.send(n).unwrap()));
    /// let mut sum = 0;
    /// while let Ok(batch) = receiver.recv_batch() {
    ///     sum += batch.iter().sum::<i32>();
    /// }
    /// assert_eq!(sum, 499_500);
    /// ```
    pub fn recv_batch(&mut self) -> Result<Lent<'_, T>, RecvError> {
        self.wait()?;
        let position = self.reader.position();
        let count = self.granted.get().wrapping_sub(position);
        let count = self.shared.ring.slots.in_a_row(position, count);
        self.reader.ready(&self.shared.ring, count);
        // SAFETY: the receiver is the consumer, so many values were granted and lie in a row, and it is lent with them.
        Ok(unsafe { Lent::new(&self.shared.ring, &self.reader, &self.shared.state.sender, count) })
    }

    /// Receives one value of a batch that was handed over; blocks until there is one.
    ///
    /// # Errors
    ///
    /// As for [`recv_batch`](Self::recv_batch).
    ///
    /// # Examples
    ///
    /// ```
    /// // A lone message, and no further send: it comes when the deadline does.
    /// let options = moirai::channel::adaptive::Options { least: 10, ..Default::default() };
    /// let (sender, receiver) = moirai::channel::adaptive(options).unwrap();
    /// sender.send("alone").unwrap();
    /// assert_eq!(receiver.recv(), Ok("alone"));
    /// ```
    pub fn recv(&self) -> Result<T, RecvError> {
        self.wait()?;
        self.reader.ready(&self.shared.ring, 1);
        // SAFETY: the receiver is the consumer, and a value was granted.
        let value = unsafe { self.reader.pop(&self.shared.ring) };
        self.shared.state.sender.wake_one();
        Ok(value)
    }

    /// An iterator over what comes, which blocks for each value and ends with the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// std::thread::spawn(move || (0..5).for_each(|n| sender.send(n).unwrap()));
    /// assert_eq!(receiver.iter().sum::<i32>(), 10);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.recv().ok())
    }

    /// What the channel has seen and done.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send('a').unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.statistics().history.iter().sum::<usize>(), 1);
    /// ```
    pub fn statistics(&self) -> Statistics {
        self.shared.records.read()
    }

    /// Blocks until something may be taken.
    fn wait(&self) -> Result<(), RecvError> {
        let mut has_rested = cfg!(loom);
        loop {
            let state = &self.shared.state;
            let anything = || match self.look() {
                Look::Nothing => None,
                _ => Some(()),
            };
            match self.look() {
                Look::Ready => return Ok(()),
                Look::End => return Err(RecvError),
                Look::Written { due_in } => {
                    let batch = || match self.look() {
                        Look::Ready | Look::End => Some(()),
                        Look::Written { .. } | Look::Nothing => None,
                    };
                    state.at_batch.wait(deadline_after(due_in), batch);
                }
                Look::Nothing if has_rested => {
                    state.at_message.wait(None, anything);
                }
                Look::Nothing => {
                    // More is to be expected soon: until then nobody is to be woken for a single message.
                    has_rested = true;
                    state.at_batch.wait(deadline_after(self.shared.deadline), anything);
                }
            }
        }
    }

    fn look(&self) -> Look {
        let position = self.reader.position();
        if is_ahead(self.granted.get(), position) {
            return Look::Ready;
        }
        // ORDERING: Acquire. Pairs with `Sender::publish`.
        let published = self.shared.published.load(Ordering::Acquire);
        if is_ahead(published, position) {
            self.granted.set(published);
            return Look::Ready;
        }
        let state = &self.shared.state;
        // ORDERING: Acquire. Pairs with the drop of the sender: all that was sent is seen below.
        let is_done = state.is_done.load(Ordering::Acquire) != 0;
        let written = self.reader.ready(&self.shared.ring, usize::MAX);
        if written == 0 {
            return if is_done { Look::End } else { Look::Nothing };
        }
        let due_in = if is_done { Duration::ZERO } else { self.due_in() };
        if !due_in.is_zero() || crate::sync::dropped("adaptive::deadline") {
            return Look::Written { due_in };
        }
        let end = position.wrapping_add(written);
        self.granted.set(end);
        // ORDERING: Relaxed. Tells the sender where a new batch begins.
        self.shared.overdue.store(end, Ordering::Relaxed);
        self.shared.records.batch(Cause::Deadline, written);
        Look::Ready
    }

    /// How long until the batch at hand is due. In models, which have no time, it is.
    fn due_in(&self) -> Duration {
        if cfg!(loom) {
            return Duration::ZERO;
        }
        // ORDERING: Relaxed. Written before the ring's store that was acquired; a newer one is a later deadline, for a moment.
        let first_at = self.shared.state.first_at.load(Ordering::Relaxed);
        let now = self.shared.now().as_micros() as usize;
        let age = now.wrapping_sub(first_at);
        // Written after the clock was read here: no age.
        let age = if age as isize > 0 { Duration::from_micros(age as u64) } else { Duration::ZERO };
        self.shared.deadline.saturating_sub(age)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // ORDERING: Relaxed. Nothing is published by it.
        self.shared.state.refuses.store(1, Ordering::Relaxed);
        self.shared.state.sender.wake_all();
        let ring = &self.shared.ring;
        // Behind values that were being moved out when their iterator was forgotten.
        self.reader.publish(ring);
        self.reader.ready(ring, usize::MAX);
        // SAFETY: the receiver is the consumer.
        unsafe { self.reader.drop_all(ring) };
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("len", &self.shared.ring.len()).finish_non_exhaustive()
    }
}
