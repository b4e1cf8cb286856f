//! Load: deep and wide recursion, storms of jobs, panics everywhere, more threads than processors.
//!
//! `MOIRAI_STRESS_SECONDS` says how long the random mix runs (10 by default), and
//! `MOIRAI_STRESS_SEED` repeats one. The programs name the crate under test `super::api`.

#![allow(clippy::duplicate_mod, reason = "each program is compiled once for each crate under test")]

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    #[path = "../common/kit.rs"]
    mod kit;
    mod mix;
    mod panics;
    mod volume;
}

/// The same programs on the crate whose behaviour they state, but for the long random mix.
#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon_core {
    use ::rayon_core as api;

    #[path = "../common/kit.rs"]
    mod kit;
    mod panics;
    mod volume;
}
