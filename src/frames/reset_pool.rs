//! A pool of values that are kept between uses.
//!
//! The mechanism is that of [`FramePool`](crate::frames::FramePool); what differs is that a frame on a list may hold a value.
//! Invariants:
//! 1. A frame of a home `holds` a value exactly if the word says so; its memory begins zeroed, so it says that there is none.
//!    In a frame from the global allocator nobody looks at the word: there is no value in it when it is acquired.
//! 2. A value in a frame that is not in use has been reset, and is touched by who acquires the frame, or frees the pool.

use crate::frames::shared::{self, Origin, Shared};
use crate::frames::statistics::Statistics;
use crate::frames::{LEAST_FRAMES, RETAINED_BYTES, Reset};
use crate::util::unwind;
use std::alloc::Layout;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::thread;

/// What a pool's frames are for.
#[repr(C, align(16))]
struct Slot<T> {
    /// Of the lists, while the frame is not in use.
    link: MaybeUninit<[usize; 2]>,
    origin: Origin,
    /// Zero: there is no value. See the invariants.
    holds: usize,
    value: MaybeUninit<T>,
}

/// A pool of values that are used again: what comes back is [reset](Reset::reset) and kept, with all memory that it has, for
/// the next user. Clones are handles of the same pool.
///
/// For values that are dear to make, such as buffers that have grown. Where the value is cheap and only its memory is
/// not, a [`FramePool`](crate::frames::FramePool) is simpler: there nothing has to be reset. The mechanism is the same: a list
/// for each thread, frames that come home in batches, and a bound on what is retained. The bound counts values; what a
/// value owns beside itself is its own business.
///
/// The pool, and what it keeps, is dropped with its last handle and the last value in use, whichever goes later, by the
/// thread that lets it go. A value that is kept with a handle of its own pool in it keeps that pool for ever.
///
/// # Examples
///
/// ```
/// use moirai::frames::ResetPool;
///
/// let pool = ResetPool::<Vec<u8>>::new();
/// let mut buffer = pool.acquire();
/// buffer.extend([7; 1000]);
/// drop(buffer);
/// // The same buffer: empty, and with room.
/// let buffer = pool.acquire();
/// assert!(buffer.is_empty() && buffer.capacity() >= 1000);
/// ```
pub struct ResetPool<T: Reset + Send + 'static> {
    shared: NonNull<Shared>,
    values: PhantomData<T>,
}

// SAFETY: what is shared is made for sharing; values pass from thread to thread, which `Send` allows, and two threads never
// see one of them at a time.
unsafe impl<T: Reset + Send + 'static> Send for ResetPool<T> {}
// SAFETY: as above.
unsafe impl<T: Reset + Send + 'static> Sync for ResetPool<T> {}

impl<T: Reset + Send + 'static> ResetPool<T> {
    /// A pool that retains as many values as fill 8 MiB by themselves, or 64 where that is more.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::<String>::new();
    /// assert_eq!(pool.statistics().acquired, 0);
    /// ```
    pub fn new() -> Self {
        Self::with_bound((RETAINED_BYTES / size_of::<Slot<T>>()).max(LEAST_FRAMES))
    }

    /// A pool that retains at most `values` values, those in use included. Further ones are dropped when they come back.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::<String>::with_bound(2);
    /// drop([pool.acquire(), pool.acquire(), pool.acquire()]);
    /// assert_eq!(pool.statistics().dropped, 1);
    /// ```
    pub fn with_bound(values: usize) -> Self {
        let shared = Shared::new(Layout::new::<Slot<T>>(), values, Some(drop_kept::<T>));
        ResetPool { shared, values: PhantomData }
    }

    /// A value that was kept, or a new one.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::<String>::new();
    /// pool.acquire().push_str("cut");
    /// assert_eq!(*pool.acquire(), "");
    /// ```
    #[inline]
    pub fn acquire(&self) -> Reused<T>
    where
        T: Default,
    {
        self.acquire_with(T::default)
    }

    /// A value that was kept, or else one that `make` makes; its panic is passed on.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::new();
    /// let mut buffer = pool.acquire_with(|| Vec::with_capacity(4096));
    /// buffer.push(1_u8);
    /// ```
    #[inline]
    pub fn acquire_with(&self, make: impl FnOnce() -> T) -> Reused<T> {
        // SAFETY: the handle keeps it alive.
        let (frame, origin) = unsafe { self.shared.as_ref() }.acquire();
        let slot = frame.cast::<Slot<T>>();
        // SAFETY: within the frame, which is this thread's.
        unsafe { (*slot.as_ptr()).origin = origin };
        let holds = if shared::is_allocated(origin) {
            0
        } else {
            // SAFETY: as above; the word is initialized in frames of a home (invariant 1).
            unsafe { (*slot.as_ptr()).holds }
        };
        if holds == 0 {
            // If it panics, the frame goes back as it came.
            let empty = Empty { slot };
            let value = make();
            std::mem::forget(empty);
            // SAFETY: as above.
            unsafe { (*slot.as_ptr()).value = MaybeUninit::new(value) };
        }
        Reused { slot, owns: PhantomData }
    }

    /// What the pool has done. `reset_failures` counts the values whose reset has panicked, and which were dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::<String>::new();
    /// drop(pool.acquire());
    /// assert_eq!(pool.statistics().released, 1);
    /// ```
    pub fn statistics(&self) -> Statistics {
        // SAFETY: the handle keeps it alive.
        Statistics::of(unsafe { self.shared.as_ref() })
    }
}

impl<T: Reset + Send + 'static> Default for ResetPool<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Reset + Send + 'static> Clone for ResetPool<T> {
    fn clone(&self) -> Self {
        // SAFETY: the handle keeps it alive.
        unsafe { self.shared.as_ref() }.add_handle();
        ResetPool { shared: self.shared, values: PhantomData }
    }
}

impl<T: Reset + Send + 'static> Drop for ResetPool<T> {
    fn drop(&mut self) {
        // SAFETY: a handle, which is not used any more.
        unsafe { Shared::remove_handle(self.shared) };
    }
}

impl<T: Reset + Send + 'static> Debug for ResetPool<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetPool").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

/// A value of a [`ResetPool`]. Dropping it resets the value and gives it back, from any thread, also after the pool's
/// handles are gone.
///
/// If the reset panics the value is dropped, and the panic goes on.
///
/// # Examples
///
/// ```
/// let pool = moirai::frames::ResetPool::<Vec<u32>>::new();
/// let mut numbers = pool.acquire();
/// numbers.extend([3, 1, 2]);
/// let largest = std::thread::spawn(move || numbers.iter().copied().max()).join().unwrap();
/// assert_eq!(largest, Some(3));
/// ```
pub struct Reused<T: Reset + Send + 'static> {
    slot: NonNull<Slot<T>>,
    owns: PhantomData<T>,
}

// SAFETY: owns its value as a box does; the memory is bound to no thread.
unsafe impl<T: Reset + Send + 'static> Send for Reused<T> {}
// SAFETY: shared, it gives out shared references only.
unsafe impl<T: Reset + Send + Sync + 'static> Sync for Reused<T> {}

impl<T: Reset + Send + 'static> Reused<T> {
    #[inline(always)]
    fn value(&self) -> *mut T {
        // SAFETY: within the frame.
        let value = unsafe { &raw mut (*self.slot.as_ptr()).value };
        value.cast()
    }

    /// Takes the value out, as it is; the pool keeps its memory only.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::ResetPool::<String>::new();
    /// let mut line = pool.acquire();
    /// line.push_str("measure");
    /// assert_eq!(line.into_inner(), "measure");
    /// ```
    pub fn into_inner(self) -> T {
        let this = ManuallyDrop::new(self);
        let _empty = Empty { slot: this.slot };
        // SAFETY: a value that is not used in its frame any more.
        unsafe { this.value().read() }
    }
}

impl<T: Reset + Send + 'static> Drop for Reused<T> {
    #[inline]
    fn drop(&mut self) {
        let (slot, value) = (self.slot, self.value());
        // SAFETY: in use, and written when it was acquired.
        let origin = unsafe { (*slot.as_ptr()).origin };
        // SAFETY: a value that nobody else uses.
        let reset = unwind::halt_unwinding(|| unsafe { (*value).reset() });
        let is_kept = reset.is_ok() && !shared::is_allocated(origin);
        // SAFETY: within the frame, and this thread's.
        unsafe { (*slot.as_ptr()).holds = usize::from(is_kept) };
        if is_kept {
            // SAFETY: in use, and not used any more.
            unsafe { shared::release(slot.cast(), origin) };
        } else {
            // SAFETY: a value in its frame, neither of which is used any more.
            unsafe { drop_value(slot, reset) };
        }
    }
}

/// Drops a value that is not kept, gives its frame back, and goes on with the panic if there was one.
///
/// # Safety
///
/// The slot is a frame in use with a value; neither is used any more.
#[cold]
#[inline(never)]
unsafe fn drop_value<T>(slot: NonNull<Slot<T>>, reset: thread::Result<()>) {
    let empty = Empty { slot };
    // SAFETY: within the frame.
    let value: *mut T = unsafe { &raw mut (*slot.as_ptr()).value }.cast();
    // SAFETY: as demanded of our caller.
    let dropped = unwind::halt_unwinding(|| unsafe { ptr::drop_in_place(value) });
    if reset.is_err() || dropped.is_err() {
        // SAFETY: in use, and written when it was acquired.
        let origin = unsafe { (*slot.as_ptr()).origin };
        // SAFETY: the origin of a frame in use.
        unsafe { shared::pool_of(origin) }.count_failure();
    }
    drop(empty);
    // The first panic is the one that counts.
    let payload = match (reset, dropped) {
        (Ok(()), Ok(())) => return,
        (Err(payload), dropped) => {
            unwind::discard(dropped);
            payload
        }
        (Ok(()), Err(payload)) => payload,
    };
    unwind::resume_unwinding(payload);
}

/// A frame in use without a value: given back when dropped.
struct Empty<T> {
    slot: NonNull<Slot<T>>,
}

impl<T> Drop for Empty<T> {
    fn drop(&mut self) {
        let slot = self.slot.as_ptr();
        // SAFETY: within the frame, which is this thread's.
        unsafe { (*slot).holds = 0 };
        // SAFETY: in use, and written when it was acquired.
        let origin = unsafe { (*slot).origin };
        // SAFETY: in use, and not used any more.
        unsafe { shared::release(self.slot.cast(), origin) };
    }
}

/// Drops the value of a frame that is not in use, if there is one.
///
/// # Safety
///
/// The frame is one of a home, of a pool of such values, that nobody uses any more.
unsafe fn drop_kept<T>(frame: NonNull<u8>) {
    let slot = frame.cast::<Slot<T>>().as_ptr();
    // SAFETY: initialized, by invariant 1; then there is a value, which nobody else has.
    if unsafe { (*slot).holds } != 0 {
        // SAFETY: within the frame.
        let value: *mut T = unsafe { &raw mut (*slot).value }.cast();
        // SAFETY: as above.
        unsafe { ptr::drop_in_place(value) };
    }
}

impl<T: Reset + Send + 'static> Deref for Reused<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a value of its own.
        unsafe { &*self.value() }
    }
}

impl<T: Reset + Send + 'static> DerefMut for Reused<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: a value of its own.
        unsafe { &mut *self.value() }
    }
}

impl<T: Reset + Send + Debug + 'static> Debug for Reused<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reused").field(&**self).finish()
    }
}
