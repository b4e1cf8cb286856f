//! Where one worker, or one thread of no pool, records: a ring of events behind a lock.
//!
//! The lock is taken for each event and is free then, but while a trace is being written: some 20 ns. So a reader sees whole
//! events at any time, and there is no protocol of its own to get wrong.
//!
//! Invariants of a ring:
//! 1. Times never decrease: each is at least the one before, whatever the processors' clocks say of each other.
//! 2. What is begun is ended in the reverse order. So the spans of a lane lie side by side or inside each other.

use super::event::Kind;
use super::recorder::{self, Recorder, Trace};
use crate::util::clock::real_ticks;
use crate::util::forks;
use crate::util::lock::{Mutex, MutexGuard};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, Weak};

/// One event, in ticks. A moment ends when it begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) kind: Kind,
}

/// See the module's description.
pub(super) struct Lane {
    /// The number of the pool, from 1; 0 for threads of no pool.
    pub(super) pool: usize,
    /// The worker's index, or the thread's number.
    pub(super) index: usize,
    /// The name of a thread of no pool.
    pub(super) thread: Option<String>,
    recorder: Weak<Recorder>,
    process: usize,
    ring: Mutex<Ring>,
}

pub(super) struct Ring {
    capacity: usize,
    /// The latest time of all.
    pub(super) last: u64,
    /// Begun and not ended, the outermost first.
    pub(super) open: Vec<(u64, Kind)>,
    /// In the order of their ends.
    pub(super) done: VecDeque<Event>,
    pub(super) dropped: u64,
}

impl Lane {
    pub(super) fn new(
        (pool, index, thread): (usize, usize, Option<String>),
        recorder: Weak<Recorder>,
        capacity: usize,
    ) -> Self {
        let ring = Ring { capacity, last: 0, open: Vec::new(), done: VecDeque::new(), dropped: 0 };
        let process = forks::this_process();
        Lane { pool, index, thread, recorder, process, ring: Mutex::new(ring) }
    }

    /// The ring, to record in it; not in a forked child, where a thread that it has not may have taken the lock.
    #[inline]
    fn ring(&self) -> Option<MutexGuard<'_, Ring>> {
        (self.process == forks::this_process()).then(|| self.lock())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn now(&mut self, now: u64) -> u64 {
        self.last = self.last.max(now);
        self.last
    }

    fn begin(&mut self, now: u64, kind: Kind) {
        let now = self.now(now);
        self.open.push((now, kind));
    }

    fn end(&mut self, now: u64) {
        let end = self.now(now);
        if let Some((start, kind)) = self.open.pop() {
            self.add(Event { start, end, kind });
        }
    }

    fn note(&mut self, now: u64, kind: Kind) {
        let now = self.now(now);
        self.add(Event { start: now, end: now, kind });
    }

    fn add(&mut self, event: Event) {
        if self.done.len() >= self.capacity {
            self.done.pop_front();
            self.dropped += 1;
        }
        self.done.push_back(event);
    }
}

/// Where a seat records, if it does.
#[derive(Clone, Default)]
pub(super) struct LaneRef(Option<Arc<Lane>>);

impl LaneRef {
    #[inline]
    fn ring(&self) -> Option<MutexGuard<'_, Ring>> {
        self.0.as_deref().and_then(Lane::ring)
    }

    #[inline]
    pub(super) fn note(&self, kind: Kind) {
        if let Some(mut ring) = self.ring() {
            ring.note(real_ticks(), kind);
        }
    }

    #[inline]
    pub(super) fn begin(&self, kind: Kind) {
        if let Some(mut ring) = self.ring() {
            ring.begin(real_ticks(), kind);
        }
    }

    /// Begins something that takes time, and ends it when what this returns is dropped, wherever the thread has its seat then.
    #[inline]
    pub(super) fn bar(&self, kind: Kind) -> Bar {
        self.begin(kind);
        Bar(self.clone())
    }

    #[inline]
    pub(super) fn end(&self) {
        if let Some(mut ring) = self.ring() {
            ring.end(real_ticks());
        }
    }

    /// Forgets what was begun last.
    pub(super) fn cancel(&self) {
        if let Some(mut ring) = self.ring() {
            ring.open.pop();
        }
    }
}

/// Something that takes time, until this is dropped.
#[must_use]
pub(crate) struct Bar(LaneRef);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What a builder was told about tracing.
#[derive(Debug, Default)]
pub(crate) struct Choice(pub(crate) Option<Trace>);

impl Choice {
    /// Where the pool that is built now records.
    pub(crate) fn of_pool(&self, is_global: bool) -> PoolTrace {
        let trace = self.0.clone().or_else(recorder::from_environment);
        let recorder = trace.map(|trace| {
            if is_global {
                recorder::set_of_global_pool(&trace);
            }
            trace.recorder
        });
        let number = recorder.as_ref().and_then(|recorder| recorder.begin_pool());
        PoolTrace(recorder.zip(number))
    }
}

/// Where a pool records: a recorder, and the pool's number there. Dropped when the last worker has ended.
pub(crate) struct PoolTrace(Option<(Arc<Recorder>, usize)>);

impl PoolTrace {
    pub(super) fn lane(&self, worker: usize) -> LaneRef {
        let lane = self.0.as_ref().and_then(|(recorder, pool)| recorder.lane(*pool, worker, None));
        LaneRef(lane)
    }
}

impl Drop for PoolTrace {
    fn drop(&mut self) {
        if let Some((recorder, _)) = &self.0 {
            recorder.end_pool();
        }
    }
}

thread_local! {
    static HERE: RefCell<Here> = RefCell::default();
}

#[derive(Default)]
struct Here {
    /// Where the calling thread's seat records.
    of_seat: LaneRef,
    /// Where the thread does while it has no seat.
    own: LaneRef,
    /// There was no room for a lane of its own; it is asked for once.
    is_left_out: bool,
}

/// The calling thread records where its seat does.
pub(super) fn sit(lane: Option<&LaneRef>) {
    let lane = lane.cloned().unwrap_or_default();
    // At the very end of a thread there is nothing to record.
    let _ = HERE.try_with(|here| here.borrow_mut().of_seat = lane);
}

/// Where the calling thread records.
pub(super) fn here() -> LaneRef {
    let lane = HERE.try_with(|here| {
        let mut here = here.borrow_mut();
        if here.of_seat.0.is_some() {
            return here.of_seat.clone();
        }
        if here.own.0.is_none() && !here.is_left_out {
            // A trace may come to be later.
            if let Some(trace) = recorder::of_process() {
                here.own = LaneRef(trace.recorder.thread_lane());
                here.is_left_out = here.own.0.is_none();
            }
        }
        here.own.clone()
    });
    lane.unwrap_or_default()
}

/// The trace of the pool in which the calling thread has a seat.
pub(super) fn trace_of_seat() -> Option<Trace> {
    let lane = HERE.try_with(|here| here.borrow().of_seat.clone()).unwrap_or_default();
    Some(Trace { recorder: lane.0?.recorder.upgrade()? })
}

/// Runs `gathering`, which moves items into a collection.
pub(crate) fn gather<R>(items: usize, gathering: impl FnOnce() -> R) -> R {
    let _bar = here().bar(Kind::Gather { items });
    gathering()
}

/// Runs `body` under a name that stands in the timeline: on the lane of the worker that calls it, or of a thread of no pool, if
/// the global pool records or `MOIRAI_TRACE` is set.
pub(crate) fn name<R>(name: &'static str, body: impl FnOnce() -> R) -> R {
    let _bar = here().bar(Kind::Named(name));
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(capacity: usize) -> Lane {
        Lane::new((1, 0, None), Weak::new(), capacity)
    }

    #[test]
    fn the_oldest_events_are_dropped_and_counted() {
        let lane = lane(2);
        let mut ring = lane.lock();
        for at in 0..5 {
            ring.note(at, Kind::Injected);
        }
        let kept: Vec<u64> = ring.done.iter().map(|event| event.start).collect();
        assert_eq!((kept, ring.dropped), (vec![3, 4], 3));
    }

    #[test]
    fn times_never_decrease_and_spans_nest() {
        let lane = lane(9);
        let mut ring = lane.lock();
        ring.begin(10, Kind::Guest);
        ring.begin(7, Kind::Park);
        ring.end(12);
        ring.end(11);
        ring.end(99);
        let times: Vec<_> = ring.done.iter().map(|event| (event.start, event.end)).collect();
        assert_eq!(times, [(10, 12), (10, 12)]);
        assert_eq!(ring.done[1].kind, Kind::Guest);
    }
}
