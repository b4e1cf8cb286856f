//! One item or none; what `empty`, `once`, `Option` and `Result` turn into.
use std::option;

use crate::iter::plumbing::{Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields one item or none. There is nothing to share, so it does without the driver: all that is left is the item.
#[derive(Clone, Debug)]
pub(crate) struct AtMostOne<T>(pub(crate) Option<T>);

impl<T: Send> ParallelIterator for AtMostOne<T> {
    type Item = T;

    #[inline(always)]
    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.drive(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Send> IndexedParallelIterator for AtMostOne<T> {
    #[inline(always)]
    fn drive<C: Consumer<T>>(self, consumer: C) -> C::Result {
        let folder = consumer.into_folder();
        match self.0 {
            Some(item) if !folder.full() => folder.consume(item).complete(),
            _ => folder.complete(),
        }
    }

    fn len(&self) -> usize {
        usize::from(self.0.is_some())
    }

    fn with_producer<CB: ProducerCallback<T>>(self, callback: CB) -> CB::Output {
        callback.callback(self)
    }
}

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
