//! `chain`: one iterator after another.
use std::iter;

use crate::iter::plumbing::{
    AdaptPair, Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer,
    both_calls, bridge, with_both,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the items of one iterator and then those of another; see [`ParallelIterator::chain`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Chain<A, B> {
    left: A,
    right: B,
}

impl<A, B> Chain<A, B> {
    pub(in crate::iter) fn new(left: A, right: B) -> Self {
        Chain { left, right }
    }

    pub(crate) fn into_parts(self) -> (A, B) {
        (self.left, self.right)
    }
}

impl<A, B> ParallelIterator for Chain<A, B>
where
    A: ParallelIterator,
    B: ParallelIterator<Item = A::Item>,
{
    type Item = A::Item;

    fn drive_unindexed<C: UnindexedConsumer<A::Item>>(self, consumer: C) -> C::Result {
        let whole_len = self.opt_len();
        let (left, right) = (self.left, self.right);
        // Who is told a length must be cut at an index (invariant 2 of `plumbing`).
        let left_len = left.opt_len().filter(|_| whole_len.is_some());
        let (left_consumer, right_consumer, reducer) = match left_len {
            Some(left_len) => consumer.split_at(left_len),
            None => {
                let left_consumer = consumer.split_off_left();
                let reducer = consumer.to_reducer();
                (left_consumer, consumer, reducer)
            }
        };
        let (left_result, right_result) = both_calls(
            || left.drive_unindexed(left_consumer),
            || right.drive_unindexed(right_consumer),
        );
        reducer.reduce(left_result, right_result)
    }

    fn opt_len(&self) -> Option<usize> {
        self.left.opt_len()?.checked_add(self.right.opt_len()?)
    }
}

impl<A, B> IndexedParallelIterator for Chain<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    fn drive<C: Consumer<A::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        let (left, right) = (self.left.len(), self.right.len());
        left.checked_add(right).expect("overflow")
    }

    fn with_producer<CB: ProducerCallback<A::Item>>(self, callback: CB) -> CB::Output {
        let pair = ChainPair { left_len: self.left.len() };
        with_both(self.left, self.right, pair, callback)
    }
}

struct ChainPair {
    left_len: usize,
}

impl<T> AdaptPair<T, T> for ChainPair {
    type Item = T;
    type Producer<P: Producer<Item = T>, Q: Producer<Item = T>> = ChainProducer<P, Q>;

    fn adapt<P, Q>(self, left: P, right: Q) -> ChainProducer<P, Q>
    where
        P: Producer<Item = T>,
        Q: Producer<Item = T>,
    {
        ChainProducer { left, right, left_len: self.left_len }
    }
}

struct ChainProducer<P, Q> {
    left: P,
    right: Q,
    left_len: usize,
}

impl<P, Q> Producer for ChainProducer<P, Q>
where
    P: Producer,
    Q: Producer<Item = P::Item>,
{
    type Item = P::Item;
    type IntoIter = ChainIter<P::IntoIter, Q::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        let (left, right) = (self.left.into_iter(), self.right.into_iter());
        ChainIter { len: left.len() + right.len(), chain: left.chain(right) }
    }

    fn min_len(&self) -> usize {
        Ord::max(self.left.min_len(), self.right.min_len())
    }

    fn max_len(&self) -> usize {
        Ord::min(self.left.max_len(), self.right.max_len())
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let left_index = Ord::min(index, self.left_len);
        let (left_p, right_p) = self.left.split_at(left_index);
        let (left_q, right_q) = self.right.split_at(index - left_index);
        (
            ChainProducer { left: left_p, right: left_q, left_len: left_index },
            ChainProducer { left: right_p, right: right_q, left_len: self.left_len - left_index },
        )
    }

    fn fold_with<F: Folder<P::Item>>(self, folder: F) -> F {
        let folder = self.left.fold_with(folder);
        if folder.full() { folder } else { self.right.fold_with(folder) }
    }
}

/// A sequential chain that knows its length.
struct ChainIter<A, B> {
    chain: iter::Chain<A, B>,
    len: usize,
}

impl<A, B> Iterator for ChainIter<A, B>
where
    A: Iterator,
    B: Iterator<Item = A::Item>,
{
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        let item = self.chain.next()?;
        self.len -= 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }

    fn fold<S, G: FnMut(S, A::Item) -> S>(self, init: S, fold_op: G) -> S {
        self.chain.fold(init, fold_op)
    }
}

impl<A, B> DoubleEndedIterator for ChainIter<A, B>
where
    A: DoubleEndedIterator,
    B: DoubleEndedIterator<Item = A::Item>,
{
    fn next_back(&mut self) -> Option<A::Item> {
        let item = self.chain.next_back()?;
        self.len -= 1;
        Some(item)
    }
}

impl<A, B> ExactSizeIterator for ChainIter<A, B>
where
    A: Iterator,
    B: Iterator<Item = A::Item>,
{
}
