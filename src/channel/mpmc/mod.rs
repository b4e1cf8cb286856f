//! Many producers, many consumers: the channel that [`mpmc`](crate::channel::mpmc()) makes.

mod receiver;
mod sender;

use crate::channel::errors::CapacityError;
use crate::channel::queue::Queue;
use crate::channel::waiting::Waiters;
use crate::sync::{AtomicUsize, Ordering};
use crate::util::CachePadded;
use std::sync::Arc;
use std::task::{Context, Poll};

pub use receiver::Receiver;
pub use sender::Sender;

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
