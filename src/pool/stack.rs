//! How much stack is left.

use std::cell::Cell;

thread_local! {
    /// The stack of this thread, lowest usable address and end; (0, 0) until asked for, (1, 1) if unknown.
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Bytes between the stack pointer and the lower end of the calling thread's stack. `None` where that is unknown, and on a
/// stack that is not the thread's own (a coroutine's). Some nanoseconds, but for the first call of a thread.
#[inline]
pub(crate) fn remaining() -> Option<usize> {
    let marker = 0_u8;
    let here = std::hint::black_box(&raw const marker).addr();
    let (low, end) = match BOUNDS.get() {
        (0, 0) => find_bounds(),
        known => known,
    };
    if here < low || here >= end { None } else { Some(here - low) }
}

#[cold]
fn find_bounds() -> (usize, usize) {
    let bounds = os::bounds().unwrap_or((1, 1));
    BOUNDS.set(bounds);
    bounds
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod os {
    use std::mem::MaybeUninit;

    pub(super) fn bounds() -> Option<(usize, usize)> {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        // SAFETY: asks for the handle of the calling thread.
        let this = unsafe { libc::pthread_self() };
        // SAFETY: the handle of the calling thread and room for its attributes.
        let failed = unsafe { libc::pthread_getattr_np(this, attributes.as_mut_ptr()) };
        if failed != 0 {
            return None;
        }
        // SAFETY: filled by the call above, which did not fail.
        let mut attributes = unsafe { attributes.assume_init() };
        let (mut low, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
        // SAFETY: initialized attributes and room for two results.
        let stack = unsafe {
            libc::pthread_attr_getstack(&raw const attributes, &raw mut low, &raw mut size)
        };
        // SAFETY: initialized attributes and room for the result.
        let guarded =
            unsafe { libc::pthread_attr_getguardsize(&raw const attributes, &raw mut guard) };
        // SAFETY: initialized attributes, not used afterwards.
        unsafe { libc::pthread_attr_destroy(&raw mut attributes) };
        if stack != 0 || guarded != 0 {
            return None;
        }
        Some((low.addr() + guard, low.addr() + size))
    }
}

#[cfg(any(target_os = "macos", target_os = "ios"))]
mod os {
    pub(super) fn bounds() -> Option<(usize, usize)> {
        // SAFETY: asks for the handle of the calling thread.
        let this = unsafe { libc::pthread_self() };
        // SAFETY: asks for a property of the calling thread.
        let end = unsafe { libc::pthread_get_stackaddr_np(this) }.addr();
        // SAFETY: as above.
        let size = unsafe { libc::pthread_get_stacksize_np(this) };
        Some((end - size, end))
    }
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios"
)))]
mod os {
    /// Unknown here: calls from outside are handed to a worker.
    pub(super) fn bounds() -> Option<(usize, usize)> {
        None
    }
}

#[cfg(all(test, not(loom), any(target_os = "linux", target_os = "android", target_os = "macos")))]
mod tests {
    use super::remaining;

    #[test]
    fn a_thread_has_about_the_stack_that_it_was_given() {
        let left = |bytes: usize| {
            let builder = std::thread::Builder::new().stack_size(bytes);
            builder.spawn(remaining).unwrap().join().unwrap().unwrap()
        };
        for bytes in [256 * 1024, 4 * 1024 * 1024] {
            let left = left(bytes);
            assert!(left > bytes / 2 && left <= bytes + 64 * 1024, "{left} of {bytes} bytes");
        }
    }

    #[test]
    fn a_deeper_call_has_less() {
        #[inline(never)]
        fn deeper() -> usize {
            let buffer = std::hint::black_box([0_u8; 4096]);
            remaining().unwrap() - usize::from(buffer[0])
        }
        assert!(deeper() < remaining().unwrap());
    }
}
