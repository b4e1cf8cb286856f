//! The deeds, what they share, and those about jobs: joins, scopes, spawns, panics.

use crate::random::Random;
use crate::{DONE, channels, frames, iterators, pools, seen, streams};
use moirai::{Guests, ThreadPool, ThreadPoolBuilder, topology::Topology};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// One thing to do, and to check.
type Deed = fn(Here<'_>, &mut Random);

/// All deeds with their names.
pub(crate) const DEEDS: &[(&str, Deed)] = &[
    ("joins", joins),
    ("scopes", scope),
    ("scopes, first in first out", scope_fifo),
    ("scopes in place", in_place_scope),
    ("panics in joins", panicking_join),
    ("panics in scopes", panicking_scope),
    ("detached jobs", detached),
    ("detached jobs that panic", detached_panics),
    ("broadcasts", broadcast),
    ("yields", yields),
    ("nested sums", iterators::nested_sums),
    ("folds and reductions", iterators::folds),
    ("searches", iterators::searches),
    ("collects", iterators::collects),
    ("collects that panic", iterators::panicking_collects),
    ("drains and splits", iterators::drains),
    ("zips, chunks and windows", iterators::zips),
    ("bridges", iterators::bridges),
    ("strings", iterators::strings),
    ("maps and sets", iterators::collections),
    ("sorts", iterators::sorts),
    ("buffers", iterators::buffers),
    ("calls into another pool", pools::install),
    ("pools made and ended", pools::make),
    ("scoped pools", pools::scoped),
    ("counters", pools::counters),
    ("channels of two", channels::one_to_one),
    ("channels of many", channels::many_to_many),
    ("streams that are kept", streams::kept),
    ("streams that are lent", streams::lent),
    ("streams in no order", streams::unordered),
    ("frames", frames::exchanged),
    ("explained calls", seen::explained),
    ("told progress", seen::told),
];

/// The pools of a round and the jobs that nobody waits for.
pub(crate) struct World {
    pub(crate) pools: Arc<Vec<ThreadPool>>,
    jobs: Arc<Jobs>,
}

#[derive(Default)]
struct Jobs {
    spawned: AtomicUsize,
    ran: AtomicUsize,
    panics: AtomicUsize,
    handled: AtomicUsize,
}

/// Where a deed is done. Calls go from a pool to later ones only: threads that wait inside a pool run nothing foreign, so calls in
/// circles could need more threads than there are (`docs/waiting.md`).
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    pub(crate) world: &'a World,
    /// The first pool that may be called into.
    pub(crate) next_pool: usize,
    /// How many levels of deeds within deeds there may be.
    pub(crate) depth: usize,
}

impl World {
    /// Pools that have about so many threads together.
    pub(crate) fn new(threads: usize, random: &mut Random) -> World {
        let jobs = Arc::new(Jobs::default());
        let shares = [threads.div_ceil(2), threads.div_ceil(4), threads / 4].into_iter();
        let pools = shares.filter(|&share| share > 0).map(|share| {
            let jobs = Arc::clone(&jobs);
            let builder = ThreadPoolBuilder::new().num_threads(share);
            let builder = builder.panic_handler(move |payload| {
                assert!(payload.is::<Planned>(), "a job has panicked by itself");
                jobs.handled.fetch_add(1, Ordering::SeqCst);
            });
            let builder =
                builder.guests(random.one_of(&[Guests::Always, Guests::Auto, Guests::Never]));
            let machine = random.one_of(&["1x4", "2x2", "2x8/smt=2", "4x4:ring"]);
            let builder = builder.topology(Topology::fake(machine).expect("a machine"));
            builder.build().expect("a pool")
        });
        let pools = Arc::new(pools.collect());
        World { pools, jobs }
    }

    /// A deed from outside of the pools.
    pub(crate) fn call(&self, random: &mut Random) {
        let depth = 1 + random.below(3);
        let here = Here { world: self, next_pool: 0, depth };
        if random.below(3) == 0 {
            here.deed(random);
        } else {
            let at = random.below(self.pools.len());
            let inside = Here { next_pool: at + 1, ..here };
            self.pools[at].install(|| inside.deed(random));
        }
    }

    /// Waits for what was spawned and for all threads; returns what was wrong.
    pub(crate) fn end(self) -> Vec<String> {
        let mut complaints = Vec::new();
        let World { mut pools, jobs } = self;
        // The watchdog may be looking at them.
        let pools = loop {
            match Arc::try_unwrap(pools) {
                Ok(pools) => break pools,
                Err(shared) => pools = shared,
            }
            thread::yield_now();
        };
        pools.into_iter().for_each(ThreadPool::shutdown);
        let count = |of: &AtomicUsize| of.load(Ordering::SeqCst);
        // Those of the global pool may still be running. What is lost hangs here.
        while Arc::strong_count(&jobs) > 1 {
            thread::yield_now();
        }
        if count(&jobs.ran) != count(&jobs.spawned) {
            complaints.push(format!(
                "{} jobs spawned, {} ran",
                count(&jobs.spawned),
                count(&jobs.ran)
            ));
        }
        if count(&jobs.panics) != count(&jobs.handled) {
            complaints.push(format!(
                "{} panics planned, {} handled",
                count(&jobs.panics),
                count(&jobs.handled)
            ));
        }
        complaints
    }
}

impl<'a> Here<'a> {
    /// Any deed.
    pub(crate) fn deed(self, random: &mut Random) {
        let which = random.below(DEEDS.len());
        DEEDS[which].1(self, random);
        DONE[which].fetch_add(1, Ordering::Relaxed);
    }

    /// Any deed within another, unless there are enough of them.
    pub(crate) fn inner_deed(self, random: &mut Random) {
        if let Some(depth) = self.depth.checked_sub(1) {
            Here { depth, ..self }.deed(random);
        }
    }

    /// A job that nobody waits for, to be run in this pool or a later one.
    fn job(self) -> impl FnOnce() + Send + 'static {
        let jobs = Arc::clone(&self.world.jobs);
        jobs.spawned.fetch_add(1, Ordering::SeqCst);
        move || {
            assert_eq!(moirai::join(|| 7, || 14), (7, 14));
            jobs.ran.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The payload of panics that are planned; the panic hook is not called for them.
pub(crate) struct Planned;

pub(crate) fn planned_panic() -> ! {
    resume_unwind(Box::new(Planned))
}

/// What does this must end with a planned panic.
pub(crate) fn must_panic<R>(deed: impl FnOnce() -> R) {
    match catch_unwind(AssertUnwindSafe(deed)) {
        Ok(_) => panic!("a planned panic was lost"),
        Err(payload) if payload.is::<Planned>() => (),
        Err(payload) => resume_unwind(payload),
    }
}

fn joins(here: Here<'_>, random: &mut Random) {
    fn fibonacci(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = moirai::join(|| fibonacci(n - 1), || fibonacci(n - 2));
        a + b
    }
    assert_eq!(fibonacci(12), 144);
    let (mut left, mut right) = (random.fork(), random.fork());
    moirai::join(|| here.inner_deed(&mut left), || here.inner_deed(&mut right));
    let (is_left, ()) = moirai::join_context(|context| context.migrated(), |_| ());
    assert!(!is_left || moirai::current_thread_index().is_none());
}

fn scope(here: Here<'_>, random: &mut Random) {
    let jobs = 1 + random.below(8);
    let ran = AtomicUsize::new(0);
    let mut body = random.fork();
    moirai::scope(|s| {
        for _ in 0..jobs {
            let (mut random, ran) = (body.fork(), &ran);
            s.spawn(move |s| {
                s.spawn(|_| _ = ran.fetch_add(1, Ordering::Relaxed));
                here.inner_deed(&mut random);
                ran.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(ran.into_inner(), 2 * jobs);
}

fn scope_fifo(here: Here<'_>, random: &mut Random) {
    let mut places = vec![0; 1 + random.below(40)];
    let mut body = random.fork();
    moirai::scope_fifo(|s| {
        for (at, place) in places.iter_mut().enumerate() {
            let mut random = body.fork();
            s.spawn_fifo(move |_| {
                if at == 0 {
                    here.inner_deed(&mut random);
                }
                *place = at + 1;
            });
        }
    });
    assert!(places.iter().enumerate().all(|(at, place)| at + 1 == *place));
}

fn in_place_scope(here: Here<'_>, random: &mut Random) {
    let (shares, mut inner) = (AtomicUsize::new(0), random.fork());
    let mut was_there = false;
    moirai::in_place_scope(|s| {
        s.spawn_broadcast(|_, _| _ = shares.fetch_add(1, Ordering::Relaxed));
        s.spawn(|_| {
            here.inner_deed(&mut inner);
            was_there = true;
        });
    });
    assert!(was_there);
    assert_eq!(shares.into_inner(), moirai::current_num_threads());
}

fn panicking_join(here: Here<'_>, random: &mut Random) {
    let is_left = random.below(2) == 0;
    let (mut inner, alive) = (random.fork(), Arc::new(()));
    must_panic(|| {
        let (left, right) = (Arc::clone(&alive), Arc::clone(&alive));
        moirai::join(
            move || {
                let _left = left;
                if is_left {
                    planned_panic()
                }
            },
            move || {
                let _right = right;
                here.inner_deed(&mut inner);
                if !is_left {
                    planned_panic()
                }
            },
        )
    });
    assert_eq!(Arc::strong_count(&alive), 1, "both halves are dropped");
}

fn panicking_scope(_: Here<'_>, random: &mut Random) {
    let (jobs, alive) = (2 + random.below(20), Arc::new(AtomicUsize::new(0)));
    let bad = random.below(jobs);
    must_panic(|| {
        moirai::scope(|s| {
            for job in 0..jobs {
                let ran = Arc::clone(&alive);
                s.spawn(move |_| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    if job == bad {
                        planned_panic();
                    }
                });
            }
        });
    });
    assert_eq!(alive.load(Ordering::Relaxed), jobs, "the others run nevertheless");
    assert_eq!(Arc::strong_count(&alive), 1, "all jobs are dropped");
}

fn detached(here: Here<'_>, random: &mut Random) {
    for _ in 0..1 + random.below(5) {
        match here.world.pools.get(here.next_pool + random.below(2)) {
            Some(pool) => {
                pool.spawn(here.job());
                pool.spawn_fifo(here.job());
            }
            None => moirai::spawn(here.job()),
        }
    }
}

fn detached_panics(here: Here<'_>, _: &mut Random) {
    let jobs = &here.world.jobs;
    jobs.panics.fetch_add(1, Ordering::SeqCst);
    let held = Arc::clone(jobs);
    // A pool of the round, whose handler counts.
    here.world.pools[0].spawn(move || {
        let _held = held;
        planned_panic()
    });
}

fn broadcast(here: Here<'_>, random: &mut Random) {
    let indices = match here.world.pools.get(here.next_pool) {
        Some(pool) => pool.broadcast(|context| (context.index(), context.num_threads())),
        None => moirai::broadcast(|context| (context.index(), context.num_threads())),
    };
    let threads = indices.len();
    assert!(indices.into_iter().eq((0..threads).map(|index| (index, threads))));
    here.inner_deed(random);
}

fn yields(here: Here<'_>, random: &mut Random) {
    moirai::yield_now();
    moirai::yield_local();
    if let Some(index) = moirai::current_thread_index() {
        assert!(index < moirai::current_num_threads());
    }
    here.inner_deed(random);
}
