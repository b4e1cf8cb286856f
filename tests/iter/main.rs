//! The parallel iterators: random chains against the standard library's iterators, a sweep over
//! every public iterator type, and abusive users of the plumbing traits.
//!
//! The programs name the crate under test `super::api` and run on this crate and on rayon.

#![allow(clippy::duplicate_mod, reason = "each program is compiled once for each crate under test")]

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;
mod random;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    const INTERSPERSES_BY_PIECES: bool = true;

    mod erased;
    #[path = "../common/kit.rs"]
    mod kit;
    mod pipeline;
    mod pools;
    mod properties;
}

#[path = "."]
mod on_rayon {
    use ::rayon as api;

    /// The producer of rayon 1.12's `intersperse` loses the separator at the end of a piece.
    const INTERSPERSES_BY_PIECES: bool = false;

    mod erased;
    #[path = "../common/kit.rs"]
    mod kit;
    mod pipeline;
    mod pools;
    mod properties;
}
