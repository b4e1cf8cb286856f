//! Environment variables: what they say, and a word on what cannot be read.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// An environment variable of this crate. A value that is ignored in silence looks like a setting without effect, so one that
/// cannot be read is reported on the error output, once in a process.
pub(crate) struct Variable {
    name: &'static str,
    /// What may be said.
    wanted: &'static str,
    is_reported: AtomicBool,
}

impl Variable {
    pub(crate) const fn new(name: &'static str, wanted: &'static str) -> Self {
        Variable { name, wanted, is_reported: AtomicBool::new(false) }
    }

    /// What the variable says; `None` if it is not set, is empty, or cannot be read.
    pub(crate) fn read<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = std::env::var_os(self.name).filter(|text| !text.is_empty())?;
        let value = text.to_str().and_then(parse);
        // ORDERING: Relaxed. A flag by itself.
        if value.is_none() && !self.is_reported.swap(true, Ordering::Relaxed) {
            let Variable { name, wanted, .. } = self;
            // Nobody may be there to read it.
            let _ =
                writeln!(io::stderr(), "moirai: {name}={text:?} is not {wanted}: it has no effect");
        }
        value
    }
}
