//! Small pieces that the programs share; written against `super::api`, the crate under test.

#![allow(dead_code, reason = "not every test target uses every piece")]

use super::api::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, RecvError, Sender, TryRecvError};

/// A pool of `threads` workers, otherwise plain.
pub(super) fn pool(threads: usize) -> ThreadPool {
    let builder = ThreadPoolBuilder::new().num_threads(threads);
    builder.build().expect("the pool starts")
}

/// Runs a test on workers of pools of several sizes.
pub(super) fn in_pools(test: impl Fn() + Send + Sync) {
    for threads in [1, 2, 4] {
        pool(threads).install(&test);
    }
}

/// The payload of the panic that `f` must end with.
pub(super) fn panic_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("no panic came"),
        Err(payload) => payload,
    }
}

/// The text of a panic payload.
pub(super) fn text_of(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        panic!("a payload that is no text")
    }
}

/// Panics with this payload without calling the panic hook, so that nothing is printed.
pub(super) fn quiet_panic(payload: impl Any + Send) -> ! {
    std::panic::resume_unwind(Box::new(payload))
}

/// A channel whose receiving end can be borrowed by several threads.
pub(super) fn channel<T>() -> (Sender<T>, Inbox<T>) {
    let (sender, receiver) = mpsc::channel();
    (sender, Inbox(Mutex::new(receiver)))
}

/// The receiving end of [`channel`]; like the standard library's, and `Sync`.
#[derive(Debug)]
pub(super) struct Inbox<T>(Mutex<Receiver<T>>);

impl<T> Inbox<T> {
    pub(super) fn recv(&self) -> Result<T, RecvError> {
        self.0.lock().unwrap().recv()
    }

    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.lock().unwrap().try_recv()
    }

    /// All that come until every sender is gone.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.recv().ok())
    }
}
