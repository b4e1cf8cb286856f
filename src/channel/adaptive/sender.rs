//! The side that sends, and forms the batches.

use super::{Shared, is_ahead};
use crate::batch::Flow;
use crate::channel::errors::{SendError, SendTimeoutError, TrySendError};
use crate::channel::ring::Writer;
use crate::channel::sides::{self, Sends};
use crate::channel::statistics::{Cause, Statistics};
use crate::channel::waiting::Waiters;
use crate::sync::Ordering;
use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The sending side of an adaptive channel, made by [`adaptive`](crate::channel::adaptive()). Dropping it hands over what is
/// left and closes the channel.
pub struct Sender<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) writer: Writer,
    /// Where the batch at hand begins, as far as the sender knows.
    pub(super) start: Cell<usize>,
    /// How many messages make it full.
    pub(super) batch: Cell<usize>,
    pub(super) flow: Cell<Flow>,
    /// Up to where, and when, the flow was last observed.
    pub(super) observed: Cell<(usize, Duration)>,
}

impl<T> Sender<T> {
    /// Sends a value: it is received when its batch is full, or the deadline has come. Some nanoseconds; blocks while there
    /// is no free slot, after handing over what is there.
    ///
    /// # Errors
    ///
    /// If the channel is closed, or the receiver gone: the value comes back.
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
        sides::send(self, value)
    }

    /// Sends a value if there is a free slot; if there is none, hands over what is there.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] without a free slot, [`TrySendError::Disconnected`] if the channel is closed or the receiver
    /// gone; the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let options = moirai::channel::adaptive::Options { capacity: 1, ..Default::default() };
    /// let (sender, receiver) = moirai::channel::adaptive(options).unwrap();
    /// sender.try_send('a').unwrap();
    /// assert!(sender.try_send('b').unwrap_err().is_full());
    /// assert_eq!(receiver.recv(), Ok('a'));
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        if self.is_refused() {
            return Err(TrySendError::Disconnected(value));
        }
        if self.writer.room(&self.shared.ring, 1) == 0 {
            self.publish(Cause::Full);
            return Err(TrySendError::Full(value));
        }
        self.write(value);
        Ok(())
    }

    /// As [`send`](Self::send), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError::Timeout`] if there was no free slot in time, else as `send`; the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// let options = moirai::channel::adaptive::Options { capacity: 1, ..Default::default() };
    /// let (sender, _receiver) = moirai::channel::adaptive(options).unwrap();
    /// assert!(sender.send_timeout(1, Duration::from_millis(1)).is_ok());
    /// assert_eq!(sender.send_timeout(2, Duration::from_millis(1)).unwrap_err().into_inner(), 2);
    /// ```
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        sides::send_timeout(self, value, timeout)
    }

    /// Sends what `value` holds as soon as there is a free slot; registers the task's waker until then. As
    /// [`spsc::Sender::poll_send`](crate::channel::spsc::Sender::poll_send).
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send).
    ///
    /// # Panics
    ///
    /// If `value` is `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::task::{Context, Poll, Waker};
    /// let options = moirai::channel::adaptive::Options { capacity: 1, ..Default::default() };
    /// let (sender, receiver) = moirai::channel::adaptive(options).unwrap();
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert_eq!(sender.poll_send(&mut context, &mut Some(1)), Poll::Ready(Ok(())));
    /// let mut second = Some(2);
    /// assert!(sender.poll_send(&mut context, &mut second).is_pending());
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert!(sender.poll_send(&mut context, &mut second).is_ready() && second.is_none());
    /// ```
    pub fn poll_send(
        &self,
        context: &mut Context<'_>,
        value: &mut Option<T>,
    ) -> Poll<Result<(), SendError<T>>> {
        sides::poll_send(self, context, value)
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

    /// Closes the channel: later sends fail, and the receiver comes to its end when it has received what was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive(Default::default()).unwrap();
    /// sender.send(1).unwrap();
    /// sender.close();
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) {
        self.shared.state.end.refuse();
        self.end();
    }

    /// Whether sends are refused: the channel was closed, or the receiver is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::adaptive::<u8>(Default::default()).unwrap();
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.is_refused()
    }

    /// How many slots the channel has.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = moirai::channel::adaptive::<u8>(Default::default()).unwrap();
    /// assert_eq!(sender.capacity(), 4096);
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
    /// assert_eq!((sender.len(), sender.is_empty()), (1, false));
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
    /// assert!(sender.is_empty());
    /// # drop((sender, receiver));
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn is_refused(&self) -> bool {
        if !self.shared.state.end.is_refused() {
            return false;
        }
        self.end();
        true
    }

    /// Nothing will come any more.
    #[cold]
    fn end(&self) {
        self.publish(Cause::End);
        self.shared.state.end.finish();
        self.shared.state.at_batch.wake_all();
        self.shared.state.at_message.wake_all();
    }

    /// There is a free slot.
    #[inline(always)]
    fn write(&self, value: T) {
        let state = &self.shared.state;
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
}

impl<T> Sends for Sender<T> {
    type Value = T;

    #[inline]
    fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        Sender::try_send(self, value)
    }

    fn waiters(&self) -> &Waiters {
        &self.shared.state.sender
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.end();
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("batch", &self.batch.get()).finish_non_exhaustive()
    }
}
