//! What the handles of a pool of frames, and its frames, have in common: a home for each thread that has used it.
//!
//! Invariants:
//! 1. The home of number `n` is used by the thread whose number that is ([`numbers`]), which holds its store and its chain; its
//!    counts, and what the store says of itself, are read by anybody.
//! 2. A frame in use has an *origin*, which whoever uses it keeps: the address of the home that it came from, or, if it came
//!    from the global allocator, the address of this with the lowest bit set.
//! 3. This lives until it is [closed](Shared::close) and all frames have come back (`closing.rs`).

use crate::frames::closing::{Counts, Gate, take_finished};
use crate::frames::numbers::{self, THREADS};
use crate::frames::store::{CHAIN, ReturnChain, Store};
use crate::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering};
use crate::tuning::SEARCH_NS;
use crate::util::CachePadded;
use crate::util::clock::HAS_CLOCK;
use crate::util::unwind::{discard, halt_unwinding, resume_unwinding};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

/// Where a frame came from (invariant 2).
pub(super) type Origin = *mut ();

/// In an origin: the global allocator.
const ALLOCATED: usize = 1;

/// See the module's description.
pub(super) struct Shared {
    frame: Layout,
    /// What drops the value of a frame that nobody uses, where frames keep values; then their memory begins zeroed.
    drop_kept: Option<unsafe fn(NonNull<u8>)>,
    gate: &'static Gate,
    handles: AtomicUsize,
    /// Frames of a return chain before it is sent home: few where few are retained, or all of them would be on the way.
    chain: usize,
    /// What may still be retained, in bytes.
    budget: AtomicUsize,
    /// Of threads without a number.
    counts: Counts,
    /// Frames from the global allocator: all that there were, those in use, and the most that were.
    pub(super) allocated: AtomicUsize,
    pub(super) allocated_now: AtomicUsize,
    pub(super) allocated_most: AtomicUsize,
    /// Values whose drop has panicked.
    pub(super) failed: AtomicUsize,
    /// Homes from this number on have never been.
    homes_end: AtomicUsize,
    homes: [AtomicPtr<CachePadded<Home>>; THREADS],
}

/// What belongs to one thread.
pub(super) struct Home {
    /// Apart from what the thread writes with each frame: others look here with each frame that they release.
    owner: CachePadded<Owner>,
    pub(super) counts: Counts,
    pub(super) slabs: AtomicUsize,
    pub(super) store: Store,
    chain: ReturnChain,
}

/// Whose a home is.
struct Owner {
    number: usize,
    shared: NonNull<Shared>,
    gate: &'static Gate,
}

/// A pool that waits for its last frames.
struct Closed(NonNull<Shared>);

// SAFETY: who takes it off the list has the pool to itself.
unsafe impl Send for Closed {}

#[cfg(not(loom))]
fn closed() -> &'static Mutex<Vec<Closed>> {
    static CLOSED: Mutex<Vec<Closed>> = Mutex::new(Vec::new());
    &CLOSED
}

/// loom's locks cannot be made in a `static`.
#[cfg(loom)]
fn closed() -> &'static Mutex<Vec<Closed>> {
    static CLOSED: std::sync::OnceLock<Mutex<Vec<Closed>>> = std::sync::OnceLock::new();
    CLOSED.get_or_init(|| Mutex::new(Vec::new()))
}

impl Shared {
    /// For frames of this layout, which has room and alignment for a word; at most `retained` of them are retained. With one
    /// handle. If there is a `drop_kept`, it is called for all frames of the homes when they are freed.
    pub(super) fn new(
        frame: Layout,
        retained: usize,
        drop_kept: Option<unsafe fn(NonNull<u8>)>,
    ) -> NonNull<Self> {
        let shared = Box::new(Shared {
            frame,
            drop_kept,
            gate: Gate::open(),
            handles: AtomicUsize::new(1),
            chain: (retained / 8).clamp(1, CHAIN),
            budget: AtomicUsize::new(retained.saturating_mul(frame.size())),
            counts: Counts::new(),
            allocated: AtomicUsize::new(0),
            allocated_now: AtomicUsize::new(0),
            allocated_most: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            homes_end: AtomicUsize::new(0),
            homes: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
        });
        NonNull::from(Box::leak(shared))
    }

    pub(super) fn add_handle(&self) {
        // ORDERING: Relaxed. The handle that is cloned keeps the count above zero.
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// One handle less; with the last one the pool is closed.
    ///
    /// # Safety
    ///
    /// The caller has a handle, and does not use the pool through it afterwards.
    pub(super) unsafe fn remove_handle(this: NonNull<Self>) {
        // SAFETY: the handle keeps it alive.
        let shared = unsafe { this.as_ref() };
        // ORDERING: AcqRel. What was acquired through the other handles was counted before the last one adds up.
        if shared.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: this was the last handle.
            unsafe { Self::close(this) };
        }
    }

    /// # Safety
    ///
    /// There are no handles any more: nobody acquires.
    unsafe fn close(this: NonNull<Self>) {
        // SAFETY: alive until it has been closed.
        let gate = unsafe { this.as_ref() }.gate;
        // Before anybody can free the pool, and give its gate to another.
        gate.close();
        closed().lock().unwrap_or_else(PoisonError::into_inner).push(Closed(this));
        if free_finished(gate) || !HAS_CLOCK {
            return;
        }
        // A release may have counted, and seen an open gate, without its count being visible yet.
        let end = Instant::now() + Duration::from_nanos(SEARCH_NS);
        while Instant::now() < end {
            std::hint::spin_loop();
        }
        free_finished(gate);
    }

    /// A frame, and its origin. Nobody else uses it until it is [released](release).
    #[inline]
    pub(super) fn acquire(&self) -> (NonNull<u8>, Origin) {
        if let Some(home) = self.homes.get(numbers::known()) {
            // ORDERING: Relaxed. Written by this thread, or by one that had the number before.
            let home = home.load(Ordering::Relaxed);
            // SAFETY: null, or a home, which lives as long as this.
            if let Some(home) = unsafe { home.as_ref() } {
                // SAFETY: the home of this thread (invariant 1).
                if let Some(frame) = unsafe { home.take() } {
                    return frame;
                }
            }
        }
        self.acquire_cold()
    }

    #[cold]
    #[inline(never)]
    fn acquire_cold(&self) -> (NonNull<u8>, Origin) {
        let Some(home) = self.home() else {
            self.counts.share_acquired();
            return self.allocate();
        };
        // SAFETY: the home of this thread.
        let is_listed = unsafe { home.store.refill() };
        // SAFETY: as above.
        if !is_listed && unsafe { home.store.cut(1, &self.budget) } {
            home.count_slab();
            // SAFETY: as above.
            unsafe { home.store.refill() };
        }
        // SAFETY: as above.
        if let Some(frame) = unsafe { home.take() } {
            return frame;
        }
        home.counts.add_acquired();
        self.allocate()
    }

    /// A frame from the global allocator.
    fn allocate(&self) -> (NonNull<u8>, Origin) {
        // ORDERING: Relaxed all. Statistics.
        self.allocated.fetch_add(1, Ordering::Relaxed);
        let now = self.allocated_now.fetch_add(1, Ordering::Relaxed) + 1;
        self.allocated_most.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the layout has a size: room for a word.
        let memory = NonNull::new(unsafe { alloc(self.frame) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(self.frame));
        let origin: Origin = ptr::from_ref(self).cast_mut().cast();
        (memory, origin.map_addr(|address| address | ALLOCATED))
    }

    /// Sees to it that the calling thread can acquire `count` frames, as far as the bound allows. How many there are.
    pub(super) fn prepare(&self, count: usize) -> usize {
        let Some(home) = self.home() else { return 0 };
        // SAFETY: the home of this thread.
        let ready = unsafe { home.store.ready() };
        if ready < count {
            // SAFETY: as above.
            unsafe { home.store.cut(count - ready, &self.budget) };
        }
        // SAFETY: as above.
        unsafe { home.store.touch() };
        // SAFETY: as above.
        unsafe { home.store.ready() }
    }

    /// The calling thread's home. None: it has no number.
    fn home(&self) -> Option<&Home> {
        let number = numbers::own()?;
        // ORDERING: Relaxed. Written by this thread, or by one that had the number before.
        let known = self.homes[number].load(Ordering::Relaxed);
        // SAFETY: null, or a home, which lives as long as this.
        if let Some(home) = unsafe { known.as_ref() } {
            return Some(home);
        }
        let home = Box::into_raw(Box::new(CachePadded::new(Home {
            owner: CachePadded::new(Owner { number, shared: NonNull::from(self), gate: self.gate }),
            counts: Counts::new(),
            slabs: AtomicUsize::new(0),
            store: Store::new(self.frame, self.drop_kept.is_some()),
            chain: ReturnChain::new(self.chain),
        })));
        // ORDERING: Release. Pairs with `homes`: the home is whole for those who read its counts.
        self.homes[number].store(home, Ordering::Release);
        // ORDERING: Release. Pairs with `homes`: nobody who comes after a frame of this home misses it.
        self.homes_end.fetch_max(number + 1, Ordering::Release);
        // SAFETY: lives as long as this.
        Some(unsafe { &*home })
    }

    /// The homes of all threads that have used the pool.
    pub(super) fn homes(&self) -> impl Iterator<Item = &Home> {
        // ORDERING: Acquire. Pairs with `home`: homes of which a frame was acquired before the last handle went, or released
        // before its count is read, are below this.
        let end = self.homes_end.load(Ordering::Acquire);
        self.homes[..end].iter().filter_map(|home| {
            // ORDERING: Acquire. Pairs with the store in `home`.
            let home = home.load(Ordering::Acquire);
            // SAFETY: null, or a home, which lives as long as this.
            unsafe { home.as_ref() }.map(|home| &**home)
        })
    }

    fn all_counts(&self) -> impl Iterator<Item = &Counts> {
        self.homes().map(|home| &home.counts).chain([&self.counts])
    }

    pub(super) fn acquired(&self) -> usize {
        self.all_counts().map(Counts::acquired).fold(0, usize::wrapping_add)
    }

    pub(super) fn released(&self) -> usize {
        self.all_counts().map(Counts::released).fold(0, usize::wrapping_add)
    }

    pub(super) fn count_failure(&self) {
        // ORDERING: Relaxed. A statistic.
        self.failed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let mut first_panic = None;
        if let Some(drop_kept) = self.drop_kept {
            for home in self.homes() {
                home.store.for_each_used(|frame| {
                    // SAFETY: nobody uses the frame any more.
                    let dropped = halt_unwinding(|| unsafe { drop_kept(frame) });
                    match dropped {
                        Err(payload) if first_panic.is_none() => first_panic = Some(payload),
                        dropped => discard(dropped),
                    }
                });
            }
        }
        for home in &self.homes {
            // ORDERING: Relaxed. Nobody else is left, and the lock of the closed pools was taken.
            let home = NonNull::new(home.load(Ordering::Relaxed));
            // SAFETY: from a box in `home`, and nobody uses it any more.
            drop(home.map(|home| unsafe { Box::from_raw(home.as_ptr()) }));
        }
        match first_panic {
            Some(payload) if thread::panicking() => discard(Err(payload)),
            Some(payload) => resume_unwinding(payload),
            None => {}
        }
    }
}

impl Home {
    /// A frame from the list, if there is one.
    ///
    /// # Safety
    ///
    /// This is the home of the calling thread.
    #[inline(always)]
    unsafe fn take(&self) -> Option<(NonNull<u8>, Origin)> {
        // SAFETY: as demanded of our caller.
        let frame = unsafe { self.store.take() }?;
        self.counts.add_acquired();
        Some((frame, ptr::from_ref(self).cast_mut().cast()))
    }

    fn count_slab(&self) {
        // ORDERING: Relaxed both. A statistic with one writer.
        self.slabs.store(self.slabs.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

/// Whether a frame of this origin came from the global allocator.
#[inline(always)]
pub(super) fn is_allocated(origin: Origin) -> bool {
    origin.addr() & ALLOCATED != 0
}

/// The pool of a frame.
///
/// # Safety
///
/// The origin is that of a frame in use.
pub(super) unsafe fn pool_of<'a>(origin: Origin) -> &'a Shared {
    let shared = if is_allocated(origin) {
        origin.map_addr(|address| address & !ALLOCATED).cast::<Shared>().cast_const()
    } else {
        // SAFETY: by invariant 2 a home, which the frame keeps alive.
        unsafe { &*origin.cast::<Home>() }.owner.shared.as_ptr().cast_const()
    };
    // SAFETY: the frame keeps it alive (invariant 3).
    unsafe { &*shared }
}

/// Gives a frame back; from any thread.
///
/// # Safety
///
/// The frame is in use, has this origin, and is not used afterwards; nor is anything of its pool that only the frame kept
/// alive.
#[inline]
pub(super) unsafe fn release(frame: NonNull<u8>, origin: Origin) {
    if !is_allocated(origin) {
        // SAFETY: by invariant 2 a home, which the frame keeps alive.
        let home = unsafe { &*origin.cast::<Home>() };
        if home.owner.number == numbers::known() {
            let gate = home.owner.gate;
            // SAFETY: the home of this thread, and the frame is one of its own.
            unsafe { home.store.put(frame) };
            if home.counts.add_released(gate) {
                free_finished(gate);
            }
            return;
        }
    }
    // SAFETY: as demanded of our caller.
    unsafe { release_elsewhere(frame, origin) };
}

/// As `release`, of what is not the calling thread's own.
///
/// # Safety
///
/// As for `release`.
#[inline(never)]
unsafe fn release_elsewhere(frame: NonNull<u8>, origin: Origin) {
    // SAFETY: as demanded of our caller.
    let shared = unsafe { pool_of(origin) };
    let (gate, own) = (shared.gate, shared.home());
    if is_allocated(origin) {
        // ORDERING: Relaxed. A statistic.
        shared.allocated_now.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: allocated with this layout in `allocate`.
        unsafe { dealloc(frame.as_ptr(), shared.frame) };
    } else {
        // SAFETY: by invariant 2 a home, which the frame keeps alive.
        let home = unsafe { &*origin.cast::<Home>() };
        match own {
            // SAFETY: the chain is this thread's, and lives no longer than the store.
            Some(own) => unsafe { own.chain.add(frame, NonNull::from(&home.store)) },
            // SAFETY: a frame of this store.
            None => unsafe { home.store.give_back(&[frame]) },
        }
    }
    let is_closed = match own {
        Some(own) => own.counts.add_released(gate),
        None => shared.counts.share_released(gate),
    };
    if is_closed {
        free_finished(gate);
    }
}

/// Frees the pool of this gate if it is closed and its last frame has come back. `true`: that is done.
#[cold]
#[inline(never)]
fn free_finished(gate: &'static Gate) -> bool {
    let finished = take_finished(closed(), |Closed(shared)| {
        // SAFETY: alive while it is on the list.
        let shared = unsafe { shared.as_ref() };
        ptr::eq(shared.gate, gate) && shared.acquired() == shared.released()
    });
    let Some(Closed(shared)) = finished else { return false };
    // SAFETY: leaked in `new`; no handle and no frame is left, and whoever counted the last of them is done with it.
    let shared = unsafe { Box::from_raw(shared.as_ptr()) };
    gate.give_back();
    // Last, because values that were kept may panic.
    drop(shared);
    true
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Barrier;

    fn waits_for_frames(gate: &Gate) -> bool {
        let closed = closed().lock().unwrap();
        // SAFETY: pools on the list are alive.
        closed.iter().any(|Closed(shared)| ptr::eq(unsafe { shared.as_ref() }.gate, gate))
    }

    struct Held(NonNull<u8>, Origin);
    // SAFETY: frames are bound to no thread.
    unsafe impl Send for Held {}

    fn acquire(pool: &Shared, count: usize) -> Vec<Held> {
        let frame = |_| {
            let (frame, origin) = pool.acquire();
            Held(frame, origin)
        };
        (0..count).map(frame).collect()
    }

    fn release_all(frames: impl IntoIterator<Item = Held>) {
        for Held(frame, origin) in frames {
            // SAFETY: acquired above, and released once.
            unsafe { release(frame, origin) };
        }
    }

    /// A pool with one handle, and so many frames of it.
    fn pool(retained: usize, count: usize) -> (NonNull<Shared>, Vec<Held>, &'static Gate) {
        let shared = Shared::new(Layout::new::<[usize; 4]>(), retained, None);
        // SAFETY: there is a handle.
        let pool = unsafe { shared.as_ref() };
        (shared, acquire(pool, count), pool.gate)
    }

    #[test]
    fn a_pool_is_freed_with_its_last_frame() {
        for retained in [0, 2, 100] {
            let (shared, mut frames, gate) = pool(retained, 10);
            // SAFETY: the one handle.
            unsafe { Shared::remove_handle(shared) };
            release_all(frames.drain(1..));
            assert!(waits_for_frames(gate), "one frame is out");
            release_all(frames);
            assert!(!waits_for_frames(gate));
        }
        let (shared, _, gate) = pool(10, 0);
        // SAFETY: the one handle.
        unsafe { Shared::remove_handle(shared) };
        assert!(!waits_for_frames(gate));
    }

    #[test]
    fn a_pool_is_freed_whoever_is_last() {
        for round in 0..500 {
            let (shared, mut frames, gate) = pool([0, 8, 100][round % 3], 20);
            let start = Barrier::new(3);
            thread::scope(|s| {
                for half in [frames.split_off(10), frames] {
                    let start = &start;
                    s.spawn(move || {
                        start.wait();
                        release_all(half);
                    });
                }
                start.wait();
                // SAFETY: the one handle.
                unsafe { Shared::remove_handle(shared) };
            });
            assert!(!waits_for_frames(gate), "round {round}");
        }
    }
}
