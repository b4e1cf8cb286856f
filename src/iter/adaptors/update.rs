//! `update`: a function beside the stream.
use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Stage, StageConsumer,
    StageFolder, UnindexedConsumer,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator, opaque_debug};
use std::ops::Range;

/// Has a function change each item and yields it; see [`ParallelIterator::update`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Clone)]
pub struct Update<I, F> {
    base: I,
    update_op: F,
}
opaque_debug!(Update<I, F> { base: I });

impl<I, F> Update<I, F> {
    pub(in crate::iter) fn new(base: I, update_op: F) -> Self {
        Update { base, update_op }
    }

    /// What it was made of.
    pub(crate) fn into_parts(self) -> (I, F) {
        (self.base, self.update_op)
    }
}

impl<I, F> ParallelIterator for Update<I, F>
where
    I: ParallelIterator,
    F: Fn(&mut I::Item) + Sync + Send,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = UpdateStage(&self.update_op);
        self.base.drive_unindexed(StageConsumer::new(consumer, &stage))
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I, F> IndexedParallelIterator for Update<I, F>
where
    I: IndexedParallelIterator,
    F: Fn(&mut I::Item) + Sync + Send,
{
    fn drive<C: Consumer<I::Item>>(self, consumer: C) -> C::Result {
        let stage = UpdateStage(&self.update_op);
        self.base.drive(StageConsumer::new(consumer, &stage))
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<I::Item>>(self, callback: CB) -> CB::Output {
        let adapt = UpdateStage(&self.update_op);
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

struct UpdateStage<'f, F>(&'f F);

impl<T, F: Fn(&mut T) + Sync> Stage<T> for UpdateStage<'_, F> {
    type Out = T;

    fn feed<N: Folder<T>>(&self, next: N, mut item: T) -> N {
        (self.0)(&mut item);
        next.consume(item)
    }

    fn feed_iter<N: Folder<T>, I: IntoIterator<Item = T>>(&self, next: N, iter: I) -> N {
        next.consume_iter(UpdateIter { base: iter.into_iter(), op: self.0 })
    }
}

impl<'f, T, F: Fn(&mut T) + Sync> Adapt<T> for UpdateStage<'f, F> {
    type Item = T;
    type Producer<P: Producer<Item = T>> = UpdateProducer<'f, P, F>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> UpdateProducer<'f, P, F> {
        UpdateProducer { base, op: self.0 }
    }
}

struct UpdateProducer<'f, P, F> {
    base: P,
    op: &'f F,
}

impl<'f, P, F> Producer for UpdateProducer<'f, P, F>
where
    P: Producer,
    F: Fn(&mut P::Item) + Sync,
{
    type Item = P::Item;
    type IntoIter = UpdateIter<'f, P::IntoIter, F>;

    fn into_iter(self) -> Self::IntoIter {
        UpdateIter { base: self.base.into_iter(), op: self.op }
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let op = self.op;
        let (left, right) = self.base.split_at(index);
        (UpdateProducer { base: left, op }, UpdateProducer { base: right, op })
    }

    fn fold_with<G: Folder<P::Item>>(self, folder: G) -> G {
        let stage = UpdateStage(self.op);
        self.base.fold_with(StageFolder::new(folder, &stage)).into_base()
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// The sequential `update`.
struct UpdateIter<'f, I, F> {
    base: I,
    op: &'f F,
}

/// Has `op` change `item`.
fn updated<T>(op: impl Fn(&mut T), mut item: T) -> T {
    op(&mut item);
    item
}

impl<I: Iterator, F: Fn(&mut I::Item)> Iterator for UpdateIter<'_, I, F> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.base.next().map(|item| updated(self.op, item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }

    fn fold<A, G: FnMut(A, I::Item) -> A>(self, init: A, mut fold_op: G) -> A {
        let op = self.op;
        self.base.fold(init, |so_far, item| fold_op(so_far, updated(op, item)))
    }
}

impl<I: DoubleEndedIterator, F: Fn(&mut I::Item)> DoubleEndedIterator for UpdateIter<'_, I, F> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.base.next_back().map(|item| updated(self.op, item))
    }
}

impl<I: ExactSizeIterator, F: Fn(&mut I::Item)> ExactSizeIterator for UpdateIter<'_, I, F> {}
