//! Why a pool could not be built.

use std::error::Error;
use std::{fmt, io};

/// Why a pool could not be built: the global pool exists already, the current thread belongs to another pool, or the
/// operating system refused a thread, or hints about the machine cannot be followed. If a thread was refused, its error is the [`source`](Error::source).
///
/// # Examples
///
/// ```
/// use std::error::Error;
/// let inside = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
/// let error = inside.install(|| {
///     let again = moirai::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
///     again.build().unwrap_err()
/// });
/// assert_eq!(error.to_string(), "The current thread is already part of another thread pool.");
/// assert!(error.source().is_none());
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug)]
pub struct ThreadPoolBuildError {
    kind: ErrorKind,
}

#[derive(Debug)]
enum ErrorKind {
    GlobalPoolAlreadyInitialized,
    CurrentThreadAlreadyInPool,
    IOError(io::Error),
    /// Hints that contradict the machine or each other.
    Hint(String),
}

impl ThreadPoolBuildError {
    pub(crate) fn global_exists() -> Self {
        ThreadPoolBuildError { kind: ErrorKind::GlobalPoolAlreadyInitialized }
    }

    pub(crate) fn in_a_pool() -> Self {
        ThreadPoolBuildError { kind: ErrorKind::CurrentThreadAlreadyInPool }
    }

    pub(crate) fn hint(text: String) -> Self {
        ThreadPoolBuildError { kind: ErrorKind::Hint(text) }
    }

    pub(crate) fn io(error: io::Error) -> Self {
        ThreadPoolBuildError { kind: ErrorKind::IOError(error) }
    }

    /// Whether this platform has no threads.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(&self.kind, ErrorKind::IOError(error) if error.kind() == io::ErrorKind::Unsupported)
    }
}

impl fmt::Display for ThreadPoolBuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::GlobalPoolAlreadyInitialized => {
                f.write_str("The global thread pool has already been initialized.")
            }
            ErrorKind::CurrentThreadAlreadyInPool => {
                f.write_str("The current thread is already part of another thread pool.")
            }
            ErrorKind::IOError(error) => error.fmt(f),
            ErrorKind::Hint(text) => write!(f, "The thread pool cannot be placed: {text}."),
        }
    }
}

impl Error for ThreadPoolBuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ErrorKind::IOError(error) => Some(error),
            _ => None,
        }
    }
}
