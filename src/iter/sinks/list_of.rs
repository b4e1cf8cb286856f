//! The sink that gathers items whose number is not known beforehand.
use std::collections::LinkedList;
use std::iter;
use std::marker::PhantomData;

use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// What the items of one piece are gathered in.
pub(crate) trait Gathering: Default + Send {
    fn is_empty(&self) -> bool;
}

impl<T: Send> Gathering for Vec<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl Gathering for String {
    fn is_empty(&self) -> bool {
        self.is_empty()
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

impl<T, A: Gathering + Extend<T>> Consumer<T> for ListOf<A> {
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

impl<T, A: Gathering + Extend<T>> UnindexedConsumer<T> for ListOf<A> {
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

impl<T, A: Gathering + Extend<T>> Folder<T> for Gatherer<A> {
    type Result = LinkedList<A>;
    const __NEVER_FULL: bool = true;

    fn consume(mut self, item: T) -> Self {
        self.0.extend(iter::once(item));
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.0.extend(iter);
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
