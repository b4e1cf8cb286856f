//! `skip`: all but the first so many items.
use crate::iter::plumbing::{
    Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge, bridge_producer_consumer,
};
use crate::iter::sinks::Noop;
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use crate::util::unwind;

/// Yields what comes after the first so many items; see [`IndexedParallelIterator::skip`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Skip<I> {
    base: I,
    n: usize,
}

impl<I: IndexedParallelIterator> Skip<I> {
    pub(in crate::iter) fn new(base: I, n: usize) -> Self {
        let n = Ord::min(n, base.len());
        Skip { base, n }
    }

    pub(crate) fn into_parts(self) -> (I, usize) {
        (self.base, self.n)
    }
}

impl<I> ParallelIterator for Skip<I>
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

impl<I> IndexedParallelIterator for Skip<I>
where
    I: IndexedParallelIterator,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.base.len() - self.n
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let n = self.n;
        self.base.with_producer(SkipCallback { callback, n })
    }
}

/// Runs the skipped items for their side effects before what `callback` does with the others.
struct SkipCallback<CB> {
    callback: CB,
    n: usize,
}

impl<T, CB: ProducerCallback<T>> ProducerCallback<T> for SkipCallback<CB> {
    type Output = CB::Output;

    fn callback<P: Producer<Item = T>>(self, base: P) -> CB::Output {
        let SkipCallback { callback, n } = self;
        if n == 0 {
            return callback.callback(base);
        }
        let (skipped, others) = base.split_at(n);
        // First these, then the others, each in parallel: the callback need not be `Send`, so that both cannot be at once.
        let skipped = unwind::halt_unwinding(|| bridge_producer_consumer(n, skipped, Noop));
        let result = callback.callback(others);
        unwind::unwrap_or_resume(skipped);
        result
    }
}
