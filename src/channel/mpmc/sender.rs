//! The side that sends.

use super::{Shared, Task};
use crate::channel::errors::{SendError, SendTimeoutError, TrySendError};
use crate::channel::queue::Refusal;
use crate::channel::sides::{self, Sends};
use crate::channel::waiting::Waiters;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The sending side of a channel with many producers and consumers. Clones send into the same channel; when the last one is
/// dropped, the channel is closed, and what was sent is still received.
///
/// Values of one sender are received in the order in which it sent them.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::mpmc(8);
/// std::thread::scope(|s| {
///     for n in 0..3 {
///         let sender = sender.clone();
///         s.spawn(move || sender.send(n).unwrap());
///     }
///     drop(sender);
///     assert_eq!(receiver.iter().sum::<i32>(), 3);
/// });
/// ```
pub struct Sender<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) task: Task,
}

impl<T> Sender<T> {
    /// Sends a value if there is a free slot. Tens of nanoseconds; wakes a receiver if one waits. If the last few messages have
    /// filled the channel again, and only then, it waits up to some 1.3 us for a slot.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] without a free slot, [`TrySendError::Disconnected`] if the channel is closed or all receivers
    /// are gone; the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(1);
    /// sender.try_send('a').unwrap();
    /// assert!(sender.try_send('b').unwrap_err().is_full());
    /// assert_eq!(receiver.recv(), Ok('a'));
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.shared.queue.push(value) {
            Ok(()) => {
                self.shared.receivers.waiters.wake_one();
                Ok(())
            }
            Err((Refusal::NotNow, value)) => Err(TrySendError::Full(value)),
            Err((Refusal::Closed, value)) => Err(TrySendError::Disconnected(value)),
        }
    }

    /// Sends a value; blocks while there is no free slot. In a pool of one thread, that runs
    /// meanwhile the jobs of the scopes opened in the job at hand.
    ///
    /// # Errors
    ///
    /// If the channel is closed, or all receivers are gone: the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(String::from("a value")).unwrap();
    /// drop(receiver);
    /// assert_eq!(sender.send(String::from("another")).unwrap_err().into_inner(), "another");
    /// ```
    #[inline]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        sides::send(self, value)
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
    /// let (sender, _receiver) = moirai::channel::mpmc(1);
    /// assert!(sender.send_timeout(1, Duration::from_millis(1)).is_ok());
    /// assert_eq!(sender.send_timeout(2, Duration::from_millis(1)).unwrap_err().into_inner(), 2);
    /// ```
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        sides::send_timeout(self, value, timeout)
    }

    /// Sends what `value` holds as soon as there is a free slot; registers the task's waker until then. Needs no executor of
    /// a certain kind: wrap it in [`std::future::poll_fn`]. A handle has one waker, the latest: each task has its own
    /// clone.
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
    /// let (sender, receiver) = moirai::channel::mpmc(1);
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

    /// Closes the channel for everybody: sends fail from now on, and receives come to the end when everything that was sent
    /// has been received.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(1).unwrap();
    /// sender.clone().close();
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) {
        self.shared.close();
    }

    /// Whether the channel is closed, or all receivers are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc::<u8>(4);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.queue.is_closed()
    }

    /// How many slots the channel has.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::channel::mpmc::<u8>(4).0.capacity(), 4);
    /// ```
    pub fn capacity(&self) -> usize {
        self.shared.queue.capacity()
    }

    /// How many values were sent and not received yet, at some moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = moirai::channel::mpmc(4);
    /// sender.send('a').unwrap();
    /// assert_eq!((sender.len(), sender.is_empty(), sender.capacity()), (1, false, 4));
    /// ```
    pub fn len(&self) -> usize {
        self.shared.queue.len()
    }

    /// Whether everything that was sent has been received; see [`len`](Self::len).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::channel::mpmc::<u8>(4).0.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Sends for Sender<T> {
    type Value = T;

    #[inline]
    fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        Sender::try_send(self, value)
    }

    fn waiters(&self) -> &Waiters {
        &self.shared.senders.waiters
    }

    fn poll<R>(&self, context: &mut Context<'_>, look: impl FnMut() -> Option<R>) -> Poll<R> {
        self.task.poll(self.waiters(), context, look)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.add_handle();
        Sender { shared: Arc::clone(&self.shared), task: self.shared.task() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.task.end(&self.shared.senders.waiters);
        if self.shared.senders.remove_handle() {
            self.shared.close();
        }
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
