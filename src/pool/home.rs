//! The CPUs on which a worker is to run.

use crate::sync::{AtomicUsize, Ordering};
use crate::topology::{CpuSet, binding};

/// Where a worker begins, and whether it is bound to that.
#[derive(Debug)]
pub(crate) struct Home {
    cpus: CpuSet,
    is_bound: bool,
    state: AtomicUsize,
}

const NOT_YET: usize = 0;
const REFUSED: usize = 1;
const SETTLED: usize = 2;

impl Home {
    /// The worker is bound to these CPUs.
    pub(crate) fn bound(cpus: CpuSet) -> Self {
        Home { cpus, is_bound: true, state: AtomicUsize::new(NOT_YET) }
    }

    /// The worker begins on these CPUs, and may go wherever its thread was allowed to run before.
    pub(crate) fn begins_on(cpus: CpuSet) -> Self {
        Home { cpus, is_bound: false, state: AtomicUsize::new(NOT_YET) }
    }

    /// The CPUs to which the worker is to be bound, if it is.
    pub(crate) fn bound_to(&self) -> Option<&CpuSet> {
        self.is_bound.then_some(&self.cpus)
    }

    /// The calling thread moves in.
    pub(crate) fn move_in(&self) {
        let is_there = if self.is_bound {
            binding::bind(&self.cpus)
        } else {
            // Whoever has made the thread may have bound it: it is left as it was.
            let before = binding::allowed_cpus();
            binding::bind(&before.intersection(&self.cpus)) && binding::bind(&before)
        };
        let state = if is_there { SETTLED } else { REFUSED };
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
