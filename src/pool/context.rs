//! What the parallel calls of a thread belong to, while anybody records calls: a *node*, a number that only the recorder
//! understands (`explain/recorder.rs`); 0 stands for nothing.
//!
//! A thread that holds a seat has its node there, where thieves find it: what they take belongs to the same node. Others have
//! theirs in a thread-local. Nodes are never used twice, so one that was left behind names nothing any more. Nothing here is
//! looked at unless somebody records; that is one predictable check.
//!
//! A forked child records nothing of what its parent has begun.

use crate::pool::seat::Seat;
use crate::util::forks::{self, Watch};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many recordings are in progress. A `static`, hence std's atomics.
static RECORDINGS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The node of a thread without a seat.
    static OUTSIDE: Cell<usize> = const { Cell::new(0) };
}

/// Whether anybody records.
#[inline(always)]
pub(crate) fn is_recording() -> bool {
    // ORDERING: Relaxed. Who records begins on the thread that asks; others learn of it with the jobs that they take.
    RECORDINGS.load(Ordering::Relaxed) != 0
}

/// A recording in progress.
#[derive(Debug)]
pub(crate) struct Recording {
    process: usize,
}

impl Recording {
    pub(crate) fn begin() -> Self {
        static WATCH: Watch = Watch::new();
        extern "C" fn in_child() {
            // ORDERING: Relaxed. The child has one thread.
            RECORDINGS.store(0, Ordering::Relaxed);
        }
        WATCH.in_child(in_child);
        // ORDERING: Relaxed, as in `is_recording`.
        RECORDINGS.fetch_add(1, Ordering::Relaxed);
        Recording { process: forks::this_process() }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.process == forks::this_process() {
            // ORDERING: Relaxed, as in `is_recording`.
            RECORDINGS.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The calling thread's node.
pub(crate) fn current() -> usize {
    Seat::current().map_or_else(|| OUTSIDE.get(), Seat::node)
}

/// Makes `node` the calling thread's; whoever does that sets it back.
pub(crate) fn set(node: usize) {
    match Seat::current() {
        Some(seat) => seat.set_node(node),
        None => OUTSIDE.set(node),
    }
}

/// Runs `op` within a node.
pub(crate) fn within<R>(node: usize, op: impl FnOnce() -> R) -> R {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            set(self.0);
        }
    }
    let _restore = Restore(current());
    set(node);
    op()
}

/// Makes `op` run within the node of the thread that calls this, wherever it is run.
pub(crate) fn carry<R>(
    op: impl FnOnce(&Seat, bool) -> R + Send,
) -> impl FnOnce(&Seat, bool) -> R + Send {
    let node = is_recording().then(current);
    move |seat: &Seat, migrated| match node {
        None => op(seat, migrated),
        Some(node) => within(node, || op(seat, migrated)),
    }
}

/// The node of a thread from outside that takes a seat goes with it.
#[cold]
pub(crate) fn take_along(seat: &Seat) {
    seat.set_node(OUTSIDE.get());
}
