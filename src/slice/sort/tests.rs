use super::*;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

fn scattered(len: u64) -> Vec<u64> {
    (0..len).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20).collect()
}

#[test]
fn all_three_sort() {
    let input = scattered(100_000);
    let mut expected = input.clone();
    expected.sort();
    let (mut stable, mut unstable, mut cached) = (input.clone(), input.clone(), input);
    par_stable(&mut stable, &|a, b| a < b);
    par_unstable(&mut unstable, &|a, b| a < b);
    par_by_cached_key(&mut cached, &|a| *a);
    assert_eq!((&stable, &unstable, &cached), (&expected, &expected, &expected));
}

/// `ordering_from` rests on this: std asks for nothing but "is it less".
#[test]
fn the_stable_sort_is_stable() {
    for len in [10, 100, 5_000, 100_000] {
        let mut pairs: Vec<(u64, usize)> =
            scattered(len).into_iter().map(|key| key % 10).zip(0..).collect();
        par_stable(&mut pairs, &|a, b| a.0 < b.0);
        assert!(pairs.is_sorted());
    }
}

/// Wherever a run ends, and the slice behind it, for elements that are looked at in rounds and others.
#[test]
fn ends_of_runs() {
    fn check<T: Ord + Copy>(item: impl Fn(usize) -> T) {
        for len in 1..40 {
            for run in 1..=len {
                let items: Vec<T> =
                    (0..len).map(|at| item(at + 1 - (at >= run) as usize * at)).collect();
                let calls = AtomicUsize::new(0);
                let in_order = |a: &T, b: &T| {
                    calls.fetch_add(1, Relaxed);
                    a < b
                };
                assert_eq!(runs::run_length(&items, in_order), run);
                assert_eq!(calls.into_inner(), run.min(len - 1));
            }
        }
    }
    check(|number| number);
    check(|number| [number; 3]);
}

/// In a pool of one thread, also those behind one whose drop panics.
#[test]
fn cached_keys_are_dropped_in_the_order_of_their_elements() {
    thread_local!(static DROPPED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) });
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Key(u64, usize);
    impl Drop for Key {
        fn drop(&mut self) {
            DROPPED.with_borrow_mut(|dropped| dropped.push(self.1));
            assert_ne!(self.1, 700, "no. 700");
        }
    }
    let pool = crate::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (len, is_panicking) in [(200, false), (2_000, true)] {
        let input: Vec<(u64, usize)> = scattered(len).into_iter().zip(0..).collect();
        let (result, mut items, dropped) = pool.install(|| {
            let mut items = input.clone();
            let sort = || par_by_cached_key(&mut items, &|item| Key(item.0, item.1));
            let result = catch_unwind(AssertUnwindSafe(sort));
            (result, items, DROPPED.take())
        });
        assert_eq!(result.is_err(), is_panicking);
        assert!(items.is_sorted());
        items.sort_by_key(|item| item.1);
        assert_eq!(items, input);
        assert!(dropped.iter().copied().eq(0..len as usize), "{dropped:?}");
    }
}

/// Runs of many lengths, merged with buffers much shorter than they, also by comparisons that are no order.
#[test]
fn runs_merged_in_place() {
    for (len, run) in [(2, 1), (700, 9), (1_000, 300), (5_000, 64), (5_000, 2_500)] {
        let mut input: Vec<(u64, usize)> =
            scattered(len).into_iter().map(|key| key % 500).zip(0..).collect();
        input.chunks_mut(run).for_each(<[_]>::sort);
        let breaks: Vec<usize> = (run..input.len()).step_by(run).collect();
        let mut expected = input.clone();
        expected.sort_by_key(|item| item.0);
        for (bytes, is_shared) in [(16, true), (100, false), (4_096, true), (1 << 20, false)] {
            let mut items = input.clone();
            stable::merge_in_place(&mut items, &breaks, 0, bytes, is_shared, &|a, b| a.0 < b.0);
            assert_eq!(items, expected);
            let calls = AtomicUsize::new(0);
            let toss = |_: &_, _: &_| calls.fetch_add(1, Relaxed) % 3 == 0;
            stable::merge_in_place(&mut items, &breaks, 0, bytes, is_shared, &toss);
            items.sort_by_key(|item| item.1);
            let mut all = input.clone();
            all.sort_by_key(|item| item.1);
            assert_eq!(items, all);
        }
    }
}

/// Comparisons that are no order: std notices some of them and panics, which must not be noticed here.
#[test]
fn senseless_comparisons_give_some_permutation() {
    let nan_less = |a: &f64, b: &f64| a.partial_cmp(b) == Some(Ordering::Less);
    let mut reported = 0;
    for len in [30, 100, 1_000, 20_000, 100_000] {
        let input: Vec<f64> = scattered(len)
            .iter()
            .map(|key| if key % 3 == 0 { f64::NAN } else { *key as f64 })
            .collect();
        let bits = |v: &[f64]| {
            let mut bits: Vec<u64> = v.iter().map(|item| item.to_bits()).collect();
            bits.sort();
            bits
        };
        let by_std = || input.clone().sort_by(ordering_from(&nan_less));
        reported += usize::from(catch_unwind(AssertUnwindSafe(by_std)).is_err());
        let (mut stable, mut unstable) = (input.clone(), input.clone());
        par_stable(&mut stable, &nan_less);
        par_unstable(&mut unstable, &nan_less);
        assert_eq!(bits(&stable), bits(&input));
        assert_eq!(bits(&unstable), bits(&input));
        let toss = |a: &f64, b: &f64| (a.to_bits() ^ b.to_bits().rotate_left(7)) % 3 == 0;
        par_stable(&mut stable, &toss);
        par_unstable(&mut unstable, &toss);
        assert_eq!(bits(&stable), bits(&input));
        assert_eq!(bits(&unstable), bits(&input));
    }
    assert!(reported > 0, "std does not object any more: then there is nothing to tolerate");
}

#[test]
fn a_panic_of_the_comparison_goes_through() {
    for len in [30, 100_000] {
        let mut v = scattered(len);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            par_stable(&mut v, &|_, _| panic!("of the comparison"));
        }));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"of the comparison"));
        v.sort();
        let mut expected = scattered(len);
        expected.sort();
        assert_eq!(v, expected);
    }
}

/// Sorted input costs one comparison for each pair of neighbours, whoever looks at them.
#[test]
fn what_is_sorted_is_looked_at_once() {
    let compared = AtomicUsize::new(0);
    let is_less = |a: &u64, b: &u64| {
        compared.fetch_add(1, Relaxed);
        a < b
    };
    for len in [2, 30, 100, 10_000, 600_000] {
        let ascending: Vec<u64> = (0..len as u64).collect();
        let descending: Vec<u64> = (0..len as u64).rev().collect();
        for input in [&ascending, &descending] {
            for sort in [par_stable, par_unstable] {
                compared.store(0, Relaxed);
                let mut v = input.clone();
                sort(&mut v, &is_less);
                assert_eq!((&v, compared.load(Relaxed)), (&ascending, len - 1));
            }
        }
    }
}
