//! Locks: std's, but for threads that must not block.
//!
//! A browser's main thread traps when it waits in the system, for a lock too. With the feature `web_spin_lock`, in WebAssembly
//! with atomics, only a pool's own workers [may block](may_block); every other thread looks again and again instead, at locks,
//! at condition variables and where it would park. (Nobody tells a thread whether it is the main one without asking JavaScript;
//! but workers never are, since they run until their pool ends.) `--cfg moirai_main_spins` makes it so everywhere, for a test that
//! has the kernel kill a thread that waits.
//!
//! Not so are the schedules of `turns`, which are for tests, and `OnceLock`s, whose values are made without waiting for anybody:
//! each is either set once by one thread, or made when nothing else is going on.

#[cfg(not(any(
    moirai_main_spins,
    all(feature = "web_spin_lock", target_family = "wasm", target_feature = "atomics")
)))]
mod plain {
    #[cfg_attr(loom, allow(unused_imports, reason = "models have their own"))]
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

    /// Whether the calling thread may wait in the system.
    #[inline(always)]
    pub(crate) const fn may_block() -> bool {
        true
    }

    /// The calling thread works for a pool until that ends.
    #[inline(always)]
    pub(crate) const fn is_worker() {}
}
#[cfg(not(any(
    moirai_main_spins,
    all(feature = "web_spin_lock", target_family = "wasm", target_feature = "atomics")
)))]
pub(crate) use plain::*;

#[cfg(any(
    moirai_main_spins,
    all(feature = "web_spin_lock", target_family = "wasm", target_feature = "atomics")
))]
#[path = "spinning.rs"]
mod spinning;
#[cfg(any(
    moirai_main_spins,
    all(feature = "web_spin_lock", target_family = "wasm", target_feature = "atomics")
))]
pub(crate) use spinning::*;
