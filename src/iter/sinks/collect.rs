//! The sink that writes items straight to their final places in a vector.
//!
//! The vector's spare room is lent out as [`Room`], cut as the pieces are cut, and comes back as
//! [`Filled`]. The vector's length changes only once everything is written, so a panic on the way
//! leaves the vector as it was, and what was written is dropped by the `Filled` values.
use std::iter;
use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};
use std::ptr::{self, NonNull};

use super::gather::gather_into;
use super::unzip::{Both, Unzip};
use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Appends all items of `par_iter` to `vec`, in order: in place if their number is known, else by way of segments.
pub(crate) fn extend_vec<I>(vec: &mut Vec<I::Item>, par_iter: I)
where
    I: ParallelIterator,
{
    match par_iter.opt_len() {
        Some(len) => append_exact(vec, len, |consumer| par_iter.drive_unindexed(consumer)),
        None => gather_into(vec, par_iter),
    }
}

/// Replaces the contents of `target` by the items of `par_iter`.
pub(in crate::iter) fn collect_into_vec<I>(par_iter: I, target: &mut Vec<I::Item>)
where
    I: IndexedParallelIterator,
{
    target.clear();
    append_exact(target, par_iter.len(), |consumer| par_iter.drive(consumer));
}

/// Replaces the contents of `left` and `right` by the two sides of the pairs in `par_iter`.
pub(in crate::iter) fn unzip_into_vecs<I, A, B>(par_iter: I, left: &mut Vec<A>, right: &mut Vec<B>)
where
    I: IndexedParallelIterator<Item = (A, B)>,
    A: Send,
    B: Send,
{
    left.clear();
    right.clear();
    let len = par_iter.len();
    append_exact(left, len, |left_consumer| {
        let mut left_filled = None;
        append_exact(right, len, |right_consumer| {
            let (filled, right_filled) =
                par_iter.drive(Both::new(left_consumer, right_consumer, &Unzip));
            left_filled = Some(filled);
            right_filled
        });
        left_filled.expect("the inner call has run")
    });
}

/// Appends to `vec` the `len` items that `drive` lets run through the consumer.
///
/// # Panics
///
/// If it is not exactly `len` items.
pub(crate) fn append_exact<T, D>(vec: &mut Vec<T>, len: usize, drive: D)
where
    T: Send,
    D: for<'v> FnOnce(CollectConsumer<'v, T>) -> Filled<'v, T>,
{
    vec.reserve(len);
    let room = Room::new(&mut vec.spare_capacity_mut()[..len]);
    let filled = drive(CollectConsumer(room));
    let written = filled.len;
    assert!(written == len, "expected {len} total writes, but got {written}");
    // From here on the items are the vector's.
    mem::forget(filled);
    let total = vec.len() + len;
    // SAFETY: the capacity was reserved. The first `vec.len()` items were there before, and the
    // `len` slots behind them are initialized: a `Filled` of `len` items cannot but start at the
    // first of the `len` slots.
    unsafe { vec.set_len(total) };
}

/// Uninitialized slots lent to one piece.
///
/// # Invariant
///
/// The `len` slots from `start` on may be written until `'v` ends, and nobody else touches them.
struct Room<'v, T> {
    start: NonNull<T>,
    len: usize,
    lent: PhantomData<&'v mut [MaybeUninit<T>]>,
}

// SAFETY: `Room` stands for a `&mut [MaybeUninit<T>]`, and that may be sent if `T` may.
unsafe impl<T: Send> Send for Room<'_, T> {}

impl<'v, T> Room<'v, T> {
    fn new(slots: &'v mut [MaybeUninit<T>]) -> Self {
        Room { start: NonNull::from(&mut *slots).cast(), len: slots.len(), lent: PhantomData }
    }

    /// Cuts the room in two.
    fn split_at(self, index: usize) -> (Self, Self) {
        assert!(index <= self.len, "cut beyond the end of a piece");
        // SAFETY: at most `len` slots from `start`, so inside or at the end of the same buffer.
        let middle = unsafe { self.start.add(index) };
        (Room { len: index, ..self }, Room { start: middle, len: self.len - index, ..self })
    }
}

/// Initialized slots at the start of a piece; drops the items unless they are taken over.
///
/// # Invariant
///
/// The `len` slots from `start` on are initialized, and the items belong to this value.
pub(crate) struct Filled<'v, T> {
    start: NonNull<T>,
    len: usize,
    lent: PhantomData<&'v mut [T]>,
}

// SAFETY: `Filled` owns items of type `T` and lends them to nobody; it may be sent if they may.
unsafe impl<T: Send> Send for Filled<'_, T> {}

impl<T> Filled<'_, T> {
    /// The first slot behind the items.
    fn end(&self) -> *mut T {
        self.start.as_ptr().wrapping_add(self.len)
    }
}

impl<T> Drop for Filled<'_, T> {
    fn drop(&mut self) {
        let items = ptr::slice_from_raw_parts_mut(self.start.as_ptr(), self.len);
        // SAFETY: by the invariant these items are initialized and ours, and we are their end.
        unsafe { ptr::drop_in_place(items) };
    }
}

/// Writes the items of its piece to the slots of its piece.
///
/// It must be cut at true indices only.
pub(crate) struct CollectConsumer<'v, T>(Room<'v, T>);

impl<'v, T: Send> Consumer<T> for CollectConsumer<'v, T> {
    type Folder = CollectFolder<'v, T>;
    type Reducer = CollectReducer;
    type Result = Filled<'v, T>;

    fn split_at(self, index: usize) -> (Self, Self, CollectReducer) {
        let (left, right) = self.0.split_at(index);
        (CollectConsumer(left), CollectConsumer(right), CollectReducer)
    }

    fn into_folder(self) -> CollectFolder<'v, T> {
        let filled = Filled { start: self.0.start, len: 0, lent: PhantomData };
        CollectFolder { room: self.0, filled }
    }

    fn full(&self) -> bool {
        false
    }
}

/// Nominally: sources of known length are driven by `drive_unindexed` too, but cut by `split_at`.
impl<T: Send> UnindexedConsumer<T> for CollectConsumer<'_, T> {
    fn split_off_left(&self) -> Self {
        unreachable!("an iterator that knows its length must cut by index")
    }

    fn to_reducer(&self) -> CollectReducer {
        CollectReducer
    }
}

/// Joins neighbours if there is no gap between them.
pub(crate) struct CollectReducer;

impl<'v, T> Reducer<Filled<'v, T>> for CollectReducer {
    fn reduce(self, mut left: Filled<'v, T>, right: Filled<'v, T>) -> Filled<'v, T> {
        // A gap shows up as a missing write later; the items behind it are dropped here.
        if ptr::eq(left.end(), right.start.as_ptr()) {
            left.len += right.len;
            mem::forget(right);
        }
        left
    }
}

/// # Invariant
///
/// `filled` starts where `room` starts, and is not longer.
pub(crate) struct CollectFolder<'v, T> {
    room: Room<'v, T>,
    filled: Filled<'v, T>,
}

impl<'v, T> Folder<T> for CollectFolder<'v, T> {
    type Result = Filled<'v, T>;
    const __NEVER_FULL: bool = true;

    fn consume(self, item: T) -> Self {
        self.consume_iter(iter::once(item))
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, iter: I) -> Self {
        let CollectFolder { room, filled } = self;
        let most = room.len;
        // What is filled goes from item to item by value, so the compiler keeps it in registers and vectorizes the loop.
        let filled = iter.into_iter().fold(filled, move |mut filled, item| {
            assert!(filled.len < most, "too many values pushed to consumer");
            // SAFETY: inside the room, by the check and the invariant.
            let slot = unsafe { filled.start.add(filled.len) };
            // SAFETY: by the invariants ours to write.
            unsafe { slot.write(item) };
            filled.len += 1;
            filled
        });
        CollectFolder { room, filled }
    }

    fn complete(self) -> Filled<'v, T> {
        self.filled
    }

    fn full(&self) -> bool {
        false
    }
}
