//! Pools of one to eight threads, made once.

use super::api::ThreadPool;
use super::kit;
use std::sync::LazyLock;

pub(super) const MOST_THREADS: usize = 8;

static POOLS: LazyLock<Vec<ThreadPool>> =
    LazyLock::new(|| (1..=MOST_THREADS).map(kit::pool).collect());

/// Runs `f` in the pool of `threads` threads.
pub(super) fn on<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    POOLS[threads - 1].install(f)
}

/// Runs `f` in pools of one and of several threads.
pub(super) fn on_some(f: impl Fn() + Send + Sync) {
    for threads in [1, 3, MOST_THREADS] {
        on(threads, &f);
    }
}
