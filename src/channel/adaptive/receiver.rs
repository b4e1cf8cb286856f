//! The side that receives, and sees when a batch is due.

use super::{Shared, is_ahead};
use crate::channel::claims::Lent;
use crate::channel::errors::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::iterators::{IntoIter, Iter, TryIter};
use crate::channel::ring::Reader;
use crate::channel::sides::{ONLY_TASK, Receives};
use crate::channel::statistics::{Cause, Statistics};
use crate::channel::waiting::{Waiters, deadline_after};
use crate::sync::Ordering;
use crate::util::clock::is_past;
use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The receiving side of an adaptive channel, made by [`adaptive`](crate::channel::adaptive()).
pub struct Receiver<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) reader: Reader,
    /// Up to where messages may be taken.
    pub(super) granted: Cell<usize>,
}

/// What may be taken although its batch is not full.
#[derive(Clone, Copy)]
enum Patience {
    /// What is due.
    ToDeadline,
    /// Everything.
    None,
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
        self.wait(None)?;
        Ok(self.lend())
    }

    /// As [`recv_batch`](Self::recv_batch), without waiting: also what was sent and is not due yet does not count.
    ///
    /// # Errors
    ///
    /// As for [`try_recv`](Self::try_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, mut receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// assert!(receiver.try_recv_batch().is_err());
    /// sender.send('a').unwrap();
    /// sender.flush();
    /// assert_eq!(*receiver.try_recv_batch().unwrap(), ['a']);
    /// ```
    pub fn try_recv_batch(&mut self) -> Result<Lent<'_, T>, TryRecvError> {
        self.look_at_once()?;
        Ok(self.lend())
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
        self.wait(None)?;
        Ok(self.pop())
    }

    /// Receives one value of a batch that was handed over, or is due, if there is one.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is none, [`TryRecvError::Disconnected`] if there is none and none will come.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send(7).unwrap();
    /// sender.flush();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// assert!(receiver.try_recv().is_err());
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.look_at_once()?;
        Ok(self.pop())
    }

    /// As [`recv`](Self::recv), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if nothing was handed over in time, else as `recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// assert!(receiver.recv_timeout(Duration::from_millis(1)).is_err());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_timeout(Duration::from_secs(100)), Ok(1));
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        if self.wait(deadline_after(timeout))? {
            Ok(self.pop())
        } else {
            Err(RecvTimeoutError::Timeout)
        }
    }

    /// Receives a value as soon as there is one; registers the task's waker until then. A task has no timer, so whatever was
    /// sent is handed over as soon as it is polled: batches are what has come meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`recv`](Self::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::task::{Context, Poll, Waker};
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(receiver.poll_recv(&mut context).is_pending());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.poll_recv(&mut context), Poll::Ready(Ok(1)));
    /// ```
    pub fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        let look = || match self.look(Patience::None) {
            Look::Ready => Some(Ok(self.pop())),
            Look::End => Some(Err(RecvError)),
            Look::Written { .. } | Look::Nothing => None,
        };
        self.shared.state.at_message.poll(context, ONLY_TASK, look)
    }

    /// Asks the sender to stop: its sends fail from when it sees this. What was sent is received; so receives find the end
    /// only once the sender has tried to send again or was dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send(1).unwrap();
    /// receiver.close();
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) {
        self.shared.state.end.refuse();
        self.shared.state.sender.wake_all();
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
    pub fn iter(&self) -> Iter<'_, Self> {
        Iter(self)
    }

    /// An iterator over what was handed over or is due, which never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send(1).unwrap();
    /// sender.flush();
    /// assert_eq!(receiver.try_iter().count(), 1);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, Self> {
        TryIter(self)
    }

    /// How many slots the channel has.
    ///
    /// # Examples
    ///
    /// ```
    /// let (receiver, _sender) = moirai::channel::adaptive::<u8>(Default::default()).unwrap();
    /// assert_eq!(receiver.capacity(), 4096);
    /// ```
    pub fn capacity(&self) -> usize {
        self.shared.ring.slots.capacity()
    }

    /// How many values were sent and not received yet, at some moment during the call, whether they were handed over or
    /// not.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send('a').unwrap();
    /// assert_eq!((receiver.len(), receiver.is_empty()), (1, false));
    /// # drop((sender, receiver));
    /// ```
    pub fn len(&self) -> usize {
        self.shared.ring.len()
    }

    /// Whether everything that was sent has been received; see [`len`](Self::len).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive::<u8>(Default::default()).unwrap();
    /// assert!(receiver.is_empty());
    /// # drop((sender, receiver));
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// Blocks until something may be taken; `false`: not in time.
    fn wait(&self, limit: Option<Instant>) -> Result<bool, RecvError> {
        let mut has_rested = cfg!(loom);
        loop {
            let state = &self.shared.state;
            let anything = || match self.look(Patience::ToDeadline) {
                Look::Nothing => None,
                _ => Some(()),
            };
            match self.look(Patience::ToDeadline) {
                Look::Ready => return Ok(true),
                Look::End => return Err(RecvError),
                _ if is_past(limit) => return Ok(false),
                Look::Written { due_in } => {
                    // Not at the ring itself: its position changes with each message, and is the sender's.
                    let batch = || (self.is_published() || state.end.is_done()).then_some(());
                    state.at_batch.wait(earlier(deadline_after(due_in), limit), batch);
                }
                Look::Nothing if has_rested => {
                    state.at_message.wait(limit, anything);
                }
                Look::Nothing => {
                    // More is to be expected soon: until then nobody is to be woken for a single message.
                    has_rested = true;
                    let rested = deadline_after(self.shared.deadline);
                    state.at_batch.wait(earlier(rested, limit), anything);
                }
            }
        }
    }

    /// `Ok`: something may be taken.
    fn look_at_once(&self) -> Result<(), TryRecvError> {
        match self.look(Patience::ToDeadline) {
            Look::Ready => Ok(()),
            Look::End => Err(TryRecvError::Disconnected),
            Look::Written { .. } | Look::Nothing => Err(TryRecvError::Empty),
        }
    }

    /// A value was granted.
    #[inline(always)]
    fn pop(&self) -> T {
        self.reader.ready(&self.shared.ring, 1);
        // SAFETY: the receiver is the consumer, and a value was granted.
        let value = unsafe { self.reader.pop(&self.shared.ring) };
        self.shared.state.sender.wake_one();
        value
    }

    /// A value was granted.
    fn lend(&mut self) -> Lent<'_, T> {
        let position = self.reader.position();
        let count = self.granted.get().wrapping_sub(position);
        let count = self.shared.ring.slots.in_a_row(position, count);
        self.reader.ready(&self.shared.ring, count);
        // SAFETY: the receiver is the consumer, so many values were granted and lie in a row, and it is lent with them.
        unsafe { Lent::new(&self.shared.ring, &self.reader, &self.shared.state.sender, count) }
    }

    fn look(&self, patience: Patience) -> Look {
        let position = self.reader.position();
        if is_ahead(self.granted.get(), position) {
            return Look::Ready;
        }
        if self.is_published() {
            return Look::Ready;
        }
        let is_done = self.shared.state.end.is_done();
        let written = self.reader.ready(&self.shared.ring, usize::MAX);
        if written == 0 {
            return if is_done { Look::End } else { Look::Nothing };
        }
        let (due_in, cause) = match patience {
            Patience::None => (Duration::ZERO, Cause::Request),
            Patience::ToDeadline if is_done => (Duration::ZERO, Cause::Deadline),
            Patience::ToDeadline => (self.due_in(), Cause::Deadline),
        };
        if !due_in.is_zero() || crate::sync::dropped("adaptive::deadline") {
            return Look::Written { due_in };
        }
        let end = position.wrapping_add(written);
        self.granted.set(end);
        // ORDERING: Relaxed. Tells the sender where a new batch begins.
        self.shared.overdue.store(end, Ordering::Relaxed);
        self.shared.records.batch(cause, written);
        Look::Ready
    }

    /// Whether a batch was handed over that was not taken yet; it is granted then.
    fn is_published(&self) -> bool {
        // ORDERING: Acquire. Pairs with `Sender::publish`.
        let published = self.shared.published.load(Ordering::Acquire);
        let is_new = is_ahead(published, self.reader.position());
        if is_new {
            self.granted.set(published);
        }
        is_new
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

/// The earlier end of two waits, of which each may have none.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl<T> Receives for Receiver<T> {
    type Value = T;

    fn try_recv(&self) -> Result<T, TryRecvError> {
        Receiver::try_recv(self)
    }

    fn recv(&self) -> Result<T, RecvError> {
        Receiver::recv(self)
    }

    fn waiters(&self) -> &Waiters {
        &self.shared.state.at_message
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.close();
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

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<Self>;

    fn into_iter(self) -> IntoIter<Self> {
        IntoIter(self)
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, Receiver<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
