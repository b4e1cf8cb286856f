//! On which node pages of memory lie.

use std::ops::Range;

/// The node of the page at each address; `None` for one that nobody has touched, or where the system does not say.
///
/// One system call, about a microsecond for each address.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) fn nodes_of(addresses: &[usize]) -> Vec<Option<usize>> {
    use std::ptr;

    let pages: Vec<*const libc::c_void> =
        addresses.iter().map(|address| ptr::without_provenance(*address)).collect();
    let mut nodes = vec![-1_i32; pages.len()];
    let this_process = 0;
    let no_nodes: *const i32 = ptr::null();
    let no_flags = 0;
    // SAFETY: with no nodes to move to the call only asks. It reads as many addresses as are said, which need not be valid,
    // and writes a number for each.
    let failed = unsafe {
        libc::syscall(
            libc::SYS_move_pages,
            this_process,
            pages.len(),
            pages.as_ptr(),
            no_nodes,
            nodes.as_mut_ptr(),
            no_flags,
        )
    };
    if failed != 0 {
        nodes.fill(-1);
    }
    nodes.into_iter().map(|node| usize::try_from(node).ok()).collect()
}

/// Unknown.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(crate) fn nodes_of(addresses: &[usize]) -> Vec<Option<usize>> {
    vec![None; addresses.len()]
}

/// The size of a page, in bytes.
pub(crate) fn page_bytes() -> usize {
    #[cfg(unix)]
    {
        // SAFETY: no demands.
        let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        if let Ok(bytes @ 1..) = usize::try_from(bytes) {
            return bytes;
        }
    }
    4096
}

/// The size of the huge pages that a system may make of memory by itself, in bytes: what one page of entries of 8 bytes leads to.
/// 2 MiB where pages have 4 KiB.
pub(crate) fn huge_page_bytes() -> usize {
    page_bytes() * (page_bytes() / 8)
}

/// Gives the whole pages in this memory back to the system: who touches one next decides where it lies. Nothing happens where
/// the system cannot do that.
///
/// # Safety
///
/// The memory belongs to the caller, and nothing in it is needed any more.
pub(crate) unsafe fn give_back(memory: Range<usize>) {
    #[cfg(target_os = "linux")]
    {
        let page = page_bytes();
        let start = memory.start.next_multiple_of(page);
        let end = memory.end / page * page;
        if start < end {
            let start = std::ptr::with_exposed_provenance_mut(start);
            // SAFETY: whole pages inside memory that the caller gives up.
            unsafe { libc::madvise(start, end - start.addr(), libc::MADV_DONTNEED) };
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}

#[cfg(all(test, not(loom), target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn touched_pages_have_a_node() {
        let touched = vec![1_u8; 1 << 16];
        let address = touched.as_ptr().addr();
        let nodes = nodes_of(&[address, address + (1 << 15), 1 << 12]);
        // A kernel without NUMA does not know the call.
        if nodes[0].is_some() {
            assert_eq!(nodes[1], nodes[0]);
        }
        assert_eq!(nodes[2], None, "nothing is mapped there");
    }
}
