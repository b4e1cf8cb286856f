//! A value in a pooled frame.

use crate::frames::shared::{self, Origin};
use crate::util::CACHE_LINE;
use std::alloc::Layout;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

/// What a pool's frames are for: a value, with room for the links of free frames where it is smaller.
#[repr(C)]
pub(super) union Slot<T> {
    value: ManuallyDrop<MaybeUninit<T>>,
    links: [usize; 2],
}

impl<T> Slot<T> {
    /// Aligned as by general allocators, so that no store of 16 bytes goes over the end of a cache line; whole lines begin with a
    /// line, or each of two threads would have a part of the other's.
    pub(super) const LAYOUT: Layout = {
        let own = Layout::new::<Slot<T>>();
        let least = if own.size() % CACHE_LINE == 0 { CACHE_LINE } else { 16 };
        let align = if own.align() < least { least } else { own.align() };
        match Layout::from_size_align(own.size(), align) {
            Ok(layout) => layout.pad_to_align(),
            Err(_) => own,
        }
    };
}

/// A value in a frame of a [`FramePool`](crate::frames::FramePool), as a `Box` is one in memory of its own: two words, which own
/// the value. The second one says where the frame came from, so that a thread that drops a value of another need not look into
/// the frame for that. Dropping it drops the value and gives the frame back, from any thread, also after the pool's handles are gone.
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
    origin: Origin,
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
        unsafe { slot.cast().write(value) };
        Frame { slot, origin, owns: PhantomData }
    }

    #[inline(always)]
    fn value(&self) -> *mut T {
        self.slot.as_ptr().cast()
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
        unsafe { shared::release(frame.slot.cast(), frame.origin) };
        value
    }
}

/// Gives back a frame whose value is being dropped.
struct GiveBack {
    slot: NonNull<u8>,
    origin: Origin,
    is_dropped: bool,
}

impl Drop for GiveBack {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.is_dropped {
            // SAFETY: the frame is still in use.
            unsafe { shared::pool_of(self.origin) }.count_failure();
        }
        // SAFETY: not used any more.
        unsafe { shared::release(self.slot, self.origin) };
    }
}

impl<T> Drop for Frame<T> {
    #[inline]
    fn drop(&mut self) {
        let mut give_back =
            GiveBack { slot: self.slot.cast(), origin: self.origin, is_dropped: false };
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
