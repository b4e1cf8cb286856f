//! The sink that asks whether some item is as wanted.
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Consumer, Folder, Strides, UnindexedConsumer};
use crate::iter::sinks::Noop;
use crate::iter::stop_flag::StopFlag;

/// Whether the predicate holds for any item.
pub(in crate::iter) fn holds_for_any<I, P>(items: I, predicate: P) -> bool
where
    I: ParallelIterator,
    P: Fn(I::Item) -> bool + Sync,
{
    let found = StopFlag::new();
    items.drive_unindexed(Any { predicate: &predicate, found: &found });
    found.is_raised()
}

/// Raises a flag at the first item for which the predicate holds. As consumer and as folder: there is nothing else to keep.
struct Any<'s, P> {
    predicate: &'s P,
    found: &'s StopFlag,
}

impl<P> Any<'_, P> {
    fn search<T>(&self, items: impl Iterator<Item = T>)
    where
        P: Fn(T) -> bool,
    {
        for item in items {
            if (self.predicate)(item) {
                return self.found.raise();
            }
        }
    }
}

impl<T, P: Fn(T) -> bool + Sync> Consumer<T> for Any<'_, P> {
    type Folder = Self;
    type Reducer = Noop;
    type Result = ();
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Noop) {
        (Any { ..self }, self, Noop)
    }

    fn into_folder(self) -> Self {
        self
    }

    fn full(&self) -> bool {
        self.found.is_raised()
    }
}

impl<T, P: Fn(T) -> bool + Sync> UnindexedConsumer<T> for Any<'_, P> {
    fn split_off_left(&self) -> Self {
        Any { ..*self }
    }

    fn to_reducer(&self) -> Noop {
        Noop
    }
}

impl<T, P: Fn(T) -> bool> Folder<T> for Any<'_, P> {
    type Result = ();

    fn consume(self, item: T) -> Self {
        if (self.predicate)(item) {
            self.found.raise();
        }
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, iter: I) -> Self {
        if self.found.is_raised() {
            return self;
        }
        let mut iter = iter.into_iter();
        let Some(mut strides) = Strides::of(&iter) else {
            self.search(iter);
            return self;
        };
        while let Some(stride) = strides.next(&mut iter) {
            self.search(stride);
            if self.found.is_raised() {
                break;
            }
        }
        self
    }

    fn complete(self) {}

    fn full(&self) -> bool {
        self.found.is_raised()
    }
}
