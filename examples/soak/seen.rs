//! Deeds that somebody watches: explained, named, with their progress told.

use crate::deeds::{Here, must_panic, planned_panic};
use crate::random::Random;
use moirai::prelude::*;
use moirai::progress::Progress;

/// A call with others inside, and a report that has it.
pub(crate) fn explained(here: Here<'_>, random: &mut Random) {
    let length = 1 + random.length();
    let mut inner = random.fork();
    let (sum, report) = moirai::explain(|| {
        here.inner_deed(&mut inner);
        moirai::named("the sum", || (0..length).into_par_iter().map(|n| n + 1).sum::<usize>())
    });
    assert_eq!(sum, length * (length + 1) / 2);
    let mut named = report.calls().iter().filter(|call| call.name == Some("the sum"));
    // There may be more calls than a report has room for.
    assert!(report.more_calls() > 0 || named.any(|call| call.items == Some(length)));
    assert!(!report.to_string().is_empty());
}

/// Reports that grow, up to the number of items; with a panic now and then, after which there is no last one.
pub(crate) fn told(_: Here<'_>, random: &mut Random) {
    let (length, step) = (1 + random.length(), 1 + random.below(300));
    let mut reports = Vec::new();
    let items = (0..length).into_par_iter();
    if random.below(4) == 0 {
        let bad = random.below(length);
        let panics = || {
            let told = items.on_progress(step, |done| reports.push(done));
            told.for_each(|at| {
                if at == bad {
                    planned_panic()
                }
            });
        };
        must_panic(panics);
        assert!(reports.last() != Some(&length), "the one that panics is not done");
    } else {
        items.on_progress(step, |done| reports.push(done)).for_each(|_| ());
        assert_eq!(reports.last(), Some(&length));
    }
    assert!(reports.is_sorted());
}
