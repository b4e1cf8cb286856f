//! Parallel iterators without their types, so that a check is compiled once and not once for each
//! of a hundred iterators.
//!
//! Everything that crosses the border is boxed: producers and their iterators on one side,
//! consumers, folders, reducers and results on the other. Nothing is collected on the way, so the
//! iterator inside still does the splitting and the folding. Items become `T` at the border.

use super::api::iter::plumbing::{
    Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer,
};
use super::api::iter::{IndexedParallelIterator, ParallelIterator};
use std::any::type_name;
use std::marker::PhantomData;

/// An iterator with or without indices.
pub(super) enum Erased<'a, T> {
    Indexed(Indexed<'a, T>),
    Loose(Loose<'a, T>),
}

impl<'a, T: Send> Erased<'a, T> {
    pub(super) fn indexed<I>(iter: I) -> Self
    where
        I: IndexedParallelIterator<Item: Into<T>> + 'a,
    {
        Erased::Indexed(Indexed(Box::new(Real(iter))))
    }

    pub(super) fn loose<I>(iter: I) -> Self
    where
        I: ParallelIterator<Item: Into<T>> + 'a,
    {
        Erased::Loose(Loose(Box::new(Real(iter))))
    }
}

pub(super) struct Indexed<'a, T>(Box<dyn AnyIndexed<T> + 'a>);
pub(super) struct Loose<'a, T>(Box<dyn AnyIterator<T> + 'a>);

impl<T: Send> ParallelIterator for Loose<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.0.drive_unindexed(BoxedConsumer(Box::new(Cuttable(consumer)))).unwrap()
    }

    fn opt_len(&self) -> Option<usize> {
        self.0.opt_len()
    }
}

impl<T: Send> ParallelIterator for Indexed<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.0.drive_unindexed(BoxedConsumer(Box::new(Cuttable(consumer)))).unwrap()
    }

    fn opt_len(&self) -> Option<usize> {
        self.0.opt_len()
    }
}

impl<T: Send> IndexedParallelIterator for Indexed<'_, T> {
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        self.0.drive(BoxedConsumer(Box::new(ByIndex(consumer)))).unwrap()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        let mut callback = Some(callback);
        let mut output = None;
        self.0.with_producer(&mut |producer| {
            let callback = callback.take().expect("a producer is handed over once");
            output = Some(callback.callback(producer));
        });
        output.expect("the callback has been called")
    }
}

impl<T: Send> ParallelIterator for Erased<'_, T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        match self {
            Erased::Indexed(iter) => iter.drive_unindexed(consumer),
            Erased::Loose(iter) => iter.drive_unindexed(consumer),
        }
    }

    fn opt_len(&self) -> Option<usize> {
        match self {
            Erased::Indexed(iter) => iter.opt_len(),
            Erased::Loose(iter) => iter.opt_len(),
        }
    }
}

/// Has a type, behind one of the traits below.
struct Real<I>(I);

trait AnyIterator<T>: Send {
    fn opt_len(&self) -> Option<usize>;
    fn drive_unindexed<'c>(self: Box<Self>, consumer: BoxedConsumer<'c, T>) -> Outcome<'c>;
}

trait AnyIndexed<T>: AnyIterator<T> {
    fn len(&self) -> usize;
    fn drive<'c>(self: Box<Self>, consumer: BoxedConsumer<'c, T>) -> Outcome<'c>;
    fn with_producer(self: Box<Self>, callback: &mut dyn FnMut(BoxedProducer<'_, T>));
}

impl<T, I: ParallelIterator<Item: Into<T>>> AnyIterator<T> for Real<I> {
    fn opt_len(&self) -> Option<usize> {
        self.0.opt_len()
    }

    fn drive_unindexed<'c>(self: Box<Self>, consumer: BoxedConsumer<'c, T>) -> Outcome<'c> {
        self.0.drive_unindexed(consumer)
    }
}

impl<T, I: IndexedParallelIterator<Item: Into<T>>> AnyIndexed<T> for Real<I> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn drive<'c>(self: Box<Self>, consumer: BoxedConsumer<'c, T>) -> Outcome<'c> {
        self.0.drive(consumer)
    }

    fn with_producer(self: Box<Self>, callback: &mut dyn FnMut(BoxedProducer<'_, T>)) {
        self.0.with_producer(HandOver(callback));
    }
}

struct HandOver<'f, T>(&'f mut dyn FnMut(BoxedProducer<'_, T>));

impl<S: Into<T>, T> ProducerCallback<S> for HandOver<'_, T> {
    type Output = ();

    fn callback<P: Producer<Item = S>>(self, producer: P) {
        self.0(BoxedProducer(Box::new(Real(producer))));
    }
}

/// What a consumer makes of a piece.
pub(super) struct Outcome<'c>(Box<dyn Opaque + 'c>);

trait Opaque: Send {
    fn type_name(&self) -> &'static str;
}

impl<R: Send> Opaque for R {
    fn type_name(&self) -> &'static str {
        type_name::<R>()
    }
}

impl<'c> Outcome<'c> {
    fn new(result: impl Send + 'c) -> Self {
        Outcome(Box::new(result))
    }

    /// The result; `R` is what the consumer of this call makes.
    fn unwrap<R>(self) -> R {
        assert_eq!((*self.0).type_name(), type_name::<R>());
        // SAFETY: the box was made for an `R`: all results that meet in a call come from parts of
        // one consumer, so they have one type. The names would differ if an iterator mixed calls.
        *unsafe { Box::from_raw(Box::into_raw(self.0).cast::<R>()) }
    }
}

pub(super) struct BoxedConsumer<'c, T>(Box<dyn AnyConsumer<'c, T> + 'c>);
pub(super) struct BoxedFolder<'c, T>(Box<dyn AnyFolder<'c, T> + 'c>);
pub(super) struct BoxedReducer<'c>(Box<dyn AnyReducer<'c> + 'c>);

trait AnyConsumer<'c, T>: Send {
    fn split_at(
        self: Box<Self>,
        index: usize,
    ) -> (BoxedConsumer<'c, T>, BoxedConsumer<'c, T>, BoxedReducer<'c>);
    fn into_folder(self: Box<Self>) -> BoxedFolder<'c, T>;
    fn full(&self) -> bool;
    fn split_off_left(&self) -> BoxedConsumer<'c, T>;
    fn to_reducer(&self) -> BoxedReducer<'c>;
}

/// What a folder does for the producer.
trait Feed<T> {
    fn consume(&mut self, item: T);
    fn consume_iter(&mut self, iter: &mut dyn Iterator<Item = T>);
    fn full(&self) -> bool;
}

trait AnyFolder<'c, T>: Feed<T> {
    fn complete(self: Box<Self>) -> Outcome<'c>;
}

trait AnyReducer<'c> {
    fn reduce(self: Box<Self>, left: Outcome<'c>, right: Outcome<'c>) -> Outcome<'c>;
}

impl<'c, S: Into<T>, T> Consumer<S> for BoxedConsumer<'c, T> {
    type Folder = BoxedFolder<'c, T>;
    type Reducer = BoxedReducer<'c>;
    type Result = Outcome<'c>;

    fn split_at(self, index: usize) -> (Self, Self, BoxedReducer<'c>) {
        self.0.split_at(index)
    }

    fn into_folder(self) -> BoxedFolder<'c, T> {
        self.0.into_folder()
    }

    fn full(&self) -> bool {
        self.0.full()
    }
}

impl<'c, S: Into<T>, T> UnindexedConsumer<S> for BoxedConsumer<'c, T> {
    fn split_off_left(&self) -> Self {
        self.0.split_off_left()
    }

    fn to_reducer(&self) -> BoxedReducer<'c> {
        self.0.to_reducer()
    }
}

impl<'c, S: Into<T>, T> Folder<S> for BoxedFolder<'c, T> {
    type Result = Outcome<'c>;

    fn consume(mut self, item: S) -> Self {
        self.0.consume(item.into());
        self
    }

    fn consume_iter<I: IntoIterator<Item = S>>(mut self, iter: I) -> Self {
        self.0.consume_iter(&mut iter.into_iter().map(Into::into));
        self
    }

    fn complete(self) -> Outcome<'c> {
        self.0.complete()
    }

    fn full(&self) -> bool {
        self.0.full()
    }
}

impl<'c> Reducer<Outcome<'c>> for BoxedReducer<'c> {
    fn reduce(self, left: Outcome<'c>, right: Outcome<'c>) -> Outcome<'c> {
        self.0.reduce(left, right)
    }
}

/// A consumer that may be cut by index only.
struct ByIndex<C>(C);
/// A consumer that may be cut anyhow.
struct Cuttable<C>(C);

impl<'c, T: 'c, C: Consumer<T> + 'c> AnyConsumer<'c, T> for ByIndex<C> {
    fn split_at(
        self: Box<Self>,
        index: usize,
    ) -> (BoxedConsumer<'c, T>, BoxedConsumer<'c, T>, BoxedReducer<'c>) {
        let (left, right, reducer) = self.0.split_at(index);
        let boxed = |consumer| BoxedConsumer(Box::new(ByIndex(consumer)));
        (boxed(left), boxed(right), boxed_reducer::<T, C>(reducer))
    }

    fn into_folder(self: Box<Self>) -> BoxedFolder<'c, T> {
        BoxedFolder(Box::new(Slot(Some(self.0.into_folder()))))
    }

    fn full(&self) -> bool {
        self.0.full()
    }

    fn split_off_left(&self) -> BoxedConsumer<'c, T> {
        panic!("`drive` cuts by index");
    }

    fn to_reducer(&self) -> BoxedReducer<'c> {
        panic!("`drive` cuts by index");
    }
}

impl<'c, T: 'c, C: UnindexedConsumer<T> + 'c> AnyConsumer<'c, T> for Cuttable<C> {
    fn split_at(
        self: Box<Self>,
        index: usize,
    ) -> (BoxedConsumer<'c, T>, BoxedConsumer<'c, T>, BoxedReducer<'c>) {
        let (left, right, reducer) = self.0.split_at(index);
        let boxed = |consumer| BoxedConsumer(Box::new(Cuttable(consumer)));
        (boxed(left), boxed(right), boxed_reducer::<T, C>(reducer))
    }

    fn into_folder(self: Box<Self>) -> BoxedFolder<'c, T> {
        BoxedFolder(Box::new(Slot(Some(self.0.into_folder()))))
    }

    fn full(&self) -> bool {
        self.0.full()
    }

    fn split_off_left(&self) -> BoxedConsumer<'c, T> {
        BoxedConsumer(Box::new(Cuttable(self.0.split_off_left())))
    }

    fn to_reducer(&self) -> BoxedReducer<'c> {
        boxed_reducer::<T, C>(self.0.to_reducer())
    }
}

fn boxed_reducer<'c, T, C: Consumer<T> + 'c>(reducer: C::Reducer) -> BoxedReducer<'c>
where
    T: 'c,
{
    BoxedReducer(Box::new(Reduces::<C::Reducer, C::Result>(reducer, PhantomData)))
}

struct Reduces<D, R>(D, PhantomData<R>);

impl<'c, R: Send + 'c, D: Reducer<R>> AnyReducer<'c> for Reduces<D, R> {
    fn reduce(self: Box<Self>, left: Outcome<'c>, right: Outcome<'c>) -> Outcome<'c> {
        Outcome::new(self.0.reduce(left.unwrap(), right.unwrap()))
    }
}

/// A folder, but for the moment that it works on an item.
struct Slot<F>(Option<F>);

impl<F> Slot<F> {
    fn folder(&mut self) -> F {
        self.0.take().expect("a folder that panicked is not used again")
    }
}

impl<T, F: Folder<T>> Feed<T> for Slot<F> {
    fn consume(&mut self, item: T) {
        self.0 = Some(self.folder().consume(item));
    }

    fn consume_iter(&mut self, iter: &mut dyn Iterator<Item = T>) {
        self.0 = Some(self.folder().consume_iter(iter));
    }

    fn full(&self) -> bool {
        self.0.as_ref().is_some_and(F::full)
    }
}

impl<'c, T, R: Send + 'c, F: Folder<T, Result = R> + 'c> AnyFolder<'c, T> for Slot<F> {
    fn complete(mut self: Box<Self>) -> Outcome<'c> {
        Outcome::new(self.folder().complete())
    }
}

pub(super) struct BoxedProducer<'p, T>(Box<dyn AnyProducer<'p, T> + 'p>);

trait AnyProducer<'p, T>: Send {
    fn split_at(self: Box<Self>, index: usize) -> (BoxedProducer<'p, T>, BoxedProducer<'p, T>);
    fn into_iter(self: Box<Self>) -> BoxedIter<'p, T>;
    fn min_len(&self) -> usize;
    fn max_len(&self) -> usize;
    fn fold_with(self: Box<Self>, folder: &mut dyn Feed<T>);
}

impl<'p, T: 'p, P: Producer<Item: Into<T>> + 'p> AnyProducer<'p, T> for Real<P> {
    fn split_at(self: Box<Self>, index: usize) -> (BoxedProducer<'p, T>, BoxedProducer<'p, T>) {
        let (left, right) = self.0.split_at(index);
        (BoxedProducer(Box::new(Real(left))), BoxedProducer(Box::new(Real(right))))
    }

    fn into_iter(self: Box<Self>) -> BoxedIter<'p, T> {
        BoxedIter(Box::new(Real(self.0.into_iter())))
    }

    fn min_len(&self) -> usize {
        self.0.min_len()
    }

    fn max_len(&self) -> usize {
        self.0.max_len()
    }

    fn fold_with(self: Box<Self>, folder: &mut dyn Feed<T>) {
        self.0.fold_with(Lent(folder));
    }
}

impl<'p, T> Producer for BoxedProducer<'p, T> {
    type Item = T;
    type IntoIter = BoxedIter<'p, T>;

    fn into_iter(self) -> BoxedIter<'p, T> {
        self.0.into_iter()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        self.0.split_at(index)
    }

    fn min_len(&self) -> usize {
        self.0.min_len()
    }

    fn max_len(&self) -> usize {
        self.0.max_len()
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        let mut slot = Slot(Some(folder));
        self.0.fold_with(&mut slot);
        slot.folder()
    }
}

/// A folder lent to a producer.
struct Lent<'f, T>(&'f mut dyn Feed<T>);

impl<S: Into<T>, T> Folder<S> for Lent<'_, T> {
    type Result = ();

    fn consume(self, item: S) -> Self {
        self.0.consume(item.into());
        self
    }

    fn consume_iter<I: IntoIterator<Item = S>>(self, iter: I) -> Self {
        self.0.consume_iter(&mut iter.into_iter().map(Into::into));
        self
    }

    fn complete(self) {}

    fn full(&self) -> bool {
        self.0.full()
    }
}

/// The sequential iterator of a producer.
pub(super) struct BoxedIter<'p, T>(Box<dyn AnyIter<T> + 'p>);

trait AnyIter<T> {
    fn next(&mut self) -> Option<T>;
    fn next_back(&mut self) -> Option<T>;
    fn nth(&mut self, n: usize) -> Option<T>;
    fn nth_back(&mut self, n: usize) -> Option<T>;
    fn size_hint(&self) -> (usize, Option<usize>);
    fn len(&self) -> usize;
}

impl<T, I> AnyIter<T> for Real<I>
where
    I: DoubleEndedIterator + ExactSizeIterator,
    I::Item: Into<T>,
{
    fn next(&mut self) -> Option<T> {
        self.0.next().map(Into::into)
    }

    fn next_back(&mut self) -> Option<T> {
        self.0.next_back().map(Into::into)
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        self.0.nth(n).map(Into::into)
    }

    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.0.nth_back(n).map(Into::into)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T> Iterator for BoxedIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        self.0.nth(n)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for BoxedIter<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }

    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.0.nth_back(n)
    }
}

impl<T> ExactSizeIterator for BoxedIter<'_, T> {
    fn len(&self) -> usize {
        self.0.len()
    }
}
