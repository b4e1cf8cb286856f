//! The feature `tracing`: the span of a job's maker goes along with the job, and the pool's doings are events.
//!
//! A subscriber is the program's code and may do anything. If it panics where the pool calls it, the process ends: a panic in
//! the middle of a theft would lose a job.

use super::event::{Job, Kind, distance_name};
use crate::util::unwind::AbortIfPanic;
use tracing::dispatcher::{self, DefaultGuard};
use tracing::span::{EnteredSpan, Span};

/// What goes along with a job from the thread that makes it.
pub(crate) struct Caller {
    span: Span,
}

impl Caller {
    pub(crate) fn here() -> Self {
        shielded(|| Caller { span: Span::current() })
    }
}

impl Drop for Caller {
    /// The last one of a span closes it, which calls the subscriber.
    fn drop(&mut self) {
        shielded(|| self.span = Span::none());
    }
}

/// See [`Reporter::enter`].
pub(super) struct Entered<'a> {
    caller: Option<tracing::span::Entered<'a>>,
    job: Option<EnteredSpan>,
    subscriber: Option<DefaultGuard>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        shielded(|| {
            self.caller = None;
            self.job = None;
            self.subscriber = None;
        });
    }
}

/// Calls a subscriber, which must not panic.
fn shielded<R>(call: impl FnOnce() -> R) -> R {
    let guard = AbortIfPanic::new();
    let result = call();
    std::mem::forget(guard);
    result
}

fn job_name(job: Job) -> &'static str {
    match job {
        Job::Half => "join",
        Job::Part => "part",
        Job::Call => "call",
        Job::Spawned => "spawn",
        Job::Share => "broadcast",
    }
}

/// Tells a subscriber what a worker does.
pub(super) struct Reporter {
    worker: usize,
}

impl Reporter {
    pub(super) fn new(worker: usize) -> Self {
        Reporter { worker }
    }

    /// Makes the span of a job's maker the current one, and its subscriber the default one, until the guard is dropped.
    ///
    /// A span for the job itself lies outside of it: so the current one is the maker's and no other.
    pub(super) fn enter<'a>(&self, job: Job, caller: &'a Caller) -> Entered<'a> {
        shielded(|| {
            let subscriber = caller.span.with_subscriber(|(_, it)| dispatcher::set_default(it));
            let (worker, kind) = (self.worker, job_name(job));
            let job =
                tracing::trace_span!(target: "moirai", parent: &caller.span, "job", worker, kind);
            Entered { job: Some(job.entered()), caller: Some(caller.span.enter()), subscriber }
        })
    }

    /// The pool does something.
    pub(super) fn emit(&self, kind: Kind) {
        let worker = self.worker;
        shielded(|| match kind {
            Kind::Piece { items } => tracing::trace!(target: "moirai", worker, items, "piece"),
            Kind::Park => tracing::trace!(target: "moirai", worker, "park"),
            Kind::Guest => tracing::trace!(target: "moirai", worker, "guest"),
            Kind::Steal { victim, distance } => {
                let distance = distance_name(distance);
                tracing::trace!(target: "moirai", worker, victim, distance, "steal");
            }
            Kind::Injected => tracing::trace!(target: "moirai", worker, "injected"),
            Kind::Dealt => tracing::trace!(target: "moirai", worker, "dealt"),
            Kind::Wake { worker: woken } => {
                tracing::trace!(target: "moirai", worker, woken, "wake")
            }
            // A job is a span, see `enter`; the rest are the program's.
            Kind::Job(_) | Kind::Call(_) => {}
            #[cfg(feature = "trace")]
            Kind::Named(_) | Kind::Gather { .. } => {}
        });
    }
}
