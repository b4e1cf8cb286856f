//! Items in a chain of segments: what a result of unknown length is gathered in.
//!
//! A segment is a piece of memory with its header in front of the items, so that a chain needs nothing beside its segments.
//! Up to [`tuning::GATHERED_IN_BLOCKS`] a chain is made of stashed blocks; then its segments grow with it, and are at most a
//! sixteenth of what is there already, so that there is little slack and there are few of them.
use std::alloc::{Layout, dealloc};
use std::marker::PhantomData;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::slice;

use super::stash::{BLOCK, Block, allocate};
use crate::iter::{IntoParallelIterator, ParallelIterator};
use crate::tuning;

/// The part of a chain's bytes that the next segment has, and the most and least it has.
const PART: usize = 16;
const MOST_BYTES: usize = 1 << 20;
/// So many items at least a segment has room for, however large they are.
const FEWEST_ITEMS: usize = 4;

/// What stands in front of a segment's items.
pub(super) struct Header<T> {
    next: Option<Segment<T>>,
    /// The first item that is there, or the place for the first one.
    pub(super) start: NonNull<T>,
    /// Items from `start` on.
    pub(super) len: usize,
    /// Places from `start` on.
    pub(super) capacity: usize,
    layout: Layout,
}

/// A piece of memory with items.
///
/// # Invariant
///
/// The pointer is to memory of the header's layout that belongs to this value. It begins with the header. `start` points
/// behind the header, with `capacity` places up to the end of the memory at most, of which the first `len` are initialized;
/// those items belong to this value.
pub(super) struct Segment<T>(NonNull<Header<T>>);

// SAFETY: a segment owns its memory and its items, and lends them only with itself; it may be sent if the items may.
unsafe impl<T: Send> Send for Segment<T> {}

// SAFETY: a shared segment gives out shared items only.
unsafe impl<T: Sync> Sync for Segment<T> {}

impl<T> Segment<T> {
    /// A segment without items, of about so many bytes or more.
    fn new(bytes: usize) -> Self {
        let offset = size_of::<Header<T>>().next_multiple_of(align_of::<T>());
        let bytes = size_of::<T>().saturating_mul(FEWEST_ITEMS).saturating_add(offset).max(bytes);
        let align = BLOCK.align().max(align_of::<T>());
        let layout = Layout::from_size_align(bytes, align).expect("items too large to gather");
        let memory = if layout == BLOCK { Block::take().into_memory() } else { allocate(layout) };
        let capacity = (bytes - offset).checked_div(size_of::<T>()).unwrap_or(usize::MAX);
        // SAFETY: `offset` is within the memory, whose size is more than that.
        let start = unsafe { memory.add(offset) }.cast();
        let header = memory.cast();
        // SAFETY: the memory is ours, large enough for a header, and aligned for it: a header has the alignment of pointers.
        unsafe { header.write(Header { next: None, start, len: 0, capacity, layout }) };
        Segment(header)
    }

    fn items(&self) -> &[T] {
        // SAFETY: by the invariant these items are initialized and ours, and lent with us.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// Takes the first item out.
    #[inline]
    fn take_first(&mut self) -> Option<T> {
        let header = &mut **self;
        header.len = header.len.checked_sub(1)?;
        header.capacity -= 1;
        let place = header.start;
        // SAFETY: there is an item at `place`, so the next one is within the memory or at its end.
        header.start = unsafe { place.add(1) };
        // SAFETY: the item was ours by the invariant, and is counted no longer.
        Some(unsafe { place.read() })
    }

    /// Moves the items to where `place` points.
    ///
    /// # Safety
    ///
    /// There are as many places as the segment has items, aligned, for the caller to write, and outside of the segment.
    unsafe fn move_to(mut self, place: *mut T) {
        let len = mem::take(&mut self.len);
        // SAFETY: `len` items are initialized at `start`, and ours no longer; the rest by the demand on our caller.
        unsafe { ptr::copy_nonoverlapping(self.start.as_ptr(), place, len) };
    }
}

impl<T> Deref for Segment<T> {
    type Target = Header<T>;

    fn deref(&self) -> &Header<T> {
        // SAFETY: by the invariant there is a header, and it is lent with us.
        unsafe { self.0.as_ref() }
    }
}

impl<T> DerefMut for Segment<T> {
    fn deref_mut(&mut self) -> &mut Header<T> {
        // SAFETY: by the invariant there is a header, and it is lent with us.
        unsafe { self.0.as_mut() }
    }
}

impl<T> Drop for Segment<T> {
    fn drop(&mut self) {
        /// Frees the memory, whatever the items do when they are dropped.
        struct Memory(NonNull<u8>, Layout);

        impl Drop for Memory {
            fn drop(&mut self) {
                if self.1 == BLOCK {
                    // SAFETY: by the invariant ours; all memory of this layout came from a block.
                    unsafe { Block::from_memory(self.0) }.give_back();
                } else {
                    // SAFETY: by the invariant ours, and allocated with this layout.
                    unsafe { dealloc(self.0.as_ptr(), self.1) };
                }
            }
        }

        debug_assert!(self.next.is_none(), "a chain is dropped segment by segment");
        let _memory = Memory(self.0.cast(), self.layout);
        let items = ptr::slice_from_raw_parts_mut(self.start.as_ptr(), self.len);
        // SAFETY: by the invariant these items are initialized and ours, and we are their end.
        unsafe { ptr::drop_in_place(items) };
    }
}

/// A chain of segments; also an iterator over the items, by value.
///
/// # Invariant
///
/// `last` points to the header of the last segment, which `first` owns, directly or through the others; both are there or
/// neither. `len` is the number of items in all of them.
pub(crate) struct Segments<T> {
    first: Option<Segment<T>>,
    last: Option<NonNull<Header<T>>>,
    len: usize,
    items: PhantomData<T>,
}

// SAFETY: `last` points into what the chain owns by `first`, and is used with the chain only; the rest may be sent and shared
// as segments may.
unsafe impl<T: Send> Send for Segments<T> {}

// SAFETY: as above.
unsafe impl<T: Sync> Sync for Segments<T> {}

impl<T> Default for Segments<T> {
    fn default() -> Self {
        Segments { first: None, last: None, len: 0, items: PhantomData }
    }
}

impl<T> Segments<T> {
    /// The number of items.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of the items.
    pub(super) fn bytes(&self) -> usize {
        self.len * size_of::<T>()
    }

    /// The items, in slices.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[T]> + Clone {
        let first = self.first.as_ref();
        std::iter::successors(first, |segment| segment.next.as_ref()).map(Segment::items)
    }

    /// Adds a segment without items.
    pub(super) fn add(&mut self) -> &mut Header<T> {
        let bytes = self.bytes();
        let next = if bytes < tuning::GATHERED_IN_BLOCKS { 0 } else { bytes / PART };
        let segment = Segment::new(next.clamp(BLOCK.size(), MOST_BYTES));
        let mut right = Self::default();
        right.last = Some(segment.0);
        right.first = Some(segment);
        self.append(right);
        self.last_mut().expect("there is a segment now")
    }

    fn last_mut(&mut self) -> Option<&mut Header<T>> {
        // SAFETY: by the invariant it is alive and ours, and it is lent with us.
        self.last.map(|mut last| unsafe { last.as_mut() })
    }

    /// So many more items stand in the last segment.
    ///
    /// # Safety
    ///
    /// They do, behind those that were there, and belong to nobody.
    pub(super) unsafe fn has_filled(&mut self, items: usize) {
        if let Some(last) = self.last_mut() {
            last.len += items;
            self.len += items;
        }
    }

    /// Adds all of `right` behind what is there. No item moves.
    pub(super) fn append(&mut self, mut right: Self) {
        let first = right.first.take();
        let Some(right_last) = right.last.take() else { return };
        match self.last_mut() {
            Some(last) => last.next = first,
            None => self.first = first,
        }
        self.last = Some(right_last);
        let len = self.len.checked_add(mem::take(&mut right.len));
        self.len = len.expect("capacity overflow");
    }

    fn pop_first(&mut self) -> Option<Segment<T>> {
        let mut first = self.first.take()?;
        self.first = first.next.take();
        if self.first.is_none() {
            self.last = None;
        }
        self.len -= first.len;
        Some(first)
    }
}

impl<T: Send> Segments<T> {
    /// Moves all items to the end of `vec`: by several threads if they are many.
    pub(super) fn move_to(mut self, vec: &mut Vec<T>) {
        vec.reserve(self.len);
        if self.bytes() >= tuning::PARALLEL_MOVE_BYTES {
            return self.move_in_parallel(vec);
        }
        while let Some(segment) = self.pop_first() {
            let len = vec.len() + segment.len;
            let place = vec.spare_capacity_mut().as_mut_ptr().cast();
            // SAFETY: there is room behind the vector's items for all of ours.
            unsafe { segment.move_to(place) };
            // SAFETY: these items are the vector's now, and their places are initialized.
            unsafe { vec.set_len(len) };
        }
    }

    fn move_in_parallel(mut self, vec: &mut Vec<T>) {
        let total = vec.len() + self.len;
        let mut spare = vec.spare_capacity_mut();
        let mut moves = Vec::new();
        while let Some(segment) = self.pop_first() {
            let (places, rest) = spare.split_at_mut(segment.len);
            moves.push((segment, places));
            spare = rest;
        }
        moves.into_par_iter().for_each(|(segment, places)| {
            // SAFETY: as many places as the segment has items, uninitialized, and lent to nobody else.
            unsafe { segment.move_to(places.as_mut_ptr().cast()) }
        });
        // SAFETY: the capacity was reserved, and each place up to there has been written: `for_each` runs through all.
        unsafe { vec.set_len(total) };
    }
}

impl<T> Iterator for Segments<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(item) = self.first.as_mut()?.take_first() {
                self.len -= 1;
                return Some(item);
            }
            self.pop_first();
        }
    }

    fn fold<B, F: FnMut(B, T) -> B>(mut self, init: B, mut f: F) -> B {
        let mut folded = init;
        while let Some(mut segment) = self.pop_first() {
            while let Some(item) = segment.take_first() {
                folded = f(folded, item);
            }
        }
        folded
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<T> Drop for Segments<T> {
    fn drop(&mut self) {
        /// Goes on where a panicking item has stopped it.
        struct Rest<'a, T>(&'a mut Segments<T>);

        impl<T> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                while self.0.pop_first().is_some() {}
            }
        }

        let rest = Rest(self);
        while rest.0.pop_first().is_some() {}
    }
}
