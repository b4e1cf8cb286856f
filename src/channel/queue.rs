//! The ring of many producers and many consumers: each slot says whose turn it is.
//!
//! After Dmitry Vyukov's bounded MPMC queue (1024cores, 2010). Positions count in steps of two, so that there is room for a
//! bit. With `p` for a position and `n` for the number of slots:
//! * A slot's `sequence` is `p` when the slot is free for the value of position `p`, `p + 1` when it holds that, and then
//!   `p + 2 n`, its next position. (Vyukov's step of one cannot tell the two apart in a ring of one slot.)
//! * `tail` is the next position to be written, with the lowest bit set when the queue is closed: so a close comes before or
//!   after each push in the one order in which `tail` changes, and what was pushed before it is popped.
//!
//! Invariants:
//! 1. Who moves `tail` or `head` on from `p` owns the slot of `p` until it stores its sequence.
//! 2. A slot holds a value exactly if its sequence is odd.

use crate::channel::errors::CapacityError;
use crate::channel::ring::OnDrop;
use crate::channel::slots;
use crate::sync::{AtomicUsize, Ordering, UnsafeCell, dropped, weaken};
use crate::util::CachePadded;
use std::mem::MaybeUninit;

/// In `tail`: closed.
const CLOSED: usize = 1;
/// From a position to the next.
const STEP: usize = 2;

/// See the module's description.
pub(super) struct Queue<T> {
    slots: Vec<Slot<T>>,
    mask: usize,
    head: CachePadded<AtomicUsize>,
    tail: CachePadded<AtomicUsize>,
}

struct Slot<T> {
    sequence: AtomicUsize,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// Why nothing was pushed or popped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The queue is full, or empty.
    NotNow,
    /// The queue is closed, and empty if this is about a pop.
    Closed,
}

// SAFETY: a slot has one owner at a time (invariant 1), and its sequence hands the value over.
unsafe impl<T: Send> Sync for Queue<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Queue<T> {}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Result<Self, CapacityError> {
        slots::check(capacity)?;
        let mut slots = Vec::new();
        slots.try_reserve_exact(capacity).map_err(|_| CapacityError::Allocation { capacity })?;
        slots.extend((0..capacity).map(|index| Slot {
            sequence: AtomicUsize::new(index * STEP),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }));
        Ok(Queue {
            slots,
            mask: capacity - 1,
            head: CachePadded::new(AtomicUsize::new(0)),
            tail: CachePadded::new(AtomicUsize::new(0)),
        })
    }

    #[inline(always)]
    fn slot(&self, position: usize) -> &Slot<T> {
        // SAFETY: the index is at most the mask, hence below the number of slots.
        unsafe { self.slots.get_unchecked((position / STEP) & self.mask) }
    }

    pub(super) fn capacity(&self) -> usize {
        self.mask + 1
    }

    /// How many values are in the queue, at some moment during the call.
    pub(super) fn len(&self) -> usize {
        // ORDERING: Relaxed both. A number for people; the head is read first, so that it is not beyond the tail.
        let head = self.head.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        let tail = self.tail.load(Ordering::Relaxed) & !CLOSED;
        (tail.wrapping_sub(head) / STEP).min(self.capacity())
    }

    /// Puts a value in, or gives it back.
    #[inline(always)]
    pub(super) fn push(&self, value: T) -> Result<(), (Refusal, T)> {
        // ORDERING: Relaxed. A guess, which the compare-exchange checks.
        let mut tail = self.tail.load(Ordering::Relaxed);
        loop {
            if tail & CLOSED != 0 {
                return Err((Refusal::Closed, value));
            }
            let slot = self.slot(tail);
            // ORDERING: Acquire. Pairs with the store in `pop`: the value of the round before was taken.
            let acquire = weaken("queue::push_sequence", Ordering::Acquire, Ordering::Relaxed);
            let ahead = slot.sequence.load(acquire).wrapping_sub(tail) as isize;
            if ahead == 0 {
                let next = tail.wrapping_add(STEP);
                // ORDERING: Relaxed both. Decides whose the slot is; what is in it passes with the sequence.
                match self.tail.compare_exchange_weak(
                    tail,
                    next,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => {
                        // SAFETY: this thread owns the slot (invariant 1), which holds nothing.
                        slot.value.with_mut(|slot| unsafe { (*slot).write(value) });
                        // ORDERING: Release. Pairs with the load in `pop` and publishes the value.
                        let release =
                            weaken("queue::publish", Ordering::Release, Ordering::Relaxed);
                        slot.sequence.store(tail + 1, release);
                        return Ok(());
                    }
                    Err(now) => tail = now,
                }
            } else if ahead < 0 {
                return Err((Refusal::NotNow, value));
            } else {
                // ORDERING: Relaxed, as above.
                tail = self.tail.load(Ordering::Relaxed);
            }
        }
    }

    /// Takes the oldest value.
    #[inline(always)]
    pub(super) fn pop(&self) -> Result<T, Refusal> {
        // ORDERING: Relaxed. A guess, which the compare-exchange checks.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            let slot = self.slot(head);
            // ORDERING: Acquire. Pairs with the store in `push`: the value is visible.
            let acquire = weaken("queue::pop_sequence", Ordering::Acquire, Ordering::Relaxed);
            let ahead = slot.sequence.load(acquire).wrapping_sub(head.wrapping_add(1)) as isize;
            if ahead == 0 {
                let next = head.wrapping_add(STEP);
                // ORDERING: Relaxed both, as in `push`.
                match self.head.compare_exchange_weak(
                    head,
                    next,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => {
                        // SAFETY: this thread owns the slot (invariant 1), which holds a value (invariant 2).
                        let value = slot.value.with_mut(|slot| unsafe { slot.cast::<T>().read() });
                        let free = head.wrapping_add(STEP * self.capacity());
                        // ORDERING: Release. Pairs with the load in `push`: the value was taken before the next is written.
                        let release = weaken("queue::free", Ordering::Release, Ordering::Relaxed);
                        slot.sequence.store(free, release);
                        return Ok(value);
                    }
                    Err(now) => head = now,
                }
            } else if ahead < 0 {
                // ORDERING: Relaxed. Closed is the last thing that happens to the tail, so this is its end if it says so.
                let tail = self.tail.load(Ordering::Relaxed);
                let is_over = tail == (head | CLOSED)
                    || dropped("queue::close_with_values") && tail & CLOSED != 0;
                return Err(if is_over { Refusal::Closed } else { Refusal::NotNow });
            } else {
                // ORDERING: Relaxed, as above.
                head = self.head.load(Ordering::Relaxed);
            }
        }
    }

    /// Pushes fail from now on.
    pub(super) fn close(&self) {
        // ORDERING: Relaxed. Comes before or after each push in the order of the tail's changes; publishes nothing.
        self.tail.fetch_or(CLOSED, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: Relaxed. Nothing is read because of it.
        self.tail.load(Ordering::Relaxed) & CLOSED != 0
    }

    /// Drops the values of a closed queue, those that are being pushed included.
    pub(super) fn discard(&self) {
        let drop_all = || loop {
            match self.pop() {
                Ok(value) => drop(value),
                Err(Refusal::Closed) => return,
                Err(Refusal::NotNow) => std::thread::yield_now(),
            }
        };
        // If a drop panics, the others are dropped by the guard.
        let _rest = OnDrop(drop_all);
        drop_all();
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        self.close();
        self.discard();
    }
}
