//! Streams: what they yield, how much is in flight, where they run, and what becomes of items that nobody takes.

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

mod contents;
mod ending;
mod limits;
mod panics;
mod places;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A pool of so many threads.
fn pool(threads: usize) -> moirai::ThreadPool {
    moirai::ThreadPoolBuilder::new().num_threads(threads).build().expect("the pool starts")
}

/// Runs a test from outside, and on workers of pools of several sizes.
fn everywhere(test: impl Fn() + Send + Sync) {
    test();
    for threads in [1, 2, 4] {
        pool(threads).install(&test);
    }
}

/// The payload of the panic that `f` must end with.
fn panic_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(f)).err().expect("no panic came")
}

/// Panics with a number, and without a message on stderr.
fn panic_with(number: usize) -> ! {
    std::panic::resume_unwind(Box::new(number))
}

/// The number that such a panic carries.
fn number_of(payload: Box<dyn Any + Send>) -> usize {
    *payload.downcast().expect("another panic came")
}

/// Takes some time.
fn work(rounds: usize) {
    for round in 0..rounds {
        std::hint::black_box(round);
    }
}
