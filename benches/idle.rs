//! What a pool costs while there is little or nothing to do: CPU time, context switches, and the price of building and
//! dropping one. Linux only: elsewhere the clocks that are needed do not exist.

mod harness;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("idle: needs Linux");
}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::harness::{Bench, timed, wait_until};

    /// How long an idle pool is watched.
    const WATCH: Duration = Duration::from_secs(2);

    /// How long after its last work a pool counts as idle.
    const SETTLE: Duration = Duration::from_millis(200);

    /// Empty jobs in one sample of the trickle, one a millisecond.
    const TRICKLE: usize = 200;
    const TRICKLE_THREADS: usize = 8;

    const BUILD_THREADS: usize = 4;
    /// Pools in one sample, one after the other: threads end after `drop` has returned, so what ends beside a pool that is
    /// built should be of the same crate.
    const BUILDS: usize = 50;

    /// What this process has used so far.
    #[derive(Debug, Clone, Copy)]
    struct Usage {
        /// CPU time of all threads.
        process: Duration,
        /// CPU time of the calling thread.
        caller: Duration,
        /// Context switches of all threads, wanted and unwanted.
        switches: i64,
    }

    impl Usage {
        fn now() -> Self {
            let process = clock(libc::CLOCK_PROCESS_CPUTIME_ID);
            let caller = clock(libc::CLOCK_THREAD_CPUTIME_ID);
            // SAFETY: `rusage` consists of integers, for which all zeroes are a value.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: the pointer is to a live `rusage` that nobody else uses.
            let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
            assert_eq!(result, 0, "getrusage failed");
            Usage { process, caller, switches: usage.ru_nvcsw + usage.ru_nivcsw }
        }

        /// CPU time since then of all threads but the calling one.
        fn others_since(&self, before: &Usage) -> Duration {
            // The two clocks are not read at once, so the caller's share may come out a little too large.
            (self.process - before.process).saturating_sub(self.caller - before.caller)
        }
    }

    fn clock(id: libc::clockid_t) -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a live `timespec` that nobody else uses.
        let result = unsafe { libc::clock_gettime(id, &raw mut time) };
        assert_eq!(result, 0, "clock_gettime failed");
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    macro_rules! pools {
        ($name:ident) => {
            mod $name {
                use super::{AtomicUsize, Duration, Instant, Ordering, TRICKLE, Usage, wait_until};

                pub(crate) fn pool(threads: usize) -> ::$name::ThreadPool {
                    ::$name::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
                }

                /// Gives every thread of the pool something to do.
                pub(crate) fn use_once(pool: &::$name::ThreadPool) -> usize {
                    pool.broadcast(|context| context.index()).into_iter().sum()
                }

                /// The CPU time of the pool's threads for one empty job a millisecond.
                pub(crate) fn trickle(pool: &::$name::ThreadPool) -> Duration {
                    static RAN: AtomicUsize = AtomicUsize::new(0);
                    let (ran, before) = (RAN.load(Ordering::Relaxed), Usage::now());
                    let start = Instant::now();
                    for job in 1..=TRICKLE {
                        pool.spawn(|| _ = RAN.fetch_add(1, Ordering::Relaxed));
                        std::thread::sleep(
                            Duration::from_millis(job as u64).saturating_sub(start.elapsed()),
                        );
                    }
                    wait_until(|| RAN.load(Ordering::Relaxed) == ran + TRICKLE);
                    Usage::now().others_since(&before)
                }
            }
        };
    }

    pools!(rayon);
    pools!(moirai);

    /// Prints what the process does while the calling thread sleeps.
    fn watch(bench: &Bench, name: &str) {
        std::thread::sleep(SETTLE);
        let before = Usage::now();
        std::thread::sleep(if bench.measures() { WATCH } else { Duration::ZERO });
        let after = Usage::now();
        let cpu = after.others_since(&before);
        // The calling thread itself goes to sleep once.
        let switches = (after.switches - before.switches - 1).max(0);
        let id = format!("idle/watch/{name}");
        println!(
            "{id:<44}{:>8.3} ms CPU of the pool{switches:>8} context switches",
            cpu.as_secs_f64() * 1e3
        );
    }

    pub(crate) fn main() {
        let bench = Bench::new("idle");
        let threads = rayon::pool(0).current_num_threads();
        let expected = (0..threads).sum::<usize>();
        if bench.selects("watch", "") {
            // One after the other: two pools at once could not be told apart.
            watch(&bench, "no-pool");
            for twin in ["rayon", "rayon-twin"] {
                let pool = rayon::pool(threads);
                assert_eq!(rayon::use_once(&pool), expected);
                watch(&bench, &format!("{twin}/{threads}-thread"));
            }
            let pool = moirai::pool(threads);
            assert_eq!(moirai::use_once(&pool), expected);
            watch(&bench, &format!("moirai/{threads}-thread"));
        }

        if bench.selects("trickle-cpu", TRICKLE_THREADS) {
            let (rayons, moirais) = (rayon::pool(TRICKLE_THREADS), moirai::pool(TRICKLE_THREADS));
            bench
                .group("trickle-cpu", format_args!("{TRICKLE_THREADS}-thread"))
                .per(TRICKLE)
                .case("rayon", || rayon::trickle(&rayons))
                .case("moirai", || moirai::trickle(&moirais))
                .run();
        }

        bench
            .group("build-and-drop", format_args!("{BUILD_THREADS}-thread"))
            .per(BUILDS)
            .case("rayon", || {
                timed((), || (0..BUILDS).for_each(|_| drop(rayon::pool(BUILD_THREADS))))
            })
            .case("moirai", || {
                timed((), || (0..BUILDS).for_each(|_| drop(moirai::pool(BUILD_THREADS))))
            })
            .run();
    }
}
