//! What adaptors do to consumers, with all forwarding written once.
use super::{Consumer, Folder, UnindexedConsumer};
use crate::pool::seat::Seat;

/// What one adaptor does to each item on its way to the next folder.
///
/// The stage itself is shared by all pieces of a call.
pub(in crate::iter) trait Stage<T>: Sync {
    /// What the next folder takes.
    type Out;

    /// Passes one item on, or not, or several.
    fn feed<F: Folder<Self::Out>>(&self, next: F, item: T) -> F;

    /// Passes on all items of `iter` until no more are wanted.
    ///
    /// Where items map one to one this should hand one whole iterator to `next`, so that the
    /// innermost loop stays free of checks; where items are left out, one [stride](in_strides) after
    /// another.
    fn feed_iter<F, I>(&self, mut next: F, iter: I) -> F
    where
        F: Folder<Self::Out>,
        I: IntoIterator<Item = T>,
    {
        for item in iter {
            next = self.feed(next, item);
            if self.full() || next.full() {
                break;
            }
        }
        next
    }

    /// Whether this kind of stage always passes something on.
    const NEVER_FULL: bool = true;

    /// Whether this stage will pass nothing on any more; see `NEVER_FULL`.
    fn full(&self) -> bool {
        false
    }
}

/// Some items of an iterator.
pub(in crate::iter) struct Stride<'i, I> {
    iter: &'i mut I,
    left: usize,
    has_ended: &'i mut bool,
}

impl<I: Iterator> Iterator for Stride<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = self.iter.next();
        *self.has_ended = item.is_none();
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.iter.size_hint();
        (least.min(self.left), Some(most.map_or(self.left, |most| most.min(self.left))))
    }
}

/// A stage that leaves items out, so that many may go by before one reaches the next folder.
pub(in crate::iter) trait Strided<T>: Stage<T> {
    /// Passes on all of `items`, without a look at what others have found meanwhile.
    fn pass<F, I>(&self, next: F, items: I) -> F
    where
        F: Folder<Self::Out>,
        I: Iterator<Item = T>;
}

/// So many strides at most are passed on as a whole, without counting: as many items as take one block.
const WHOLE_STRIDES: usize = 4;

/// Passes items on in strides until no more are wanted.
///
/// A folder is asked whether it is full after items that have reached it. Where an adaptor leaves
/// items out, that may be long after another thread has found what was searched for; to ask for
/// each item would cost more than a cheap item itself. So it is asked after each stride, which is
/// as many items as take some microseconds, as far as the call knows what its items cost. Where
/// there are no more than some strides of them, as in most pieces of a call, nothing is counted:
/// the innermost loop is that of the iterator itself.
pub(in crate::iter) fn in_strides<S, T, F, I>(stage: &S, iter: I, mut next: F) -> F
where
    S: Strided<T>,
    F: Folder<S::Out>,
    I: Iterator<Item = T>,
{
    let mut iter = iter;
    let Some(mut strides) = Strides::of(&iter) else { return stage.pass(next, iter) };
    while let Some(stride) = strides.next(&mut iter) {
        next = stage.pass(next, stride);
        if stage.full() || next.full() {
            break;
        }
    }
    next
}

/// How an iterator is cut into strides.
pub(in crate::iter) struct Strides {
    items: usize,
    has_ended: bool,
}

impl Strides {
    /// Strides for this iterator, unless it is short enough to be run through as a whole.
    pub(in crate::iter) fn of<I: Iterator>(iter: &I) -> Option<Self> {
        let most = iter.size_hint().1;
        // Behind a single item there is nothing to be saved.
        if most.is_some_and(|most| most <= 1) {
            return None;
        }
        let items = Seat::current().map_or(1, |seat| seat.stride.get().max(1));
        let is_short = |most: usize| items > 1 && most.div_ceil(WHOLE_STRIDES) <= items;
        (!most.is_some_and(is_short)).then_some(Strides { items, has_ended: false })
    }

    /// The next stride, unless the one before has met the end.
    pub(in crate::iter) fn next<'i, I: Iterator>(
        &'i mut self,
        iter: &'i mut I,
    ) -> Option<Stride<'i, I>> {
        let Strides { items, has_ended } = self;
        (!*has_ended).then_some(Stride { iter, left: *items, has_ended })
    }
}

/// A consumer behind a stage.
pub(in crate::iter) struct StageConsumer<'s, C, S> {
    base: C,
    stage: &'s S,
}

impl<'s, C, S> StageConsumer<'s, C, S> {
    pub(in crate::iter) fn new(base: C, stage: &'s S) -> Self {
        StageConsumer { base, stage }
    }
}

impl<'s, T, C, S> Consumer<T> for StageConsumer<'s, C, S>
where
    C: Consumer<S::Out>,
    S: Stage<T>,
{
    type Folder = StageFolder<'s, C::Folder, S>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        (StageConsumer::new(left, self.stage), StageConsumer::new(right, self.stage), reducer)
    }

    fn into_folder(self) -> Self::Folder {
        StageFolder::new(self.base.into_folder(), self.stage)
    }

    fn full(&self) -> bool {
        self.stage.full() || self.base.full()
    }
}

impl<T, C, S> UnindexedConsumer<T> for StageConsumer<'_, C, S>
where
    C: UnindexedConsumer<S::Out>,
    S: Stage<T>,
{
    fn split_off_left(&self) -> Self {
        StageConsumer::new(self.base.split_off_left(), self.stage)
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

/// A folder behind a stage.
pub(in crate::iter) struct StageFolder<'s, F, S> {
    base: F,
    stage: &'s S,
}

impl<'s, F, S> StageFolder<'s, F, S> {
    pub(in crate::iter) fn new(base: F, stage: &'s S) -> Self {
        StageFolder { base, stage }
    }

    /// Gives the folder behind the stage back.
    pub(in crate::iter) fn into_base(self) -> F {
        self.base
    }
}

impl<T, F, S> Folder<T> for StageFolder<'_, F, S>
where
    F: Folder<S::Out>,
    S: Stage<T>,
{
    type Result = F::Result;
    const __NEVER_FULL: bool = S::NEVER_FULL && F::__NEVER_FULL;

    fn consume(mut self, item: T) -> Self {
        self.base = self.stage.feed(self.base, item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.base = self.stage.feed_iter(self.base, iter);
        self
    }

    fn complete(self) -> F::Result {
        self.base.complete()
    }

    fn full(&self) -> bool {
        self.stage.full() || self.base.full()
    }
}
