//! What the kernel says: where a thread runs, and where pages lie; and what it is told: where threads may run, and which CPUs
//! there are.

use moirai::topology::CpuSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The CPU and the node on which the calling thread runs.
pub(crate) fn whereabouts() -> (usize, usize) {
    let (mut cpu, mut node) = (0_u32, 0_u32);
    // SAFETY: room for both answers; the third argument is not used any more.
    let result = unsafe {
        libc::syscall(libc::SYS_getcpu, &raw mut cpu, &raw mut node, std::ptr::null_mut::<u8>())
    };
    assert_eq!(result, 0, "the kernel knows where a thread runs");
    (cpu as usize, node as usize)
}

/// The node of the page of each value; `None` where nobody has touched it yet.
pub(crate) fn nodes_of<T>(values: &[&T]) -> Vec<Option<usize>> {
    let pages: Vec<*const T> = values.iter().map(|value| &raw const **value).collect();
    let mut status = vec![-1_i32; pages.len()];
    // SAFETY: without target nodes nothing is moved; both arrays have `pages.len()` entries.
    let result = unsafe {
        let nodes = std::ptr::null::<i32>();
        libc::syscall(
            libc::SYS_move_pages,
            0,
            pages.len(),
            pages.as_ptr(),
            nodes,
            status.as_mut_ptr(),
            0,
        )
    };
    assert_eq!(result, 0, "the kernel says where pages lie");
    status.into_iter().map(|node| usize::try_from(node).ok()).collect()
}

/// Says where a thread may run; 0 is the calling one.
pub(crate) fn set_affinity(thread: i32, cpus: &CpuSet) -> io::Result<()> {
    let mut words = [0_u64; 16];
    cpus.iter().for_each(|cpu| words[cpu / 64] |= 1 << (cpu % 64));
    // SAFETY: the kernel reads so many bytes of the mask.
    let failed =
        unsafe { libc::sched_setaffinity(thread, size_of_val(&words), words.as_ptr().cast()) };
    if failed == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The same for all threads of this process, but for those that end meanwhile.
pub(crate) fn set_affinity_of_all(cpus: &CpuSet) {
    for thread in fs::read_dir("/proc/self/task").expect("the process has threads").flatten() {
        let thread = thread.file_name().to_str().and_then(|name| name.parse().ok());
        let _ = set_affinity(thread.expect("threads are numbers"), cpus);
    }
}

/// Takes a CPU offline, or back.
pub(crate) fn set_online(cpu: usize, online: bool) -> io::Result<()> {
    let file = format!("/sys/devices/system/cpu/cpu{cpu}/online");
    fs::write(file, if online { "1" } else { "0" })
}

/// Where the quota of this process's control group is set, if it has one of its own.
pub(crate) fn quota_file() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new("/sys/fs/cgroup").join(path).join("cpu.max"))
}
