//! Parallel iterators over std's collections, and what is collected into them.
//!
//! Where the elements of a collection do not stand side by side, as in maps, sets and linked lists,
//! the making of an iterator first gathers the elements, or references to them, in a vector.
//!
//! ```
//! use moirai::prelude::*;
//! use std::collections::{BTreeMap, HashSet};
//!
//! let words = ["warp", "weft", "loom", "warp"];
//! let distinct: HashSet<&str> = words.into_par_iter().collect();
//! let lengths: BTreeMap<&str, usize> = distinct.par_iter().map(|&word| (word, word.len())).collect();
//! assert_eq!(lengths.len(), 3);
//! ```
use std::cmp::Ordering;

use crate::iter::{IntoParallelIterator, ParallelIterator, gather};
use crate::slice::ParallelSliceMut;

pub mod binary_heap;
pub mod btree_map;
pub mod btree_set;
pub mod hash_map;
pub mod hash_set;
pub mod linked_list;
mod table_order;
pub mod vec_deque;

/// Adds all items to `collection` on this thread, once they have been made in parallel.
///
/// `reserve` makes room for so many.
fn extend_reserved<C, I>(collection: &mut C, par_iter: I, reserve: impl FnOnce(&mut C, usize))
where
    C: Extend<I::Item>,
    I: IntoParallelIterator,
{
    let par_iter = par_iter.into_par_iter();
    if par_iter.opt_len().is_some() {
        let items: Vec<I::Item> = par_iter.collect();
        reserve(collection, items.len());
        collection.extend(items);
    } else {
        let items = gather(par_iter);
        reserve(collection, items.len());
        collection.extend(items);
    }
}

/// The items in order, sorted in parallel, of equal ones only the first: each later one is handed to `merge` with it.
///
/// A tree is built from items in order without a search.
fn sorted<I, C, M>(par_iter: I, compare: C, merge: M) -> Vec<I::Item>
where
    I: IntoParallelIterator,
    C: Fn(&I::Item, &I::Item) -> Ordering + Sync,
    M: Fn(&mut I::Item, &mut I::Item),
{
    let mut items: Vec<I::Item> = par_iter.into_par_iter().collect();
    items.par_sort_by(&compare);
    items.dedup_by(|later, kept| {
        let is_equal = compare(kept, later) == Ordering::Equal;
        if is_equal {
            merge(later, kept);
        }
        is_equal
    });
    items
}

/// Makes a collection by extending an empty one.
macro_rules! collect_by_extending {
    (impl[$($generics:tt)*] $collection:ty: $item:ty) => {
        impl<$($generics)*> $crate::iter::FromParallelIterator<$item> for $collection {
            fn from_par_iter<I>(par_iter: I) -> Self
            where
                I: $crate::iter::IntoParallelIterator<Item = $item>,
            {
                let mut collection = Self::default();
                $crate::iter::ParallelExtend::par_extend(&mut collection, par_iter);
                collection
            }
        }
    };
}
use collect_by_extending;
