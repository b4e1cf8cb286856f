//! The sink that gathers items whose number is not known beforehand.
//!
//! 1. Each folder fills [`Segments`] of its own, which are joined in order without moving an item, and moved to the vector
//!    once at the end, when the length of the whole is known. There is one folder for each part that was stolen, and one
//!    more.
//! 2. The *leftmost* folder also knows where its items come to lie: at the end of the vector that is extended. It fills the
//!    room that the vector has before it takes segments; and once its segments are more than what is cheaply moved, it
//!    moves them to the vector and goes on there. So a long call that nobody helps fills one growing vector, like a loop.
//! 3. Until the whole call has succeeded the items that were added belong to [`Head`], which takes them away again.
use std::cell::Cell;
use std::mem;
use std::ptr::NonNull;

use super::segments::Segments;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
use crate::trace;
use crate::tuning;

/// Gathers all items of `par_iter`, in order.
pub(crate) fn gather<I: ParallelIterator>(par_iter: I) -> Segments<I::Item> {
    par_iter.drive_unindexed(Gather::new(None)).segments
}

/// Adds all items of `par_iter` to the end of `vec`, in order. If a panic comes out of it, `vec` has the items that it had
/// before.
pub(super) fn gather_into<I: ParallelIterator>(vec: &mut Vec<I::Item>, par_iter: I) {
    finish(|vec| par_iter.drive_unindexed(Gather::new(Some(vec))), vec);
}

/// Adds what `drive` gathers to the end of `vec`.
pub(super) fn finish<T: Send>(
    drive: impl for<'v> FnOnce(&'v mut Vec<T>) -> Gathered<'v, T>,
    vec: &mut Vec<T>,
) {
    let before = vec.len();
    let Gathered { head, segments } = drive(vec);
    let is_lost = head.is_none();
    mem::forget(head);
    if is_lost {
        // Some driver has dropped it, or leaked it.
        vec.truncate(before);
    }
    // There may be no room for the rest: then what was added is taken away again.
    let head = Head { vec, before };
    let vec = &mut *head.vec;
    if vec.len().saturating_add(segments.len()) >= before.saturating_mul(2) {
        // As it doubles anyway, it need not be left more room than it needs, whoever extends it next.
        vec.reserve_exact(segments.len());
    }
    trace::gather(segments.len(), || segments.move_to(vec));
    // From here on the items are the vector's.
    mem::forget(head);
}

/// The items that the leftmost folder has added to the vector, from `before` on; takes them away unless it is forgotten.
struct Head<'v, T> {
    vec: &'v mut Vec<T>,
    before: usize,
}

impl<T> Drop for Head<'_, T> {
    fn drop(&mut self) {
        self.vec.truncate(self.before);
    }
}

/// What was gathered: the items of the head, if this is the leftmost part, and those in the segments behind them.
pub(crate) struct Gathered<'v, T> {
    head: Option<Head<'v, T>>,
    segments: Segments<T>,
}

/// See the module's description.
pub(crate) struct Gather<'v, T> {
    /// In the leftmost part: the vector that is extended.
    vec: Cell<Option<&'v mut Vec<T>>>,
}

impl<'v, T> Gather<'v, T> {
    pub(super) fn new(vec: Option<&'v mut Vec<T>>) -> Self {
        Gather { vec: Cell::new(vec) }
    }
}

impl<'v, T: Send> Consumer<T> for Gather<'v, T> {
    type Folder = GatherFolder<'v, T>;
    type Reducer = Join;
    type Result = Gathered<'v, T>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Join) {
        (self, Gather::new(None), Join)
    }

    fn into_folder(self) -> GatherFolder<'v, T> {
        GatherFolder::new(self.vec.take())
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T: Send> UnindexedConsumer<T> for Gather<'_, T> {
    fn split_off_left(&self) -> Self {
        Gather::new(self.vec.take())
    }

    fn to_reducer(&self) -> Join {
        Join
    }
}

/// Joins neighbours.
pub(crate) struct Join;

impl<'v, T: Send> Reducer<Gathered<'v, T>> for Join {
    fn reduce(self, mut left: Gathered<'v, T>, right: Gathered<'v, T>) -> Gathered<'v, T> {
        let Gathered { head, segments } = right;
        if let Some(head) = head {
            // Somebody has taken the leftmost part for another one. Its items stand behind those of `left` all the same.
            let folder = GatherFolder::new(None).consume_iter(head.vec.drain(head.before..));
            left.segments.append(folder.complete().segments);
        }
        left.segments.append(segments);
        left
    }
}

/// Gathers the items of some pieces. It is passed on with each item, so it is small.
pub(crate) struct GatherFolder<'v, T>(Box<Places<'v, T>>);

/// Where a folder writes its items.
///
/// # Invariant
///
/// From `start` on stand `capacity` places, which nobody else uses: the spare room of the head's vector, or that of the last
/// segment. The first `len` of them are initialized, and their items belong to this value.
struct Places<'v, T> {
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    head: Option<Head<'v, T>>,
    segments: Segments<T>,
    /// The places are those of the head.
    are_in_head: bool,
}

impl<'v, T: Send> GatherFolder<'v, T> {
    fn new(vec: Option<&'v mut Vec<T>>) -> Self {
        GatherFolder(Box::new(Places {
            start: NonNull::dangling(),
            len: 0,
            capacity: 0,
            head: vec.map(|vec| Head { before: vec.len(), vec }),
            segments: Segments::default(),
            are_in_head: false,
        }))
    }

    /// What adds items.
    #[inline]
    pub(super) fn writer(&mut self) -> Writer<'_, 'v, T> {
        let places = &mut *self.0;
        Writer { start: places.start, len: places.len, capacity: places.capacity, places }
    }
}

impl<T: Send> Places<'_, T> {
    /// Takes new places when so many are filled; gives their start and number.
    #[cold]
    #[inline(never)]
    fn room_behind(&mut self, len: usize) -> (NonNull<T>, usize) {
        self.len = len;
        self.close();
        if let Some(head) = &mut self.head {
            if self.segments.bytes() >= tuning::GATHERED_IN_BLOCKS {
                // The vector becomes three times as long as the segments, at least.
                head.vec.reserve(self.segments.len().saturating_mul(3));
                mem::take(&mut self.segments).move_to(head.vec);
            }
            let spare = head.vec.spare_capacity_mut();
            self.are_in_head = self.segments.is_empty() && !spare.is_empty();
            if self.are_in_head {
                (self.start, self.capacity) = (NonNull::from(&mut *spare).cast(), spare.len());
                return (self.start, self.capacity);
            }
        }
        let segment = self.segments.add();
        (self.start, self.capacity) = (segment.start, segment.capacity);
        (self.start, self.capacity)
    }
}

impl<T> Places<'_, T> {
    /// Gives the places back to where they are, together with the items that were written in them.
    fn close(&mut self) {
        let len = mem::take(&mut self.len);
        self.capacity = 0;
        match &mut self.head {
            Some(head) if self.are_in_head => {
                let len = head.vec.len() + len;
                // SAFETY: by the invariant the first `len` places of the spare room hold items, which were ours.
                unsafe { head.vec.set_len(len) };
            }
            // SAFETY: likewise for the last segment, which has counted no items until now.
            _ => unsafe { self.segments.has_filled(len) },
        }
    }
}

impl<T> Drop for Places<'_, T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<'v, T: Send> Folder<T> for GatherFolder<'v, T> {
    type Result = Gathered<'v, T>;
    const __NEVER_FULL: bool = true;

    #[inline]
    fn consume(mut self, item: T) -> Self {
        self.writer().push(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let mut writer = self.writer();
        // The other way round each item would have to find its way through the adaptors from the outside.
        iter.into_iter().for_each(|item| writer.push(item));
        drop(writer);
        self
    }

    fn complete(mut self) -> Gathered<'v, T> {
        self.0.close();
        Gathered { head: self.0.head.take(), segments: mem::take(&mut self.0.segments) }
    }

    fn full(&self) -> bool {
        false
    }
}

/// A folder's places while many items are written: what changes with each item is here, where the compiler can keep it in
/// registers.
///
/// # Invariant
///
/// That of [`Places`], which have it again when this is dropped.
pub(crate) struct Writer<'f, 'v, T> {
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    places: &'f mut Places<'v, T>,
}

impl<T: Send> Writer<'_, '_, T> {
    /// Adds an item.
    #[inline]
    pub(super) fn push(&mut self, item: T) {
        if self.len == self.capacity {
            (self.start, self.capacity) = self.places.room_behind(mem::take(&mut self.len));
        }
        // SAFETY: by the invariant there are `capacity` places from `start` on, so one behind the first `len`.
        let place = unsafe { self.start.add(self.len) };
        // SAFETY: the place is ours to write, and holds no item.
        unsafe { place.write(item) };
        self.len += 1;
    }

    /// Adds a copy of each of these items.
    pub(super) fn push_all(&mut self, mut items: &[T])
    where
        T: Copy,
    {
        while let Some((first, rest)) = items.split_first() {
            if self.len == self.capacity {
                self.push(*first);
                items = rest;
            }
            let (now, rest) = items.split_at(items.len().min(self.capacity - self.len));
            // SAFETY: by the invariant there are `capacity` places from `start` on.
            let place = unsafe { self.start.add(self.len) };
            // SAFETY: the places behind the first `len` are ours to write, in memory that nobody has lent out.
            unsafe { place.copy_from_nonoverlapping(NonNull::from(now).cast(), now.len()) };
            self.len += now.len();
            items = rest;
        }
    }
}

impl<T> Drop for Writer<'_, '_, T> {
    fn drop(&mut self) {
        self.places.len = self.len;
    }
}
