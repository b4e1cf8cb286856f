//! No schedules on demand: nothing of it is left in the program.

use std::time::Instant;

#[inline(always)]
pub(crate) const fn is_taking_turns() -> bool {
    false
}

#[inline(always)]
pub(crate) fn point() {}

#[inline(always)]
pub(crate) const fn let_others() -> bool {
    false
}

#[inline(always)]
pub(crate) const fn now_ns() -> Option<u64> {
    None
}

#[inline(always)]
pub(crate) const fn now() -> Option<Instant> {
    None
}

pub(crate) const fn seed_from_env() -> Option<u64> {
    None
}

/// The turns of a pool whose threads run as they like.
#[derive(Debug)]
pub(crate) struct Turns;

impl Turns {
    pub(crate) fn new(_seed: Option<u64>, _workers: usize) -> Self {
        Turns
    }

    pub(crate) fn salt(&self) -> u64 {
        0
    }

    pub(crate) fn seat_worker(&self, _index: usize) -> Seated {
        Seated
    }

    #[inline(always)]
    pub(crate) fn take_part(&self) {}

    pub(crate) fn begin(&self, _first: usize) {}

    pub(crate) fn leave(&self) {}
}

/// A worker.
pub(crate) struct Seated;

/// Where one sleeps whom the operating system wakes.
#[derive(Debug)]
pub(crate) struct Sleeper;

impl Sleeper {
    pub(crate) fn new() -> Self {
        Sleeper
    }

    #[inline(always)]
    pub(crate) fn block_while(&self, _still: impl Fn() -> bool, _until: Option<Instant>) -> bool {
        false
    }

    #[inline(always)]
    pub(crate) fn wake(&self) -> bool {
        false
    }
}
