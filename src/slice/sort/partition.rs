//! Splitting a slice by a predicate, without a branch that depends on the predicate's answer.
//!
//! * Small elements: the scheme of N. Lomuto (J. Bentley, "Programming Pearls", 1986) without its branch, its exchanges made a
//!   cycle through one element that is held aside (O. R. L. Peters, "Branchless Lomuto Partitioning", 2023). Two moves an
//!   element, whatever the answer.
//! * Others: the block scheme of S. Edelkamp and A. Weiß, "BlockQuicksort: Avoiding Branch Mispredictions in Quicksort" (ESA
//!   2016): the positions of misplaced elements of one block from each end are first collected, which is a store and an
//!   addition an element, and then exchanged pairwise. Elements that stand right already are never written.
//! * Large elements that are not in a cache: the exchanges of C. A. R. Hoare ("Quicksort", 1962), with the branch.

use std::mem::ManuallyDrop;

use super::indirect::{is_large, is_small};

/// Large elements in slices of more bytes than this come from memory, whose time is worth more than a branch: on 128 MB of
/// 128-byte elements the whole sort takes 0.87 of std's time with exchanges and 1.11 with blocks, on 13 MB 0.81 and 0.72
/// (2026-11, AMD EPYC, 32 MB of shared cache).
const CACHED_BYTES: usize = 1 << 24;

/// Bytes that one thread exchanges at a stretch.
const SWAPPED_BYTES: usize = 1 << 17;

/// Elements a block. Positions fit a `u8`, and an index of that type needs no bounds check below.
const BLOCK_ITEMS: usize = 128;

/// The misplaced elements of one block, as distances from the block's outer end.
struct Misplaced {
    offsets: [u8; 256],
    next: u8,
    end: u8,
}

impl Misplaced {
    fn new() -> Self {
        Misplaced { offsets: [0; 256], next: 0, end: 0 }
    }

    fn is_empty(&self) -> bool {
        self.next == self.end
    }

    fn len(&self) -> u8 {
        self.end - self.next
    }

    /// The next position, of which there must be one.
    #[inline(always)]
    fn take(&mut self) -> usize {
        let offset = self.offsets[usize::from(self.next)];
        self.next += 1;
        usize::from(offset)
    }

    /// Notes the positions where `items` (a block's worth) yields `true`.
    #[inline(always)]
    fn refill<'a, T: 'a>(
        &mut self,
        items: impl Iterator<Item = &'a T>,
        misplaced: impl Fn(&T) -> bool,
    ) {
        let mut end = 0u8;
        for (offset, item) in (0u8..).zip(items) {
            self.offsets[usize::from(end)] = offset;
            end += u8::from(misplaced(item));
        }
        self.next = 0;
        self.end = end;
    }
}

/// Exchanges misplaced elements of the block from `low` on with such of the block that ends at `high`, as many as there are of
/// both: along a cycle, which is two moves for a pair and not three.
#[inline(always)]
fn exchange<T>(v: &mut [T], low: usize, high: usize, left: &mut Misplaced, right: &mut Misplaced) {
    let count = left.len().min(right.len());
    if count == 0 {
        return;
    }
    assert!(low + BLOCK_ITEMS <= high - BLOCK_ITEMS && high <= v.len());
    let base = v.as_mut_ptr();
    let left_slot = |left: &mut Misplaced| base.wrapping_add(low + left.take());
    let right_slot = |right: &mut Misplaced| base.wrapping_add(high - 1 - right.take());
    let mut hole = left_slot(left);
    // SAFETY: in bounds, since offsets are below `BLOCK_ITEMS`. Until the cycle is closed the element is here, and its slot is
    // the hole; no code of the user's runs meanwhile.
    let aside = ManuallyDrop::new(unsafe { hole.read() });
    for index in 0..count {
        let from = right_slot(right);
        // SAFETY: in bounds, in different blocks.
        unsafe { hole.copy_from_nonoverlapping(from, 1) };
        hole = from;
        if index + 1 < count {
            let from = left_slot(left);
            // SAFETY: as above.
            unsafe { hole.copy_from_nonoverlapping(from, 1) };
            hole = from;
        }
    }
    // SAFETY: in bounds; the hole is filled, so each element is in one place again.
    unsafe { hole.copy_from_nonoverlapping(&raw const *aside, 1) };
}

/// Moves the elements for which `goes_left` holds to the front and returns how many they are.
///
/// `goes_left` may panic, or answer as it likes: the slice stays a permutation of what it was. Elements may be asked about
/// twice.
pub(super) fn partition<T>(v: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    if is_small::<T>() {
        partition_cyclic(v, goes_left)
    } else if is_large::<T>() && size_of_val(v) > CACHED_BYTES {
        partition_by_exchange(v, goes_left)
    } else {
        partition_blocks(v, goes_left)
    }
}

/// An element that is held aside, and the slot that waits for it. Dropping it brings them together.
///
/// # Invariant
///
/// `slot` is a slot of a slice that is borrowed exclusively meanwhile, and its bits are nobody's.
struct Aside<T> {
    item: ManuallyDrop<T>,
    slot: *mut T,
}

impl<T> Drop for Aside<T> {
    fn drop(&mut self) {
        // SAFETY: writable, by the invariant; from here on the slot is the element.
        unsafe { self.slot.copy_from_nonoverlapping(&raw const *self.item, 1) };
    }
}

fn partition_cyclic<T>(v: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    let len = v.len();
    let Some(first) = v.first() else { return 0 };
    let first = &raw const *first;
    // SAFETY: initialized; from here on the copy is the element, and its slot is the gap.
    let item = ManuallyDrop::new(unsafe { first.read() });
    let base = v.as_mut_ptr();
    let mut aside = Aside { item, slot: base };
    // Before `boundary` all go left, from there to the gap none does, behind the gap nobody was asked.
    let mut boundary = base;
    let mut step = |next: *mut T| {
        // SAFETY: in bounds, by the loops below, and not the gap.
        let moves = goes_left(unsafe { &*next });
        // SAFETY: both in bounds, perhaps one and the same; the gap moves to `boundary`.
        unsafe { aside.slot.copy_from(boundary, 1) };
        // SAFETY: both in bounds; the gap moves on to `next`.
        unsafe { boundary.copy_from(next, 1) };
        aside.slot = next;
        boundary = boundary.wrapping_add(usize::from(moves));
    };
    // Two steps each time the loop goes round.
    let pairs = (len - 1) / 2;
    for pair in 0..pairs {
        step(base.wrapping_add(1 + 2 * pair));
        step(base.wrapping_add(2 + 2 * pair));
    }
    if len % 2 == 0 {
        step(base.wrapping_add(len - 1));
    }
    let moves = goes_left(&aside.item);
    // SAFETY: as in a step.
    unsafe { aside.slot.copy_from(boundary, 1) };
    aside.slot = boundary;
    drop(aside);
    (boundary.addr() - base.addr()) / size_of::<T>() + usize::from(moves)
}

fn partition_by_exchange<T>(v: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    // Before `low` all go left, from `high` on none does.
    let (mut low, mut high) = (0, v.len());
    loop {
        while low < high && goes_left(&v[low]) {
            low += 1;
        }
        while low < high && !goes_left(&v[high - 1]) {
            high -= 1;
        }
        if low == high {
            return low;
        }
        v.swap(low, high - 1);
        low += 1;
        high -= 1;
    }
}

/// The slice changes by exchanges only, and none is under way while `goes_left` runs. Elements near the seam may be asked
/// about twice.
pub(super) fn partition_blocks<T>(v: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    // Left of `low` all go left, from `high` on none does.
    let mut low = 0;
    let mut high = v.len();
    let mut left = Misplaced::new();
    let mut right = Misplaced::new();
    while high - low >= 2 * BLOCK_ITEMS {
        if left.is_empty() {
            left.refill(v[low..low + BLOCK_ITEMS].iter(), |item| !goes_left(item));
        }
        if right.is_empty() {
            right.refill(v[high - BLOCK_ITEMS..high].iter().rev(), &goes_left);
        }
        exchange(v, low, high, &mut left, &mut right);
        if left.is_empty() {
            low += BLOCK_ITEMS;
        }
        if right.is_empty() {
            high -= BLOCK_ITEMS;
        }
    }
    // Fewer than two blocks are left, one of them perhaps half done; asking again is cheaper than remembering.
    let mut boundary = low;
    for index in low..high {
        let moves = goes_left(&v[index]);
        v.swap(boundary, index);
        boundary += usize::from(moves);
    }
    boundary
}

/// [`partition`] by two threads, each with a pivot of its own; to be equal is up to them.
pub(super) fn par_partition<T, F>(v: &mut [T], pivot: &mut T, twin: &mut T, goes_left: &F) -> usize
where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let (low, high) = v.split_at_mut(v.len() / 2);
    let (in_low, in_high) = crate::join(
        || {
            let pivot = pivot;
            let pivot = &*pivot;
            partition(low, |item| goes_left(item, pivot))
        },
        || {
            let twin = twin;
            let twin = &*twin;
            partition(high, |item| goes_left(item, twin))
        },
    );
    let misplaced = in_high.min(low.len() - in_low);
    par_swap(&mut low[in_low..in_low + misplaced], &mut high[in_high - misplaced..in_high]);
    in_low + in_high
}

/// Exchanges two equally long slices.
fn par_swap<T: Send>(a: &mut [T], b: &mut [T]) {
    if size_of_val(a) <= SWAPPED_BYTES {
        return a.swap_with_slice(b);
    }
    let middle = a.len() / 2;
    let (a_low, a_high) = a.split_at_mut(middle);
    let (b_low, b_high) = b.split_at_mut(middle);
    crate::join(|| par_swap(a_low, b_low), || par_swap(a_high, b_high));
}
