//! What the items of each call site cost: a small table that all pools share.
//!
//! A site is the address of its monomorphised driver, together with the order of magnitude of its number of items. The
//! table is lossy: two sites that meet in a slot drive each other out, two threads that write at once lose one sample. A
//! wrong or missing estimate costs a call a bad start, nothing else.
//!
//! The table is a `static`, hence std's atomics; nothing is published through it.

use crate::batch::Estimate;
use std::sync::atomic::{AtomicU32, Ordering};

const INDEX_BITS: u32 = 10;
const TAG_BITS: u32 = 10;
const ESTIMATE_BITS: u32 = u32::BITS - TAG_BITS;

static TABLE: [AtomicU32; 1 << INDEX_BITS] = [const { AtomicU32::new(0) }; 1 << INDEX_BITS];

/// The place of one site in the table.
#[derive(Clone, Copy)]
pub(super) struct Site {
    slot: &'static AtomicU32,
    tag: u32,
}

impl Site {
    /// The site whose driver lies at `address`, for a call of about so many items.
    #[inline]
    pub(super) fn new(address: usize, items: usize) -> Self {
        let magnitude = u64::from(usize::BITS - items.leading_zeros()) / 2;
        // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3): the upper bits depend on all bits.
        let hash = (address as u64 ^ magnitude << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let index = (hash >> (u64::BITS - INDEX_BITS)) as usize;
        let tag = (hash >> (u64::BITS - INDEX_BITS - TAG_BITS)) as u32 & ((1 << TAG_BITS) - 1);
        Site { slot: &TABLE[index], tag }
    }

    #[inline]
    pub(super) fn estimate(self) -> Estimate {
        // ORDERING: Relaxed. A number by itself.
        let entry = self.slot.load(Ordering::Relaxed);
        if entry >> ESTIMATE_BITS == self.tag {
            Estimate::from_bits(entry & ((1 << ESTIMATE_BITS) - 1))
        } else {
            Estimate::UNKNOWN
        }
    }

    /// Takes a new sample in, in ticks for one item.
    pub(super) fn observe(self, per_item: f32) {
        let estimate = self.estimate().observe(per_item);
        // ORDERING: Relaxed. A number by itself; of two writers at once one is lost, which is as good.
        self.slot.store(self.tag << ESTIMATE_BITS | estimate.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn sites_and_sizes_are_told_apart() {
        let (site, other) = (Site::new(0x1234_5678, 1000), Site::new(0x8765_4321, 1000));
        assert_eq!(site.estimate(), Estimate::UNKNOWN);
        site.observe(12.0);
        assert_eq!(site.estimate().per_item(), Some(12.0));
        assert_eq!(other.estimate(), Estimate::UNKNOWN);
        assert_eq!(Site::new(0x1234_5678, 600).estimate(), site.estimate());
        assert_eq!(Site::new(0x1234_5678, 5000).estimate(), Estimate::UNKNOWN);
    }

    #[test]
    fn sites_in_one_slot_drive_each_other_out() {
        let site = Site::new(0x4242_4242, 1);
        let other = Site { tag: site.tag ^ 1, ..site };
        site.observe(3.0);
        other.observe(5.0);
        assert_eq!(site.estimate(), Estimate::UNKNOWN);
        assert_eq!(other.estimate().per_item(), Some(5.0));
    }
}
