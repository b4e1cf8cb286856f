//! What the operating system says of a thread: how long it had a processor, and how often it gave it up.

/// Counted since the thread began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) cpu_ns: u64,
    /// How often it slept or waited in the system, and how often it was suspended for others; `None` where that is not known.
    pub(crate) switches: Option<(u64, u64)>,
}

/// The calling thread's; `None` where the system does not say. About half a microsecond.
pub(crate) fn of_this_thread() -> Option<Usage> {
    system::usage()
}

#[cfg(all(unix, not(loom)))]
mod system {
    use super::Usage;
    use std::mem::MaybeUninit;

    pub(super) fn usage() -> Option<Usage> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: the pointer is valid for writes of a timespec.
        let result =
            unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr()) };
        if result != 0 {
            return None;
        }
        // SAFETY: written by the successful call above.
        let time = unsafe { time.assume_init() };
        let cpu_ns =
            u64::try_from(time.tv_sec).ok()? * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?;
        Some(Usage { cpu_ns, switches: switches() })
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn switches() -> Option<(u64, u64)> {
        // The kernel's `RUSAGE_THREAD`, which the crate libc leaves out for Android.
        const OF_THIS_THREAD: libc::c_int = 1;
        let mut usage = MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: the pointer is valid for writes of a rusage.
        if unsafe { libc::getrusage(OF_THIS_THREAD, usage.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: written by the successful call above.
        let usage = unsafe { usage.assume_init() };
        Some((u64::try_from(usage.ru_nvcsw).ok()?, u64::try_from(usage.ru_nivcsw).ok()?))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn switches() -> Option<(u64, u64)> {
        None
    }
}

#[cfg(any(loom, not(unix)))]
mod system {
    pub(super) fn usage() -> Option<super::Usage> {
        None
    }
}

#[cfg(all(test, unix, not(loom), not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time() {
        let before = of_this_thread().unwrap();
        let mut after = before;
        // Fails by never ending.
        while after.cpu_ns < before.cpu_ns + 1_000_000 {
            after = of_this_thread().unwrap();
        }
        assert!(after.switches >= before.switches);
    }
}
