//! The sink that drops everything.
use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// Takes all items and keeps none: what precedes it runs for its side effects.
pub(crate) struct Noop;

impl<T> Consumer<T> for Noop {
    type Folder = Noop;
    type Reducer = Noop;
    type Result = ();
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Noop) {
        (Noop, Noop, Noop)
    }

    fn into_folder(self) -> Noop {
        Noop
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T> Folder<T> for Noop {
    type Result = ();
    const __NEVER_FULL: bool = true;

    fn consume(self, _item: T) -> Self {
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, iter: I) -> Self {
        iter.into_iter().for_each(drop);
        self
    }

    fn complete(self) {}

    fn full(&self) -> bool {
        false
    }
}

impl<T> UnindexedConsumer<T> for Noop {
    fn split_off_left(&self) -> Self {
        Noop
    }

    fn to_reducer(&self) -> Noop {
        Noop
    }
}

impl Reducer<()> for Noop {
    fn reduce(self, (): (), (): ()) {}
}
