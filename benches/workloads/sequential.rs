//! The names of rayon that the workloads use, over std's sequential iterators: the third crate of the comparison.
//!
//! Each name is std's own operation or a line around it, so that the sequential samples are what one would write without
//! any crate. `reduce` and `fold` mean something else in std: workloads take `reduce_with` and `fold_with`.

use std::marker::PhantomData;

pub(crate) mod iter {
    //! Trees.

    /// Parents first.
    pub(crate) fn walk_tree_prefix<S, I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator>>(
        root: S,
        children_of: impl Fn(&S) -> I,
    ) -> impl Iterator<Item = S> {
        let mut open = vec![root];
        std::iter::from_fn(move || {
            let node = open.pop()?;
            open.extend(children_of(&node).into_iter().rev());
            Some(node)
        })
    }

    /// Children first.
    pub(crate) fn walk_tree_postfix<S, I: IntoIterator<Item = S, IntoIter: DoubleEndedIterator>>(
        root: S,
        children_of: impl Fn(&S) -> I,
    ) -> impl Iterator<Item = S> {
        let mut open = vec![(root, false)];
        std::iter::from_fn(move || {
            loop {
                let (node, is_expanded) = open.pop()?;
                if is_expanded {
                    return Some(node);
                }
                let children = children_of(&node).into_iter().rev();
                open.push((node, true));
                open.extend(children.map(|child| (child, false)));
            }
        })
    }
}

/// One after the other.
#[inline]
pub(crate) fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    let a = a();
    (a, b())
}

/// Runs each job at once.
#[derive(Debug)]
pub(crate) struct Scope<'scope>(PhantomData<&'scope ()>);

impl<'scope> Scope<'scope> {
    pub(crate) fn spawn(&self, job: impl FnOnce(&Scope<'scope>)) {
        job(self);
    }
}

pub(crate) fn scope<'scope, R>(work: impl FnOnce(&Scope<'scope>) -> R) -> R {
    work(&Scope(PhantomData))
}

pub(crate) mod prelude {
    //! The traits.

    use std::slice::{ChunkBy, Chunks, ChunksExact, ChunksMut, Iter, IterMut, RChunks, Windows};

    pub(crate) trait IntoParallelIterator: IntoIterator + Sized {
        #[inline]
        fn into_par_iter(self) -> Self::IntoIter {
            self.into_iter()
        }
    }

    impl<T: IntoIterator> IntoParallelIterator for T {}

    pub(crate) trait ParallelIterator: Iterator + Sized {
        fn find_first(mut self, is_wanted: impl FnMut(&Self::Item) -> bool) -> Option<Self::Item> {
            self.find(is_wanted)
        }

        fn find_any(mut self, is_wanted: impl FnMut(&Self::Item) -> bool) -> Option<Self::Item> {
            self.find(is_wanted)
        }

        fn find_map_first<R>(mut self, wanted: impl FnMut(Self::Item) -> Option<R>) -> Option<R> {
            self.find_map(wanted)
        }

        fn position_first(mut self, is_wanted: impl FnMut(Self::Item) -> bool) -> Option<usize> {
            self.position(is_wanted)
        }

        fn position_last(mut self, is_wanted: impl FnMut(Self::Item) -> bool) -> Option<usize>
        where
            Self: DoubleEndedIterator + ExactSizeIterator,
        {
            self.rposition(is_wanted)
        }

        /// Of equally many items.
        fn interleave(
            self,
            other: impl IntoIterator<Item = Self::Item>,
        ) -> impl Iterator<Item = Self::Item> {
            self.zip(other).flat_map(|(one, other)| [one, other])
        }

        fn reduce_with(
            self,
            op: impl FnMut(Self::Item, Self::Item) -> Self::Item,
        ) -> Option<Self::Item> {
            self.reduce(op)
        }

        fn fold_with<A>(self, start: A, op: impl FnMut(A, Self::Item) -> A) -> std::iter::Once<A> {
            std::iter::once(self.fold(start, op))
        }

        fn map_init<S, R>(
            self,
            init: impl Fn() -> S,
            mut op: impl FnMut(&mut S, Self::Item) -> R,
        ) -> impl Iterator<Item = R> {
            let mut state = init();
            self.map(move |item| op(&mut state, item))
        }

        fn flat_map_iter<I: IntoIterator>(
            self,
            op: impl FnMut(Self::Item) -> I,
        ) -> impl Iterator<Item = I::Item> {
            self.flat_map(op)
        }

        fn while_some<T>(self) -> impl Iterator<Item = T>
        where
            Self: Iterator<Item = Option<T>>,
        {
            self.map_while(|item| item)
        }

        fn update(self, op: impl Fn(&mut Self::Item)) -> impl Iterator<Item = Self::Item> {
            self.map(move |mut item| {
                op(&mut item);
                item
            })
        }

        fn with_min_len(self, _items: usize) -> Self {
            self
        }

        fn with_max_len(self, _items: usize) -> Self {
            self
        }

        fn by_exponential_blocks(self) -> Self {
            self
        }

        fn par_bridge(self) -> Self {
            self
        }

        fn collect_into_vec(self, target: &mut Vec<Self::Item>) {
            target.clear();
            target.extend(self);
        }
    }

    impl<I: Iterator> ParallelIterator for I {}

    pub(crate) trait ParallelExtend<T> {
        fn par_extend(&mut self, items: impl Iterator<Item = T>);
    }

    impl<T> ParallelExtend<T> for Vec<T> {
        fn par_extend(&mut self, items: impl Iterator<Item = T>) {
            self.extend(items);
        }
    }

    pub(crate) trait ParallelSlice<T> {
        fn slice(&self) -> &[T];

        #[inline]
        fn par_iter(&self) -> Iter<'_, T> {
            self.slice().iter()
        }

        fn par_chunks(&self, items: usize) -> Chunks<'_, T> {
            self.slice().chunks(items)
        }

        fn par_rchunks(&self, items: usize) -> RChunks<'_, T> {
            self.slice().rchunks(items)
        }

        fn par_chunks_exact(&self, items: usize) -> ChunksExact<'_, T> {
            self.slice().chunks_exact(items)
        }

        fn par_windows(&self, items: usize) -> Windows<'_, T> {
            self.slice().windows(items)
        }

        fn par_chunk_by<F: FnMut(&T, &T) -> bool>(&self, belong: F) -> ChunkBy<'_, T, F> {
            self.slice().chunk_by(belong)
        }
    }

    impl<T> ParallelSlice<T> for [T] {
        fn slice(&self) -> &[T] {
            self
        }
    }

    pub(crate) trait ParallelSliceMut<T> {
        fn slice_mut(&mut self) -> &mut [T];

        #[inline]
        fn par_iter_mut(&mut self) -> IterMut<'_, T> {
            self.slice_mut().iter_mut()
        }

        fn par_chunks_mut(&mut self, items: usize) -> ChunksMut<'_, T> {
            self.slice_mut().chunks_mut(items)
        }

        fn par_sort(&mut self)
        where
            T: Ord,
        {
            self.slice_mut().sort();
        }

        fn par_sort_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
            self.slice_mut().sort_by_key(key);
        }

        fn par_sort_by_cached_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
            self.slice_mut().sort_by_cached_key(key);
        }

        fn par_sort_unstable(&mut self)
        where
            T: Ord,
        {
            self.slice_mut().sort_unstable();
        }

        fn par_sort_unstable_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
            self.slice_mut().sort_unstable_by_key(key);
        }
    }

    impl<T> ParallelSliceMut<T> for [T] {
        fn slice_mut(&mut self) -> &mut [T] {
            self
        }
    }

    pub(crate) trait ParallelString {
        fn text(&self) -> &str;

        fn par_chars(&self) -> std::str::Chars<'_> {
            self.text().chars()
        }

        fn par_bytes(&self) -> std::str::Bytes<'_> {
            self.text().bytes()
        }

        fn par_lines(&self) -> std::str::Lines<'_> {
            self.text().lines()
        }

        fn par_split(&self, is_between: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
            self.text().split(is_between)
        }

        fn par_split_whitespace(&self) -> std::str::SplitWhitespace<'_> {
            self.text().split_whitespace()
        }
    }

    impl ParallelString for str {
        fn text(&self) -> &str {
            self
        }
    }
}
