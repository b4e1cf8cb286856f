//! rayon's behaviour as a contract, one file for each of its sections, run against this crate and
//! against rayon-core: a test that rayon-core fails would state a wish, not the contract.
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
mod manifest;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    mod broadcast;
    mod build_surface;
    mod build_surface_iterators;
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
#[path = "."]
mod on_rayon {
    use ::rayon as api;

    mod build_surface_iterators;
}
