//! The ring of one producer and one consumer: two positions that follow each other round.
//!
//! After Lamport (Specifying Concurrent Program Modules, 1983), with each side keeping a copy of the other's position and
//! reading the other's cache line only when the copy says that the ring is full or empty (FastForward, Giacomoni, Moseley
//! and Vachharajani, PPoPP 2008, and MCRingBuffer, Lee, Bu and Chandranmenon, 2010, are of this kind). Invariants:
//! 1. The slots from `head` to `tail` hold values; the others do not. `tail - head` is at most the capacity.
//! 2. Only the producer changes `tail`, and touches the slots from `tail` to `head + capacity`; only the consumer changes
//!    `head`, and touches the slots from `head` to `tail`.
//! 3. A side's own copy of its position is never behind the shared one. It is in front of it while values are being moved
//!    out: those slots belong to the consumer and hold nothing that anybody will look at.

use crate::channel::slots::Slots;
use crate::sync::{AtomicUsize, Ordering, weaken};
use crate::util::CachePadded;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

/// See the module's description.
pub(super) struct Ring<T> {
    pub(super) slots: Slots<T>,
    head: CachePadded<AtomicUsize>,
    tail: CachePadded<AtomicUsize>,
}

impl<T> Ring<T> {
    pub(super) fn new(slots: Slots<T>) -> Self {
        Ring {
            slots,
            head: CachePadded::new(AtomicUsize::new(0)),
            tail: CachePadded::new(AtomicUsize::new(0)),
        }
    }

    /// How many values are in the ring, at some moment during the call.
    pub(super) fn len(&self) -> usize {
        // ORDERING: Relaxed both. A number for people; the head is read first, so that it is not beyond the tail.
        let head = self.head.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        let tail = self.tail.load(Ordering::Relaxed);
        tail.wrapping_sub(head).min(self.slots.capacity())
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        let reader = Reader::new();
        // ORDERING: Relaxed both. Nobody else is left.
        reader.head.set(self.head.load(Ordering::Relaxed));
        // ORDERING: Relaxed, as above.
        reader.tail_seen.set(self.tail.load(Ordering::Relaxed));
        // SAFETY: nobody else is left, so this is the consumer.
        unsafe { reader.drop_all(self) };
    }
}

/// The producer's side: its position, and what it knows of the consumer's.
pub(super) struct Writer {
    tail: Cell<usize>,
    head_seen: Cell<usize>,
}

impl Writer {
    pub(super) fn new() -> Self {
        Writer { tail: Cell::new(0), head_seen: Cell::new(0) }
    }

    /// The next position to be written.
    #[inline(always)]
    pub(super) fn position(&self) -> usize {
        self.tail.get()
    }

    /// How many slots are free, as far as is known; asks the consumer's side if those are fewer than `wanted`.
    #[inline(always)]
    pub(super) fn room<T>(&self, ring: &Ring<T>, wanted: usize) -> usize {
        let capacity = ring.slots.capacity();
        let known = capacity - self.tail.get().wrapping_sub(self.head_seen.get());
        if known >= wanted {
            return known;
        }
        // ORDERING: Acquire. Pairs with `Reader::publish`: the consumer has read the slots before they are written again.
        let head = ring.head.load(weaken("ring::head", Ordering::Acquire, Ordering::Relaxed));
        self.head_seen.set(head);
        capacity - self.tail.get().wrapping_sub(head)
    }

    /// Writes a value and lets the consumer have it.
    ///
    /// # Safety
    ///
    /// The caller is the producer, and [`room`](Self::room) has said that there is a free slot.
    #[inline(always)]
    pub(super) unsafe fn push<T>(&self, ring: &Ring<T>, value: T) {
        let tail = self.tail.get();
        ring.slots.touch(tail, 1);
        // SAFETY: the slot is free, hence the producer's (invariant 2).
        unsafe { (*ring.slots.slot(tail)).write(value) };
        // SAFETY: it was written just now.
        unsafe { self.publish(ring, 1) };
    }

    /// Lets the consumer have the next `count` slots.
    ///
    /// # Safety
    ///
    /// The caller is the producer; so many slots from its position on are free and have been written.
    #[inline(always)]
    pub(super) unsafe fn publish<T>(&self, ring: &Ring<T>, count: usize) {
        let tail = self.tail.get().wrapping_add(count);
        self.tail.set(tail);
        // ORDERING: Release. Pairs with `Reader::ready` and publishes what was written to the slots.
        ring.tail.store(tail, weaken("ring::publish_tail", Ordering::Release, Ordering::Relaxed));
    }
}

/// The consumer's side: its position, and what it knows of the producer's.
pub(super) struct Reader {
    head: Cell<usize>,
    tail_seen: Cell<usize>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Reader { head: Cell::new(0), tail_seen: Cell::new(0) }
    }

    /// The position of the next value to be read.
    #[inline(always)]
    pub(super) fn position(&self) -> usize {
        self.head.get()
    }

    /// How many values are there, as far as is known; asks the producer's side if those are fewer than `wanted`.
    #[inline(always)]
    pub(super) fn ready<T>(&self, ring: &Ring<T>, wanted: usize) -> usize {
        let known = self.tail_seen.get().wrapping_sub(self.head.get());
        if known >= wanted {
            return known;
        }
        // ORDERING: Acquire. Pairs with `Writer::publish`: the slots are read after they were written.
        let tail = ring.tail.load(weaken("ring::tail", Ordering::Acquire, Ordering::Relaxed));
        self.tail_seen.set(tail);
        tail.wrapping_sub(self.head.get())
    }

    /// Takes the next value, and gives its slot back.
    ///
    /// # Safety
    ///
    /// The caller is the consumer, and [`ready`](Self::ready) has said that there is a value.
    #[inline(always)]
    pub(super) unsafe fn pop<T>(&self, ring: &Ring<T>) -> T {
        // SAFETY: as demanded of our caller.
        let value = unsafe { self.take(ring) };
        self.publish(ring);
        value
    }

    /// Takes the next value; its slot stays the consumer's until [`publish`](Self::publish).
    ///
    /// # Safety
    ///
    /// As for [`pop`](Self::pop).
    #[inline(always)]
    pub(super) unsafe fn take<T>(&self, ring: &Ring<T>) -> T {
        let head = self.head.get();
        self.head.set(head.wrapping_add(1));
        ring.slots.touch(head, 1);
        // SAFETY: the slot holds a value, which is the consumer's (invariants 1 and 2) and behind its position now.
        unsafe { ring.slots.slot(head).cast::<T>().read() }
    }

    /// Gives the slots back that lie behind the consumer's position.
    #[inline(always)]
    pub(super) fn publish<T>(&self, ring: &Ring<T>) {
        // ORDERING: Release. Pairs with `Writer::room`: the values were taken before the slots are written again.
        ring.head.store(
            self.head.get(),
            weaken("ring::publish_head", Ordering::Release, Ordering::Relaxed),
        );
    }

    /// The next `count` values, which are those that lie behind each other in memory.
    ///
    /// # Safety
    ///
    /// The caller is the consumer; there are so many values in a row. The slice is used before the position moves on.
    #[inline(always)]
    pub(super) unsafe fn values<T>(&self, ring: &Ring<T>, count: usize) -> *mut [T] {
        ring.slots.touch(self.head.get(), count);
        ptr::slice_from_raw_parts_mut(ring.slots.slot(self.head.get()).cast(), count)
    }

    /// Moves the position behind the next `count` values, which are the caller's from then on. Their slots stay the
    /// consumer's until [`publish`](Self::publish).
    ///
    /// # Safety
    ///
    /// As for [`values`](Self::values).
    #[inline(always)]
    pub(super) unsafe fn pass<T>(&self, ring: &Ring<T>, count: usize) -> *mut [T] {
        // SAFETY: as demanded of our caller.
        let values = unsafe { self.values(ring, count) };
        self.head.set(self.head.get().wrapping_add(count));
        values
    }

    /// Drops the next `count` values in place. Their slots are given back, also if a drop panics.
    ///
    /// # Safety
    ///
    /// As for [`values`](Self::values).
    #[inline]
    pub(super) unsafe fn drop_in_place<T>(&self, ring: &Ring<T>, count: usize) {
        // SAFETY: as demanded of our caller.
        let values = unsafe { self.pass(ring, count) };
        let _published = OnDrop(|| self.publish(ring));
        // SAFETY: the values are the consumer's, and behind its position now: nobody looks at them again.
        unsafe { ptr::drop_in_place(values) };
    }

    /// Drops what is known to be in the ring; each value once, also if drops panic.
    ///
    /// # Safety
    ///
    /// The caller is the consumer.
    pub(super) unsafe fn drop_all<T>(&self, ring: &Ring<T>) {
        let left = || self.tail_seen.get().wrapping_sub(self.head.get());
        let in_a_row = || ring.slots.in_a_row(self.head.get(), left());
        let _rest = OnDrop(|| {
            // SAFETY: the caller is the consumer, and the values are there.
            unsafe { self.drop_in_place(ring, in_a_row()) };
        });
        // SAFETY: as above. What is left after these, at the wrap, is dropped by the guard.
        unsafe { self.drop_in_place(ring, in_a_row()) };
    }
}

/// Does something when dropped.
pub(super) struct OnDrop<F: FnMut()>(pub(super) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The free slots from the producer's position on that lie behind each other in memory, as a slice.
///
/// # Safety
///
/// The caller is the producer and uses the slice before it publishes any of these slots; `count` of them are free and in a
/// row.
pub(super) unsafe fn free_slots<T>(
    ring: &Ring<T>,
    writer: &Writer,
    count: usize,
) -> *mut [MaybeUninit<T>] {
    ring.slots.touch(writer.position(), count);
    ptr::slice_from_raw_parts_mut(ring.slots.slot(writer.position()), count)
}
