//! Ways to have short iterators cut, whatever the crate under test thinks is worth it.

use super::api::iter::ParallelIterator;
use super::api::iter::plumbing::{Folder, Reducer, UnindexedConsumer, UnindexedProducer};
use super::api::join;
use std::time::{Duration, Instant};

/// Takes so long that other threads have the time to come for the rest.
pub(super) fn dawdle() {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_micros(50) {
        std::hint::spin_loop();
    }
}

/// Drives a consumer as `bridge_unindexed` does, and cuts as far as the producer can be cut.
pub(super) fn shred<P, C>(producer: P, consumer: C) -> C::Result
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    if consumer.full() {
        return consumer.into_folder().complete();
    }
    match producer.split() {
        (whole, None) => whole.fold_with(consumer.into_folder()).complete(),
        (left, Some(right)) => {
            let reducer = consumer.to_reducer();
            let left_consumer = consumer.split_off_left();
            let (left, right) = join(|| shred(left, left_consumer), || shred(right, consumer));
            reducer.reduce(left, right)
        }
    }
}

/// An iterator without indices over the items of a vector, each in a piece of its own.
pub(super) struct Shredded<T>(pub(super) Vec<T>);

impl<T: Send> ParallelIterator for Shredded<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        shred(self, consumer)
    }
}

impl<T: Send> UnindexedProducer for Shredded<T> {
    type Item = T;

    fn split(mut self) -> (Self, Option<Self>) {
        if self.0.len() < 2 {
            return (self, None);
        }
        // Not in the middle: the tree of cuts need not be even.
        let right = self.0.split_off(self.0.len().div_ceil(3));
        (self, Some(Shredded(right)))
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        folder.consume_iter(self.0)
    }
}
