//! A value in a pooled frame.

use crate::frames::shared::{self, Origin};
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

/// What a pool's frames are for. The value comes first, and is aligned as by general allocators: so no store of 16 bytes into it
/// goes over the end of a cache line.
#[repr(C, align(16))]
pub(super) struct Slot<T> {
    value: MaybeUninit<T>,
    origin: Origin,
}

/// A value in a frame of a [`FramePool`](crate::frames::FramePool), as a `Box` is one in memory of its own: one pointer, which owns
/// the value. Dropping it drops the value and gives the frame back, from any thread, also after the pool's handles are gone.
///
/// If the drop of the value panics, the frame is given back all the same, and the panic goes on. A frame that is leaked is
/// never given back: the memory of its pool stays for ever.
///
/// # Examples
///
/// ```
/// let pool = moirai::frames::FramePool::new();
/// let mut line = pool.acquire(String::from("thread"));
/// line.push_str(" of life");
/// let length = std::thread::spawn(move || line.len()).join().unwrap();
/// assert_eq!(length, 14);
/// ```
pub struct Frame<T> {
    slot: NonNull<Slot<T>>,
    owns: PhantomData<T>,
}

// SAFETY: a frame owns its value as a box does; the memory is bound to no thread.
unsafe impl<T: Send> Send for Frame<T> {}
// SAFETY: a shared frame gives out shared references only.
unsafe impl<T: Sync> Sync for Frame<T> {}

impl<T> Frame<T> {
    /// # Safety
    ///
    /// What is given was acquired from a pool of frames with the layout of a `Slot<T>`.
    #[inline(always)]
    pub(super) unsafe fn new((frame, origin): (NonNull<u8>, Origin), value: T) -> Self {
        let slot = frame.cast::<Slot<T>>();
        // SAFETY: room and alignment for it, and nobody else's.
        unsafe { slot.write(Slot { value: MaybeUninit::new(value), origin }) };
        Frame { slot, owns: PhantomData }
    }

    #[inline(always)]
    fn value(&self) -> *mut T {
        // SAFETY: within the frame.
        let value = unsafe { &raw mut (*self.slot.as_ptr()).value };
        value.cast()
    }

    /// Takes the value out, and gives the frame back.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::new();
    /// let frame = pool.acquire(vec![1, 2, 3]);
    /// assert_eq!(frame.into_inner(), [1, 2, 3]);
    /// assert_eq!(pool.statistics().released, 1);
    /// ```
    pub fn into_inner(self) -> T {
        let frame = ManuallyDrop::new(self);
        // SAFETY: the frame owns a value, and is not used after this but to be released.
        let value = unsafe { frame.value().read() };
        // SAFETY: not used any more.
        unsafe { release(frame.slot) };
        value
    }
}

/// Gives the memory of a value back.
///
/// # Safety
///
/// The slot is a frame in use, whose value was taken or dropped; it is not used any more.
#[inline(always)]
unsafe fn release<T>(slot: NonNull<Slot<T>>) {
    // SAFETY: in use.
    let origin = unsafe { (*slot.as_ptr()).origin };
    // SAFETY: in use, and not used any more.
    unsafe { shared::release(slot.cast(), origin) };
}

/// Gives back a frame whose value is being dropped.
struct GiveBack<T> {
    slot: NonNull<Slot<T>>,
    is_dropped: bool,
}

impl<T> Drop for GiveBack<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.is_dropped {
            // SAFETY: still in use.
            let origin = unsafe { (*self.slot.as_ptr()).origin };
            // SAFETY: as above.
            unsafe { shared::pool_of(origin) }.count_failure();
        }
        // SAFETY: not used any more.
        unsafe { release(self.slot) };
    }
}

impl<T> Drop for Frame<T> {
    #[inline]
    fn drop(&mut self) {
        let mut give_back = GiveBack { slot: self.slot, is_dropped: false };
        // SAFETY: the frame owns a value, which nobody uses after this, also if its drop panics.
        unsafe { ptr::drop_in_place(self.value()) };
        give_back.is_dropped = true;
    }
}

impl<T> Deref for Frame<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a value that the frame owns.
        unsafe { &*self.value() }
    }
}

impl<T> DerefMut for Frame<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: a value that the frame owns.
        unsafe { &mut *self.value() }
    }
}

impl<T: Debug> Debug for Frame<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Frame").field(&**self).finish()
    }
}
