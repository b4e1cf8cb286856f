//! Section 1: what the compiler sees. The lines about iterators are in `build_surface_iterators`,
//! those about the package in `manifest`, programs that must be rejected (BLD-6) in
//! `docs/compile_fail/`. BLD-8 is about the crate named rayon, not about the core.

use super::api::ThreadPool;

/// BLD-7: the old constructor takes a value whose type need not be named.
#[test]
fn bld_7_deprecated_constructor() {
    watch!();
    #[allow(deprecated, reason = "the deprecated constructor is the subject")]
    let pool = ThreadPool::new(Default::default());
    let pool: Result<ThreadPool, Box<dyn std::error::Error>> = pool;
    assert!(pool.is_ok_and(|pool| pool.current_num_threads() > 0));
}
