//! What happens at the end of the process: traces that have a file and were not written yet are written.

use super::recorder::Recorder;
use crate::util::forks::ProcessLock;
use crate::util::unwind;
use std::sync::{Arc, Weak};

/// The recorders that have a file.
static WRITTEN_AT_EXIT: ProcessLock<Vec<Weak<Recorder>>> = ProcessLock::new(Vec::new);

/// The recorder is to write its file at the end of the process.
pub(super) fn watch(recorder: &Arc<Recorder>) {
    let mut recorders = WRITTEN_AT_EXIT.lock();
    if recorders.is_empty() {
        call_at_exit();
    }
    add(&mut recorders, recorder);
}

/// Adds what is not in the list, which forgets what is no more.
fn add<T>(list: &mut Vec<Weak<T>>, new: &Arc<T>) {
    list.retain(|old| old.strong_count() > 0 && !std::ptr::eq(old.as_ptr(), Arc::as_ptr(new)));
    list.push(Arc::downgrade(new));
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
    // A forked child has inherited the handler, and a list of its own, which is empty.
    let recorders = WRITTEN_AT_EXIT.lock().clone();
    for recorder in recorders.iter().filter_map(Weak::upgrade) {
        // Nothing may unwind into C.
        let _ = unwind::halt_unwinding(|| recorder.write_for_the_last_time());
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_one_is_in_the_list_once() {
        let (mut list, one, two) = (Vec::new(), Arc::new(1), Arc::new(2));
        for _ in 0..100 {
            add(&mut list, &one);
            add(&mut list, &two);
        }
        assert_eq!(list.len(), 2);
        drop(one);
        add(&mut list, &two);
        assert_eq!(list.iter().filter_map(Weak::upgrade).map(|it| *it).collect::<Vec<_>>(), [2]);
    }
}
