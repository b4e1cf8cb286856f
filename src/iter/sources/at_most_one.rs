//! The producer of one item or none.
use std::option;

use crate::iter::plumbing::Producer;

/// One item or none; what `empty`, `once`, `Option` and `Result` turn into.
pub(crate) struct AtMostOne<T>(pub(crate) Option<T>);

impl<T: Send> Producer for AtMostOne<T> {
    type Item = T;
    type IntoIter = option::IntoIter<T>;

    fn into_iter(self) -> option::IntoIter<T> {
        self.0.into_iter()
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        if index == 0 { (AtMostOne(None), self) } else { (self, AtMostOne(None)) }
    }
}
