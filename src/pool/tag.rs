//! Tags: which scope a spawned job belongs to, as one word beside the job.

/// Bits of a tag that number the scopes of one seat.
#[cfg(target_pointer_width = "64")]
const SERIAL_BITS: u32 = 48;
#[cfg(not(target_pointer_width = "64"))]
const SERIAL_BITS: u32 = 24;
const SERIAL_MASK: usize = (1 << SERIAL_BITS) - 1;

/// A scope's name: the seat that opened it, and a number that the seat has not given to another scope.
///
/// On 32-bit targets the number comes round after 2^24 scopes of a seat. A scope that is older than 2^23 younger ones
/// could then be taken for a younger one by a helper; the job that it takes is still run once and counted for its own
/// scope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Tag(usize);

impl Tag {
    /// A job of no scope.
    pub(crate) const DETACHED: Tag = Tag(0);

    /// The scope number `serial` of seat `index`.
    pub(crate) fn of_seat(index: usize, serial: usize) -> Self {
        Tag(((index + 1) << SERIAL_BITS) | (serial & SERIAL_MASK))
    }

    /// The scope number `serial` (from 1) among those that were opened on no seat.
    pub(crate) fn of_outside(serial: usize) -> Self {
        // Never zero: that is a detached job.
        Tag((serial & SERIAL_MASK).max(1))
    }

    #[inline]
    pub(crate) fn to_word(self) -> usize {
        self.0
    }

    #[inline]
    pub(crate) fn from_word(word: usize) -> Self {
        Tag(word)
    }

    /// Whether this is a scope opened on seat `index` when its serial was `serial`, or later.
    pub(crate) fn is_since(self, index: usize, serial: usize) -> bool {
        let age = (self.0 & SERIAL_MASK).wrapping_sub(serial & SERIAL_MASK) & SERIAL_MASK;
        self.0 >> SERIAL_BITS == index + 1 && age <= SERIAL_MASK / 2
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Tag;

    #[test]
    fn tags_order_the_scopes_of_one_seat() {
        assert!(Tag::of_seat(3, 8).is_since(3, 7));
        assert!(Tag::of_seat(3, 7).is_since(3, 7));
        assert!(!Tag::of_seat(3, 6).is_since(3, 7));
        assert!(!Tag::of_seat(2, 8).is_since(3, 7));
        assert!(!Tag::DETACHED.is_since(0, 0));
        assert!(!Tag::of_outside(5).is_since(0, 0));
        assert_ne!(Tag::of_outside(0), Tag::DETACHED);
    }

    #[test]
    fn a_serial_that_comes_round_stays_younger() {
        let last = (1 << super::SERIAL_BITS) - 1;
        assert!(Tag::of_seat(0, last + 2).is_since(0, last));
        assert!(!Tag::of_seat(0, last).is_since(0, last + 2));
    }
}
