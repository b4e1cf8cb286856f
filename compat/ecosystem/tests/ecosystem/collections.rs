//! Collections with parallel iterators of their own: hashbrown, indexmap, dashmap, petgraph, im, imbl, rpds,
//! bevy_platform. They implement the plumbing traits, or pass on rayon's own iterators.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;

use crate::kit::everywhere;

const ITEMS: u32 = 3000;

/// `n -> n²`, in order.
fn model() -> BTreeMap<u32, u64> {
    (0..ITEMS).map(|n| (n, u64::from(n).pow(2))).collect()
}

fn in_order<K: Ord + Send, V: Send>(pairs: impl ParallelIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    pairs.collect()
}

macro_rules! hashbrown_major {
    ($($version:ident: $hashbrown:ident,)+) => {$(
        #[test]
        fn $version() {
            use $hashbrown::{HashMap, HashSet};

            watch!();
            everywhere(|| {
                let mut map: HashMap<u32, u64> = model().into_par_iter().collect();
                assert_eq!(in_order(map.par_iter().map(|(k, v)| (*k, *v))), model());
                assert_eq!(map.par_keys().max(), Some(&(ITEMS - 1)));
                map.par_values_mut().for_each(|square| *square += 1);
                map.par_iter_mut().for_each(|(_, square)| *square -= 1);
                assert_eq!(map.par_values().sum::<u64>(), model().values().sum::<u64>());
                assert!(map.par_eq(&map.clone()));
                map.par_extend((ITEMS..ITEMS + 10).into_par_iter().map(|n| (n, 0)));
                assert_eq!(map.len(), ITEMS as usize + 10);
                let drained = map.par_drain().filter(|(_, square)| *square > 0).count();
                assert_eq!((drained, map.len()), (ITEMS as usize - 1, 0));

                let low: HashSet<u32> = (0..2000).into_par_iter().collect();
                let high: HashSet<u32> = (1000..ITEMS).into_par_iter().collect();
                assert_eq!(low.par_union(&high).count(), ITEMS as usize);
                assert_eq!(low.par_intersection(&high).count(), 1000);
                assert_eq!(low.par_difference(&high).map(|n| u64::from(*n)).sum::<u64>(), 499_500);
                assert_eq!(low.par_symmetric_difference(&high).count(), 2000);
                assert!(!low.par_is_disjoint(&high) && low.par_is_subset(&low));
                assert_eq!(low.into_par_iter().map(u64::from).sum::<u64>(), 1_999_000);
            });
        }
    )+};
}

hashbrown_major! {
    hashbrown_0_12: hashbrown_12,
    hashbrown_0_13: hashbrown_13,
    hashbrown_0_14: hashbrown_14,
    hashbrown_0_15: hashbrown_15,
    hashbrown_0_16: hashbrown_16,
    hashbrown_0_17: hashbrown,
}

/// A consumer that has enough stops a `ParDrain` early; the rest is dropped, once.
#[test]
fn hashbrown_drops_what_is_not_drained() {
    struct Counted<'a>(&'a AtomicUsize);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    watch!();
    everywhere(|| {
        let dropped = AtomicUsize::new(0);
        let mut map: hashbrown::HashMap<u32, Counted<'_>> =
            (0..ITEMS).map(|n| (n, Counted(&dropped))).collect();
        assert!(map.par_drain().any(|(n, _)| n % 7 == 3));
        assert_eq!((dropped.load(Relaxed), map.len()), (ITEMS as usize, 0));
    });
}

#[test]
fn indexmap_maps() {
    watch!();
    everywhere(|| {
        let mut map: indexmap::IndexMap<u32, u64> =
            model().into_iter().collect::<Vec<_>>().into_par_iter().rev().collect();
        let reversed: Vec<u32> = (0..ITEMS).rev().collect();
        assert!(map.keys().eq(&reversed));
        // Indexed: everything that knows its length and splits at an index.
        assert_eq!(map.par_keys().copied().collect::<Vec<_>>(), reversed);
        assert_eq!(
            map.par_iter()
                .with_max_len(7)
                .rev()
                .enumerate()
                .find_any(|(at, (n, _))| *at != **n as usize),
            None
        );
        let mut squares = Vec::new();
        map.par_values()
            .zip(&reversed)
            .map(|(square, n)| square / u64::from(*n).max(1))
            .collect_into_vec(&mut squares);
        assert_eq!(
            squares.iter().sum::<u64>(),
            reversed.iter().map(|n| u64::from(*n)).sum::<u64>()
        );
        map.par_iter_mut().for_each(|(n, square)| *square -= u64::from(*n));
        map.par_values_mut()
            .chunks(10)
            .for_each(|chunk| chunk.into_iter().for_each(|square| *square += 1));
        assert_eq!(
            map.as_slice().par_iter().map(|(n, square)| square - 1 + u64::from(*n)).sum::<u64>(),
            model().values().sum::<u64>()
        );
        map.par_sort_keys();
        assert!(map.keys().copied().eq(0..ITEMS));
        map.par_sort_by(|a, _, b, _| b.cmp(a));
        map.par_sort_unstable_by_key(|n, _| *n % 10);
        assert!(map.keys().map(|n| n % 10).is_sorted());
        map.par_extend([(ITEMS, 1)]);
        assert_eq!(map.par_drain(1..).opt_len(), Some(ITEMS as usize));
        assert_eq!(map.len(), 1);
        assert_eq!(map.into_par_iter().len(), 1);
    });
}

#[test]
fn indexmap_sets() {
    watch!();
    everywhere(|| {
        let low: indexmap::IndexSet<u32> = (0..2000).into_par_iter().collect();
        let high: indexmap::IndexSet<u32> = (1000..ITEMS).into_par_iter().rev().collect();
        assert_eq!(
            low.par_difference(&high).copied().collect::<Vec<_>>(),
            (0..1000).collect::<Vec<_>>()
        );
        assert_eq!(low.par_union(&high).count(), ITEMS as usize);
        assert_eq!(low.par_intersection(&high).max(), Some(&1999));
        assert_eq!(low.par_symmetric_difference(&high).count(), 2000);
        assert!(high.par_is_superset(&(1500..1600).collect::<indexmap::IndexSet<u32>>()));
        let sorted = high.par_sorted_by(|a, b| a.cmp(b)).collect::<Vec<_>>();
        assert_eq!(sorted, (1000..ITEMS).collect::<Vec<_>>());
    });
}

#[test]
fn dashmap_maps_and_sets() {
    watch!();
    everywhere(|| {
        let map: dashmap::DashMap<u32, u64> = model().into_par_iter().collect();
        map.par_iter_mut().for_each(|mut entry| *entry.value_mut() += 1);
        assert_eq!(
            in_order(map.par_iter().map(|entry| (*entry.key(), entry.value() - 1))),
            model()
        );
        // Jobs that write to the map that they walk beside: shards are locked one by one.
        (&map).par_extend((ITEMS..ITEMS + 100).into_par_iter().map(|n| (n, 0)));
        (0..ITEMS).into_par_iter().for_each(|n| *map.get_mut(&n).unwrap() -= 1);
        map.retain(|n, _| *n < ITEMS);
        assert_eq!(in_order(map.into_par_iter()), model());
        let set: dashmap::DashSet<u32> = (0..ITEMS).into_par_iter().map(|n| n / 3).collect();
        assert_eq!(set.par_iter().map(|n| u64::from(*n.key())).sum::<u64>(), 499_500);
        assert_eq!(set.into_par_iter().count(), 1000);
    });
}

#[test]
fn petgraph_graph_maps() {
    watch!();
    everywhere(|| {
        let mut graph: petgraph::graphmap::UnGraphMap<u32, u64> =
            (0..ITEMS).map(|n| (n, (n + 1) % ITEMS, u64::from(n))).collect();
        assert_eq!(graph.par_nodes().max(), Some(ITEMS - 1));
        assert_eq!(graph.par_nodes().rev().position_any(|n| n == ITEMS - 1), Some(0));
        graph.par_all_edges_mut().for_each(|(_, _, weight)| *weight *= 2);
        assert_eq!(graph.par_all_edges().map(|(_, _, weight)| weight).sum::<u64>(), 8_997_000);
        assert_eq!(graph.par_all_edges().len(), ITEMS as usize);
    });
}

macro_rules! vector {
    ($($test:ident: $vector:ty,)+) => {$(
        #[test]
        fn $test() {
            watch!();
            everywhere(|| {
                let mut vector: $vector = (0..ITEMS).collect();
                let shared = vector.clone();
                vector.par_iter_mut().enumerate().for_each(|(at, n)| *n += at as u32);
                assert_eq!(vector.par_iter().map(|n| u64::from(*n)).sum::<u64>(), 8_997_000);
                let zipped = vector.par_iter().zip(shared.par_iter()).rev();
                assert!(zipped.with_min_len(10).all(|(new, old)| *new == 2 * old));
                assert_eq!(shared.par_iter().copied().collect::<Vec<_>>(), (0..ITEMS).collect::<Vec<_>>());
            });
        }
    )+};
}

vector! {
    im_vectors: im::Vector<u32>,
    imbl_vectors: imbl::Vector<u32>,
}

#[test]
fn rpds_maps() {
    watch!();
    everywhere(|| {
        let map: rpds::HashTrieMapSync<u32, u64> = model().into_iter().collect();
        assert_eq!(in_order((&map).into_par_iter().map(|(n, square)| (*n, *square))), model());
        assert!(map.par_iter().find_any(|(n, _)| **n == 77).is_some());
    });
}

#[test]
fn bevy_platform_maps_and_sets() {
    use bevy_platform::collections::{HashMap, HashSet};

    watch!();
    everywhere(|| {
        let mut map: HashMap<u32, u64> = model().into_par_iter().collect();
        map.par_iter_mut().for_each(|(_, square)| *square += 1);
        map.par_extend((0..ITEMS).into_par_iter().map(|n| (n, u64::from(n).pow(2))));
        assert_eq!(in_order(map.par_iter().map(|(n, square)| (*n, *square))), model());
        let set: HashSet<u64> = map.into_par_iter().map(|(_, square)| square % 10).collect();
        assert_eq!(set.par_iter().sum::<u64>(), 25);
    });
}
