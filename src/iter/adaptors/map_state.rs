//! What `map_with` and `map_init` share: a function that is lent a state, one for each piece.
use crate::iter::plumbing::{Adapt, Consumer, Folder, Producer, Seed, UnindexedConsumer};
use std::ops::Range;

/// A consumer behind a function with state.
pub(super) struct MapStateConsumer<'f, C, S, F> {
    base: C,
    seed: S,
    op: &'f F,
}

impl<'f, C, S, F> MapStateConsumer<'f, C, S, F> {
    pub(super) fn new(base: C, seed: S, op: &'f F) -> Self {
        MapStateConsumer { base, seed, op }
    }
}

impl<'f, T, R, C, S, F> Consumer<T> for MapStateConsumer<'f, C, S, F>
where
    C: Consumer<R>,
    S: Seed,
    F: Fn(&mut S::State, T) -> R + Sync,
{
    type Folder = MapStateFolder<'f, C::Folder, S::State, F>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        let left_seed = self.seed.another();
        (
            MapStateConsumer::new(left, left_seed, self.op),
            MapStateConsumer::new(right, self.seed, self.op),
            reducer,
        )
    }

    fn into_folder(self) -> Self::Folder {
        MapStateFolder { base: self.base.into_folder(), state: self.seed.into_state(), op: self.op }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, R, C, S, F> UnindexedConsumer<T> for MapStateConsumer<'_, C, S, F>
where
    C: UnindexedConsumer<R>,
    S: Seed,
    F: Fn(&mut S::State, T) -> R + Sync,
{
    fn split_off_left(&self) -> Self {
        MapStateConsumer::new(self.base.split_off_left(), self.seed.another(), self.op)
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

/// A folder behind a function with state.
pub(super) struct MapStateFolder<'f, B, S, F> {
    base: B,
    state: S,
    op: &'f F,
}

impl<T, R, B, S, F> Folder<T> for MapStateFolder<'_, B, S, F>
where
    B: Folder<R>,
    F: Fn(&mut S, T) -> R,
{
    type Result = B::Result;
    const __NEVER_FULL: bool = B::__NEVER_FULL;

    fn consume(mut self, item: T) -> Self {
        let mapped = (self.op)(&mut self.state, item);
        self.base = self.base.consume(mapped);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let state = &mut self.state;
        let mapped = iter.into_iter().map(|item| (self.op)(state, item));
        self.base = self.base.consume_iter(mapped);
        self
    }

    fn complete(self) -> B::Result {
        self.base.complete()
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

/// Puts a function with state behind a producer.
pub(super) struct MapStateAdapt<'f, S, F> {
    pub(super) seed: S,
    pub(super) op: &'f F,
}

impl<'f, T, R, S, F> Adapt<T> for MapStateAdapt<'f, S, F>
where
    S: Seed,
    F: Fn(&mut S::State, T) -> R + Sync,
{
    type Item = R;
    type Producer<P: Producer<Item = T>> = MapStateProducer<'f, P, S, F>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> MapStateProducer<'f, P, S, F> {
        MapStateProducer { base, seed: self.seed, op: self.op }
    }
}

pub(super) struct MapStateProducer<'f, P, S, F> {
    base: P,
    seed: S,
    op: &'f F,
}

impl<'f, P, S, F, R> Producer for MapStateProducer<'f, P, S, F>
where
    P: Producer,
    S: Seed,
    F: Fn(&mut S::State, P::Item) -> R + Sync,
{
    type Item = R;
    type IntoIter = MapStateIter<'f, P::IntoIter, S::State, F>;

    fn into_iter(self) -> Self::IntoIter {
        MapStateIter { base: self.base.into_iter(), state: self.seed.into_state(), op: self.op }
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let op = self.op;
        let left_seed = self.seed.another();
        let (left, right) = self.base.split_at(index);
        (
            MapStateProducer { base: left, seed: left_seed, op },
            MapStateProducer { base: right, seed: self.seed, op },
        )
    }

    fn fold_with<B: Folder<R>>(self, folder: B) -> B {
        let folder = MapStateFolder { base: folder, state: self.seed.into_state(), op: self.op };
        self.base.fold_with(folder).base
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// The sequential iterator behind a function with state.
pub(super) struct MapStateIter<'f, I, S, F> {
    base: I,
    state: S,
    op: &'f F,
}

impl<I, S, F, R> Iterator for MapStateIter<'_, I, S, F>
where
    I: Iterator,
    F: Fn(&mut S, I::Item) -> R,
{
    type Item = R;

    fn next(&mut self) -> Option<R> {
        let item = self.base.next()?;
        Some((self.op)(&mut self.state, item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }
}

impl<I, S, F, R> DoubleEndedIterator for MapStateIter<'_, I, S, F>
where
    I: DoubleEndedIterator,
    F: Fn(&mut S, I::Item) -> R,
{
    fn next_back(&mut self) -> Option<R> {
        let item = self.base.next_back()?;
        Some((self.op)(&mut self.state, item))
    }
}

impl<I, S, F, R> ExactSizeIterator for MapStateIter<'_, I, S, F>
where
    I: ExactSizeIterator,
    F: Fn(&mut S, I::Item) -> R,
{
}
