//! Blocks of memory for results whose length is not known beforehand, used again from call to call.
//!
//! Each thread keeps one block for itself, so that small results need neither the heap nor anybody else. The others lie in a
//! stash that all threads share; it is behind a lock, and who finds that taken asks the heap. What does not fit goes back to
//! the heap.
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

use crate::tuning::{BLOCK_BYTES, STASHED_BLOCKS};
use crate::util::lock::Mutex;

/// Of this size and alignment are all blocks.
pub(super) const BLOCK: Layout = match Layout::from_size_align(BLOCK_BYTES, 64) {
    Ok(layout) => layout,
    Err(_) => panic!("no layout"),
};

/// Memory from the heap, of the layout [`BLOCK`], which nobody else uses.
pub(super) struct Block(NonNull<u8>);

// SAFETY: a block is memory and nothing else, and has one owner.
unsafe impl Send for Block {}

/// What all threads share.
struct Stash {
    blocks: [Option<Block>; STASHED_BLOCKS],
    /// The first so many are there.
    len: usize,
}

static STASH: Mutex<Stash> = Mutex::new(Stash { blocks: [const { None }; STASHED_BLOCKS], len: 0 });

thread_local! {
    static OWN: Cell<Option<Block>> = const { Cell::new(None) };
}

impl Block {
    /// A block, with anything in it.
    pub(super) fn take() -> Block {
        // A thread that is about to end has none of its own any more.
        let own = OWN.try_with(Cell::take).ok().flatten();
        own.or_else(Stash::take).unwrap_or_else(|| Block(allocate(BLOCK)))
    }

    /// Leaves the block to whoever needs one next.
    pub(super) fn give_back(self) {
        // The one that was there is warm no longer.
        let before = OWN.try_with(|own| own.replace(Some(self)));
        if let Ok(Some(before)) = before {
            Stash::put(before);
        }
    }

    /// The memory, which the caller now owns.
    pub(super) fn into_memory(self) -> NonNull<u8> {
        let memory = self.0;
        std::mem::forget(self);
        memory
    }

    /// The block that this memory was.
    ///
    /// # Safety
    ///
    /// The memory came from [`into_memory`](Self::into_memory), and the caller owns it and gives it up.
    pub(super) unsafe fn from_memory(memory: NonNull<u8>) -> Block {
        Block(memory)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: ours, and allocated with this layout.
        unsafe { dealloc(self.0.as_ptr(), BLOCK) };
    }
}

impl Stash {
    fn take() -> Option<Block> {
        let mut stash = STASH.try_lock().ok()?;
        stash.len = stash.len.checked_sub(1)?;
        let last = stash.len;
        stash.blocks[last].take()
    }

    fn put(block: Block) {
        let Ok(mut stash) = STASH.try_lock() else { return };
        let len = stash.len;
        if let Some(place) = stash.blocks.get_mut(len) {
            *place = Some(block);
            stash.len += 1;
        }
    }
}

/// Memory of a layout that is not empty.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    assert!(layout.size() > 0, "nothing to allocate");
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout))
}
