//! Linux: the affinity mask of the calling thread, and the files of `/`.

use crate::topology::Topology;
use crate::topology::cpu_set::CpuSet;
use crate::topology::platform::counted_cpus;
use crate::topology::sysfs::{self, Files};
use crate::tuning::TOPOLOGY_IDS;
use std::io;
use std::path::Path;

pub(crate) fn detect() -> Topology {
    let files = Files::new(Path::new("/"));
    let allowed = allowed(&files);
    Topology::from_mask(files, allowed)
}

pub(crate) fn allowed_cpus() -> CpuSet {
    allowed(&Files::new(Path::new("/")))
}

fn allowed(files: &Files) -> CpuSet {
    let sources: [&dyn Fn() -> Option<CpuSet>; 3] =
        [&affinity_mask, &|| sysfs::affinity(files), &|| sysfs::cpuset(files)];
    let found = sources.into_iter().filter_map(|source| source());
    found.into_iter().find(|cpus| !cpus.is_empty()).unwrap_or_else(counted_cpus)
}

/// The affinity mask of the calling thread, however many CPUs the kernel is built for.
fn affinity_mask() -> Option<CpuSet> {
    // Room for 8192 CPUs, which suffices everywhere so far; else the kernel wants more.
    let mut words = vec![0_usize; 8192 / usize::BITS as usize];
    while words.len() * usize::BITS as usize <= 4 * TOPOLOGY_IDS {
        let bytes = size_of_val(words.as_slice());
        let mask = words.as_mut_ptr().cast::<libc::cpu_set_t>();
        // SAFETY: `mask` points to `bytes` bytes that may be written; the kernel writes no more, in words of the size and
        // alignment of `usize`. 0 is the calling thread.
        let result = unsafe { libc::sched_getaffinity(0, bytes, mask) };
        if result == 0 {
            let words = words.into_iter().map(|word| word as u64);
            return Some(CpuSet::from_words(0, words, usize::BITS as usize));
        }
        if io::Error::last_os_error().raw_os_error() != Some(libc::EINVAL) {
            return None;
        }
        words.resize(2 * words.len(), 0);
    }
    None
}
