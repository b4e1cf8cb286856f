//! Free frames that go home together: one of them has the addresses of the others.
//!
//! A list that leads through every frame makes who walks along it wait for one cache line after the other, each of them from the
//! processor that has used the frame. A bundle of seven makes it wait once: the lines of the other six can be fetched at the same
//! time, and who has used them need not write to them.

use std::alloc::Layout;
use std::ptr::NonNull;

/// Addresses in a bundle at most, so that it fits a cache line.
const ADDRESSES: usize = 6;

/// A free frame: a link of a list of bundles, in front of the addresses of other free frames.
#[repr(C)]
pub(super) struct Bundle {
    pub(super) next: *mut Bundle,
    addresses: usize,
}

impl Bundle {
    /// How many addresses frames of this layout have room for beside the bundle.
    pub(super) fn room(frame: Layout) -> usize {
        ((frame.size() - size_of::<Bundle>()) / size_of::<NonNull<u8>>()).min(ADDRESSES)
    }

    /// A bundle of one frame.
    ///
    /// # Safety
    ///
    /// The frame has room and alignment for it, and belongs to the caller.
    pub(super) unsafe fn begin(frame: NonNull<u8>, next: *mut Bundle) -> *mut Bundle {
        let bundle: *mut Bundle = frame.as_ptr().cast();
        // SAFETY: as demanded of our caller.
        unsafe { bundle.write(Bundle { next, addresses: 0 }) };
        bundle
    }

    /// Where the address with this number stands.
    ///
    /// # Safety
    ///
    /// `bundle` points to one, whose frame has room for that many.
    unsafe fn address(bundle: *mut Bundle, number: usize) -> *mut NonNull<u8> {
        // SAFETY: the addresses follow in the same frame.
        let first = unsafe { bundle.add(1) };
        // SAFETY: as above.
        unsafe { first.cast::<NonNull<u8>>().add(number) }
    }

    /// Adds a frame, unless there are `room` already.
    ///
    /// # Safety
    ///
    /// `bundle` points to one, of frames with that room, which belongs to the caller.
    pub(super) unsafe fn add(bundle: *mut Bundle, room: usize, frame: NonNull<u8>) -> bool {
        // SAFETY: the caller's bundle; the reference ends with the addition.
        let addresses = unsafe { &mut (*bundle).addresses };
        let number = *addresses;
        if number == room {
            return false;
        }
        *addresses += 1;
        // SAFETY: less than its room.
        let address = unsafe { Bundle::address(bundle, number) };
        // SAFETY: inside the frame, which is the caller's; frames are aligned for a bundle, hence for addresses.
        unsafe { address.write(frame) };
        true
    }

    /// How many frames it is.
    ///
    /// # Safety
    ///
    /// `bundle` points to one, which belongs to the caller.
    pub(super) unsafe fn frames(bundle: *mut Bundle) -> usize {
        // SAFETY: as demanded of our caller.
        1 + unsafe { (*bundle).addresses }
    }

    /// Hands out its frames one by one. They belong to `each`, the last one is that of the bundle itself.
    ///
    /// # Safety
    ///
    /// `bundle` points to one, which belongs to the caller, and to nobody afterwards.
    pub(super) unsafe fn take_apart(bundle: *mut Bundle, mut each: impl FnMut(NonNull<u8>)) {
        // SAFETY: as demanded of our caller.
        for number in 0..unsafe { (*bundle).addresses } {
            // SAFETY: it has that many.
            let address = unsafe { Bundle::address(bundle, number) };
            // SAFETY: written by `add`.
            each(unsafe { address.read() });
        }
        // SAFETY: points to a frame.
        each(unsafe { NonNull::new_unchecked(bundle.cast()) });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_frame_comes_out_once() {
        for (size, room) in [(16, 0), (24, 1), (64, 6), (256, 6)] {
            let layout = Layout::from_size_align(size, 8).unwrap();
            let mut memory = vec![0_u64; 10 * size / 8];
            let frame = |number: usize| NonNull::from(&mut memory[number * size / 8]).cast::<u8>();
            let frames: Vec<NonNull<u8>> = (0..10).map(frame).collect();
            assert_eq!(Bundle::room(layout), room);
            // SAFETY: frames of this test.
            let bundle = unsafe { Bundle::begin(frames[0], std::ptr::null_mut()) };
            // SAFETY: as above.
            let added = frames[1..]
                .iter()
                .take_while(|frame| unsafe { Bundle::add(bundle, room, **frame) });
            assert_eq!(added.count(), room);
            // SAFETY: as above.
            assert_eq!(unsafe { Bundle::frames(bundle) }, 1 + room);
            let mut out = Vec::new();
            // SAFETY: as above.
            unsafe { Bundle::take_apart(bundle, |frame| out.push(frame)) };
            out.rotate_right(1);
            assert_eq!(out, frames[..=room]);
        }
    }
}
