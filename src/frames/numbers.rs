//! Small numbers for threads, by which a pool of frames finds what belongs to the calling thread.
//!
//! A thread gets the least free number when it first needs one, and gives it back when it ends; the next thread to have it
//! inherits what the first has left in each pool. The lock that hands numbers over orders the two. Statics, hence std's types.

use crate::util::lock::Mutex;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::PoisonError;

/// So many threads at one time have frames of their own; further ones share.
pub(super) const THREADS: usize = 1024;

/// Not asked for yet, or not available any more because the thread ends.
const UNKNOWN: usize = usize::MAX;

thread_local! {
    /// Beside the guard, because this needs no destructor and so no look at whether it was destroyed.
    static NUMBER: Cell<usize> = const { Cell::new(UNKNOWN) };
    static GUARD: Guard = Guard::new();
}

struct Numbers {
    unused: usize,
    given_back: BinaryHeap<Reverse<usize>>,
}

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { unused: 0, given_back: BinaryHeap::new() });

/// Gives a thread's number back at its end.
struct Guard(usize);

impl Guard {
    fn new() -> Self {
        let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.given_back.pop().map_or(numbers.unused, |Reverse(number)| number);
        numbers.unused = numbers.unused.max(number + 1);
        Guard(number)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        NUMBER.set(UNKNOWN);
        let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.given_back.push(Reverse(self.0));
    }
}

/// The calling thread's number if it has one; else, or if others have all of them, something from [`THREADS`] on.
#[inline(always)]
pub(super) fn known() -> usize {
    NUMBER.get()
}

/// The calling thread's number. None: others have all of them, or the thread ends.
pub(super) fn own() -> Option<usize> {
    if NUMBER.get() == UNKNOWN {
        NUMBER.set(GUARD.try_with(|guard| guard.0).unwrap_or(UNKNOWN));
    }
    Some(NUMBER.get()).filter(|number| *number < THREADS)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn numbers_of_ended_threads_are_given_again() {
        let own_number = own().unwrap();
        assert_eq!((own(), known()), (Some(own_number), own_number));
        for _ in 0..3 * THREADS / 2 {
            let other = thread::spawn(own).join().unwrap();
            assert_ne!(other.expect("so many threads do not live at once"), own_number);
        }
    }
}
