//! The worker's deque: a growable Chase-Lev ring whose every owner store to `bottom` is a Release store.
//!
//! One thread, the owner, pushes and pops at `bottom`; any thread steals at `top`. The algorithm is that of Chase and
//! Lev, *Dynamic circular work-stealing deque* (SPAA 2005), in the memory model of Lê, Pop, Cohen and Zappa Nardelli,
//! *Correct and efficient work-stealing for weak memory models* (PPoPP 2013), with one difference: there the fence in
//! `push` publishes the slot, here the Release store does, and so the stores of `pop` have to be Release too. (A thief
//! that reads `bottom` from a relaxed store of `pop` would not synchronise with the push before it and could run a
//! stale entry; the model `loom_deque::stale_slot` shows it.)
//!
//! Invariants:
//! 1. Indices only grow modulo the word size; `bottom - top`, read as a signed number, is the number of entries, or -1
//!    for a moment inside `pop` of an empty deque. (On 32-bit targets an index comes round after 2^32 entries: a thief
//!    would have to be suspended for exactly as many thefts to be deceived.)
//! 2. The slot of index `i` is overwritten only after `top > i` was seen by the owner.
//! 3. Whoever advances `top` from `i` to `i + 1` owns entry `i`; the owner takes entry `i` without that only after it has
//!    stored `bottom = i` and then, past a SeqCst fence, read `top < i`.
//! 4. Retired rings live as long as the deque: a thief that still reads one finds the entry it is entitled to.
//!
//! An entry is `W` raw words. They are read before it is known whose they are, so nothing may be made of them before the
//! compare-exchange has succeeded.

use crate::sync::{AtomicPtr, AtomicUsize, Ordering, UnsafeCell, fence, weaken};
use crate::util::CachePadded;
use std::cell::Cell;

/// What a thief came back with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Steal<E> {
    /// Nothing to take, or nothing that the thief may take.
    Empty,
    /// Somebody else was faster; another try may succeed.
    Retry,
    /// This entry is the thief's now.
    Success(E),
}

/// Whether index `a` comes before index `b`, in the order of invariant 1.
#[inline(always)]
fn precedes(a: usize, b: usize) -> bool {
    (a.wrapping_sub(b) as isize) < 0
}

struct Slot<const W: usize>([AtomicUsize; W]);

impl<const W: usize> Slot<W> {
    fn new() -> Self {
        Slot(std::array::from_fn(|_| AtomicUsize::new(0)))
    }

    #[inline(always)]
    fn write(&self, entry: [usize; W]) {
        for (word, value) in self.0.iter().zip(entry) {
            // ORDERING: Relaxed. Published by the Release store to `bottom` that follows in `push` (or by the one to
            // `ring` in `grow`); a thief that reads a later value fails its compare-exchange (invariant 2).
            word.store(value, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn read(&self) -> [usize; W] {
        // ORDERING: Relaxed. The Acquire load of `bottom` or `ring` in `steal` has made the push visible; the owner
        // reads what it wrote itself.
        std::array::from_fn(|word| self.0[word].load(Ordering::Relaxed))
    }
}

/// A ring of a power of two of slots.
struct Ring<const W: usize> {
    mask: usize,
    slots: Box<[Slot<W>]>,
}

impl<const W: usize> Ring<W> {
    /// `None` if there is no memory for it.
    fn try_new(capacity: usize) -> Option<Box<Self>> {
        debug_assert!(capacity.is_power_of_two());
        let mut slots = Vec::new();
        slots.try_reserve_exact(capacity).ok()?;
        slots.extend((0..capacity).map(|_| Slot::new()));
        Some(Box::new(Ring { mask: capacity - 1, slots: slots.into_boxed_slice() }))
    }

    #[inline(always)]
    fn slot(&self, index: usize) -> &Slot<W> {
        // SAFETY: `index & mask` is below the power of two that is the length of `slots`.
        unsafe { self.slots.get_unchecked(index & self.mask) }
    }
}

/// A work-stealing deque of entries of `W` words. See the module's description for the protocol.
pub(crate) struct Deque<const W: usize> {
    owner: CachePadded<OwnerSide<W>>,
    top: CachePadded<AtomicUsize>,
}

struct OwnerSide<const W: usize> {
    bottom: AtomicUsize,
    ring: AtomicPtr<Ring<W>>,
    /// The value of `bottom` at which the ring may be full: the last `top` that the owner saw, plus the capacity.
    limit: Cell<usize>,
    /// Every ring made so far, the current one last.
    #[allow(clippy::vec_box, reason = "rings must not move when the vector grows")]
    rings: UnsafeCell<Vec<Box<Ring<W>>>>,
}

// SAFETY: `limit` and `rings` are touched by the owner only (the callers of the unsafe methods promise it; ownership
// passes between threads with the seat, by its state word); everything else is atomic.
unsafe impl<const W: usize> Sync for Deque<W> {}
// SAFETY: as for `Sync`; entries are plain words.
unsafe impl<const W: usize> Send for Deque<W> {}

impl<const W: usize> Deque<W> {
    /// An empty deque with room for `capacity` entries, a power of two, before it grows.
    pub(crate) fn new(capacity: usize) -> Self {
        let first = Ring::try_new(capacity).unwrap_or_else(|| {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<Slot<W>>());
        });
        let mut rings = vec![first];
        let ring: *mut Ring<W> = &raw mut *rings[0];
        Deque {
            owner: CachePadded::new(OwnerSide {
                bottom: AtomicUsize::new(0),
                ring: AtomicPtr::new(ring),
                limit: Cell::new(capacity),
                rings: UnsafeCell::new(rings),
            }),
            top: CachePadded::new(AtomicUsize::new(0)),
        }
    }

    /// The index that the next push will have: entries pushed from now on lie at or behind it.
    ///
    /// Exact for the owner, a recent value for others.
    #[inline(always)]
    pub(crate) fn mark(&self) -> usize {
        // ORDERING: Relaxed. The owner reads its own last store; a mark travels to other threads with the frame.
        self.owner.bottom.load(Ordering::Relaxed)
    }

    /// How many entries there are, about.
    pub(crate) fn len_hint(&self) -> usize {
        // ORDERING: Relaxed both. A statistic, of two moments.
        let top = self.top.load(Ordering::Relaxed);
        // ORDERING: Relaxed, as above.
        let entries = self.owner.bottom.load(Ordering::Relaxed).wrapping_sub(top);
        // While an entry is popped, `bottom` may be one less than `top`.
        if (entries as isize) < 0 { 0 } else { entries }
    }

    /// Whether the deque looks empty; a hint, exact only for the owner and only as far as its own entries go.
    #[inline]
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Acquire. Pairs with the Release of `advance_top`: who sees an entry gone sees what its taker did before,
        // such as counting it elsewhere (`Deferred::move_in`).
        let top = self.top.load(weaken("deque::looks_empty", Ordering::Acquire, Ordering::Relaxed));
        // ORDERING: Relaxed. A hint; where a decision to sleep hangs on it the caller has a SeqCst fence before.
        let bottom = self.owner.bottom.load(Ordering::Relaxed);
        !precedes(top, bottom)
    }

    /// Adds an entry at the owner's end. `false` if the ring was full and there was no memory for a larger one.
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    #[inline(always)]
    pub(crate) unsafe fn push(&self, entry: [usize; W]) -> bool {
        let bottom = self.mark();
        if !precedes(bottom, self.owner.limit.get()) {
            // SAFETY: the caller is the owner.
            if !unsafe { self.make_room(bottom) } {
                return false;
            }
        }
        // SAFETY: the caller is the owner.
        let ring = unsafe { self.own_ring() };
        ring.slot(bottom).write(entry);
        // ORDERING: Release. Pairs with the Acquire load of `bottom` in `steal_if` and publishes the slot and what
        // it points to; Relaxed would let a thief run a frame it cannot see.
        self.owner.bottom.store(
            bottom.wrapping_add(1),
            weaken("deque::push_bottom", Ordering::Release, Ordering::Relaxed),
        );
        true
    }

    /// The current ring.
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    #[inline(always)]
    unsafe fn own_ring(&self) -> &Ring<W> {
        // ORDERING: Relaxed. Only the owner stores to `ring`.
        let ring = self.owner.ring.load(Ordering::Relaxed);
        // SAFETY: `ring` points into a box of `rings`, which lives as long as the deque (invariant 4).
        unsafe { &*ring }
    }

    /// Takes the newest entry's place back: `true` if the entry is the owner's, `false` if a thief has it (or there was
    /// none).
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    #[inline(always)]
    pub(crate) unsafe fn pop_newest(&self) -> bool {
        let index = self.mark().wrapping_sub(1);
        // ORDERING: Release. A thief may read this value of `bottom` in `steal_if`, and must then see every push before
        // it: later plain stores do not continue the release sequence of an earlier one.
        self.owner
            .bottom
            .store(index, weaken("deque::pop_bottom", Ordering::Release, Ordering::Relaxed));
        // ORDERING: SeqCst fence, pairs with the one in `steal_if`. Here: store `bottom`, fence, read `top`. There: read
        // `top`, fence, read `bottom`. If the read below misses a thief's `top`, the thief's read of `bottom` sees the
        // store above; nothing weaker orders a store before a later load. Model: loom_deque::last_entry
        if !crate::sync::dropped("deque::pop_fence") {
            fence(Ordering::SeqCst);
        }
        // ORDERING: Relaxed. The fence carries the edge; for the entry itself the owner needs none.
        let top = self.top.load(Ordering::Relaxed);
        if precedes(top, index) {
            return true;
        }
        self.pop_contended(index, top)
    }

    /// The last entry, or none at all: decides with the thieves through `top`.
    #[cold]
    #[inline(never)]
    fn pop_contended(&self, index: usize, top: usize) -> bool {
        let won = top == index && self.advance_top(top);
        // ORDERING: Release, as in `pop_newest`: a thief may read this value.
        self.owner.bottom.store(index.wrapping_add(1), Ordering::Release);
        won
    }

    /// Takes the newest entry.
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    pub(crate) unsafe fn pop(&self) -> Option<[usize; W]> {
        if self.looks_empty() {
            return None;
        }
        let index = self.mark().wrapping_sub(1);
        // SAFETY: the caller is the owner.
        if !unsafe { self.pop_newest() } {
            return None;
        }
        // SAFETY: the caller is the owner.
        Some(unsafe { self.own_ring() }.slot(index).read())
    }

    /// The newest entry, which stays; thieves may have it already.
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    #[inline]
    pub(crate) unsafe fn newest(&self) -> Option<[usize; W]> {
        if self.looks_empty() {
            return None;
        }
        // SAFETY: the caller is the owner.
        Some(unsafe { self.own_ring() }.slot(self.mark().wrapping_sub(1)).read())
    }

    /// Takes the oldest entry. Any thread.
    pub(crate) fn steal(&self) -> Steal<[usize; W]> {
        self.steal_if(|_, _| true)
    }

    /// Takes the oldest entry if `accept(index, entry)` says so.
    ///
    /// `accept` is called after `top` and `bottom` were read and before the compare-exchange: what it learns of the
    /// owner (that a latch is unset, that a tag is published) holds for the entry if the call succeeds, because the
    /// entry was there all the time. The order of these reads is the proof (rule L1); the words it is shown are to be
    /// compared, not followed.
    #[inline]
    pub(crate) fn steal_if(
        &self,
        accept: impl FnOnce(usize, [usize; W]) -> bool,
    ) -> Steal<[usize; W]> {
        // ORDERING: Acquire. Orders the reads that follow behind it: an older `bottom` than the one that belongs to this
        // `top` could make an empty deque look full.
        let top = self.top.load(Ordering::Acquire);
        // ORDERING: SeqCst fence, pairs with the one in `pop_newest`, see there.
        if !crate::sync::dropped("deque::steal_fence") {
            fence(Ordering::SeqCst);
        }
        // ORDERING: Acquire. Pairs with the Release stores of `push` and `pop`: makes the slot, the ring and what the entry
        // points to visible; and a latch set before a later push is seen set after it.
        let bottom = self.owner.bottom.load(weaken(
            "deque::steal_bottom",
            Ordering::Acquire,
            Ordering::Relaxed,
        ));
        if !precedes(top, bottom) {
            return Steal::Empty;
        }
        // ORDERING: Acquire. Pairs with the Release store in `make_room`: the slots copied into a new ring are visible.
        let ring =
            self.owner.ring.load(weaken("deque::steal_ring", Ordering::Acquire, Ordering::Relaxed));
        // SAFETY: rings live as long as the deque (invariant 4), and any value read is one that was published.
        let entry = unsafe { &*ring }.slot(top).read();
        if !accept(top, entry) {
            return Steal::Empty;
        }
        if self.advance_top(top) { Steal::Success(entry) } else { Steal::Retry }
    }

    /// Claims entry `top` against every other taker.
    #[inline(always)]
    fn advance_top(&self, top: usize) -> bool {
        // ORDERING: AcqRel. Release: the reads of the slot happen before the owner, which reads `top` with Acquire in
        // `make_room`, reuses it. Acquire: a thief of the next entry sees what happened before this theft. Of two takers
        // one wins whatever the ordering. Failure: Relaxed, nothing is read through it.
        self.top
            .compare_exchange(top, top.wrapping_add(1), Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Looks at `top` again, and doubles the ring if it is full indeed. `false` if there is no memory.
    ///
    /// # Safety
    ///
    /// The caller is the owner.
    #[cold]
    #[inline(never)]
    unsafe fn make_room(&self, bottom: usize) -> bool {
        // ORDERING: Acquire. Pairs with the Release of `advance_top`: thieves have read the slots below `top` before
        // the owner overwrites them.
        let top = self.top.load(Ordering::Acquire);
        // SAFETY: the caller is the owner.
        let ring = unsafe { self.own_ring() };
        let capacity = ring.slots.len();
        self.owner.limit.set(top.wrapping_add(capacity));
        if precedes(bottom, self.owner.limit.get()) {
            return true;
        }
        let Some(mut larger) = Ring::try_new(capacity * 2) else {
            return false;
        };
        let mut index = top;
        while precedes(index, bottom) {
            larger.slot(index).write(ring.slot(index).read());
            index = index.wrapping_add(1);
        }
        let published: *mut Ring<W> = &raw mut *larger;
        // SAFETY: only the owner touches `rings`, and the reference ends here; pushing moves boxes, not rings.
        self.owner.rings.with_mut(|rings| unsafe { (*rings).push(larger) });
        // ORDERING: Release. Pairs with the Acquire load of `ring` in `steal_if` and publishes the copied slots.
        self.owner
            .ring
            .store(published, weaken("deque::grow_ring", Ordering::Release, Ordering::Relaxed));
        self.owner.limit.set(top.wrapping_add(capacity * 2));
        true
    }
}

impl<const W: usize> std::fmt::Debug for Deque<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // ORDERING: Relaxed. A picture for people.
        let (top, bottom) = (self.top.load(Ordering::Relaxed), self.mark());
        f.debug_struct("Deque").field("top", &top).field("bottom", &bottom).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn push(deque: &Deque<1>, value: usize) {
        // SAFETY: the test's thread is the owner.
        assert!(unsafe { deque.push([value]) });
    }

    fn pop(deque: &Deque<1>) -> Option<usize> {
        // SAFETY: the test's thread is the owner.
        unsafe { deque.pop() }.map(|[value]| value)
    }

    #[test]
    fn owner_is_last_in_first_out_and_thieves_take_the_oldest() {
        let deque = Deque::<1>::new(2);
        (1..=5).for_each(|value| push(&deque, value));
        assert_eq!(pop(&deque), Some(5));
        assert_eq!(deque.steal(), Steal::Success([1]));
        assert_eq!(deque.steal_if(|index, entry| index == 7 || entry == [9]), Steal::Empty);
        assert_eq!(deque.steal(), Steal::Success([2]));
        assert_eq!(pop(&deque), Some(4));
        assert_eq!(pop(&deque), Some(3));
        assert_eq!(pop(&deque), None);
        assert_eq!(deque.steal(), Steal::Empty);
        assert!(deque.looks_empty());
    }

    #[test]
    fn popping_an_empty_deque_leaves_it_usable() {
        let deque = Deque::<1>::new(2);
        // SAFETY: the test's thread is the owner.
        assert!(!unsafe { deque.pop_newest() });
        push(&deque, 1);
        assert_eq!(deque.steal(), Steal::Success([1]));
        // SAFETY: the test's thread is the owner.
        assert!(!unsafe { deque.pop_newest() });
        push(&deque, 2);
        assert_eq!(pop(&deque), Some(2));
    }

    #[test]
    fn every_entry_is_taken_exactly_once_under_contention() {
        use std::sync::atomic::AtomicU8;
        const COUNT: usize = 100_000;
        let deque = Deque::<1>::new(2);
        let taken: Vec<AtomicU8> = (0..COUNT).map(|_| AtomicU8::new(0)).collect();
        let take = |value: usize| assert_eq!(taken[value].fetch_add(1, Ordering::Relaxed), 0);
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    while !done.load(Ordering::Acquire) {
                        if let Steal::Success([value]) = deque.steal() {
                            take(value);
                        }
                    }
                });
            }
            for value in 0..COUNT {
                push(&deque, value);
                if value % 3 == 0 {
                    if let Some(value) = pop(&deque) {
                        take(value);
                    }
                }
            }
            while let Some(value) = pop(&deque) {
                take(value);
            }
            done.store(true, Ordering::Release);
        });
        assert!(taken.iter().all(|count| count.load(Ordering::Relaxed) == 1));
    }
}

#[cfg(all(test, loom))]
#[path = "deque_loom.rs"]
mod loom_deque;
