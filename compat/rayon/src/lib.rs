//! Stands in for rayon through `[patch.crates-io]`: the same items, moirai's own.

pub use moirai::{
    BroadcastContext, FnContext, Scope, ScopeFifo, ThreadBuilder, ThreadPool, ThreadPoolBuildError,
    ThreadPoolBuilder, Yield, array, broadcast, collections, current_num_threads,
    current_thread_index, in_place_scope, in_place_scope_fifo, iter, join, join_context,
    max_num_threads, option, prelude, range, range_inclusive, result, scope, scope_fifo, slice,
    spawn, spawn_broadcast, spawn_fifo, str, string, vec, yield_local, yield_now,
};
