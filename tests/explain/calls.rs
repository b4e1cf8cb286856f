//! One call and what is recorded of it.

use moirai::explain::{Call, Cause, Report};
use moirai::prelude::*;
use moirai::steal::Distance;
use moirai::{ThreadPool, ThreadPoolBuilder};
use std::panic::AssertUnwindSafe;

pub(crate) fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

pub(crate) fn busy(index: usize) -> usize {
    std::hint::black_box((0..500).fold(index, |sum, step| sum.wrapping_mul(31) ^ step))
}

/// What must hold of every record.
pub(crate) fn check(call: &Call) {
    let steals: usize = [Distance::Near, Distance::Group, Distance::Remote]
        .map(|far| call.steals(far))
        .iter()
        .sum();
    assert!(call.batches().count() >= 1, "{call:#?}");
    assert!(call.width() >= 1 && call.width() <= call.threads, "{call:#?}");
    assert!(call.workers() <= call.threads);
    assert_eq!(call.stints.iter().filter(|stint| stint.stolen.is_none()).count(), 1, "{call:#?}");
    assert_eq!(call.stints.len(), 1 + steals);
    for stint in &call.stints {
        // That of a thread of no pool is the number of threads.
        assert!(stint.worker <= call.threads);
        assert_eq!(stint.more.batches, 0);
        for batch in &stint.batches {
            assert!(batch.start_ns <= batch.end_ns && batch.end_ns <= call.elapsed_ns, "{call:#?}");
        }
    }
    let spent = call.spent();
    assert_eq!(spent.all_ns, call.elapsed_ns * call.threads as u64);
    assert!(spent.work_ns <= spent.all_ns);
    assert!(!call.to_string().is_empty());
}

fn items(call: &Call) -> usize {
    call.batches().map(|batch| batch.items).sum()
}

/// Records `op` in pools of several sizes, from inside and from outside.
fn everywhere(op: impl Fn() + Sync, check_report: impl Fn(&Report, usize)) {
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let ((), inside) = pool.install(|| moirai::explain(&op));
        check_report(&inside, threads);
        let ((), outside) = moirai::explain(|| pool.install(&op));
        check_report(&outside, threads);
        // A second time what items cost is known.
        let ((), again) = pool.install(|| moirai::explain(&op));
        check_report(&again, threads);
    }
}

#[test]
fn all_items_are_in_some_batch() {
    watch!();
    let line = line!() + 3;
    everywhere(
        || {
            (0..3000).into_par_iter().for_each(|index| _ = busy(index));
        },
        |report, threads| {
            let [call] = report.calls() else { panic!("{report}") };
            check(call);
            assert_eq!((call.items, items(call), call.threads), (Some(3000), 3000, threads));
            let place = call.location.unwrap();
            assert_eq!((place.file(), place.line()), (file!(), line));
            assert_eq!((call.name, call.outer, report.more_calls()), (None, None, 0));
            assert!(report.to_string().contains(&format!("{}:{line}", file!())), "{report}");
        },
    );
}

#[test]
fn by_number() {
    watch!();
    everywhere(
        || _ = (0..64).into_par_iter().with_max_len(4).map(busy).collect::<Vec<_>>(),
        |report, _| {
            let [call] = report.calls() else { panic!("{report}") };
            check(call);
            assert!(call.is_cut_by_number);
            assert_eq!(items(call), 64);
            assert!(call.batches().all(|batch| batch.items <= 4), "{call:#?}");
        },
    );
}

#[test]
fn with_a_least_length() {
    watch!();
    everywhere(
        || _ = (0..100).into_par_iter().with_min_len(40).map(busy).max(),
        |report, threads| {
            let [call] = report.calls() else { panic!("{report}") };
            check(call);
            assert_eq!((call.least_items, items(call)), (40, 100));
            assert!(call.batches().all(|batch| batch.items >= 40), "{call:#?}");
            if threads == 1 {
                assert!(matches!(
                    call.cause(),
                    Cause::OneThread | Cause::Blocked { .. } | Cause::Suspended { .. }
                ));
            }
        },
    );
}

/// A source that does not know its length: no items are said, and batches are shares of the whole.
#[test]
fn of_unknown_length() {
    watch!();
    let text = "one two three four five six seven\n".repeat(200);
    everywhere(
        || assert_eq!(text.par_split_whitespace().filter(|word| word.len() > 3).count(), 800),
        |report, _| {
            let [call] = report.calls() else { panic!("{report}") };
            check(call);
            assert_eq!((call.items, items(call)), (None, 1 << 16));
        },
    );
}

/// Calls that cannot be cut run where they are, in a pool or not, and are reported all the same.
#[test]
fn that_cannot_be_cut() {
    watch!();
    for threads in [1, 2, 4] {
        let work = || {
            assert_eq!([7].par_iter().sum::<u32>(), 7);
            (0..1000).into_par_iter().with_min_len(700).for_each(|index| _ = busy(index));
        };
        let ((), inside) = pool(threads).install(|| moirai::explain(work));
        let ((), outside) = moirai::explain(work);
        for report in [inside, outside] {
            let [one, thousand] = report.calls() else { panic!("{report}") };
            check(one);
            check(thousand);
            assert_eq!((one.items, items(one), one.least_items), (Some(1), 1, 1));
            assert_eq!(
                (thousand.items, items(thousand), thousand.least_items),
                (Some(1000), 1000, 700)
            );
            assert_eq!(one.location.map(|place| place.file()), Some(file!()));
        }
    }
}

/// A panic goes through; the next recording has nothing of it.
#[test]
fn a_panic_ends_it() {
    watch!();
    let pool = pool(2);
    let failed = std::panic::catch_unwind(AssertUnwindSafe(|| {
        pool.install(|| {
            moirai::explain(|| (0..1000).into_par_iter().for_each(|index| assert_ne!(index, 500)))
        })
    }));
    assert!(failed.is_err());
    let ((), report) = pool.install(|| moirai::explain(|| ()));
    assert!(report.calls().is_empty());
    assert_eq!(report.to_string(), "no parallel calls");
    let (sum, report) = pool.install(|| moirai::explain(|| (0..100).into_par_iter().sum::<u32>()));
    assert_eq!((sum, report.calls().len()), (4950, 1));
}

/// Where an item sleeps with the lock that all others want, threads are said to be blocked.
#[cfg(target_os = "linux")]
#[test]
fn a_lock_is_suspected() {
    watch!();
    let lock = std::sync::Mutex::new(0);
    let (_, report) = pool(2).install(|| {
        moirai::explain(|| {
            (0..40).into_par_iter().for_each(|_| {
                let mut held = lock.lock().unwrap();
                std::thread::sleep(std::time::Duration::from_millis(1));
                *held += 1;
            });
        })
    });
    let [call] = report.calls() else { panic!("{report}") };
    check(call);
    assert!(matches!(call.cause(), Cause::Blocked { .. }), "{report}");
}
