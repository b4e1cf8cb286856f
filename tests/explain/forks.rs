//! Joins, scopes and sorts: one call each, with all that is joined or spawned in it.

use crate::calls::{busy, pool};
use moirai::explain::{Call, Kind, Report};
use moirai::prelude::*;
use moirai::steal::Distance;
use std::panic::AssertUnwindSafe;
use std::sync::Barrier;

/// What must hold of every record of such a call.
fn check(call: &Call) {
    assert!(call.batch_count() >= 1, "{call:#?}");
    assert!(call.width() >= 1, "{call:#?}");
    assert!(call.stints.iter().any(|stint| stint.stolen.is_none()));
    for batch in call.batches() {
        assert!(batch.start_ns <= batch.end_ns && batch.end_ns <= call.elapsed_ns, "{call:#?}");
    }
    assert!(call.span_ns() <= call.elapsed_ns, "{call:#?}");
    let spent = call.spent();
    assert!(spent.work_ns <= spent.all_ns);
    assert!(!call.to_string().is_empty());
}

fn only(report: &Report) -> &Call {
    let [call] = report.calls() else { panic!("{report}") };
    check(call);
    call
}

fn tree(depth: usize) -> usize {
    if depth == 0 {
        return busy(depth) % 2;
    }
    let (left, right) = moirai::join(|| tree(depth - 1), || tree(depth - 1));
    left + right
}

#[test]
fn a_tree_of_joins_is_one_call() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for _ in 0..5 {
            for is_inside in [true, false] {
                let line = line!() + 1;
                let work = || moirai::named("tree", || moirai::join(|| tree(7), || tree(6)));
                let (_, report) = if is_inside {
                    pool.install(|| moirai::explain(work))
                } else {
                    moirai::explain(|| pool.install(work))
                };
                let call = only(&report);
                assert_eq!(
                    (call.kind, call.name, call.threads),
                    (Kind::Join, Some("tree"), threads)
                );
                // 127 joins in the one half, 63 in the other.
                assert_eq!(call.items, Some(191), "{report}");
                let place = call.location.unwrap();
                assert_eq!((place.file(), place.line()), (file!(), line));
                assert!(report.to_string().contains("191 joins in "), "{report}");
                assert!(report.to_string().contains("the longest chain, "), "{report}");
            }
        }
    }
}

/// From outside of any pool, as a guest or handed over; and by the methods of a pool.
#[test]
fn from_outside() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let (_, report) = moirai::explain(|| moirai::join(|| tree(3), || tree(3)));
        assert_eq!((only(&report).kind, only(&report).items), (Kind::Join, Some(15)));
        let line = line!() + 1;
        let (_, report) = moirai::explain(|| pool.join(|| tree(3), || tree(3)));
        assert_eq!((only(&report).items, only(&report).location.unwrap().line()), (Some(15), line));
        let ((), report) = moirai::explain(|| pool.scope(|s| s.spawn(|_| _ = tree(3))));
        assert_eq!((only(&report).kind, only(&report).items), (Kind::Scope, Some(1)));
        let ((), report) = moirai::explain(|| pool.in_place_scope(|s| s.spawn(|_| _ = tree(3))));
        assert_eq!((only(&report).kind, only(&report).items), (Kind::Scope, Some(1)));
    }
}

/// Both halves are there at once: two threads are at work, and the span is about half of the work.
#[test]
fn work_span_and_width() {
    watch!();
    let pool = pool(2);
    let both = Barrier::new(2);
    let half = |items: usize| {
        both.wait();
        (0..items).fold(0, |sum, item| sum ^ busy(item))
    };
    let (_, report) =
        pool.install(|| moirai::explain(|| moirai::join(|| half(9000), || half(9000))));
    let call = only(&report);
    assert_eq!((call.width(), call.workers()), (2, 2), "{report}");
    let steals: usize = [Distance::Near, Distance::Group, Distance::Remote]
        .map(|far| call.steals(far))
        .iter()
        .sum();
    assert_eq!(steals, 1, "{report}");
    assert!(call.span_ns() < call.work_ns(), "{report}");
}

/// What is one behind the other is a chain as long as the work, and what is side by side is none. Any thread may be kept from
/// running in the middle of its part, which makes that one long, but not every time.
#[test]
fn a_chain_is_found() {
    watch!();
    fn chain(length: usize) {
        if length > 0 {
            (0..200).for_each(|index| _ = busy(index));
            moirai::join(|| chain(length - 1), || ());
        }
    }
    let pool = pool(2);
    let share = |work: fn()| {
        let ((), report) = pool.install(|| moirai::explain(|| _ = moirai::join(work, work)));
        let call = only(&report);
        call.span_ns() as f64 / call.work_ns() as f64
    };
    // Fails by never ending. Of two chains side by side each is half of the work.
    while !(0.4..0.6).contains(&share(|| chain(50))) {}
    while share(|| _ = tree(13)) > 0.3 {}
}

#[test]
fn a_scope_is_one_call() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let line = line!() + 3;
        let work = || {
            moirai::named("jobs", || {
                moirai::scope(|s| {
                    for _ in 0..10 {
                        s.spawn(|s| {
                            busy(1);
                            s.spawn(|_| _ = tree(2));
                        });
                    }
                });
            });
        };
        let ((), report) = pool.install(|| moirai::explain(work));
        let call = only(&report);
        assert_eq!((call.kind, call.name, call.threads), (Kind::Scope, Some("jobs"), threads));
        assert_eq!(call.items, Some(20), "{report}");
        assert_eq!(call.location.unwrap().line(), line);
        assert!(report.to_string().contains("scope of 20 jobs in "), "{report}");
        let ((), report) = pool.install(|| {
            moirai::explain(|| moirai::scope_fifo(|s| (0..7).for_each(|_| s.spawn_fifo(|_| ()))))
        });
        assert_eq!((only(&report).kind, only(&report).items), (Kind::Scope, Some(7)));
        // Also jobs that another thread spawns belong to it.
        let ((), report) = pool.install(|| {
            moirai::explain(|| {
                moirai::scope(|s| {
                    std::thread::scope(|threads| {
                        threads.spawn(|| (0..5).for_each(|_| s.spawn(|_| _ = busy(1))));
                    });
                });
            })
        });
        assert_eq!(only(&report).items, Some(5), "{report}");
    }
}

#[test]
fn sorts_are_calls() {
    watch!();
    let numbers: Vec<u32> = (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761) >> 7).collect();
    type Sort = fn(&mut [u32]);
    let sorts: [(&str, Sort); 8] = [
        ("par_sort", |v| v.par_sort()),
        ("par_sort_by", |v| v.par_sort_by(|a, b| a.cmp(b))),
        ("par_sort_by_key", |v| v.par_sort_by_key(|n| *n)),
        ("par_sort_by_cached_key", |v| v.par_sort_by_cached_key(|n| *n)),
        ("par_sort_unstable", |v| v.par_sort_unstable()),
        ("par_sort_unstable_by", |v| v.par_sort_unstable_by(|a, b| a.cmp(b))),
        ("par_sort_unstable_by_key", |v| v.par_sort_unstable_by_key(|n| *n)),
        ("radix_sort", |v| moirai::sort::radix_sort(v)),
    ];
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for (name, sort) in sorts {
            for is_inside in [true, false] {
                let mut sorted = numbers.clone();
                let ((), report) = if is_inside {
                    pool.install(|| moirai::explain(|| sort(&mut sorted)))
                } else {
                    moirai::explain(|| sort(&mut sorted))
                };
                assert!(sorted.is_sorted());
                let outer: Vec<&Call> =
                    report.calls().iter().filter(|call| call.outer.is_none()).collect();
                let [call] = *outer else { panic!("{name}: {report}") };
                check(call);
                assert_eq!((call.kind, call.types, call.items), (Kind::Sort, name, Some(20_000)));
                assert_eq!(call.location.unwrap().file(), file!());
                assert!(
                    report.to_string().contains(&format!("{name} of 20000 items in ")),
                    "{report}"
                );
            }
        }
    }
}

/// Parallel calls in a join are calls by themselves, and their work is part of the join's.
#[test]
fn calls_in_joins() {
    watch!();
    let items = || (0..3000).into_par_iter().for_each(|index| _ = busy(index));
    for threads in [1, 2, 4] {
        let (_, report) =
            pool(threads).install(|| moirai::explain(|| moirai::join(items, || _ = tree(3))));
        let [join, call] = report.calls() else { panic!("{report}") };
        check(join);
        crate::calls::check(call);
        assert_eq!((join.kind, join.outer), (Kind::Join, None));
        assert_eq!((call.kind, call.outer, call.items), (Kind::Items, Some(0), Some(3000)));
        assert!(join.work_ns() >= call.work_ns(), "{join:#?} {call:#?}");
    }
}

/// Joins in items are calls within that call.
#[test]
fn joins_in_items() {
    watch!();
    for threads in [1, 2, 4] {
        let ((), report) = pool(threads)
            .install(|| moirai::explain(|| (0..20).into_par_iter().for_each(|_| _ = tree(3))));
        let (call, joins) = report.calls().split_first().unwrap();
        crate::calls::check(call);
        assert_eq!(joins.len(), 20, "{report}");
        for join in joins {
            check(join);
            assert_eq!((join.kind, join.outer, join.items), (Kind::Join, Some(0), Some(7)));
        }
    }
}

/// A panic in either half goes through, and the next recording is right again.
#[test]
fn a_panic_ends_it() {
    watch!();
    for threads in [1, 2] {
        let pool = pool(threads);
        for is_left in [true, false] {
            let half = |panics: bool| {
                tree(4);
                assert!(!panics);
            };
            let failed = std::panic::catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    moirai::explain(|| moirai::join(|| half(is_left), || half(!is_left)))
                })
            }));
            assert!(failed.is_err());
            let (_, report) =
                pool.install(|| moirai::explain(|| moirai::join(|| tree(4), || tree(4))));
            assert_eq!(only(&report).items, Some(31));
        }
    }
}
