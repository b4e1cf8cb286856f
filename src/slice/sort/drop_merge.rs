//! Slices of which a few elements stand wrongly: O(n + k log n) for k of them.
//!
//! Drop-merge sort (E. Ernerfeldt, 2017), a sort that adapts to the measure Rem of H. Mannila ("Measures of presortedness
//! and optimal sorting algorithms", 1985): one pass takes out the elements that break the order, which are then sorted and
//! put back where they belong. What is kept moves by whole runs, and a stray finds its place by a search that widens from
//! the place of the stray above it (J. L. Bentley and A. C. Yao, "An almost optimal algorithm for unbounded searching",
//! 1976), so that a kept element costs one comparison and a share of two block moves.
//!
//! Unlike the original this one is stable: a stray knows how many kept elements stood before it, which decides between
//! equals.
//!
//! Input that is not nearly sorted is noticed early, put back together and left to others.

use std::mem::ManuallyDrop;

use super::runs::run_length;
use super::stable_by_std;

/// So many strays are always allowed; beyond that one of so many elements.
const FREE_STRAYS: usize = 16;
pub(super) const ITEMS_PER_STRAY: usize = 5;

/// So many strays in a row, and again as many, arouse the suspicion that the last kept elements, up to so many, stand wrongly,
/// not they. With 16 it comes too late: another large stray comes between and takes the place of the first one.
const SUSPECT_ROW: usize = 4;
const MOST_WRONG: usize = 16;

/// More strays in a row, or than a part of the slice, are no strays: here begins another run.
const LONGEST_ROW: usize = 32;
const ITEMS_PER_ROW_STRAY: usize = 64;

/// What came of an attempt.
pub(super) enum Attempt {
    Sorted,
    /// All stands as it did: behind so many elements there were more strays than are taken out at most.
    TooManyStrays {
        read: usize,
    },
    /// All stands as it did: this is not nearly sorted.
    Disordered,
}

/// [`try_nearly_sorted`] with memory for as many elements as `v` has. Says whether `v` was nearly sorted, and is sorted now.
pub(super) fn sort_if_nearly_sorted<T, F>(v: &mut [T], sorted: usize, is_less: &F) -> bool
where
    F: Fn(&T, &T) -> bool,
{
    let attempt = try_nearly_sorted(v, sorted, size_of_val(v), ITEMS_PER_STRAY, is_less);
    matches!(attempt, Attempt::Sorted)
}

/// Sorts `v` if it is nearly sorted, keeping the order of equal elements. Otherwise `v` stays as it is.
///
/// The first `sorted` elements are known to be in order; there is at least one. It is nearly sorted if no more than one of
/// `items_per_stray` elements is taken out. Memory is allocated for these, as they come, and to sort them: not much more than
/// `bytes` together.
pub(super) fn try_nearly_sorted<T, F>(
    v: &mut [T],
    sorted: usize,
    bytes: usize,
    items_per_stray: usize,
    is_less: &F,
) -> Attempt
where
    F: Fn(&T, &T) -> bool,
{
    let most = (bytes / (2 * size_of::<Stray<T>>())).max(FREE_STRAYS);
    let strays = Vec::with_capacity(most.min(LONGEST_ROW));
    let mut sieve = Sieve { v, kept: sorted, read: sorted, strays };
    if sieve.take_out(most, items_per_stray, is_less) {
        sieve.put_in(is_less);
        return Attempt::Sorted;
    }
    let read = sieve.read;
    let are_too_many = sieve.strays.len() > most;
    sieve.restore();
    if are_too_many { Attempt::TooManyStrays { read } } else { Attempt::Disordered }
}

/// An element that was taken out.
struct Stray<T> {
    item: ManuallyDrop<T>,
    /// Its index in the input. When all are taken out: how many kept elements stood before it.
    place: usize,
}

/// A slice with a gap.
///
/// # Invariant
///
/// The elements are `v[..kept]`, the items of `strays`, and `v[read..]`. There are as many strays as slots between `kept`
/// and `read`, which hold bits that nobody may look at.
///
/// Dropping a sieve puts the strays into the gap, so unwinding at any time leaves the slice whole.
struct Sieve<'a, T> {
    v: &'a mut [T],
    kept: usize,
    read: usize,
    strays: Vec<Stray<T>>,
}

impl<T> Drop for Sieve<'_, T> {
    fn drop(&mut self) {
        self.put_back(self.strays.len());
    }
}

impl<T> Sieve<'_, T> {
    /// Takes out what breaks the order, so that what is kept is sorted and the strays stand in the order of the input.
    /// Says whether it came to the end.
    fn take_out<F: Fn(&T, &T) -> bool>(
        &mut self,
        most: usize,
        items_per_stray: usize,
        is_less: &F,
    ) -> bool {
        let longest_row = (self.v.len() / ITEMS_PER_ROW_STRAY).clamp(SUSPECT_ROW, LONGEST_ROW);
        let mut in_a_row = 0;
        while self.read < self.v.len() {
            let next = &self.v[self.read];
            if self.kept == 0 || !is_less(next, &self.v[self.kept - 1]) {
                self.keep_run(is_less);
                in_a_row = 0;
            } else if self.kept == 1 || !is_less(next, &self.v[self.kept - 2]) {
                // Without the last kept one all is in order.
                if !self.take_out_last_kept() {
                    return false;
                }
                self.keep_run(is_less);
                in_a_row = 0;
            } else if in_a_row % SUSPECT_ROW == SUSPECT_ROW - 1 && self.is_kept_end_wrong(is_less) {
                if !self.take_out_kept_end(is_less) {
                    return false;
                }
                self.put_back(in_a_row);
                in_a_row = 0;
            } else if in_a_row < longest_row {
                self.take_out_next();
                in_a_row += 1;
            } else {
                return false;
            }
            let allowed = most.min(FREE_STRAYS + self.read / items_per_stray);
            if self.strays.len() > allowed {
                return false;
            }
            let (room, capacity) =
                (self.strays.capacity() - self.strays.len(), self.strays.capacity());
            let enough = most + 2 * MOST_WRONG;
            if room <= MOST_WRONG && capacity < enough {
                // Not more than doubled, and not beyond what is allowed but for some.
                self.strays.reserve_exact(room + capacity.min(enough - capacity));
            }
        }
        true
    }

    /// Keeps the next element and what follows it in order.
    fn keep_run<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) {
        let run = run_length(&self.v[self.read..], |a, b| !is_less(b, a));
        self.copy_within(self.read, self.kept, run);
        self.kept += run;
        self.read += run;
    }

    fn take_out_next(&mut self) {
        let item = self.copy_out(self.read);
        self.strays.push(Stray { item, place: self.read });
        self.read += 1;
    }

    /// Takes out the last kept element, unless more strays than an exception has stood between it and the next element: then
    /// this is a descent, of which all would be taken out.
    fn take_out_last_kept(&mut self) -> bool {
        // The strays that stood after it come after it.
        let mut index = self.read - 1;
        let mut position = self.strays.len();
        while position > 0 && self.strays[position - 1].place == index {
            position -= 1;
            index -= 1;
        }
        if self.strays.len() - position > 2 * LONGEST_ROW {
            return false;
        }
        let item = self.copy_out(self.kept - 1);
        self.strays.insert(position, Stray { item, place: index });
        self.kept -= 1;
        true
    }

    /// Whether only a few kept elements come after the next one, so that it stands right, and they wrong.
    fn is_kept_end_wrong<F: Fn(&T, &T) -> bool>(&self, is_less: &F) -> bool {
        let beyond = self.kept.checked_sub(1 + MOST_WRONG);
        beyond.is_none_or(|index| !is_less(&self.v[self.read], &self.v[index]))
    }

    /// Takes out the kept elements that come after the next one: the last one, which is known to do so, and some more.
    fn take_out_kept_end<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) -> bool {
        let mut is_wrong = true;
        for _ in 0..MOST_WRONG {
            if !is_wrong {
                break;
            }
            if !self.take_out_last_kept() {
                return false;
            }
            is_wrong = self.kept > 0 && is_less(&self.v[self.read], &self.v[self.kept - 1]);
        }
        true
    }

    /// Sorts the strays and puts each where it belongs.
    fn put_in<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) {
        for (strays_before, stray) in self.strays.iter_mut().enumerate() {
            stray.place -= strays_before;
        }
        stable_by_std(&mut self.strays, &|a: &Stray<T>, b: &Stray<T>| is_less(&a.item, &b.item));
        while !self.strays.is_empty() {
            self.insert_last(self.place_of_last(is_less));
        }
    }

    /// Puts the strays back where they stood in the input.
    fn restore(&mut self) {
        // Where nothing was kept since the first one was taken out, they go back as a block.
        if self.strays.first().is_some_and(|stray| stray.place + self.strays.len() == self.read) {
            self.put_back(self.strays.len());
        }
        while let Some(stray) = self.strays.last() {
            let strays_before = self.strays.len() - 1;
            self.insert_last(stray.place - strays_before);
        }
    }

    /// Puts the last stray behind the first `place` kept elements; the others move behind the gap.
    fn insert_last(&mut self, place: usize) {
        let above = self.kept - place;
        self.copy_within(place, self.read - above, above);
        self.kept = place;
        self.read -= above;
        self.put_back(1);
    }

    /// Whether the kept element at `index` comes after the last stray.
    #[inline(always)]
    fn is_above_last<F: Fn(&T, &T) -> bool>(&self, index: usize, is_less: &F) -> bool {
        let stray = &self.strays[self.strays.len() - 1];
        if index < stray.place {
            is_less(&stray.item, &self.v[index])
        } else {
            !is_less(&self.v[index], &stray.item)
        }
    }

    /// How many kept elements come before the last stray.
    fn place_of_last<F: Fn(&T, &T) -> bool>(&self, is_less: &F) -> usize {
        // All from `high` on come after it, none before `low` does.
        let (mut low, mut high, mut step) = (0, self.kept, 1);
        while let Some(probe) = high.checked_sub(step) {
            if !self.is_above_last(probe, is_less) {
                low = probe + 1;
                break;
            }
            high = probe;
            step *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.is_above_last(middle, is_less) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Puts the last `count` strays into the end of the gap, in their order.
    #[inline(always)]
    fn put_back(&mut self, count: usize) {
        let (first, read) = (self.strays.len() - count, self.read - count);
        assert!(self.read <= self.v.len());
        let slots = self.v.as_mut_ptr().wrapping_add(read);
        for (index, stray) in self.strays[first..].iter().enumerate() {
            // SAFETY: a slot of the gap, since there are as many strays as slots; from here on it is the element.
            unsafe {
                slots.wrapping_add(index).copy_from_nonoverlapping(&raw const *stray.item, 1)
            };
        }
        self.read = read;
        self.strays.truncate(first);
    }

    /// Copies the bits of an element; the caller decides which of the two is the element.
    #[inline(always)]
    fn copy_out(&self, index: usize) -> ManuallyDrop<T> {
        let item: *const T = &raw const self.v[index];
        // SAFETY: initialized.
        ManuallyDrop::new(unsafe { item.read() })
    }

    /// Copies the bits of `count` elements; the caller decides which are the elements.
    #[inline(always)]
    fn copy_within(&mut self, from: usize, to: usize, count: usize) {
        assert!(from.max(to) + count <= self.v.len());
        let base = self.v.as_mut_ptr();
        // SAFETY: both ranges are inside the slice, and all of its slots hold bits of elements.
        unsafe { base.wrapping_add(from).copy_to(base.wrapping_add(to), count) };
    }
}
