//! `repeat` and `repeat_n`: one item over and over.
use std::{fmt, iter};

use super::indexed_source;
use crate::iter::plumbing::{
    Folder, Producer, UnindexedConsumer, UnindexedProducer, bridge_unindexed,
};
use crate::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator, Zip};

/// Makes a parallel iterator that yields clones of `element` without end.
///
/// Something has to stop it: [`Repeat::take`], [`Repeat::zip`], or a consumer that has enough.
///
/// ```
/// use moirai::prelude::*;
///
/// let found = moirai::iter::repeat("echo").find_any(|word| word.len() == 4);
/// assert_eq!(found, Some("echo"));
/// ```
pub fn repeat<T: Clone + Send>(element: T) -> Repeat<T> {
    Repeat { element }
}

/// Yields clones of one element without end; see [`repeat()`].
#[derive(Clone, Debug)]
pub struct Repeat<T> {
    element: T,
}

impl<T: Clone + Send> Repeat<T> {
    /// Yields `n` items only, and knows it.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let steps = moirai::iter::repeat(3).take(4);
    /// assert_eq!(steps.len(), 4);
    /// assert_eq!(steps.sum::<i32>(), 12);
    /// ```
    pub fn take(self, n: usize) -> RepeatN<T> {
        repeat_n(self.element, n)
    }

    /// Pairs the element with each item of another iterator.
    ///
    /// ```
    /// use moirai::prelude::*;
    ///
    /// let pairs: Vec<_> = moirai::iter::repeat('x').zip(1..3).collect();
    /// assert_eq!(pairs, [('x', 1), ('x', 2)]);
    /// ```
    pub fn zip<Z>(self, zip_op: Z) -> Zip<RepeatN<T>, Z::Iter>
    where
        Z: IntoParallelIterator<Iter: IndexedParallelIterator>,
    {
        let other = zip_op.into_par_iter();
        let n = other.len();
        self.take(n).zip(other)
    }
}

impl<T: Clone + Send> ParallelIterator for Repeat<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        bridge_unindexed(Endless(self.element), consumer)
    }
}

/// Half of endless is endless.
struct Endless<T>(T);

impl<T: Clone + Send> UnindexedProducer for Endless<T> {
    type Item = T;

    fn split(self) -> (Self, Option<Self>) {
        (Endless(self.0.clone()), Some(self))
    }

    fn fold_with<F: Folder<T>>(self, folder: F) -> F {
        folder.consume_iter(iter::repeat(self.0))
    }
}

/// Makes a parallel iterator that yields `element` `n` times: clones, and at last `element` itself.
///
/// ```
/// use moirai::prelude::*;
///
/// let words: Vec<String> = moirai::iter::repeat_n("again".to_string(), 3).collect();
/// assert_eq!(words.join(" "), "again again again");
/// ```
pub fn repeat_n<T: Clone + Send>(element: T, n: usize) -> RepeatN<T> {
    RepeatN { copies: Copies { element: (n > 0).then_some(element), count: n } }
}

/// The former name of [`repeat_n()`].
///
/// ```
/// # #![allow(deprecated)]
/// use moirai::prelude::*;
///
/// assert_eq!(moirai::iter::repeatn(5, 3).sum::<i32>(), 15);
/// ```
#[deprecated(note = "use `repeat_n` instead")]
pub fn repeatn<T: Clone + Send>(element: T, n: usize) -> RepeatN<T> {
    repeat_n(element, n)
}

/// Yields one element a number of times; see [`repeat_n()`].
#[derive(Clone)]
pub struct RepeatN<T> {
    copies: Copies<T>,
}

impl<T: fmt::Debug> fmt::Debug for RepeatN<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RepeatN");
        text.field("count", &self.copies.count);
        match &self.copies.element {
            Some(element) => text.field("element", element).finish(),
            None => text.finish_non_exhaustive(),
        }
    }
}

indexed_source! {
    impl[T: Clone + Send] RepeatN<T> => T;
    len(this) { this.copies.count }
    producer(this) { this.copies }
}

/// The producer, and the sequential iterator as well: the last copy is the original.
///
/// # Invariant
///
/// The element is there unless the count is zero.
#[derive(Clone)]
struct Copies<T> {
    element: Option<T>,
    count: usize,
}

impl<T: Clone + Send> Producer for Copies<T> {
    type Item = T;
    type IntoIter = Self;

    fn into_iter(self) -> Self {
        self
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let rest = self.count - index;
        let left = if rest == 0 {
            return (self, Copies { element: None, count: 0 });
        } else if index == 0 {
            None
        } else {
            self.element.clone()
        };
        (Copies { element: left, count: index }, Copies { element: self.element, count: rest })
    }
}

impl<T: Clone> Iterator for Copies<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.count <= 1 {
            self.count = 0;
            self.element.take()
        } else {
            self.count -= 1;
            self.element.clone()
        }
    }

    // Passes over items without cloning them.
    fn nth(&mut self, n: usize) -> Option<T> {
        if n >= self.count {
            self.count = 0;
            self.element = None;
            return None;
        }
        self.count -= n;
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl<T: Clone> DoubleEndedIterator for Copies<T> {
    fn next_back(&mut self) -> Option<T> {
        self.next()
    }

    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.nth(n)
    }
}

impl<T: Clone> ExactSizeIterator for Copies<T> {}
