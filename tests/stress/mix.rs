//! Everything at once: sixteen threads on few processors do a random mix of all calls, and each
//! call checks its result.

use super::api;
use crate::watchdog::Watchdog;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A small generator, so that a seed repeats the choices (though not the interleaving).
#[derive(Clone, Copy, Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 29)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    /// A generator of its own for another job.
    fn fork(&mut self) -> Random {
        Random(self.next())
    }
}

struct Pools {
    all: Arc<Vec<api::ThreadPool>>,
    /// Detached jobs that were spawned and those that ran.
    spawned: Arc<AtomicUsize>,
    ran: Arc<AtomicUsize>,
}

impl Pools {
    fn detached(&self) -> impl FnOnce() + Send + 'static {
        self.spawned.fetch_add(1, Ordering::SeqCst);
        let ran = Arc::clone(&self.ran);
        move || {
            ran.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Does one thing; what comes back is the number of leaves that ran, which must be `1`,
    /// summed over the choices below.
    fn step(&self, random: &mut Random, depth: usize) -> u64 {
        if depth == 0 {
            let spins = random.below(200);
            for spin in 0..spins {
                std::hint::black_box(spin);
            }
            return 1;
        }
        match random.below(12) {
            0..4 => {
                let (mut left, mut right) = (random.fork(), random.fork());
                let (a, b) = api::join(
                    || self.step(&mut left, depth - 1),
                    || self.step(&mut right, depth - 1),
                );
                assert!(a > 0 && b > 0);
                a + b
            }
            4 => self.scope(random, depth),
            5 => self.scope_fifo(random, depth),
            6 => self.in_place_scope(random, depth),
            7 => {
                let mut inner = random.fork();
                let at = random.below(self.all.len());
                self.all[at].install(|| self.step(&mut inner, depth - 1))
            }
            8 => {
                let at = random.below(self.all.len());
                let shares = self.all[at].broadcast(|context| context.index());
                assert!(shares.iter().copied().eq(0..self.all[at].current_num_threads()));
                shares.len() as u64
            }
            9 => {
                let at = random.below(self.all.len());
                self.all[at].spawn(self.detached());
                self.all[at].spawn_fifo(self.detached());
                1
            }
            10 => {
                match random.below(2) {
                    0 => api::yield_now(),
                    _ => api::yield_local(),
                };
                1
            }
            _ => {
                let migrated = api::join_context(|a| a.migrated(), |b| b.migrated());
                let index = api::current_thread_index();
                assert!(index.is_some_and(|index| index < api::current_num_threads()));
                assert!(!migrated.0);
                1
            }
        }
    }

    fn scope(&self, random: &mut Random, depth: usize) -> u64 {
        let sum = AtomicU64::new(0);
        let jobs = 1 + random.below(6);
        let mut body = random.fork();
        api::scope(|s| {
            for _ in 0..jobs {
                let (mut inner, sum) = (body.fork(), &sum);
                s.spawn(move |s| {
                    sum.fetch_add(1, Ordering::Relaxed);
                    let mut nested = inner.fork();
                    s.spawn(move |_| {
                        sum.fetch_add(self.step(&mut nested, depth - 1).min(1), Ordering::Relaxed);
                    });
                    self.step(&mut inner, depth - 1);
                });
            }
        });
        assert_eq!(sum.into_inner(), 2 * jobs as u64);
        1
    }

    fn scope_fifo(&self, random: &mut Random, depth: usize) -> u64 {
        let mut values = vec![0; 1 + random.below(20)];
        let mut body = random.fork();
        api::scope_fifo(|s| {
            for (at, value) in values.iter_mut().enumerate() {
                let mut inner = body.fork();
                s.spawn_fifo(move |_| {
                    if at == 0 {
                        self.step(&mut inner, depth - 1);
                    }
                    *value = at + 1;
                });
            }
        });
        assert!(values.iter().enumerate().all(|(at, value)| at + 1 == *value));
        1
    }

    fn in_place_scope(&self, random: &mut Random, depth: usize) -> u64 {
        let at = random.below(self.all.len());
        let shares = AtomicUsize::new(0);
        let mut inner = random.fork();
        let mut leaves = 0;
        self.all[at].in_place_scope(|s| {
            s.spawn_broadcast(|_, _| {
                shares.fetch_add(1, Ordering::Relaxed);
            });
            s.spawn(|_| leaves = self.step(&mut inner, depth - 1));
        });
        assert_eq!(shares.into_inner(), self.all[at].current_num_threads());
        leaves
    }
}

/// Pools that call into each other in circles, from inside of waits: a call that is buried under a wait for a descendant may
/// need any worker of the other pool, so these pools wait with policy *anything* (`docs/waiting.md`, "What is promised").
/// Jobs run on top of one another then.
fn roomy(threads: usize) -> api::ThreadPool {
    let builder = api::ThreadPoolBuilder::new().num_threads(threads);
    let builder = builder.wait_policy(api::WaitPolicy::Anything);
    builder.stack_size(64 << 20).build().unwrap()
}

#[test]
fn random_mix() {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seconds = asked("MOIRAI_STRESS_SECONDS").unwrap_or(10);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let clock = now.map_or(1, |since| u64::from(since.subsec_nanos()));
    let seed = asked("MOIRAI_STRESS_SEED").unwrap_or(clock);
    println!("MOIRAI_STRESS_SEED={seed}");

    let end = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < end {
        let what = format!("random_mix, MOIRAI_STRESS_SEED={seed}, round {rounds}");
        round(&mut Random(seed.wrapping_add(rounds)), what);
        rounds += 1;
    }
    println!("{rounds} rounds");
}

/// Pools with sixteen threads in all, and four threads outside that call into them.
fn round(random: &mut Random, what: String) {
    let (spawned, ran) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let pools = Pools {
        all: Arc::new([9, 4, 2, 1].map(roomy).into()),
        spawned: Arc::clone(&spawned),
        ran: Arc::clone(&ran),
    };
    let all = Arc::downgrade(&pools.all);
    let _watch = Watchdog::reporting(what, move || format!("{:#?}", all.upgrade()));
    thread::scope(|outside| {
        for at in 0..4 {
            let (pools, mut random) = (&pools, random.fork());
            outside.spawn(move || {
                for _ in 0..10 {
                    let mut inner = random.fork();
                    pools.all[at].install(|| pools.step(&mut inner, 5));
                }
            });
        }
    });
    drop(pools);
    // No detached job is lost, although its pool has been dropped.
    while ran.load(Ordering::SeqCst) < spawned.load(Ordering::SeqCst) {
        thread::yield_now();
    }
}
