//! Memory for spawned jobs: frames of a few sizes from [stores](crate::frames::Store), one of each size for a home.
//!
//! A home belongs to a seat (or to a group, for threads from outside) and is freed with the registry, so it outlives the threads
//! that use it. Its holder acquires and releases from plain lists; a frame that another worker releases comes home on that
//! worker's chain. A home that has [`RETAINED_BYTES`] of frames, like a job too large or too strictly aligned for any frame, is
//! served by the global allocator: what a pool retains is bounded.

use crate::frames::{CHAIN, ReturnChain, Store};
use crate::sync::AtomicUsize;
use crate::util::short_lock::ShortLock;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};

/// Sizes of frames, in bytes.
const SIZES: [usize; 4] = [64, 128, 256, 512];
/// Alignment of every frame, in bytes.
const ALIGN: usize = 64;
/// What a home retains at most, in bytes: room for a flood of 100 000 of the smallest jobs.
const RETAINED_BYTES: usize = 8 << 20;

/// The class of frames that a layout fits, if any.
const fn class_of(layout: Layout) -> Option<usize> {
    if layout.align() > ALIGN {
        return None;
    }
    let mut class = 0;
    while class < SIZES.len() {
        if layout.size() <= SIZES[class] {
            return Some(class);
        }
        class += 1;
    }
    None
}

fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: job layouts are not of size zero: a job has a header.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Memory for one job, and the store to which it returns; none: the global allocator.
pub(crate) struct Frame {
    pub(crate) memory: NonNull<u8>,
    pub(crate) home: Option<NonNull<Store>>,
}

/// The frames of one seat or group. See the module's description.
pub(crate) struct FrameHome {
    stores: [Store; SIZES.len()],
    /// What it may still retain, in bytes.
    budget: AtomicUsize,
}

// SAFETY: the holder's side of the stores is touched by the holder only (the unsafe methods demand it).
unsafe impl Sync for FrameHome {}
// SAFETY: raw memory that is bound to no thread.
unsafe impl Send for FrameHome {}

impl FrameHome {
    pub(crate) fn new() -> Self {
        let store = |size| {
            Store::new(
                Layout::from_size_align(size, ALIGN).expect("sizes and alignment are small"),
                false,
            )
        };
        FrameHome { stores: SIZES.map(store), budget: AtomicUsize::new(RETAINED_BYTES) }
    }

    /// A frame that fits `layout`, which is not of size zero.
    ///
    /// # Safety
    ///
    /// The caller holds the home.
    #[inline]
    pub(crate) unsafe fn acquire(&self, layout: Layout) -> Frame {
        let Some(class) = class_of(layout) else {
            return Frame { memory: allocate(layout), home: None };
        };
        let store = &self.stores[class];
        // SAFETY: the caller holds the home.
        let listed = unsafe { store.take() };
        // SAFETY: as above.
        match listed.or_else(|| unsafe { self.refill(store) }) {
            Some(memory) => Frame { memory, home: Some(NonNull::from(store)) },
            None => Frame { memory: allocate(layout), home: None },
        }
    }

    /// Whether a store, of frames for `layout`, is this home's.
    #[inline]
    pub(crate) fn has(&self, store: NonNull<Store>, layout: Layout) -> bool {
        class_of(layout).is_some_and(|class| ptr::eq(store.as_ptr(), &raw const self.stores[class]))
    }

    /// A frame from what others have returned, else from a new slab. None: the home is full.
    ///
    /// # Safety
    ///
    /// The caller holds the home, whose store this is.
    #[cold]
    #[inline(never)]
    unsafe fn refill(&self, store: &Store) -> Option<NonNull<u8>> {
        // SAFETY: the caller holds the home.
        if !unsafe { store.refill() } {
            // SAFETY: as above.
            unsafe { store.cut(1, &self.budget) };
            // SAFETY: as above.
            unsafe { store.refill() };
        }
        // SAFETY: as above.
        unsafe { store.take() }
    }
}

/// Frames on their way home from one worker.
pub(crate) struct ReturnChains([ReturnChain; SIZES.len()]);

impl ReturnChains {
    pub(crate) fn new() -> Self {
        ReturnChains(SIZES.map(|_| ReturnChain::new(CHAIN)))
    }

    /// Sends them home.
    pub(crate) fn flush(&self) {
        self.0.iter().for_each(ReturnChain::flush);
    }
}

/// Gives back what `acquire` gave.
///
/// # Safety
///
/// * `frame` came from an `acquire` with this `layout`, of a home of the pool that `own` and `chains` belong to, and is not
///   used any more.
/// * The caller holds `own` and `chains`.
#[inline]
pub(crate) unsafe fn release(frame: Frame, layout: Layout, own: &FrameHome, chains: &ReturnChains) {
    let (Some(home), Some(class)) = (frame.home, class_of(layout)) else {
        // SAFETY: without a home the frame came from the global allocator, with this layout.
        unsafe { dealloc(frame.memory.as_ptr(), layout) };
        return;
    };
    let own = &own.stores[class];
    if ptr::eq(home.as_ptr(), own) {
        // SAFETY: the caller holds the home; the frame is one of its own.
        unsafe { own.put(frame.memory) };
    } else {
        // SAFETY: stores live as long as the pool, and the chains are part of one of its seats.
        unsafe { chains.0[class].add(frame.memory, home) };
    }
}

/// The home for threads without a seat: whoever has its lock holds it; who finds it locked asks the global allocator.
pub(crate) struct OutsideHome {
    lock: ShortLock,
    home: FrameHome,
}

impl OutsideHome {
    pub(crate) fn new() -> Self {
        OutsideHome { lock: ShortLock::new(), home: FrameHome::new() }
    }

    /// A frame that fits `layout`, which is not of size zero.
    pub(crate) fn acquire(&self, layout: Layout) -> Frame {
        match self.lock.try_hold() {
            // SAFETY: the lock makes the caller the holder.
            Some(_held) => unsafe { self.home.acquire(layout) },
            None => Frame { memory: allocate(layout), home: None },
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn acquire(home: &FrameHome, layout: Layout) -> Frame {
        // SAFETY: the test's thread is the holder.
        unsafe { home.acquire(layout) }
    }

    fn give_back(frame: Frame, layout: Layout, own: &FrameHome, chain: &ReturnChains) {
        // SAFETY: the tests release each frame once, and hold all homes and chains.
        unsafe { release(frame, layout, own, chain) };
    }

    #[test]
    fn a_released_frame_is_used_again() {
        let (home, chain) = (FrameHome::new(), ReturnChains::new());
        let layout = Layout::new::<[u64; 5]>();
        let first = acquire(&home, layout);
        let address = first.memory;
        give_back(first, layout, &home, &chain);
        let second = acquire(&home, layout);
        assert_eq!(second.memory, address);
        give_back(second, layout, &home, &chain);
    }

    #[test]
    fn frames_of_another_home_come_back_in_batches() {
        let (home, other, chain) = (FrameHome::new(), FrameHome::new(), ReturnChains::new());
        let layout = Layout::new::<[u64; 8]>();
        for _ in 0..100 {
            let frames: Vec<Frame> = (0..=CHAIN).map(|_| acquire(&home, layout)).collect();
            for frame in frames {
                give_back(frame, layout, &other, &chain);
            }
        }
        chain.flush();
        let frames = home.stores[0].frames();
        assert!(frames <= 4 * CHAIN, "{frames} frames for {}", CHAIN + 1);
    }

    #[test]
    fn what_fits_no_frame_or_exceeds_the_bound_is_served_all_the_same() {
        let (home, chain) = (FrameHome::new(), ReturnChains::new());
        let aligned = Layout::from_size_align(64, 256).unwrap();
        for layout in [Layout::new::<[u64; 100]>(), aligned] {
            let frame = acquire(&home, layout);
            assert_eq!(frame.memory.addr().get() % layout.align(), 0);
            give_back(frame, layout, &home, &chain);
        }
        let small = Layout::new::<u64>();
        let many: Vec<Frame> =
            (0..RETAINED_BYTES / SIZES[0] + 10).map(|_| acquire(&home, small)).collect();
        assert_eq!(many.iter().filter(|frame| frame.home.is_none()).count(), 10);
        for frame in many {
            give_back(frame, small, &home, &chain);
        }
    }
}
