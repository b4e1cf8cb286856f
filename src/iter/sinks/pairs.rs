//! Pairs of collections, as targets of `collect` and `par_extend`.
use either::Either;

use super::unzip::{PartitionMap, Unzip, deal_into, deal_out};
use crate::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend};

/// Adds the first half of each pair to the first collection, the second to the second.
impl<A, B, FromA, FromB> ParallelExtend<(A, B)> for (FromA, FromB)
where
    A: Send,
    B: Send,
    FromA: Send + ParallelExtend<A>,
    FromB: Send + ParallelExtend<B>,
{
    fn par_extend<I: IntoParallelIterator<Item = (A, B)>>(&mut self, par_iter: I) {
        let (left, right) = self;
        deal_into(par_iter.into_par_iter(), Unzip, left, right);
    }
}

/// Adds what is on the left to the first collection, what is on the right to the second.
impl<L, R, A, B> ParallelExtend<Either<L, R>> for (A, B)
where
    L: Send,
    R: Send,
    A: Send + ParallelExtend<L>,
    B: Send + ParallelExtend<R>,
{
    fn par_extend<I: IntoParallelIterator<Item = Either<L, R>>>(&mut self, par_iter: I) {
        let (left, right) = self;
        deal_into(par_iter.into_par_iter(), PartitionMap(|either| either), left, right);
    }
}

/// Collects the first halves of all pairs into one collection, the second into another.
impl<A, B, FromA, FromB> FromParallelIterator<(A, B)> for (FromA, FromB)
where
    A: Send,
    B: Send,
    FromA: Send + FromParallelIterator<A>,
    FromB: Send + FromParallelIterator<B>,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (A, B)>>(par_iter: I) -> Self {
        both_made(deal_out(par_iter.into_par_iter(), Unzip))
    }
}

/// Collects what is on the left into one collection, what is on the right into another.
impl<L, R, A, B> FromParallelIterator<Either<L, R>> for (A, B)
where
    L: Send,
    R: Send,
    A: Send + FromParallelIterator<L>,
    B: Send + FromParallelIterator<R>,
{
    fn from_par_iter<I: IntoParallelIterator<Item = Either<L, R>>>(par_iter: I) -> Self {
        both_made(deal_out(par_iter.into_par_iter(), PartitionMap(|either| either)))
    }
}

/// A collection that does not exist before its items come: what can only be made, not extended.
struct ToBeMade<C>(Option<C>);

impl<C> Default for ToBeMade<C> {
    fn default() -> Self {
        ToBeMade(None)
    }
}

impl<T: Send, C: FromParallelIterator<T>> ParallelExtend<T> for ToBeMade<C> {
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, par_iter: I) {
        self.0 = Some(C::from_par_iter(par_iter));
    }
}

fn both_made<A, B>((left, right): (ToBeMade<A>, ToBeMade<B>)) -> (A, B) {
    let made = "both sides have been given their items";
    (left.0.expect(made), right.0.expect(made))
}
