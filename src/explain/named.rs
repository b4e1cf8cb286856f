//! Names for parallel calls.

use super::recorder;
use crate::pool::context;
use crate::trace;
use std::cell::Cell;

thread_local! {
    /// The innermost name that this thread has given.
    static INNERMOST: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Gives the parallel calls that are made in `op` a name, for [`explain`](crate::explain()) and timelines (the feature `trace`). Of names inside each
/// other the innermost one counts.
///
/// It costs some moves, and nothing for what runs inside.
///
/// # Panics
///
/// With `op`'s panic.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
///
/// let (total, report) = moirai::explain(|| {
///     let squares: Vec<u64> = moirai::named("square", || (0..100).into_par_iter().map(|n| n * n).collect());
///     moirai::named("add", || squares.par_iter().sum::<u64>())
/// });
/// assert_eq!(total, 328_350);
/// let names: Vec<_> = report.calls().iter().map(|call| call.name).collect();
/// assert_eq!(names, [Some("square"), Some("add")]);
/// ```
pub fn named<R>(name: &'static str, op: impl FnOnce() -> R) -> R {
    struct Restore(Option<&'static str>);
    impl Drop for Restore {
        fn drop(&mut self) {
            INNERMOST.set(self.0);
        }
    }
    let _restore = Restore(INNERMOST.replace(Some(name)));
    trace::name(name, || {
        if context::is_recording() {
            if let Some(node) = recorder::open_name(context::current(), name) {
                let _open = OpenName(node);
                return context::within(node, op);
            }
        }
        op()
    })
}

/// A name that is being recorded.
struct OpenName(usize);

impl Drop for OpenName {
    fn drop(&mut self) {
        recorder::close_name(self.0);
    }
}

/// The innermost name on this thread.
pub(crate) fn innermost() -> Option<&'static str> {
    INNERMOST.get()
}
