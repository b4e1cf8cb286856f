//! The side that receives.

use super::Shared;
use crate::channel::claims::Lent;
use crate::channel::errors::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::iterators::{IntoIter, Iter, TryIter};
use crate::channel::ring::{Reader, Ring};
use crate::channel::sides::{self, Receives};
use crate::channel::waiting::Waiters;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The receiving side of a channel with one producer and one consumer. Dropping it drops what was not received, and lets
/// sends fail.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::spsc(8);
/// sender.send(1).unwrap();
/// sender.send(2).unwrap();
/// drop(sender);
/// // A receiver is also an iterator, which ends with the channel.
/// assert_eq!(receiver.into_iter().collect::<Vec<_>>(), [1, 2]);
/// ```
pub struct Receiver<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) reader: Reader,
}

impl<T> Receiver<T> {
    /// Receives a value if there is one. Some nanoseconds; wakes the sender if it waits. If there were a few since it found
    /// nothing last, and only then, it waits up to some 1.3 us for the next: fetching values one by one is slow for both.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is nothing, [`TryRecvError::Disconnected`] if there is nothing and nothing will
    /// come.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(4);
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// assert!(receiver.try_recv().is_err());
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        if !self.has_value() {
            self.look_at_the_end()?;
        }
        Ok(self.pop())
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
    /// // The message comes from a job of the pool's only thread.
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    /// let (sender, receiver) = moirai::channel::spsc(4);
    /// let answer = pool.install(move || {
    ///     moirai::scope(move |s| {
    ///         s.spawn(move |_| sender.send(42).unwrap());
    ///         receiver.recv()
    ///     })
    /// });
    /// assert_eq!(answer, Ok(42));
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
    /// let (sender, receiver) = moirai::channel::spsc(4);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_timeout(Duration::from_millis(1)), Ok(1));
    /// assert!(receiver.recv_timeout(Duration::from_millis(1)).is_err());
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        sides::recv_timeout(self, timeout)
    }

    /// Receives a value as soon as there is one; registers the task's waker until then. See
    /// [`Sender::poll_send`](crate::channel::spsc::Sender::poll_send).
    ///
    /// # Errors
    ///
    /// As for [`recv`](Self::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::task::{Context, Poll, Waker};
    /// let (sender, receiver) = moirai::channel::spsc(1);
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(receiver.poll_recv(&mut context).is_pending());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.poll_recv(&mut context), Poll::Ready(Ok(1)));
    /// ```
    pub fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        sides::poll_recv(self, context)
    }

    /// Lends values that lie behind each other, without moving them: at least one and at most `count` (which is at least 1).
    /// Blocks while there is none. Dropping the loan drops them.
    ///
    /// Where the ring begins again a loan ends, so there may be fewer than `count` although there are more; not so in a
    /// [mapped](crate::channel::spsc_mapped) ring.
    ///
    /// # Errors
    ///
    /// As for [`recv`](Self::recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, mut receiver) = moirai::channel::spsc(8);
    /// for word in ["clotho", "lachesis", "atropos"] {
    ///     sender.send(word.to_owned()).unwrap();
    /// }
    /// let batch = receiver.recv_batch(2).unwrap();
    /// assert_eq!(batch.concat(), "clotholachesis");
    /// drop(batch);
    /// assert_eq!(receiver.recv().unwrap(), "atropos");
    /// ```
    #[inline]
    pub fn recv_batch(&mut self, count: usize) -> Result<Lent<'_, T>, RecvError> {
        if !self.has_value() {
            self.wait_for_value()?;
        }
        Ok(self.lend(count))
    }

    /// As [`recv_batch`](Self::recv_batch), waiting no longer than [`try_recv`](Self::try_recv).
    ///
    /// # Errors
    ///
    /// As for [`try_recv`](Self::try_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, mut receiver) = moirai::channel::spsc(8);
    /// assert!(receiver.try_recv_batch(4).is_err());
    /// (0..6).for_each(|n| sender.send(n).unwrap());
    /// // By value; what is not taken stays in the channel.
    /// let batch = receiver.try_recv_batch(4).unwrap();
    /// batch.release(1);
    /// assert_eq!(receiver.try_recv_batch(2).unwrap().into_iter().sum::<i32>(), 1 + 2);
    /// assert_eq!(receiver.len(), 3);
    /// ```
    #[inline]
    pub fn try_recv_batch(&mut self, count: usize) -> Result<Lent<'_, T>, TryRecvError> {
        if !self.has_value() {
            self.look_at_the_end()?;
        }
        Ok(self.lend(count))
    }

    /// The next values, without receiving them: none to `count` of them, as many as lie behind each other.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, mut receiver) = moirai::channel::spsc(8);
    /// sender.send(5).unwrap();
    /// assert_eq!(receiver.peek(4), [5]);
    /// assert_eq!(receiver.recv(), Ok(5));
    /// ```
    pub fn peek(&mut self, count: usize) -> &[T] {
        let ring = &self.shared.ring;
        let ready = self.reader.ready(ring, count.min(self.capacity()));
        let count = ring.slots.in_a_row(self.reader.position(), ready.min(count));
        // SAFETY: the receiver is the consumer, and so many values are there in a row.
        let values = unsafe { self.reader.values(ring, count) };
        // SAFETY: they stay where they are while the receiver is lent.
        unsafe { &*values }
    }

    /// Asks the sender to stop: its sends fail from when it sees this. What was sent is received, also what is being sent
    /// now; so receives find the end only once the sender has tried to send again or was dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(4);
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
    /// let (sender, receiver) = moirai::channel::spsc(4);
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
    /// let (sender, receiver) = moirai::channel::spsc(4);
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
    /// assert_eq!(moirai::channel::spsc::<u8>(4).1.capacity(), 4);
    /// ```
    pub fn capacity(&self) -> usize {
        self.shared.ring.slots.capacity()
    }

    /// How many values were sent and not received yet, at some moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(4);
    /// sender.send('a').unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.ring.len()
    }

    /// Whether everything that was sent has been received; see [`len`](Self::len).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::channel::spsc::<u8>(4).1.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether loans never break where the ring begins again: see [`spsc_mapped`](crate::channel::spsc_mapped).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!moirai::channel::spsc::<u8>(4).1.is_mapped());
    /// ```
    pub fn is_mapped(&self) -> bool {
        self.shared.ring.slots.is_mapped()
    }

    /// Whether there is a value, now or a moment later.
    #[inline(always)]
    fn has_value(&self) -> bool {
        let has_value = || self.reader.ready(&self.shared.ring, 1) != 0;
        has_value() || self.shared.paces.receiver.pause(self.reader.position()) && has_value()
    }

    /// `Ok`: there is a value.
    #[cold]
    fn look_at_the_end(&self) -> Result<(), TryRecvError> {
        self.look().map_or(Err(TryRecvError::Empty), |found| found.map_err(TryRecvError::from))
    }

    /// Whether there is a value, or nothing will come any more.
    fn look(&self) -> Option<Result<(), RecvError>> {
        let has_value = || self.reader.ready(&self.shared.ring, 1) != 0;
        if has_value() {
            return Some(Ok(()));
        }
        if !self.shared.state.end.is_done() {
            return None;
        }
        Some(if has_value() { Ok(()) } else { Err(RecvError) })
    }

    /// Waits for a value.
    #[cold]
    #[inline(never)]
    fn wait_for_value(&self) -> Result<(), RecvError> {
        self.shared.state.receiver.wait(None, || self.look()).unwrap_or(Err(RecvError))
    }

    /// There is a value.
    #[inline(always)]
    fn pop(&self) -> T {
        // SAFETY: the receiver is the consumer, and the caller knows of a value.
        let value = unsafe { self.reader.pop(&self.shared.ring) };
        self.shared.state.sender.wake_one();
        value
    }

    /// There is a value.
    #[inline(always)]
    fn lend(&mut self, count: usize) -> Lent<'_, T> {
        let ready = self.reader.ready(&self.shared.ring, count.min(self.capacity()));
        let count =
            self.shared.ring.slots.in_a_row(self.reader.position(), ready.min(count).max(1));
        let (ring, reader, sender) = self.parts();
        // SAFETY: the receiver is the consumer, so many values are there in a row, and it is lent with them.
        unsafe { Lent::new(ring, reader, sender, count) }
    }

    #[inline(always)]
    fn parts(&self) -> (&Ring<T>, &Reader, &Waiters) {
        (&self.shared.ring, &self.reader, &self.shared.state.sender)
    }
}

impl<T> Receives for Receiver<T> {
    type Value = T;

    #[inline]
    fn try_recv(&self) -> Result<T, TryRecvError> {
        Receiver::try_recv(self)
    }

    fn waiters(&self) -> &Waiters {
        &self.shared.state.receiver
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.close();
        let ring = &self.shared.ring;
        // Behind values that were being moved out when their iterator was forgotten.
        self.reader.publish(ring);
        self.reader.ready(ring, self.capacity());
        // SAFETY: the receiver is the consumer.
        unsafe { self.reader.drop_all(ring) };
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
