//! macOS: `sysctl`. It has no nodes, and lets nobody pin a thread.

use crate::topology::Topology;
use crate::topology::cpu_set::CpuSet;
use crate::topology::platform::{counted_cpus, performance_levels};
use std::ffi::CString;
use std::ptr;

pub(crate) fn detect() -> Topology {
    match performance_levels::machine(&number) {
        Some(machine) => Topology::from_machine(machine),
        None => Topology::flat(counted_cpus()),
    }
}

pub(crate) fn allowed_cpus() -> CpuSet {
    detect().allowed_cpus().clone()
}

/// The number of this name, of 4 or 8 bytes.
fn number(name: &str) -> Option<usize> {
    let name = CString::new(name).ok()?;
    let mut value = [0_u8; 8];
    let mut length = value.len();
    // SAFETY: the name ends with a zero; `value` has the `length` bytes that may be written, and nothing is set.
    let result = unsafe {
        libc::sysctlbyname(
            name.as_ptr(),
            value.as_mut_ptr().cast(),
            &raw mut length,
            ptr::null_mut(),
            0,
        )
    };
    // Both sizes, since the processors that macOS runs on have the lowest byte first.
    (result == 0 && matches!(length, 4 | 8))
        .then(|| usize::try_from(u64::from_le_bytes(value)).ok())?
}
