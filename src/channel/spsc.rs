//! One producer, one consumer: the channel that [`spsc`](crate::channel::spsc()) makes.
//!
//! Two flags beside the ring say how it ends. `refuses`: sends fail from now on; set by either side, read by the sender
//! before each send. `is_done`: nothing will come any more; set by the sender alone, after its last send, when it is dropped,
//! closes the channel or finds that it is refused. So a receiver that finds the flag set and then the ring empty has
//! received everything, and a send that overlaps with the receiver's close is either refused or received.

use crate::channel::claims::{Lent, Reserved};
use crate::channel::errors::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
use crate::channel::iterators::{IntoIter, Iter, TryIter};
use crate::channel::ring::{Reader, Ring, Writer};
use crate::channel::slots::Slots;
use crate::channel::waiting::{Waiters, deadline_after};
use crate::sync::{AtomicUsize, Ordering, weaken};
use crate::util::CachePadded;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// What both sides share.
struct Shared<T> {
    ring: Ring<T>,
    state: CachePadded<State>,
}

/// What is written rarely.
struct State {
    refuses: AtomicUsize,
    is_done: AtomicUsize,
    /// The receiver, when it waits for a value.
    receiver: Waiters,
    /// The sender, when it waits for a free slot.
    sender: Waiters,
}

/// A side's only task.
const TASK: usize = 0;

pub(super) fn channel<T>(slots: Slots<T>) -> (Sender<T>, Receiver<T>) {
    let state = State {
        refuses: AtomicUsize::new(0),
        is_done: AtomicUsize::new(0),
        receiver: Waiters::new(),
        sender: Waiters::new(),
    };
    let shared = Arc::new(Shared { ring: Ring::new(slots), state: CachePadded::new(state) });
    let sender = Sender { shared: Arc::clone(&shared), writer: Writer::new() };
    (sender, Receiver { shared, reader: Reader::new() })
}

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
    shared: Arc<Shared<T>>,
    writer: Writer,
}

impl<T> Sender<T> {
    /// Sends a value if there is a free slot. Some nanoseconds; wakes the receiver if it waits.
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
        if self.writer.room(&self.shared.ring, 1) == 0 {
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
        if self.is_refused() {
            return Err(SendError(value));
        }
        if self.writer.room(&self.shared.ring, 1) == 0 && self.wait_for_room(None).is_err() {
            return Err(SendError(value));
        }
        self.push(value);
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
    /// let (sender, _receiver) = moirai::channel::spsc(1);
    /// assert!(sender.send_timeout(1, Duration::from_millis(1)).is_ok());
    /// assert_eq!(sender.send_timeout(2, Duration::from_millis(1)).unwrap_err().into_inner(), 2);
    /// ```
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        match self.try_send(value) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(value)) => Err(SendTimeoutError::Disconnected(value)),
            Err(TrySendError::Full(value)) => match self.wait_for_room(deadline_after(timeout)) {
                Ok(true) => {
                    self.push(value);
                    Ok(())
                }
                Ok(false) => Err(SendTimeoutError::Timeout(value)),
                Err(SendError(())) => Err(SendTimeoutError::Disconnected(value)),
            },
        }
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
        let look = || match self.try_send(value.take().expect("there is a value to send")) {
            Ok(()) => Some(Ok(())),
            Err(TrySendError::Disconnected(value)) => Some(Err(SendError(value))),
            Err(TrySendError::Full(back)) => {
                *value = Some(back);
                None
            }
        };
        self.shared.state.sender.poll(context, TASK, look)
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
        if self.writer.room(&self.shared.ring, 1) == 0 {
            self.wait_for_room(None)?;
        }
        Ok(self.claim(count))
    }

    /// As [`reserve`](Self::reserve), without waiting.
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
        if self.writer.room(&self.shared.ring, 1) == 0 {
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
        // ORDERING: Relaxed. Read by this side.
        self.shared.state.refuses.store(1, Ordering::Relaxed);
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
        // ORDERING: Relaxed. Nothing is read because of it.
        if self.shared.state.refuses.load(Ordering::Relaxed) == 0 {
            return false;
        }
        self.end();
        true
    }

    /// Nothing will come any more.
    #[cold]
    fn end(&self) {
        // ORDERING: Release. Pairs with `Receiver::look`: whoever sees the flag sees all that was sent.
        self.shared.state.is_done.store(1, Ordering::Release);
        self.shared.state.receiver.wake_all();
    }

    /// There is a free slot.
    #[inline(always)]
    fn push(&self, value: T) {
        // SAFETY: the sender is the producer, and the caller knows of a free slot.
        unsafe { self.writer.push(&self.shared.ring, value) };
        self.shared.state.receiver.wake_one();
    }

    /// Whether there is a free slot; `false`: not in time.
    #[cold]
    #[inline(never)]
    fn wait_for_room(&self, deadline: Option<Instant>) -> Result<bool, SendError<()>> {
        let look = || {
            if self.is_refused() {
                return Some(Err(SendError(())));
            }
            (self.writer.room(&self.shared.ring, 1) != 0).then_some(Ok(true))
        };
        self.shared.state.sender.wait(deadline, look).unwrap_or(Ok(false))
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
    pub(super) fn parts(&self) -> (&Ring<T>, &Writer, &Waiters) {
        (&self.shared.ring, &self.writer, &self.shared.state.receiver)
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
    shared: Arc<Shared<T>>,
    reader: Reader,
}

impl<T> Receiver<T> {
    /// Receives a value if there is one. Some nanoseconds; wakes the sender if it waits.
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
        if self.reader.ready(&self.shared.ring, 1) == 0 {
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
        if self.reader.ready(&self.shared.ring, 1) == 0 {
            self.wait_for_value(None)?;
        }
        Ok(self.pop())
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
        if self.reader.ready(&self.shared.ring, 1) == 0
            && !self.wait_for_value(deadline_after(timeout))?
        {
            return Err(RecvTimeoutError::Timeout);
        }
        Ok(self.pop())
    }

    /// Receives a value as soon as there is one; registers the task's waker until then. See
    /// [`Sender::poll_send`].
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
        let look = || match self.try_recv() {
            Ok(value) => Some(Ok(value)),
            Err(TryRecvError::Disconnected) => Some(Err(RecvError)),
            Err(TryRecvError::Empty) => None,
        };
        self.shared.state.receiver.poll(context, TASK, look)
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
        if self.reader.ready(&self.shared.ring, 1) == 0 {
            self.wait_for_value(None)?;
        }
        Ok(self.lend(count))
    }

    /// As [`recv_batch`](Self::recv_batch), without waiting.
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
        if self.reader.ready(&self.shared.ring, 1) == 0 {
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
        // ORDERING: Relaxed. Nothing is published by it.
        self.shared.state.refuses.store(1, Ordering::Relaxed);
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

    /// `Ok`: there is a value.
    #[cold]
    fn look_at_the_end(&self) -> Result<(), TryRecvError> {
        match self.look() {
            Some(Ok(_)) => Ok(()),
            Some(Err(RecvError)) => Err(TryRecvError::Disconnected),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Whether there is a value, or nothing will come any more.
    fn look(&self) -> Option<Result<bool, RecvError>> {
        let has_value = || self.reader.ready(&self.shared.ring, 1) != 0;
        if has_value() {
            return Some(Ok(true));
        }
        // ORDERING: Acquire. Pairs with `Sender::end`: the second look sees all that was sent.
        let order = weaken("spsc::look_at_done", Ordering::Acquire, Ordering::Relaxed);
        if self.shared.state.is_done.load(order) == 0 {
            return None;
        }
        Some(if has_value() { Ok(true) } else { Err(RecvError) })
    }

    /// Whether there is a value; `false`: not in time.
    #[cold]
    #[inline(never)]
    fn wait_for_value(&self, deadline: Option<Instant>) -> Result<bool, RecvError> {
        self.shared.state.receiver.wait(deadline, || self.look()).unwrap_or(Ok(false))
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

impl<T> Iterator for Iter<'_, Receiver<T>> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, Receiver<T>> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<Receiver<T>> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
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
