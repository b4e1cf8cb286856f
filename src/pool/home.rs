//! The CPUs on which a worker is to run.

use crate::sync::{AtomicUsize, Ordering};
use crate::topology::{CpuSet, binding};

/// Where a worker begins, and where it may go.
#[derive(Debug)]
pub(crate) struct Home {
    begins_on: CpuSet,
    /// As [`begins_on`](Self::begins_on) if the worker is bound.
    may_use: CpuSet,
    state: AtomicUsize,
}

const NOT_YET: usize = 0;
const REFUSED: usize = 1;
const SETTLED: usize = 2;

impl Home {
    /// The worker is bound to these CPUs.
    pub(crate) fn bound(cpus: CpuSet) -> Self {
        Home { begins_on: cpus.clone(), may_use: cpus, state: AtomicUsize::new(NOT_YET) }
    }

    /// The worker begins on some CPUs, and may go to the others.
    pub(crate) fn begins_on(begins_on: CpuSet, may_use: CpuSet) -> Self {
        Home { begins_on, may_use, state: AtomicUsize::new(NOT_YET) }
    }

    /// The CPUs to which the worker is to be bound, if it is.
    pub(crate) fn bound_to(&self) -> Option<&CpuSet> {
        (self.begins_on == self.may_use).then_some(&self.may_use)
    }

    /// The calling thread moves in.
    pub(crate) fn move_in(&self) {
        let is_there = binding::bind(&self.begins_on);
        let is_free = self.bound_to().is_some() || binding::bind(&self.may_use);
        let state = if is_there && is_free { SETTLED } else { REFUSED };
        // ORDERING: Relaxed. A fact for reports.
        self.state.store(state, Ordering::Relaxed);
    }

    /// Whether the system has done what it was asked for; `None` as long as the worker has not begun.
    pub(crate) fn is_settled(&self) -> Option<bool> {
        // ORDERING: Relaxed. A fact for reports.
        match self.state.load(Ordering::Relaxed) {
            NOT_YET => None,
            state => Some(state == SETTLED),
        }
    }
}
