//! Where in the program a parallel call was written.
//!
//! The methods of an iterator pass through a dozen generic functions before the call begins, and through traits that users
//! implement. So the place goes beside them: the method that the user called *notes* it, and the driver *takes* it, on the
//! same thread, before anything of the user's runs. It costs two moves, and nobody depends on it: it is for reports.

use std::cell::Cell;
use std::panic::Location;

/// A place in the program.
pub(crate) type Place = &'static Location<'static>;

thread_local! {
    static NOTED: Cell<Option<Place>> = const { Cell::new(None) };
}

/// Notes the place that called the calling function, which is `#[track_caller]` itself.
#[inline(always)]
#[track_caller]
pub(crate) fn note() {
    let place = Location::caller();
    // Not by `LocalKey::set`, which would have made the cell first, by a call.
    NOTED.with(|noted| noted.set(Some(place)));
}

/// What was noted last, once.
#[inline(always)]
pub(crate) fn take() -> Option<Place> {
    NOTED.take()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[track_caller]
    fn method() {
        note();
    }

    #[test]
    fn a_place_is_taken_once() {
        method();
        let place = take().unwrap();
        assert!(place.file().ends_with("caller.rs") && take().is_none());
    }
}
