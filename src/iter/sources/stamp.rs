//! What most sources have in common, stamped out.

/// Implements both iterator traits for a type that turns into a producer directly.
macro_rules! indexed_source {
    (
        impl[$($generics:tt)*] $source:ty => $item:ty;
        len($from:ident) $len:block
        producer($into:ident) $producer:block
    ) => {
        impl<$($generics)*> $crate::iter::ParallelIterator for $source {
            type Item = $item;

            fn drive_unindexed<C>(self, consumer: C) -> C::Result
            where
                C: $crate::iter::plumbing::UnindexedConsumer<$item>,
            {
                $crate::iter::plumbing::bridge(self, consumer)
            }

            fn opt_len(&self) -> Option<usize> {
                Some($crate::iter::IndexedParallelIterator::len(self))
            }
        }

        impl<$($generics)*> $crate::iter::IndexedParallelIterator for $source {
            fn drive<C>(self, consumer: C) -> C::Result
            where
                C: $crate::iter::plumbing::Consumer<$item>,
            {
                $crate::iter::plumbing::bridge(self, consumer)
            }

            fn len(&self) -> usize {
                let $from = self;
                $len
            }

            fn with_producer<CB>(self, callback: CB) -> CB::Output
            where
                CB: $crate::iter::plumbing::ProducerCallback<$item>,
            {
                let $into = self;
                callback.callback($producer)
            }
        }
    };
}
pub(crate) use indexed_source;

/// Implements `ParallelIterator`, and with `indexed` also `IndexedParallelIterator`, for a type
/// whose field `base` is the iterator in truth.
macro_rules! delegate {
    (indexed impl[$($generics:tt)*] $source:ty => $item:ty) => {
        $crate::iter::delegate! { impl[$($generics)*] $source => $item }

        impl<$($generics)*> $crate::iter::IndexedParallelIterator for $source {
            fn drive<C>(self, consumer: C) -> C::Result
            where
                C: $crate::iter::plumbing::Consumer<$item>,
            {
                $crate::iter::IndexedParallelIterator::drive(self.base, consumer)
            }

            fn len(&self) -> usize {
                $crate::iter::IndexedParallelIterator::len(&self.base)
            }

            fn with_producer<CB>(self, callback: CB) -> CB::Output
            where
                CB: $crate::iter::plumbing::ProducerCallback<$item>,
            {
                $crate::iter::IndexedParallelIterator::with_producer(self.base, callback)
            }
        }
    };
    (impl[$($generics:tt)*] $source:ty => $item:ty) => {
        impl<$($generics)*> $crate::iter::ParallelIterator for $source {
            type Item = $item;

            fn drive_unindexed<C>(self, consumer: C) -> C::Result
            where
                C: $crate::iter::plumbing::UnindexedConsumer<$item>,
            {
                $crate::iter::ParallelIterator::drive_unindexed(self.base, consumer)
            }

            fn opt_len(&self) -> Option<usize> {
                $crate::iter::ParallelIterator::opt_len(&self.base)
            }
        }
    };
}
pub(crate) use delegate;

/// Implements `Clone` field by field; a derive would demand `Clone` of the items as well.
macro_rules! clone_fields {
    (impl[$($generics:tt)*] $source:ty { $($field:ident),+ }) => {
        impl<$($generics)*> Clone for $source {
            fn clone(&self) -> Self {
                Self { $($field: Clone::clone(&self.$field)),+ }
            }
        }
    };
}
pub(crate) use clone_fields;
