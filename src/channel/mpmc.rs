//! Many producers, many consumers: the channel that [`mpmc`](crate::channel::mpmc()) makes.

use crate::channel::errors::{
    CapacityError, RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError,
    TrySendError,
};
use crate::channel::iterators::{IntoIter, Iter, TryIter};
use crate::channel::queue::{Queue, Refusal};
use crate::channel::waiting::{Waiters, deadline_after};
use crate::sync::{AtomicUsize, Ordering};
use crate::util::CachePadded;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

struct Shared<T> {
    queue: Queue<T>,
    /// Those who wait for a value.
    receivers: CachePadded<Side>,
    /// Those who wait for a free slot.
    senders: CachePadded<Side>,
    tasks: AtomicUsize,
}

/// The handles of one kind.
struct Side {
    waiters: Waiters,
    handles: AtomicUsize,
}

impl Side {
    fn new() -> CachePadded<Self> {
        CachePadded::new(Side { waiters: Waiters::new(), handles: AtomicUsize::new(1) })
    }

    fn add_handle(&self) {
        // ORDERING: Relaxed. The handle that is cloned keeps the count above zero.
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// One handle less. `true` for the last one.
    fn remove_handle(&self) -> bool {
        // ORDERING: AcqRel. What was done through the other handles comes before what the last one's drop does.
        self.handles.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

impl<T> Shared<T> {
    fn close(&self) {
        self.queue.close();
        self.receivers.waiters.wake_all();
        self.senders.waiters.wake_all();
    }

    fn task(&self) -> Task {
        // ORDERING: Relaxed both. Numbers that differ, and a flag of the handle's own.
        Task { id: self.tasks.fetch_add(1, Ordering::Relaxed), waits: AtomicUsize::new(0) }
    }
}

/// What a handle knows of the task that polls it.
struct Task {
    id: usize,
    /// The last poll has said that it has to wait.
    waits: AtomicUsize,
}

impl Task {
    fn poll<R>(
        &self,
        waiters: &Waiters,
        context: &mut Context<'_>,
        look: impl FnMut() -> Option<R>,
    ) -> Poll<R> {
        let polled = waiters.poll(context, self.id, look);
        // ORDERING: Relaxed. The handle's own.
        self.waits.store(usize::from(polled.is_pending()), Ordering::Relaxed);
        polled
    }

    /// The task will not poll again: if it was woken, the wake-up goes to another.
    fn end(&self, waiters: &Waiters) {
        // ORDERING: Relaxed. The handle's own.
        if self.waits.load(Ordering::Relaxed) != 0 && !waiters.deregister(self.id) {
            waiters.wake_one();
        }
    }
}

pub(super) fn channel<T>(capacity: usize) -> Result<(Sender<T>, Receiver<T>), CapacityError> {
    let shared = Arc::new(Shared {
        queue: Queue::new(capacity)?,
        receivers: Side::new(),
        senders: Side::new(),
        tasks: AtomicUsize::new(0),
    });
    let sender = Sender { task: shared.task(), shared: Arc::clone(&shared) };
    Ok((sender, Receiver { task: shared.task(), shared }))
}

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
    shared: Arc<Shared<T>>,
    task: Task,
}

impl<T> Sender<T> {
    /// Sends a value if there is a free slot. Tens of nanoseconds; wakes a receiver if one waits.
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
        match self.try_send(value) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
            Err(TrySendError::Full(value)) => match self.send_waiting(value, None) {
                Ok(()) => Ok(()),
                Err(error) => Err(SendError(error.into_inner())),
            },
        }
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
        match self.try_send(value) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(value)) => Err(SendTimeoutError::Disconnected(value)),
            Err(TrySendError::Full(value)) => self.send_waiting(value, deadline_after(timeout)),
        }
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
        let look = || self.look(value);
        self.task.poll(&self.shared.senders.waiters, context, look)
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

    /// Tries to send what `value` holds; `None`, and the value stays, if the channel is full.
    fn look(&self, value: &mut Option<T>) -> Option<Result<(), SendError<T>>> {
        match self.try_send(value.take().expect("there is a value to send")) {
            Ok(()) => Some(Ok(())),
            Err(TrySendError::Disconnected(value)) => Some(Err(SendError(value))),
            Err(TrySendError::Full(back)) => {
                *value = Some(back);
                None
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn send_waiting(&self, value: T, deadline: Option<Instant>) -> Result<(), SendTimeoutError<T>> {
        let mut value = Some(value);
        match self.shared.senders.waiters.wait(deadline, || self.look(&mut value)) {
            Some(sent) => sent.map_err(SendTimeoutError::from),
            None => Err(SendTimeoutError::Timeout(value.expect("the value was not sent"))),
        }
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
    shared: Arc<Shared<T>>,
    task: Task,
}

impl<T> Receiver<T> {
    /// Receives a value if there is one. Tens of nanoseconds; wakes a sender if one waits.
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
        match self.try_recv() {
            Ok(value) => Ok(value),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => self.recv_waiting(None).map_err(|_| RecvError),
        }
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
        match self.try_recv() {
            Ok(value) => Ok(value),
            Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => self.recv_waiting(deadline_after(timeout)),
        }
    }

    /// Receives a value as soon as there is one; registers the task's waker until then. See [`Sender::poll_send`].
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
        let look = || self.look();
        self.task.poll(&self.shared.receivers.waiters, context, look)
    }

    /// Closes the channel for everybody, as [`Sender::close`] does. What was sent before can still be received.
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

    /// `None`: nothing yet.
    fn look(&self) -> Option<Result<T, RecvError>> {
        match self.try_recv() {
            Ok(value) => Some(Ok(value)),
            Err(TryRecvError::Disconnected) => Some(Err(RecvError)),
            Err(TryRecvError::Empty) => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn recv_waiting(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        match self.shared.receivers.waiters.wait(deadline, || self.look()) {
            Some(received) => received.map_err(RecvTimeoutError::from),
            None => Err(RecvTimeoutError::Timeout),
        }
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
