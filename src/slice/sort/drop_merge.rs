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
const ITEMS_PER_STRAY: usize = 8;

/// After so many strays in a row it is rather the kept elements before them that stand wrongly.
const STRAYS_IN_A_ROW: usize = 16;

/// Sorts `v` if it is nearly sorted, and says whether it was. Otherwise `v` is some permutation of what it was, nearly the
/// same, and equal elements are still in their order.
///
/// The first `sorted` elements are known to be in order; there is at least one. Takes out `most` elements at most, for
/// which memory is allocated as they come.
pub(super) fn sort_if_nearly_sorted<T, F>(
    v: &mut [T],
    sorted: usize,
    most: usize,
    is_less: &F,
) -> bool
where
    F: Fn(&T, &T) -> bool,
{
    let mut sieve = Sieve { v, kept: sorted, read: sorted, strays: Vec::new() };
    let is_nearly_sorted = sieve.take_out(most, is_less);
    if is_nearly_sorted {
        sieve.put_in(is_less);
    }
    is_nearly_sorted
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
    fn take_out<F: Fn(&T, &T) -> bool>(&mut self, most: usize, is_less: &F) -> bool {
        let mut in_a_row = 0;
        while self.read < self.v.len() {
            let next = &self.v[self.read];
            if self.kept == 0 || !is_less(next, &self.v[self.kept - 1]) {
                self.keep_run(is_less);
                in_a_row = 0;
            } else if self.kept == 1 || !is_less(next, &self.v[self.kept - 2]) {
                // Without the last kept one all is in order.
                self.take_out_last_kept();
                self.keep_run(is_less);
                in_a_row = 0;
            } else if in_a_row < STRAYS_IN_A_ROW {
                self.take_out_next();
                in_a_row += 1;
            } else {
                self.put_back(in_a_row);
                if !self.take_out_kept_above_next(is_less) {
                    return false;
                }
                self.keep_run(is_less);
                in_a_row = 0;
            }
            let allowed = most.min(FREE_STRAYS + self.read / ITEMS_PER_STRAY);
            if self.strays.len() > allowed {
                return false;
            }
        }
        true
    }

    /// Keeps the next element and what follows it in order.
    fn keep_run<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) {
        let run = run_length(&self.v[self.read..], |a, b| !is_less(b, a));
        self.move_down(run);
    }

    /// Keeps the next elements.
    fn move_down(&mut self, count: usize) {
        assert!(count <= self.v.len() - self.read);
        let base = self.v.as_mut_ptr();
        if self.kept < self.read {
            let (from, to) = (base.wrapping_add(self.read), base.wrapping_add(self.kept));
            // SAFETY: both ranges are inside the slice: `kept < read`, and `read + count` was checked.
            unsafe { from.copy_to(to, count) };
        }
        self.kept += count;
        self.read += count;
    }

    fn take_out_next(&mut self) {
        let next = &raw const self.v[self.read];
        // SAFETY: in bounds and initialized; from here on the stray is the element.
        let item = ManuallyDrop::new(unsafe { next.read() });
        self.strays.push(Stray { item, place: self.read });
        self.read += 1;
    }

    fn take_out_last_kept(&mut self) {
        // The strays that stood after it come after it.
        let mut index = self.read - 1;
        let mut position = self.strays.len();
        while position > 0 && self.strays[position - 1].place == index {
            position -= 1;
            index -= 1;
        }
        let last = &raw const self.v[self.kept - 1];
        // SAFETY: in bounds and initialized; from here on the stray is the element.
        let item = ManuallyDrop::new(unsafe { last.read() });
        self.strays.insert(position, Stray { item, place: index });
        self.kept -= 1;
    }

    /// Takes out kept elements from the last one on until the next element is in order. Says whether they were few.
    fn take_out_kept_above_next<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) -> bool {
        for _ in 0..STRAYS_IN_A_ROW {
            if self.kept == 0 || !is_less(&self.v[self.read], &self.v[self.kept - 1]) {
                return true;
            }
            self.take_out_last_kept();
        }
        false
    }

    /// Puts the last `count` strays into the end of the gap, in their order.
    fn put_back(&mut self, count: usize) {
        let first = self.strays.len() - count;
        self.read -= count;
        for (stray, slot) in self.strays.drain(first..).zip(&mut self.v[self.read..]) {
            let slot: *mut T = slot;
            // SAFETY: a slot of the gap, whose bits are nobody's; from here on it is the element.
            unsafe { slot.copy_from_nonoverlapping(&raw const *stray.item, 1) };
        }
    }

    /// Sorts the strays and puts each where it belongs.
    fn put_in<F: Fn(&T, &T) -> bool>(&mut self, is_less: &F) {
        for (strays_before, stray) in self.strays.iter_mut().enumerate() {
            stray.place -= strays_before;
        }
        stable_by_std(&mut self.strays, &|a: &Stray<T>, b: &Stray<T>| is_less(&a.item, &b.item));
        while let Some(stray) = self.strays.last() {
            let place = self.place_of(stray, is_less);
            self.move_up(self.kept - place);
            self.put_back(1);
        }
    }

    /// How many kept elements come before `stray`.
    fn place_of<F: Fn(&T, &T) -> bool>(&self, stray: &Stray<T>, is_less: &F) -> usize {
        let comes_after = |index: usize| {
            if index < stray.place {
                is_less(&stray.item, &self.v[index])
            } else {
                !is_less(&self.v[index], &stray.item)
            }
        };
        // All from `high` on come after it, all before `low` do not.
        let (mut low, mut high, mut step) = (0, self.kept, 1);
        while let Some(probe) = high.checked_sub(step) {
            if !comes_after(probe) {
                low = probe + 1;
                break;
            }
            high = probe;
            step *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if comes_after(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Moves the last `count` kept elements behind the gap.
    fn move_up(&mut self, count: usize) {
        assert!(count <= self.kept);
        self.kept -= count;
        self.read -= count;
        let base = self.v.as_mut_ptr();
        let (from, to) = (base.wrapping_add(self.kept), base.wrapping_add(self.read));
        // SAFETY: both ranges are inside the slice: `from` ended at the old `kept`, `to` at the old `read`.
        unsafe { from.copy_to(to, count) };
    }
}
