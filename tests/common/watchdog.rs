//! A watchdog for programs that hang when the pool is wrong.
//!
//! No test measures time. A test that has not ended after a generous limit is taken to hang: the
//! watchdog prints which one, and aborts the process, since threads that hang cannot be ended.
//! The limit is 60 seconds, or what `MOIRAI_TEST_TIMEOUT_SECONDS` says.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Guards the time between its start and its drop.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _ended: Sender<()>,
}

impl Watchdog {
    /// Starts to watch; `what` is printed if the guard is still there at the end of the limit.
    pub(crate) fn start(what: impl Into<String>) -> Watchdog {
        Watchdog::reporting(what, String::new)
    }

    /// The same; what `report` says then is printed too.
    pub(crate) fn reporting(
        what: impl Into<String>,
        report: impl FnOnce() -> String + Send + 'static,
    ) -> Watchdog {
        let what = what.into();
        let limit = limit();
        let (ended, wait) = channel();
        std::thread::spawn(move || {
            if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                // Not eprintln!: the harness captures that, and the abort would lose it.
                let mut stderr = std::io::stderr();
                let _ = writeln!(stderr, "HUNG (no end after {limit:?}): {what}\n{}", report());
                std::process::abort();
            }
        });
        Watchdog { _ended: ended }
    }
}

fn limit() -> Duration {
    let given = std::env::var("MOIRAI_TEST_TIMEOUT_SECONDS").ok();
    let seconds = given.and_then(|text| text.parse().ok()).unwrap_or(60.0);
    // A child process gives up first, so that what is printed names the program that hangs.
    let share = match std::env::var_os("MOIRAI_TEST_CHILD") {
        Some(_) => 0.75,
        None => 1.0,
    };
    Duration::from_secs_f64(seconds * share)
}

/// Watches the rest of the enclosing block.
macro_rules! watch {
    () => {
        let _watch = $crate::watchdog::Watchdog::start(concat!(
            module_path!(),
            " (",
            file!(),
            " line ",
            line!(),
            ")"
        ));
    };
}
