//! Waiting for something that the pool does not know: a message.
//!
//! Who waits makes an [`Event`] on its stack, tells its address to those who may set it, and waits. A worker waits as in
//! every other wait: it runs its shares of broadcasts and, where it is the pool's only thread, the jobs of the scopes that it
//! has opened since its job began, one of which may be what the message comes from; and then parks. A thread of no pool parks at once.
//!
//! The parker of a thread of no pool lies in the event, and a seat's may be gone soon after the wait: so nobody frees an
//! event, or leaves the pool, while another thread is still in [`Event::set`]. Channels see to that by a lock, under which
//! events are set, and which the waiter takes before it goes.

use crate::pool::latch::CoreLatch;
use crate::pool::park::Parker;
use crate::pool::seat::Seat;
use crate::pool::worker::Wait;
use crate::util::clock::is_past;
use std::time::Instant;

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Event {
    latch: CoreLatch,
    /// For a thread that holds no seat.
    parker: Parker,
}

impl Event {
    pub(crate) fn new() -> Self {
        Event { latch: CoreLatch::new(), parker: Parker::new() }
    }

    /// Whether the event is set; if so, what the setter did before is visible.
    pub(crate) fn is_set(&self) -> bool {
        self.latch.is_set()
    }

    /// Sets the event and wakes who waits for it.
    ///
    /// # Safety
    ///
    /// The event was not set before, and its waiter neither frees it nor leaves its pool before this call has returned.
    pub(crate) unsafe fn set(this: *const Event) {
        // SAFETY: alive, as demanded of our caller.
        let latch = unsafe { &raw const (*this).latch };
        // SAFETY: set once, alive, and the parker (in the event, or in a seat of the waiter's pool) stays during the call.
        unsafe { CoreLatch::set(latch) };
    }

    /// Waits until the event is set, no longer than until the deadline if there is one. The event's maker calls this.
    pub(crate) fn wait(&self, deadline: Option<Instant>) {
        if let Some(seat) = Seat::current() {
            // SAFETY: this thread holds the seat, made the event, and so is the latch's one waiter.
            unsafe { seat.wait_until(&self.latch, Wait::Event, deadline) };
            return;
        }
        while !self.latch.is_set() && !is_past(deadline) {
            if self.latch.announce_sleep(&self.parker) {
                self.parker.park_until(deadline);
                self.latch.withdraw_sleep(&self.parker);
            }
        }
    }
}
