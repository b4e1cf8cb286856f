//! What is written down.

use crate::steal::Distance;
use crate::util::caller::Place;
#[cfg(feature = "trace")]
use std::borrow::Cow;

/// A kind of job that another thread than its maker may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(feature = "trace", feature = "tracing")),
    allow(dead_code, reason = "nobody looks at what is recorded")
)]
pub(crate) enum Job {
    /// The second half of a `join`.
    Half,
    /// A part of a parallel iterator.
    Part,
    /// A call from a thread outside, or of another pool.
    Call,
    /// By `spawn`, into a scope or not.
    Spawned,
    /// A share of a broadcast.
    Share,
}

/// What an event is. The first ones take time, the others are moments.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    not(any(feature = "trace", feature = "tracing")),
    allow(dead_code, reason = "nobody looks at what is recorded")
)]
pub(crate) enum Kind {
    Job(Job),
    /// A call of a parallel iterator, a scope or a sort, on the thread that made it, whose place in the program is known.
    Call(Place),
    /// Items of a parallel iterator.
    Piece {
        items: usize,
    },
    /// Moving items of several pieces into one collection.
    #[cfg(feature = "trace")]
    Gather {
        items: usize,
    },
    Park,
    /// A thread from outside holds the seat.
    Guest,
    #[cfg(feature = "trace")]
    Named(&'static str),

    Steal {
        victim: usize,
        distance: Distance,
    },
    /// From the queue of jobs from outside.
    Injected,
    /// A share that was dealt to a group.
    Dealt,
    /// Another worker was woken.
    Wake {
        worker: usize,
    },
}

#[cfg(feature = "trace")]
impl Kind {
    pub(super) fn is_moment(self) -> bool {
        matches!(self, Kind::Steal { .. } | Kind::Injected | Kind::Dealt | Kind::Wake { .. })
    }

    /// What it is called in a trace.
    pub(super) fn name(self) -> Cow<'static, str> {
        let name = match self {
            Kind::Call(place) => return format!("{}:{}", place.file(), place.line()).into(),
            Kind::Job(Job::Half) => "stolen join half",
            Kind::Job(Job::Part) => "stolen part",
            Kind::Job(Job::Call) => "call from outside",
            Kind::Job(Job::Spawned) => "spawned job",
            Kind::Job(Job::Share) => "broadcast share",
            Kind::Piece { .. } => "piece",
            Kind::Gather { .. } => "gather",
            Kind::Park => "asleep",
            Kind::Guest => "guest",
            Kind::Named(name) => name,
            Kind::Steal { .. } => "steal",
            Kind::Injected => "take from outside",
            Kind::Dealt => "take dealt share",
            Kind::Wake { .. } => "wake",
        };
        name.into()
    }
}

/// The word for a distance.
#[cfg(any(feature = "trace", feature = "tracing"))]
pub(super) fn distance_name(distance: Distance) -> &'static str {
    match distance {
        Distance::Near => "near",
        Distance::Group => "group",
        Distance::Remote => "remote",
    }
}
