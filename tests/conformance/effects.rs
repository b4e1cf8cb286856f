//! Section 10: which items an adaptor makes the closures before it run on.

use super::api::prelude::*;
use super::kit::{in_pools, panic_of, quiet_panic};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// The numbers that the closure beneath an adaptor has run on.
#[derive(Default)]
struct Produced(Mutex<Vec<usize>>);

impl Produced {
    /// Numbers below `len`, each noted when it is produced.
    fn numbers(&self, len: usize) -> impl IndexedParallelIterator<Item = usize> + '_ {
        (0..len).into_par_iter().map(|n| {
            self.0.lock().unwrap().push(n);
            n
        })
    }

    /// What was produced, none of it twice; begins a new list.
    fn take(&self) -> BTreeSet<usize> {
        let produced = std::mem::take(&mut *self.0.lock().unwrap());
        let set: BTreeSet<_> = produced.iter().copied().collect();
        assert_eq!(set.len(), produced.len(), "produced twice");
        set
    }

    fn assert_first(&self, n: usize) {
        assert!(self.take().into_iter().eq(0..n));
    }
}

/// EFF-1: skipped items are produced, and their panics count.
#[test]
fn eff_1_skip() {
    watch!();
    in_pools(|| {
        let produced = Produced::default();
        assert_eq!(produced.numbers(100).skip(30).count(), 70);
        produced.assert_first(100);
        let items: Vec<_> = produced.numbers(100).skip(30).collect();
        assert!(items.into_iter().eq(30..100));
        produced.assert_first(100);
        assert_eq!(produced.numbers(100).skip(1000).count(), 0);
        produced.assert_first(100);
        let boom = |n| if n == 5 { quiet_panic("skipped") } else { n };
        let payload = panic_of(|| (0..100).into_par_iter().map(boom).skip(30).count());
        assert_eq!(*payload.downcast::<&str>().unwrap(), "skipped");
    });
}

/// EFF-2: what lies beyond the length that is needed is not produced.
#[test]
fn eff_2_cut_off() {
    watch!();
    in_pools(|| {
        let produced = Produced::default();
        assert_eq!(produced.numbers(100).take(30).count(), 30);
        produced.assert_first(30);
        assert_eq!(produced.numbers(100).zip(0..30).count(), 30);
        produced.assert_first(30);
        assert_eq!((0..30).into_par_iter().zip(produced.numbers(100)).count(), 30);
        produced.assert_first(30);
        assert_eq!(produced.numbers(100).interleave_shortest(0..30).count(), 61);
        produced.assert_first(31);
        let numbers = || (0..30).into_par_iter();
        assert!(produced.numbers(100).cmp(numbers()).is_gt());
        produced.assert_first(30);
        assert!(numbers().cmp(produced.numbers(100)).is_lt());
        produced.assert_first(30);
        assert_eq!(produced.numbers(100).partial_cmp(numbers()), Some(std::cmp::Ordering::Greater));
        produced.assert_first(30);
        assert_eq!((produced.numbers(100), 0..20, 0..30).into_par_iter().count(), 20);
        produced.assert_first(20);
    });
}

/// EFF-3: items that are stepped over are produced.
#[test]
fn eff_3_step_by() {
    watch!();
    in_pools(|| {
        let produced = Produced::default();
        for step in [1, 2, 7, 99, 100] {
            let items: Vec<_> = produced.numbers(100).step_by(step).collect();
            assert!(items.into_iter().eq((0..100).step_by(step)));
            produced.assert_first(100);
        }
    });
}

/// EFF-4: counting produces everything; a length, and a comparison of different lengths, nothing.
#[test]
fn eff_4_count_and_len() {
    watch!();
    in_pools(|| {
        let produced = Produced::default();
        assert_eq!(produced.numbers(100).count(), 100);
        produced.assert_first(100);
        assert_eq!(produced.numbers(100).len(), 100);
        assert_eq!(produced.numbers(100).opt_len(), Some(100));
        assert!(!produced.numbers(100).eq(produced.numbers(99)));
        assert!(produced.numbers(100).ne(0..99));
        produced.assert_first(0);
    });
}

/// EFF-5: taking any, and searching, produce at least what they use.
#[test]
fn eff_5_at_least() {
    watch!();
    in_pools(|| {
        let produced = Produced::default();
        let taken: BTreeSet<_> = produced.numbers(100).take_any(5).collect();
        assert_eq!(taken.len(), 5);
        assert!(produced.take().is_superset(&taken));
        assert_eq!(produced.numbers(100).find_first(|n| *n == 40), Some(40));
        // All before the first match must have been looked at.
        assert!(produced.take().is_superset(&(0..=40).collect()));
        assert_eq!(produced.numbers(100).find_last(|n| *n == 40), Some(40));
        assert!(produced.take().is_superset(&(40..100).collect()));
        let found = produced.numbers(100).find_any(|n| n % 7 == 3).unwrap();
        assert!(produced.take().contains(&found));
    });
}
