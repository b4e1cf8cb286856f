//! The side that sends.

use super::Shared;
use crate::channel::claims::Reserved;
use crate::channel::errors::{SendError, SendTimeoutError, TrySendError};
use crate::channel::ring::{Ring, Writer};
use crate::channel::sides::{self, Sends};
use crate::channel::waiting::Waiters;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The sending side of a channel with one producer and one consumer. Dropping it closes the channel; what was sent is still
/// received.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = moirai::channel::spsc(8);
/// let sum = std::thread::spawn(move || receiver.iter().sum::<u64>());
/// for n in 0..100 {
///     sender.send(n).unwrap();
/// }
/// drop(sender);
/// assert_eq!(sum.join().unwrap(), 4950);
/// ```
pub struct Sender<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) writer: Writer,
}

impl<T> Sender<T> {
    /// Sends a value if there is a free slot. Some nanoseconds; wakes the receiver if it waits. If the last few messages have
    /// filled the channel again, and only then, it waits up to some 1.3 us for a slot: taking slots one by one is slow for both.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] without a free slot, [`TrySendError::Disconnected`] if the channel is closed or the receiver
    /// gone; the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(1);
    /// sender.try_send('a').unwrap();
    /// assert!(sender.try_send('b').unwrap_err().is_full());
    /// assert_eq!(receiver.recv(), Ok('a'));
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        if self.is_refused() {
            return Err(TrySendError::Disconnected(value));
        }
        if !self.has_room() {
            return Err(TrySendError::Full(value));
        }
        self.push(value);
        Ok(())
    }

    /// Sends a value; blocks while there is no free slot. In a pool of one thread, that runs
    /// meanwhile the jobs of the scopes opened in the job at hand.
    ///
    /// # Errors
    ///
    /// If the channel is closed, or the receiver gone or dropped meanwhile: the value comes back.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(4);
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
    /// let (sender, _receiver) = moirai::channel::spsc(1);
    /// assert!(sender.send_timeout(1, Duration::from_millis(1)).is_ok());
    /// assert_eq!(sender.send_timeout(2, Duration::from_millis(1)).unwrap_err().into_inner(), 2);
    /// ```
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        sides::send_timeout(self, value, timeout)
    }

    /// Sends what `value` holds as soon as there is a free slot; registers the task's waker until then. Needs no executor of
    /// a certain kind: wrap it in [`std::future::poll_fn`]. A task that waits for one side has one waker, the latest.
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
    /// let (sender, receiver) = moirai::channel::spsc(1);
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

    /// Lends free slots that lie behind each other: at least one and at most `count` (which is at least 1), to be filled in
    /// place and then sent together. Blocks while there is none.
    ///
    /// Where the ring begins again a claim ends, so there may be fewer than `count` although more are free; not so in a
    /// [mapped](crate::channel::spsc_mapped) ring.
    ///
    /// # Errors
    ///
    /// If the channel is closed, or the receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = moirai::channel::spsc(64);
    /// let mut slots = sender.reserve(3).unwrap();
    /// for (slot, value) in slots.as_uninit().iter_mut().zip([1, 2, 3]) {
    ///     slot.write(value);
    /// }
    /// // SAFETY: three slots were lent, and all of them written.
    /// unsafe { slots.commit(3) };
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    #[inline]
    pub fn reserve(&mut self, count: usize) -> Result<Reserved<'_, T>, SendError<()>> {
        if self.is_refused() {
            return Err(SendError(()));
        }
        if !self.has_room() {
            self.wait_for_room()?;
        }
        Ok(self.claim(count))
    }

    /// As [`reserve`](Self::reserve), waiting no longer than [`try_send`](Self::try_send).
    ///
    /// # Errors
    ///
    /// As for [`try_send`](Self::try_send).
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = moirai::channel::spsc(4);
    /// assert_eq!(sender.try_reserve(10).unwrap().fill("abcdef".chars()), 4);
    /// assert!(sender.try_reserve(1).is_err());
    /// assert_eq!(receiver.try_iter().collect::<String>(), "abcd");
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, count: usize) -> Result<Reserved<'_, T>, TrySendError<()>> {
        if self.is_refused() {
            return Err(TrySendError::Disconnected(()));
        }
        if !self.has_room() {
            return Err(TrySendError::Full(()));
        }
        Ok(self.claim(count))
    }

    /// Closes the channel: later sends fail, and the receiver comes to its end when it has received what was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = moirai::channel::spsc(4);
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
    /// let (sender, receiver) = moirai::channel::spsc::<u8>(4);
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
    /// assert_eq!(moirai::channel::spsc::<u8>(4).0.capacity(), 4);
    /// ```
    pub fn capacity(&self) -> usize {
        self.shared.ring.slots.capacity()
    }

    /// How many values were sent and not received yet, at some moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = moirai::channel::spsc(4);
    /// sender.send('a').unwrap();
    /// assert_eq!((sender.len(), sender.is_empty()), (1, false));
    /// ```
    pub fn len(&self) -> usize {
        self.shared.ring.len()
    }

    /// Whether everything that was sent has been received; see [`len`](Self::len).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::channel::spsc::<u8>(4).0.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether claims never break where the ring begins again: see [`spsc_mapped`](crate::channel::spsc_mapped).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!moirai::channel::spsc::<u8>(4).0.is_mapped());
    /// ```
    pub fn is_mapped(&self) -> bool {
        self.shared.ring.slots.is_mapped()
    }

    #[inline(always)]
    fn is_refused(&self) -> bool {
        if !self.shared.state.end.is_refused() {
            return false;
        }
        self.end();
        true
    }

    /// Whether there is a free slot, now or a moment later.
    #[inline(always)]
    fn has_room(&self) -> bool {
        let has_room = || self.writer.room(&self.shared.ring, 1) != 0;
        has_room() || self.shared.paces.sender.pause(self.writer.position()) && has_room()
    }

    /// Nothing will come any more.
    #[cold]
    fn end(&self) {
        self.shared.state.end.finish();
        self.shared.state.receiver.wake_all();
    }

    /// There is a free slot.
    #[inline(always)]
    fn push(&self, value: T) {
        // SAFETY: the sender is the producer, and the caller knows of a free slot.
        unsafe { self.writer.push(&self.shared.ring, value) };
        self.shared.state.receiver.wake_one();
    }

    /// Waits for a free slot.
    #[cold]
    #[inline(never)]
    fn wait_for_room(&self) -> Result<(), SendError<()>> {
        let look = || {
            if self.is_refused() {
                return Some(Err(SendError(())));
            }
            (self.writer.room(&self.shared.ring, 1) != 0).then_some(Ok(()))
        };
        self.shared.state.sender.wait(None, look).unwrap_or(Err(SendError(())))
    }

    /// There is a free slot.
    #[inline(always)]
    fn claim(&mut self, count: usize) -> Reserved<'_, T> {
        let free = self.writer.room(&self.shared.ring, count.min(self.capacity()));
        let count = self.shared.ring.slots.in_a_row(self.writer.position(), free.min(count).max(1));
        // SAFETY: the sender is the producer, so many slots are free and in a row, and it is lent with them.
        unsafe { Reserved::new(self, count) }
    }

    /// For claims: ring and position, and whom to wake.
    #[inline(always)]
    pub(in crate::channel) fn parts(&self) -> (&Ring<T>, &Writer, &Waiters) {
        (&self.shared.ring, &self.writer, &self.shared.state.receiver)
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
        f.debug_struct("Sender")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
