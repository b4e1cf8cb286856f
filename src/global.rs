//! The default pool: made at first need, once, and again in a forked child.
//!
//! Statics use std's atomics directly: loom's cannot stand in a `static`, and nothing here is modelled. No lock is held
//! while the pool is made, so that a child forked meanwhile inherits none (rule S7).

use crate::pool::registry::Registry;
use crate::thread_pool::{ThreadPoolBuildError, build_default_global};
use crate::util::forks::Watch;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

const UNTRIED: u32 = 0;
const TRYING: u32 = 1;
const TRIED: u32 = 2;

/// Whether somebody has tried to make the pool: there is one attempt, failed or not.
static ATTEMPT: AtomicU32 = AtomicU32::new(UNTRIED);
/// The pool, once made; leaked.
static POOL: AtomicPtr<Registry> = AtomicPtr::new(ptr::null_mut());

/// The global pool, made now if there is none yet.
///
/// # Panics
///
/// If it cannot be made, or could not.
#[inline]
pub(crate) fn global() -> &'static Registry {
    // ORDERING: Acquire. Pairs with the store in `make`: the registry behind the pointer is visible.
    let pool = POOL.load(Ordering::Acquire);
    if pool.is_null() {
        return make_default();
    }
    // SAFETY: a registry that was leaked in `make`.
    unsafe { &*pool }
}

/// The global pool, if it has been made.
pub(crate) fn started() -> Option<Arc<Registry>> {
    // ORDERING: Acquire, as in `global`.
    let pool = POOL.load(Ordering::Acquire);
    // SAFETY: null, or leaked in `make`.
    unsafe { pool.as_ref() }.map(Registry::to_arc)
}

#[cold]
#[inline(never)]
fn make_default() -> &'static Registry {
    let made = make(build_default_global).or_else(|error| {
        // ORDERING: Acquire, as in `global`.
        let pool = POOL.load(Ordering::Acquire);
        // SAFETY: null, or leaked in `make`.
        unsafe { pool.as_ref() }.ok_or(error)
    });
    made.unwrap_or_else(|error| {
        panic!("The global thread pool has not been initialized.: {error:?}")
    })
}

/// Makes the global pool by `build`, unless that has been tried before.
pub(crate) fn make(
    build: impl FnOnce() -> Result<Arc<Registry>, ThreadPoolBuildError>,
) -> Result<&'static Registry, ThreadPoolBuildError> {
    watch_forks();
    loop {
        // ORDERING: AcqRel and Acquire. Who finds the attempt over sees what came of it.
        match ATTEMPT.compare_exchange(UNTRIED, TRYING, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => break,
            Err(TRYING) => std::thread::yield_now(),
            Err(_) => return Err(ThreadPoolBuildError::global_exists()),
        }
    }
    let over = AttemptOver;
    let registry = build()?;
    let registry: &'static Registry = {
        let leaked = Arc::into_raw(registry);
        // SAFETY: the count was leaked, so the registry stays.
        unsafe { &*leaked }
    };
    // ORDERING: Release. Pairs with the load in `global`.
    POOL.store(ptr::from_ref(registry).cast_mut(), Ordering::Release);
    drop(over);
    Ok(registry)
}

/// Ends the attempt, also when the builder's closures panic.
struct AttemptOver;

impl Drop for AttemptOver {
    fn drop(&mut self) {
        // ORDERING: Release. Pairs with the compare-exchange in `make`.
        ATTEMPT.store(TRIED, Ordering::Release);
    }
}

/// In a forked child there are no workers: forget the pool and let the next call make one.
///
/// Called before each attempt: a child that is forked off in the middle of one inherits an attempt that nobody ends.
fn watch_forks() {
    static WATCH: Watch = Watch::new();
    extern "C" fn in_child() {
        // ORDERING: Relaxed both. The child has one thread.
        POOL.store(ptr::null_mut(), Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        ATTEMPT.store(UNTRIED, Ordering::Relaxed);
    }
    WATCH.in_child(in_child);
}

/// The pool that the calling thread's implicit calls use: its own, or the global one.
#[inline]
pub(crate) fn current<'a>() -> &'a Registry {
    crate::pool::seat::Seat::current().map_or_else(global, |seat| seat.registry())
}
