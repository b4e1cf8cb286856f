//! The memory of a ring: a power of two of slots, each with room for one value.
//!
//! Positions count up for ever and wrap around; the slot of a position is its lowest bits. The slots lie in the heap, or in
//! pages that are mapped twice in a row ([`Mapping`]): then the slots of consecutive positions lie behind each other also
//! where the ring begins again. Which slots hold values is the ring's knowledge: dropping the slots drops no value.

use crate::channel::errors::CapacityError;
use crate::channel::mapped::Mapping;
use crate::util::CACHE_LINE;
use std::alloc::{self, Layout, LayoutError};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// The most slots that a ring may have: distances between positions stay unambiguous.
pub(super) const MOST_SLOTS: usize = 1 << (usize::BITS - 2);

/// Checks a capacity: a power of two, no larger than [`MOST_SLOTS`].
fn check(capacity: usize) -> Result<(), CapacityError> {
    match capacity {
        0 => Err(CapacityError::Zero),
        _ if !capacity.is_power_of_two() => Err(CapacityError::NotAPowerOfTwo(capacity)),
        _ if capacity > MOST_SLOTS => Err(CapacityError::TooLarge(capacity)),
        _ => Ok(()),
    }
}

/// See the module's description.
pub(super) struct Slots<T> {
    base: NonNull<MaybeUninit<T>>,
    mask: usize,
    mapping: Option<Mapping>,
    /// Lets a model see which slots are touched.
    #[cfg(loom)]
    touched: Vec<crate::sync::UnsafeCell<()>>,
}

// SAFETY: plain memory; who may touch which slot is up to the ring.
unsafe impl<T: Send> Send for Slots<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Slots<T> {}

impl<T> Slots<T> {
    /// Slots in the heap.
    pub(super) fn heap(capacity: usize) -> Result<Self, CapacityError> {
        check(capacity)?;
        let failed = CapacityError::Allocation { capacity };
        let layout = heap_layout::<T>(capacity).map_err(|_| failed)?;
        let base = if layout.size() == 0 {
            NonNull::dangling()
        } else {
            // SAFETY: the layout has a size.
            let memory = unsafe { alloc::alloc(layout) };
            NonNull::new(memory.cast()).ok_or(failed)?
        };
        Ok(Self::new(base, capacity, None))
    }

    /// Slots in pages that are mapped twice, at least so many that they fill whole pages; in the heap where values have no
    /// size, or the system does not offer it.
    pub(super) fn mapped(capacity: usize) -> Result<Self, CapacityError> {
        check(capacity)?;
        let Some(page) = Mapping::page_bytes().filter(|page| fits(Layout::new::<T>(), *page))
        else {
            return Self::heap(capacity);
        };
        // Both are powers of two but for the odd part of the size: so many slots fill whole pages.
        let capacity = capacity.max(page >> size_of::<T>().trailing_zeros().min(page.ilog2()));
        let failed = CapacityError::Allocation { capacity };
        let layout = Layout::array::<T>(capacity).map_err(|_| failed)?;
        let mapping = Mapping::new(layout.size(), failed)?;
        Ok(Self::new(mapping.base().cast(), capacity, Some(mapping)))
    }

    fn new(base: NonNull<MaybeUninit<T>>, capacity: usize, mapping: Option<Mapping>) -> Self {
        Slots {
            base,
            mask: capacity - 1,
            mapping,
            #[cfg(loom)]
            touched: (0..capacity).map(|_| crate::sync::UnsafeCell::new(())).collect(),
        }
    }

    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.mask + 1
    }

    pub(super) fn is_mapped(&self) -> bool {
        self.mapping.is_some()
    }

    /// How many of `count` slots from `position` on lie behind each other in memory. `count` is at most the capacity.
    #[inline]
    pub(super) fn in_a_row(&self, position: usize, count: usize) -> usize {
        if self.is_mapped() { count } else { count.min(self.capacity() - (position & self.mask)) }
    }

    /// The slot of a position. Whoever uses it owns it, by the rules of the ring.
    #[inline(always)]
    pub(super) fn slot(&self, position: usize) -> *mut MaybeUninit<T> {
        // SAFETY: the index is below the capacity, hence within the memory.
        unsafe { self.base.as_ptr().add(position & self.mask) }
    }

    /// Tells a model that `count` slots are written, or their values taken.
    #[inline(always)]
    pub(super) fn touch(&self, _position: usize, _count: usize) {
        #[cfg(loom)]
        for at in _position.._position + _count {
            self.touched[at & self.mask].with_mut(|_| ());
        }
    }
}

/// The layout of slots in the heap. Values of whole cache lines lie on whole cache lines.
fn heap_layout<T>(capacity: usize) -> Result<Layout, LayoutError> {
    let has_whole_lines = size_of::<T>() % CACHE_LINE == 0;
    Layout::array::<T>(capacity)?.align_to(if has_whole_lines { CACHE_LINE } else { 1 })
}

/// Whether mapped pages can hold values of this layout.
fn fits(value: Layout, page: usize) -> bool {
    value.size() != 0 && value.align() <= page
}

impl<T> Drop for Slots<T> {
    fn drop(&mut self) {
        let layout = heap_layout::<T>(self.capacity()).expect("checked when it was allocated");
        if self.mapping.is_none() && layout.size() != 0 {
            // SAFETY: allocated with this layout.
            unsafe { alloc::dealloc(self.base.as_ptr().cast(), layout) };
        }
    }
}
