//! The sink that joins all items into one.
use std::ops::ControlFlow::{Break, Continue};

use crate::iter::plumbing::{Consumer, Folder, Reducer, Strides, UnindexedConsumer};
use crate::iter::private::Try;
use crate::iter::stop_flag::StopFlag;

/// Joins items by `op`, each piece starting with what `start` returns, or else its first item.
pub(in crate::iter) struct Reduce<'f, S, OP> {
    pub(in crate::iter) start: &'f S,
    pub(in crate::iter) op: &'f OP,
}

impl<S, OP> Clone for Reduce<'_, S, OP> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, OP> Copy for Reduce<'_, S, OP> {}

impl<'f, T, S, OP> Consumer<T> for Reduce<'f, S, OP>
where
    T: Send,
    S: Fn() -> Option<T> + Sync,
    OP: Fn(T, T) -> T + Sync,
{
    type Folder = ReduceFolder<'f, T, OP>;
    type Reducer = Self;
    type Result = Option<T>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Self) {
        (self, self, self)
    }

    fn into_folder(self) -> Self::Folder {
        ReduceFolder { so_far: (self.start)(), op: self.op }
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T, S, OP> UnindexedConsumer<T> for Reduce<'_, S, OP>
where
    T: Send,
    S: Fn() -> Option<T> + Sync,
    OP: Fn(T, T) -> T + Sync,
{
    fn split_off_left(&self) -> Self {
        *self
    }

    fn to_reducer(&self) -> Self {
        *self
    }
}

impl<T, S, OP: Fn(T, T) -> T> Reducer<Option<T>> for Reduce<'_, S, OP> {
    fn reduce(self, left: Option<T>, right: Option<T>) -> Option<T> {
        match (left, right) {
            (Some(left), Some(right)) => Some((self.op)(left, right)),
            (left, right) => left.or(right),
        }
    }
}

pub(in crate::iter) struct ReduceFolder<'f, T, OP> {
    so_far: Option<T>,
    op: &'f OP,
}

impl<T, OP: Fn(T, T) -> T> Folder<T> for ReduceFolder<'_, T, OP> {
    type Result = Option<T>;
    const __NEVER_FULL: bool = true;

    fn consume(mut self, item: T) -> Self {
        self.so_far = Some(match self.so_far {
            Some(so_far) => (self.op)(so_far, item),
            None => item,
        });
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let mut iter = iter.into_iter();
        let first = self.so_far.take().or_else(|| iter.next());
        self.so_far = first.map(|first| iter.fold(first, self.op));
        self
    }

    fn complete(self) -> Option<T> {
        self.so_far
    }

    fn full(&self) -> bool {
        false
    }
}

/// Joins what items carry by `op`, until an item or a join says stop.
pub(in crate::iter) struct TryReduce<'f, S, OP> {
    pub(in crate::iter) start: &'f S,
    pub(in crate::iter) op: &'f OP,
    pub(in crate::iter) stop: &'f StopFlag,
}

impl<S, OP> Clone for TryReduce<'_, S, OP> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, OP> Copy for TryReduce<'_, S, OP> {}

impl<'f, T, S, OP> Consumer<T> for TryReduce<'f, S, OP>
where
    T: Try + Send,
    S: Fn() -> Option<T::Output> + Sync,
    OP: Fn(T::Output, T::Output) -> T + Sync,
{
    type Folder = TryReduceFolder<'f, T, OP>;
    type Reducer = Self;
    type Result = Option<T>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Self) {
        (self, self, self)
    }

    fn into_folder(self) -> Self::Folder {
        TryReduceFolder { so_far: (self.start)().map(T::from_output), op: self.op, stop: self.stop }
    }

    fn full(&self) -> bool {
        self.stop.is_raised()
    }
}

impl<T, S, OP> UnindexedConsumer<T> for TryReduce<'_, S, OP>
where
    T: Try + Send,
    S: Fn() -> Option<T::Output> + Sync,
    OP: Fn(T::Output, T::Output) -> T + Sync,
{
    fn split_off_left(&self) -> Self {
        *self
    }

    fn to_reducer(&self) -> Self {
        *self
    }
}

impl<T, S, OP> Reducer<Option<T>> for TryReduce<'_, S, OP>
where
    T: Try,
    OP: Fn(T::Output, T::Output) -> T,
{
    fn reduce(self, left: Option<T>, right: Option<T>) -> Option<T> {
        match (left, right) {
            (Some(left), Some(right)) => Some(try_join(self.op, self.stop, left, right)),
            (left, right) => left.or(right),
        }
    }
}

pub(in crate::iter) struct TryReduceFolder<'f, T, OP> {
    so_far: Option<T>,
    op: &'f OP,
    stop: &'f StopFlag,
}

impl<T, OP> TryReduceFolder<'_, T, OP>
where
    T: Try,
    OP: Fn(T::Output, T::Output) -> T,
{
    /// Takes these items in until one of them, or what comes of it, says stop. What is so far is unwrapped once, not for each.
    fn take(&mut self, items: impl Iterator<Item = T>) {
        let mut so_far = match self.so_far.take().map(T::branch) {
            Some(Break(broken)) => return self.so_far = Some(broken),
            Some(Continue(output)) => Some(output),
            None => None,
        };
        for item in items {
            let joined = match (so_far, item.branch()) {
                (Some(so_far), Continue(output)) => (self.op)(so_far, output).branch(),
                (None, continued) | (_, continued @ Break(_)) => continued,
            };
            match joined {
                Continue(output) => so_far = Some(output),
                Break(broken) => {
                    self.stop.raise();
                    return self.so_far = Some(broken);
                }
            }
        }
        self.so_far = so_far.map(T::from_output);
    }
}

impl<T, OP> Folder<T> for TryReduceFolder<'_, T, OP>
where
    T: Try,
    OP: Fn(T::Output, T::Output) -> T,
{
    type Result = Option<T>;

    fn consume(mut self, item: T) -> Self {
        self.so_far = Some(match self.so_far {
            Some(so_far) => try_join(self.op, self.stop, so_far, item),
            None => watched(self.stop, item),
        });
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        if self.full() {
            return self;
        }
        let mut iter = iter.into_iter();
        let Some(mut strides) = Strides::of(&iter) else {
            self.take(iter);
            return self;
        };
        while let Some(stride) = strides.next(&mut iter) {
            self.take(stride);
            if self.full() {
                break;
            }
        }
        self
    }

    fn complete(self) -> Option<T> {
        self.so_far
    }

    fn full(&self) -> bool {
        self.stop.is_raised()
    }
}

/// Joins two carriers, the left one's stop first.
fn try_join<T, OP>(op: &OP, stop: &StopFlag, left: T, right: T) -> T
where
    T: Try,
    OP: Fn(T::Output, T::Output) -> T,
{
    let joined = match (left.branch(), right.branch()) {
        (Continue(left), Continue(right)) => op(left, right),
        (Break(left), _) => left,
        (_, Break(right)) => right,
    };
    watched(stop, joined)
}

/// Raises the flag if `value` says stop.
fn watched<T: Try>(stop: &StopFlag, value: T) -> T {
    match value.branch() {
        Continue(output) => T::from_output(output),
        Break(broken) => {
            stop.raise();
            broken
        }
    }
}
