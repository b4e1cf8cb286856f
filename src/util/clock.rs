//! Where the scheduler's time comes from; a simulator brings its own.
//!
//! Two clocks: [`Monotonic`], the operating system's, for what happens rarely; and [`ticks`], the processor's counter where
//! it runs at a constant rate, for what is measured within a parallel call. Ticks are compared with each other only;
//! [`ticks_of_ns`] turns the scheduler's constants into them. A thread whose schedule is drawn from a seed has a clock of its
//! own (`turns`).
//!
//! The statics are std's atomics, not loom's: nothing here is part of a protocol.

use crate::util::turns;
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// Whether there is any clock. Without one, parallel calls cannot size their batches in time.
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// A monotonic clock.
pub(crate) trait Clock {
    /// Nanoseconds since some moment in the past.
    fn now_ns(&self) -> u64;
}

/// The operating system's monotonic clock, from the moment it was made. Where there is none, each look counts for some time:
/// who looks again and again comes to an end.
#[derive(Debug)]
pub(crate) struct Monotonic {
    origin: Option<Instant>,
    looks: Cell<u64>,
}

/// What a look at a clock that does not exist counts for, in ns.
const LOOK_NS: u64 = 1_000;

impl Monotonic {
    pub(crate) fn new() -> Self {
        Monotonic { origin: HAS_CLOCK.then(now), looks: Cell::new(0) }
    }
}

impl Clock for Monotonic {
    fn now_ns(&self) -> u64 {
        match self.origin {
            Some(origin) => {
                let elapsed = now().saturating_duration_since(origin);
                u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
            }
            None => {
                self.looks.set(self.looks.get() + LOOK_NS);
                self.looks.get()
            }
        }
    }
}

/// What time it is. Only where there is a clock.
pub(crate) fn now() -> Instant {
    turns::now().unwrap_or_else(Instant::now)
}

/// Whether a deadline has come. Without a clock none does.
pub(crate) fn is_past(deadline: Option<Instant>) -> bool {
    HAS_CLOCK && deadline.is_some_and(|deadline| now() >= deadline)
}

/// Ticks in 1024 ns. Zero: unknown yet.
static RATE: AtomicU32 = AtomicU32::new(0);

/// What the rate is taken for until it is known: a counter of 2.5 GHz. A factor of two more or less does no harm.
const RATE_GUESS: u32 = 2560;

/// How long the counter is watched to learn its rate, in ns.
const CALIBRATION_NS: u64 = 1_000_000;

/// When the rate began to be measured.
static ORIGIN: OnceLock<(Instant, u64)> = OnceLock::new();

/// A reading of the fastest clock, in ticks. 10 to 35 ns, by the machine.
#[inline]
pub(crate) fn ticks() -> u64 {
    if let Some(now_ns) = turns::now_ns() {
        return ticks_of_ns(now_ns);
    }
    real_ticks()
}

/// The same for what is only looked at and decides nothing: of the processor's clock also where schedules are drawn from a
/// seed, whose own clock goes on with each look.
#[inline]
pub(crate) fn real_ticks() -> u64 {
    counter::read().unwrap_or_else(os_ticks)
}

/// The operating system's clock, one tick for each nanosecond.
#[cold]
fn os_ticks() -> u64 {
    if !HAS_CLOCK {
        return 0;
    }
    let (origin, _) = ORIGIN.get_or_init(|| (Instant::now(), 0));
    u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// So many nanoseconds, in ticks.
#[inline]
pub(crate) fn ticks_of_ns(ns: u64) -> u64 {
    // ORDERING: Relaxed. A number by itself.
    let rate = match RATE.load(Ordering::Relaxed) {
        _ if turns::is_taking_turns() => RATE_GUESS,
        0 => RATE_GUESS,
        rate => rate,
    };
    ns.saturating_mul(u64::from(rate)) >> 10
}

/// So many ticks, in nanoseconds.
#[inline]
pub(crate) fn ns_of_ticks(ticks: u64) -> u64 {
    // ORDERING: Relaxed. A number by itself.
    let rate = match RATE.load(Ordering::Relaxed) {
        0 => RATE_GUESS,
        rate => rate,
    };
    // Beyond some months the multiplication would overflow.
    if ticks >> 54 == 0 { (ticks << 10) / u64::from(rate) } else { u64::MAX }
}

/// What lies between two readings with nothing in between, in ticks: to be taken off what is measured.
static READING: AtomicU32 = AtomicU32::new(0);

/// What a reading adds to what is measured by two of them, in ticks.
#[inline]
pub(crate) fn reading_cost() -> u64 {
    // ORDERING: Relaxed. A number by itself.
    if turns::is_taking_turns() { 0 } else { u64::from(READING.load(Ordering::Relaxed)) }
}

/// Learns the counter's rate. Called now and then, off the path of calls: the first time it notes both clocks, and later,
/// when enough time has passed, compares them.
pub(crate) fn calibrate() {
    // ORDERING: Relaxed. A number by itself.
    if RATE.load(Ordering::Relaxed) != 0 || !HAS_CLOCK || turns::is_taking_turns() {
        return;
    }
    let readings: [u64; 9] = std::array::from_fn(|_| ticks());
    let cost = readings.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).min().unwrap_or(0);
    // ORDERING: Relaxed, as above.
    READING.store(u32::try_from(cost).unwrap_or(0), Ordering::Relaxed);
    if let Some(rate) = counter::known_rate() {
        // ORDERING: Relaxed, as above.
        RATE.store(rate, Ordering::Relaxed);
        return;
    }
    let (instant, tick) = ORIGIN.get_or_init(|| (Instant::now(), ticks()));
    let elapsed_ns = u64::try_from(instant.elapsed().as_nanos()).unwrap_or(u64::MAX);
    if elapsed_ns < CALIBRATION_NS {
        return;
    }
    let elapsed_ticks = u128::from(ticks().wrapping_sub(*tick));
    let rate = (elapsed_ticks << 10) / u128::from(elapsed_ns);
    let rate = u32::try_from(rate).unwrap_or(RATE_GUESS).max(1);
    // ORDERING: Relaxed, as above.
    RATE.store(rate, Ordering::Relaxed);
}

#[cfg(all(target_arch = "x86_64", not(loom)))]
mod counter {
    use std::arch::x86_64::{__cpuid, _rdtsc};
    use std::sync::atomic::{AtomicU32, Ordering};

    const UNKNOWN: u32 = 0;
    const CONSTANT: u32 = 1;
    const USELESS: u32 = 2;

    /// Whether the time-stamp counter runs at a constant rate whatever the processor does.
    static KIND: AtomicU32 = AtomicU32::new(UNKNOWN);

    #[inline]
    pub(super) fn read() -> Option<u64> {
        // ORDERING: Relaxed. A number by itself.
        let constant = match KIND.load(Ordering::Relaxed) {
            CONSTANT => true,
            UNKNOWN => find_out(),
            _ => false,
        };
        // SAFETY: every x86-64 processor has the counter.
        constant.then(|| unsafe { _rdtsc() })
    }

    #[cold]
    #[allow(unused_unsafe, reason = "newer compilers know that every x86-64 processor has cpuid")]
    fn find_out() -> bool {
        // SAFETY: every x86-64 processor has the instruction.
        let highest = unsafe { __cpuid(0x8000_0000) }.eax;
        // SAFETY: as above.
        let constant =
            highest >= 0x8000_0007 && unsafe { __cpuid(0x8000_0007) }.edx & (1 << 8) != 0;
        // ORDERING: Relaxed, as above.
        KIND.store(if constant { CONSTANT } else { USELESS }, Ordering::Relaxed);
        constant
    }

    /// Ticks in 1024 ns, where they need not be measured.
    pub(super) fn known_rate() -> Option<u32> {
        read().is_none().then_some(1024)
    }
}

#[cfg(all(target_arch = "aarch64", not(loom)))]
mod counter {
    use std::arch::asm;

    #[inline]
    pub(super) fn read() -> Option<u64> {
        let ticks: u64;
        // SAFETY: reads the virtual counter, which user code may do; touches neither memory nor flags.
        unsafe {
            asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags))
        };
        Some(ticks)
    }

    /// Ticks in 1024 ns, where they need not be measured.
    pub(super) fn known_rate() -> Option<u32> {
        let hertz: u64;
        // SAFETY: reads the counter's frequency, which user code may do; touches neither memory nor flags.
        unsafe {
            asm!("mrs {}, cntfrq_el0", out(reg) hertz, options(nomem, nostack, preserves_flags))
        };
        u32::try_from(hertz * 1024 / 1_000_000_000).ok().filter(|rate| *rate != 0)
    }
}

#[cfg(any(loom, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod counter {
    pub(super) fn read() -> Option<u64> {
        None
    }

    /// Ticks in 1024 ns, where they need not be measured.
    pub(super) fn known_rate() -> Option<u32> {
        Some(1024)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn without_a_clock_looking_takes_time() {
        let clock = Monotonic { origin: None, looks: Cell::new(0) };
        assert_eq!((clock.now_ns(), clock.now_ns()), (LOOK_NS, 2 * LOOK_NS));
    }

    #[test]
    fn ticks_follow_the_clock() {
        calibrate();
        std::thread::sleep(std::time::Duration::from_millis(3));
        calibrate();
        let (instant, before) = (Instant::now(), ticks());
        std::thread::sleep(std::time::Duration::from_millis(20));
        let (elapsed, after) = (instant.elapsed(), ticks());
        let expected = ticks_of_ns(elapsed.as_nanos() as u64);
        let measured = after - before;
        // Both readings are taken twice, and the thread may be suspended between the two.
        assert!(measured > expected / 2 && measured / 2 < expected, "{measured} for {expected}");
    }
}
