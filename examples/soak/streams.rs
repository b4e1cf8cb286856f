//! Deeds with streams: in order or not, consumed to the end or not, with a panic now and then.

use crate::deeds::Here;
use crate::random::Random;
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A stream that owns what it needs, and is dropped at some place.
pub(crate) fn kept(_: Here<'_>, random: &mut Random) {
    let (items, alive) = (random.length().min(5_000), Arc::new(()));
    let cap = random.one_of(&[1, 2, 8, 64, 1_000]);
    let wanted = if random.below(2) == 0 { items } else { random.below(items + 1) };
    let panics = if random.below(4) == 0 { random.below(items + 1) } else { items };
    let counted = Arc::clone(&alive);
    let stream = (0..items).par_map_ordered(cap, move |at| {
        if at == panics {
            std::panic::resume_unwind(Box::new(at));
        }
        (at, Arc::clone(&counted))
    });
    let mut next = 0;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        for (at, _) in stream.take(wanted) {
            assert_eq!(at, next);
            next += 1;
        }
    }));
    assert_eq!(next, wanted.min(panics));
    assert_eq!(outcome.is_err(), panics < wanted);
    assert_eq!(Arc::strong_count(&alive), 1, "each item is dropped once, and nothing runs on");
}

/// A stream that borrows, of items that are parallel calls themselves.
pub(crate) fn lent(_: Here<'_>, random: &mut Random) {
    let numbers: Vec<usize> = (0..random.length().min(1_000)).collect();
    let cap = random.one_of(&[1, 3, 16, 200]);
    let sums = numbers.par_iter().map(|n| (0..n % 50).into_par_iter().sum::<usize>());
    let total: usize = if random.below(2) == 0 {
        sums.with_stream(cap, |sums| sums.sum())
    } else {
        sums.with_indexed_stream(cap, |sums| sums.sum())
    };
    assert_eq!(total, numbers.iter().map(|n| (0..n % 50).sum::<usize>()).sum());
}

/// In no order, and left out in part.
pub(crate) fn unordered(_: Here<'_>, random: &mut Random) {
    let items = random.length().min(5_000);
    let kept = (0..items).into_par_iter().filter(|n| n % 3 == 0);
    let seen: BTreeSet<usize> = kept.unordered(random.one_of(&[1, 5, 50, 500])).collect();
    assert!(seen.into_iter().eq((0..items).step_by(3)));
}
