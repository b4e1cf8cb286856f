//! The one place where the crate's atomics come from: std's in a normal build, loom's under `--cfg loom`.
//!
//! Only the protocol files (deque, latch, idle word, seat state, parker, frame return) are model-checked, but every
//! atomic is taken from here so that a type never mixes the two worlds. Nothing that uses these types may live in a
//! `static`: loom's atomics have no `const` constructors (the few statics of the crate use `std` directly and say so).
//!
//! [`weaken`] names the places where a model is known to bite: each is an ordering (or a check, see [`dropped`]) that a
//! test can weaken at run time, under loom only, to see its model fail.

#[cfg(not(loom))]
pub(crate) use crate::util::lock::{Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, fence};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, fence};
#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};

// Linux and Android have futexes.
#[cfg(not(any(loom, target_os = "linux", target_os = "android")))]
pub(crate) use crate::util::lock::Condvar;

pub(crate) use std::sync::atomic::Ordering;

/// Interior mutability whose every access is visible to loom.
#[cfg(loom)]
pub(crate) use loom::cell::UnsafeCell;

/// Interior mutability whose every access is visible to loom (in this build: a plain cell).
#[cfg(not(loom))]
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    #[inline(always)]
    pub(crate) const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Hands a pointer for reading to `f`.
    #[inline(always)]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Hands a pointer for writing to `f`.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// The ordering `correct`; under loom, `weak` while the model test named `mutant` runs. `--cfg moirai_mutant="latch::set"`
/// plants that one in a normal build, for ThreadSanitizer to find.
#[cfg(not(loom))]
#[inline(always)]
pub(crate) fn weaken(mutant: &'static str, correct: Ordering, weak: Ordering) -> Ordering {
    if cfg!(moirai_mutant = "latch::set") && mutant == "latch::set" { weak } else { correct }
}

/// Whether the step named `mutant` is left out: never, but while its model test runs under loom.
#[cfg(not(loom))]
#[inline(always)]
pub(crate) const fn dropped(_mutant: &'static str) -> bool {
    false
}

/// Between a store and a load of another word, where the other side lets some time pass before it relies on having seen the
/// store: keeps the compiler from exchanging the two; the processor lets a store wait in its buffer, but not for long.
#[cfg(not(loom))]
#[inline(always)]
pub(crate) fn light_fence(_mutant: &'static str) {
    // ORDERING: SeqCst, for the compiler only.
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
}

/// In models, which have neither time nor store buffers that drain: what the time makes of it, unless `mutant` is active.
#[cfg(loom)]
pub(crate) fn light_fence(mutant: &'static str) {
    if !dropped(mutant) {
        // ORDERING: SeqCst, see above.
        fence(Ordering::SeqCst);
    }
}

#[cfg(loom)]
pub(crate) use mutants::{dropped, weaken};

/// Run-time mutants for the loom models.
#[cfg(loom)]
pub(crate) mod mutants {
    use super::Ordering;
    use std::sync::Mutex;

    static ACTIVE: Mutex<Option<&'static str>> = Mutex::new(None);

    fn is_active(mutant: &str) -> bool {
        ACTIVE.lock().is_ok_and(|active| *active == Some(mutant))
    }

    pub(crate) fn weaken(mutant: &'static str, correct: Ordering, weak: Ordering) -> Ordering {
        if is_active(mutant) { weak } else { correct }
    }

    pub(crate) fn dropped(mutant: &'static str) -> bool {
        is_active(mutant)
    }

    /// Runs `model` and returns whether it finds a violation; with a mutant, that one is active meanwhile.
    ///
    /// Models run one at a time: the active mutant is global.
    #[cfg(test)]
    fn fails(mutant: Option<&'static str>, model: impl Fn() + Send + Sync + 'static) -> bool {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poison| poison.into_inner());
        *ACTIVE.lock().unwrap() = mutant;
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.max_branches = 100_000;
        let result =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| builder.check(model)));
        *ACTIVE.lock().unwrap() = None;
        result.is_err()
    }

    /// Checks that `model` holds in every execution.
    #[cfg(test)]
    pub(crate) fn holds(model: impl Fn() + Send + Sync + 'static) {
        assert!(!fails(None, model), "the model found a violation");
    }

    /// Checks that `model` finds a violation once the place named `mutant` is weakened.
    #[cfg(test)]
    pub(crate) fn bites(mutant: &'static str, model: impl Fn() + Send + Sync + 'static) {
        assert!(fails(Some(mutant), model), "the mutant {mutant} was not found");
    }
}
