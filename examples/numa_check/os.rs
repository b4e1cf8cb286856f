//! What the kernel says: where a thread runs, and where pages lie.

/// The CPU and the node on which the calling thread runs.
#[cfg(target_os = "linux")]
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
#[cfg(target_os = "linux")]
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
