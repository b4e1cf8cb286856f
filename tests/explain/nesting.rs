//! Calls within calls, names, other threads, recordings side by side.

use crate::calls::{busy, check, pool};
#[cfg(unix)]
use crate::child;
use moirai::explain::{Kind, Report};
use moirai::prelude::*;

/// Names and items of the calls that have items, sorted: not of joins and scopes.
fn summary(report: &Report) -> Vec<(Option<&str>, usize)> {
    let calls = report.calls().iter().filter(|call| call.kind == Kind::Items);
    let mut calls: Vec<_> = calls.map(|call| (call.name, call.items.unwrap_or(0))).collect();
    calls.sort_unstable();
    calls
}

#[test]
fn names() {
    watch!();
    let pool = pool(2);
    let work = || {
        moirai::named("outer", || {
            (0..100).into_par_iter().for_each(|index| _ = busy(index));
            moirai::named("inner", || (0..200).into_par_iter().for_each(|index| _ = busy(index)));
            (0..300).into_par_iter().for_each(|index| _ = busy(index));
        });
        (0..400).into_par_iter().for_each(|index| _ = busy(index));
    };
    let expected = [(None, 400), (Some("inner"), 200), (Some("outer"), 100), (Some("outer"), 300)];
    let ((), report) = moirai::explain(|| pool.install(work));
    assert_eq!(summary(&report), expected);
    // A name around the recording counts as well, and one from outside goes with the call into the pool.
    let ((), report) = moirai::named("all", || moirai::explain(|| pool.install(work)));
    assert_eq!(summary(&report)[0], (Some("all"), 400));
    let ((), report) = moirai::explain(|| moirai::named("there", || pool.install(work)));
    assert_eq!(summary(&report)[3], (Some("there"), 400));
    report.calls().iter().for_each(check);
}

/// Calls in items know which call they belong to, whoever runs them.
#[test]
fn calls_in_items() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let ((), report) = pool.install(|| {
            moirai::explain(|| {
                moirai::named("rows", || {
                    (0..40).into_par_iter().for_each(|row| {
                        (0..50 + row).into_par_iter().for_each(|index| _ = busy(index));
                    });
                });
            })
        });
        let calls = report.calls();
        assert_eq!(calls.len(), 41, "{report}");
        assert_eq!((calls[0].items, calls[0].outer), (Some(40), None));
        for call in &calls[1..] {
            assert_eq!((call.outer, call.name), (Some(0), Some("rows")));
        }
        let mut items: Vec<_> = calls[1..].iter().map(|call| call.items.unwrap()).collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(50..90));
        calls.iter().for_each(check);
        assert!(report.to_string().contains("inside items, 40 times rows ("), "{report}");
    }
}

/// The halves of joins and the jobs of scopes, on whatever thread they run.
#[test]
fn calls_in_jobs() {
    watch!();
    fn tree(depth: usize) {
        if depth == 0 {
            (0..64).into_par_iter().for_each(|index| _ = busy(index));
        } else {
            moirai::join(|| tree(depth - 1), || tree(depth - 1));
        }
    }
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for _ in 0..10 {
            let ((), report) = pool.install(|| moirai::explain(|| tree(5)));
            assert_eq!(summary(&report), [(None, 64); 32], "{report}");
            let ((), report) = pool.install(|| {
                moirai::explain(|| {
                    moirai::named("jobs", || {
                        moirai::scope(|scope| {
                            for _ in 0..20 {
                                scope.spawn(|_| tree(0));
                            }
                        });
                    });
                })
            });
            assert_eq!(summary(&report), [(Some("jobs"), 64); 20], "{report}");
        }
    }
}

/// From outside of any pool: the global one, whose guest the thread may be.
#[test]
fn from_outside() {
    watch!();
    for _ in 0..20 {
        let ((), report) = moirai::explain(|| {
            moirai::named("one", || (0..100).into_par_iter().for_each(|index| _ = busy(index)));
            moirai::join(
                || (0..200).into_par_iter().for_each(|index| _ = busy(index)),
                || (0..300).into_par_iter().for_each(|index| _ = busy(index)),
            );
        });
        assert_eq!(summary(&report), [(None, 200), (None, 300), (Some("one"), 100)]);
    }
}

/// Each recording has its own calls, though they share a pool; what nobody records is in none.
#[test]
fn side_by_side() {
    watch!();
    let pool = pool(2);
    std::thread::scope(|threads| {
        for items in 100..104 {
            let pool = &pool;
            threads.spawn(move || {
                for _ in 0..20 {
                    let ((), report) = moirai::explain(|| {
                        pool.install(|| {
                            (0..items).into_par_iter().for_each(|index| _ = busy(index))
                        });
                    });
                    assert_eq!(summary(&report), [(None, items)]);
                    pool.install(|| (0..7).into_par_iter().for_each(|index| _ = busy(index)));
                }
            });
        }
    });
}

/// A recording inside another one has its own calls to itself.
#[test]
fn inside_each_other() {
    watch!();
    let pool = pool(2);
    let (inner, outer) = pool.install(|| {
        moirai::explain(|| {
            (0..10).into_par_iter().for_each(|index| _ = busy(index));
            moirai::explain(|| (0..20).into_par_iter().for_each(|index| _ = busy(index))).1
        })
    });
    assert_eq!((summary(&inner), summary(&outer)), (vec![(None, 20)], vec![(None, 10)]));
}

/// What is too much is counted.
#[test]
fn more_calls_than_are_kept() {
    watch!();
    let ((), report) = pool(1).install(|| {
        moirai::explain(|| {
            for _ in 0..10_005 {
                [1, 2, 3].par_iter().for_each(|number| assert!(*number > 0));
            }
        })
    });
    assert_eq!((report.calls().len(), report.more_calls()), (10_000, 5));
    assert!(report.to_string().ends_with("5 more calls were not recorded"), "{report}");
    assert!(report.to_string().contains("9980 shorter calls"), "{report}");
}

/// A child that is forked off within a recording records nothing for it, and can make its own.
#[cfg(all(unix, not(moirai_tsan)))]
#[test]
fn a_forked_child_begins_anew() {
    watch!();
    let fresh = fresh!(a_forked_child_begins_anew);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("fork", &[]), ["1"]);
        return;
    }
    let work = || (0..100).into_par_iter().for_each(|index| _ = busy(index));
    let (is_parent, report) = moirai::explain(|| {
        // SAFETY: the child calls nothing but the pool, the allocator, which a fork leaves usable, and `_exit`.
        let process = unsafe { libc::fork() };
        work();
        if process == 0 {
            let ((), own) = moirai::explain(work);
            assert_eq!(summary(&own), [(None, 100)]);
            return false;
        }
        let mut status = 0;
        // SAFETY: a child of this process, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
        assert_eq!(status, 0);
        true
    });
    if !is_parent {
        let is_right = report.calls().is_empty() && moirai::explain(work).1.calls().len() == 1;
        // SAFETY: ends the child.
        unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
    }
    child::say(report.calls().len());
}

/// Batches beyond those that are kept are in the sums, and the longest one is known.
#[test]
fn more_batches_than_are_kept() {
    watch!();
    let (_, report) = pool(1).install(|| {
        moirai::explain(|| {
            (0..10_100).into_par_iter().with_max_len(1).for_each(|index| {
                if index == 10_050 {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
            });
        })
    });
    let [call] = report.calls() else { panic!("{report}") };
    let listed: usize = call.batches().map(|batch| batch.items).sum();
    let more = &call.stints[0].more;
    assert_eq!((listed, more.batches, more.items), (10_000, 100, 100));
    assert_eq!(call.batch_count(), 10_100);
    let largest = more.largest.unwrap();
    assert!(largest.ns() >= 49_000_000 && more.work_ns >= largest.ns(), "{more:?}");
    assert!(call.largest_batch().unwrap().ns() >= largest.ns(), "{report}");
    let listed: u64 = call.batches().map(|batch| batch.ns()).sum();
    assert_eq!(call.work_ns(), listed + more.work_ns);
}
