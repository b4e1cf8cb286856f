//! What each operating system is asked. What it answers is turned into a topology by functions that run, and are tested,
//! everywhere.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
mod other;
#[cfg(any(target_os = "macos", test))]
mod performance_levels;
#[cfg(any(windows, test))]
mod processor_records;
#[cfg(windows)]
mod windows;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::{allowed_cpus, detect};
#[cfg(target_os = "macos")]
pub(crate) use macos::{allowed_cpus, detect};
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
pub(crate) use other::{allowed_cpus, detect};
#[cfg(windows)]
pub(crate) use windows::{allowed_cpus, detect};

use crate::topology::cpu_set::CpuSet;
use std::num::NonZeroUsize;
use std::thread;

/// As many CPUs as std knows of, with numbers from 0.
fn counted_cpus() -> CpuSet {
    let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    CpuSet::from(0..=count - 1)
}
