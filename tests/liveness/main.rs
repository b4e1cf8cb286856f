//! Small programs that must end. Most of them hang on a pool whose waiting threads reach too few
//! of the jobs that they wait for; each is guarded by a watchdog that says which one hung.
//!
//! The programs name the crate under test `super::api`.

#![allow(clippy::duplicate_mod, reason = "each program is compiled once for each crate under test")]

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;
#[macro_use]
#[path = "../common/child.rs"]
mod child;

#[path = "."]
mod on_moirai {
    use ::moirai as api;

    mod items;
    #[path = "../common/kit.rs"]
    mod kit;
    mod locks;
    mod pools;
    mod programs;
    mod waits;

    /// For programs that ask a waiting thread to run jobs it does not wait for.
    fn anything_pool(threads: usize) -> api::ThreadPool {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        builder.wait_policy(api::WaitPolicy::Anything).build().unwrap()
    }
}

#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon_core {
    use ::rayon_core as api;

    #[path = "../common/kit.rs"]
    mod kit;
    mod pools;
    mod waits;

    // For programs that ask a waiting thread to run jobs it does not wait for: all waits do here.
    use kit::pool as anything_pool;

    mod programs;
}

#[cfg(not(moirai_alone))]
#[path = "."]
mod on_rayon {
    use ::rayon as api;

    mod items;
    #[path = "../common/kit.rs"]
    mod kit;
}
