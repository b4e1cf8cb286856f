//! The radix sort.
//!
//! 1. A slice that has an order is sorted by way of that, as by comparisons. Numbers that differ in their lowest eight bits only
//!    are counted and written anew. For others all threads look for the bits in which keys differ.
//! 2. The highest eight of these say into which bucket an element goes. Each thread counts the elements for each bucket in chunks
//!    of the slice, and so knows where in the buffer its own go; then it moves them there.
//! 3. Buckets are sorted in parallel: very short ones by std, long ones as the whole, others by passes over eight bits from the
//!    lowest ones up, each from the buffer to the slice or back. There are no more passes than it takes to tell most elements
//!    from each other by the highest bits that differ; what then still stands wrongly is moved by insertion. If that is much, each
//!    group of elements with these bits in common is sorted as a bucket of its own. A short slice is one bucket.

use crate::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use crate::slice::{ParallelSlice, sort_if_ordered};
use std::mem::MaybeUninit;

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;

/// Slices and buckets up to this length are sorted by std.
const SHORT_ITEMS: usize = 128;

/// Longer slices and buckets are distributed by all threads, and slices of more than the second number if there are several.
const LONG_ITEMS: usize = 1 << 17;
const SHARED_ITEMS: usize = 1 << 16;

/// Insertion moves so many elements for each one at most.
const MOVES_PER_ITEM: usize = 2;

/// Elements that a thread counts and moves at a stretch, at least.
const CHUNK_ITEMS: usize = 1 << 14;

/// Chunks for each thread, so that threads of uneven speed end together.
const CHUNKS_PER_THREAD: usize = 4;

/// The elements for each bucket, or where they go.
type Counts = [usize; BUCKETS];

/// Sorts `v` by the keys; short parts are sorted by `sort_short`. If `is_whole`, elements of one key are one and the same.
pub(super) fn sort<T, F, S>(v: &mut [T], is_whole: bool, key: &F, sort_short: &S)
where
    T: Copy + Send + Sync,
    F: Fn(&T) -> u64 + Sync,
    S: Fn(&mut [T]) + Sync,
{
    if size_of::<T>() == 0 || v.len() <= SHORT_ITEMS {
        return sort_short(v);
    }
    if sort_if_ordered(v, &|left, right| key(left) < key(right))
        || (is_whole && sort_if_few(v, key))
    {
        return;
    }
    let most = if crate::current_num_threads() > 1 { SHARED_ITEMS } else { LONG_ITEMS };
    if v.len() <= most {
        return sort_bucket(v, &mut v.to_vec(), false, u64::BITS, key, sort_short);
    }
    let mut buffer = Vec::with_capacity(v.len());
    distribute_and_sort(v, &mut buffer.spare_capacity_mut()[..v.len()], key, sort_short);
}

/// How many elements a thread counts and moves at a stretch.
fn chunk_items<T>(v: &[T]) -> usize {
    v.len().div_ceil(crate::current_num_threads() * CHUNKS_PER_THREAD).max(CHUNK_ITEMS)
}

/// Sorts `v`, where elements of one key are one and the same, if the keys differ in the lowest eight bits only: elements are
/// counted and written anew. Says whether it is so.
fn sort_if_few<T, F>(v: &mut [T], key: &F) -> bool
where
    T: Copy + Send + Sync,
    F: Fn(&T) -> u64 + Sync,
{
    let first = v[0];
    let high = key(&first) >> DIGIT_BITS;
    let none = || Tally { counts: [0; BUCKETS], examples: [first; BUCKETS] };
    let tally = |chunk: &[T]| {
        let mut tally = none();
        for item in chunk {
            let bits = key(item);
            if bits >> DIGIT_BITS != high {
                return None;
            }
            let digit = bits as usize % BUCKETS;
            tally.counts[digit] += 1;
            tally.examples[digit] = *item;
        }
        Some(tally)
    };
    let tallies = v.par_chunks(chunk_items(v)).map(tally);
    let Some(tally) = tallies.try_reduce(none, |a, b| Some(a.with(&b))) else { return false };
    let mut rest = v;
    for (count, example) in tally.counts.into_iter().zip(tally.examples) {
        let (equal, others) = rest.split_at_mut(count);
        equal.fill(example);
        rest = others;
    }
    true
}

/// How many elements there are of each digit, and one of these.
struct Tally<T> {
    counts: Counts,
    examples: [T; BUCKETS],
}

impl<T: Copy> Tally<T> {
    fn with(mut self, other: &Tally<T>) -> Self {
        for digit in 0..BUCKETS {
            if other.counts[digit] > 0 {
                self.counts[digit] += other.counts[digit];
                self.examples[digit] = other.examples[digit];
            }
        }
        self
    }
}

/// Sorts `v` by way of an equally long buffer.
fn distribute_and_sort<T, F, S>(v: &mut [T], buffer: &mut [MaybeUninit<T>], key: &F, sort_short: &S)
where
    T: Copy + Send + Sync,
    F: Fn(&T) -> u64 + Sync,
    S: Fn(&mut [T]) + Sync,
{
    let first = key(&v[0]);
    let chunk_items = chunk_items(v);
    let differing = |chunk: &[T]| chunk.iter().fold(0, |bits, item| bits | (key(item) ^ first));
    let differing = v.par_chunks(chunk_items).map(differing).reduce(|| 0, |a, b| a | b);
    let Some(highest) = differing.checked_ilog2() else { return };
    let shift = (highest + 1).saturating_sub(DIGIT_BITS);
    let digit = |item: &T| (key(item) >> shift) as usize % BUCKETS;

    let count = |chunk: &[T]| {
        let mut counts = [0; BUCKETS];
        chunk.iter().for_each(|item| counts[digit(item)] += 1);
        counts
    };
    let mut places: Vec<Counts> = v.par_chunks(chunk_items).map(count).collect();
    let ends = counts_to_places(&mut places);
    let target = Target(buffer.as_mut_ptr().cast::<T>());
    let all_in_place =
        v.par_chunks(chunk_items).zip(&places).enumerate().all(|(at, (chunk, starts))| {
            // Where those of the next chunk begin: not to be written by this one, whatever the key says now.
            let ends = places.get(at + 1).unwrap_or(&ends);
            // SAFETY: no other chunk has places between these, and all are in the buffer.
            unsafe { target.scatter(chunk, starts, ends, &digit) }
        });
    assert!(all_in_place, "the key of an element has changed while it was sorted");
    // SAFETY: each chunk has filled its places, which are all there are.
    let buffer = unsafe { assume_init(buffer) };

    let mut buckets = Vec::with_capacity(BUCKETS);
    let (mut from, mut to, mut start) = (&mut *buffer, &mut *v, 0);
    for end in ends {
        let (bucket, from_rest) = std::mem::take(&mut from).split_at_mut(end - start);
        let (other, to_rest) = std::mem::take(&mut to).split_at_mut(end - start);
        buckets.push((bucket, other));
        (from, to, start) = (from_rest, to_rest, end);
    }
    buckets.into_par_iter().for_each(|(bucket, other)| {
        if bucket.len() > LONG_ITEMS && shift > 0 {
            other.copy_from_slice(bucket);
            distribute_and_sort(other, as_room(bucket), key, sort_short);
        } else {
            sort_bucket(bucket, other, true, u64::BITS, key, sort_short);
        }
    });
}

/// Turns what each chunk has counted into the places of its first element for each bucket, and returns where the buckets end.
fn counts_to_places(counts: &mut [Counts]) -> Counts {
    let mut place = 0;
    std::array::from_fn(|bucket| {
        for chunk in &mut *counts {
            let count = chunk[bucket];
            chunk[bucket] = place;
            place += count;
        }
        place
    })
}

/// Sorts the elements of `bucket`, whose keys differ in the lowest `bits` bits only, on this thread; they end up in `room` if that is
/// wanted.
fn sort_bucket<T, F, S>(
    bucket: &mut [T],
    room: &mut [T],
    into_room: bool,
    bits: u32,
    key: &F,
    sort_short: &S,
) where
    T: Copy,
    F: Fn(&T) -> u64,
    S: Fn(&mut [T]),
{
    if bucket.len() <= SHORT_ITEMS {
        sort_short(bucket);
        return settle(bucket, room, into_room);
    }
    let first = key(&bucket[0]);
    let differing = bucket.iter().fold(0, |differing, item| differing | (key(item) ^ first));
    // Keys that change cannot lead to endless recursion.
    let differing = differing & (u64::MAX >> (u64::BITS - bits));
    let Some(highest) = differing.checked_ilog2() else { return settle(bucket, room, into_room) };
    let differing_bits = highest + 1;
    let telling_bits = bucket.len().ilog2();
    let passes = differing_bits.min(telling_bits).div_ceil(DIGIT_BITS);
    let lowest = differing_bits.saturating_sub(passes * DIGIT_BITS);
    let (mut from, mut to, mut into_to) = (bucket, room, into_room);
    for pass in 0..passes {
        let shift = lowest + pass * DIGIT_BITS;
        distribute(from, to, |item| (key(item) >> shift) as usize % BUCKETS);
        (from, to, into_to) = (to, from, !into_to);
    }
    if lowest > 0 && !sort_by_insertion(from, key) {
        sort_groups(from, to, lowest, key, sort_short);
    }
    settle(from, to, into_to);
}

/// Sorts elements that are in order but for the lowest `bits` bits of their keys.
fn sort_groups<T, F, S>(v: &mut [T], room: &mut [T], bits: u32, key: &F, sort_short: &S)
where
    T: Copy,
    F: Fn(&T) -> u64,
    S: Fn(&mut [T]),
{
    let mut start = 0;
    while start < v.len() {
        let group = key(&v[start]) >> bits;
        let others = v[start + 1..].iter().take_while(|item| key(item) >> bits == group).count();
        let end = start + 1 + others;
        if others > 0 {
            let (group, room) = (&mut v[start..end], &mut room[start..end]);
            sort_bucket(group, room, false, bits, key, sort_short);
        }
        start = end;
    }
}

/// Sorts elements that are nearly in order. Gives up, and returns false, if they are not.
fn sort_by_insertion<T: Copy>(v: &mut [T], key: &impl Fn(&T) -> u64) -> bool {
    let mut allowed_moves = v.len() * MOVES_PER_ITEM;
    for index in 1..v.len() {
        let item = v[index];
        let bits = key(&item);
        let mut place = index;
        while place > 0 && key(&v[place - 1]) > bits {
            v[place] = v[place - 1];
            place -= 1;
        }
        v[place] = item;
        let moves = index - place;
        if moves > allowed_moves {
            return false;
        }
        allowed_moves -= moves;
    }
    true
}

/// Copies the elements from where they are to the other place if they are wanted there.
fn settle<T: Copy>(elements: &[T], other: &mut [T], into_other: bool) {
    if into_other {
        other.copy_from_slice(elements);
    }
}

/// Copies the elements of `from` to `to` in the order of their digits.
fn distribute<T: Copy>(from: &[T], to: &mut [T], digit: impl Fn(&T) -> usize) {
    let mut counts = [[0; BUCKETS]];
    from.iter().for_each(|item| counts[0][digit(item)] += 1);
    counts_to_places(&mut counts);
    let [places] = &mut counts;
    for item in from {
        let place = &mut places[digit(item)];
        to[*place] = *item;
        *place += 1;
    }
}

/// Where elements are distributed to.
struct Target<T>(*mut T);

// SAFETY: it is written at disjoint places only, with elements that may be sent.
unsafe impl<T: Send> Sync for Target<T> {}

impl<T: Copy> Target<T> {
    /// Copies the elements of a chunk to its places: of each bucket those from `starts` to before `ends`. Says whether they were
    /// as many; if not, some places may be unfilled.
    ///
    /// # Safety
    ///
    /// * These places are in the buffer, and nobody else uses them meanwhile.
    unsafe fn scatter(
        &self,
        chunk: &[T],
        starts: &Counts,
        ends: &Counts,
        digit: &impl Fn(&T) -> usize,
    ) -> bool {
        let mut places = *starts;
        for item in chunk {
            let bucket = digit(item);
            let place = places[bucket];
            if place >= ends[bucket] {
                return false;
            }
            // SAFETY: before the end, so one of the places that are the caller's to write.
            unsafe { self.0.wrapping_add(place).write(*item) };
            places[bucket] = place + 1;
        }
        true
    }
}

/// The contents of an initialized buffer.
///
/// # Safety
///
/// * All of it is initialized.
unsafe fn assume_init<T>(buffer: &mut [MaybeUninit<T>]) -> &mut [T] {
    let len = buffer.len();
    // SAFETY: initialized, by the demand on our caller; the same memory, borrowed as long.
    unsafe { std::slice::from_raw_parts_mut(buffer.as_mut_ptr().cast::<T>(), len) }
}

/// The memory of elements, as room for others of which only initialized ones may be written.
fn as_room<T: Copy>(elements: &mut [T]) -> &mut [MaybeUninit<T>] {
    let len = elements.len();
    // SAFETY: the same memory, borrowed as long; `MaybeUninit<T>` has the layout of `T`, and this module writes initialized
    // elements only.
    unsafe { std::slice::from_raw_parts_mut(elements.as_mut_ptr().cast::<MaybeUninit<T>>(), len) }
}
