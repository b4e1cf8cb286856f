//! The feature `tracing`: the span of a job's maker goes along with the job, and the pool's doings are events.
//!
//! A subscriber is the program's code and may do anything. If it panics where the pool calls it, the process ends: a panic in
//! the middle of a theft would lose a job.

use super::event::{Job, Kind, distance_name};
use crate::util::unwind::AbortIfPanic;
use tracing::dispatcher::{self, DefaultGuard};
use tracing::span::{EnteredSpan, Span};

/// What goes along with a job from the thread that makes it.
#[derive(Clone)]
pub(crate) struct Caller {
    span: Span,
}

impl Caller {
    pub(crate) fn here() -> Self {
        shielded(|| Caller { span: Span::current() })
    }

    /// Makes the caller's span the current one, and its subscriber the default one, until the guard is dropped.
    ///
    /// A span for the job itself lies outside of it: so the current one is the caller's and no other.
    pub(super) fn enter(&self, worker: usize, job: Job) -> Entered<'_> {
        shielded(|| {
            let subscriber = self.span.with_subscriber(|(_, it)| dispatcher::set_default(it));
            let kind = job_name(job);
            let job =
                tracing::trace_span!(target: "moirai", parent: &self.span, "job", worker, kind);
            Entered { caller: Some(self.span.enter()), job: Some(job.entered()), subscriber }
        })
    }
}

/// See [`Caller::enter`].
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

/// The pool does something.
pub(super) fn emit(worker: usize, kind: Kind) {
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
        Kind::Wake { worker: woken } => tracing::trace!(target: "moirai", worker, woken, "wake"),
        // A job is a span, see `Caller::enter`; the rest are the program's.
        Kind::Job(_) => {}
        #[cfg(feature = "trace")]
        Kind::Named(_) | Kind::Gather { .. } => {}
    });
}
