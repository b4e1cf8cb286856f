//! Free frames that go home together: one of them has the addresses of the others.
//!
//! A list that leads through every frame makes who walks along it wait for one cache line after the other, each of them from the
//! processor that has used the frame. With bundles of seven it waits for a seventh of them; the lines of the others stay where they
//! are, because who has used the frames need not write to them.

use std::alloc::Layout;
use std::ptr::{self, NonNull};

/// Addresses in a bundle at most, so that it fits a cache line.
const ADDRESSES: usize = 6;

/// A free frame: a link of a list of bundles, in front of the addresses of other free frames.
#[repr(C)]
pub(super) struct Bundle {
    pub(super) next: *mut Bundle,
    addresses: usize,
}

impl Bundle {
    /// For how many addresses frames of this layout have room.
    pub(super) fn room(frame: Layout) -> usize {
        ((frame.size() - size_of::<Bundle>()) / size_of::<NonNull<u8>>()).min(ADDRESSES)
    }

    /// Ties frames, of which there are some, into a list of bundles: its first and its last one. Only writes to them, so nobody
    /// waits for a line.
    ///
    /// # Safety
    ///
    /// The frames have alignment for a `Bundle`, and room for it and for `room` addresses; they belong to the caller.
    pub(super) unsafe fn tie(frames: &[NonNull<u8>], room: usize) -> (*mut Bundle, *mut Bundle) {
        let mut first: *mut Bundle = ptr::null_mut();
        for bundle in frames.chunks(1 + room) {
            // SAFETY: as demanded of our caller.
            first = unsafe { Bundle::write(bundle[0], first, &bundle[1..]) };
        }
        (first, frames[0].as_ptr().cast())
    }

    /// # Safety
    ///
    /// The frame belongs to the caller, and has room and alignment for a bundle with those addresses.
    unsafe fn write(
        frame: NonNull<u8>,
        next: *mut Bundle,
        addresses: &[NonNull<u8>],
    ) -> *mut Bundle {
        let bundle: *mut Bundle = frame.as_ptr().cast();
        // SAFETY: as demanded of our caller.
        unsafe { bundle.write(Bundle { next, addresses: addresses.len() }) };
        // SAFETY: the addresses follow in the same frame.
        let behind: *mut NonNull<u8> = unsafe { bundle.add(1) }.cast();
        // SAFETY: as above; what is aligned for a bundle is aligned for addresses.
        unsafe { behind.copy_from_nonoverlapping(addresses.as_ptr(), addresses.len()) };
        bundle
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
        let addresses = unsafe { (*bundle).addresses };
        // SAFETY: the addresses follow in the same frame.
        let behind: *const NonNull<u8> = unsafe { bundle.add(1) }.cast();
        for number in 0..addresses {
            // SAFETY: it has that many.
            let address = unsafe { behind.add(number) };
            // SAFETY: as above.
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
        for (size, room) in [(16, 0), (24, 1), (32, 2), (64, 6), (256, 6)] {
            assert_eq!(Bundle::room(Layout::from_size_align(size, 8).unwrap()), room);
            for count in [1, 2, 3, 7, 8, 32] {
                let mut memory = vec![0_u64; count * size / 8];
                let frame =
                    |number: usize| NonNull::from(&mut memory[number * size / 8]).cast::<u8>();
                let frames: Vec<NonNull<u8>> = (0..count).map(frame).collect();
                // SAFETY: frames of this test, with that room.
                let (first, last) = unsafe { Bundle::tie(&frames, room) };
                let (mut out, mut bundle, mut bundles) = (Vec::new(), first, 0);
                while !bundle.is_null() {
                    // SAFETY: a bundle of the list.
                    let frames = unsafe { Bundle::frames(bundle) };
                    // SAFETY: as above.
                    let next = unsafe { (*bundle).next };
                    assert_eq!(next.is_null(), bundle == last);
                    let before = out.len();
                    // SAFETY: as above; once.
                    unsafe { Bundle::take_apart(bundle, |frame| out.push(frame)) };
                    assert_eq!(out.len(), before + frames);
                    (bundle, bundles) = (next, bundles + 1);
                }
                assert_eq!(bundles, count.div_ceil(1 + room));
                out.sort();
                assert_eq!(out, frames);
            }
        }
    }
}
