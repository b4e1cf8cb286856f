//! A thread's part of a call, as the recorder wants to know it; most of the time there is none.

use super::NO_NODE;
use crate::explain::recorder::{Mark, OpenStint};
use crate::pool::seat::Seat;
use crate::util::clock::real_ticks;

/// See the module's description.
pub(super) struct Stint(Option<Box<OpenStint>>);

impl Stint {
    /// What the thread that holds `seat` does for the call with this number, in what the seat `owner` has begun.
    pub(super) fn begin(node: usize, seat: &Seat, owner: usize) -> Self {
        Stint(if node == NO_NODE { None } else { OpenStint::begin(node, seat, owner) })
    }

    /// What time it is, if the call is recorded.
    #[inline]
    pub(super) fn now(&self) -> Option<u64> {
        self.0.as_ref().map(|_| real_ticks())
    }

    #[inline]
    pub(super) fn begin_batch(&self) -> Option<Mark> {
        self.0.as_deref().map(OpenStint::begin_batch)
    }

    /// A batch of so many items has ended. Gives what recording took, in ticks.
    #[inline]
    pub(super) fn end_batch(&self, mark: Option<Mark>, items: usize) -> u64 {
        match (&self.0, mark) {
            (Some(stint), Some(mark)) => stint.end_batch(mark, items),
            _ => 0,
        }
    }

    /// One result was made of several since then.
    #[inline]
    pub(super) fn has_combined(&self, began: Option<u64>) {
        if let (Some(stint), Some(began)) = (&self.0, began) {
            stint.has_combined(began);
        }
    }

    /// The thread has waited for another one since then.
    #[inline]
    pub(super) fn has_waited(&self, began: Option<u64>) {
        if let (Some(stint), Some(began)) = (&self.0, began) {
            stint.has_waited(began);
        }
    }
}
