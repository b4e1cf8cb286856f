//! Stands in for rayon-core through `[patch.crates-io]`: the same items, moirai's own.

#[allow(deprecated, reason = "re-exported as rayon-core has them")]
pub use moirai::__rayon_core::{Configuration, current_thread_has_pending_tasks, initialize};
pub use moirai::{
    BroadcastContext, FnContext, Scope, ScopeFifo, ThreadBuilder, ThreadPool, ThreadPoolBuildError,
    ThreadPoolBuilder, Yield, broadcast, current_num_threads, current_thread_index, in_place_scope,
    in_place_scope_fifo, join, join_context, max_num_threads, scope, scope_fifo, spawn,
    spawn_broadcast, spawn_fifo, yield_local, yield_now,
};
