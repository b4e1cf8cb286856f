//! Frames of one size with one home: what both the pool's jobs and [`FramePool`](crate::frames::FramePool) live on.
//!
//! A store has a *holder*, one thread at a time, which takes frames from a plain list and puts them back there. Another thread
//! puts a frame on its own [`ReturnChain`], which goes home with some dozen frames in one compare-exchange; the holder takes all
//! returned frames by one swap when its list is empty. Frames are cut from slabs, which are freed with the store.
//! Invariants:
//! 1. `free`, `home_again` and `slabs` are the holder's; the counts are written by the holder and read by anybody.
//! 2. A frame is in use, on the holder's list, in one bundle, or was never used; a bundle is on one chain, on the list of returned
//!    ones, or on the holder's.

use crate::frames::bundle::Bundle;
use crate::frames::returned::Returned;
use crate::sync::{AtomicUsize, Ordering, UnsafeCell};
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::slice;

/// Frames in the first slab of a store, and its bytes where frames are large. Each further slab doubles what the store has.
const SLAB_FRAMES: usize = 32;
/// See [`SLAB_FRAMES`].
const SLAB_BYTES: usize = 64 << 10;
/// Frames in the largest slabs, and their bytes where frames are large.
const SLAB_FRAMES_MOST: usize = 4096;
/// See [`SLAB_FRAMES_MOST`].
const SLAB_BYTES_MOST: usize = 2 << 20;
/// Frames of a return chain before it is sent home. The bound on frames that are on no list: this times the threads.
pub(crate) const CHAIN: usize = 32;
/// Frames that were never used come to the list so many at once: a slab's memory is touched as it is needed.
const FRESH: usize = 32;

/// A frame that is not in use: its first word.
struct Free {
    next: *mut Free,
}

/// See the module's description.
pub(crate) struct Store {
    free: Cell<*mut Free>,
    /// Bundles that have come home and were not taken apart yet.
    home_again: Cell<*mut Bundle>,
    frame: Layout,
    /// Memory that was never used is zero, but for the first two words of each frame; these alone are written to in a free one.
    is_zeroed: bool,
    slabs: UnsafeCell<Vec<Slab>>,
    frames: AtomicUsize,
    used: AtomicUsize,
    /// Written by others, but once for a whole chain: not worth a cache line of its own, of which a seat would have four.
    returned: Returned<Bundle>,
}

struct Slab {
    memory: NonNull<u8>,
    frames: usize,
    /// How many of them have been on the list.
    used: usize,
}

impl Store {
    /// A store without frames; `is_zeroed`: what was never used is zero, but for the first two words of each frame, and what a free
    /// frame has behind these is left alone.
    ///
    /// # Panics
    ///
    /// If two words do not fit the layout, or its size is no multiple of its alignment.
    pub(crate) fn new(frame: Layout, is_zeroed: bool) -> Self {
        let least = Layout::new::<Bundle>();
        assert!(frame.size() >= least.size() && frame.align() >= least.align());
        assert!(frame == frame.pad_to_align());
        Store {
            free: Cell::new(ptr::null_mut()),
            home_again: Cell::new(ptr::null_mut()),
            frame,
            is_zeroed,
            slabs: UnsafeCell::new(Vec::new()),
            frames: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
            returned: Returned::new(),
        }
    }

    /// A frame from the holder's list, if there is one.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    #[inline(always)]
    pub(crate) unsafe fn take(&self) -> Option<NonNull<u8>> {
        let frame = NonNull::new(self.free.get())?;
        // SAFETY: a frame on the list is a valid `Free`, and the holder's.
        self.free.set(unsafe { (*frame.as_ptr()).next });
        Some(frame.cast())
    }

    /// Puts a frame on the holder's list.
    ///
    /// # Safety
    ///
    /// The caller holds the store; the frame is one of its own, and not used any more.
    #[inline(always)]
    pub(crate) unsafe fn put(&self, frame: NonNull<u8>) {
        let frame: *mut Free = frame.as_ptr().cast();
        // SAFETY: a frame has room and alignment for a `Free`.
        unsafe { frame.write(Free { next: self.free.get() }) };
        self.free.set(frame);
    }

    /// Fills the holder's list, if it is empty, with what others have returned, else with frames that were never used. `false`:
    /// there are none.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    pub(crate) unsafe fn refill(&self) -> bool {
        if self.free.get().is_null() {
            // SAFETY: the caller holds the store.
            unsafe { self.list_returned() };
        }
        if self.free.get().is_null() {
            // SAFETY: the caller holds the store.
            unsafe { self.list_fresh() };
        }
        !self.free.get().is_null()
    }

    /// Puts the frames of a bundle that has come home on the list, if there is one.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    unsafe fn list_returned(&self) {
        if self.home_again.get().is_null() {
            self.home_again.set(self.returned.take());
        }
        let bundle = self.home_again.get();
        // SAFETY: null, or a bundle of this store, and the holder's.
        let Some(first) = (unsafe { bundle.as_ref() }) else { return };
        self.home_again.set(first.next);
        // SAFETY: the caller holds the store, and the frame is one of its own.
        let put = |frame| unsafe { self.put(frame) };
        // SAFETY: the holder's bundle, which is on no list any more.
        unsafe { Bundle::take_apart(bundle, put) };
    }

    /// Puts some frames that were never used on the list.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    unsafe fn list_fresh(&self) {
        if self.used() == self.frames() {
            return;
        }
        let fresh = self.slabs.with_mut(|slabs| {
            // SAFETY: the holder's; the reference ends with this closure.
            let slabs = unsafe { &mut *slabs };
            let slab = slabs.iter_mut().rev().find(|slab| slab.used < slab.frames)?;
            let first = slab.used;
            slab.used = slab.frames.min(first + FRESH);
            Some((slab.memory, first..slab.used))
        });
        let Some((memory, numbers)) = fresh else { return };
        // ORDERING: Relaxed both. A statistic with one writer.
        self.used.store(self.used.load(Ordering::Relaxed) + numbers.len(), Ordering::Relaxed);
        for number in numbers.rev() {
            // SAFETY: within the slab.
            let frame = unsafe { memory.add(number * self.frame.size()) };
            // SAFETY: the caller holds the store, and the frame is one of its own that nobody has used.
            unsafe { self.put(frame) };
        }
    }

    /// Cuts a slab of at least `least` frames, or as many as `budget`, a number of bytes, allows; takes their bytes from it.
    /// `false`: none.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    pub(crate) unsafe fn cut(&self, least: usize, budget: &AtomicUsize) -> bool {
        let size = self.frame.size();
        // ORDERING: Relaxed. The holder's own.
        let before = self.frames.load(Ordering::Relaxed);
        let first = (SLAB_BYTES / size).clamp(1, SLAB_FRAMES);
        let most = (SLAB_BYTES_MOST / size).clamp(first, SLAB_FRAMES_MOST);
        let wanted = before.clamp(first, most).max(least);
        let granted = |left: usize| wanted.min(left / size);
        // ORDERING: Relaxed both. A number that is shared out; nothing is published by it.
        let left = budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left - granted(left) * size)
        });
        let frames = left.map_or(0, granted);
        let layout = Layout::from_size_align(frames * size, self.frame.align());
        let memory = layout.ok().filter(|layout| layout.size() != 0).and_then(|layout| {
            let allocate = if self.is_zeroed { alloc_zeroed } else { alloc };
            // SAFETY: the layout has a size.
            NonNull::new(unsafe { allocate(layout) })
        });
        let Some(memory) = memory else {
            // ORDERING: Relaxed, as above.
            budget.fetch_add(frames * size, Ordering::Relaxed);
            return false;
        };
        let slab = Slab { memory, frames, used: 0 };
        // SAFETY: the holder's; the reference ends with the call.
        self.slabs.with_mut(|slabs| unsafe { (*slabs).push(slab) });
        // ORDERING: Relaxed. A statistic with one writer.
        self.frames.store(before + frames, Ordering::Relaxed);
        true
    }

    /// How many frames the holder could take without asking for memory, but for those that others have.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    pub(crate) unsafe fn ready(&self) -> usize {
        let mut next = self.free.get();
        let listed = std::iter::from_fn(|| {
            // SAFETY: null, or a frame on the holder's list.
            let free = unsafe { next.as_ref() }?;
            next = free.next;
            Some(())
        });
        let mut next = self.home_again.get();
        let bundled = std::iter::from_fn(|| {
            // SAFETY: null, or a bundle on the holder's list.
            let bundle = NonNull::from(unsafe { next.as_ref() }?);
            // SAFETY: as above.
            next = unsafe { bundle.as_ref() }.next;
            // SAFETY: as above.
            Some(unsafe { Bundle::frames(bundle.as_ptr()) })
        });
        listed.count() + bundled.sum::<usize>() + self.frames() - self.used()
    }

    /// Touches the memory of frames that were never used.
    ///
    /// # Safety
    ///
    /// The caller holds the store.
    pub(crate) unsafe fn touch(&self) {
        self.slabs.with_mut(|slabs| {
            // SAFETY: the holder's; the reference ends with this closure.
            for slab in unsafe { &*slabs } {
                for number in slab.used..slab.frames {
                    // SAFETY: within the slab.
                    let frame = unsafe { slab.memory.add(number * self.frame.size()) };
                    // SAFETY: a frame has room and alignment for a `Free`, and nobody uses it.
                    unsafe { frame.cast().write(Free { next: ptr::null_mut() }) };
                }
            }
        });
    }

    /// All frames that have ever been on the list.
    ///
    /// Only when nobody else uses the store any more.
    pub(crate) fn for_each_used(&self, mut each: impl FnMut(NonNull<u8>)) {
        self.slabs.with(|slabs| {
            // SAFETY: nobody else uses the store.
            for slab in unsafe { &*slabs } {
                for number in 0..slab.used {
                    // SAFETY: within the slab.
                    each(unsafe { slab.memory.add(number * self.frame.size()) });
                }
            }
        });
    }

    /// Returns frames, of which there are some; from any thread.
    ///
    /// # Safety
    ///
    /// The frames are some of this store's, and not used any more.
    pub(crate) unsafe fn give_back(&self, frames: &[NonNull<u8>]) {
        let room = if self.is_zeroed { 0 } else { Bundle::room(self.frame) };
        // SAFETY: frames have room and alignment for a bundle, and are the caller's until they are pushed.
        let (first, last) = unsafe { Bundle::tie(frames, room) };
        // SAFETY: as above.
        self.returned.push(first, |next| unsafe { (*last).next = next });
    }

    /// Frames in slabs.
    pub(crate) fn frames(&self) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.frames.load(Ordering::Relaxed)
    }

    /// Frames that have been on the list: the most that were in use, on their way home or on the list at one time.
    pub(crate) fn used(&self) -> usize {
        // ORDERING: Relaxed. A statistic.
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.frames() * self.frame.size()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let Store { slabs, frame, .. } = self;
        slabs.with_mut(|slabs| {
            // SAFETY: dropping, hence alone.
            for slab in unsafe { (*slabs).drain(..) } {
                let layout = Layout::from_size_align(slab.frames * frame.size(), frame.align());
                let layout = layout.expect("checked when the slab was cut");
                // SAFETY: allocated with this layout in `cut`; nobody uses the frames, by the owner's care.
                unsafe { dealloc(slab.memory.as_ptr(), layout) };
            }
        });
    }
}

/// Frames of one store on their way home, gathered by one thread.
pub(crate) struct ReturnChain {
    home: Cell<Option<NonNull<Store>>>,
    /// Their addresses stand here until the chain goes home, so that nobody waits for a line of a frame.
    frames: [Cell<MaybeUninit<NonNull<u8>>>; CHAIN],
    /// How many there are.
    length: Cell<usize>,
    most: usize,
}

impl ReturnChain {
    /// A chain that goes home with `most` frames, at most [`CHAIN`].
    pub(crate) fn new(most: usize) -> Self {
        ReturnChain {
            home: Cell::new(None),
            frames: [const { Cell::new(MaybeUninit::uninit()) }; CHAIN],
            length: Cell::new(0),
            most,
        }
    }

    /// Sends the chain home.
    pub(crate) fn flush(&self) {
        let Some(home) = self.home.take() else { return };
        // SAFETY: stores live as long as the chains that have frames of them, by the demand of `add`.
        let home = unsafe { home.as_ref() };
        let first: *const NonNull<u8> = self.frames.as_ptr().cast();
        // SAFETY: `add` has set so many, and sets none meanwhile.
        let frames = unsafe { slice::from_raw_parts(first, self.length.replace(0)) };
        // SAFETY: frames of that store, which are not used any more.
        unsafe { home.give_back(frames) };
    }

    /// Adds a frame.
    ///
    /// # Safety
    ///
    /// The frame is one of `home`, which lives until the chain is flushed or freed, and is not used any more.
    // Not inline: those who release mostly do so at home, and need no registers for this.
    #[inline(never)]
    pub(crate) unsafe fn add(&self, frame: NonNull<u8>, home: NonNull<Store>) {
        if self.home.get() != Some(home) {
            self.flush();
            self.home.set(Some(home));
        }
        let length = self.length.get();
        self.frames[length].set(MaybeUninit::new(frame));
        self.length.set(length + 1);
        if length + 1 >= self.most {
            self.flush();
        }
    }
}

#[cfg(all(test, loom))]
mod loom_store {
    use super::*;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    /// Frames that each of two workers uses: in bundles of two, the first of its chain is one of them alone.
    const EACH: usize = 3;

    /// A store whose frames are all in use, and what stands for their memory, the words of a bundle included.
    struct Model {
        store: Store,
        frames: Vec<NonNull<u8>>,
        contents: Vec<UnsafeCell<usize>>,
    }

    // SAFETY: the model's first thread holds the store; frames are used by one thread at a time, which is what is tried.
    unsafe impl Sync for Model {}
    // SAFETY: as above.
    unsafe impl Send for Model {}

    impl Model {
        fn new() -> Self {
            let frame = Layout::new::<[usize; 3]>();
            let store = Store::new(frame, false);
            assert_eq!(Bundle::room(frame), 1);
            let budget = AtomicUsize::new(2 * EACH * frame.size());
            // SAFETY: the model's first thread holds the store.
            assert!(unsafe { store.cut(2 * EACH, &budget) });
            // SAFETY: as above.
            assert!(unsafe { store.refill() });
            // SAFETY: as above.
            let frames = std::iter::from_fn(|| unsafe { store.take() }).collect();
            let contents = (0..2 * EACH).map(UnsafeCell::new).collect();
            Model { store, frames, contents }
        }

        /// A worker uses its frames, and sends them home in one chain.
        fn work(&self, worker: usize) {
            let chain = ReturnChain::new(EACH);
            for number in worker * EACH..(worker + 1) * EACH {
                // SAFETY: in use by this worker.
                self.contents[number].with_mut(|content| unsafe { *content += 100 });
                // SAFETY: not used any more; the chain goes home with it, or with the last of the others.
                unsafe { chain.add(self.frames[number], NonNull::from(&self.store)) };
            }
        }

        /// The holder uses what has come home.
        fn collect(&self) -> usize {
            let mut count = 0;
            // SAFETY: the model's first thread holds the store.
            while unsafe { self.store.refill() } {
                // SAFETY: as above.
                while let Some(frame) = unsafe { self.store.take() } {
                    let number = self.frames.iter().position(|other| *other == frame).unwrap();
                    self.contents[number].with_mut(|content| {
                        // SAFETY: it has come home.
                        let before = unsafe { content.replace(0) };
                        assert_eq!(before, number + 100, "a frame came home unused, or twice");
                    });
                    count += 1;
                }
            }
            count
        }
    }

    /// Two workers send a chain of bundles each while the holder takes what is there, one bundle after the other: each frame
    /// comes home once, with what was written to it.
    fn bundles() {
        let model = Arc::new(Model::new());
        let workers = [0, 1].map(|worker| {
            let model = model.clone();
            thread::spawn(move || model.work(worker))
        });
        let early = model.collect();
        for worker in workers {
            worker.join().unwrap();
        }
        assert_eq!(early + model.collect(), 2 * EACH, "a frame was lost");
    }

    #[test]
    fn loom_frame_bundles() {
        holds(bundles);
        bites("frame::push", bundles);
        bites("frame::take", bundles);
    }
}
