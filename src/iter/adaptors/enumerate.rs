//! `enumerate`: every item with its index.
use std::iter;
use std::ops::Range;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields each item together with its index; see [`IndexedParallelIterator::enumerate`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Enumerate<I> {
    base: I,
}

impl<I> Enumerate<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        Enumerate { base }
    }

    pub(crate) fn into_base(self) -> I {
        self.base
    }
}

impl<I> ParallelIterator for Enumerate<I>
where
    I: IndexedParallelIterator,
{
    type Item = (usize, I::Item);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<I> IndexedParallelIterator for Enumerate<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let adapt = EnumerateAdapt;
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct EnumerateAdapt;

impl<T> Adapt<T> for EnumerateAdapt {
    type Item = (usize, T);
    type Producer<P: Producer<Item = T>> = EnumerateProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> EnumerateProducer<P> {
        EnumerateProducer { base, first: 0 }
    }
}

struct EnumerateProducer<P> {
    base: P,
    first: usize,
}

impl<P: Producer> Producer for EnumerateProducer<P> {
    type Item = (usize, P::Item);
    type IntoIter = Numbered<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        Numbered { base: self.base.into_iter().enumerate(), first: self.first }
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left, right) = self.base.split_at(index);
        (
            EnumerateProducer { base: left, first: self.first },
            EnumerateProducer { base: right, first: self.first + index },
        )
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// The items of `base`, numbered from `first` on.
///
/// Zipped with a range, each item costs nearly three times as much: the compiler makes its number anew for each.
struct Numbered<I> {
    base: iter::Enumerate<I>,
    first: usize,
}

impl<I: Iterator> Iterator for Numbered<I> {
    type Item = (usize, I::Item);

    fn next(&mut self) -> Option<Self::Item> {
        self.base.next().map(|(index, item)| (self.first + index, item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.base.nth(n).map(|(index, item)| (self.first + index, item))
    }

    fn fold<A, F: FnMut(A, Self::Item) -> A>(self, init: A, mut f: F) -> A {
        let first = self.first;
        self.base.fold(init, |folded, (index, item)| f(folded, (first + index, item)))
    }
}

impl<I: ExactSizeIterator + DoubleEndedIterator> DoubleEndedIterator for Numbered<I> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.base.next_back().map(|(index, item)| (self.first + index, item))
    }

    fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
        self.base.nth_back(n).map(|(index, item)| (self.first + index, item))
    }

    fn rfold<A, F: FnMut(A, Self::Item) -> A>(self, init: A, mut f: F) -> A {
        let first = self.first;
        self.base.rfold(init, |folded, (index, item)| f(folded, (first + index, item)))
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for Numbered<I> {}
