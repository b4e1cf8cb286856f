//! Everything at once, for as long as one likes, with every result checked.
//!
//! `cargo run --release --example soak [-- SECONDS [SEED]]`
//!
//! Rounds of some seconds: new pools with as many threads as processors, 4 or 16 times as many, and threads from outside that
//! do a random mix of calls with them and with the global pool. Meanwhile the threads of the process are moved from processor to
//! processor, and get more or less time (by a control group, where one can be made). Each deed checks its result and what it
//! drops; each round, that every detached job ran. In the end all threads are to be gone and the memory not to have grown. Prints
//! a summary; the exit code is 1 if anything was wrong. When nothing has moved for a minute, the states of the pools are printed
//! and the process aborts.

mod channels;
mod deeds;
mod frames;
mod iterators;
mod pools;
mod process;
mod quota;
mod random;
mod seen;
mod streams;

use deeds::{DEEDS, World};
use process::{Disturber, Memory, threads};
use random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const USAGE: &str = "Usage: soak [SECONDS [SEED]]      30 seconds and the clock's seed by default";

/// Threads from outside that call into the pools.
const CALLERS: usize = 4;
const ROUND: Duration = Duration::from_secs(3);
/// Threads of the pools for each processor.
const OVERSUBSCRIPTION: [usize; 3] = [1, 4, 16];
/// When nothing has been done for so long, something hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the resident memory may grow by after the first rounds: allocators keep some, more where there are more threads.
const GROWTH_KIB: u64 = 96 << 10;

/// How often each deed was done.
static DONE: [AtomicU64; DEEDS.len()] = [const { AtomicU64::new(0) }; DEEDS.len()];
static FAILURES: AtomicU64 = AtomicU64::new(0);

/// The pools of the round, for the watchdog.
type Shown = Mutex<Weak<Vec<moirai::ThreadPool>>>;

fn main() -> ExitCode {
    let arguments: Option<Vec<u64>> = std::env::args().skip(1).map(|a| a.parse().ok()).collect();
    let (seconds, seed) = match arguments.as_deref() {
        Some([]) => (30, clock()),
        Some([seconds]) => (*seconds, clock()),
        Some([seconds, seed]) => (*seconds, *seed),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    println!("soak: {seconds} s, seed {seed}, {processors} processors");

    let shown: &'static Shown = Box::leak(Box::default());
    thread::spawn(|| watch(shown));
    moirai::join(|| (), || ());
    let threads_before = threads();
    let disturber = Disturber::disturb(seed);

    let begun = Instant::now();
    let mut random = Random(seed);
    let (mut rounds, mut settled) = (0, None);
    while begun.elapsed() < Duration::from_secs(seconds) || rounds < OVERSUBSCRIPTION.len() {
        let factor = OVERSUBSCRIPTION[rounds % OVERSUBSCRIPTION.len()];
        round(&mut random, processors * factor, begun + Duration::from_secs(seconds), shown);
        rounds += 1;
        if rounds == 2 * OVERSUBSCRIPTION.len() {
            settled = Memory::now();
        }
    }
    let disturbed = disturber.restore();

    // Pools that were dropped, not shut down, end by themselves.
    while threads() > threads_before {
        thread::sleep(Duration::from_millis(10));
    }
    let memory = Memory::now();
    if let (Some(before), Some(after)) = (settled, memory) {
        check(after.resident_kib <= before.resident_kib + GROWTH_KIB, || {
            format!("{} KiB resident at first, {} at last", before.resident_kib, after.resident_kib)
        });
    }

    println!(
        "{rounds} rounds in {} s; {} changes of affinity, {} of the quota",
        begun.elapsed().as_secs(),
        disturbed.moves,
        disturbed.quotas
    );
    for ((name, _), done) in DEEDS.iter().zip(&DONE) {
        println!("{:>10}  {name}", done.load(Ordering::Relaxed));
    }
    match (settled, memory) {
        (Some(before), Some(after)) => println!(
            "resident after {} rounds {} KiB, at the end {} KiB, at most {} KiB",
            2 * OVERSUBSCRIPTION.len(),
            before.resident_kib,
            after.resident_kib,
            after.peak_kib
        ),
        _ => println!("memory: not compared, for lack of rounds or of /proc"),
    }
    println!("threads: {threads_before} before, {} at the end", threads());
    let failures = FAILURES.load(Ordering::Relaxed);
    println!("{failures} failures");
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |since| u64::from(since.subsec_nanos()))
}

/// New pools with so many threads in all, and threads outside that call into them until the time is over.
fn round(random: &mut Random, threads: usize, last: Instant, shown: &Shown) {
    let world = World::new(threads, random);
    *shown.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&world.pools);
    let end = last.min(Instant::now() + ROUND);
    thread::scope(|outside| {
        for _ in 0..CALLERS {
            let (world, mut random) = (&world, random.fork());
            outside.spawn(move || {
                while Instant::now() < end {
                    let seed = random.0;
                    let deed = || world.call(&mut random);
                    if let Err(payload) = catch_unwind(AssertUnwindSafe(deed)) {
                        check(false, || format!("state {seed}: {}", text(&*payload)));
                    }
                }
            });
        }
    });
    for complaint in world.end() {
        check(false, || complaint);
    }
}

fn check(is_right: bool, complaint: impl FnOnce() -> String) {
    if !is_right {
        FAILURES.fetch_add(1, Ordering::Relaxed);
        println!("FAILED: {}", complaint());
    }
}

fn text(payload: &(dyn std::any::Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without text")
}

/// Prints the pools and aborts, when nothing has been done for too long.
fn watch(shown: &Shown) {
    let total = || DONE.iter().map(|done| done.load(Ordering::Relaxed)).sum::<u64>();
    let mut last = (total(), Instant::now());
    loop {
        thread::sleep(Duration::from_millis(500));
        if total() != last.0 {
            last = (total(), Instant::now());
        } else if last.1.elapsed() > PATIENCE {
            let pools = shown.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
            eprintln!("HUNG: nothing was done in {PATIENCE:?}\n{pools:#?}");
            std::process::abort();
        }
    }
}
