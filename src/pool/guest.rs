//! Guests: a thread from outside takes the seat of a sleeping worker for one call, and runs it on its own stack.
//!
//! So the call costs some tens of nanoseconds instead of two wake-ups, at most N threads of a pool run at a time, and
//! indices stay unique. A guest waits like a worker that waits for descendants, and never runs a job that is not part of its
//! call: locks that the caller holds are safe. Rules G1 to G15 of `docs/waiting.md`.

use crate::pool::context;
use crate::pool::counters::Counter;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::sleep::LENT_ONE;
use crate::pool::stack;
use crate::tuning;
use std::ptr;

/// A seat in a guest's hands; dropping it (also by unwinding) gives it back.
struct Borrowed<'a>(&'a Seat);

impl Registry {
    /// Runs `op` on the calling thread, which holds no seat, if guests are admitted and a seat is free.
    #[inline]
    pub(crate) fn try_as_guest<R, F>(&self, op: F) -> Result<R, F>
    where
        F: FnOnce(&Seat, bool) -> R,
    {
        if !self.admits_guests() {
            return Err(op);
        }
        match self.borrow_seat() {
            Some(borrowed) => Ok(op(borrowed.0, true)),
            None => Err(op),
        }
    }

    fn borrow_seat(&self) -> Option<Borrowed<'_>> {
        let idle = self.idle().read();
        // Who waits in the injector comes first (rule G3).
        if idle.sleeping() == 0 || idle.missed() || !self.injectors_look_empty() {
            return None;
        }
        let wanted = self.stack_bytes() / 8 * tuning::GUEST_STACK_EIGHTHS;
        if stack::remaining().is_none_or(|left| left < wanted) {
            return None;
        }
        let mut seats = self.neighbours().outwards(self.first_outside());
        let seat = seats.find(|seat| self.seats()[*seat].state.lend(self.idle()))?;
        let seat = &self.seats()[seat];
        seat.set_holder(true, LENT_ONE);
        seat.counters.bump(Counter::Guests);
        if context::is_recording() {
            context::take_along(seat);
        }
        // SAFETY: lent to this thread; `Borrowed` gives it back before the caller's stay in the pool ends.
        let before = unsafe { Seat::set_current(seat) };
        debug_assert!(before.is_null(), "a guest holds no other seat");
        seat.log.guest_comes();
        Some(Borrowed(seat))
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let seat = self.0;
        let registry = seat.registry();
        seat.returns.flush();
        seat.log.guest_leaves();
        seat.set_node(0); // None: what is run here next is not the guest's.
        seat.set_holder(false, 0);
        // SAFETY: no seat from here on.
        unsafe { Seat::set_current(ptr::null()) };
        let left = !seat.spawned.looks_empty()
            || !seat.deferred.looks_empty()
            || !seat.shares.looks_empty()
            || seat.terminate.is_set();
        let wake = seat.state.give_back(
            registry.idle(),
            left,
            || {
                !registry.injectors_look_empty()
                    || !seat.shares.looks_empty()
                    || seat.terminate.is_set()
            },
            || registry.has_visible_work(),
        );
        if wake {
            seat.resident.unpark();
        }
    }
}

impl Seat {
    /// The guest lets the resident run the seat's broadcast shares, and waits until it has the seat back (rule G9).
    #[cold]
    pub(crate) fn let_resident_share(&self) {
        self.held_by_guest.set(false);
        self.state.ask_for_share();
        self.resident.unpark();
        while !self.state.is_back() {
            self.guest.park();
        }
        self.held_by_guest.set(true);
    }

    /// The resident runs what the guest has let it.
    #[cold]
    pub(crate) fn share_for_guest(&self) {
        while let Some(job) = self.shares.take() {
            self.at_bottom.set(false);
            // SAFETY: taken from this seat's shares, hence won; the guest has handed the seat over.
            unsafe { job.execute(self) };
        }
        self.returns.flush();
        self.give_up_reserve();
        self.state.share_done();
        self.guest.unpark();
    }
}
