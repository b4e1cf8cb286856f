//! Sources that are made of other sources.

use super::source::{IntoSource, Source};
use crate::iter::{
    Chain, Chunks, Cloned, Copied, Enumerate, Filter, FilterMap, FlatMapIter, FlattenIter,
    IndexedParallelIterator, Inspect, Map, MaxLen, MinLen, Skip, StepBy, Take, Update, Zip,
};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use std::{fmt, iter};

/// What becomes of one item of a source: an item, or nothing. `K` says what kind of operation `Self` is.
pub trait Op<K, T>: Send + Sync {
    /// What comes out.
    type Out: Send;
    /// Whether something always comes out.
    const KEEPS_ALL: bool;

    /// Passes an item on, or drops it.
    fn apply(&self, item: T) -> Option<Self::Out>;
}

/// `map`.
#[derive(Debug)]
pub enum Mapping {}

impl<T, R: Send, F: Fn(T) -> R + Send + Sync> Op<Mapping, T> for F {
    type Out = R;
    const KEEPS_ALL: bool = true;

    #[inline]
    fn apply(&self, item: T) -> Option<R> {
        Some(self(item))
    }
}

/// `filter`.
#[derive(Debug)]
pub enum Filtering {}

impl<T: Send, F: Fn(&T) -> bool + Send + Sync> Op<Filtering, T> for F {
    type Out = T;
    const KEEPS_ALL: bool = false;

    #[inline]
    fn apply(&self, item: T) -> Option<T> {
        self(&item).then_some(item)
    }
}

/// `filter_map`.
#[derive(Debug)]
pub enum FilterMapping {}

impl<T, R: Send, F: Fn(T) -> Option<R> + Send + Sync> Op<FilterMapping, T> for F {
    type Out = R;
    const KEEPS_ALL: bool = false;

    #[inline]
    fn apply(&self, item: T) -> Option<R> {
        self(item)
    }
}

/// `inspect`.
#[derive(Debug)]
pub enum Inspecting {}

impl<T: Send, F: Fn(&T) + Send + Sync> Op<Inspecting, T> for F {
    type Out = T;
    const KEEPS_ALL: bool = true;

    #[inline]
    fn apply(&self, item: T) -> Option<T> {
        self(&item);
        Some(item)
    }
}

/// `update`.
#[derive(Debug)]
pub enum Updating {}

impl<T: Send, F: Fn(&mut T) + Send + Sync> Op<Updating, T> for F {
    type Out = T;
    const KEEPS_ALL: bool = true;

    #[inline]
    fn apply(&self, mut item: T) -> Option<T> {
        self(&mut item);
        Some(item)
    }
}

/// `copied`.
#[derive(Debug)]
pub enum Copying {}

impl<'a, T: Copy + Send + Sync> Op<Copying, &'a T> for () {
    type Out = T;
    const KEEPS_ALL: bool = true;

    #[inline]
    fn apply(&self, item: &'a T) -> Option<T> {
        Some(*item)
    }
}

/// `cloned`.
#[derive(Debug)]
pub enum Cloning {}

impl<'a, T: Clone + Send + Sync> Op<Cloning, &'a T> for () {
    type Out = T;
    const KEEPS_ALL: bool = true;

    #[inline]
    fn apply(&self, item: &'a T) -> Option<T> {
        Some(item.clone())
    }
}

/// Every item of a source, or of a part, through an operation `O` of kind `K`.
pub struct Staged<S, K, O> {
    base: S,
    op: Arc<O>,
    kind: PhantomData<fn(K)>,
}

impl<S, K, O> Staged<S, K, O> {
    fn new(base: S, op: Arc<O>) -> Self {
        Staged { base, op, kind: PhantomData }
    }
}

impl<S, K, O> fmt::Debug for Staged<S, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staged").finish_non_exhaustive()
    }
}

impl<S: Source, K, O: Op<K, S::Item>> Source for Staged<S, K, O> {
    type Item = O::Out;
    type Part = Staged<S::Part, K, O>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (base, count) = self.base.cut(most)?;
        Some((Staged::new(base, Arc::clone(&self.op)), count))
    }
}

impl<P: IntoIterator, K, O: Op<K, P::Item>> IntoIterator for Staged<P, K, O> {
    type Item = O::Out;
    type IntoIter = StagedItems<P::IntoIter, K, O>;

    fn into_iter(self) -> Self::IntoIter {
        let Staged { base, op, kind } = self;
        StagedItems { base: base.into_iter(), op, kind }
    }
}

/// The items of one part, through an operation.
pub struct StagedItems<I, K, O> {
    base: I,
    op: Arc<O>,
    kind: PhantomData<fn(K)>,
}

impl<I, K, O> fmt::Debug for StagedItems<I, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StagedItems").finish_non_exhaustive()
    }
}

impl<I: Iterator, K, O: Op<K, I::Item>> Iterator for StagedItems<I, K, O> {
    type Item = O::Out;

    #[inline]
    fn next(&mut self) -> Option<O::Out> {
        self.base.by_ref().find_map(|item| self.op.apply(item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.base.size_hint();
        (if O::KEEPS_ALL { least } else { 0 }, most)
    }
}

impl<I: IntoSource, F, R: Send> IntoSource for Map<I, F>
where
    F: Fn(I::Item) -> R + Sync + Send,
{
    type Source = Staged<I::Source, Mapping, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        map(base.into_source(), op)
    }
}

/// A source whose items go through a function.
pub(super) fn map<S: Source, F>(base: S, op: F) -> Staged<S, Mapping, F> {
    Staged::new(base, Arc::new(op))
}

impl<I: IntoSource, F> IntoSource for Filter<I, F>
where
    F: Fn(&I::Item) -> bool + Sync + Send,
{
    type Source = Staged<I::Source, Filtering, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        Staged::new(base.into_source(), Arc::new(op))
    }
}

impl<I: IntoSource, F, R: Send> IntoSource for FilterMap<I, F>
where
    F: Fn(I::Item) -> Option<R> + Sync + Send,
{
    type Source = Staged<I::Source, FilterMapping, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        Staged::new(base.into_source(), Arc::new(op))
    }
}

impl<I: IntoSource, F: Fn(&I::Item) + Sync + Send> IntoSource for Inspect<I, F> {
    type Source = Staged<I::Source, Inspecting, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        Staged::new(base.into_source(), Arc::new(op))
    }
}

impl<I: IntoSource, F: Fn(&mut I::Item) + Sync + Send> IntoSource for Update<I, F> {
    type Source = Staged<I::Source, Updating, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        Staged::new(base.into_source(), Arc::new(op))
    }
}

impl<'a, T, I> IntoSource for Copied<I>
where
    I: IntoSource<Item = &'a T>,
    T: Copy + Send + Sync + 'a,
{
    type Source = Staged<I::Source, Copying, ()>;

    fn into_source(self) -> Self::Source {
        Staged::new(self.into_base().into_source(), Arc::new(()))
    }
}

impl<'a, T, I> IntoSource for Cloned<I>
where
    I: IntoSource<Item = &'a T>,
    T: Clone + Send + Sync + 'a,
{
    type Source = Staged<I::Source, Cloning, ()>;

    fn into_source(self) -> Self::Source {
        Staged::new(self.into_base().into_source(), Arc::new(()))
    }
}

/// Every item of a source, or of a part, turned into several.
pub struct Flattened<S, F> {
    base: S,
    op: Arc<F>,
}

impl<S, F> fmt::Debug for Flattened<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flattened").finish_non_exhaustive()
    }
}

impl<S: Source, F, U> Source for Flattened<S, F>
where
    F: Fn(S::Item) -> U + Sync + Send,
    U: IntoIterator<Item: Send>,
{
    type Item = U::Item;
    type Part = Flattened<S::Part, F>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (base, count) = self.base.cut(most)?;
        Some((Flattened { base, op: Arc::clone(&self.op) }, count))
    }
}

impl<P: IntoIterator, F, U> IntoIterator for Flattened<P, F>
where
    F: Fn(P::Item) -> U,
    U: IntoIterator,
{
    type Item = U::Item;
    type IntoIter = FlattenedItems<P::IntoIter, F, U::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        FlattenedItems { base: self.base.into_iter(), op: self.op, inner: None }
    }
}

/// The items of one part, turned into several.
pub struct FlattenedItems<I, F, U> {
    base: I,
    op: Arc<F>,
    inner: Option<U>,
}

impl<I, F, U> fmt::Debug for FlattenedItems<I, F, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlattenedItems").finish_non_exhaustive()
    }
}

impl<I: Iterator, F, U> Iterator for FlattenedItems<I, F, U::IntoIter>
where
    F: Fn(I::Item) -> U,
    U: IntoIterator,
{
    type Item = U::Item;

    fn next(&mut self) -> Option<U::Item> {
        loop {
            if let Some(item) = self.inner.as_mut().and_then(Iterator::next) {
                return Some(item);
            }
            self.inner = Some((self.op)(self.base.next()?).into_iter());
        }
    }
}

impl<I: IntoSource, F, U> IntoSource for FlatMapIter<I, F>
where
    F: Fn(I::Item) -> U + Sync + Send,
    U: IntoIterator<Item: Send>,
{
    type Source = Flattened<I::Source, F>;

    fn into_source(self) -> Self::Source {
        let (base, op) = self.into_parts();
        Flattened { base: base.into_source(), op: Arc::new(op) }
    }
}

impl<I> IntoSource for FlattenIter<I>
where
    I: IntoSource<Item: IntoIterator<Item: Send>>,
{
    type Source = Flattened<I::Source, fn(I::Item) -> I::Item>;

    fn into_source(self) -> Self::Source {
        Flattened { base: self.into_base().into_source(), op: Arc::new(std::convert::identity) }
    }
}

/// Streams size their batches themselves.
impl<I: IntoSource + IndexedParallelIterator> IntoSource for MinLen<I> {
    type Source = I::Source;

    fn into_source(self) -> Self::Source {
        self.into_base().into_source()
    }
}

/// Streams size their batches themselves.
impl<I: IntoSource + IndexedParallelIterator> IntoSource for MaxLen<I> {
    type Source = I::Source;

    fn into_source(self) -> Self::Source {
        self.into_base().into_source()
    }
}

/// The items of a source with their indices.
#[derive(Debug)]
pub struct Numbered<S> {
    base: S,
    next: usize,
}

impl<S: Source> Source for Numbered<S> {
    type Item = (usize, S::Item);
    type Part = Side<Range<usize>, S::Part>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (part, count) = self.base.cut(most)?;
        let first = self.next;
        self.next += count;
        Some((Side(first..self.next, part), count))
    }
}

impl<I: IntoSource + IndexedParallelIterator> IntoSource for Enumerate<I> {
    type Source = Numbered<I::Source>;

    fn into_source(self) -> Self::Source {
        Numbered { base: self.into_base().into_source(), next: 0 }
    }
}

/// Two sources side by side.
#[derive(Debug)]
pub struct Zipped<S, U> {
    left: S,
    right: U,
}

impl<S: Source, U: Source> Source for Zipped<S, U> {
    type Item = (S::Item, U::Item);
    type Part = Side<S::Part, U::Part>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (left, left_count) = self.left.cut(most)?;
        let (right, right_count) = self.right.cut(left_count)?;
        Some((Side(left, right), left_count.min(right_count)))
    }
}

/// Two parts side by side.
#[derive(Debug)]
pub struct Side<P, Q>(P, Q);

impl<P: IntoIterator, Q: IntoIterator> IntoIterator for Side<P, Q> {
    type Item = (P::Item, Q::Item);
    type IntoIter = iter::Zip<P::IntoIter, Q::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().zip(self.1)
    }
}

impl<A, B> IntoSource for Zip<A, B>
where
    A: IntoSource + IndexedParallelIterator,
    B: IntoSource + IndexedParallelIterator,
{
    type Source = Zipped<A::Source, B::Source>;

    fn into_source(self) -> Self::Source {
        let (left, right) = self.into_parts();
        Zipped { left: left.into_source(), right: right.into_source() }
    }
}

/// One source after another.
#[derive(Debug)]
pub struct Chained<S, U> {
    left: Option<S>,
    right: Option<U>,
}

impl<S: Source, U: Source<Item = S::Item>> Source for Chained<S, U> {
    type Item = S::Item;
    type Part = Joined<S::Part, U::Part>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let left = self.left.as_mut().and_then(|left| left.cut(most));
        let (left, left_count) = left.map_or((None, 0), |(part, count)| (Some(part), count));
        if left_count == most {
            return Some((Joined(left, None), most));
        }
        // It has given less than it was asked for: that was all.
        self.left = None;
        let right = self.right.as_mut().and_then(|right| right.cut(most - left_count));
        let (right, right_count) = right.map_or((None, 0), |(part, count)| (Some(part), count));
        if right_count == 0 {
            self.right = None;
        }
        let count = left_count + right_count;
        (count > 0).then_some((Joined(left, right), count))
    }
}

/// One part after another.
#[derive(Debug)]
pub struct Joined<P, Q>(Option<P>, Option<Q>);

impl<P: IntoIterator, Q: IntoIterator<Item = P::Item>> IntoIterator for Joined<P, Q> {
    type Item = P::Item;
    type IntoIter = iter::Chain<
        iter::Flatten<std::option::IntoIter<P>>,
        iter::Flatten<std::option::IntoIter<Q>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().flatten().chain(self.1.into_iter().flatten())
    }
}

impl<A, B> IntoSource for Chain<A, B>
where
    A: IntoSource,
    B: IntoSource<Item = A::Item>,
{
    type Source = Chained<A::Source, B::Source>;

    fn into_source(self) -> Self::Source {
        let (left, right) = self.into_parts();
        Chained { left: Some(left.into_source()), right: Some(right.into_source()) }
    }
}

/// Some items of a source.
#[derive(Debug)]
pub struct Section<S> {
    base: S,
    skipped: usize,
    left: usize,
}

impl<S: Source> Source for Section<S> {
    type Item = S::Item;
    type Part = S::Part;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        if self.skipped > 0 {
            // What is skipped is dropped with its part, without having been made.
            let skipped = self.base.cut(std::mem::take(&mut self.skipped));
            if skipped.is_none() {
                self.left = 0;
            }
        }
        if self.left == 0 {
            return None;
        }
        let cut = self.base.cut(most.min(self.left));
        self.left -= cut.as_ref().map_or(self.left, |(_, count)| *count);
        cut
    }
}

impl<I: IntoSource + IndexedParallelIterator> IntoSource for Take<I> {
    type Source = Section<I::Source>;

    fn into_source(self) -> Self::Source {
        let (base, left) = self.into_parts();
        Section { base: base.into_source(), skipped: 0, left }
    }
}

impl<I: IntoSource + IndexedParallelIterator> IntoSource for Skip<I> {
    type Source = Section<I::Source>;

    fn into_source(self) -> Self::Source {
        let (base, skipped) = self.into_parts();
        Section { base: base.into_source(), skipped, left: usize::MAX }
    }
}

/// The first item of a source, and each so many-th behind it. The limit counts these.
#[derive(Debug)]
pub struct Spread<S> {
    base: S,
    step: usize,
}

impl<S: Source> Source for Spread<S> {
    type Item = S::Item;
    type Part = SpreadItems<S::Part>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        // It gives as much as it is asked for, but at its end: so each part begins with an item that stays.
        let (part, count) = self.base.cut(most.saturating_mul(self.step))?;
        Some((SpreadItems { part, step: self.step }, count.div_ceil(self.step)))
    }
}

/// A part of which every so many-th item stays.
#[derive(Debug)]
pub struct SpreadItems<P> {
    part: P,
    step: usize,
}

impl<P: IntoIterator> IntoIterator for SpreadItems<P> {
    type Item = P::Item;
    type IntoIter = iter::StepBy<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        self.part.into_iter().step_by(self.step)
    }
}

impl<I: IntoSource + IndexedParallelIterator> IntoSource for StepBy<I> {
    type Source = Spread<I::Source>;

    fn into_source(self) -> Self::Source {
        let (base, step) = self.into_parts();
        Spread { base: base.into_source(), step }
    }
}

/// The items of a source in vectors of so many. The limit counts vectors.
#[derive(Debug)]
pub struct Grouped<S> {
    base: S,
    size: usize,
}

impl<S: Source> Source for Grouped<S> {
    type Item = Vec<S::Item>;
    type Part = GroupedItems<S::Part>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (part, count) = self.base.cut(most.saturating_mul(self.size))?;
        Some((GroupedItems { part, size: self.size }, count.div_ceil(self.size)))
    }
}

/// A part whose items come in vectors.
#[derive(Debug)]
pub struct GroupedItems<P> {
    part: P,
    size: usize,
}

impl<P: IntoIterator> IntoIterator for GroupedItems<P> {
    type Item = Vec<P::Item>;
    type IntoIter = Groups<P::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        Groups { base: self.part.into_iter(), size: self.size }
    }
}

/// The items of one part in vectors.
#[derive(Debug)]
pub struct Groups<I> {
    base: I,
    size: usize,
}

impl<I: Iterator> Iterator for Groups<I> {
    type Item = Vec<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        let group: Vec<I::Item> = self.base.by_ref().take(self.size).collect();
        (!group.is_empty()).then_some(group)
    }
}

impl<I: IntoSource + IndexedParallelIterator> IntoSource for Chunks<I> {
    type Source = Grouped<I::Source>;

    fn into_source(self) -> Self::Source {
        let (base, size) = self.into_parts();
        Grouped { base: base.into_source(), size }
    }
}
