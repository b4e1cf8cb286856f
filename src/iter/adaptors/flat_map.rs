//! `flat_map`: every item becomes a parallel iterator, whose items are yielded.
use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer, lend};
use crate::iter::{IntoParallelIterator, ParallelIterator, opaque_debug};

/// Yields the items of the parallel iterators that a function makes of each item; see
/// [`ParallelIterator::flat_map`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct FlatMap<I, F> {
    base: I,
    map_op: F,
}
opaque_debug!(FlatMap<I, F> { base: I });

impl<I, F> FlatMap<I, F> {
    pub(in crate::iter) fn new(base: I, map_op: F) -> Self {
        FlatMap { base, map_op }
    }
}

impl<I, F, J> ParallelIterator for FlatMap<I, F>
where
    I: ParallelIterator,
    F: Fn(I::Item) -> J + Sync + Send,
    J: IntoParallelIterator,
{
    type Item = J::Item;

    fn drive_unindexed<C: UnindexedConsumer<J::Item>>(self, consumer: C) -> C::Result {
        let map_op = &self.map_op;
        let base = consumer;
        self.base.drive_unindexed(FlatMapConsumer { base, map_op })
    }
}

struct FlatMapConsumer<'f, C, F> {
    base: C,
    map_op: &'f F,
}

impl<'f, T, J, C, F> Consumer<T> for FlatMapConsumer<'f, C, F>
where
    C: UnindexedConsumer<J::Item>,
    F: Fn(T) -> J + Sync,
    J: IntoParallelIterator,
{
    type Folder = FlatMapFolder<'f, C, F, C::Folder, C::Result>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    /// The index says nothing about what comes out of the function, so `base` is not told it.
    fn split_at(self, _index: usize) -> (Self, Self, C::Reducer) {
        let left = self.split_off_left();
        let reducer = self.to_reducer();
        (left, self, reducer)
    }

    fn into_folder(self) -> Self::Folder {
        FlatMapFolder { base: self.base, map_op: self.map_op, so_far: None, folder: None }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, J, C, F> UnindexedConsumer<T> for FlatMapConsumer<'_, C, F>
where
    C: UnindexedConsumer<J::Item>,
    F: Fn(T) -> J + Sync,
    J: IntoParallelIterator,
{
    fn split_off_left(&self) -> Self {
        FlatMapConsumer { base: self.base.split_off_left(), map_op: self.map_op }
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

/// Drives each inner iterator to its end, and joins the results.
///
/// Where the base's folders flow, one of them goes on from inner iterator to inner iterator, as long as nobody steals a part
/// of one: see [`Lending`].
struct FlatMapFolder<'f, C, F, B, R> {
    base: C,
    map_op: &'f F,
    so_far: Option<R>,
    /// Comes behind `so_far`.
    folder: Option<B>,
}

impl<T, J, C, F> Folder<T> for FlatMapFolder<'_, C, F, C::Folder, C::Result>
where
    C: UnindexedConsumer<J::Item>,
    F: Fn(T) -> J,
    J: IntoParallelIterator,
{
    type Result = C::Result;

    fn consume(mut self, item: T) -> Self {
        let inner = (self.map_op)(item).into_par_iter();
        if !C::__FLOWS {
            let result = inner.drive_unindexed(self.base.split_off_left());
            return self.with(Some(result));
        }
        let folder = self.folder.take();
        let folder = folder.unwrap_or_else(|| self.base.split_off_left().into_folder());
        let (folder, behind) =
            lend(folder, self.base.split_off_left(), |consumer| inner.drive_unindexed(consumer));
        self.folder = folder;
        match behind {
            None => self,
            behind => self.closed().with(behind),
        }
    }

    fn complete(self) -> C::Result {
        let this = self.closed();
        match this.so_far {
            Some(so_far) => so_far,
            None => this.base.into_folder().complete(),
        }
    }

    fn full(&self) -> bool {
        self.base.full() || self.folder.as_ref().is_some_and(Folder::full)
    }
}

impl<C, F, B, R> FlatMapFolder<'_, C, F, B, R> {
    /// The result of what comes next is joined to what is there.
    fn with<T>(mut self, result: Option<R>) -> Self
    where
        C: UnindexedConsumer<T, Result = R>,
    {
        self.so_far = match (self.so_far, result) {
            (Some(so_far), Some(result)) => Some(self.base.to_reducer().reduce(so_far, result)),
            (so_far, result) => so_far.or(result),
        };
        self
    }

    /// The folder is completed.
    fn closed<T>(mut self) -> Self
    where
        C: UnindexedConsumer<T, Folder = B, Result = R>,
        B: Folder<T, Result = R>,
    {
        let result = self.folder.take().map(Folder::complete);
        self.with(result)
    }
}
