//! Tuples of iterators as iterators of tuples.
use crate::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
use crate::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator,
    IntoParallelRefMutIterator, ParallelIterator,
};

/// Yields tuples, one item from each of several iterators, until the shortest one ends.
///
/// It is what a tuple of up to twelve things to iterate over turns into.
///
/// ```
/// use moirai::prelude::*;
///
/// let (xs, ys, mut sums) = ([1, 2, 3], [10, 20, 30], [0; 3]);
/// (&xs, &ys, &mut sums).into_par_iter().for_each(|(x, y, sum)| *sum = x + y);
/// assert_eq!(sums, [11, 22, 33]);
/// ```
#[derive(Clone, Debug)]
pub struct MultiZip<T> {
    tuple: T,
}

/// Implements everything for tuples of one length.
///
/// The tuple `(A, B, C)` runs as `A` zipped with (`B` zipped with `C`), and the nested pairs are
/// flattened at the end.
macro_rules! multizip {
    (tuple $($T:ident)+) => {
        impl<$($T: IndexedParallelIterator),+> ParallelIterator for MultiZip<($($T,)+)> {
            type Item = ($($T::Item,)+);

            fn drive_unindexed<CC: UnindexedConsumer<Self::Item>>(self, consumer: CC) -> CC::Result {
                self.drive(consumer)
            }

            fn opt_len(&self) -> Option<usize> {
                Some(self.len())
            }
        }

        #[allow(non_snake_case, reason = "each variable is named like its type")]
        impl<$($T: IndexedParallelIterator),+> IndexedParallelIterator for MultiZip<($($T,)+)> {
            fn drive<CC: Consumer<Self::Item>>(self, consumer: CC) -> CC::Result {
                let ($($T,)+) = self.tuple;
                multizip!(nest $($T)+).map(|multizip!(pattern $($T)+)| ($($T,)+)).drive(consumer)
            }

            fn len(&self) -> usize {
                let ($($T,)+) = &self.tuple;
                let shortest = usize::MAX;
                $(let shortest = Ord::min(shortest, $T.len());)+
                shortest
            }

            fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
                let ($($T,)+) = self.tuple;
                multizip!(nest $($T)+)
                    .map(|multizip!(pattern $($T)+)| ($($T,)+))
                    .with_producer(callback)
            }
        }

        #[allow(non_snake_case, reason = "each variable is named like its type")]
        impl<$($T),+> IntoParallelIterator for ($($T,)+)
        where
            $($T: IntoParallelIterator<Iter: IndexedParallelIterator>,)+
        {
            type Item = ($($T::Item,)+);
            type Iter = MultiZip<($($T::Iter,)+)>;

            fn into_par_iter(self) -> Self::Iter {
                let ($($T,)+) = self;
                MultiZip { tuple: ($($T.into_par_iter(),)+) }
            }
        }

        #[allow(non_snake_case, reason = "each variable is named like its type")]
        impl<'data, $($T),+> IntoParallelIterator for &'data ($($T,)+)
        where
            $($T: IntoParallelRefIterator<'data, Iter: IndexedParallelIterator>,)+
        {
            type Item = ($($T::Item,)+);
            type Iter = MultiZip<($($T::Iter,)+)>;

            fn into_par_iter(self) -> Self::Iter {
                let ($($T,)+) = self;
                MultiZip { tuple: ($($T.par_iter(),)+) }
            }
        }

        #[allow(non_snake_case, reason = "each variable is named like its type")]
        impl<'data, $($T),+> IntoParallelIterator for &'data mut ($($T,)+)
        where
            $($T: IntoParallelRefMutIterator<'data, Iter: IndexedParallelIterator>,)+
        {
            type Item = ($($T::Item,)+);
            type Iter = MultiZip<($($T::Iter,)+)>;

            fn into_par_iter(self) -> Self::Iter {
                let ($($T,)+) = self;
                MultiZip { tuple: ($($T.par_iter_mut(),)+) }
            }
        }
    };
    (nest $last:ident) => { $last };
    (nest $first:ident $($rest:ident)+) => { $first.zip(multizip!(nest $($rest)+)) };
    (pattern $last:ident) => { $last };
    (pattern $first:ident $($rest:ident)+) => { ($first, multizip!(pattern $($rest)+)) };
}

multizip! { tuple A }
multizip! { tuple A B }
multizip! { tuple A B C }
multizip! { tuple A B C D }
multizip! { tuple A B C D E }
multizip! { tuple A B C D E F }
multizip! { tuple A B C D E F G }
multizip! { tuple A B C D E F G H }
multizip! { tuple A B C D E F G H I }
multizip! { tuple A B C D E F G H I J }
multizip! { tuple A B C D E F G H I J K }
multizip! { tuple A B C D E F G H I J K L }
