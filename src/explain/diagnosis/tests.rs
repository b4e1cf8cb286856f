//! Traces of programs whose trouble is known.

use super::*;
use crate::explain::{Batch, More, Stint};

const US: u64 = 1_000;
const MS: u64 = 1_000_000;

/// A batch on a thread that had a processor all the time.
fn batch(start_ns: u64, end_ns: u64, items: usize) -> Batch {
    let (sleeps, suspensions) = (Some(0), Some(0));
    Batch { start_ns, end_ns, items, cpu_ns: Some(end_ns - start_ns), sleeps, suspensions }
}

/// So many batches of equal length, one behind the other.
fn row(start_ns: u64, end_ns: u64, batches: usize, items: usize) -> Vec<Batch> {
    let step = (end_ns - start_ns) / batches as u64;
    let starts = (0..batches as u64).map(|nth| start_ns + nth * step);
    starts.map(|start| batch(start, start + step, items)).collect()
}

fn stint(worker: usize, batches: Vec<Batch>) -> Stint {
    Stint { worker, batches, ..Stint::default() }
}

/// A call of four threads, as long as its last batch.
fn call(stints: Vec<Stint>) -> Call {
    let mut call =
        Call { threads: 4, wake_up_ns: 20 * US, least_items: 1, stints, ..Call::default() };
    call.elapsed_ns = call.batches().map(|batch| batch.end_ns).max().unwrap_or(0);
    call.items = Some(call.batches().map(|batch| batch.items).sum());
    call
}

#[test]
fn a_sum_of_a_hundred_numbers() {
    let call = call(vec![stint(0, row(0, 3 * US, 2, 50))]);
    assert_eq!(call.cause(), Cause::Small { work_ns: 3 * US });
    assert_eq!(call.cause().to_string(), "3.0 us of work: ran on the calling thread");
}

#[test]
fn one_giant_among_a_thousand() {
    let others = (1..4).map(|worker| stint(worker, row(0, 2 * MS, 100, 3)));
    let giant = stint(0, vec![batch(0, 5 * MS, 1)]);
    let call = call(others.chain([giant]).collect());
    assert_eq!(call.cause(), Cause::OneItem { share: 1.0 });
    assert_eq!(call.cause().to_string(), "one item took 100 % of the time");
}

#[test]
fn a_giant_met_late() {
    let mut stints: Vec<Stint> =
        (0..4).map(|worker| stint(worker, row(0, 3 * MS, 50, 5))).collect();
    stints[2].batches.push(batch(3 * MS, 5 * MS, 1));
    let call = Call { elapsed_ns: 5 * MS, ..call(stints) };
    assert_eq!(call.cause(), Cause::OneItem { share: 0.4 });
    assert_eq!(call.cause().to_string(), "one item took 40 % of the time");
}

#[test]
fn the_dear_half_in_one_batch() {
    let stints = vec![stint(0, vec![batch(0, 4 * MS, 500)]), stint(1, row(0, MS, 10, 50))];
    assert_eq!(call(stints).cause(), Cause::OneBatch { share: 1.0, items: 500 });
}

#[test]
fn a_loop_over_memory() {
    // Alone 100 items take 1 ms, side by side four times 100 items take 2 ms.
    let mut stints: Vec<Stint> =
        (0..4).map(|worker| stint(worker, row(5 * MS, 15 * MS, 5, 100))).collect();
    stints[0].batches.extend(row(0, 5 * MS, 5, 100));
    let call = call(stints);
    assert_eq!(call.cause(), Cause::SlowTogether { times: 2.0, together: 4 });
    assert!(call.cause().to_string().starts_with("items ran 2.0 times slower when 4 ran together"));
}

#[test]
fn all_items_under_one_lock() {
    let waiting = |worker| {
        let mut batches = row(0, 8 * MS, 40, 10);
        for batch in &mut batches {
            (batch.cpu_ns, batch.sleeps) = (Some(batch.ns() / 4), Some(10));
        }
        stint(worker, batches)
    };
    let cause = call((0..4).map(waiting).collect()).cause();
    assert!(
        matches!(cause, Cause::Blocked { share } if (0.74..0.76).contains(&share)),
        "{cause:?}"
    );
    assert!(
        cause
            .to_string()
            .starts_with("lock contention suspected: workers blocked outside the pool")
    );
}

/// Two threads in turn, each of which sleeps while the other one draws or works.
fn in_turns(drawing_ns: u64, turn_ns: u64) -> Call {
    let waiting = |worker| {
        let mut batch = batch(0, 10 * MS, 1 << 15);
        (batch.cpu_ns, batch.sleeps) = (Some(5 * MS), Some(100));
        stint(worker, vec![batch])
    };
    let call = call(vec![waiting(0), waiting(1)]);
    Call { threads: 2, items: None, drawing_ns, turn_ns, ..call }
}

#[test]
fn a_source_that_does_the_work() {
    let cause = in_turns(9 * MS, 10 * MS).cause();
    assert_eq!(cause, Cause::Source { drawing: 0.9, turn: 0.5 });
    let said = "the source of par_bridge was the bottleneck: one thread at a time drew from it for 90 % of the time, and threads \
        waited for their turn for 50 % of theirs";
    assert_eq!(cause.to_string(), said);
    // One that is quick, but whose lock is not.
    let cause = in_turns(2 * MS, 8 * MS).cause();
    assert_eq!(cause, Cause::Source { drawing: 0.2, turn: 0.4 });
    // One thread draws while the other one works for long.
    let mut alone = in_turns(9 * MS, 0);
    alone.stints.iter_mut().for_each(|stint| stint.batches[0].cpu_ns = Some(10 * MS));
    assert_eq!(alone.cause(), Cause::Source { drawing: 0.9, turn: 0.0 });
}

#[test]
fn a_source_that_is_not_to_blame() {
    // Items with a lock of their own.
    assert_eq!(in_turns(MS, MS).cause(), Cause::Blocked { share: 0.5 });
    // Who draws has no processor.
    let mut suspended = in_turns(9 * MS, 10 * MS);
    for stint in &mut suspended.stints {
        (stint.batches[0].sleeps, stint.batches[0].suspensions) = (Some(0), Some(100));
    }
    assert_eq!(suspended.cause(), Cause::Suspended { share: 0.5 });
    // All threads work on items nearly all the time.
    let mut ready = in_turns(MS, MS);
    ready.stints.iter_mut().for_each(|stint| stint.batches[0].cpu_ns = Some(10 * MS));
    assert_eq!(ready.cause(), Cause::Fine { mean_width: 2.0, threads: 2 });
}

/// Where the system does not say why threads did not run, nothing is made up.
#[test]
fn a_system_that_does_not_say_why() {
    let waiting = |worker| {
        let mut batches = row(0, 8 * MS, 40, 10);
        for batch in &mut batches {
            (batch.cpu_ns, batch.sleeps, batch.suspensions) = (Some(batch.ns() / 4), None, None);
        }
        stint(worker, batches)
    };
    let cause = call((0..4).map(waiting).collect()).cause();
    assert!(
        matches!(cause, Cause::NotRunning { share } if (0.74..0.76).contains(&share)),
        "{cause:?}"
    );
    assert!(cause.to_string().starts_with("threads did not run for 75 % of their time in items"));
    // Nor where it does not even say that they did not run.
    let unknown = |worker| {
        let mut batches = row(0, 8 * MS, 40, 10);
        batches.iter_mut().for_each(|batch| (batch.cpu_ns, batch.sleeps) = (None, None));
        stint(worker, batches)
    };
    let cause = call((0..4).map(unknown).collect()).cause();
    assert!(matches!(cause, Cause::Fine { .. }), "{cause:?}");
}

/// What is not told one by one counts all the same, for each of the causes.
#[test]
fn more_batches_than_are_told() {
    let more = |worker, batches, largest: Batch| {
        let mut stint = stint(worker, row(0, 2 * MS, 10, 10));
        stint.more = More {
            batches,
            items: 10 * batches,
            start_ns: 2 * MS,
            end_ns: 10 * MS,
            work_ns: 8 * MS,
            cpu_ns: Some(8 * MS),
            sleeps: Some(0),
            suspensions: Some(0),
            largest: Some(largest),
        };
        stint
    };
    let short = batch(3 * MS, 3 * MS + US, 10);
    let whole = |stints| Call { elapsed_ns: 10 * MS, ..call(stints) };
    let all = whole((0..4).map(|worker| more(worker, 100, short)).collect());
    assert_eq!((all.cause(), all.width()), (Cause::Fine { mean_width: 4.0, threads: 4 }, 4));
    // A long one that came late.
    let giant = more(0, 100, batch(3 * MS, 9 * MS, 1));
    let late = whole(vec![giant, stint(1, row(0, 2 * MS, 10, 10))]);
    assert_eq!(late.cause(), Cause::OneItem { share: 0.6 });
    // A lock behind the first ten thousand.
    let mut blocked: Vec<Stint> = (0..4).map(|worker| more(worker, 100, short)).collect();
    blocked.iter_mut().for_each(|stint| {
        (stint.more.cpu_ns, stint.more.sleeps) = (Some(2 * MS), Some(500));
    });
    assert!(matches!(whole(blocked).cause(), Cause::Blocked { .. }));
    // Many short ones.
    let short = (0..4).map(|worker| more(worker, 10_000, short)).collect();
    let cut = Call { is_cut_by_number: true, ..whole(short) };
    assert_eq!(cut.cause(), Cause::ShortBatches { mean_ns: 999, batches: 40_040 });
}

#[test]
fn joins_behind_each_other() {
    let stints = vec![stint(0, row(0, 10 * MS, 50, 1)), stint(1, row(0, MS, 50, 0))];
    let chain = Call { kind: Kind::Join, chain_ns: 9 * MS, ..call(stints) };
    assert_eq!(chain.cause(), Cause::Chain { share: 0.9 });
    let said = "work that has to be done one after the other took 90 % of the time";
    assert_eq!(chain.cause().to_string(), said);
    // Where the chain is short, the others were missing.
    let short = Call { chain_ns: MS, asleep_ns: 25 * MS, ..chain };
    assert!(matches!(short.cause(), Cause::Late { .. }), "{:?}", short.cause());
}

#[test]
fn another_process_on_the_processors() {
    let suspended = |worker| {
        let mut batches = row(0, 8 * MS, 40, 10);
        for batch in &mut batches {
            (batch.cpu_ns, batch.suspensions) = (Some(batch.ns() / 2), Some(2));
        }
        stint(worker, batches)
    };
    let cause = call((0..4).map(suspended).collect()).cause();
    assert!(
        matches!(cause, Cause::Suspended { share } if (0.49..0.51).contains(&share)),
        "{cause:?}"
    );
}

#[test]
fn a_least_length_that_is_too_large() {
    let stints =
        vec![stint(0, vec![batch(0, 2 * MS, 1000)]), stint(1, vec![batch(0, 2 * MS, 1000)])];
    let call = Call { least_items: 1000, ..call(stints) };
    assert_eq!(call.cause(), Cause::FewPieces { least_items: 1000, pieces: 2, threads: 4 });
    assert!(call.cause().to_string().starts_with("too few pieces: with_min_len(1000) set to"));
}

#[test]
fn three_files_for_four_threads() {
    let stints = (0..3).map(|worker| stint(worker, vec![batch(0, 10 * MS, 1)]));
    let call = Call { threads: 8, ..call(stints.collect()) };
    assert_eq!(call.cause(), Cause::FewItems { items: 3, threads: 8 });
}

#[test]
fn a_source_that_cannot_be_cut() {
    let call = Call { items: None, ..call(vec![stint(0, vec![batch(0, 10 * MS, 1 << 16)])]) };
    assert_eq!(call.cause(), Cause::NotCut { work_ns: 10 * MS });
}

#[test]
fn a_reduction_of_large_maps() {
    let mut stints: Vec<Stint> =
        (0..4).map(|worker| stint(worker, row(0, 2 * MS, 20, 10))).collect();
    stints[0].combining_ns = 4 * MS;
    let call = Call { elapsed_ns: 6 * MS, ..call(stints) };
    let Cause::Combining { share } = call.cause() else { panic!("{:?}", call.cause()) };
    assert!((0.66..0.67).contains(&share));
}

#[test]
fn a_largest_length_of_one() {
    let stints = (0..4).map(|worker| stint(worker, row(0, MS, 5_000, 1)));
    let call = Call { is_cut_by_number: true, elapsed_ns: 3 * MS, ..call(stints.collect()) };
    assert_eq!(call.cause(), Cause::ShortBatches { mean_ns: 200, batches: 20_000 });
}

#[test]
fn a_pool_with_one_thread() {
    let call = Call { threads: 1, ..call(vec![stint(0, row(0, 10 * MS, 10, 10))]) };
    assert_eq!(call.cause(), Cause::OneThread);
}

#[test]
fn two_calls_at_once() {
    // Nobody sleeps or searches, and half of the threads do not come.
    let stints = (0..2).map(|worker| stint(worker, row(0, 10 * MS, 100, 10)));
    assert_eq!(call(stints.collect()).cause(), Cause::PoolBusy { mean_width: 2.0, threads: 4 });
}

#[test]
fn a_call_just_long_enough_to_wake_somebody() {
    let stints = vec![stint(0, row(0, 90 * US, 9, 10)), stint(1, row(60 * US, 90 * US, 3, 10))];
    let call = Call { asleep_ns: 230 * US, ..call(stints) };
    assert!(matches!(call.cause(), Cause::Late { .. }), "{:?}", call.cause());
}

#[test]
fn a_call_without_trouble() {
    let call = call((0..4).map(|worker| stint(worker, row(0, 10 * MS, 100, 10))).collect());
    assert_eq!(call.cause(), Cause::Fine { mean_width: 4.0, threads: 4 });
    assert_eq!((call.width(), call.workers(), call.spent().rest_ns()), (4, 4, 0));
}

#[test]
fn nothing_at_all() {
    assert_eq!(call(Vec::new()).cause(), Cause::Nothing);
    // Contradictory records do no harm.
    let odd = Batch { start_ns: 10, end_ns: 0, items: 0, ..Batch::default() };
    let call = Call { threads: 0, stints: vec![stint(0, vec![odd; 3])], ..Call::default() };
    assert!(!call.to_string().is_empty());
}

/// Waits count without what their worker ran meanwhile, and one inside another once.
#[test]
fn time_is_counted_once() {
    let waiting = Stint {
        waits: vec![(2 * MS, 10 * MS), (3 * MS, 4 * MS)],
        ..stint(0, row(0, 2 * MS, 2, 1))
    };
    let helped = stint(0, vec![batch(5 * MS, 6 * MS, 1)]);
    let straggler = stint(1, vec![batch(MS, 10 * MS, 1)]);
    let spent = Call { threads: 2, ..call(vec![waiting, helped, straggler]) }.spent();
    assert_eq!((spent.work_ns, spent.waiting_ns), (12 * MS, 7 * MS));
    assert_eq!(spent.rest_ns(), MS);
}
