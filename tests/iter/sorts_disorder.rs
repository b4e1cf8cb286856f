//! Sorts by comparisons that contradict themselves.
//!
//! Not run on rayon: with some of these its merges call each other until the stack overflows.

use super::api::prelude::*;
use super::sorts::{Random, on_all};
use super::tracked::{Census, Tracked};
use std::cmp::Ordering;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Comparisons that are no order leave the same items, in some order.
#[test]
fn comparisons_without_order() {
    watch!();
    let census = &Census::start();
    on_all(&[40, 130, 1_000, 5_000], |numbers, seed| {
        let asked = AtomicUsize::new(seed as usize);
        let toss = || Random(asked.fetch_add(1, Relaxed) as u64).below(8);
        let senseless: [&(dyn Fn(u32, u32) -> Ordering + Sync); 6] = [
            &|_, _| Ordering::Less,
            &|_, _| Ordering::Greater,
            &|_, _| if toss() < 4 { Ordering::Less } else { Ordering::Greater },
            &|_, _| if toss() == 0 { Ordering::Less } else { Ordering::Greater },
            &|a, b| if a % 3 == 0 || b % 3 == 0 { Ordering::Equal } else { a.cmp(&b) },
            &|a, b| if toss() == 0 { b.cmp(&a) } else { a.cmp(&b) },
        ];
        let mut expected = numbers.to_vec();
        expected.sort();
        census.balanced(|| {
            let mut items: Vec<Tracked<8>> = numbers.iter().copied().map(Tracked::new).collect();
            let mut large: Vec<Tracked<128>> = numbers.iter().copied().map(Tracked::new).collect();
            for compare in senseless {
                items.par_sort_by(|a, b| compare(a.number(), b.number()));
                items.par_sort_unstable_by(|a, b| compare(a.number(), b.number()));
                large.par_sort_by(|a, b| compare(a.number(), b.number()));
                large.par_sort_unstable_by(|a, b| compare(a.number(), b.number()));
            }
            let mut left: Vec<u32> = items.iter().map(Tracked::number).collect();
            left.sort();
            assert!(left == expected);
            let mut left: Vec<u32> = large.iter().map(Tracked::number).collect();
            left.sort();
            assert!(left == expected);
        });
    });
}
