//! Iterators over what a receiver receives; the receivers' files say how.

/// An iterator that borrows a receiver, blocks for each value and ends with the channel. Made by `iter`, for instance
/// [`spsc::Receiver::iter`](crate::channel::spsc::Receiver::iter).
#[derive(Debug)]
#[must_use = "iterators do nothing unless they are asked for items"]
pub struct Iter<'a, R>(pub(super) &'a R);

/// An iterator that borrows a receiver and ends when nothing is there. Made by `try_iter`, for instance
/// [`spsc::Receiver::try_iter`](crate::channel::spsc::Receiver::try_iter).
#[derive(Debug)]
#[must_use = "iterators do nothing unless they are asked for items"]
pub struct TryIter<'a, R>(pub(super) &'a R);

/// An iterator that owns a receiver, blocks for each value and ends with the channel. Made by a receiver's `into_iter`.
#[derive(Debug)]
#[must_use = "iterators do nothing unless they are asked for items"]
pub struct IntoIter<R>(pub(super) R);
