//! What indexed adaptors do to producers, with the passing of callbacks written once.
use super::{Producer, ProducerCallback};
use crate::iter::IndexedParallelIterator;

/// What one indexed adaptor makes of the producer beneath it.
///
/// Closures are kept on the stack of the adaptor's `with_producer` and lent to the producer.
pub(crate) trait Adapt<T> {
    /// What the wrapped producer yields.
    type Item;
    /// The wrapped producer.
    type Producer<P: Producer<Item = T>>: Producer<Item = Self::Item>;

    /// Wraps `base`.
    fn adapt<P: Producer<Item = T>>(self, base: P) -> Self::Producer<P>;
}

/// Hands the wrapped producer on to `callback`.
pub(crate) struct AdaptCallback<CB, A> {
    pub(crate) callback: CB,
    pub(crate) adapt: A,
}

impl<T, CB, A> ProducerCallback<T> for AdaptCallback<CB, A>
where
    A: Adapt<T>,
    CB: ProducerCallback<A::Item>,
{
    type Output = CB::Output;

    #[inline]
    fn callback<P: Producer<Item = T>>(self, base: P) -> CB::Output {
        self.callback.callback(self.adapt.adapt(base))
    }
}

/// What an adaptor of two indexed iterators makes of their producers.
pub(in crate::iter) trait AdaptPair<T, U> {
    /// What the joint producer yields.
    type Item;
    /// The joint producer.
    type Producer<P: Producer<Item = T>, Q: Producer<Item = U>>: Producer<Item = Self::Item>;

    /// Joins the two.
    fn adapt<P, Q>(self, left: P, right: Q) -> Self::Producer<P, Q>
    where
        P: Producer<Item = T>,
        Q: Producer<Item = U>;
}

/// Gets the producers of both sides, and hands what `pair` makes of them on to `callback`.
#[inline]
pub(in crate::iter) fn with_both<A, B, M, CB>(
    left: A,
    right: B,
    pair: M,
    callback: CB,
) -> CB::Output
where
    A: IndexedParallelIterator,
    B: IndexedParallelIterator,
    M: AdaptPair<A::Item, B::Item>,
    CB: ProducerCallback<M::Item>,
{
    left.with_producer(LeftCallback { right, pair, callback })
}

/// Receives the left producer and goes for the right one.
struct LeftCallback<B, M, CB> {
    right: B,
    pair: M,
    callback: CB,
}

impl<T, B, M, CB> ProducerCallback<T> for LeftCallback<B, M, CB>
where
    B: IndexedParallelIterator,
    M: AdaptPair<T, B::Item>,
    CB: ProducerCallback<M::Item>,
{
    type Output = CB::Output;

    #[inline]
    fn callback<P: Producer<Item = T>>(self, left: P) -> CB::Output {
        let adapt = WithLeft { left, pair: self.pair };
        self.right.with_producer(AdaptCallback { callback: self.callback, adapt })
    }
}

/// A pair whose left side is there already.
struct WithLeft<L, M> {
    left: L,
    pair: M,
}

impl<U, L, M> Adapt<U> for WithLeft<L, M>
where
    L: Producer,
    M: AdaptPair<L::Item, U>,
{
    type Item = M::Item;
    type Producer<Q: Producer<Item = U>> = M::Producer<L, Q>;

    #[inline]
    fn adapt<Q: Producer<Item = U>>(self, right: Q) -> M::Producer<L, Q> {
        self.pair.adapt(self.left, right)
    }
}
