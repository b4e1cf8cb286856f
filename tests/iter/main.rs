//! The parallel iterators: random chains against the standard library's iterators, a sweep over
//! every public iterator type, and abusive users of the plumbing traits.
//!
//! The programs name the crate under test `super::api` and run on this crate and on rayon.

#![allow(clippy::duplicate_mod, reason = "each program is compiled once for each crate under test")]

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;
mod progress;
mod random;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    const INTERSPERSES_PIECES: bool = true;

    mod abuse_lies;
    mod abuse_panics;
    mod consumers;
    mod cuts;
    mod erased;
    mod gathers;
    #[path = "../common/kit.rs"]
    mod kit;
    mod messages;
    mod pipeline;
    mod pools;
    mod properties;
    mod properties_slices;
    mod radix;
    mod shown;
    mod sorts;
    mod sorts_disorder;
    mod sources;
    mod sweep;
    mod sweep_adaptors;
    mod sweep_complete;
    mod sweep_sizes;
    mod sweep_slices;
    mod sweep_sources;
    mod tracked;
}

#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon {
    use ::rayon as api;

    /// In rayon 1.12 `intersperse` is right only where the consumer is cut by index and no piece is
    /// empty: its producer loses a separator at the end of a piece, and an empty piece gets one.
    const INTERSPERSES_PIECES: bool = false;

    mod abuse_lies;
    mod abuse_panics;
    mod consumers;
    mod cuts;
    mod erased;
    mod gathers;
    #[path = "../common/kit.rs"]
    mod kit;
    mod messages;
    mod pipeline;
    mod pools;
    mod properties;
    mod properties_slices;
    mod shown;
    mod sorts;
    mod sources;
    mod sweep;
    mod sweep_adaptors;
    mod sweep_slices;
    mod sweep_sources;
    mod tracked;
}
