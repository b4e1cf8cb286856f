//! Panics: caught where they must not pass, and passed on elsewhere.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// Runs `f`; a panic becomes its payload.
///
/// Unwind safety is the caller's business: results of a panicked call are never looked at by the scheduler.
#[inline(always)]
pub(crate) fn halt_unwinding<R>(f: impl FnOnce() -> R) -> thread::Result<R> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Goes on with a panic that was halted.
#[cold]
pub(crate) fn resume_unwinding(payload: Box<dyn Any + Send>) -> ! {
    resume_unwind(payload)
}

/// Drops a panic that does not go on. If its payload panics in turn when it is dropped, what is left of that is leaked.
pub(crate) fn discard(panicked: thread::Result<()>) {
    if let Err(payload) = panicked {
        std::mem::forget(halt_unwinding(|| drop(payload)));
    }
}

/// The value, or the panic again.
pub(crate) fn unwrap_or_resume<R>(result: thread::Result<R>) -> R {
    match result {
        Ok(value) => value,
        Err(payload) => resume_unwinding(payload),
    }
}

/// Says that a panic has come where none may, and ends the process.
#[cold]
pub(crate) fn abort() -> ! {
    eprintln!("Rayon: detected unexpected panic; aborting");
    std::process::abort()
}

/// Ends the process when dropped; to be forgotten by code that has come to its end without a panic.
pub(crate) struct AbortIfPanic(());

impl AbortIfPanic {
    pub(crate) fn new() -> Self {
        AbortIfPanic(())
    }
}

impl Drop for AbortIfPanic {
    fn drop(&mut self) {
        abort();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// A payload whose drop panics.
    struct Twice(#[allow(dead_code, reason = "held to be counted")] Arc<()>);

    impl Drop for Twice {
        fn drop(&mut self) {
            resume_unwind(Box::new("again"));
        }
    }

    #[test]
    fn discarded_panics_are_dropped() {
        let held = Arc::new(());
        let payload = Box::new(Arc::clone(&held));
        discard(halt_unwinding(|| resume_unwind(payload)));
        assert_eq!(Arc::strong_count(&held), 1);
        let payload = Box::new(Twice(Arc::clone(&held)));
        discard(halt_unwinding(|| resume_unwind(payload)));
        assert_eq!(Arc::strong_count(&held), 1, "what the payload holds is dropped all the same");
        discard(Ok(()));
    }
}
