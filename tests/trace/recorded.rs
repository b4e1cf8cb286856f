//! What is recorded, and that what is written holds together.

use crate::json::Json;
use moirai::named as span;
use moirai::prelude::*;
use moirai::topology::Topology;
use moirai::trace::Trace;
use moirai::{Guests, ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

/// A pool of so many threads, and its trace.
fn traced(threads: usize) -> (ThreadPool, Trace) {
    let trace = Trace::new();
    let pool = ThreadPoolBuilder::new().num_threads(threads).trace(&trace).build().unwrap();
    (pool, trace)
}

/// The events that are written now, after a check of what must hold for all of them.
pub(crate) fn events(trace: &Trace) -> Vec<Json> {
    let mut text = Vec::new();
    trace.write_json(&mut text).unwrap();
    checked(&String::from_utf8(text).unwrap())
}

/// The events of a trace: in each lane time goes on, and spans lie side by side or inside each other; each arrow has two ends.
pub(crate) fn checked(text: &str) -> Vec<Json> {
    let events = Json::parse(text).list("traceEvents").to_vec();
    let mut open: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    let mut arrows: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    // What times are rounded to, and a difference of two of them.
    let nearly = 0.0021;
    for event in &events {
        let lane = format!("{} {}", event.number("pid"), event.number("tid"));
        match event.text("ph") {
            "M" => {
                assert!(!event.get("args").unwrap().text("name").is_empty());
                continue;
            }
            phase @ ("s" | "f") => {
                let ends = arrows.entry(event.number("id").to_string()).or_default();
                if phase == "s" {
                    ends.0 += 1
                } else {
                    ends.1 += 1
                }
                continue;
            }
            "i" | "X" => {}
            other => panic!("phase {other}"),
        }
        let start = event.number("ts");
        let before = last.insert(lane.clone(), start).unwrap_or(0.0);
        assert!(start >= before, "{event:?} begins before {before}");
        if event.text("ph") == "X" {
            let end = start + event.number("dur");
            let outer = open.entry(lane).or_default();
            while outer.last().is_some_and(|outer| *outer <= start + nearly) {
                outer.pop();
            }
            assert!(
                outer.last().is_none_or(|outer| end <= outer + nearly),
                "{event:?} in {outer:?}"
            );
            outer.push(end);
        }
    }
    assert!(arrows.values().all(|ends| *ends == (1, 1)), "{arrows:?}");
    events
}

fn named<'e>(events: &'e [Json], name: &str) -> Vec<&'e Json> {
    events.iter().filter(|event| event.text("name") == name).collect()
}

/// Both halves are there at the same time, so one of them was stolen.
fn rendezvous() {
    let both = Barrier::new(2);
    moirai::join(|| _ = both.wait(), || _ = both.wait());
}

#[test]
fn a_stolen_half_is_recorded_with_its_theft() {
    watch!();
    let (pool, trace) = traced(2);
    pool.install(rendezvous);
    let events = events(&trace);
    assert_eq!(named(&events, "stolen join half").len(), 1);
    assert_eq!(named(&events, "call from outside").len(), 1);
    let steals = named(&events, "steal");
    let theft = steals.iter().find(|event| event.text("ph") == "i").unwrap();
    let job = named(&events, "stolen join half")[0];
    assert_eq!(theft.number("tid"), job.number("tid"), "the thief runs it");
    let victim = theft.get("args").unwrap().number("victim");
    assert_eq!(victim + theft.number("tid") % 65_536.0, 1.0, "from the other worker");
    assert_eq!(steals.iter().filter(|event| event.text("ph") == "s").count(), 1);
}

#[test]
fn a_join_that_nobody_steals_from_records_nothing() {
    watch!();
    let (pool, trace) = traced(1);
    fn tree(depth: u32) {
        if depth > 0 {
            moirai::join(|| tree(depth - 1), || tree(depth - 1));
        }
    }
    pool.install(|| tree(8));
    let events = events(&trace);
    let spans = events.iter().filter(|event| event.text("ph") == "X");
    let names: Vec<&str> = spans.map(|event| event.text("name")).collect();
    assert!(names.iter().all(|name| ["asleep", "call from outside"].contains(name)), "{names:?}");
}

#[test]
fn pieces_have_all_items() {
    watch!();
    for threads in [1, 2, 3] {
        let (pool, trace) = traced(threads);
        let sum: u64 = pool
            .install(|| (0..100_000_u32).into_par_iter().with_max_len(900).map(u64::from).sum());
        assert_eq!(sum, 4_999_950_000);
        let events = events(&trace);
        let pieces = named(&events, "piece");
        let items: f64 =
            pieces.iter().map(|piece| piece.get("args").unwrap().number("items")).sum();
        assert_eq!(items, 100_000.0);
        assert_eq!(trace.dropped(), 0);
    }
}

/// The bar of a call has its place in the program, and lies around its pieces.
#[test]
fn calls_have_their_places() {
    watch!();
    let (pool, trace) = traced(1);
    let line = line!() + 1;
    let sum: u32 = pool.install(|| (0..100_u32).into_par_iter().sum());
    assert_eq!(sum, 4_950);
    let events = events(&trace);
    let calls = named(&events, &format!("{}:{line}", file!()));
    let pieces = named(&events, "piece");
    let ([call], [piece]) = (&calls[..], &pieces[..]) else { panic!("{events:?}") };
    assert_eq!((call.text("cat"), call.number("tid")), ("call", piece.number("tid")));
    let inner = piece.number("ts") + piece.number("dur");
    assert!(call.number("ts") <= piece.number("ts"), "{events:?}");
    assert!(inner <= call.number("ts") + call.number("dur") + 0.0021, "{events:?}");
}

#[test]
fn scopes_and_sorts_have_their_places() {
    watch!();
    let (pool, trace) = traced(1);
    let line = line!();
    pool.install(|| {
        moirai::scope(|s| s.spawn(|_| {}));
        moirai::scope_fifo(|s| s.spawn_fifo(|_| {}));
        let mut items = [3, 1, 2];
        items.par_sort();
        items.par_sort_unstable_by_key(|item| 9 - item);
        moirai::sort::radix_sort(&mut items);
        assert_eq!(items, [1, 2, 3]);
    });
    let events = events(&trace);
    for behind in [2, 3, 5, 6, 7] {
        let calls = named(&events, &format!("{}:{}", file!(), line + behind));
        let [call] = calls[..] else { panic!("{behind}: {events:?}") };
        assert_eq!(call.text("cat"), "call");
    }
}

#[test]
fn spans_of_the_program_and_gathering() {
    watch!();
    let (pool, trace) = traced(2);
    let odd: Vec<u32> = pool.install(|| {
        span("sieve \"odd\" <&>", || {
            // Two pieces at least: the first waits for the second.
            let both = Barrier::new(2);
            let numbers = (0..2_u32).into_par_iter().with_max_len(1);
            let meet = |_: &u32| {
                both.wait();
                true
            };
            numbers.filter(meet).flat_map_iter(|n| [n; 10]).collect()
        })
    });
    assert_eq!(odd.len(), 20);
    let events = events(&trace);
    assert_eq!(named(&events, "sieve \"odd\" <&>").len(), 1);
    let gathered = named(&events, "gather");
    assert_eq!(gathered.len(), 1);
    assert_eq!(gathered[0].get("args").unwrap().number("items"), 20.0);
    let mut picture = Vec::new();
    trace.write_svg(&mut picture).unwrap();
    let picture = String::from_utf8(picture).unwrap();
    assert!(picture.contains("sieve &quot;odd&quot; &lt;&amp;&gt;"), "{picture}");
}

#[test]
fn guests_jobs_and_shares() {
    watch!();
    let trace = Trace::new();
    let builder = ThreadPoolBuilder::new().num_threads(2).trace(&trace).guests(Guests::Always);
    let pool = builder.build().unwrap();
    // Where it is not known how much stack a thread has left, no guest comes; elsewhere only while somebody sleeps.
    pool.install(|| span("inside", || ()));
    let comes = cfg!(any(target_os = "linux", target_os = "android", target_os = "macos"));
    while comes && named(&events(&trace), "guest").is_empty() {
        pool.install(|| span("inside", || ()));
    }
    pool.scope(|s| s.spawn(|_| ()));
    pool.broadcast(|_| ());
    let trace_of_pool = pool.install(Trace::current).unwrap();
    pool.shutdown();
    let events = events(&trace_of_pool);
    assert_eq!(named(&events, "spawned job").len(), 1);
    assert_eq!(named(&events, "broadcast share").len(), 2);
    assert!(!named(&events, "inside").is_empty());
}

/// Each group gets a share of a call that is dealt; who runs one has taken it, or stolen it.
#[test]
fn dealt_shares_and_wakes() {
    watch!();
    let trace = Trace::new();
    let groups = Topology::fake("2x1").unwrap();
    let builder = ThreadPoolBuilder::new().num_threads(2).topology(groups).trace(&trace);
    let pool = builder.build().unwrap();
    // Enough work to be dealt; the other worker takes its share if it is awake or woken in time.
    let work = |item: usize| _ = (0..2_000).fold(item, |sum, step| black_box(sum ^ step));
    let is_there = |name| !named(&events(&trace), name).is_empty();
    while !(is_there("take dealt share") && is_there("wake")) {
        pool.install(|| (0..4_000).into_par_iter().for_each(work));
    }
}

/// What has begun is ended, whatever comes of it.
#[test]
fn panics_do_not_leave_spans_open() {
    watch!();
    let (pool, trace) = traced(2);
    for _ in 0..20 {
        let panicking =
            || pool.install(|| span("torn", || moirai::join(|| (), || resume_unwind(Box::new(1)))));
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        let items = || (0..100).into_par_iter().for_each(|_| resume_unwind(Box::new(2)));
        assert!(catch_unwind(AssertUnwindSafe(|| pool.install(items))).is_err());
    }
    pool.shutdown();
    let events = events(&trace);
    assert_eq!(named(&events, "torn").len(), 20);
    let open = events.iter().filter_map(|event| event.get("args")?.get("unfinished"));
    assert_eq!(open.count(), 0);
}

#[test]
fn a_running_pool_can_be_read() {
    watch!();
    let (pool, trace) = traced(3);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|s| {
        s.spawn(|| {
            for _ in 0..200 {
                let sum: u64 = pool.install(|| {
                    (0..1_000_u32).into_par_iter().with_max_len(10).map(u64::from).sum()
                });
                assert_eq!(sum, 499_500);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        loop {
            let is_last = is_over.load(Ordering::Relaxed);
            let _ = events(&trace);
            if is_last {
                break;
            }
        }
    });
}

#[test]
fn two_pools_on_one_trace() {
    watch!();
    let trace = Trace::new();
    for threads in [1, 2] {
        let builder = ThreadPoolBuilder::new().num_threads(threads).trace(&trace);
        let pool = builder.spawn_handler(|thread| {
            std::thread::spawn(|| thread.run());
            Ok(())
        });
        pool.build().unwrap().install(|| span("work", || ()));
    }
    let events = events(&trace);
    let pools: Vec<f64> = named(&events, "work").iter().map(|event| event.number("pid")).collect();
    assert_eq!(pools, [1.0, 2.0]);
    assert_eq!(named(&events, "thread_name").len(), 3);
}
