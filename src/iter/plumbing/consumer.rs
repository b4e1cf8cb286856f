//! The side that items go to.

/// A place for items to go, which can be cut along with the producer that feeds it.
///
/// ```
/// use moirai::iter::plumbing::{Consumer, Folder, Reducer};
/// use moirai::prelude::*;
///
/// /// Finds out how many items there are, and how long all of them are together.
/// #[derive(Default)]
/// struct Measure {
///     count: usize,
///     length: usize,
/// }
///
/// impl<'a> Consumer<&'a str> for Measure {
///     type Folder = Measure;
///     type Reducer = Measure;
///     type Result = Measure;
///
///     fn split_at(self, _index: usize) -> (Measure, Measure, Measure) {
///         Default::default()
///     }
///
///     fn into_folder(self) -> Measure {
///         self
///     }
///
///     fn full(&self) -> bool {
///         false
///     }
/// }
///
/// impl<'a> Folder<&'a str> for Measure {
///     type Result = Measure;
///
///     fn consume(self, item: &'a str) -> Measure {
///         Measure { count: self.count + 1, length: self.length + item.len() }
///     }
///
///     fn complete(self) -> Measure {
///         self
///     }
///
///     fn full(&self) -> bool {
///         false
///     }
/// }
///
/// impl Reducer<Measure> for Measure {
///     fn reduce(self, left: Measure, right: Measure) -> Measure {
///         Measure { count: left.count + right.count, length: left.length + right.length }
///     }
/// }
///
/// let words = vec!["spin", "measure", "cut"];
/// let measure = words.into_par_iter().drive(Measure::default());
/// assert_eq!((measure.count, measure.length), (3, 14));
/// ```
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

    /// Whether the pieces are best run from the last one to the first one, each by a folder of its own.
    #[doc(hidden)]
    const __BACKWARD: bool = false;

    /// Whether the leftmost of something is wanted: nothing makes a folder full but its own items and those to the left of them.
    #[doc(hidden)]
    const __LEFTMOST: bool = false;

    /// Cuts the consumer: the left one is for the first `index` items, the right one for the rest.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields 1 and 2, each in a piece of its own.
    /// struct Two;
    ///
    /// impl ParallelIterator for Two {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         let (left, right, reducer) = consumer.split_at(1);
    ///         let (one, two) = moirai::join(
    ///             || left.into_folder().consume(1).complete(),
    ///             || right.into_folder().consume(2).complete(),
    ///         );
    ///         reducer.reduce(one, two)
    ///     }
    ///
    ///     fn opt_len(&self) -> Option<usize> {
    ///         Some(2)
    ///     }
    /// }
    ///
    /// assert_eq!(Two.collect::<Vec<u32>>(), [1, 2]);
    /// ```
    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer);

    /// Gets ready to take the items of this piece.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields three words, all in one piece.
    /// struct Fates;
    ///
    /// impl ParallelIterator for Fates {
    ///     type Item = &'static str;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<&'static str>>(self, consumer: C) -> C::Result {
    ///         consumer.into_folder().consume_iter(["spin", "measure", "cut"]).complete()
    ///     }
    /// }
    ///
    /// assert_eq!(Fates.map(str::len).max(), Some(7));
    /// ```
    fn into_folder(self) -> Self::Folder;

    /// Whether further items would make no difference, so that the producer may stop.
    ///
    /// It is asked before a piece is cut or run. A search says yes as soon as anybody has found something.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields so many zeros, in one piece.
    /// struct Zeros(u32);
    ///
    /// impl ParallelIterator for Zeros {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         assert!(!consumer.full(), "nobody has found anything yet");
    ///         consumer.into_folder().consume_iter((0..self.0).map(|_| 0)).complete()
    ///     }
    /// }
    ///
    /// assert_eq!(Zeros(9).find_any(|_| true), Some(0));
    /// ```
    fn full(&self) -> bool;
}

/// One piece of a [`Consumer`] at work.
///
/// ```
/// use moirai::iter::plumbing::Folder;
///
/// /// Keeps the first item.
/// struct First(Option<char>);
///
/// impl Folder<char> for First {
///     type Result = Option<char>;
///
///     fn consume(self, item: char) -> Self {
///         First(self.0.or(Some(item)))
///     }
///
///     fn complete(self) -> Option<char> {
///         self.0
///     }
///
///     fn full(&self) -> bool {
///         self.0.is_some()
///     }
/// }
///
/// assert_eq!(First(None).consume('x').consume('y').complete(), Some('x'));
/// // The loop that comes with the trait stops by itself.
/// assert_eq!(First(None).consume_iter('a'..).complete(), Some('a'));
/// ```
pub trait Folder<Item>: Sized {
    /// What is left when all items have been taken.
    type Result;

    /// Whether this kind of folder always wants more: then nobody needs to ask it.
    #[doc(hidden)]
    const __NEVER_FULL: bool = false;

    /// Takes one item.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields a number and its square.
    /// struct Square(u32);
    ///
    /// impl ParallelIterator for Square {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         consumer.into_folder().consume(self.0).consume(self.0 * self.0).complete()
    ///     }
    /// }
    ///
    /// assert_eq!(Square(7).collect::<Vec<u32>>(), [7, 49]);
    /// ```
    fn consume(self, item: Item) -> Self;

    /// Takes items until there are no more or the folder is full.
    ///
    /// Every implementation may be faster than item by item, but must not do anything else.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields what a sequential iterator yields, in one piece.
    /// struct Sequential<I>(I);
    ///
    /// impl<I: Iterator<Item = u32> + Send> ParallelIterator for Sequential<I> {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         consumer.into_folder().consume_iter(self.0).complete()
    ///     }
    /// }
    ///
    /// let powers = Sequential(std::iter::successors(Some(1), |n| Some(n * 2)));
    /// assert_eq!(powers.find_any(|&n| n > 1000), Some(1024));
    /// ```
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
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// A piece may well end without an item.
    /// struct Silence;
    ///
    /// impl ParallelIterator for Silence {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         consumer.into_folder().complete()
    ///     }
    /// }
    ///
    /// assert_eq!(Silence.sum::<u32>(), 0);
    /// ```
    fn complete(self) -> Self::Result;

    /// Whether further items would make no difference to this piece.
    ///
    /// Who feeds items one by one has to ask; [`consume_iter`](Self::consume_iter) does so by itself.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Counts up for as long as anybody listens.
    /// struct Endless;
    ///
    /// impl ParallelIterator for Endless {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         let mut folder = consumer.into_folder();
    ///         for n in 0.. {
    ///             if folder.full() {
    ///                 break;
    ///             }
    ///             folder = folder.consume(n);
    ///         }
    ///         folder.complete()
    ///     }
    /// }
    ///
    /// assert!(Endless.any(|n| n * n > 1000));
    /// ```
    fn full(&self) -> bool;
}

/// Joins two results; what a cut leaves behind.
///
/// ```
/// use moirai::iter::plumbing::Reducer;
///
/// /// Joins words by a hyphen.
/// struct Hyphen;
///
/// impl Reducer<String> for Hyphen {
///     fn reduce(self, left: String, right: String) -> String {
///         format!("{left}-{right}")
///     }
/// }
///
/// assert_eq!(Hyphen.reduce("warp".into(), "weft".into()), "warp-weft");
/// ```
pub trait Reducer<Result> {
    /// Joins the results of two neighbouring pieces, in order.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields a letter and the next one. The second is made first, but it is the right result.
    /// struct Pair(char, char);
    ///
    /// impl ParallelIterator for Pair {
    ///     type Item = char;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<char>>(self, consumer: C) -> C::Result {
    ///         let (reducer, left) = (consumer.to_reducer(), consumer.split_off_left());
    ///         let second = consumer.into_folder().consume(self.1).complete();
    ///         let first = left.into_folder().consume(self.0).complete();
    ///         reducer.reduce(first, second)
    ///     }
    /// }
    ///
    /// assert_eq!(Pair('a', 'b').collect::<String>(), "ab");
    /// ```
    fn reduce(self, left: Result, right: Result) -> Result;
}

/// A consumer that can be cut without knowing how many items go to which side.
///
/// It is what a [`drive_unindexed`](crate::iter::ParallelIterator::drive_unindexed) receives:
///
/// ```
/// use moirai::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
/// use moirai::prelude::*;
///
/// /// The leaves of a tree, from left to right.
/// enum Tree {
///     Leaf(u32),
///     Fork(Box<Tree>, Box<Tree>),
/// }
///
/// impl ParallelIterator for Tree {
///     type Item = u32;
///
///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
///         match self {
///             Tree::Leaf(item) => consumer.into_folder().consume(item).complete(),
///             Tree::Fork(left, right) => {
///                 let (reducer, first) = (consumer.to_reducer(), consumer.split_off_left());
///                 let (left, right) = moirai::join(
///                     || left.drive_unindexed(first),
///                     || right.drive_unindexed(consumer),
///                 );
///                 reducer.reduce(left, right)
///             }
///         }
///     }
/// }
///
/// let fork = |left, right| Tree::Fork(Box::new(left), Box::new(right));
/// let tree = fork(fork(Tree::Leaf(1), Tree::Leaf(2)), Tree::Leaf(3));
/// assert_eq!(tree.map(|n| n * n).collect::<Vec<u32>>(), [1, 4, 9]);
/// ```
pub trait UnindexedConsumer<Item>: Consumer<Item> {
    /// Makes a consumer for items to the left of everything that `self` still takes.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields the numbers of both ranges.
    /// struct Both(std::ops::Range<u32>, std::ops::Range<u32>);
    ///
    /// impl ParallelIterator for Both {
    ///     type Item = u32;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
    ///         let (reducer, left) = (consumer.to_reducer(), consumer.split_off_left());
    ///         let first = self.0.into_par_iter().drive_unindexed(left);
    ///         reducer.reduce(first, self.1.into_par_iter().drive_unindexed(consumer))
    ///     }
    /// }
    ///
    /// assert_eq!(Both(0..2, 5..7).collect::<Vec<u32>>(), [0, 1, 5, 6]);
    /// ```
    fn split_off_left(&self) -> Self;

    /// Makes the reducer for the result of such a left consumer and that of `self`.
    ///
    /// ```
    /// use moirai::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
    /// use moirai::prelude::*;
    ///
    /// /// Yields one item as often as there are pieces, however many that are.
    /// struct Echo(&'static str, usize);
    ///
    /// impl ParallelIterator for Echo {
    ///     type Item = &'static str;
    ///
    ///     fn drive_unindexed<C: UnindexedConsumer<&'static str>>(self, consumer: C) -> C::Result {
    ///         let mut result = consumer.split_off_left().into_folder().complete();
    ///         for _ in 0..self.1 {
    ///             let piece = consumer.split_off_left().into_folder().consume(self.0);
    ///             result = consumer.to_reducer().reduce(result, piece.complete());
    ///         }
    ///         result
    ///     }
    /// }
    ///
    /// assert_eq!(Echo("ho", 3).collect::<String>(), "hohoho");
    /// ```
    fn to_reducer(&self) -> Self::Reducer;
}
