//! The sink that gathers items whose number is not known beforehand.
use std::collections::LinkedList;

use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

/// Gathers the items of each piece in a vector, and the vectors in a list, in order.
///
/// Joining two lists moves no item. A piece without items leaves no vector.
pub(crate) struct VecList;

impl<T: Send> Consumer<T> for VecList {
    type Folder = VecFolder<T>;
    type Reducer = VecList;
    type Result = LinkedList<Vec<T>>;
    const __FLOWS: bool = true;

    fn split_at(self, _index: usize) -> (Self, Self, VecList) {
        (VecList, VecList, VecList)
    }

    fn into_folder(self) -> VecFolder<T> {
        VecFolder(Vec::new())
    }

    fn full(&self) -> bool {
        false
    }
}

impl<T: Send> UnindexedConsumer<T> for VecList {
    fn split_off_left(&self) -> Self {
        VecList
    }

    fn to_reducer(&self) -> VecList {
        VecList
    }
}

impl<T> Reducer<LinkedList<Vec<T>>> for VecList {
    fn reduce(
        self,
        mut left: LinkedList<Vec<T>>,
        mut right: LinkedList<Vec<T>>,
    ) -> LinkedList<Vec<T>> {
        left.append(&mut right);
        left
    }
}

pub(crate) struct VecFolder<T>(Vec<T>);

impl<T> Folder<T> for VecFolder<T> {
    type Result = LinkedList<Vec<T>>;
    const __NEVER_FULL: bool = true;

    fn consume(mut self, item: T) -> Self {
        self.0.push(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = T>>(mut self, iter: I) -> Self {
        self.0.extend(iter);
        self
    }

    fn complete(self) -> LinkedList<Vec<T>> {
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
