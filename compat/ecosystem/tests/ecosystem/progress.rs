//! indicatif: a progress bar around a parallel iterator wraps the consumer, the folder, the callback and the producer
//! that the other side hands in, so every method of the plumbing passes through it, and it counts each item.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use indicatif::{ParallelProgressIterator, ProgressBar};
use rayon::prelude::*;

use crate::kit::everywhere;

const ITEMS: u64 = 2000;

fn bar() -> ProgressBar {
    ProgressBar::hidden()
}

/// `drive_unindexed` with the consumers: `split_off_left`, `to_reducer`, `into_folder`, `consume`, `complete`.
#[test]
fn unindexed_stages() {
    watch!();
    everywhere(|| {
        let (even, all) = (bar(), bar());
        let sum: u64 = (0..ITEMS)
            .into_par_iter()
            .progress_with(all.clone())
            .filter(|n| n % 2 == 0)
            .progress_with(even.clone())
            .flat_map_iter(|n| [n, n])
            .sum();
        assert_eq!(
            (sum, all.position(), even.position()),
            (ITEMS * (ITEMS - 2) / 2, ITEMS, ITEMS / 2)
        );
        let bridged = bar();
        let items: Vec<_> = (0..ITEMS).par_bridge().progress_with(bridged.clone()).collect();
        assert_eq!((items.len() as u64, bridged.position()), (ITEMS, ITEMS));
    });
}

/// `drive`: the length is known and passed on, and results stand where they belong.
#[test]
fn indexed_stages() {
    watch!();
    everywhere(|| {
        let items: Vec<u64> = (0..ITEMS).collect();
        let first = bar();
        let mapped: Vec<u64> =
            items.par_iter().progress_with(first.clone()).map(|n| n * n).collect();
        assert!(mapped.iter().zip(0..).all(|(square, n)| *square == n * n));
        assert_eq!(first.position(), ITEMS);
        assert_eq!(items.par_iter().progress().len() as u64, ITEMS);
        let mut into = Vec::new();
        items
            .par_chunks(9)
            .progress_count(ITEMS)
            .map(|chunk| chunk.len())
            .collect_into_vec(&mut into);
        assert_eq!(into.iter().sum::<usize>() as u64, ITEMS);
    });
}

/// `with_producer`: `split_at`, `into_iter` from both ends, `min_len`, `max_len`.
#[test]
fn producers() {
    watch!();
    everywhere(|| {
        let counted = bar();
        let items: Vec<u64> = (0..ITEMS).collect();
        let wrapped =
            items.par_iter().with_min_len(3).with_max_len(5).progress_with(counted.clone());
        let pairs: Vec<(u64, usize)> =
            wrapped.map(|n| *n).zip((0..ITEMS as usize).into_par_iter().rev()).rev().collect();
        assert!(
            pairs
                .iter()
                .enumerate()
                .all(|(at, (n, other))| at == *other && *n == ITEMS - 1 - at as u64)
        );
        assert_eq!(counted.position(), ITEMS);
        let stepped =
            items.par_iter().progress_with(bar()).skip(3).step_by(7).chunks(4).flatten_iter();
        assert_eq!(stepped.max(), Some(&1998));
    });
}

/// `full`: a consumer that has found what it looks for is seen through the bar.
#[test]
fn stages_that_stop() {
    watch!();
    everywhere(|| {
        let seen = AtomicU64::new(0);
        let endless = rayon::iter::repeat(1_u64).progress_with(bar());
        assert_eq!(
            endless.inspect(|_| _ = seen.fetch_add(1, Relaxed)).find_any(|n| *n == 1),
            Some(1)
        );
        assert_ne!(seen.load(Relaxed), 0);
        let outcome = (0..ITEMS)
            .into_par_iter()
            .progress_with(bar())
            .try_for_each(|n| if n == 77 { Err(n) } else { Ok(()) });
        assert_eq!(outcome, Err(77));
        let first = (0..ITEMS).into_par_iter().progress_with(bar()).find_first(|n| n % 100 == 99);
        assert_eq!(first, Some(99));
        let taken = (0..ITEMS).into_par_iter().progress_with(bar()).take_any(10).count();
        assert_eq!(taken, 10);
    });
}
