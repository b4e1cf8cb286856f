//! Merging two sorted slices into a third place, in parallel.
//!
//! A merge is cut at an output rank: a binary search finds how many elements of either side come before it (S. G. Akl
//! and N. Santoro, "Optimal parallel merging and sorting without memory conflicts", 1987; named merge path by S. Odeh,
//! O. Green, Z. Mwassi, O. Shmueli and Y. Birk, 2012). Both halves are merges of their own on disjoint slices, so the
//! cut is made again until a piece is small. A piece whose sides do not overlap is copied: sorted, nearly sorted and
//! few-valued inputs consist of such pieces.
//!
//! Nothing is written to the sources. If the comparison unwinds they hold all elements, and the destination is scrap.
//! An element is copied after its last comparison, so the copies are current when a merge returns.

use std::mem::MaybeUninit;

/// Pieces longer than this may be shared between threads.
pub(super) const PARALLEL_ITEMS: usize = 8192;

/// Pieces longer than this are cut once more, in the hope that one half needs no merging.
const PIECE_ITEMS: usize = 1024;

/// Bytes that one thread copies at a stretch.
const COPY_BYTES: usize = 1 << 17;

/// Merges the sorted `left` and `right` into `target`. Of equal elements those of `left` come first.
///
/// Afterwards every element exists twice, and the caller decides which set is the true one. If `is_less` is no order,
/// `target` still receives every element once. Other threads are asked to help if `is_shared`.
pub(super) fn merge_into<T, F>(
    left: &mut [T],
    right: &mut [T],
    target: &mut [MaybeUninit<T>],
    is_shared: bool,
    is_less: &F,
) where
    T: Send,
    F: Fn(&T, &T) -> bool + Sync,
{
    let len = left.len() + right.len();
    debug_assert_eq!(len, target.len());
    if left.is_empty() || right.is_empty() || !is_less(&right[0], &left[left.len() - 1]) {
        let (left_target, right_target) = target.split_at_mut(left.len());
        return copy_both(left, left_target, right, right_target);
    }
    if is_less(&right[right.len() - 1], &left[0]) {
        let (right_target, left_target) = target.split_at_mut(right.len());
        return copy_both(left, left_target, right, right_target);
    }
    if len <= PIECE_ITEMS {
        return merge_piece(left, right, target, is_less);
    }
    let rank = len / 2;
    let from_left = split_at_rank(left, right, rank, is_less);
    let (left_low, left_high) = left.split_at_mut(from_left);
    let (right_low, right_high) = right.split_at_mut(rank - from_left);
    let (target_low, target_high) = target.split_at_mut(rank);
    let is_shared = is_shared && len > PARALLEL_ITEMS;
    let low = || merge_into(left_low, right_low, target_low, is_shared, is_less);
    let high = || merge_into(left_high, right_high, target_high, is_shared, is_less);
    join_if(is_shared, low, high);
}

/// How many elements of `left` are among the first `rank` of the merged sequence (the others are from `right`).
///
/// Between `rank - right.len()` and `min(rank, left.len())`, whatever `is_less` says.
pub(super) fn split_at_rank<T, F>(left: &[T], right: &[T], rank: usize, is_less: &F) -> usize
where
    F: Fn(&T, &T) -> bool,
{
    let mut low = rank.saturating_sub(right.len());
    let mut high = rank.min(left.len());
    while low < high {
        // `left[middle]` is among the first `rank` unless `rank - middle` elements of `right` precede it.
        let middle = low + (high - low) / 2;
        if is_less(&right[rank - 1 - middle], &left[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Merges a small piece as two independent halves in lockstep: while the choice of one half waits for its loads and its
/// comparison, the other half's proceeds.
fn merge_piece<T, F>(left: &[T], right: &[T], target: &mut [MaybeUninit<T>], is_less: &F)
where
    F: Fn(&T, &T) -> bool,
{
    let rank = target.len() / 2;
    let from_left = split_at_rank(left, right, rank, is_less);
    let (left_low, left_high) = left.split_at(from_left);
    let (right_low, right_high) = right.split_at(rank - from_left);
    let (target_low, target_high) = target.split_at_mut(rank);
    let mut low = Lane::new(left_low, right_low, target_low);
    let mut high = Lane::new(left_high, right_high, target_high);
    loop {
        let steps = low.safe_steps().min(high.safe_steps());
        if steps == 0 {
            break;
        }
        for _ in 0..steps {
            // SAFETY: `steps` is at most `safe_steps` of this lane, and this is the only step in each round.
            unsafe { low.step(is_less) };
            // SAFETY: as for the other lane.
            unsafe { high.step(is_less) };
        }
    }
    low.finish(is_less);
    high.finish(is_less);
}

/// A sequential merge under way.
///
/// # Invariant
///
/// `left..left_end` and `right..right_end` are the unmerged rests of two slices that outlive the lane, and `target`
/// has room for both together. None of them overlap. (`target` is exclusively the lane's.)
struct Lane<T> {
    left: *const T,
    left_end: *const T,
    right: *const T,
    right_end: *const T,
    target: *mut T,
}

impl<T> Lane<T> {
    /// The caller keeps the slices borrowed while it uses the lane.
    fn new(left: &[T], right: &[T], target: &mut [MaybeUninit<T>]) -> Self {
        assert_eq!(left.len() + right.len(), target.len());
        let left = left.as_ptr_range();
        let right = right.as_ptr_range();
        Lane {
            left: left.start,
            left_end: left.end,
            right: right.start,
            right_end: right.end,
            target: target.as_mut_ptr().cast::<T>(),
        }
    }

    fn left_items(&self) -> usize {
        (self.left_end.addr() - self.left.addr()) / size_of::<T>()
    }

    fn right_items(&self) -> usize {
        (self.right_end.addr() - self.right.addr()) / size_of::<T>()
    }

    /// Steps that can be made without either side running out before the last of them.
    fn safe_steps(&self) -> usize {
        self.left_items().min(self.right_items())
    }

    /// Moves one element on.
    ///
    /// # Safety
    ///
    /// * `safe_steps` was not less than `n`, and this is one of the first `n` steps since.
    #[inline(always)]
    unsafe fn step<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) {
        // SAFETY: each earlier step moved one side by one, so both sides have an element left.
        let right = unsafe { &*self.right };
        // SAFETY: as above.
        let left = unsafe { &*self.left };
        let takes_right = is_less(right, left);
        let source = if takes_right { self.right } else { self.left };
        // SAFETY: by the invariant `target` has room for all that is unmerged, `source` is unmerged, and the two do not
        // overlap.
        unsafe { source.copy_to_nonoverlapping(self.target, 1) };
        self.right = self.right.wrapping_add(usize::from(takes_right));
        self.left = self.left.wrapping_add(usize::from(!takes_right));
        self.target = self.target.wrapping_add(1);
    }

    /// Merges what is left.
    fn finish<F: Fn(&T, &T) -> bool>(mut self, is_less: &F) {
        loop {
            let steps = self.safe_steps();
            if steps == 0 {
                break;
            }
            for _ in 0..steps {
                // SAFETY: `steps` is `safe_steps`.
                unsafe { self.step(is_less) };
            }
        }
        let left_items = self.left_items();
        // SAFETY: by the invariant these are the unmerged elements, `target` has room for them, and they do not overlap.
        unsafe { self.left.copy_to_nonoverlapping(self.target, left_items) };
        // One of the two sides is empty, so the other's rest follows directly.
        let target = self.target.wrapping_add(left_items);
        // SAFETY: as above; `target` was moved past the elements that were just written.
        unsafe { self.right.copy_to_nonoverlapping(target, self.right_items()) };
    }
}

/// Runs both, on two threads if `is_shared`.
pub(super) fn join_if<A, B>(
    is_shared: bool,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B)
where
    A: Send,
    B: Send,
{
    if is_shared {
        crate::join(first, second)
    } else {
        let a = first();
        (a, second())
    }
}

fn copy_both<T: Send>(
    left: &mut [T],
    left_target: &mut [MaybeUninit<T>],
    right: &mut [T],
    right_target: &mut [MaybeUninit<T>],
) {
    if size_of_val(left) + size_of_val(right) <= COPY_BYTES {
        copy(left, left_target);
        copy(right, right_target);
    } else {
        crate::join(|| par_copy(left, left_target), || par_copy(right, right_target));
    }
}

/// Copies `source` bit by bit over `target`, in parallel if it is long.
pub(super) fn par_copy<T: Send>(source: &mut [T], target: &mut [MaybeUninit<T>]) {
    if source.len() < 2 || size_of_val(source) <= COPY_BYTES {
        return copy(source, target);
    }
    let middle = source.len() / 2;
    let (source_low, source_high) = source.split_at_mut(middle);
    let (target_low, target_high) = target.split_at_mut(middle);
    crate::join(|| par_copy(source_low, target_low), || par_copy(source_high, target_high));
}

/// Copies `source` bit by bit over `target`. Which of the two copies is the true one is up to the caller.
pub(super) fn copy<T>(source: &[T], target: &mut [MaybeUninit<T>]) {
    assert_eq!(source.len(), target.len());
    let target = target.as_mut_ptr().cast::<T>();
    // SAFETY: both are as long as `source`, and they do not overlap, since `target` was borrowed exclusively.
    unsafe { source.as_ptr().copy_to_nonoverlapping(target, source.len()) };
}
