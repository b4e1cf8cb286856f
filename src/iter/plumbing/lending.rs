//! A consumer to which a folder at work is lent: so that an iterator that is driven inside of another one's item goes on with
//! the folder of that one.
//!
//! Only the leftmost part of the inner iterator gets the folder, and only on the thread that lends it: that is where it is
//! run as long as nobody steals. All other parts have folders of their own, whose result comes behind the folder.

use super::{Consumer, Folder, Reducer, UnindexedConsumer};
use std::cell::Cell;

/// Drives something with a consumer that goes on with `folder`; `base` stands for the parts that cannot have it.
///
/// Gives the folder back (`None`: lost, because a driver has dropped it), and the result of what comes behind it.
#[inline(always)]
pub(in crate::iter) fn lend<T, C>(
    folder: C::Folder,
    base: C,
    drive: impl FnOnce(Lending<'_, C, C::Folder>) -> Behind<C::Result>,
) -> (Option<C::Folder>, Option<C::Result>)
where
    C: UnindexedConsumer<T>,
{
    let place = Place { folder: Cell::new(Some(folder)), thread: this_thread() };
    let behind = drive(Lending { lent: Cell::new(Some(Lent(&place))), base });
    (place.folder.take(), behind.0)
}

/// Something that tells this thread from all others that are alive.
#[inline(always)]
fn this_thread() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// Where the folder lies while it is not at work, in the frame of `lend`.
struct Place<F> {
    folder: Cell<Option<F>>,
    thread: usize,
}

/// A way to the folder, for the thread that lends it.
///
/// # Invariant
///
/// `Place::folder` is touched on the thread `Place::thread` only.
struct Lent<'a, F>(&'a Place<F>);

// SAFETY: on another thread nothing but `Place::thread`, which never changes, is looked at (the invariant); the place lives as
// long as `'a`, whose end the lending thread waits for.
unsafe impl<F> Send for Lent<'_, F> {}

impl<F> Lent<'_, F> {
    /// The folder, if this is the thread that lends it and it is there.
    #[inline(always)]
    fn take(&self) -> Option<F> {
        if self.0.thread == this_thread() { self.0.folder.take() } else { None }
    }
}

/// See the module's description.
pub(in crate::iter) struct Lending<'a, C, F> {
    /// Passes to the left part at each cut.
    lent: Cell<Option<Lent<'a, F>>>,
    base: C,
}

/// What comes behind the lent folder, if anything.
pub(in crate::iter) struct Behind<R>(Option<R>);

impl<'a, T, C> Consumer<T> for Lending<'a, C, C::Folder>
where
    C: UnindexedConsumer<T>,
{
    type Folder = LendingFolder<'a, C::Folder>;
    type Reducer = BehindReducer<C::Reducer>;
    type Result = Behind<C::Result>;
    const __FLOWS: bool = C::__FLOWS;

    /// The length of an inner iterator says nothing about where its items stand among those of the others.
    fn split_at(self, _index: usize) -> (Self, Self, Self::Reducer) {
        let left = self.split_off_left();
        let reducer = self.to_reducer();
        (left, self, reducer)
    }

    #[inline(always)]
    fn into_folder(self) -> Self::Folder {
        match self.lent.take().and_then(|lent| lent.take().map(|folder| (folder, lent))) {
            Some((folder, lent)) => LendingFolder { folder, home: Some(lent.0) },
            None => LendingFolder { folder: self.base.into_folder(), home: None },
        }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C> UnindexedConsumer<T> for Lending<'_, C, C::Folder>
where
    C: UnindexedConsumer<T>,
{
    fn split_off_left(&self) -> Self {
        Lending { lent: Cell::new(self.lent.take()), base: self.base.split_off_left() }
    }

    fn to_reducer(&self) -> Self::Reducer {
        BehindReducer(self.base.to_reducer())
    }
}

/// The lent folder at work, or one of the base's own.
pub(in crate::iter) struct LendingFolder<'a, F> {
    folder: F,
    /// Where the lent folder goes back to.
    home: Option<&'a Place<F>>,
}

impl<T, F: Folder<T>> Folder<T> for LendingFolder<'_, F> {
    type Result = Behind<F::Result>;
    const __NEVER_FULL: bool = F::__NEVER_FULL;

    #[inline]
    fn consume(mut self, item: T) -> Self {
        self.folder = self.folder.consume(item);
        self
    }

    #[inline]
    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.folder = self.folder.consume_iter(iter);
        self
    }

    #[inline(always)]
    fn complete(self) -> Behind<F::Result> {
        match self.home {
            Some(home) => {
                // A folder is not `Send`, so this is the thread that has taken it (the invariant of `Lent`).
                home.folder.set(Some(self.folder));
                Behind(None)
            }
            None => Behind(Some(self.folder.complete())),
        }
    }

    fn full(&self) -> bool {
        self.folder.full()
    }
}

/// Joins what comes behind the lent folder.
pub(in crate::iter) struct BehindReducer<R>(R);

impl<T, R: Reducer<T>> Reducer<Behind<T>> for BehindReducer<R> {
    fn reduce(self, left: Behind<T>, right: Behind<T>) -> Behind<T> {
        match (left.0, right.0) {
            (Some(left), Some(right)) => Behind(Some(self.0.reduce(left, right))),
            (left, right) => Behind(left.or(right)),
        }
    }
}
