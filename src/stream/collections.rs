//! Sources of items: ranges, vectors, arrays, slices, and sequential iterators.

use super::source::{IntoSource, Sequential, Source};
use crate::iter::{IterBridge, ParallelIterator};
use crate::range::Step;
use crate::{array, range, range_inclusive, slice, vec};
use std::iter::Chain;
use std::ops::Range;
use std::option;

/// The values of a range.
#[derive(Clone, Debug)]
pub struct Values<T> {
    range: Range<T>,
    /// A last value behind the range.
    last: Option<T>,
}

impl<T: Step> Source for Values<T> {
    type Item = T;
    type Part = Values<T>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let Range { start, end } = self.range;
        let left = if start < end { start.distance(end) } else { 0 };
        if left > most as u128 {
            let middle = start.forward(most as u128);
            self.range.start = middle;
            return Some((Values { range: start..middle, last: None }, most));
        }
        // The rest of the range, and the last value if there is room for it.
        let last = self.last.take_if(|_| left < most as u128);
        self.range.start = end;
        // At most `most`, so it fits.
        let count = left as usize + usize::from(last.is_some());
        (count > 0).then_some((Values { range: start..end, last }, count))
    }
}

impl<T: Step> IntoIterator for Values<T> {
    type Item = T;
    type IntoIter = Chain<T::Run, option::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        T::Run::from(self.range).chain(self.last)
    }
}

impl<T: Step> IntoSource for range::Iter<T>
where
    range::Iter<T>: ParallelIterator<Item = T>,
{
    type Source = Values<T>;

    fn into_source(self) -> Values<T> {
        Values { range: self.into_range(), last: None }
    }
}

impl<T: Step> IntoSource for range_inclusive::Iter<T>
where
    range_inclusive::Iter<T>: ParallelIterator<Item = T>,
{
    type Source = Values<T>;

    fn into_source(self) -> Values<T> {
        let range = self.into_range();
        let (start, end) = (*range.start(), *range.end());
        Values { range: start..end, last: (!range.is_empty()).then_some(end) }
    }
}

/// The items of a vector, or of an array.
#[derive(Debug)]
pub struct Items<I> {
    iter: I,
}

impl<I: Iterator<Item: Send>> Source for Items<I> {
    type Item = I::Item;
    type Part = Vec<I::Item>;

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let part: Vec<I::Item> = self.iter.by_ref().take(most).collect();
        let count = part.len();
        (count > 0).then_some((part, count))
    }
}

impl<T: Send> IntoSource for vec::IntoIter<T> {
    type Source = Items<std::vec::IntoIter<T>>;

    fn into_source(self) -> Self::Source {
        Items { iter: self.into_vec().into_iter() }
    }
}

impl<T: Send, const N: usize> IntoSource for array::IntoIter<T, N> {
    type Source = Items<std::array::IntoIter<T, N>>;

    fn into_source(self) -> Self::Source {
        Items { iter: self.into_array().into_iter() }
    }
}

/// References to the elements of a slice.
#[derive(Debug)]
pub struct Elements<'data, T> {
    slice: &'data [T],
}

impl<'data, T: Sync> Source for Elements<'data, T> {
    type Item = &'data T;
    type Part = &'data [T];

    fn cut(&mut self, most: usize) -> Option<(Self::Part, usize)> {
        let (part, rest) = self.slice.split_at(most.min(self.slice.len()));
        self.slice = rest;
        (!part.is_empty()).then_some((part, part.len()))
    }
}

impl<'data, T: Sync> IntoSource for slice::Iter<'data, T> {
    type Source = Elements<'data, T>;

    fn into_source(self) -> Elements<'data, T> {
        Elements { slice: self.into_slice() }
    }
}

/// In the order in which the iterator yields them.
impl<I: Iterator<Item: Send> + Send> IntoSource for IterBridge<I> {
    type Source = Sequential<I>;

    fn into_source(self) -> Sequential<I> {
        Sequential::new(self.into_inner())
    }
}
