//! Models of the deque, and of the leapfrogging order of reads that rests on it.

use super::{Deque, Steal};
use crate::sync::mutants::{bites, holds};
use crate::sync::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

/// A deque and one counter for each entry; entry `i` is published with the word `data[i]`, as a frame would be.
struct Shared {
    deque: Deque<1>,
    taken: Vec<AtomicUsize>,
    data: Vec<AtomicUsize>,
}

impl Shared {
    fn new(entries: usize, capacity: usize) -> Arc<Self> {
        let words = || (0..entries).map(|_| AtomicUsize::new(0)).collect();
        Arc::new(Shared { deque: Deque::new(capacity), taken: words(), data: words() })
    }

    fn push(&self, entry: usize) {
        self.data[entry].store(entry + 1, Ordering::Relaxed);
        // SAFETY: the model's first thread is the owner.
        assert!(unsafe { self.deque.push([entry + 1]) });
    }

    fn pop(&self) {
        // SAFETY: the model's first thread is the owner.
        if let Some([entry]) = unsafe { self.deque.pop() } {
            self.take(entry);
        }
    }

    fn steal(&self) {
        if let Steal::Success([entry]) = self.deque.steal() {
            self.take(entry);
        }
    }

    fn take(&self, entry: usize) {
        assert_ne!(entry, 0, "an entry whose slot is not visible");
        assert_eq!(
            self.data[entry - 1].load(Ordering::Relaxed),
            entry,
            "an entry whose frame is not visible"
        );
        assert_eq!(
            self.taken[entry - 1].fetch_add(1, Ordering::Relaxed),
            0,
            "an entry taken twice"
        );
    }

    fn assert_all_taken(&self) {
        for (entry, count) in self.taken.iter().enumerate() {
            assert_eq!(count.load(Ordering::Relaxed), 1, "entry {entry} was lost or doubled");
        }
    }
}

/// Owner pushes and pops while a thief steals; what is left is drained at the end: nothing lost, nothing doubled.
fn last_entry() {
    let shared = Shared::new(2, 2);
    let thief = {
        let shared = shared.clone();
        thread::spawn(move || {
            shared.steal();
            shared.steal();
        })
    };
    shared.push(0);
    shared.push(1);
    shared.pop();
    shared.pop();
    thief.join().unwrap();
    shared.pop();
    shared.assert_all_taken();
}

/// A slot index is used again after a pop: the thief must get the new entry, or none.
fn same_index_again() {
    let shared = Shared::new(3, 2);
    let thief = {
        let shared = shared.clone();
        thread::spawn(move || shared.steal())
    };
    shared.push(0);
    shared.push(1);
    shared.pop();
    shared.push(2);
    shared.pop();
    shared.pop();
    thief.join().unwrap();
    shared.pop();
    shared.assert_all_taken();
}

/// Two thieves and the owner want the same entry.
fn two_thieves() {
    let shared = Shared::new(1, 2);
    let thieves = [(); 2].map(|()| {
        let shared = shared.clone();
        thread::spawn(move || shared.steal())
    });
    shared.push(0);
    shared.pop();
    for thief in thieves {
        thief.join().unwrap();
    }
    shared.pop();
    shared.assert_all_taken();
}

/// The ring grows under a thief's eyes.
fn growth() {
    let shared = Shared::new(3, 1);
    let thief = {
        let shared = shared.clone();
        thread::spawn(move || {
            shared.steal();
            shared.steal();
        })
    };
    for entry in 0..3 {
        shared.push(entry);
    }
    thief.join().unwrap();
    for _ in 0..3 {
        shared.pop();
    }
    shared.assert_all_taken();
}

/// A slot is reused after a theft: the thief's read of it happens before the owner's next write.
fn reuse_after_theft() {
    let shared = Shared::new(2, 1);
    let thief = {
        let shared = shared.clone();
        thread::spawn(move || shared.steal())
    };
    shared.push(0);
    shared.push(1);
    thief.join().unwrap();
    shared.pop();
    shared.pop();
    shared.assert_all_taken();
}

/// A waiter leapfrogs from the executor of its job: it must never get what the executor pushed after that job ended.
fn leapfrog() {
    const DESCENDANT: usize = 10;
    const FOREIGN: usize = 90;
    let deque = Arc::new(Deque::<1>::new(4));
    let latch = Arc::new(AtomicUsize::new(0));
    let waiter = {
        let (deque, latch) = (deque.clone(), latch.clone());
        thread::spawn(move || {
            let unset = || latch.load(Ordering::Acquire) == 0;
            if crate::sync::dropped("leapfrog::late_latch") {
                if !unset() {
                    return;
                }
                if let Steal::Success([entry]) = deque.steal() {
                    assert_eq!(entry, DESCENDANT, "a foreign job was taken");
                }
            } else if let Steal::Success([entry]) = deque.steal_if(|_, _| unset()) {
                assert_eq!(entry, DESCENDANT, "a foreign job was taken");
            }
        })
    };
    let push = |entry| {
        // SAFETY: the model's first thread is the owner.
        assert!(unsafe { deque.push([entry]) });
    };
    push(DESCENDANT);
    // SAFETY: as above.
    let _ = unsafe { deque.pop() };
    latch.swap(1, Ordering::AcqRel);
    push(FOREIGN);
    push(FOREIGN);
    // SAFETY: as above.
    let _ = unsafe { deque.pop() };
    waiter.join().unwrap();
}

#[test]
fn loom_deque_last_entry() {
    holds(last_entry);
    bites("deque::pop_fence", last_entry);
    bites("deque::steal_fence", last_entry);
}

#[test]
fn loom_deque_stale_slot() {
    holds(same_index_again);
    bites("deque::push_bottom", same_index_again);
    bites("deque::pop_bottom", same_index_again);
    bites("deque::steal_bottom", same_index_again);
}

#[test]
fn loom_deque_two_thieves() {
    holds(two_thieves);
}

#[test]
fn loom_deque_growth() {
    holds(growth);
    bites("deque::grow_ring", growth);
    bites("deque::steal_ring", growth);
    holds(reuse_after_theft);
}

#[test]
fn loom_deque_leapfrog() {
    holds(leapfrog);
    bites("leapfrog::late_latch", leapfrog);
    bites("deque::pop_bottom", leapfrog);
}
