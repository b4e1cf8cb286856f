//! Memory that is mapped twice in a row: what is written behind its end appears at its beginning.
//!
//! An old way to spare a ring the case distinction at its end: the operating system shows the same pages at two
//! neighbouring addresses. Linux only, with a nameless file in memory (memfd_create); elsewhere there is none, and rings
//! take plain memory.
//!
//! The pages are shared also with a process that is forked off later: such a child must not use the channel.

#[cfg(all(any(target_os = "linux", target_os = "android"), not(loom)))]
pub(super) use os::Mapping;

#[cfg(any(not(any(target_os = "linux", target_os = "android")), loom))]
pub(super) use nowhere::Mapping;

#[cfg(all(any(target_os = "linux", target_os = "android"), not(loom)))]
mod os {
    use crate::channel::errors::CapacityError;
    use std::ffi::c_int;
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::ptr::{self, NonNull};

    /// So many bytes at `base`, and the same ones again behind them. Unmapped when dropped.
    pub(in crate::channel) struct Mapping {
        base: NonNull<u8>,
        bytes: usize,
    }

    fn last_error() -> CapacityError {
        let code = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        CapacityError::Mapping { code }
    }

    impl Mapping {
        /// The size of a page; `None` where memory cannot be mapped twice.
        pub(in crate::channel) fn page_bytes() -> Option<usize> {
            // SAFETY: asks for a number.
            let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            usize::try_from(bytes).ok().filter(|bytes| bytes.is_power_of_two())
        }

        /// Maps whole pages; `too_large` is the error if there are not that many addresses.
        pub(in crate::channel) fn new(
            bytes: usize,
            too_large: CapacityError,
        ) -> Result<Self, CapacityError> {
            let twice = bytes
                .checked_mul(2)
                .filter(|bytes| isize::try_from(*bytes).is_ok())
                .ok_or(too_large)?;
            // SAFETY: a name that ends with a zero, and a known flag.
            let file = unsafe { libc::memfd_create(c"moirai-ring".as_ptr(), libc::MFD_CLOEXEC) };
            if file < 0 {
                return Err(last_error());
            }
            // SAFETY: a new descriptor that nobody else owns.
            let file = unsafe { OwnedFd::from_raw_fd(file) };
            let length = libc::off_t::try_from(bytes).map_err(|_| too_large)?;
            // SAFETY: the descriptor is open.
            if unsafe { libc::ftruncate(file.as_raw_fd(), length) } != 0 {
                return Err(last_error());
            }
            // Addresses first, with nothing behind them, so that nobody else's come between the two views.
            let nothing = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            let base = map(ptr::null_mut(), twice, libc::PROT_NONE, nothing, -1)?;
            // From here on dropping it unmaps.
            let mapping = Mapping { base, bytes };
            let view = libc::MAP_SHARED | libc::MAP_FIXED;
            for at in [0, bytes] {
                // SAFETY: within the reserved addresses.
                let place = unsafe { base.as_ptr().add(at) };
                map(place, bytes, libc::PROT_READ | libc::PROT_WRITE, view, file.as_raw_fd())?;
            }
            Ok(mapping)
        }

        pub(in crate::channel) fn base(&self) -> NonNull<u8> {
            self.base
        }
    }

    /// `place` is null, or part of addresses that the caller has reserved.
    fn map(
        place: *mut u8,
        bytes: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
    ) -> Result<NonNull<u8>, CapacityError> {
        // SAFETY: new addresses, or ones of our own that nothing points to yet.
        let found = unsafe { libc::mmap(place.cast(), bytes, protection, flags, file, 0) };
        if found == libc::MAP_FAILED {
            return Err(last_error());
        }
        NonNull::new(found.cast()).ok_or_else(last_error)
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: all of these addresses are ours, and the slots in them are gone.
            unsafe { libc::munmap(self.base.as_ptr().cast(), 2 * self.bytes) };
        }
    }
}

#[cfg(any(not(any(target_os = "linux", target_os = "android")), loom))]
mod nowhere {
    use crate::channel::errors::CapacityError;
    use std::convert::Infallible;
    use std::ptr::NonNull;

    /// There is none on this system.
    pub(in crate::channel) struct Mapping(Infallible);

    impl Mapping {
        pub(in crate::channel) fn page_bytes() -> Option<usize> {
            None
        }

        pub(in crate::channel) fn new(
            _bytes: usize,
            too_large: CapacityError,
        ) -> Result<Self, CapacityError> {
            Err(too_large)
        }

        pub(in crate::channel) fn base(&self) -> NonNull<u8> {
            match self.0 {}
        }
    }
}
