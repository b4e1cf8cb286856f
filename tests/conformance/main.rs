//! rayon's behaviour as a contract, one file for each of its sections, run against this crate and
//! against rayon: a test that rayon fails would state a wish, not the contract.
//!
//! The section files name the crate under test `super::api`. Identifiers such as `JOIN-3` are those
//! of the lists in `docs/contract.md` and `docs/compatibility.md`.

#![allow(clippy::duplicate_mod, reason = "each program is compiled once for each crate under test")]

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;
#[macro_use]
#[path = "../common/child.rs"]
mod child;
#[macro_use]
#[path = "../common/auto_traits.rs"]
mod auto_traits;

mod allocations;
mod differences;
mod ledger;
mod manifest;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    mod bridge;
    mod broadcast;
    mod build_surface;
    mod build_surface_iterators;
    mod closures;
    mod collecting;
    mod collections;
    mod driving;
    mod effects;
    mod environment;
    mod install;
    mod join;
    #[path = "../common/kit.rs"]
    mod kit;
    mod lengths;
    mod messages;
    mod ordering;
    mod panics;
    mod pool;
    mod scheduling;
    mod scope;
    mod slices;
    pub(crate) mod source;
    mod spawn;
    mod strings;
    mod yielding;
}

#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon_core {
    use ::rayon_core as api;

    mod broadcast;
    mod build_surface;
    mod environment;
    mod install;
    mod join;
    #[path = "../common/kit.rs"]
    mod kit;
    mod pool;
    mod scope;
    mod spawn;
    mod yielding;
}

/// What needs the iterators, which rayon-core has not.
#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon {
    use ::rayon as api;

    mod bridge;
    mod build_surface_iterators;
    mod closures;
    mod collecting;
    mod collections;
    mod driving;
    mod effects;
    #[path = "../common/kit.rs"]
    mod kit;
    mod lengths;
    mod messages;
    mod ordering;
    mod panics;
    mod scheduling;
    mod slices;
    mod source;
    mod strings;
}
