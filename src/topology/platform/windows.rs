//! Windows: the records of its processors, and the affinity of the process.

use crate::topology::Topology;
use crate::topology::cpu_set::CpuSet;
use crate::topology::platform::counted_cpus;
use crate::topology::platform::processor_records::{self, group_cpus};
use std::ptr;
use windows_sys::Win32::System::SystemInformation::{
    GetLogicalProcessorInformationEx, RelationAll,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessAffinityMask, GetProcessGroupAffinity,
};

pub(crate) fn detect() -> Topology {
    let records = records().unwrap_or_default();
    let mut machine = processor_records::machine(&records, size_of::<usize>());
    if machine.cpus.is_empty() {
        return Topology::flat(counted_cpus());
    }
    if let Some(mask) = process_mask() {
        let left = machine.cpus.intersection(&mask);
        machine.allowed = if left.is_empty() { machine.cpus.clone() } else { left };
    }
    Topology::from_machine(machine)
}

pub(crate) fn allowed_cpus() -> CpuSet {
    detect().allowed_cpus().clone()
}

/// The records of all kinds.
fn records() -> Option<Vec<u8>> {
    let mut bytes = 0_u32;
    // Processors may be added between the question for the length and the one for the records.
    for _ in 0..8 {
        // Records are aligned as words of 8 bytes are.
        let mut buffer = vec![0_u64; (bytes as usize).div_ceil(8)];
        let start = if buffer.is_empty() { ptr::null_mut() } else { buffer.as_mut_ptr().cast() };
        // SAFETY: `start` points to the `bytes` bytes that may be written, or there are none.
        let filled =
            unsafe { GetLogicalProcessorInformationEx(RelationAll, start, &raw mut bytes) };
        if filled != 0 {
            let all = buffer.iter().flat_map(|word| word.to_le_bytes());
            return Some(all.take(bytes as usize).collect());
        }
    }
    None
}

/// The CPUs to which the process was bound; `None` if it was not.
///
/// A process begins in one group of processors, and its threads may leave that only if it is not bound in it.
fn process_mask() -> Option<CpuSet> {
    let (mut process, mut system) = (0_usize, 0_usize);
    // SAFETY: it has no demands; what it returns needs no closing.
    let this = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is that of this process, and both places may be written.
    let known = unsafe { GetProcessAffinityMask(this, &raw mut process, &raw mut system) };
    // It is 0 for a process in several groups, which can be bound in none.
    if known == 0 || process == 0 || process == system {
        return None;
    }
    let (mut count, mut group) = (1_u16, 0_u16);
    // SAFETY: the handle is that of this process, and `group` has room for the one number that `count` speaks of.
    let known = unsafe { GetProcessGroupAffinity(this, &raw mut count, &raw mut group) };
    (known != 0).then(|| group_cpus(usize::from(group), process))
}
