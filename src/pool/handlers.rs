//! What the user wants to be called: at a worker's start and end, and when a detached job panics.

use crate::util::unwind::{self, AbortIfPanic};
use std::any::Any;

pub(crate) type PanicHandler = dyn Fn(Box<dyn Any + Send>) + Send + Sync;
pub(crate) type IndexHandler = dyn Fn(usize) + Send + Sync;

/// See the module's description.
#[derive(Default)]
pub(crate) struct Handlers {
    pub(crate) panic: Option<Box<PanicHandler>>,
    pub(crate) start: Option<Box<IndexHandler>>,
    pub(crate) exit: Option<Box<IndexHandler>>,
}

impl Handlers {
    pub(crate) fn any(&self) -> bool {
        self.panic.is_some() || self.start.is_some() || self.exit.is_some()
    }

    /// Gives the payload to the panic handler; aborts the process if there is none, or if it panics.
    pub(crate) fn handle_panic(&self, payload: Box<dyn Any + Send>) {
        let Some(handler) = &self.panic else {
            unwind::abort();
        };
        let guard = AbortIfPanic::new();
        handler(payload);
        std::mem::forget(guard);
    }

    /// Calls a start or exit handler; its panic goes to the panic handler.
    pub(crate) fn call(&self, handler: Option<&IndexHandler>, index: usize) {
        if let Some(handler) = handler {
            if let Err(payload) = unwind::halt_unwinding(|| handler(index)) {
                self.handle_panic(payload);
            }
        }
    }
}
