//! Sort by a key that is computed once for each element.
//!
//! 1. The keys are computed in parallel, each with the index of its element.
//! 2. The (key, index) pairs are sorted, which is where comparisons happen: the elements have not moved yet.
//! 3. The elements are gathered into a buffer in their new order and copied back. No code of the user's runs here.
//! 4. The keys are dropped in the order of their elements as it was, in parallel if they were made so: that is the order in which
//!    memory was allocated for them, and a thread gives back what it took, as a rule.

use std::mem::MaybeUninit;

use super::merge::par_copy;
use super::{par_unstable, tolerate_disorder};
use crate::util::clock::{ticks, ticks_of_ns};

/// Below this many elements one thread computes all keys. Low, because who caches keys expects them to be costly.
const SEQUENTIAL_ITEMS: usize = 128;

/// Keys that one thread computes at a stretch.
const KEY_ITEMS: usize = 64;

/// Keys are computed in parallel if one thread would take so long, in ns: several times what it takes to wake a second one. The
/// second number is for keys that may own memory. As long as they were dropped in the order of the keys, allocators did not like it
/// that what several threads have taken comes back intermingled: keys in parallel had to be worth 20 ms. Dropped in the order in which
/// they were made, strings of 10 000 numbers (0.4 ms by one thread) take 0.64 of std's time if they are made by two threads, and 1.0 if
/// by one, those of 100 000 numbers 0.50 and 0.62 (2026-11-30, AMD EPYC, two virtual processors, glibc).
const SHARED_NS: u64 = 150_000;
const SHARED_OWNING_NS: u64 = 250_000;

/// Fewer keys are dropped by one thread.
const DROP_ITEMS: usize = 1 << 10;

/// Elements that one thread gathers at a stretch.
const GATHER_ITEMS: usize = 4096;

/// Sorts `v` by the keys that `key_fn` computes, keeping the order of elements with equal keys.
///
/// `key_fn` is called once for each element, in no particular order, if there are two or more, and not at all
/// otherwise. If it or a comparison of keys panics, `v` is unchanged. Allocates room for all keys, indices and elements.
pub(crate) fn par_by_cached_key<T, K, F>(v: &mut [T], key_fn: &F)
where
    T: Send,
    K: Ord + Send,
    F: Fn(&T) -> K + Sync,
{
    if v.len() <= SEQUENTIAL_ITEMS {
        return tolerate_disorder(|| v.sort_by_cached_key(key_fn));
    }
    if u32::try_from(v.len()).is_ok() {
        sort_indexed(v, key_fn, |index| index as u32, |index| index as usize);
    } else {
        sort_indexed(v, key_fn, |index| index, |index| index);
    }
}

/// The sort, generic over how an index is stored: `pack` and `unpack` are inverse on the indices of `v`.
fn sort_indexed<T, K, I, F>(
    v: &mut [T],
    key_fn: &F,
    pack: impl Fn(usize) -> I + Sync,
    unpack: impl Fn(I) -> usize + Sync,
) where
    T: Send,
    K: Ord + Send,
    I: Copy + Ord + Send,
    F: Fn(&T) -> K + Sync,
{
    let mut keys: Vec<(K, I)> = Vec::with_capacity(v.len());
    let mut filled = Filled { slots: &mut keys.spare_capacity_mut()[..v.len()], count: 0 };
    let shared_ns = if std::mem::needs_drop::<K>() { SHARED_OWNING_NS } else { SHARED_NS };
    let is_shared =
        fill_timed(&mut filled, v, shared_ns, &|item, index| (key_fn(item), pack(index)));
    filled.release();
    // SAFETY: `fill` returned, so all of the first `v.len()` slots are initialized; `filled` has let go of them.
    unsafe { keys.set_len(v.len()) };

    // The index decides between equal keys, so that the faster sort does.
    par_unstable(&mut keys, &|a: &(K, I), b: &(K, I)| a.cmp(b).is_lt());

    let mut buffer = Vec::with_capacity(v.len());
    let gathered = &mut buffer.spare_capacity_mut()[..v.len()];
    let source = Source(v.as_ptr());
    gather(&source, &mut keys, gathered, &unpack);
    // SAFETY: `gather` wrote every slot, since sorting left in `keys` each index of `v` once. From here on these are the
    // true elements and those of `v` are room; nothing unwinds before they are back.
    let elements = unsafe { assume_init(gathered) };
    // SAFETY: `par_copy` writes initialized elements only.
    let home = unsafe { as_room(v) };
    par_copy(elements, home);

    drop(buffer);
    if std::mem::needs_drop::<K>() {
        drop_keys(keys, is_shared, &pack, &unpack);
    }
}

/// Computes the entries of `v` into `filled`, in parallel if the first ones say that one thread takes `shared_ns`. Says whether it
/// was in parallel.
fn fill_timed<T, P, F>(filled: &mut Filled<'_, P>, v: &mut [T], shared_ns: u64, entry: &F) -> bool
where
    T: Send,
    P: Send,
    F: Fn(&T, usize) -> P + Sync,
{
    let (first, rest) = v.split_at_mut(KEY_ITEMS);
    let mut is_long = false;
    filled.push_halves(KEY_ITEMS, |first_filled, rest_filled| {
        let start = ticks();
        fill(first_filled, first, 0, entry);
        let elapsed = ticks().wrapping_sub(start);
        let estimate = elapsed.saturating_mul((rest.len() / KEY_ITEMS) as u64);
        is_long = estimate > ticks_of_ns(shared_ns);
        if is_long {
            fill(rest_filled, rest, KEY_ITEMS, entry);
        } else {
            fill_here(rest_filled, rest, KEY_ITEMS, entry);
        }
    });
    is_long
}

/// Computes the entries of `v`, whose first element has the index `start` in the whole, into `filled`.
fn fill<T, P, F>(filled: &mut Filled<'_, P>, v: &mut [T], start: usize, entry: &F)
where
    T: Send,
    P: Send,
    F: Fn(&T, usize) -> P + Sync,
{
    if v.len() <= KEY_ITEMS {
        return fill_here(filled, v, start, entry);
    }
    let middle = v.len() / 2;
    let (low, high) = v.split_at_mut(middle);
    filled.push_halves(middle, |low_filled, high_filled| {
        crate::join(
            || fill(low_filled, low, start, entry),
            || fill(high_filled, high, start + middle, entry),
        );
    });
}

/// [`fill`] on this thread.
fn fill_here<T, P>(
    filled: &mut Filled<'_, P>,
    v: &[T],
    start: usize,
    entry: &impl Fn(&T, usize) -> P,
) {
    for (offset, item) in v.iter().enumerate() {
        filled.push(entry(item, start + offset));
    }
}

/// Copies to each slot of `target` the element whose index its key carries.
fn gather<T, K, I, F>(
    source: &Source<T>,
    keys: &mut [(K, I)],
    target: &mut [MaybeUninit<T>],
    unpack: &F,
) where
    T: Send,
    K: Send,
    I: Copy + Send,
    F: Fn(I) -> usize + Sync,
{
    if keys.len() <= GATHER_ITEMS {
        for (slot, (_, index)) in target.iter_mut().zip(keys) {
            let element = source.0.wrapping_add(unpack(*index));
            // SAFETY: an index of the slice that `source` points to, and that slice is not written meanwhile.
            unsafe { element.copy_to_nonoverlapping(slot.as_mut_ptr(), 1) };
        }
        return;
    }
    let middle = keys.len() / 2;
    let (keys_low, keys_high) = keys.split_at_mut(middle);
    let (target_low, target_high) = target.split_at_mut(middle);
    crate::join(
        || gather(source, keys_low, target_low, unpack),
        || gather(source, keys_high, target_high, unpack),
    );
}

/// Where the elements are gathered from.
struct Source<T>(*const T);

// SAFETY: each element is copied by one thread, whichever draws its index, and never looked at: the elements are
// moved between threads, not shared, which `T: Send` allows.
unsafe impl<T: Send> Sync for Source<T> {}

/// Drops the keys, each between those of the elements that were its element's neighbours. With other threads if `is_shared`.
fn drop_keys<K, I>(
    mut keys: Vec<(K, I)>,
    is_shared: bool,
    pack: &impl Fn(usize) -> I,
    unpack: &(impl Fn(I) -> usize + Sync),
) where
    K: Send,
    I: Copy + Send,
{
    let mut places = vec![pack(0); keys.len()];
    for (place, (_, index)) in keys.iter().enumerate() {
        places[unpack(*index)] = pack(place);
    }
    let is_shared = is_shared && keys.len() >= DROP_ITEMS;
    let droppers = if is_shared { crate::current_num_threads() } else { 1 };
    // SAFETY: no longer; the keys pass to the droppers. The memory stays until the end of this call.
    unsafe { keys.set_len(0) };
    drop_part(&Entries(keys.as_mut_ptr()), &mut places, droppers, unpack);
}

fn drop_part<K, I, F>(entries: &Entries<K, I>, places: &mut [I], droppers: usize, unpack: &F)
where
    K: Send,
    I: Copy + Send,
    F: Fn(I) -> usize + Sync,
{
    if droppers == 1 {
        drop(Dropper { entries, places: places.iter(), unpack });
        return;
    }
    let share = droppers / 2;
    let (left, right) = places.split_at_mut(places.len() / droppers * share);
    crate::join(
        || drop_part(entries, left, share, unpack),
        || drop_part(entries, right, droppers - share, unpack),
    );
}

/// Keys that are being dropped, perhaps by several threads.
///
/// # Invariant
///
/// The places that the droppers have are those of entries, each once. A key is there until its dropper has come by.
struct Entries<K, I>(*mut (K, I));

// SAFETY: a key is touched by one thread, the dropper that has its place, so that it is sent to it and not shared.
unsafe impl<K: Send, I> Sync for Entries<K, I> {}

/// Drops the keys at these places, also those behind one whose drop panics.
struct Dropper<'a, K, I: Copy, F: Fn(I) -> usize> {
    entries: &'a Entries<K, I>,
    places: std::slice::Iter<'a, I>,
    unpack: &'a F,
}

impl<K, I: Copy, F: Fn(I) -> usize> Dropper<'_, K, I, F> {
    fn drop_all(&mut self) {
        for place in self.places.by_ref() {
            let entry = self.entries.0.wrapping_add((self.unpack)(*place));
            // SAFETY: one of the entries.
            let key = unsafe { &raw mut (*entry).0 };
            // SAFETY: a key at a place that is ours alone, and the iterator is past it.
            unsafe { key.drop_in_place() };
        }
    }
}

impl<K, I: Copy, F: Fn(I) -> usize> Drop for Dropper<'_, K, I, F> {
    fn drop(&mut self) {
        /// Goes on when a drop has panicked.
        struct Rest<'d, 'a, K, I: Copy, F: Fn(I) -> usize>(&'d mut Dropper<'a, K, I, F>);

        impl<K, I: Copy, F: Fn(I) -> usize> Drop for Rest<'_, '_, K, I, F> {
            fn drop(&mut self) {
                self.0.drop_all();
            }
        }

        let rest = Rest(self);
        rest.0.drop_all();
    }
}

/// Slots that are being filled from the front.
///
/// # Invariant
///
/// The first `count` slots are initialized and owned by this value, which drops them.
struct Filled<'a, P> {
    slots: &'a mut [MaybeUninit<P>],
    count: usize,
}

impl<P> Drop for Filled<'_, P> {
    fn drop(&mut self) {
        let slots = &mut self.slots[..self.count];
        // SAFETY: initialized and owned by us, by the invariant.
        let entries: *mut [P] = unsafe { assume_init(slots) };
        // SAFETY: as above, and nobody uses them after us.
        unsafe { entries.drop_in_place() };
    }
}

impl<P> Filled<'_, P> {
    fn push(&mut self, entry: P) {
        self.slots[self.count].write(entry);
        self.count += 1;
    }

    /// Lets `body` fill both halves of an empty value. They must be full when it returns.
    fn push_halves(
        &mut self,
        middle: usize,
        body: impl FnOnce(&mut Filled<'_, P>, &mut Filled<'_, P>),
    ) {
        debug_assert_eq!(self.count, 0);
        let (low, high) = self.slots.split_at_mut(middle);
        // The halves live in this frame: whichever side of a `join` unwinds, both drop what they have.
        let mut low = Filled { slots: low, count: 0 };
        let mut high = Filled { slots: high, count: 0 };
        body(&mut low, &mut high);
        assert!(low.is_full() && high.is_full());
        let count = low.count + high.count;
        low.release();
        high.release();
        self.count = count;
    }

    fn is_full(&self) -> bool {
        self.count == self.slots.len()
    }

    /// Gives up the entries without dropping them.
    fn release(mut self) {
        self.count = 0;
    }
}

/// The contents of initialized slots.
///
/// # Safety
///
/// * All of `slots` are initialized.
unsafe fn assume_init<P>(slots: &mut [MaybeUninit<P>]) -> &mut [P] {
    let len = slots.len();
    // SAFETY: initialized, by the demand on our caller; the same memory, borrowed as long.
    unsafe { std::slice::from_raw_parts_mut(slots.as_mut_ptr().cast::<P>(), len) }
}

/// Memory of valid elements, as room for others.
///
/// # Safety
///
/// * The caller writes nothing but initialized elements to it.
unsafe fn as_room<T>(v: &mut [T]) -> &mut [MaybeUninit<T>] {
    let len = v.len();
    // SAFETY: the same memory, borrowed as long; `MaybeUninit<T>` has the layout of `T`.
    unsafe { std::slice::from_raw_parts_mut(v.as_mut_ptr().cast::<MaybeUninit<T>>(), len) }
}
