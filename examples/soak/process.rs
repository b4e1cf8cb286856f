//! What the system says of this process, and where it lets it run.

use crate::quota::Quota;
use crate::random::Random;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A line of `/proc/self/status`; `None` where there is no such file.
fn status(key: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How many threads there are; 0 where that is not known.
pub(crate) fn threads() -> u64 {
    status("Threads").unwrap_or(0)
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident_kib: u64,
    pub(crate) peak_kib: u64,
}

impl Memory {
    pub(crate) fn now() -> Option<Memory> {
        Some(Memory { resident_kib: status("VmRSS")?, peak_kib: status("VmHWM")? })
    }
}

/// How often the process was disturbed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disturbances {
    pub(crate) moves: u64,
    pub(crate) quotas: u64,
}

/// A thread that several times a second moves all threads about, and changes how much time they get.
#[derive(Debug)]
pub(crate) struct Disturber {
    stop: Arc<AtomicBool>,
    mover: JoinHandle<Disturbances>,
}

impl Disturber {
    pub(crate) fn disturb(seed: u64) -> Disturber {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let mover = thread::spawn(move || {
            let mut random = Random(seed);
            let mut done = Disturbances { moves: 0, quotas: 0 };
            let (all, quota) = (system::allowed(), Quota::enter());
            while !stopped.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20 + random.below(200) as u64));
                let mut some = all.clone();
                if random.below(3) > 0 {
                    some.retain(|_| random.below(2) == 0);
                }
                if !some.is_empty() {
                    system::move_all(&some);
                    done.moves += 1;
                }
                if let Some(quota) = quota.as_ref().filter(|_| random.below(3) == 0) {
                    let percents = [None, Some(20), Some(50), Some(100), Some(150)];
                    quota.set(percents[random.below(percents.len())]);
                    done.quotas += 1;
                }
            }
            system::move_all(&all);
            done
        });
        Disturber { stop, mover }
    }

    /// All threads may run where they might at first.
    pub(crate) fn restore(self) -> Disturbances {
        self.stop.store(true, Ordering::Relaxed);
        self.mover.join().expect("moving threads does not panic")
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::mem;

    /// The processors that this thread may use.
    pub(super) fn allowed() -> Vec<usize> {
        // SAFETY: a set of bits, for which zero is a value.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: a set of this size, to be written to.
        unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
        let is_in = |cpu: &usize| {
            // SAFETY: below the number of bits of a set.
            unsafe { libc::CPU_ISSET(*cpu, &set) }
        };
        (0..libc::CPU_SETSIZE as usize).filter(is_in).collect()
    }

    /// All threads of the process may use these processors; threads that have ended meanwhile do not matter.
    pub(super) fn move_all(cpus: &[usize]) {
        // SAFETY: a set of bits, for which zero is a value.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        for &cpu in cpus {
            // SAFETY: below the number of bits of a set.
            unsafe { libc::CPU_SET(cpu, &mut set) };
        }
        let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
        for task in tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()) {
            // SAFETY: a set of this size, to be read.
            unsafe { libc::sched_setaffinity(task, size_of_val(&set), &raw const set) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Nothing is known, and nothing is moved.
    pub(super) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn move_all(_: &[usize]) {}
}
