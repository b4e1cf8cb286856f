//! Pooled memory for spawned jobs: raw frames of a few sizes, each with a home that outlives the threads that use it.
//!
//! A home belongs to a seat (or to a group, for threads from outside) and is freed with the registry. Its holder acquires
//! and releases from plain lists. A frame that another worker releases goes onto that worker's *return chain* and comes home
//! with up to [`CHAIN`] others in one compare-exchange; the holder takes all returned frames by one swap, so there is no ABA.
//! Frames are cut from slabs; a home that has [`RETAINED_BYTES`] of them, like a job too large or too strictly aligned for any frame,
//! is served by the global allocator: what a pool retains is bounded.

use crate::sync::{AtomicPtr, Ordering, UnsafeCell, weaken};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::Mutex;

/// Sizes of frames, in bytes.
const SIZES: [usize; 4] = [64, 128, 256, 512];
/// Alignment of every frame, in bytes.
const ALIGN: usize = 64;
/// Frames in the first slab of a home; each further one doubles what the home has, up to `SLAB_FRAMES_MOST` at once.
const SLAB_FRAMES: usize = 32;
/// Frames in the largest slabs.
const SLAB_FRAMES_MOST: usize = 4096;
/// What a home retains at most, in bytes: room for a flood of 100 000 of the smallest jobs.
const RETAINED_BYTES: usize = 8 << 20;
/// Frames of a return chain before it is sent home. The bound on frames that are on no list: this times the workers.
const CHAIN: usize = 32;

/// A frame that is not in use.
struct Free {
    next: *mut Free,
    class: usize,
}

/// The list on which other threads return frames.
struct Returned<N>(AtomicPtr<N>);

impl<N> Returned<N> {
    fn new() -> Self {
        Returned(AtomicPtr::new(ptr::null_mut()))
    }

    /// Puts a chain on the list. `link` makes the last of the chain point to the node it is given.
    fn push(&self, first: *mut N, mut link: impl FnMut(*mut N)) {
        // ORDERING: Relaxed. The value is only linked and compared.
        let mut head = self.0.load(Ordering::Relaxed);
        loop {
            link(head);
            // ORDERING: Release. Pairs with `take`: the links, and the ended jobs' last writes to the frames, are visible
            // to the holder that uses them again. Failure: Relaxed, as above.
            let pushed = self.0.compare_exchange_weak(
                head,
                first,
                weaken("frame::push", Ordering::Release, Ordering::Relaxed),
                Ordering::Relaxed,
            );
            match pushed {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Takes all that was returned.
    fn take(&self) -> *mut N {
        // ORDERING: Acquire. Pairs with `push`.
        self.0.swap(ptr::null_mut(), weaken("frame::take", Ordering::Acquire, Ordering::Relaxed))
    }
}

/// The frames of one seat or group. See the module's description.
pub(crate) struct FrameHome {
    free: [Cell<*mut Free>; SIZES.len()],
    returned: Returned<Free>,
    slabs: UnsafeCell<Vec<(NonNull<u8>, Layout)>>,
}

// SAFETY: `free` and `slabs` are touched by the holder only (the unsafe methods demand it); `returned` is for sharing.
unsafe impl Sync for FrameHome {}
// SAFETY: raw memory that is bound to no thread.
unsafe impl Send for FrameHome {}

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
    // SAFETY: job layouts and slab layouts are not of size zero: a job has a header.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Memory for one job, and the home to which it returns; none: the global allocator.
pub(crate) struct Frame {
    pub(crate) memory: NonNull<u8>,
    pub(crate) home: Option<NonNull<FrameHome>>,
}

impl FrameHome {
    pub(crate) fn new() -> Self {
        FrameHome {
            free: [const { Cell::new(ptr::null_mut()) }; SIZES.len()],
            returned: Returned::new(),
            slabs: UnsafeCell::new(Vec::new()),
        }
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
        let mut frame = self.free[class].get();
        if frame.is_null() {
            // SAFETY: the caller holds the home.
            frame = unsafe { self.refill(class) };
            if frame.is_null() {
                return Frame { memory: allocate(layout), home: None };
            }
        }
        // SAFETY: a frame on the free list is a valid `Free`, and the holder's.
        self.free[class].set(unsafe { (*frame).next });
        // SAFETY: frames are not null.
        let memory = unsafe { NonNull::new_unchecked(frame.cast()) };
        Frame { memory, home: Some(NonNull::from(self)) }
    }

    /// Puts a frame on the holder's own list.
    ///
    /// # Safety
    ///
    /// The caller holds the home; `memory` was acquired here with a layout of this class and is not used any more.
    #[inline]
    unsafe fn put(&self, memory: NonNull<u8>, class: usize) {
        let frame: *mut Free = memory.as_ptr().cast();
        let next = self.free[class].get();
        // SAFETY: a frame has room and alignment for a `Free`.
        unsafe { frame.write(Free { next, class }) };
        self.free[class].set(frame);
    }

    /// Takes home what others have returned, else cuts a new slab. The first free frame of the class; null: the home is full.
    ///
    /// # Safety
    ///
    /// The caller holds the home.
    #[cold]
    #[inline(never)]
    unsafe fn refill(&self, class: usize) -> *mut Free {
        let mut frame = self.returned.take();
        while !frame.is_null() {
            // SAFETY: returned frames are valid and the holder's from here on.
            let Free { next, class } = unsafe { frame.read() };
            // SAFETY: frames are not null.
            let memory = unsafe { NonNull::new_unchecked(frame.cast()) };
            // SAFETY: the caller holds the home; the frame is one of its own.
            unsafe { self.put(memory, class) };
            frame = next;
        }
        if self.free[class].get().is_null() {
            // SAFETY: the caller holds the home.
            unsafe { self.cut_slab(class) };
        }
        self.free[class].get()
    }

    /// # Safety
    ///
    /// The caller holds the home.
    unsafe fn cut_slab(&self, class: usize) {
        let size = SIZES[class];
        let retained: usize = self.slabs.with(|slabs| {
            // SAFETY: only the holder touches `slabs`; the reference ends with the call.
            unsafe { &*slabs }.iter().map(|(_, layout)| layout.size()).sum()
        });
        let frames = (retained / size).clamp(SLAB_FRAMES, SLAB_FRAMES_MOST);
        let frames = frames.min((RETAINED_BYTES - retained) / size);
        let Ok(layout) = Layout::from_size_align(size * frames, ALIGN) else {
            return;
        };
        if frames == 0 {
            return;
        }
        let slab = allocate(layout);
        // SAFETY: only the holder touches `slabs`; the reference ends with the call.
        self.slabs.with_mut(|slabs| unsafe { (*slabs).push((slab, layout)) });
        for frame in (0..frames).rev() {
            // SAFETY: within the slab.
            let memory = unsafe { slab.add(frame * size) };
            // SAFETY: the caller holds the home; a fresh frame of this class.
            unsafe { self.put(memory, class) };
        }
    }
}

impl Drop for FrameHome {
    fn drop(&mut self) {
        self.slabs.with_mut(|slabs| {
            // SAFETY: dropping, hence alone.
            for (slab, layout) in unsafe { (*slabs).drain(..) } {
                // SAFETY: allocated with this layout in `cut_slab`; all jobs of the pool have ended.
                unsafe { dealloc(slab.as_ptr(), layout) };
            }
        });
    }
}

/// Frames on their way home from one worker.
pub(crate) struct ReturnChain {
    home: Cell<Option<NonNull<FrameHome>>>,
    first: Cell<*mut Free>,
    last: Cell<*mut Free>,
    length: Cell<usize>,
}

impl ReturnChain {
    pub(crate) fn new() -> Self {
        ReturnChain {
            home: Cell::new(None),
            first: Cell::new(ptr::null_mut()),
            last: Cell::new(ptr::null_mut()),
            length: Cell::new(0),
        }
    }

    /// Sends the chain home.
    #[inline]
    pub(crate) fn flush(&self) {
        if let Some(home) = self.home.take() {
            self.send(home);
        }
    }

    fn send(&self, home: NonNull<FrameHome>) {
        let (first, last) = (self.first.get(), self.last.get());
        self.length.set(0);
        // SAFETY: homes live as long as the pool, and the chain is part of one of its seats.
        let home = unsafe { home.as_ref() };
        // SAFETY: the last frame of the chain is this worker's until it is pushed.
        home.returned.push(first, |next| unsafe { (*last).next = next });
    }

    /// Adds a frame of another home.
    fn add(&self, memory: NonNull<u8>, class: usize, home: NonNull<FrameHome>) {
        if self.home.get() != Some(home) {
            self.flush();
        }
        let frame: *mut Free = memory.as_ptr().cast();
        if self.length.get() == 0 {
            self.home.set(Some(home));
            self.last.set(frame);
            self.first.set(ptr::null_mut());
        }
        // SAFETY: a frame has room and alignment for a `Free`, and is not used any more.
        unsafe { frame.write(Free { next: self.first.get(), class }) };
        self.first.set(frame);
        self.length.set(self.length.get() + 1);
        if self.length.get() == CHAIN {
            self.flush();
        }
    }
}

/// Gives back what `acquire` gave.
///
/// # Safety
///
/// * `frame` came from an `acquire` with this `layout`, of a home of the pool that `own` and `chain` belong to, and is not
///   used any more.
/// * The caller holds `own` and `chain`.
#[inline]
pub(crate) unsafe fn release(frame: Frame, layout: Layout, own: &FrameHome, chain: &ReturnChain) {
    let (Some(home), Some(class)) = (frame.home, class_of(layout)) else {
        // SAFETY: without a home the frame came from the global allocator, with this layout.
        unsafe { dealloc(frame.memory.as_ptr(), layout) };
        return;
    };
    if ptr::eq(home.as_ptr(), own) {
        // SAFETY: the caller holds the home; the frame is one of its own.
        unsafe { own.put(frame.memory, class) };
    } else {
        chain.add(frame.memory, class, home);
    }
}

/// The home for threads without a seat: whoever has its lock holds it; who finds it locked asks the global allocator.
pub(crate) struct OutsideHome {
    lock: Mutex<()>,
    home: FrameHome,
}

impl OutsideHome {
    pub(crate) fn new() -> Self {
        OutsideHome { lock: Mutex::new(()), home: FrameHome::new() }
    }

    /// A frame that fits `layout`, which is not of size zero.
    pub(crate) fn acquire(&self, layout: Layout) -> Frame {
        match self.lock.try_lock() {
            // SAFETY: the lock makes the caller the holder.
            Ok(_guard) => unsafe { self.home.acquire(layout) },
            Err(_) => Frame { memory: allocate(layout), home: None },
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

    fn give_back(frame: Frame, layout: Layout, own: &FrameHome, chain: &ReturnChain) {
        // SAFETY: the tests release each frame once, and hold all homes and chains.
        unsafe { release(frame, layout, own, chain) };
    }

    #[test]
    fn a_released_frame_is_used_again() {
        let (home, chain) = (FrameHome::new(), ReturnChain::new());
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
        let (home, other, chain) = (FrameHome::new(), FrameHome::new(), ReturnChain::new());
        let layout = Layout::new::<[u64; 8]>();
        for _ in 0..100 {
            let frames: Vec<Frame> = (0..=CHAIN).map(|_| acquire(&home, layout)).collect();
            for frame in frames {
                give_back(frame, layout, &other, &chain);
            }
        }
        chain.flush();
        // SAFETY: no reference is kept.
        let slabs = home.slabs.with(|slabs| unsafe { (*slabs).len() });
        assert!(slabs <= 4, "{slabs} slabs for {} frames", CHAIN + 1);
    }

    #[test]
    fn what_fits_no_frame_or_exceeds_the_bound_is_served_all_the_same() {
        let (home, chain) = (FrameHome::new(), ReturnChain::new());
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

#[cfg(all(test, loom))]
mod loom_frame {
    use super::*;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    struct Node {
        next: UnsafeCell<*mut Node>,
        payload: UnsafeCell<u32>,
    }

    struct Shared(Returned<Node>);
    // SAFETY: the nodes are handed over by the list.
    unsafe impl Sync for Shared {}
    // SAFETY: as above.
    unsafe impl Send for Shared {}

    fn node(payload: u32) -> *mut Node {
        Box::into_raw(Box::new(Node {
            next: UnsafeCell::new(ptr::null_mut()),
            payload: UnsafeCell::new(payload),
        }))
    }

    /// Two workers return frames while the holder takes what is there: all come home, with what was written to them.
    fn remote_return() {
        let shared = Arc::new(Shared(Returned::new()));
        let workers = [1, 10].map(|payload| {
            let shared = shared.clone();
            thread::spawn(move || {
                let frame = node(payload);
                // SAFETY: the worker's own node until it is pushed.
                shared.0.push(frame, |next| unsafe { (*frame).next.with_mut(|cell| *cell = next) });
            })
        });
        let mut sum = 0;
        let mut collect = || {
            let mut frame = shared.0.take();
            while !frame.is_null() {
                // SAFETY: a node that came home is the holder's.
                let owned = unsafe { Box::from_raw(frame) };
                // SAFETY: as above.
                sum += owned.payload.with(|payload| unsafe { *payload });
                // SAFETY: as above.
                frame = owned.next.with(|next| unsafe { *next });
            }
        };
        collect();
        for worker in workers {
            worker.join().unwrap();
        }
        collect();
        assert_eq!(sum, 11, "a frame was lost or came home twice");
    }

    #[test]
    fn loom_frame_remote_return() {
        holds(remote_return);
        bites("frame::push", remote_return);
        bites("frame::take", remote_return);
    }
}
