//! What the `try_` methods accept in place of plain values; private, so that it stays closed.
use std::ops::ControlFlow::{self, Break, Continue};
use std::task::Poll;

/// A value that says whether to go on, and carries an output if so.
///
/// Closed to others: its path is private, and its five implementors are all there will be.
#[allow(
    unnameable_types,
    reason = "sealed: in the bounds of public methods, but nobody else's to implement"
)]
pub trait Try: Sized {
    /// What is carried when all is well.
    type Output;

    /// Wraps an output.
    fn from_output(output: Self::Output) -> Self;

    /// Tells the output from a reason to stop, which stays wrapped as it is.
    fn branch(self) -> ControlFlow<Self, Self::Output>;
}

impl<T> Try for Option<T> {
    type Output = T;

    fn from_output(output: T) -> Self {
        Some(output)
    }

    fn branch(self) -> ControlFlow<Self, T> {
        match self {
            Some(output) => Continue(output),
            None => Break(None),
        }
    }
}

impl<T, E> Try for Result<T, E> {
    type Output = T;

    fn from_output(output: T) -> Self {
        Ok(output)
    }

    fn branch(self) -> ControlFlow<Self, T> {
        match self {
            Ok(output) => Continue(output),
            stop => Break(stop),
        }
    }
}

impl<B, C> Try for ControlFlow<B, C> {
    type Output = C;

    fn from_output(output: C) -> Self {
        Continue(output)
    }

    fn branch(self) -> ControlFlow<Self, C> {
        match self {
            Continue(output) => Continue(output),
            stop => Break(stop),
        }
    }
}

impl<T, E> Try for Poll<Result<T, E>> {
    type Output = Poll<T>;

    fn from_output(output: Poll<T>) -> Self {
        output.map(Ok)
    }

    fn branch(self) -> ControlFlow<Self, Poll<T>> {
        match self {
            Poll::Pending => Continue(Poll::Pending),
            Poll::Ready(Ok(output)) => Continue(Poll::Ready(output)),
            stop => Break(stop),
        }
    }
}

impl<T, E> Try for Poll<Option<Result<T, E>>> {
    type Output = Poll<Option<T>>;

    fn from_output(output: Poll<Option<T>>) -> Self {
        output.map(|ready| ready.map(Ok))
    }

    fn branch(self) -> ControlFlow<Self, Poll<Option<T>>> {
        match self {
            Poll::Pending => Continue(Poll::Pending),
            Poll::Ready(None) => Continue(Poll::Ready(None)),
            Poll::Ready(Some(Ok(output))) => Continue(Poll::Ready(Some(output))),
            stop => Break(stop),
        }
    }
}
