//! Batches in place: slots lent to be filled, and values lent to be read.
//!
//! A claim moves no position until it is committed or released. One that is leaked (`mem::forget`) changes nothing: the same
//! slots are lent again, and what was written into them is forgotten with it; the same values are received again, and they
//! are still whole, because a loan hands out references only. Before [`Lent::into_iter`] moves values out, the receiver's
//! own position goes behind all of them.

use crate::channel::ring::{OnDrop, Reader, Ring, free_slots};
use crate::channel::spsc::Sender;
use crate::channel::waiting::Waiters;
use std::fmt::{self, Debug, Formatter};
use std::iter::FusedIterator;
use std::mem::{ManuallyDrop, MaybeUninit, needs_drop};
use std::ops::{Deref, DerefMut};
use std::ptr;

/// Free slots, lent by [`Sender::reserve`] to be filled in place. Dropping the claim sends nothing, and drops nothing of
/// what was written into the slots.
pub struct Reserved<'a, T> {
    sender: &'a mut Sender<T>,
    count: usize,
}

impl<'a, T> Reserved<'a, T> {
    /// # Safety
    ///
    /// So many slots from the sender's position on are free and lie behind each other.
    #[inline(always)]
    pub(super) unsafe fn new(sender: &'a mut Sender<T>, count: usize) -> Self {
        Reserved { sender, count }
    }

    /// The number of slots.
    #[allow(clippy::len_without_is_empty, reason = "a claim has at least one slot")]
    pub fn len(&self) -> usize {
        self.count
    }

    /// The slots.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = moirai::channel::spsc::<[u8; 1024]>(4);
    /// let mut slots = sender.reserve(1).unwrap();
    /// slots.as_uninit()[0].write([7; 1024]);
    /// // SAFETY: the slot was written.
    /// unsafe { slots.commit(1) };
    /// assert_eq!(receiver.recv().unwrap()[1023], 7);
    /// ```
    #[inline]
    pub fn as_uninit(&mut self) -> &mut [MaybeUninit<T>] {
        let (ring, writer, _) = self.sender.parts();
        // SAFETY: the claim borrows the sender, which is the producer; the slots are free and in a row.
        let slots = unsafe { free_slots(ring, writer, self.count) };
        // SAFETY: the producer's alone until they are published, and lent with the claim.
        unsafe { &mut *slots }
    }

    /// Sends the first `count` slots.
    ///
    /// # Safety
    ///
    /// They have been written.
    ///
    /// # Panics
    ///
    /// If there are not so many slots.
    #[inline]
    pub unsafe fn commit(self, count: usize) {
        assert!(count <= self.count, "{count} of {} slots cannot be sent", self.count);
        let (ring, writer, receiver) = self.sender.parts();
        // SAFETY: as many are free, and written by the demand on our caller.
        unsafe { writer.publish(ring, count) };
        receiver.wake_one();
    }

    /// Fills the slots with what an iterator gives until one of the two comes to its end, sends them, and says how many
    /// there were. If the iterator panics, what it gave before is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = moirai::channel::spsc(8);
    /// assert_eq!(sender.reserve(3).unwrap().fill(10..), 3);
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [10, 11, 12]);
    /// ```
    #[inline]
    pub fn fill(self, values: impl IntoIterator<Item = T>) -> usize {
        let (ring, writer, receiver) = self.sender.parts();
        let written = std::cell::Cell::new(0);
        let _sent = OnDrop(|| {
            // SAFETY: as many are free and written.
            unsafe { writer.publish(ring, written.get()) };
            receiver.wake_one();
        });
        // SAFETY: as in `as_uninit`; used until the guard publishes them.
        let slots = unsafe { free_slots(ring, writer, self.count) };
        // SAFETY: as above.
        let slots = unsafe { &mut *slots };
        for (slot, value) in slots.iter_mut().zip(values) {
            slot.write(value);
            written.set(written.get() + 1);
        }
        written.get()
    }
}

impl<T> Debug for Reserved<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserved").field("len", &self.count).finish_non_exhaustive()
    }
}

/// Values, lent in place by [`Receiver::recv_batch`](crate::channel::spsc::Receiver::recv_batch): a slice of them. Dropping the
/// loan drops the values, and gives their slots back.
pub struct Lent<'a, T> {
    ring: &'a Ring<T>,
    reader: &'a Reader,
    /// Whom to wake when slots are given back.
    sender: &'a Waiters,
    count: usize,
}

impl<'a, T> Lent<'a, T> {
    /// # Safety
    ///
    /// `reader` is the consumer's side of the ring, where so many values lie behind each other from its position on; it is
    /// not used otherwise during the loan.
    #[inline(always)]
    pub(super) unsafe fn new(
        ring: &'a Ring<T>,
        reader: &'a Reader,
        sender: &'a Waiters,
        count: usize,
    ) -> Self {
        Lent { ring, reader, sender, count }
    }

    /// Drops the first `count` values and gives their slots back; the others stay in the channel.
    ///
    /// # Panics
    ///
    /// If there are not so many values.
    #[inline]
    pub fn release(mut self, count: usize) {
        assert!(count <= self.count, "{count} of {} values cannot be released", self.count);
        self.count = count;
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: as `new` demands; the position moves when the loan is dropped.
        let values = unsafe { self.reader.values(self.ring, self.count) };
        // SAFETY: values of the consumer, which stay in place during the loan.
        unsafe { &*values }
    }
}

impl<T> DerefMut for Lent<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`.
        let values = unsafe { self.reader.values(self.ring, self.count) };
        // SAFETY: as in `deref`, and the loan is borrowed exclusively.
        unsafe { &mut *values }
    }
}

impl<T> Drop for Lent<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if needs_drop::<T>() {
            let _woken = OnDrop(|| self.sender.wake_one());
            // SAFETY: as `new` demands.
            unsafe { self.reader.drop_in_place(self.ring, self.count) };
            return;
        }
        // SAFETY: as `new` demands.
        unsafe { self.reader.pass(self.ring, self.count) };
        self.reader.publish(self.ring);
        self.sender.wake_one_by_call();
    }
}

impl<T: Debug> Debug for Lent<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lent").field(&&**self).finish()
    }
}

impl<'a, T> IntoIterator for Lent<'a, T> {
    type Item = T;
    type IntoIter = LentIntoIter<'a, T>;

    fn into_iter(self) -> LentIntoIter<'a, T> {
        let lent = ManuallyDrop::new(self);
        // SAFETY: as `new` demands.
        let values = unsafe { lent.reader.pass(lent.ring, lent.count) };
        LentIntoIter { ring: lent.ring, reader: lent.reader, sender: lent.sender, values }
    }
}

/// Moves the values of a loan out. Dropping it drops the rest of them; made by [`Lent::into_iter`].
#[must_use = "iterators do nothing unless they are asked for items"]
pub struct LentIntoIter<'a, T> {
    ring: &'a Ring<T>,
    reader: &'a Reader,
    sender: &'a Waiters,
    /// What is left; behind the consumer's position, so that nobody else looks at it.
    values: *mut [T],
}

impl<T> Iterator for LentIntoIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let left = self.values.len().checked_sub(1)?;
        let first = self.values.cast::<T>();
        // SAFETY: within the slice, or just behind it.
        let rest = unsafe { first.add(1) };
        self.values = ptr::slice_from_raw_parts_mut(rest, left);
        // SAFETY: a value that the iterator owns, and does not any more.
        Some(unsafe { first.read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.values.len(), Some(self.values.len()))
    }
}

impl<T> ExactSizeIterator for LentIntoIter<'_, T> {}
impl<T> FusedIterator for LentIntoIter<'_, T> {}

impl<T> Drop for LentIntoIter<'_, T> {
    fn drop(&mut self) {
        let _given_back = OnDrop(|| {
            self.reader.publish(self.ring);
            self.sender.wake_one();
        });
        // SAFETY: the iterator owns what is left.
        unsafe { ptr::drop_in_place(self.values) };
    }
}

impl<T> Debug for LentIntoIter<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentIntoIter").field("left", &self.values.len()).finish_non_exhaustive()
    }
}
