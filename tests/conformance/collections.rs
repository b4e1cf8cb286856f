//! Section 15: arrays and collections.

use super::api::collections::{
    binary_heap, btree_map, btree_set, hash_map, hash_set, linked_list, vec_deque,
};
use super::api::prelude::*;
use super::api::{array, option, result, slice, vec};
use super::kit::in_pools;
use crate::ledger::Ledger;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

/// CLL-1: which collections have indices.
#[test]
fn cll_1_indexed() {
    macro_rules! indexed {
        ($($is:literal: $($iter:ty),+;)+) => {$($(
            assert_eq!(has!($iter: IndexedParallelIterator), $is);
            assert!(has!($iter: ParallelIterator));
        )+)+};
    }
    indexed! {
        true: vec::IntoIter<u8>, vec::Drain<'static, u8>;
        true: slice::Iter<'static, u8>, slice::IterMut<'static, u8>, array::IntoIter<u8, 3>;
        true: vec_deque::IntoIter<u8>, vec_deque::Iter<'static, u8>;
        true: vec_deque::Drain<'static, u8>;
        true: binary_heap::IntoIter<u8>, binary_heap::Iter<'static, u8>;
        true: option::IntoIter<u8>, option::Iter<'static, u8>;
        true: result::IntoIter<u8>, result::Iter<'static, u8>;
        false: hash_map::IntoIter<u8, u8>, hash_map::Iter<'static, u8, u8>;
        false: hash_set::IntoIter<u8>, hash_set::Drain<'static, u8>;
        false: btree_map::IntoIter<u8, u8>, btree_map::IterMut<'static, u8, u8>;
        false: btree_set::IntoIter<u8>, btree_set::Iter<'static, u8>;
        false: linked_list::IntoIter<u8>, linked_list::IterMut<'static, u8>;
    }
}

/// CLL-1: every collection yields what it holds, by value, by reference and by mutable reference.
#[test]
fn cll_1_all_items() {
    watch!();
    in_pools(|| {
        macro_rules! yields {
            ($($collection:ty),+ $(,)?) => {$(
                for len in [0, 1, 1000] {
                    let one: $collection = (0..len).collect();
                    assert!(one.par_iter().collect::<Vec<_>>().into_iter().eq(&one));
                    assert_eq!(one.par_iter().opt_len(), Some(one.len()));
                    let expected: Vec<_> = one.clone().into_iter().collect();
                    assert_eq!(one.into_par_iter().collect::<Vec<_>>(), expected);
                }
            )+};
        }
        yields!(Vec<u32>, VecDeque<u32>, LinkedList<u32>, BTreeSet<u32>, HashSet<u32>);
        macro_rules! changes {
            ($($collection:ty),+ $(,)?) => {$(
                let mut one: $collection = (0..1000).collect();
                one.par_iter_mut().for_each(|n| *n += 1);
                assert!(one.into_iter().eq(1..1001));
            )+};
        }
        changes!(Vec<u32>, VecDeque<u32>, LinkedList<u32>, Box<[u32]>);
        macro_rules! maps {
            ($($map:ty),+ $(,)?) => {$(
                let mut map: $map = (0..1000).map(|n| (n, n)).collect();
                map.par_iter_mut().for_each(|(key, value)| *value += key);
                assert!(map.par_iter().all(|(key, value)| *value == 2 * key));
                let mut pairs: Vec<_> = map.into_par_iter().collect();
                pairs.sort_unstable();
                assert!(pairs.into_iter().eq((0..1000).map(|n| (n, 2 * n))));
            )+};
        }
        maps!(HashMap<u32, u32>, BTreeMap<u32, u32>);
        let boxed: Box<[u32]> = (0..1000).collect();
        assert_eq!(boxed.par_iter().sum::<u32>(), 499_500);
    });
}

/// CLL-2: the order of a heap is that of its memory, the order of a deque the logical one; options
/// and results hold one item or none.
#[test]
fn cll_2_orders() {
    watch!();
    in_pools(|| {
        let heap: BinaryHeap<_> = (0..1000).map(|n| n * 7 % 1001).collect();
        assert!(heap.par_iter().collect::<Vec<_>>().into_iter().eq(&heap));
        assert_eq!(heap.clone().into_par_iter().collect::<Vec<_>>(), heap.into_vec());

        let mut deque: VecDeque<_> = (0..1000).collect();
        deque.rotate_left(300);
        let logical = (300..1000).chain(0..300);
        assert!(!deque.as_slices().1.is_empty(), "wraps around");
        assert!(deque.par_iter().copied().collect::<Vec<_>>().into_iter().eq(logical.clone()));
        assert_eq!(deque.par_iter().enumerate().find_first(|(_, n)| **n == 0), Some((700, &0)));
        deque.par_iter_mut().enumerate().for_each(|(at, n)| *n = at);
        assert!(deque.iter().copied().eq(0..1000));
        deque.rotate_left(300);
        assert!(deque.into_par_iter().collect::<Vec<_>>().into_iter().eq(logical));

        let (mut some, none) = (Some(3), None::<i32>);
        some.par_iter_mut().for_each(|n| *n += 1);
        assert_eq!(some.par_iter().chain(&none).collect::<Vec<_>>(), [&4]);
        assert_eq!(some.into_par_iter().len(), 1);
        let (mut done, failed) = (Ok::<_, &str>(3), Err::<i32, _>("no"));
        done.par_iter_mut().for_each(|n| *n += 1);
        assert_eq!(done.par_iter().chain(&failed).collect::<Vec<_>>(), [&4]);
        assert_eq!((done.into_par_iter().len(), failed.into_par_iter().len()), (1, 0));
    });
}

/// CLL-3: arrays give their items away; what is not consumed is dropped.
#[test]
fn cll_3_arrays() {
    watch!();
    in_pools(|| {
        let array = |ledger: &mut Option<Ledger>| -> [_; 100] {
            let (kept, entries) = Ledger::of(100);
            *ledger = Some(kept);
            entries.try_into().ok().unwrap()
        };
        let mut ledger = None;
        let numbers = array(&mut ledger).into_par_iter().map(|entry| entry.number());
        assert!(numbers.collect::<Vec<_>>().into_iter().eq(0..100));
        assert_eq!(ledger.as_ref().unwrap().dropped(), 100);
        let first = array(&mut ledger).into_par_iter().find_first(|_| true).unwrap();
        assert_eq!((first.number(), ledger.as_ref().unwrap().dropped()), (0, 99));
        drop(first);
        drop(array(&mut ledger).into_par_iter());
        assert_eq!(ledger.as_ref().unwrap().dropped(), 100);
        assert_eq!([0; 0].into_par_iter().count(), 0);
        let mut changed = [1, 2, 3];
        changed.par_iter_mut().for_each(|n| *n *= 2);
        assert_eq!(changed, [2, 4, 6]);
    });
}
