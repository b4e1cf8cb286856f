//! The feature `tracing`: which span is current in a job, and what the pool tells a subscriber.
#![cfg(feature = "tracing")]

#[path = "common/child.rs"]
#[macro_use]
#[allow(dead_code, reason = "one child is run here")]
mod child;
#[path = "common/watchdog.rs"]
#[macro_use]
mod watchdog;

use child::say;
use moirai::prelude::*;
use moirai::topology::Topology;
use moirai::{Guests, ThreadPool, ThreadPoolBuilder, WaitPolicy};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread::ThreadId;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Event, Level, Metadata, Span, Subscriber};
use tracing_core::span::Current;

/// Keeps what it is told: spans by thread, and the pool's events.
struct Keeper {
    most: Level,
    next: AtomicU64,
    kept: Arc<Mutex<Kept>>,
    /// Is called as a thread falls asleep.
    at_park: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Kept {
    /// The names of all spans, and the fields of the pool's.
    spans: BTreeMap<u64, (&'static Metadata<'static>, Fields)>,
    /// Who is in which spans.
    entered: BTreeMap<String, Vec<u64>>,
    parents: BTreeMap<u64, Option<u64>>,
    /// The pool's events, and the program's.
    events: Vec<Fields>,
}

#[derive(Default, Debug, Clone)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

fn thread() -> String {
    let id: ThreadId = std::thread::current().id();
    format!("{id:?}")
}

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.most
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut kept = self.kept.lock().unwrap();
        kept.spans.insert(id, (span.metadata(), fields));
        kept.parents.insert(id, span.parent().map(Id::into_u64));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let is_park = fields.0["message"] == "park";
        self.kept.lock().unwrap().events.push(fields);
        if is_park {
            (self.at_park)();
        }
    }

    fn enter(&self, span: &Id) {
        let mut kept = self.kept.lock().unwrap();
        kept.entered.entry(thread()).or_default().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let mut kept = self.kept.lock().unwrap();
        let left = kept.entered.get_mut(&thread()).and_then(Vec::pop);
        assert_eq!(left, Some(span.into_u64()), "spans are left in the reverse order");
    }

    fn current_span(&self) -> Current {
        let kept = self.kept.lock().unwrap();
        match kept.entered.get(&thread()).and_then(|spans| spans.last()) {
            Some(id) => Current::new(Id::from_u64(*id), kept.spans[id].0),
            None => Current::none(),
        }
    }
}

/// Runs `program` inside a span, with a subscriber for this thread; what that was told.
fn kept(most: Level, program: impl FnOnce(&ThreadPool)) -> Kept {
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    kept_with(pool, most, || {}, program)
}

fn kept_with(
    pool: ThreadPool,
    most: Level,
    at_park: impl Fn() + Send + Sync + 'static,
    program: impl FnOnce(&ThreadPool),
) -> Kept {
    let kept = Arc::new(Mutex::new(Kept::default()));
    let at_park = Box::new(at_park);
    let keeper = Keeper { most, next: AtomicU64::new(1), kept: Arc::clone(&kept), at_park };
    tracing::subscriber::with_default(keeper, || {
        tracing::info_span!("request").in_scope(|| program(&pool));
    });
    pool.shutdown();
    std::mem::take(&mut kept.lock().unwrap())
}

/// What a closure finds as the name of the current span.
fn current() -> Option<&'static str> {
    Span::current().metadata().map(|metadata| metadata.name())
}

#[test]
fn the_span_of_the_caller_goes_along() {
    watch!();
    for most in [Level::INFO, Level::TRACE] {
        let kept = kept(most, |pool| {
            assert_eq!(pool.install(current), Some("request"), "a call from outside");
            let both = Barrier::new(2);
            let half = || {
                both.wait();
                (current(), std::thread::current().id())
            };
            let (left, right) = pool.install(|| moirai::join(half, half));
            assert_eq!((left.0, right.0), (Some("request"), Some("request")), "halves");
            assert_ne!(left.1, right.1, "one of them was stolen");

            let job = || {
                both.wait();
                assert_eq!(current(), Some("request"), "a job of a scope");
            };
            pool.scope(|s| (0..2).for_each(|_| s.spawn(|_| job())));

            let (sender, receiver) = std::sync::mpsc::channel();
            pool.spawn(move || sender.send(current()).unwrap());
            assert_eq!(receiver.recv(), Ok(Some("request")), "a spawned job");

            let seen: Vec<_> = pool.install(|| {
                (0..1_000).into_par_iter().with_max_len(10).map(|_| current()).collect()
            });
            assert!(seen.iter().all(|name| *name == Some("request")), "items");
            assert_eq!(pool.broadcast(|_| current()), [Some("request"); 2], "shares");

            // A span that is opened in the pool goes along too.
            let inner = || tracing::info_span!("inner").in_scope(|| moirai::join(half, half));
            let (left, right) = pool.install(inner);
            assert_eq!((left.0, right.0), (Some("inner"), Some("inner")));
        });
        assert!(kept.entered.values().all(Vec::is_empty), "all spans were left");
    }
}

#[test]
fn outside_of_any_span_there_is_none() {
    watch!();
    let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let both = Barrier::new(2);
    let half = || {
        both.wait();
        current()
    };
    assert_eq!(pool.install(|| moirai::join(half, half)), (None, None));
}

/// A panic leaves the spans of its job.
#[test]
fn a_panic_leaves_the_span() {
    watch!();
    let kept = kept(Level::TRACE, |pool| {
        let panicking = || pool.install(|| std::panic::resume_unwind(Box::new(())));
        let panicking = std::panic::AssertUnwindSafe(panicking);
        assert!(std::panic::catch_unwind(panicking).is_err());
        assert_eq!(pool.install(current), Some("request"));
    });
    assert!(kept.entered.values().all(Vec::is_empty));
}

#[test]
fn the_pool_tells_what_it_does() {
    watch!();
    let kept = kept(Level::TRACE, |pool| {
        let both = Barrier::new(2);
        pool.install(|| moirai::join(|| _ = both.wait(), || _ = both.wait()));
        let sum: u32 = pool.install(|| (0..100).into_par_iter().with_max_len(7).sum());
        assert_eq!(sum, 4_950);
    });
    let jobs = kept.spans.iter().filter(|(_, (metadata, _))| metadata.target() == "moirai");
    let kinds: Vec<&str> = jobs.clone().map(|(_, (_, fields))| fields.0["kind"].as_str()).collect();
    assert!(kinds.contains(&"\"call\"") && kinds.contains(&"\"join\""), "{kinds:?}");
    for (id, (metadata, fields)) in jobs {
        assert_eq!((metadata.name(), *metadata.level()), ("job", Level::TRACE));
        assert!(["0", "1"].contains(&&*fields.0["worker"]));
        let parent = kept.parents[id].map(|parent| kept.spans[&parent].0.name());
        assert_eq!(parent, Some("request"));
    }
    // What happens inside a job; what a worker does between jobs goes to the program's global subscriber.
    let pieces = kept.events.iter().filter(|event| event.0["message"] == "piece");
    let items = pieces.map(|piece| piece.0["items"].parse::<u32>().unwrap());
    assert_eq!(items.sum::<u32>(), 100);
}

/// Each kind of event comes, those outside of any job to the process's subscriber, which a child has.
#[test]
fn the_global_subscriber_is_told_of_everything() {
    watch!();
    const EVENTS: [&str; 7] = ["piece", "steal", "injected", "dealt", "park", "guest", "wake"];
    let fresh = fresh!(the_global_subscriber_is_told_of_everything);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("global", &[]), EVENTS);
        return;
    }
    let kept = Arc::new(Mutex::new(Kept::default()));
    let (most, next) = (Level::TRACE, AtomicU64::new(1));
    let keeper = Keeper { most, next, kept: Arc::clone(&kept), at_park: Box::new(|| {}) };
    tracing::subscriber::set_global_default(keeper).unwrap();
    let pool = |guests| {
        let groups = Topology::fake("2x2").unwrap();
        let builder = ThreadPoolBuilder::new().num_threads(4).topology(groups).guests(guests);
        builder.build().unwrap()
    };
    let pools = [pool(Guests::Always), pool(Guests::Never)];
    let is_there = |message: &str| {
        let kept = kept.lock().unwrap();
        kept.events.iter().any(|event| event.0["message"] == message)
    };
    // One after the other comes about, if it goes on for long enough.
    while !EVENTS.iter().all(|message| is_there(message)) {
        for pool in &pools {
            let sum: usize = pool.install(|| (0..10_000_usize).into_par_iter().sum());
            assert_eq!(sum, 49_995_000);
            let both = Barrier::new(2);
            pool.install(|| moirai::join(|| _ = both.wait(), || _ = both.wait()));
        }
    }
    EVENTS.iter().for_each(say);
}

/// With a level above, the pool says nothing.
#[test]
fn the_pool_is_silent_above_trace() {
    watch!();
    let kept = kept(Level::DEBUG, |pool| {
        let sum: u32 = pool.install(|| (0..100).into_par_iter().with_max_len(7).sum());
        assert_eq!(sum, 4_950);
    });
    assert_eq!(kept.spans.len(), 1);
    assert_eq!(kept.events.len(), 0);
}

/// How far a test has come.
#[derive(Default)]
struct Step(Mutex<u32>, Condvar);

impl Step {
    fn reach(&self, step: u32) {
        *self.0.lock().unwrap() = step;
        self.1.notify_all();
    }

    fn wait_for(&self, step: u32) {
        let reached = self.1.wait_while(self.0.lock().unwrap(), |reached| *reached < step);
        drop(reached.unwrap());
    }

    fn is(&self, step: u32) -> bool {
        *self.0.lock().unwrap() == step
    }
}

const OPENER_WAITS: u32 = 1;
const HAS_SPAWNED: u32 = 2;
const HAS_RUN: u32 = 3;

/// As the opener of a scope falls asleep, its first job spawns another, which the subscriber runs.
fn run_one_more(step: &Step) {
    if step.is(0) {
        step.reach(OPENER_WAITS);
        step.wait_for(HAS_SPAWNED);
        while !step.is(HAS_RUN) {
            moirai::yield_now();
        }
    }
}

/// The opener of a scope counts what it has run itself, and tells the others before it sleeps; a subscriber can make it
/// run one more in between.
#[test]
fn a_subscriber_may_run_a_job_of_the_scope_that_falls_asleep() {
    watch!();
    for policy in [WaitPolicy::Descendants, WaitPolicy::Anything] {
        let step = Arc::new(Step::default());
        let at_park = {
            let step = Arc::clone(&step);
            move || run_one_more(&step)
        };
        let pool = ThreadPoolBuilder::new().num_threads(2).wait_policy(policy).build().unwrap();
        kept_with(pool, Level::TRACE, at_park, |pool| {
            let (step, begun) = (&*step, &Barrier::new(2));
            let run = || {
                moirai::scope(|scope| {
                    scope.spawn(move |scope| {
                        begun.wait();
                        step.wait_for(OPENER_WAITS);
                        // A job that belongs to a span would ask `tracing` for its subscriber inside a call of it.
                        tracing::subscriber::with_default(NoSubscriber::default(), || {
                            scope.spawn(|_| step.reach(HAS_RUN));
                        });
                        step.reach(HAS_SPAWNED);
                        step.wait_for(HAS_RUN);
                        // The opener is asleep by then, if it does not look again.
                        std::thread::sleep(std::time::Duration::from_millis(20));
                    });
                    begun.wait();
                });
            };
            pool.install(run);
        });
        assert!(step.is(HAS_RUN));
    }
}
