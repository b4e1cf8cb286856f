//! What `fold` and `fold_with` share: the folding of a piece.
use crate::iter::plumbing::{Consumer, Folder, Seed, UnindexedConsumer};

/// A consumer that gets one item for each piece.
pub(super) struct FoldConsumer<'f, C, S, F> {
    base: C,
    seed: S,
    op: &'f F,
}

impl<'f, C, S, F> FoldConsumer<'f, C, S, F> {
    pub(super) fn new(base: C, seed: S, op: &'f F) -> Self {
        FoldConsumer { base, seed, op }
    }
}

impl<'f, T, C, S, F> Consumer<T> for FoldConsumer<'f, C, S, F>
where
    C: Consumer<S::State>,
    S: Seed,
    F: Fn(S::State, T) -> S::State + Sync,
{
    type Folder = FoldFolder<'f, C::Folder, S::State, F>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        let left_seed = self.seed.another();
        (
            FoldConsumer::new(left, left_seed, self.op),
            FoldConsumer::new(right, self.seed, self.op),
            reducer,
        )
    }

    fn into_folder(self) -> Self::Folder {
        FoldFolder { base: self.base.into_folder(), so_far: self.seed.into_state(), op: self.op }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C, S, F> UnindexedConsumer<T> for FoldConsumer<'_, C, S, F>
where
    C: UnindexedConsumer<S::State>,
    S: Seed,
    F: Fn(S::State, T) -> S::State + Sync,
{
    fn split_off_left(&self) -> Self {
        FoldConsumer::new(self.base.split_off_left(), self.seed.another(), self.op)
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

pub(super) struct FoldFolder<'f, B, S, F> {
    base: B,
    so_far: S,
    op: &'f F,
}

impl<T, B, S, F> Folder<T> for FoldFolder<'_, B, S, F>
where
    B: Folder<S>,
    F: Fn(S, T) -> S,
{
    type Result = B::Result;
    const __NEVER_FULL: bool = B::__NEVER_FULL;

    fn consume(mut self, item: T) -> Self {
        self.so_far = (self.op)(self.so_far, item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let iter = iter.into_iter();
        if B::__NEVER_FULL {
            // `take_while` hands the state on inside of an enum, which costs more than many a fold.
            self.so_far = iter.fold(self.so_far, self.op);
        } else {
            let base = &self.base;
            self.so_far = iter.take_while(|_| !base.full()).fold(self.so_far, self.op);
        }
        self
    }

    fn complete(self) -> B::Result {
        self.base.consume(self.so_far).complete()
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}
