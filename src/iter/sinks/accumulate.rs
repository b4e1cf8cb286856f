//! The sinks behind `sum` and `product`.
use std::iter::{self, Product, Sum};
use std::marker::PhantomData;

use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// One of std's two ways to add up an iterator of `T`.
pub(in crate::iter) trait Total<T>: Send {
    /// Adds up the items of one iterator.
    fn of<I: Iterator<Item = T>>(iter: I) -> Self;
    /// Adds up two totals.
    fn join(left: Self, right: Self) -> Self;
}

/// A total by std's [`Sum`].
pub(in crate::iter) struct SumOf<S>(pub(in crate::iter) S);

impl<T, S: Sum<T> + Sum<S> + Send> Total<T> for SumOf<S> {
    fn of<I: Iterator<Item = T>>(iter: I) -> Self {
        SumOf(iter.sum())
    }

    fn join(left: Self, right: Self) -> Self {
        SumOf([left.0, right.0].into_iter().sum())
    }
}

/// A total by std's [`Product`].
pub(in crate::iter) struct ProductOf<P>(pub(in crate::iter) P);

impl<T, P: Product<T> + Product<P> + Send> Total<T> for ProductOf<P> {
    fn of<I: Iterator<Item = T>>(iter: I) -> Self {
        ProductOf(iter.product())
    }

    fn join(left: Self, right: Self) -> Self {
        ProductOf([left.0, right.0].into_iter().product())
    }
}

/// Adds up all items to an `A`.
pub(in crate::iter) struct Accumulate<A>(PhantomData<fn() -> A>);

impl<A> Accumulate<A> {
    pub(in crate::iter) fn new() -> Self {
        Accumulate(PhantomData)
    }
}

impl<T, A: Total<T>> Consumer<T> for Accumulate<A> {
    type Folder = Running<T, A>;
    type Reducer = Joined<T>;
    type Result = A;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, Joined<T>) {
        (self, Accumulate::new(), Joined(PhantomData))
    }

    fn into_folder(self) -> Running<T, A> {
        Running { so_far: A::of(iter::empty()), of: PhantomData }
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T, A: Total<T>> UnindexedConsumer<T> for Accumulate<A> {
    fn split_off_left(&self) -> Self {
        Accumulate::new()
    }

    fn to_reducer(&self) -> Joined<T> {
        Joined(PhantomData)
    }
}

/// Adds up two totals of items of type `T`.
pub(in crate::iter) struct Joined<T>(PhantomData<fn(T)>);

impl<T, A: Total<T>> Reducer<A> for Joined<T> {
    fn reduce(self, left: A, right: A) -> A {
        A::join(left, right)
    }
}

/// The total so far of one piece.
pub(in crate::iter) struct Running<T, A> {
    so_far: A,
    of: PhantomData<fn(T)>,
}

impl<T, A: Total<T>> Folder<T> for Running<T, A> {
    type Result = A;
    const __NEVER_FULL: bool = true;

    fn consume(self, item: T) -> Self {
        self.consume_iter(iter::once(item))
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.so_far = A::join(self.so_far, A::of(iter.into_iter()));
        self
    }

    fn complete(self) -> A {
        self.so_far
    }

    fn full(&self) -> bool {
        false
    }
}
