//! `panic_fuse`: stops everywhere soon after a panic anywhere.
use std::thread;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer,
};
use crate::iter::stop_flag::StopFlag;
use crate::iter::{IndexedParallelIterator, ParallelIterator};
use std::ops::Range;

/// Yields the same items until one of the pieces panics; see [`ParallelIterator::panic_fuse`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct PanicFuse<I> {
    base: I,
}

impl<I> PanicFuse<I> {
    pub(in crate::iter) fn new(base: I) -> Self {
        PanicFuse { base }
    }
}

impl<I: ParallelIterator> ParallelIterator for PanicFuse<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let blown = StopFlag::new();
        self.base.drive_unindexed(PanicFuseConsumer { base: consumer, fuse: Fuse(&blown) })
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

impl<I: IndexedParallelIterator> IndexedParallelIterator for PanicFuse<I> {
    fn drive<C: Consumer<I::Item>>(self, consumer: C) -> C::Result {
        let blown = StopFlag::new();
        self.base.drive(PanicFuseConsumer { base: consumer, fuse: Fuse(&blown) })
    }

    fn len(&self) -> usize {
        self.base.len()
    }

    fn with_producer<CB: ProducerCallback<I::Item>>(self, callback: CB) -> CB::Output {
        let blown = StopFlag::new();
        let adapt = PanicFuseAdapt(Fuse(&blown));
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

/// Blows when a panic drops it.
struct Fuse<'b>(&'b StopFlag);

impl Clone for Fuse<'_> {
    fn clone(&self) -> Self {
        Fuse(self.0)
    }
}

impl Drop for Fuse<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.raise();
        }
    }
}

impl Fuse<'_> {
    fn is_blown(&self) -> bool {
        self.0.is_raised()
    }
}

struct PanicFuseConsumer<'b, C> {
    base: C,
    fuse: Fuse<'b>,
}

impl<'b, T, C: Consumer<T>> Consumer<T> for PanicFuseConsumer<'b, C> {
    type Folder = PanicFuseFolder<'b, C::Folder>;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;

    fn split_at(self, index: usize) -> (Self, Self, C::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        (
            PanicFuseConsumer { base: left, fuse: self.fuse.clone() },
            PanicFuseConsumer { base: right, fuse: self.fuse },
            reducer,
        )
    }

    fn into_folder(self) -> Self::Folder {
        PanicFuseFolder { base: self.base.into_folder(), fuse: self.fuse }
    }

    fn full(&self) -> bool {
        self.fuse.is_blown() || self.base.full()
    }
}

impl<T, C: UnindexedConsumer<T>> UnindexedConsumer<T> for PanicFuseConsumer<'_, C> {
    fn split_off_left(&self) -> Self {
        PanicFuseConsumer { base: self.base.split_off_left(), fuse: self.fuse.clone() }
    }

    fn to_reducer(&self) -> C::Reducer {
        self.base.to_reducer()
    }
}

struct PanicFuseFolder<'b, F> {
    base: F,
    fuse: Fuse<'b>,
}

impl<T, F: Folder<T>> Folder<T> for PanicFuseFolder<'_, F> {
    type Result = F::Result;

    fn consume(mut self, item: T) -> Self {
        self.base = self.base.consume(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        let fuse = &self.fuse;
        let until_blown = iter.into_iter().take_while(|_| !fuse.is_blown());
        self.base = self.base.consume_iter(until_blown);
        self
    }

    fn complete(self) -> F::Result {
        self.base.complete()
    }

    fn full(&self) -> bool {
        self.fuse.is_blown() || self.base.full()
    }
}

struct PanicFuseAdapt<'b>(Fuse<'b>);

impl<'b, T> Adapt<T> for PanicFuseAdapt<'b> {
    type Item = T;
    type Producer<P: Producer<Item = T>> = PanicFuseProducer<'b, P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> PanicFuseProducer<'b, P> {
        PanicFuseProducer { base, fuse: self.0 }
    }
}

struct PanicFuseProducer<'b, P> {
    base: P,
    fuse: Fuse<'b>,
}

impl<'b, P: Producer> Producer for PanicFuseProducer<'b, P> {
    type Item = P::Item;
    type IntoIter = PanicFuseIter<'b, P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        PanicFuseIter { base: self.base.into_iter(), fuse: self.fuse }
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
            PanicFuseProducer { base: left, fuse: self.fuse.clone() },
            PanicFuseProducer { base: right, fuse: self.fuse },
        )
    }

    fn fold_with<F: Folder<P::Item>>(self, folder: F) -> F {
        let folder = PanicFuseFolder { base: folder, fuse: self.fuse };
        self.base.fold_with(folder).base
    }

    fn __memory(&self) -> Option<Range<usize>> {
        self.base.__memory()
    }
}

/// The sequential iterator, which ends when the fuse has blown.
struct PanicFuseIter<'b, I> {
    base: I,
    fuse: Fuse<'b>,
}

impl<I: Iterator> Iterator for PanicFuseIter<'_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if self.fuse.is_blown() { None } else { self.base.next() }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.base.size_hint()
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for PanicFuseIter<'_, I> {
    fn next_back(&mut self) -> Option<I::Item> {
        if self.fuse.is_blown() { None } else { self.base.next_back() }
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for PanicFuseIter<'_, I> {}
