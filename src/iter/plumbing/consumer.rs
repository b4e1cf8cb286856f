//! The side that items go to.

/// A place for items to go, which can be cut along with the producer that feeds it.
pub trait Consumer<Item>: Send + Sized {
    /// Takes the items of one piece, one after another.
    type Folder: Folder<Item, Result = Self::Result>;

    /// Joins the results of the two sides of a cut.
    type Reducer: Reducer<Self::Result>;

    /// What is left of a piece when its items have been taken.
    type Result: Send;

    /// Whether one folder may go on from piece to piece, because nothing here depends on where a
    /// piece starts or how long it is.
    #[doc(hidden)]
    const __FLOWS: bool = false;

    /// Cuts the consumer: the left one is for the first `index` items, the right one for the rest.
    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer);

    /// Gets ready to take the items of this piece.
    fn into_folder(self) -> Self::Folder;

    /// Whether further items would make no difference, so that the producer may stop.
    fn full(&self) -> bool;
}

/// One piece of a [`Consumer`] at work.
pub trait Folder<Item>: Sized {
    /// What is left when all items have been taken.
    type Result;

    /// Takes one item.
    fn consume(self, item: Item) -> Self;

    /// Takes items until there are no more or the folder is full.
    ///
    /// Every implementation may be faster than item by item, but must not do anything else.
    fn consume_iter<I>(mut self, iter: I) -> Self
    where
        I: IntoIterator<Item = Item>,
    {
        for item in iter {
            self = self.consume(item);
            if self.full() {
                break;
            }
        }
        self
    }

    /// Ends the piece.
    fn complete(self) -> Self::Result;

    /// Whether further items would make no difference to this piece.
    fn full(&self) -> bool;
}

/// Joins two results; what a cut leaves behind.
pub trait Reducer<Result> {
    /// Joins the results of two neighbouring pieces, in order.
    fn reduce(self, left: Result, right: Result) -> Result;
}

/// A consumer that can be cut without knowing how many items go to which side.
pub trait UnindexedConsumer<Item>: Consumer<Item> {
    /// Makes a consumer for items to the left of everything that `self` still takes.
    fn split_off_left(&self) -> Self;

    /// Makes the reducer for the result of such a left consumer and that of `self`.
    fn to_reducer(&self) -> Self::Reducer;
}
