//! `interleave`: two iterators taking turns.
use crate::iter::plumbing::{
    AdaptPair, Consumer, Producer, ProducerCallback, UnindexedConsumer, bridge, with_both,
};
use crate::iter::{IndexedParallelIterator, ParallelIterator};

/// Yields items of two iterators in turn, and then what is left of the longer one; see
/// [`IndexedParallelIterator::interleave`].
#[must_use = "iterator adaptors are lazy and do nothing unless consumed"]
#[derive(Debug, Clone)]
pub struct Interleave<A, B> {
    left: A,
    right: B,
}

impl<A, B> Interleave<A, B> {
    pub(in crate::iter) fn new(left: A, right: B) -> Self {
        Interleave { left, right }
    }
}

impl<A, B> ParallelIterator for Interleave<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    type Item = A::Item;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<A, B> IndexedParallelIterator for Interleave<A, B>
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator<Item = A::Item>,
{
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        let (left, right) = (self.left.len(), self.right.len());
        left.checked_add(right).expect("overflow")
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        let pair = InterleavePair { left_len: self.left.len(), right_len: self.right.len() };
        with_both(self.left, self.right, pair, callback)
    }
}

struct InterleavePair {
    left_len: usize,
    right_len: usize,
}

impl<T> AdaptPair<T, T> for InterleavePair {
    type Item = T;
    type Producer<P: Producer<Item = T>, Q: Producer<Item = T>> = InterleaveProducer<P, Q>;

    fn adapt<P, Q>(self, left: P, right: Q) -> InterleaveProducer<P, Q>
    where
        P: Producer<Item = T>,
        Q: Producer<Item = T>,
    {
        InterleaveProducer {
            left,
            right,
            left_len: self.left_len,
            right_len: self.right_len,
            left_is_next: true,
        }
    }
}

struct InterleaveProducer<P, Q> {
    left: P,
    right: Q,
    left_len: usize,
    right_len: usize,
    left_is_next: bool,
}

impl<P, Q> InterleaveProducer<P, Q> {
    /// How many of the first `index` items come from the left and from the right.
    fn shares(&self, index: usize) -> (usize, usize) {
        let (fewer, more) = (index / 2, index - index / 2);
        let (left, right) = if self.left_is_next { (more, fewer) } else { (fewer, more) };
        if left > self.left_len {
            (self.left_len, index - self.left_len)
        } else if right > self.right_len {
            (index - self.right_len, self.right_len)
        } else {
            (left, right)
        }
    }
}

impl<P, Q> Producer for InterleaveProducer<P, Q>
where
    P: Producer,
    Q: Producer<Item = P::Item>,
{
    type Item = P::Item;
    type IntoIter = InterleaveIter<P::IntoIter, Q::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        InterleaveIter {
            left: self.left.into_iter(),
            right: self.right.into_iter(),
            left_is_next: self.left_is_next,
        }
    }

    fn min_len(&self) -> usize {
        Ord::max(self.left.min_len(), self.right.min_len())
    }

    fn max_len(&self) -> usize {
        Ord::min(self.left.max_len(), self.right.max_len())
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (left_share, right_share) = self.shares(index);
        let (left_p, right_p) = self.left.split_at(left_share);
        let (left_q, right_q) = self.right.split_at(right_share);
        (
            InterleaveProducer {
                left: left_p,
                right: left_q,
                left_len: left_share,
                right_len: right_share,
                left_is_next: self.left_is_next,
            },
            InterleaveProducer {
                left: right_p,
                right: right_q,
                left_len: self.left_len - left_share,
                right_len: self.right_len - right_share,
                left_is_next: self.left_is_next == (index % 2 == 0),
            },
        )
    }
}

/// The sequential `interleave`.
struct InterleaveIter<A, B> {
    left: A,
    right: B,
    left_is_next: bool,
}

impl<A, B> Iterator for InterleaveIter<A, B>
where
    A: ExactSizeIterator,
    B: ExactSizeIterator<Item = A::Item>,
{
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        let from_left = if self.left_is_next { self.left.len() > 0 } else { self.right.len() == 0 };
        self.left_is_next = !self.left_is_next;
        if from_left { self.left.next() } else { self.right.next() }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.left.len() + self.right.len();
        (len, Some(len))
    }

    fn fold<F, OP: FnMut(F, A::Item) -> F>(mut self, init: F, mut op: OP) -> F {
        // While both sides have items nothing is asked of them.
        let pairs = Ord::min(self.left.len(), self.right.len());
        let folded = if self.left_is_next {
            fold_in_turn(&mut self.left, &mut self.right, pairs, init, &mut op)
        } else {
            fold_in_turn(&mut self.right, &mut self.left, pairs, init, &mut op)
        };
        // One of them is empty.
        self.right.fold(self.left.fold(folded, &mut op), op)
    }
}

/// Folds so many items of each iterator.
fn fold_in_turn<T, F>(
    first: &mut impl Iterator<Item = T>,
    second: &mut impl Iterator<Item = T>,
    pairs: usize,
    init: F,
    op: &mut impl FnMut(F, T) -> F,
) -> F {
    let pairs = first.by_ref().take(pairs).zip(second);
    pairs.fold(init, |folded, (one, other)| {
        let folded = op(folded, one);
        op(folded, other)
    })
}

impl<A, B> DoubleEndedIterator for InterleaveIter<A, B>
where
    A: DoubleEndedIterator + ExactSizeIterator,
    B: DoubleEndedIterator<Item = A::Item> + ExactSizeIterator,
{
    fn next_back(&mut self) -> Option<A::Item> {
        // Of equally many, the side that is not next comes last.
        let (left, right) = (self.left.len(), self.right.len());
        if left > right || (left == right && !self.left_is_next) {
            self.left.next_back()
        } else {
            self.right.next_back()
        }
    }
}

impl<A, B> ExactSizeIterator for InterleaveIter<A, B>
where
    A: ExactSizeIterator,
    B: ExactSizeIterator<Item = A::Item>,
{
}
