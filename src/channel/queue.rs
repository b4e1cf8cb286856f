//! The ring of many producers and many consumers: at each of its two ends one thread at a time.
//!
//! As the ring of two (`ring.rs`), with a lock at each end instead of the one thread there. So a producer and a consumer
//! work side by side, and each end reads the other's cache line only when what it knows of it says full or empty: in a stream, once
//! for many messages. (The two locks are the idea of Michael and Scott's second queue, PODC 1996.)
//!
//! Positions count in steps of two, so that there is room for a bit: the lowest of `back.position` says *closed*. It is set under
//! the lock that pushes take, so a close comes before or after each of them, and what was pushed before it is popped.
//!
//! Invariants:
//! 1. The slots from `front.position` to `back.position` hold values; the others do not.
//! 2. Only who holds `back` changes its position, and touches the slots from there to `front.position` and a round; only who holds
//!    `front` changes its position, and touches the slots from there to `back.position`.

use crate::channel::errors::CapacityError;
use crate::channel::pace::Pace;
use crate::channel::ring::OnDrop;
use crate::channel::slots::Slots;
use crate::sync::{AtomicUsize, Ordering, dropped, weaken};
use crate::util::CachePadded;
use crate::util::short_lock::ShortLock;
use std::mem::MaybeUninit;

/// In the position of the back: closed.
const CLOSED: usize = 1;
/// From a position to the next.
const STEP: usize = 2;

/// See the module's description.
pub(super) struct Queue<T> {
    slots: Slots<T>,
    front: End,
    back: End,
}

/// One end of the queue.
struct End {
    /// Where the other end looks: on a cache line of its own. So a look does not keep who comes next from the lock, for which an
    /// exchange has to wait, but only the store that publishes, for which nobody waits.
    position: CachePadded<AtomicUsize>,
    own: CachePadded<Own>,
}

/// What only those who come to this end use.
struct Own {
    lock: ShortLock,
    /// What is known of the other end's position; of who holds the lock.
    seen: AtomicUsize,
    pace: Pace,
}

impl End {
    fn new() -> Self {
        let own = Own { lock: ShortLock::new(), seen: AtomicUsize::new(0), pace: Pace::new() };
        End { position: CachePadded::new(AtomicUsize::new(0)), own: CachePadded::new(own) }
    }

    /// Waits a little if that is worth it, for who has found the other end here: see [`Pace::pause`].
    fn pause(&self) -> bool {
        // ORDERING: Relaxed. An estimate.
        self.own.pace.pause(self.position.load(Ordering::Relaxed) / STEP)
    }
}

/// Why nothing was pushed or popped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The queue is full, or empty.
    NotNow,
    /// The queue is closed, and empty if this is about a pop.
    Closed,
}

// SAFETY: a slot has one owner at a time (invariant 2), and the positions hand values over.
unsafe impl<T: Send> Sync for Queue<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Queue<T> {}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Result<Self, CapacityError> {
        let slots = Slots::heap(capacity)?;
        Ok(Queue { slots, front: End::new(), back: End::new() })
    }

    /// The slot of a position.
    #[inline(always)]
    fn slot(&self, position: usize) -> *mut MaybeUninit<T> {
        self.slots.touch(position / STEP, 1);
        self.slots.slot(position / STEP)
    }

    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    /// How many values are in the queue, at some moment during the call.
    pub(super) fn len(&self) -> usize {
        // ORDERING: Relaxed both. A number for people; the head is read first, so that it is not beyond the tail.
        let head = self.front.position.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        let tail = self.back.position.load(Ordering::Relaxed) & !CLOSED;
        (tail.wrapping_sub(head) / STEP).min(self.capacity())
    }

    /// Whether a queue with these positions is full.
    #[inline(always)]
    fn is_full(&self, tail: usize, head: usize) -> bool {
        tail.wrapping_sub(head) == STEP * self.capacity()
    }

    /// Puts a value in, now or a moment later, or gives it back.
    #[inline(always)]
    pub(super) fn push(&self, value: T) -> Result<(), (Refusal, T)> {
        match self.push_now(value) {
            Err((Refusal::NotNow, value)) if self.back.pause() => self.push_now(value),
            pushed => pushed,
        }
    }

    #[inline(always)]
    fn push_now(&self, value: T) -> Result<(), (Refusal, T)> {
        let back = &self.back;
        let _held = back.own.lock.hold();
        // ORDERING: Relaxed. Written under the lock, which is held.
        let tail = back.position.load(Ordering::Relaxed);
        if tail & CLOSED != 0 {
            return Err((Refusal::Closed, value));
        }
        // ORDERING: Relaxed, as above.
        if self.is_full(tail, back.own.seen.load(Ordering::Relaxed)) {
            // ORDERING: Acquire. Pairs with the store in `pop`: values were taken before the slots are written again.
            let acquire = weaken("queue::head", Ordering::Acquire, Ordering::Relaxed);
            let head = self.front.position.load(acquire);
            // ORDERING: Relaxed, as above.
            back.own.seen.store(head, Ordering::Relaxed);
            if self.is_full(tail, head) {
                return Err((Refusal::NotNow, value));
            }
        }
        // SAFETY: the slot is free, and this thread's, who holds the back (invariant 2).
        unsafe { (*self.slot(tail)).write(value) };
        // ORDERING: Release. Pairs with the load in `pop` and publishes the value.
        let release = weaken("queue::publish", Ordering::Release, Ordering::Relaxed);
        back.position.store(tail.wrapping_add(STEP), release);
        Ok(())
    }

    /// Takes the oldest value, now or a moment later.
    #[inline(always)]
    pub(super) fn pop(&self) -> Result<T, Refusal> {
        match self.pop_now() {
            Err(Refusal::NotNow) if self.front.pause() => self.pop_now(),
            popped => popped,
        }
    }

    #[inline(always)]
    fn pop_now(&self) -> Result<T, Refusal> {
        let front = &self.front;
        let _held = front.own.lock.hold();
        // ORDERING: Relaxed. Written under the lock, which is held.
        let head = front.position.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        if front.own.seen.load(Ordering::Relaxed) & !CLOSED == head {
            // ORDERING: Acquire. Pairs with the store in `push`: the values are visible.
            let acquire = weaken("queue::tail", Ordering::Acquire, Ordering::Relaxed);
            let tail = self.back.position.load(acquire);
            // ORDERING: Relaxed, as above.
            front.own.seen.store(tail, Ordering::Relaxed);
            if tail == head {
                return Err(Refusal::NotNow);
            }
            // Closed is the last thing that happens to the tail, so this is its end if it says so.
            if tail == head | CLOSED || dropped("queue::close_with_values") && tail & CLOSED != 0 {
                return Err(Refusal::Closed);
            }
        }
        // SAFETY: the slot holds a value (invariant 1), and is this thread's, who holds the front (invariant 2).
        let value = unsafe { self.slot(head).cast::<T>().read() };
        // ORDERING: Release. Pairs with the load in `push`: the value was taken before the next is written.
        let release = weaken("queue::free", Ordering::Release, Ordering::Relaxed);
        front.position.store(head.wrapping_add(STEP), release);
        Ok(value)
    }

    /// Pushes fail from now on.
    pub(super) fn close(&self) {
        let _held = self.back.own.lock.hold();
        // ORDERING: Relaxed. Publishes nothing; comes before or after each push by the lock, which is held.
        self.back.position.fetch_or(CLOSED, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: Relaxed. Nothing is read because of it.
        self.back.position.load(Ordering::Relaxed) & CLOSED != 0
    }

    /// Drops the values of a closed queue.
    pub(super) fn discard(&self) {
        let drop_all = || {
            while let Ok(value) = self.pop_now() {
                drop(value);
            }
        };
        // If a drop panics, the others are dropped by the guard.
        let _rest = OnDrop(drop_all);
        drop_all();
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        self.discard();
    }
}
