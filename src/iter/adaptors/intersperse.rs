//! `intersperse`: a separator between any two items.
use std::cell::Cell;

use crate::iter::plumbing::{
    Adapt, AdaptCallback, Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer,
    bridge,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields the items with a clone of a separator between any two; see
/// [`ParallelIterator::intersperse`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Intersperse<I>
where
    I: ParallelIterator,
{
    base: I,
    item: I::Item,
}

impl<I: ParallelIterator> Intersperse<I> {
    pub(in crate::iter) fn new(base: I, item: I::Item) -> Self {
        Intersperse { base, item }
    }
}

impl<I> ParallelIterator for Intersperse<I>
where
    I: ParallelIterator,
    I::Item: Clone,
{
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let place = match self.opt_len() {
            Some(_) => Place::Start,
            None => Place::Unknown,
        };
        let consumer = IntersperseConsumer::new(consumer, self.item, place);
        self.base.drive_unindexed(consumer).result
    }

    fn opt_len(&self) -> Option<usize> {
        match self.base.opt_len()? {
            0 => Some(0),
            len => len.checked_add(len - 1),
        }
    }
}

impl<I> IndexedParallelIterator for Intersperse<I>
where
    I: IndexedParallelIterator,
    I::Item: Clone,
{
    fn drive<C: Consumer<I::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        match self.base.len() {
            0 => 0,
            len => len.checked_add(len - 1).expect("overflow"),
        }
    }

    fn with_producer<CB: ProducerCallback<I::Item>>(self, callback: CB) -> CB::Output {
        let adapt = IntersperseAdapt { len: self.len(), separator: self.item };
        self.base.with_producer(AdaptCallback { callback, adapt })
    }
}

/// What a piece knows about the items to its left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// There are none, and the number of items is known: the piece does not start with a separator.
    Start,
    /// There are some, and the number of items is known: the piece starts with a separator.
    Later,
    /// Nothing. Whoever joins two pieces puts a separator between them, if both have items.
    Unknown,
}

struct IntersperseConsumer<C, T> {
    base: C,
    separator: T,
    place: Cell<Place>,
    prepared: Cell<Option<Prepared<C>>>,
}

/// One of the two consumers that a cut without an index makes, until it is asked for.
///
/// They are made together, the left one first: searches for the first or last item tell the places
/// of consumers by the order in which these were cut off, and the gap lies to the right of the left
/// part, whether the reducer or the left part is asked for first.
enum Prepared<C> {
    Left(C),
    Gap(C),
}

impl<C, T> IntersperseConsumer<C, T> {
    fn new(base: C, separator: T, place: Place) -> Self {
        let (place, prepared) = (Cell::new(place), Cell::new(None));
        IntersperseConsumer { base, separator, place, prepared }
    }
}

/// The result of a piece, and whether the piece had items.
struct Interspersed<R> {
    result: R,
    has_items: bool,
}

impl<C, T> Consumer<T> for IntersperseConsumer<C, T>
where
    C: UnindexedConsumer<T>,
    T: Clone + Send,
{
    type Folder = IntersperseFolder<C::Folder, T>;
    type Reducer = IntersperseReducer<C, C::Reducer, T>;
    type Result = Interspersed<C::Result>;
    const __FLOWS: bool = C::__FLOWS;
    const __BACKWARD: bool = C::__BACKWARD;
    const __LEFTMOST: bool = C::__LEFTMOST;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let place = self.place.get();
        if place == Place::Unknown {
            let left = self.split_off_left();
            let reducer = self.to_reducer();
            return (left, self, reducer);
        }
        let starts_here = place == Place::Start && index > 0;
        let (left, right, reducer) = self.base.split_at(2 * index - usize::from(starts_here));
        let right_place = if starts_here { Place::Later } else { place };
        (
            IntersperseConsumer::new(left, self.separator.clone(), place),
            IntersperseConsumer::new(right, self.separator, right_place),
            IntersperseReducer { base: reducer, gap: None },
        )
    }

    fn into_folder(self) -> Self::Folder {
        IntersperseFolder {
            base: self.base.into_folder(),
            separator: self.separator,
            separate: self.place.get() == Place::Later,
        }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<C, T> UnindexedConsumer<T> for IntersperseConsumer<C, T>
where
    C: UnindexedConsumer<T>,
    T: Clone + Send,
{
    /// Whoever splits without an index cannot be exact, whatever was known before.
    fn split_off_left(&self) -> Self {
        self.place.set(Place::Unknown);
        let left = match self.prepared.take() {
            Some(Prepared::Left(left)) => left,
            _ => {
                let left = self.base.split_off_left();
                self.prepared.set(Some(Prepared::Gap(self.base.split_off_left())));
                left
            }
        };
        IntersperseConsumer::new(left, self.separator.clone(), Place::Unknown)
    }

    fn to_reducer(&self) -> Self::Reducer {
        let consumer = match self.prepared.take() {
            Some(Prepared::Gap(gap)) => gap,
            _ => {
                self.prepared.set(Some(Prepared::Left(self.base.split_off_left())));
                self.base.split_off_left()
            }
        };
        let gap =
            Gap { consumer, reducer: self.base.to_reducer(), separator: self.separator.clone() };
        IntersperseReducer { base: self.base.to_reducer(), gap: Some(gap) }
    }
}

/// A consumer for what comes between two pieces.
struct Gap<C, R, T> {
    consumer: C,
    reducer: R,
    separator: T,
}

struct IntersperseReducer<C, R, T> {
    base: R,
    gap: Option<Gap<C, R, T>>,
}

impl<C, T> Reducer<Interspersed<C::Result>> for IntersperseReducer<C, C::Reducer, T>
where
    C: UnindexedConsumer<T>,
{
    fn reduce(
        self,
        left: Interspersed<C::Result>,
        right: Interspersed<C::Result>,
    ) -> Interspersed<C::Result> {
        let mut left_result = left.result;
        if let Some(gap) = self.gap {
            let mut folder = gap.consumer.into_folder();
            if left.has_items && right.has_items && !folder.full() {
                folder = folder.consume(gap.separator);
            }
            left_result = gap.reducer.reduce(left_result, folder.complete());
        }
        Interspersed {
            result: self.base.reduce(left_result, right.result),
            has_items: left.has_items || right.has_items,
        }
    }
}

/// `separate` says whether the next item needs a separator before it.
struct IntersperseFolder<F, T> {
    base: F,
    separator: T,
    separate: bool,
}

impl<F: Folder<T>, T: Clone> Folder<T> for IntersperseFolder<F, T> {
    type Result = Interspersed<F::Result>;

    fn consume(mut self, item: T) -> Self {
        if self.separate {
            self.base = self.base.consume(self.separator.clone());
            if self.base.full() {
                return self;
            }
        }
        self.base = self.base.consume(item);
        self.separate = true;
        self
    }

    fn complete(self) -> Self::Result {
        Interspersed { result: self.base.complete(), has_items: self.separate }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

struct IntersperseAdapt<T> {
    len: usize,
    separator: T,
}

impl<T: Clone + Send> Adapt<T> for IntersperseAdapt<T> {
    type Item = T;
    type Producer<P: Producer<Item = T>> = IntersperseProducer<P>;

    fn adapt<P: Producer<Item = T>>(self, base: P) -> IntersperseProducer<P> {
        IntersperseProducer {
            base,
            separator: self.separator,
            len: self.len,
            separator_is_next: false,
        }
    }
}

/// `len` counts items and separators.
struct IntersperseProducer<P: Producer> {
    base: P,
    separator: P::Item,
    len: usize,
    separator_is_next: bool,
}

impl<P: Producer<Item: Clone + Send>> Producer for IntersperseProducer<P> {
    type Item = P::Item;
    type IntoIter = IntersperseIter<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        IntersperseIter {
            base: self.base.into_iter(),
            separator: self.separator,
            len: self.len,
            separator_is_next: self.separator_is_next,
        }
    }

    fn min_len(&self) -> usize {
        self.base.min_len()
    }

    fn max_len(&self) -> usize {
        self.base.max_len()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let items = if self.separator_is_next { index / 2 } else { index - index / 2 };
        let (left, right) = self.base.split_at(items);
        (
            IntersperseProducer {
                base: left,
                separator: self.separator.clone(),
                len: index,
                separator_is_next: self.separator_is_next,
            },
            IntersperseProducer {
                base: right,
                separator: self.separator,
                len: self.len - index,
                separator_is_next: self.separator_is_next == (index % 2 == 0),
            },
        )
    }
}

/// The sequential `intersperse` of one piece, which may start and end with a separator.
struct IntersperseIter<I: Iterator> {
    base: I,
    separator: I::Item,
    len: usize,
    separator_is_next: bool,
}

impl<I: Iterator<Item: Clone>> Iterator for IntersperseIter<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.len = self.len.checked_sub(1)?;
        self.separator_is_next = !self.separator_is_next;
        if self.separator_is_next { self.base.next() } else { Some(self.separator.clone()) }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl<I: DoubleEndedIterator<Item: Clone>> DoubleEndedIterator for IntersperseIter<I> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.len = self.len.checked_sub(1)?;
        // An even number of items comes before the last one exactly if first and last are alike.
        if self.separator_is_next == (self.len % 2 == 0) {
            Some(self.separator.clone())
        } else {
            self.base.next_back()
        }
    }
}

impl<I: Iterator<Item: Clone>> ExactSizeIterator for IntersperseIter<I> {}
