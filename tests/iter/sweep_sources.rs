//! The catalogue of sources, but for slices and strings.

use super::api::iter::{
    self, IntoParallelIterator, empty, once, repeat, repeat_n, walk_tree, walk_tree_postfix,
    walk_tree_prefix,
};
use super::api::prelude::*;
use super::sweep::{Order, Sweep, check};
use super::tracked::{Tracked, items};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ops::Range;

const LENS: [usize; 5] = [0, 1, 2, 5, 8];

/// Ranges to be drained, of so many items.
fn drained(len: usize) -> [Range<usize>; 4] {
    [0..len, len / 2..len, 0..len / 2, len / 3..len - len / 3]
}

pub(super) fn sequences<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let vec = || items::<BYTES>(len);
        let boxed = || vec().into_boxed_slice();
        // A ring whose start is in the middle of its memory.
        let ring = || {
            let mut ring = VecDeque::from(vec());
            ring.rotate_left(len / 2);
            ring
        };
        let list = || LinkedList::from_iter(vec());
        let heap = || BinaryHeap::from_iter(vec());
        sweep.indexed(vec(), || vec().into_par_iter());
        sweep.indexed(vec(), || boxed().into_par_iter());
        sweep.indexed(ring(), || ring().into_par_iter());
        sweep.indexed(heap(), || heap().into_par_iter());
        sweep.loose(Order::Exact, vec(), || list().into_par_iter());

        let (vec_ref, boxed_ref, ring_ref, list_ref) = (vec(), boxed(), ring(), list());
        let heap_ref = heap();
        sweep.indexed(&vec_ref, || vec_ref.par_iter());
        sweep.indexed(&vec_ref, || boxed_ref.par_iter());
        sweep.indexed(&ring_ref, || ring_ref.par_iter());
        sweep.indexed(&heap_ref, || heap_ref.par_iter());
        sweep.loose(Order::Exact, &vec_ref, || list_ref.par_iter());

        sweep.with(Order::Exact, vec(), |mut check| check.indexed(vec().par_iter_mut()));
        sweep.with(Order::Exact, vec(), |mut check| check.indexed(boxed().par_iter_mut()));
        sweep.with(Order::Exact, ring(), |mut check| check.indexed(ring().par_iter_mut()));
        sweep.with(Order::Exact, vec(), |mut check| check.loose(list().par_iter_mut()));

        for range in drained(len) {
            let part = || vec().drain(range.clone()).collect::<Vec<_>>();
            let mut rest = vec();
            rest.drain(range.clone());
            sweep.with(Order::Exact, part(), |mut check| {
                let mut drained = vec();
                check.indexed(drained.par_drain(range.clone()));
                assert_eq!(drained, rest);
            });
            let part = || ring().drain(range.clone()).collect::<Vec<_>>();
            let mut rest = ring();
            rest.drain(range.clone());
            sweep.with(Order::Exact, part(), |mut check| {
                let mut drained = ring();
                check.indexed(drained.par_drain(range.clone()));
                assert_eq!(drained, rest);
            });
        }
        sweep.with(Order::Exact, heap(), |mut check| {
            let mut drained = heap();
            check.indexed(drained.par_drain());
            assert!(drained.is_empty());
        });
    }
    let array = || [1, 2, 3, 4, 5].map(Tracked::<BYTES>::new);
    sweep.indexed(array(), || array().into_par_iter());
    let array_ref = array();
    sweep.indexed(&array_ref, || array_ref.par_iter());
    sweep.with(Order::Exact, array(), |mut check| check.indexed(array().par_iter_mut()));
    sweep.indexed([0_u8; 0], || [0_u8; 0].into_par_iter());
}

pub(super) fn sets_and_maps<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let vec = || items::<BYTES>(len);
        let pairs = || vec().into_iter().zip(items::<8>(len));
        let tree = || BTreeMap::from_iter(pairs());
        let tree_set = || BTreeSet::from_iter(vec());
        let hash = || HashMap::<_, _>::from_iter(pairs());
        let hash_set = || HashSet::<_>::from_iter(vec());
        let (tree_ref, tree_set_ref) = (tree(), tree_set());
        let (hash_ref, hash_set_ref) = (hash(), hash_set());
        sweep.loose(Order::Exact, &tree_ref, || tree_ref.par_iter());
        sweep.loose(Order::Exact, &tree_set_ref, || tree_set_ref.par_iter());
        sweep.loose(Order::Any, &hash_ref, || hash_ref.par_iter());
        sweep.loose(Order::Any, &hash_set_ref, || hash_set_ref.par_iter());
        sweep.with(Order::Exact, tree(), |mut check| check.loose(tree().into_par_iter()));
        sweep.with(Order::Exact, tree_set(), |mut check| check.loose(tree_set().into_par_iter()));
        sweep.with(Order::Any, hash(), |mut check| check.loose(hash().into_par_iter()));
        sweep.with(Order::Any, hash_set(), |mut check| check.loose(hash_set().into_par_iter()));
        sweep.with(Order::Exact, tree(), |mut check| check.loose(tree().par_iter_mut()));
        sweep.with(Order::Any, hash(), |mut check| check.loose(hash().par_iter_mut()));
        sweep.with(Order::Any, hash(), |mut check| {
            let mut drained = hash();
            check.loose(drained.par_drain());
            assert!(drained.is_empty());
        });
        sweep.with(Order::Any, hash_set(), |mut check| {
            let mut drained = hash_set();
            check.loose(drained.par_drain());
            assert!(drained.is_empty());
        });
    }
}

pub(super) fn at_most_one<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    let one = || Tracked::<BYTES>::new(1);
    sweep.indexed([one()], || once(one()));
    sweep.indexed(Vec::<Tracked<BYTES>>::new(), empty::<Tracked<BYTES>>);
    for some in [false, true] {
        let option = || some.then(one);
        let result = || option().ok_or(());
        sweep.indexed(option(), || option().into_par_iter());
        sweep.indexed(option(), || result().into_par_iter());
        let (option_ref, result_ref) = (option(), result());
        sweep.indexed(&option_ref, || option_ref.par_iter());
        sweep.indexed(&option_ref, || result_ref.par_iter());
        sweep.with(Order::Exact, option(), |mut check| check.indexed(option().par_iter_mut()));
        sweep.with(Order::Exact, option(), |mut check| check.indexed(result().par_iter_mut()));
    }
}

pub(super) fn made_up<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let vec = || items::<BYTES>(len);
        let one = || Tracked::<BYTES>::new(1);
        sweep.indexed(std::iter::repeat_n(one(), len), || repeat_n(one(), len));
        sweep.with(Order::Exact, std::iter::repeat_n(one(), len), |mut check| {
            let endless = repeat(one());
            check.endless(&endless);
            check.indexed(endless.clone().take(len));
            check.indexed(endless.zip(0..len).map(|(item, _)| item));
        });
        sweep.loose(Order::Any, vec(), || vec().into_iter().par_bridge());
        let cut = |mut left: Vec<Tracked<BYTES>>| {
            let right = left.split_off(left.len() / 2);
            if left.is_empty() { (right, None) } else { (left, Some(right)) }
        };
        sweep.loose(Order::Pieces, vec(), || iter::split(vec(), cut));
    }
}

/// Not closures: these could not be shown by `Debug`.
fn children<const BYTES: usize>(node: &Tracked<BYTES>) -> Vec<Tracked<BYTES>> {
    let n = node.number();
    (1..=n % 3).map(|k| Tracked::new(n / 3 + k - 1)).collect()
}

fn visit<const BYTES: usize>(
    node: Tracked<BYTES>,
    parent_first: bool,
    seen: &mut Vec<Tracked<BYTES>>,
) {
    let children = children(&node);
    let (before, behind) = if parent_first { (Some(node), None) } else { (None, Some(node)) };
    seen.extend(before);
    children.into_iter().for_each(|child| visit(child, parent_first, seen));
    seen.extend(behind);
}

pub(super) fn trees<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    type Children<const BYTES: usize> = fn(&Tracked<BYTES>) -> Vec<Tracked<BYTES>>;
    let children: Children<BYTES> = children;
    for root in [0, 1, 2, 5, 10, 17] {
        let root = || Tracked::<BYTES>::new(root);
        let (mut prefix, mut postfix) = (Vec::new(), Vec::new());
        visit(root(), true, &mut prefix);
        visit(root(), false, &mut postfix);
        sweep.with(Order::Any, &prefix, |mut check| check.loose(walk_tree(root(), children)));
        sweep.with(Order::Exact, &prefix, |mut check| {
            check.loose(walk_tree_prefix(root(), children));
        });
        sweep.with(Order::Exact, &postfix, |mut check| {
            check.loose(walk_tree_postfix(root(), children));
        });
    }
}

pub(super) fn zips<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let vec = || items::<BYTES>(len);
        let (a, b) = (|| vec().into_iter(), || 1..4_u8);
        sweep.indexed(a().map(|x| (x,)), || (vec(),).into_par_iter());
        sweep.indexed(a().zip(b()), || (vec(), b()).into_par_iter());
        let three = || a().zip(b()).map(|(x, y)| (x, y, y));
        sweep.indexed(three(), || (vec(), b(), b()).into_par_iter());
        sweep.with(Order::Exact, three(), |mut check| {
            let (left, mut middle, right) = (vec(), Vec::from_iter(b()), Vec::from_iter(b()));
            check.indexed((&left, &mut middle, &right).into_par_iter());
        });
        let four = || a().zip(b()).map(|(x, y)| (y, y, y, x));
        sweep.indexed(four(), || (b(), b(), b(), vec()).into_par_iter());
        let five = || a().zip(b()).map(|(x, y)| (y, y, y, y, x));
        sweep.indexed(five(), || (b(), b(), b(), b(), vec()).into_par_iter());
        let six = || a().zip(b()).map(|(x, y)| (y, y, y, y, x, y));
        sweep.indexed(six(), || (b(), b(), b(), b(), vec(), b()).into_par_iter());
        let nine = || a().zip(b()).map(|(x, y)| (y, y, y, y, x, y, y, y, y));
        sweep.indexed(nine(), || (b(), b(), b(), b(), vec(), b(), b(), b(), b()).into_par_iter());
        let twelve = || a().zip(b()).map(|(x, y)| (y, y, y, y, x, y, y, y, y, y, y, y));
        sweep.indexed(twelve(), || {
            (b(), b(), b(), b(), vec(), b(), b(), b(), b(), b(), b(), b()).into_par_iter()
        });
    }
}

pub(super) fn ranges(sweep: &mut Sweep<'_>) {
    macro_rules! each {
        ($range:ident: $start:ident $dots:tt $end:ident of $($number:ty)+ => $visit:expr) => {$(
            for ($start, $end) in [(0, 0), (3, 9), (9, 3), (<$number>::MAX - 5, <$number>::MAX)] {
                let $range = || $start $dots $end;
                $visit;
            }
        )+};
    }
    each!(range: start .. end of u8 u16 u32 usize i8 i16 i32 isize =>
        sweep.indexed(range(), || range().into_par_iter()));
    each!(range: start .. end of u64 u128 i64 i128 =>
        sweep.loose(Order::Exact, range(), || range().into_par_iter()));
    each!(range: start ..= end of u8 u16 i8 i16 =>
        sweep.indexed(range(), || range().into_par_iter()));
    each!(range: start ..= end of u32 u64 u128 usize i32 i64 i128 isize =>
        sweep.loose(Order::Exact, range(), || range().into_par_iter()));
    sweep.indexed(-3..4_i8, || (-3..4_i8).into_par_iter());
    sweep.loose(Order::Exact, -3..=4_i64, || (-3..=4_i64).into_par_iter());
    // Across the gap in the middle and at the very end.
    for (start, end) in
        [('a', 'a'), ('\u{D7FD}', '\u{E003}'), ('z', 'a'), ('\u{10FFFB}', char::MAX)]
    {
        sweep.indexed(start..end, || (start..end).into_par_iter());
        sweep.indexed(start..=end, || (start..=end).into_par_iter());
    }
    let mut spent = 0..=3_u8;
    spent.by_ref().for_each(drop);
    sweep.indexed(spent.clone(), || spent.clone().into_par_iter());
}

#[test]
fn sequences_sets_and_maps() {
    watch!();
    check(sequences::<8>);
    check(sets_and_maps::<8>);
    check(at_most_one::<8>);
}

#[test]
fn sources_without_a_collection() {
    watch!();
    check(made_up::<8>);
    check(trees::<8>);
    check(zips::<8>);
    check(ranges);
}
