//! `take`: the first so many items.
use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the first so many items; see [`IndexedParallelIterator::take`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Take<I> {
    base: I,
    n: usize,
}

impl<I: IndexedParallelIterator> Take<I> {
    pub(in crate::iter) fn new(base: I, n: usize) -> Self {
        let n = Ord::min(n, base.len());
        Take { base, n }
    }

    pub(crate) fn into_parts(self) -> (I, usize) {
        (self.base, self.n)
    }
}

impl<I> ParallelIterator for Take<I>
where
    I: IndexedParallelIterator,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I> IndexedParallelIterator for Take<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.n
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = TakeAdapt { n: self.n };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

/// Needs no producer of its own: the left part of the one beneath will do.
struct TakeAdapt {
    n: usize,
}

impl<T> Adapt<T> for TakeAdapt {
    type Item = T;
    type Producer<P: Producer<Item = T>> = P;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> P {
        base.split_at(self.n).0
    }
}
