//! The sinks that want one item only: any, the first, or the last.
//!
//! What may be found is decided before, by a filter; these take whatever reaches them. Only a position looks for its item
//! itself: so the innermost loop is that of the sequential `position`.
use std::cell::Cell;

use crate::iter::plumbing::{Consumer, Folder, Reducer, Strides, UnindexedConsumer};
use crate::iter::stop_flag::StopFlag;
use crate::sync::{AtomicUsize, Ordering};

/// Keeps any one item.
#[derive(Clone, Copy)]
pub(in crate::iter) struct FindAny<'s>(pub(in crate::iter) &'s StopFlag);

impl<'s, T: Send> Consumer<T> for FindAny<'s> {
    type Folder = FindAnyFolder<'s, T>;
    type Reducer = KeepLeft;
    type Result = Option<T>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, KeepLeft) {
        (self, self, KeepLeft)
    }

    fn into_folder(self) -> FindAnyFolder<'s, T> {
        FindAnyFolder { item: None, found: self.0 }
    }

    fn full(&self) -> bool {
        self.0.is_raised()
    }
}

impl<T: Send> UnindexedConsumer<T> for FindAny<'_> {
    fn split_off_left(&self) -> Self {
        *self
    }

    fn to_reducer(&self) -> KeepLeft {
        KeepLeft
    }
}

pub(in crate::iter) struct KeepLeft;

impl<T> Reducer<Option<T>> for KeepLeft {
    fn reduce(self, left: Option<T>, right: Option<T>) -> Option<T> {
        left.or(right)
    }
}

pub(in crate::iter) struct FindAnyFolder<'s, T> {
    item: Option<T>,
    found: &'s StopFlag,
}

impl<T> Folder<T> for FindAnyFolder<'_, T> {
    type Result = Option<T>;

    fn consume(mut self, item: T) -> Self {
        self.found.raise();
        self.item = Some(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, iter: I) -> Self {
        if self.full() {
            return self;
        }
        match iter.into_iter().next() {
            Some(item) => self.consume(item),
            None => self,
        }
    }

    fn complete(self) -> Option<T> {
        self.item
    }

    fn full(&self) -> bool {
        self.found.is_raised()
    }
}

/// The best rank at which something was found so far; smaller is better.
pub(in crate::iter) struct BestRank(AtomicUsize);

impl BestRank {
    #[inline]
    pub(in crate::iter) fn new() -> Self {
        BestRank(AtomicUsize::new(usize::MAX))
    }

    #[inline]
    fn improve(&self, rank: usize) {
        // ORDERING: Relaxed. Pairs with `beats`, and is only a hint that saves work: the item
        // travels with the results of the pieces, whose order decides.
        self.0.fetch_min(rank, Ordering::Relaxed);
    }

    #[inline]
    fn beats(&self, rank: usize) -> bool {
        // ORDERING: Relaxed. Pairs with `improve`; a stale answer costs some items of work.
        self.0.load(Ordering::Relaxed) < rank
    }
}

/// Keeps the item that is nearest to one end of the sequence: see [`FindFirst`] and [`FindLast`].
///
/// Every piece has a span of ranks, nearer to the end before farther from it, and cuts it along
/// with the piece. When a span is too short to be cut, both halves have the same rank, and then
/// neither stops the other.
pub(in crate::iter) struct FindEnd<'b, const IS_LAST: bool> {
    rank: Cell<usize>,
    width: Cell<usize>,
    best: &'b BestRank,
}

/// Keeps the first item.
pub(in crate::iter) type FindFirst<'b> = FindEnd<'b, false>;

/// Keeps the last item.
pub(in crate::iter) type FindLast<'b> = FindEnd<'b, true>;

impl<'b, const IS_LAST: bool> FindEnd<'b, IS_LAST> {
    pub(in crate::iter) fn new(best: &'b BestRank) -> Self {
        FindEnd { rank: Cell::new(0), width: Cell::new(usize::MAX), best }
    }

    /// Makes the left part and leaves the right one here; the nearer one gets `near` ranks.
    fn cut_off_left(&self, near: usize) -> Self {
        let (rank, width) = (self.rank.get(), self.width.get());
        let near_part = (rank, near);
        let far_part = (rank + near, width - near);
        let (left, right) = if IS_LAST { (far_part, near_part) } else { (near_part, far_part) };
        self.rank.set(right.0);
        self.width.set(right.1);
        FindEnd { rank: Cell::new(left.0), width: Cell::new(left.1), best: self.best }
    }
}

impl<'b, T: Send, const IS_LAST: bool> Consumer<T> for FindEnd<'b, IS_LAST> {
    type Folder = FindEndFolder<'b, T, IS_LAST>;
    type Reducer = KeepNearest<IS_LAST>;
    type Result = Option<T>;
    const __FLOWS: bool = !IS_LAST;
    const __BACKWARD: bool = IS_LAST;
    const __LEFTMOST: bool = !IS_LAST;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let width = self.width.get();
        let near = match IS_LAST {
            _ if index > width => width / 2,
            false => index,
            true => width - index,
        };
        let left = self.cut_off_left(near);
        (left, self, KeepNearest)
    }

    fn into_folder(self) -> Self::Folder {
        FindEndFolder { item: None, rank: self.rank.get(), best: self.best }
    }

    fn full(&self) -> bool {
        self.best.beats(self.rank.get())
    }
}

impl<T: Send, const IS_LAST: bool> UnindexedConsumer<T> for FindEnd<'_, IS_LAST> {
    fn split_off_left(&self) -> Self {
        let width = self.width.get();
        // The part at the last end is cut again and again, and should not run out of ranks.
        self.cut_off_left(if IS_LAST { width - width / 16 } else { width / 2 })
    }

    fn to_reducer(&self) -> Self::Reducer {
        KeepNearest
    }
}

pub(in crate::iter) struct KeepNearest<const IS_LAST: bool>;

impl<T, const IS_LAST: bool> Reducer<Option<T>> for KeepNearest<IS_LAST> {
    fn reduce(self, left: Option<T>, right: Option<T>) -> Option<T> {
        if IS_LAST { right.or(left) } else { left.or(right) }
    }
}

pub(in crate::iter) struct FindEndFolder<'b, T, const IS_LAST: bool> {
    item: Option<T>,
    rank: usize,
    best: &'b BestRank,
}

impl<T, const IS_LAST: bool> Folder<T> for FindEndFolder<'_, T, IS_LAST> {
    type Result = Option<T>;

    fn consume(mut self, item: T) -> Self {
        if IS_LAST || self.item.is_none() {
            self.best.improve(self.rank);
            self.item = Some(item);
        }
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, iter: I) -> Self {
        if self.full() {
            return self;
        }
        let mut iter = iter.into_iter();
        match if IS_LAST { iter.last() } else { iter.next() } {
            Some(item) => self.consume(item),
            None => self,
        }
    }

    fn complete(self) -> Option<T> {
        self.item
    }

    fn full(&self) -> bool {
        let settled = !IS_LAST && self.item.is_some();
        settled || self.best.beats(self.rank)
    }
}

/// Keeps the position of one item for which the predicate holds: of the first one, or of any.
///
/// The position of a piece is also its rank: pieces behind what was found stop. Where any will do, all of them.
pub(in crate::iter) struct Position<'s, P, const IS_ANY: bool> {
    start: usize,
    predicate: &'s P,
    best: &'s BestRank,
}

impl<'s, P, const IS_ANY: bool> Position<'s, P, IS_ANY> {
    pub(in crate::iter) fn new(predicate: &'s P, best: &'s BestRank) -> Self {
        Position { start: 0, predicate, best }
    }

    fn is_beaten(&self) -> bool {
        self.best.beats(if IS_ANY { usize::MAX } else { self.start })
    }
}

impl<'s, T, P: Fn(T) -> bool + Sync, const IS_ANY: bool> Consumer<T> for Position<'s, P, IS_ANY> {
    type Folder = PositionFolder<'s, P, IS_ANY>;
    type Reducer = KeepLeft;
    type Result = Option<usize>;
    const __LEFTMOST: bool = !IS_ANY;

    fn split_at(self, index: usize) -> (Self, Self, KeepLeft) {
        let right = Position { start: self.start + index, ..self };
        (self, right, KeepLeft)
    }

    fn into_folder(self) -> PositionFolder<'s, P, IS_ANY> {
        PositionFolder { next: self.start, found: None, piece: self }
    }

    fn full(&self) -> bool {
        self.is_beaten()
    }
}

pub(in crate::iter) struct PositionFolder<'s, P, const IS_ANY: bool> {
    piece: Position<'s, P, IS_ANY>,
    /// The position of the next item.
    next: usize,
    found: Option<usize>,
}

impl<P, const IS_ANY: bool> PositionFolder<'_, P, IS_ANY> {
    /// Looks through these items.
    fn search<T>(&mut self, mut items: impl Iterator<Item = T>)
    where
        P: Fn(T) -> bool,
    {
        let predicate = self.piece.predicate;
        let found = match items.size_hint() {
            // The sequential loop, which need not count what it has left behind.
            (len, Some(most)) if len == most => {
                let found = items.position(predicate);
                self.next += found.map_or(len, |index| index + 1);
                found.is_some()
            }
            _ => {
                let mut next = self.next;
                let found = items.any(|item| {
                    next += 1;
                    predicate(item)
                });
                self.next = next;
                found
            }
        };
        if found {
            self.found = Some(self.next - 1);
            self.piece.best.improve(self.next - 1);
        }
    }

    fn is_full(&self) -> bool {
        self.found.is_some() || self.piece.is_beaten()
    }
}

impl<T, P: Fn(T) -> bool, const IS_ANY: bool> Folder<T> for PositionFolder<'_, P, IS_ANY> {
    type Result = Option<usize>;

    fn consume(mut self, item: T) -> Self {
        if self.found.is_none() {
            self.search(std::iter::once(item));
        }
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        if self.is_full() {
            return self;
        }
        let mut iter = iter.into_iter();
        let Some(mut strides) = Strides::of(&iter) else {
            self.search(iter);
            return self;
        };
        while let Some(stride) = strides.next(&mut iter) {
            self.search(stride);
            if self.is_full() {
                break;
            }
        }
        self
    }

    fn complete(self) -> Option<usize> {
        self.found
    }

    fn full(&self) -> bool {
        self.is_full()
    }
}
