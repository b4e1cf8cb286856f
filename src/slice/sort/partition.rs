//! Splitting a slice by a predicate, without a branch that depends on the predicate's answer.
//!
//! The block scheme of S. Edelkamp and A. Weiß, "BlockQuicksort: Avoiding Branch Mispredictions in Quicksort" (ESA
//! 2016): the positions of misplaced elements of one block from each end are first collected, which is a store and an
//! addition an element, and then exchanged pairwise. Elements that stand right already are never written.

/// Elements a block. Positions fit a `u8`, and an index of that type needs no bounds check below.
const BLOCK_ITEMS: usize = 128;

/// The misplaced elements of one block, as distances from the block's outer end.
struct Misplaced {
    offsets: [u8; 256],
    next: u8,
    end: u8,
}

impl Misplaced {
    fn new() -> Self {
        Misplaced { offsets: [0; 256], next: 0, end: 0 }
    }

    fn is_empty(&self) -> bool {
        self.next == self.end
    }

    fn len(&self) -> u8 {
        self.end - self.next
    }

    /// Notes the positions where `items` (a block's worth) yields `true`.
    #[inline(always)]
    fn refill<'a, T: 'a>(
        &mut self,
        items: impl Iterator<Item = &'a T>,
        misplaced: impl Fn(&T) -> bool,
    ) {
        let mut end = 0u8;
        for (offset, item) in (0u8..).zip(items) {
            self.offsets[usize::from(end)] = offset;
            end += u8::from(misplaced(item));
        }
        self.next = 0;
        self.end = end;
    }
}

/// Moves the elements for which `goes_left` holds to the front and returns how many they are.
///
/// The slice changes by exchanges only, and none is under way while `goes_left` runs: it may panic, or answer as it
/// likes. Elements near the seam may be asked about twice.
pub(super) fn partition<T>(v: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    // Left of `low` all go left, from `high` on none does.
    let mut low = 0;
    let mut high = v.len();
    let mut left = Misplaced::new();
    let mut right = Misplaced::new();
    while high - low >= 2 * BLOCK_ITEMS {
        if left.is_empty() {
            left.refill(v[low..low + BLOCK_ITEMS].iter(), |item| !goes_left(item));
        }
        if right.is_empty() {
            right.refill(v[high - BLOCK_ITEMS..high].iter().rev(), &goes_left);
        }
        for _ in 0..left.len().min(right.len()) {
            let from_left = usize::from(left.offsets[usize::from(left.next)]);
            let from_right = usize::from(right.offsets[usize::from(right.next)]);
            v.swap(low + from_left, high - 1 - from_right);
            left.next += 1;
            right.next += 1;
        }
        if left.is_empty() {
            low += BLOCK_ITEMS;
        }
        if right.is_empty() {
            high -= BLOCK_ITEMS;
        }
    }
    // Fewer than two blocks are left, one of them perhaps half done; asking again is cheaper than remembering.
    let mut boundary = low;
    for index in low..high {
        let moves = goes_left(&v[index]);
        v.swap(boundary, index);
        boundary += usize::from(moves);
    }
    boundary
}
