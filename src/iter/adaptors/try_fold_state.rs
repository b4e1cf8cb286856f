//! What `try_fold` and `try_fold_with` share: the folding of a piece until something says stop.
use std::ops::ControlFlow::{self, Break, Continue};

use crate::iter::plumbing::{Consumer, Folder, Seed, UnindexedConsumer};
use crate::iter::private::Try;
use std::marker::PhantomData;

/// A consumer that gets one carrier for each piece.
pub(super) struct TryFoldConsumer<'f, U, C, S, F> {
    base: C,
    seed: S,
    op: &'f F,
    carrier: PhantomData<fn() -> U>,
}

impl<'f, U, C, S, F> TryFoldConsumer<'f, U, C, S, F> {
    pub(super) fn new(base: C, seed: S, op: &'f F) -> Self {
        TryFoldConsumer { base, seed, op, carrier: PhantomData }
    }
}

impl<'f, T, U, C, S, F> Consumer<T> for TryFoldConsumer<'f, U, C, S, F>
where
    U: Try,
    C: Consumer<U>,
    S: Seed<State = U::Output>,
    F: Fn(U::Output, T) -> U + Sync,
{
    type Folder = TryFoldFolder<'f, U, C::Folder, F>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        let left_seed = self.seed.another();
        (
            TryFoldConsumer::new(left, left_seed, self.op),
            TryFoldConsumer::new(right, self.seed, self.op),
            reducer,
        )
    }

    fn into_folder(self) -> Self::Folder {
        TryFoldFolder {
            base: self.base.into_folder(),
            so_far: Continue(self.seed.into_state()),
            op: self.op,
        }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, U, C, S, F> UnindexedConsumer<T> for TryFoldConsumer<'_, U, C, S, F>
where
    U: Try,
    C: UnindexedConsumer<U>,
    S: Seed<State = U::Output>,
    F: Fn(U::Output, T) -> U + Sync,
{
    fn split_off_left(&self) -> Self {
        TryFoldConsumer::new(self.base.split_off_left(), self.seed.another(), self.op)
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

/// Folds one piece; a stop fills this piece only.
pub(super) struct TryFoldFolder<'f, U: Try, B, F> {
    base: B,
    so_far: ControlFlow<U, U::Output>,
    op: &'f F,
}

impl<T, U, B, F> Folder<T> for TryFoldFolder<'_, U, B, F>
where
    U: Try,
    B: Folder<U>,
    F: Fn(U::Output, T) -> U,
{
    type Result = B::Result;

    fn consume(mut self, item: T) -> Self {
        if let Continue(so_far) = self.so_far {
            self.so_far = (self.op)(so_far, item).branch();
        }
        self
    }

    fn complete(self) -> B::Result {
        let folded = match self.so_far {
            Continue(output) => U::from_output(output),
            Break(stopped) => stopped,
        };
        self.base.consume(folded).complete()
    }

    fn full(&self) -> bool {
        self.so_far.is_break() || self.base.full()
    }
}
