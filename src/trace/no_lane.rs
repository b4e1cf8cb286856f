//! Without the feature `trace` nothing is recorded.

use super::event::Kind;
use crate::util::caller::Place;

/// What a builder was told about tracing.
#[derive(Debug, Default)]
pub(crate) struct Choice;

impl Choice {
    pub(crate) fn of_pool(&self, _is_global: bool) -> PoolTrace {
        PoolTrace
    }
}

/// Where a pool records.
pub(crate) struct PoolTrace;

impl PoolTrace {
    pub(super) fn lane(&self, _worker: usize) -> LaneRef {
        LaneRef
    }
}

/// Where a seat records.
pub(super) struct LaneRef;

impl LaneRef {
    #[inline(always)]
    pub(super) fn note(&self, _kind: Kind) {}

    #[inline(always)]
    pub(super) fn begin(&self, _kind: Kind) {}

    #[inline(always)]
    pub(super) fn end(&self) {}

    #[inline(always)]
    pub(super) fn cancel(&self) {}
}

/// The calling thread records where its seat does.
#[inline(always)]
pub(super) fn sit(_lane: Option<&LaneRef>) {}

/// Runs `gathering`, which moves items into a collection.
#[inline(always)]
pub(crate) fn gather<R>(_items: usize, gathering: impl FnOnce() -> R) -> R {
    gathering()
}

/// Runs `body` under a name that stands in the timeline.
#[inline(always)]
pub(crate) fn name<R>(_name: &'static str, body: impl FnOnce() -> R) -> R {
    body()
}

/// Runs `body`, a call that was written at `place`.
#[inline(always)]
pub(crate) fn call<R>(_place: Place, body: impl FnOnce() -> R) -> R {
    body()
}
