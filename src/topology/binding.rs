//! Binding the calling thread to CPUs, and asking where it runs.

use crate::topology::CpuSet;

/// Binds the calling thread to the CPUs of a set. `false` if the system cannot, or will not.
pub(crate) fn bind(cpus: &CpuSet) -> bool {
    match (cpus.first(), cpus.len()) {
        (Some(cpu), 1) => bind_to_one(cpu),
        (Some(_), _) => os::bind(cpus),
        (None, _) => false,
    }
}

/// Binds the calling thread to one CPU, as core_affinity does it on each system.
fn bind_to_one(cpu: usize) -> bool {
    // What its sets have room for on Linux.
    #[cfg(any(unix, windows))]
    if cpu < 1024 {
        return core_affinity::set_for_current(core_affinity::CoreId { id: cpu });
    }
    os::bind(&CpuSet::from(cpu..=cpu))
}

/// The CPUs on which the calling thread may run.
pub(crate) use crate::topology::platform::allowed_cpus;
pub(crate) use os::current_cpu;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod os {
    use crate::topology::CpuSet;

    pub(super) fn bind(cpus: &CpuSet) -> bool {
        const BITS: usize = usize::BITS as usize;
        let Some(last) = cpus.last() else { return false };
        let mut words = vec![0_usize; last / BITS + 1];
        cpus.iter().for_each(|cpu| words[cpu / BITS] |= 1 << (cpu % BITS));
        let bytes = size_of_val(words.as_slice());
        // SAFETY: the kernel reads so many bytes of the mask; 0 is the calling thread.
        unsafe { libc::sched_setaffinity(0, bytes, words.as_ptr().cast()) == 0 }
    }

    /// The CPU on which the calling thread runs at the moment. Some nanoseconds.
    pub(crate) fn current_cpu() -> Option<usize> {
        // SAFETY: no demands.
        usize::try_from(unsafe { libc::sched_getcpu() }).ok()
    }
}

#[cfg(windows)]
mod os {
    use crate::topology::CpuSet;
    use windows_sys::Win32::System::SystemInformation::GROUP_AFFINITY;
    use windows_sys::Win32::System::Threading::{
        GetCurrentProcessorNumberEx, GetCurrentThread, SetThreadGroupAffinity,
    };

    /// CPUs of one processor group only: a thread of Windows can be bound to no more.
    pub(super) fn bind(cpus: &CpuSet) -> bool {
        let (Some(first), Some(last)) = (cpus.first(), cpus.last()) else { return false };
        let group = first / 64;
        if group != last / 64 {
            return false;
        }
        let mask = cpus.iter().fold(0_usize, |mask, cpu| mask | 1 << (cpu % 64));
        let affinity = GROUP_AFFINITY { Mask: mask, Group: group as u16, Reserved: [0; 3] };
        // SAFETY: no demands; the handle stands for the calling thread and needs no closing.
        let this = unsafe { GetCurrentThread() };
        // SAFETY: a live mask; the former one is not asked for.
        unsafe { SetThreadGroupAffinity(this, &raw const affinity, std::ptr::null_mut()) != 0 }
    }

    /// The CPU on which the calling thread runs at the moment. Some nanoseconds.
    pub(crate) fn current_cpu() -> Option<usize> {
        // SAFETY: numbers, for which zeros are a value.
        let mut number = unsafe { std::mem::zeroed() };
        // SAFETY: room for the answer.
        unsafe { GetCurrentProcessorNumberEx(&raw mut number) };
        Some(usize::from(number.Group) * 64 + usize::from(number.Number))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", windows)))]
mod os {
    use crate::topology::CpuSet;

    pub(super) fn bind(_cpus: &CpuSet) -> bool {
        false
    }

    pub(crate) fn current_cpu() -> Option<usize> {
        None
    }
}

#[cfg(all(test, not(loom), target_os = "linux"))]
mod tests {
    use super::*;
    use crate::topology::Topology;

    #[test]
    fn a_bound_thread_runs_where_it_should() {
        let allowed = Topology::detect().allowed_cpus().clone();
        for cpu in allowed.iter().take(4) {
            let ran_on = std::thread::spawn(move || {
                assert!(bind(&CpuSet::from(cpu..=cpu)));
                current_cpu()
            });
            assert_eq!(ran_on.join().unwrap(), Some(cpu));
        }
        std::thread::spawn(move || assert!(bind(&allowed))).join().unwrap();
        assert!(!bind(&CpuSet::new()));
    }
}
