//! Large elements: their indices are sorted, so that comparisons move four bytes, and then each element moves once, along the
//! cycles of the permutation (D. E. Knuth, "The Art of Computer Programming", volume 1, section 1.3.3; as "table sort" in
//! volume 3, section 5.2).

use std::mem::ManuallyDrop;

/// Elements up to this size are small, and from the second one on large.
const SMALL_BYTES: usize = 16;
const LARGE_BYTES: usize = 96;

/// Whether an element of this type is moved as cheaply as it is looked at.
pub(super) const fn is_small<T>() -> bool {
    size_of::<T>() <= SMALL_BYTES
}

/// Whether elements of this type are better sorted by way of their indices, as far as they fit a cache.
pub(super) const fn is_large<T>() -> bool {
    size_of::<T>() >= LARGE_BYTES
}

/// A slice whose elements are compared by way of their indices.
pub(super) struct Indexed<'a, T, F> {
    elements: &'a [T],
    is_less: &'a F,
}

impl<T, F: Fn(&T, &T) -> bool> Indexed<'_, T, F> {
    #[inline(always)]
    pub(super) fn is_less(&self, a: &u32, b: &u32) -> bool {
        (self.is_less)(&self.elements[*a as usize], &self.elements[*b as usize])
    }
}

/// Sorts `v` by way of its indices, which `sort` sorts by the comparison that it is given. If that unwinds, `v` is as it was.
///
/// Allocates room for the indices.
///
/// # Panics
///
/// If `v` has more elements than `u32` has values.
///
/// # Safety
///
/// * When `sort` returns, each index is still in the slice once.
pub(super) unsafe fn sort_by_indices<T, F>(
    v: &mut [T],
    is_less: &F,
    sort: impl FnOnce(&mut [u32], &Indexed<'_, T, F>),
) {
    let len = u32::try_from(v.len()).expect("an index is 32 bits long");
    let mut order: Vec<u32> = (0..len).collect();
    sort(&mut order, &Indexed { elements: v, is_less });
    // SAFETY: it holds each index once, by the demand on our caller.
    unsafe { permute(v, &mut order) };
}

/// Moves each element to the slot that holds its index in `order`.
///
/// # Safety
///
/// * `order` holds each index of `v` once.
unsafe fn permute<T>(v: &mut [T], order: &mut [u32]) {
    assert_eq!(v.len(), order.len());
    let base = v.as_mut_ptr();
    for start in 0..order.len() {
        let first = order[start] as usize;
        if first == start {
            continue;
        }
        let (mut hole, mut source) = (start, first);
        // SAFETY: in bounds. Until the cycle is closed the element is here, and its slot is the hole; nothing unwinds
        // meanwhile, since every index is in bounds.
        let aside = ManuallyDrop::new(unsafe { base.wrapping_add(start).read() });
        while source != start {
            let (from, to) = (base.wrapping_add(source), base.wrapping_add(hole));
            // SAFETY: both in bounds, and not the same: an index is met once on a cycle.
            unsafe { from.copy_to_nonoverlapping(to, 1) };
            order[hole] = hole as u32;
            hole = source;
            source = order[hole] as usize;
        }
        // SAFETY: in bounds; the hole is filled, so each element is in one place again.
        unsafe { base.wrapping_add(hole).copy_from_nonoverlapping(&raw const *aside, 1) };
        order[hole] = hole as u32;
    }
}
