//! What happens at the end of the process: traces that have a file and were not written yet are written.

use super::recorder::Recorder;
use crate::util::lock::Mutex;
use crate::util::unwind;
use std::sync::{Arc, PoisonError, Weak};

/// The recorders that have a file.
static WRITTEN_AT_EXIT: Mutex<Vec<Weak<Recorder>>> = Mutex::new(Vec::new());

/// The recorder is to write its file at the end of the process.
pub(super) fn watch(recorder: &Arc<Recorder>) {
    let mut recorders = WRITTEN_AT_EXIT.lock().unwrap_or_else(PoisonError::into_inner);
    if recorders.is_empty() {
        call_at_exit();
    }
    recorders.retain(|recorder| recorder.strong_count() > 0);
    recorders.push(Arc::downgrade(recorder));
}

#[cfg(any(unix, windows))]
fn call_at_exit() {
    unsafe extern "C" {
        // C's own: neither `libc` nor std has one for every system.
        fn atexit(function: extern "C" fn()) -> std::ffi::c_int;
    }
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: as C declares it; the function does not unwind. If there is no room for it, nothing is written at the end.
    ONCE.call_once(|| _ = unsafe { atexit(write_all) });
}

#[cfg(not(any(unix, windows)))]
fn call_at_exit() {}

#[cfg_attr(not(any(unix, windows)), allow(dead_code, reason = "nobody calls it there"))]
extern "C" fn write_all() {
    // A forked child has inherited the handler and the list, but not who held its lock.
    let Ok(recorders) = WRITTEN_AT_EXIT.try_lock().map(|list| list.clone()) else { return };
    for recorder in recorders.iter().filter_map(Weak::upgrade) {
        // Nothing may unwind into C.
        let _ = unwind::halt_unwinding(|| recorder.write_for_the_last_time());
    }
}
