//! The sink that gathers items whose number is not known beforehand.
use std::collections::LinkedList;
use std::iter;
use std::marker::PhantomData;

use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// What the items of one piece are gathered in.
pub(crate) trait Gathering<T>: Default + Send {
    fn is_empty(&self) -> bool;

    fn add(&mut self, item: T);

    fn add_all(&mut self, items: impl Iterator<Item = T>);
}

impl<T: Send> Gathering<T> for Vec<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn add(&mut self, item: T) {
        self.push(item);
    }

    fn add_all(&mut self, items: impl Iterator<Item = T>) {
        let (least, most) = items.size_hint();
        if most == Some(least) {
            // Room is made once, and where std can trust the number nothing is checked for each item.
            self.extend(items);
        } else {
            // The other way round each item would have to find its way through the adaptors from the outside.
            self.reserve(least);
            items.for_each(|item| self.push(item));
        }
    }
}

impl<T> Gathering<T> for String
where
    String: Extend<T>,
{
    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn add(&mut self, item: T) {
        self.extend(iter::once(item));
    }

    fn add_all(&mut self, items: impl Iterator<Item = T>) {
        self.extend(items);
    }
}

/// Gathers the items of each piece in an `A`, and these in a list, in order.
///
/// Joining two lists moves no item. A piece without items leaves nothing.
pub(crate) struct ListOf<A>(PhantomData<fn() -> A>);

impl<A> ListOf<A> {
    pub(crate) fn new() -> Self {
        ListOf(PhantomData)
    }
}

impl<T, A: Gathering<T>> Consumer<T> for ListOf<A> {
    type Folder = Gatherer<A>;
    type Reducer = ListOf<A>;
    type Result = LinkedList<A>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, ListOf<A>) {
        (ListOf::new(), ListOf::new(), ListOf::new())
    }

    fn into_folder(self) -> Gatherer<A> {
        Gatherer(A::default())
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T, A: Gathering<T>> UnindexedConsumer<T> for ListOf<A> {
    fn split_off_left(&self) -> Self {
        ListOf::new()
    }

    fn to_reducer(&self) -> ListOf<A> {
        ListOf::new()
    }
}

impl<A> Reducer<LinkedList<A>> for ListOf<A> {
    fn reduce(self, mut left: LinkedList<A>, mut right: LinkedList<A>) -> LinkedList<A> {
        left.append(&mut right);
        left
    }
}

/// One piece at work.
pub(crate) struct Gatherer<A>(A);

impl<T, A: Gathering<T>> Folder<T> for Gatherer<A> {
    type Result = LinkedList<A>;
    const __NEVER_FULL: bool = true;

    fn consume(mut self, item: T) -> Self {
        self.0.add(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.0.add_all(iter.into_iter());
        self
    }

    fn complete(self) -> LinkedList<A> {
        let mut list = LinkedList::new();
        if !self.0.is_empty() {
            list.push_back(self.0);
        }
        list
    }

    fn full(&self) -> bool {
        false
    }
}
