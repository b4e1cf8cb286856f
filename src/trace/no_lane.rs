//! Without the feature `trace` nothing is recorded.

use super::event::Kind;

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
    pub(super) fn bar(&self, _kind: Kind) -> Bar {
        Bar
    }

    #[inline(always)]
    pub(super) fn end(&self) {}

    #[inline(always)]
    pub(super) fn cancel(&self) {}
}

/// Something that takes time, until this is dropped.
#[must_use]
pub(crate) struct Bar;

/// The calling thread records where its seat does.
#[inline(always)]
pub(super) fn sit(_lane: Option<&LaneRef>) {}

/// Where the calling thread records.
#[inline(always)]
pub(super) fn here() -> LaneRef {
    LaneRef
}

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
