//! The side that items come from.
use super::Folder;

/// A sequence of known length that can be cut in two at any index.
///
/// It is the parallel sibling of a double-ended iterator with an exact length: [`into_iter`] gives
/// that iterator for the piece at hand, [`split_at`] makes the pieces.
///
/// [`into_iter`]: Producer::into_iter
/// [`split_at`]: Producer::split_at
pub trait Producer: Send + Sized {
    /// What the sequence consists of.
    type Item;

    /// The sequential iterator over one piece.
    type IntoIter: Iterator<Item = Self::Item> + DoubleEndedIterator + ExactSizeIterator;

    /// Turns this piece into a sequential iterator.
    fn into_iter(self) -> Self::IntoIter;

    /// The smallest number of items worth a piece of its own; 1 unless somebody asked for more.
    fn min_len(&self) -> usize {
        1
    }

    /// The largest number of items that should stay in one piece; unlimited by default.
    fn max_len(&self) -> usize {
        usize::MAX
    }

    /// Cuts the sequence into the items before `index` and those from `index` on.
    fn split_at(self, index: usize) -> (Self, Self);

    /// Runs all items of this piece through `folder`, until it is full.
    fn fold_with<F>(self, folder: F) -> F
    where
        F: Folder<Self::Item>,
    {
        folder.consume_iter(self.into_iter())
    }
}

/// Something generic to be done with a producer, whose type the caller cannot name.
///
/// A closure cannot be generic over its argument's type; this trait is the closure that is.
pub trait ProducerCallback<T> {
    /// What comes out of the call.
    type Output;

    /// Receives the producer.
    fn callback<P>(self, producer: P) -> Self::Output
    where
        P: Producer<Item = T>;
}

/// A collection of items that knows how to cut itself, but not at a given index.
pub trait UnindexedProducer: Send + Sized {
    /// What the collection consists of.
    type Item;

    /// Cuts off a second piece, or returns `None` beside itself if it cannot be cut any further.
    fn split(self) -> (Self, Option<Self>);

    /// Runs all items of this piece through `folder`, until it is full.
    fn fold_with<F>(self, folder: F) -> F
    where
        F: Folder<Self::Item>;
}
