//! A pool of frames of one size.

use crate::frames::frame::{Frame, Slot};
use crate::frames::shared::Shared;
use crate::frames::statistics::Statistics;
use crate::frames::{LEAST_FRAMES, RETAINED_BYTES};
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A pool of memory for values of one type. Clones are handles of the same pool.
///
/// What it retains is bounded; acquiring never fails, with the bound reached it asks the global allocator. Between uses there is
/// no value in a frame: dropping a [`Frame`] drops the value, so nothing of it gets to the next user. The memory is freed when
/// the last handle is gone and the last frame has come back, whichever is later.
///
/// The pool holds 8 KiB and some hundred bytes for each thread that has used it; a frame is as large as its value, rounded up to
/// 16 bytes. Up to 1024 threads at one time have lists of their own; further ones, and threads that are ending, ask the global
/// allocator.
///
/// After the slab allocator (Bonwick, USENIX Summer 1994) with its per-thread magazines (Bonwick and Adams, USENIX ATC
/// 2001); returning frames to the thread that they came from follows Hoard's idea of owned blocks (Berger and others, ASPLOS 2000).
///
/// # Examples
///
/// ```
/// use moirai::frames::FramePool;
///
/// let pool = FramePool::new();
/// let first = pool.acquire([1_u8; 100]);
/// assert_eq!(first.len(), 100);
/// drop(first);
/// // The same memory, with a value of its own.
/// assert_eq!(pool.acquire([2; 100])[99], 2);
/// ```
pub struct FramePool<T> {
    shared: NonNull<Shared>,
    /// No value is in the pool: it may be used by other threads whatever `T` is.
    values: PhantomData<fn() -> T>,
}

// SAFETY: what is shared is made for sharing, and holds memory only.
unsafe impl<T> Send for FramePool<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for FramePool<T> {}

impl<T> FramePool<T> {
    /// A pool that retains frames of 8 MiB, or 64 of them where that is more.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::<u64>::new();
    /// assert_eq!(pool.statistics().bytes, 0);
    /// ```
    pub fn new() -> Self {
        Self::with_bound((RETAINED_BYTES / Slot::<T>::LAYOUT.size()).max(LEAST_FRAMES))
    }

    /// A pool that retains at most `frames` frames, those in use included. Further ones come from the global allocator, and
    /// go back to it.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::with_bound(2);
    /// let frames: Vec<_> = (0..5).map(|n| pool.acquire(n)).collect();
    /// assert_eq!(frames.iter().map(|frame| **frame).sum::<i32>(), 10);
    /// drop(frames);
    /// assert_eq!(pool.statistics().dropped, 3);
    /// ```
    pub fn with_bound(frames: usize) -> Self {
        FramePool { shared: Shared::new(Slot::<T>::LAYOUT, frames, None), values: PhantomData }
    }

    /// Puts a value into a frame. Some nanoseconds, where the calling thread has frames that are free.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::new();
    /// let frame = pool.acquire("value");
    /// assert_eq!(*frame, "value");
    /// ```
    #[inline]
    pub fn acquire(&self, value: T) -> Frame<T> {
        let frame = self.shared().acquire();
        // SAFETY: acquired just now, from a pool of frames for such slots.
        unsafe { Frame::new(frame, value) }
    }

    /// Sees to it that the calling thread finds `count` free frames, their memory touched, as far as the bound allows; says how
    /// many it finds. Frames that others have returned since the thread's list was last empty do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::new();
    /// assert!(pool.prepare(1000) >= 1000);
    /// let frames: Vec<_> = (0..1000).map(|n| pool.acquire(n)).collect();
    /// assert_eq!(pool.statistics().misses, 0);
    /// # drop(frames);
    /// ```
    pub fn prepare(&self, count: usize) -> usize {
        self.shared().prepare(count)
    }

    /// What the pool has done.
    ///
    /// # Examples
    ///
    /// ```
    /// let pool = moirai::frames::FramePool::new();
    /// drop(pool.acquire('a'));
    /// assert_eq!(pool.statistics().released, 1);
    /// ```
    pub fn statistics(&self) -> Statistics {
        Statistics::of(self.shared())
    }

    #[inline(always)]
    fn shared(&self) -> &Shared {
        // SAFETY: the handle keeps it alive.
        unsafe { self.shared.as_ref() }
    }
}

impl<T> Default for FramePool<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for FramePool<T> {
    fn clone(&self) -> Self {
        self.shared().add_handle();
        FramePool { shared: self.shared, values: PhantomData }
    }
}

impl<T> Drop for FramePool<T> {
    fn drop(&mut self) {
        // SAFETY: a handle, which is not used any more.
        unsafe { Shared::remove_handle(self.shared) };
    }
}

impl<T> Debug for FramePool<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("FramePool").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}
