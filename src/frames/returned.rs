//! The list on which other threads return frames to their home: a stack that is pushed to in chains and emptied as a whole.
//!
//! Treiber (1986), but that nothing is ever taken off alone: the holder swaps the whole list out, so there is no ABA.

use crate::sync::{AtomicPtr, Ordering, weaken};
use std::ptr;

/// See the module's description. `N` is a frame's node.
pub(super) struct Returned<N>(AtomicPtr<N>);

impl<N> Returned<N> {
    pub(super) fn new() -> Self {
        Returned(AtomicPtr::new(ptr::null_mut()))
    }

    /// Puts a chain on the list. `link` makes the last of the chain point to the node it is given.
    pub(super) fn push(&self, first: *mut N, mut link: impl FnMut(*mut N)) {
        // ORDERING: Relaxed. The value is only linked and compared.
        let mut head = self.0.load(Ordering::Relaxed);
        loop {
            link(head);
            // ORDERING: Release. Pairs with `take`: the links, and the last writes to the frames by those who used them, are
            // visible to the holder that uses them again. Failure: Relaxed, as above.
            let pushed = self.0.compare_exchange_weak(
                head,
                first,
                weaken("frame::push", Ordering::Release, Ordering::Relaxed),
                Ordering::Relaxed,
            );
            match pushed {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Takes all that was returned.
    pub(super) fn take(&self) -> *mut N {
        // ORDERING: Acquire. Pairs with `push`.
        self.0.swap(ptr::null_mut(), weaken("frame::take", Ordering::Acquire, Ordering::Relaxed))
    }
}

#[cfg(all(test, loom))]
mod loom_returned {
    use super::*;
    use crate::sync::UnsafeCell;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    struct Node {
        next: UnsafeCell<*mut Node>,
        payload: UnsafeCell<u32>,
    }

    struct Shared(Returned<Node>);
    // SAFETY: the nodes are handed over by the list.
    unsafe impl Sync for Shared {}
    // SAFETY: as above.
    unsafe impl Send for Shared {}

    fn node(payload: u32) -> *mut Node {
        Box::into_raw(Box::new(Node {
            next: UnsafeCell::new(ptr::null_mut()),
            payload: UnsafeCell::new(payload),
        }))
    }

    /// Two workers return frames while the holder takes what is there: all come home, with what was written to them.
    fn remote_return() {
        let shared = Arc::new(Shared(Returned::new()));
        let workers = [1, 10].map(|payload| {
            let shared = shared.clone();
            thread::spawn(move || {
                let frame = node(payload);
                // SAFETY: the worker's own node until it is pushed.
                shared.0.push(frame, |next| unsafe { (*frame).next.with_mut(|cell| *cell = next) });
            })
        });
        let mut sum = 0;
        let mut collect = || {
            let mut frame = shared.0.take();
            while !frame.is_null() {
                // SAFETY: a node that came home is the holder's.
                let owned = unsafe { Box::from_raw(frame) };
                // SAFETY: as above.
                sum += owned.payload.with(|payload| unsafe { *payload });
                // SAFETY: as above.
                frame = owned.next.with(|next| unsafe { *next });
            }
        };
        collect();
        for worker in workers {
            worker.join().unwrap();
        }
        collect();
        assert_eq!(sum, 11, "a frame was lost or came home twice");
    }

    #[test]
    fn loom_frame_remote_return() {
        holds(remote_return);
        bites("frame::push", remote_return);
        bites("frame::take", remote_return);
    }
}
