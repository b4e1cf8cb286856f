//! Where the pool says what it does. Without the features all of this is empty and vanishes.

use super::context::{Caller, Reporter};
use super::event::{Job, Kind};
use super::lane::{self, Bar, LaneRef, PoolTrace};
use crate::steal::Distance;
use crate::util::caller::Place;

/// What a seat's holder tells of its doings. Holder only: a sleep begins before the seat can be lent, and ends when it is back.
pub(crate) struct Log {
    lane: LaneRef,
    reporter: Reporter,
}

impl Log {
    pub(crate) fn new(pool: &PoolTrace, worker: usize) -> Self {
        Log { lane: pool.lane(worker), reporter: Reporter::new(worker) }
    }

    #[inline(always)]
    fn note(&self, kind: Kind) {
        self.lane.note(kind);
        self.reporter.emit(kind);
    }

    #[inline(always)]
    fn begin(&self, kind: Kind) -> Span<'_> {
        self.lane.begin(kind);
        self.reporter.emit(kind);
        Span(&self.lane)
    }

    #[inline(always)]
    pub(crate) fn stole(&self, victim: usize, distance: Distance) {
        self.note(Kind::Steal { victim, distance });
    }

    #[inline(always)]
    pub(crate) fn took_injected(&self) {
        self.note(Kind::Injected);
    }

    #[inline(always)]
    pub(crate) fn took_dealt(&self) {
        self.note(Kind::Dealt);
    }

    #[inline(always)]
    pub(crate) fn woke(&self, worker: usize) {
        self.note(Kind::Wake { worker });
    }

    /// The holder goes to sleep. Called before the seat can be lent: a guest's events lie inside the sleep.
    #[inline(always)]
    pub(crate) fn park(&self) -> Span<'_> {
        self.begin(Kind::Park)
    }

    #[inline(always)]
    pub(crate) fn piece(&self, items: usize) -> Span<'_> {
        self.begin(Kind::Piece { items })
    }

    /// A guest has the seat, until [`guest_leaves`](Self::guest_leaves).
    #[inline(always)]
    pub(crate) fn guest_comes(&self) {
        std::mem::forget(self.begin(Kind::Guest));
    }

    #[inline(always)]
    pub(crate) fn guest_leaves(&self) {
        self.lane.end();
    }

    /// Runs the body of a job that `caller` has made.
    #[inline(always)]
    pub(crate) fn run<R>(&self, job: Job, caller: &Caller, body: impl FnOnce() -> R) -> R {
        self.lane.begin(Kind::Job(job));
        let _span = Span(&self.lane);
        let _entered = self.reporter.enter(job, caller);
        body()
    }
}

/// A call that was written at `place`, if that is known, until this is dropped: in the log of the seat, if one is given, or where the
/// calling thread records.
#[inline(always)]
pub(crate) fn call(log: Option<&Log>, place: Option<Place>) -> Option<Bar> {
    place.map(|place| match log {
        Some(log) => log.lane.bar(Kind::Call(place)),
        None => lane::here().bar(Kind::Call(place)),
    })
}

/// The calling thread records where its seat does, or its guest; none: as a thread of no pool.
#[inline(always)]
pub(crate) fn sit(log: Option<&Log>) {
    lane::sit(log.map(|log| &log.lane));
}

/// Something that takes time, until this is dropped.
#[must_use]
pub(crate) struct Span<'a>(&'a LaneRef);

impl Span<'_> {
    /// It did not happen after all.
    #[inline(always)]
    pub(crate) fn cancel(self) {
        self.0.cancel();
        std::mem::forget(self);
    }
}

impl Drop for Span<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.end();
    }
}
