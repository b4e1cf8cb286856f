//! Two sinks at once: `unzip`, `partition`, `partition_map`, and collecting into pairs.
//!
//! Collections take items in by `par_extend` only, one collection at a time. So the left one is
//! handed an iterator which, asked to drive the left consumer, hands the right collection another
//! one; and that, asked to drive the right consumer, has both and drives the real iterator.
use either::Either;

use crate::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
use crate::iter::{ParallelExtend, ParallelIterator};

/// How one item is dealt out to two sides.
pub(crate) trait Deal<T>: Sync {
    /// What goes to the left.
    type Left: Send;
    /// What goes to the right.
    type Right: Send;
    /// Whether each side gets exactly one item for each item dealt.
    const ONE_EACH: bool = false;

    /// Deals one item.
    fn deal<L, R>(&self, item: T, left: L, right: R) -> (L, R)
    where
        L: Folder<Self::Left>,
        R: Folder<Self::Right>;
}

/// Deals pairs, one half to each side.
pub(crate) struct Unzip;

impl<A: Send, B: Send> Deal<(A, B)> for Unzip {
    type Left = A;
    type Right = B;
    const ONE_EACH: bool = true;

    fn deal<L: Folder<A>, R: Folder<B>>(&self, item: (A, B), left: L, right: R) -> (L, R) {
        (left.consume(item.0), right.consume(item.1))
    }
}

/// Deals to the left what satisfies a predicate.
pub(crate) struct Partition<P>(pub(crate) P);

impl<T: Send, P: Fn(&T) -> bool + Sync> Deal<T> for Partition<P> {
    type Left = T;
    type Right = T;

    fn deal<L: Folder<T>, R: Folder<T>>(&self, item: T, left: L, right: R) -> (L, R) {
        if (self.0)(&item) { (left.consume(item), right) } else { (left, right.consume(item)) }
    }
}

/// Deals what a function makes of each item, to the side it says.
pub(crate) struct PartitionMap<P>(pub(crate) P);

impl<T, P, A, B> Deal<T> for PartitionMap<P>
where
    P: Fn(T) -> Either<A, B> + Sync,
    A: Send,
    B: Send,
{
    type Left = A;
    type Right = B;

    fn deal<L: Folder<A>, R: Folder<B>>(&self, item: T, left: L, right: R) -> (L, R) {
        match (self.0)(item) {
            Either::Left(item) => (left.consume(item), right),
            Either::Right(item) => (left, right.consume(item)),
        }
    }
}

/// Deals the items of `par_iter` out to two new collections.
pub(crate) fn deal_out<I, D, A, B>(par_iter: I, deal: D) -> (A, B)
where
    I: ParallelIterator,
    D: Deal<I::Item>,
    A: Default + Send + ParallelExtend<D::Left>,
    B: Default + Send + ParallelExtend<D::Right>,
{
    let (mut left, mut right) = (A::default(), B::default());
    deal_into(par_iter, deal, &mut left, &mut right);
    (left, right)
}

/// Deals the items of `par_iter` out to two collections.
pub(crate) fn deal_into<I, D, A, B>(par_iter: I, deal: D, left: &mut A, right: &mut B)
where
    I: ParallelIterator,
    D: Deal<I::Item>,
    A: Send + ParallelExtend<D::Left>,
    B: Send + ParallelExtend<D::Right>,
{
    left.par_extend(LeftSide { par_iter, deal: &deal, right });
}

/// What the left collection takes for an iterator of its items.
struct LeftSide<'a, I, D, B> {
    par_iter: I,
    deal: &'a D,
    right: &'a mut B,
}

impl<I, D, B> ParallelIterator for LeftSide<'_, I, D, B>
where
    I: ParallelIterator,
    D: Deal<I::Item>,
    B: Send + ParallelExtend<D::Right>,
{
    type Item = D::Left;

    fn drive_unindexed<C: UnindexedConsumer<D::Left>>(self, consumer: C) -> C::Result {
        let mut result = None;
        self.right.par_extend(RightSide {
            par_iter: self.par_iter,
            deal: self.deal,
            left_consumer: consumer,
            left_result: &mut result,
        });
        result.expect("the right collection has driven its iterator")
    }

    fn opt_len(&self) -> Option<usize> {
        side_len(&self.par_iter, self.deal)
    }
}

/// What the right collection takes for an iterator of its items.
struct RightSide<'a, I, D, C: Consumer<L>, L> {
    par_iter: I,
    deal: &'a D,
    left_consumer: C,
    left_result: &'a mut Option<C::Result>,
}

impl<I, D, C> ParallelIterator for RightSide<'_, I, D, C, D::Left>
where
    I: ParallelIterator,
    D: Deal<I::Item>,
    C: UnindexedConsumer<D::Left>,
{
    type Item = D::Right;

    fn drive_unindexed<R: UnindexedConsumer<D::Right>>(self, consumer: R) -> R::Result {
        let both = Both::new(self.left_consumer, consumer, self.deal);
        let (left, right) = self.par_iter.drive_unindexed(both);
        *self.left_result = Some(left);
        right
    }

    fn opt_len(&self) -> Option<usize> {
        side_len(&self.par_iter, self.deal)
    }
}

/// How many items each side gets, if that is known.
fn side_len<I: ParallelIterator, D: Deal<I::Item>>(par_iter: &I, _deal: &D) -> Option<usize> {
    if D::ONE_EACH { par_iter.opt_len() } else { None }
}

/// Two consumers fed by one iterator.
pub(crate) struct Both<'d, A, B, D> {
    left: A,
    right: B,
    deal: &'d D,
}

impl<'d, A, B, D> Both<'d, A, B, D> {
    pub(crate) fn new(left: A, right: B, deal: &'d D) -> Self {
        Both { left, right, deal }
    }
}

impl<'d, T, A, B, D> Consumer<T> for Both<'d, A, B, D>
where
    D: Deal<T>,
    A: Consumer<D::Left>,
    B: Consumer<D::Right>,
{
    type Folder = Both<'d, A::Folder, B::Folder, D>;
    type Reducer = BothReducer<A::Reducer, B::Reducer>;
    type Result = (A::Result, B::Result);
    const __FLOWS: bool = A::__FLOWS && B::__FLOWS;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let deal = self.deal;
        let (left_a, right_a, reducer_a) = self.left.split_at(index);
        let (left_b, right_b, reducer_b) = self.right.split_at(index);
        (
            Both::new(left_a, left_b, deal),
            Both::new(right_a, right_b, deal),
            BothReducer(reducer_a, reducer_b),
        )
    }

    fn into_folder(self) -> Self::Folder {
        Both::new(self.left.into_folder(), self.right.into_folder(), self.deal)
    }

    fn full(&self) -> bool {
        self.left.full() && self.right.full()
    }
}

impl<T, A, B, D> UnindexedConsumer<T> for Both<'_, A, B, D>
where
    D: Deal<T>,
    A: UnindexedConsumer<D::Left>,
    B: UnindexedConsumer<D::Right>,
{
    fn split_off_left(&self) -> Self {
        Both::new(self.left.split_off_left(), self.right.split_off_left(), self.deal)
    }

    fn to_reducer(&self) -> Self::Reducer {
        BothReducer(self.left.to_reducer(), self.right.to_reducer())
    }
}

impl<T, A, B, D> Folder<T> for Both<'_, A, B, D>
where
    D: Deal<T>,
    A: Folder<D::Left>,
    B: Folder<D::Right>,
{
    type Result = (A::Result, B::Result);

    fn consume(self, item: T) -> Self {
        let (left, right) = self.deal.deal(item, self.left, self.right);
        Both::new(left, right, self.deal)
    }

    fn complete(self) -> Self::Result {
        (self.left.complete(), self.right.complete())
    }

    fn full(&self) -> bool {
        self.left.full() && self.right.full()
    }
}

/// Joins the results of both sides.
pub(crate) struct BothReducer<A, B>(A, B);

impl<A, B, R: Reducer<A>, S: Reducer<B>> Reducer<(A, B)> for BothReducer<R, S> {
    fn reduce(self, left: (A, B), right: (A, B)) -> (A, B) {
        (self.0.reduce(left.0, right.0), self.1.reduce(left.1, right.1))
    }
}
