//! The side that receives.

use super::{Shared, Task};
use crate::channel::errors::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::iterators::{IntoIter, Iter, TryIter};
use crate::channel::queue::Refusal;
use crate::channel::sides::{self, Receives};
use crate::channel::waiting::Waiters;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The receiving side of a channel with many producers and consumers. Clones receive from the same channel: each value goes
/// to one of them. When the last one is dropped, sends fail and what was not received is dropped.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::mpmc(8);
/// std::thread::scope(|s| {
///     let sums = [receiver.clone(), receiver].map(|own| s.spawn(move || own.iter().sum::<u64>()));
///     for n in 0..100 {
///         sender.send(n).unwrap();
///     }
///     drop(sender);
///     assert_eq!(sums.map(|sum| sum.join().unwrap()).iter().sum::<u64>(), 4950);
/// });
/// ```
pub struct Receiver<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) task: Task,
}

impl<T> Receiver<T> {
    /// Receives a value if there is one. Tens of nanoseconds; wakes a sender if one waits. If there were a few since one found
    /// nothing last, and only then, it waits up to some 1.3 us for the next.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is nothing, [`TryRecvError::Disconnected`] if there is nothing and nothing will
    /// come.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// assert!(receiver.try_recv().is_err());
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match self.shared.queue.pop() {
            Ok(value) => {
                self.shared.senders.waiters.wake_one();
                Ok(value)
            }
            Err(Refusal::NotNow) => Err(TryRecvError::Empty),
            Err(Refusal::Closed) => Err(TryRecvError::Disconnected),
        }
    }

    /// Receives a value; blocks until there is one. In a pool of one thread, that runs meanwhile the jobs of
    /// the scopes opened in the job at hand.
    ///
    /// # Errors
    ///
    /// If everything was received and nothing will come.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// std::thread::spawn(move || sender.send(1).unwrap());
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert!(receiver.recv().is_err());
    /// ```
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        Receives::recv(self)
    }

    /// As [`recv`](Self::recv), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if nothing came in time, else as `recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_timeout(Duration::from_millis(1)), Ok(1));
    /// assert!(receiver.recv_timeout(Duration::from_millis(1)).is_err());
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        sides::recv_timeout(self, timeout)
    }

    /// Receives a value as soon as there is one; registers the task's waker until then. See
    /// [`Sender::poll_send`](crate::channel::mpmc::Sender::poll_send).
    ///
    /// # Errors
    ///
    /// As for [`recv`](Self::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::task::{Context, Poll, Waker};
    /// let (sender, receiver) = moirai::channel::mpmc(1);
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(receiver.poll_recv(&mut context).is_pending());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.poll_recv(&mut context), Poll::Ready(Ok(1)));
    /// ```
    pub fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        sides::poll_recv(self, context)
    }

    /// Closes the channel for everybody, as [`Sender::close`](crate::channel::mpmc::Sender::close) does. What was sent before
    /// can still be received.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(1).unwrap();
    /// receiver.close();
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.into_iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) {
        self.shared.close();
    }

    /// An iterator over what comes, which blocks for each value and ends with the channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// std::thread::spawn(move || (1..=10).for_each(|n| sender.send(n).unwrap()));
    /// assert_eq!(receiver.iter().sum::<i32>(), 55);
    /// ```
    pub fn iter(&self) -> Iter<'_, Self> {
        Iter(self)
    }

    /// An iterator over what is there, which never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send(1).unwrap();
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
    /// assert_eq!(moirai::channel::mpmc::<u8>(4).1.capacity(), 4);
    /// ```
    pub fn capacity(&self) -> usize {
        self.shared.queue.capacity()
    }

    /// How many values were sent and not received yet, at some moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::mpmc(4);
    /// sender.send('a').unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.queue.len()
    }

    /// Whether everything that was sent has been received; see [`len`](Self::len).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::channel::mpmc::<u8>(4).1.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Receives for Receiver<T> {
    type Value = T;

    #[inline]
    fn try_recv(&self) -> Result<T, TryRecvError> {
        Receiver::try_recv(self)
    }

    fn waiters(&self) -> &Waiters {
        &self.shared.receivers.waiters
    }

    fn poll<R>(&self, context: &mut Context<'_>, look: impl FnMut() -> Option<R>) -> Poll<R> {
        self.task.poll(self.waiters(), context, look)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.receivers.add_handle();
        Receiver { shared: Arc::clone(&self.shared), task: self.shared.task() }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.task.end(&self.shared.receivers.waiters);
        if self.shared.receivers.remove_handle() {
            self.shared.close();
            self.shared.queue.discard();
        }
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
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
