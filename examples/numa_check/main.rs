//! What a pool makes of the machine that this runs on: its groups, its workers, whose memory they touch, and whom they steal
//! from. `ci/numa.sh` runs it on emulated machines.
//!
//! `numa_check [--groups CPUS]... [--threads N] [--siblings] [--rings] [--aims] [--pages] [--changes]`: with `--groups`, once for
//! each, and `--threads` the pool has to be as said; with `--siblings` thieves ask those of the same core first, with `--rings`
//! those of the nearest groups; with `--aims` the loads have to stay as near as the documentation says; with `--pages` calls over
//! large slices have to go where their pages are, and buffers to lie where they are worked on; with `--changes` masks, a quota
//! and the CPUs that are online change while pools run. Ends with 1, and a line for each thing that is not as it should be.

#[cfg(target_os = "linux")]
mod changes;
#[cfg(target_os = "linux")]
mod checks;
#[cfg(target_os = "linux")]
mod loads;
#[cfg(target_os = "linux")]
mod os;
#[cfg(target_os = "linux")]
mod pages;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    checks::run(std::env::args().skip(1))
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("There is nothing to ask on this system.");
}
