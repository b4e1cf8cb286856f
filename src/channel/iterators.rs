//! Iterators over what a receiver receives.

use crate::channel::sides::Receives;

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

// What a receiver gives is named by the iterator that it turns into.
impl<R> Iterator for Iter<'_, R>
where
    R: IntoIterator + Receives<Value = <R as IntoIterator>::Item>,
{
    type Item = R::Item;

    #[inline]
    fn next(&mut self) -> Option<R::Item> {
        self.0.recv().ok()
    }
}

impl<R> Iterator for TryIter<'_, R>
where
    R: IntoIterator + Receives<Value = <R as IntoIterator>::Item>,
{
    type Item = R::Item;

    #[inline]
    fn next(&mut self) -> Option<R::Item> {
        self.0.try_recv().ok()
    }
}

impl<R> Iterator for IntoIter<R>
where
    R: IntoIterator + Receives<Value = <R as IntoIterator>::Item>,
{
    type Item = R::Item;

    #[inline]
    fn next(&mut self) -> Option<R::Item> {
        self.0.recv().ok()
    }
}
