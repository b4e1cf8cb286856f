//! How properties are tried: how many cases, and from which seed.
//!
//! Each property prints its seed first, and the harness shows that with a failure. `MOIRAI_TEST_SEED`
//! gives it back. `MOIRAI_TEST_CASES` says how many cases there are instead of the few by default.

use quickcheck::{Arbitrary, Gen, QuickCheck};
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};

/// How many cases are tried by default.
const CASES: u64 = 60;

/// Tries a property on random cases.
pub(crate) fn check<A: Arbitrary + Debug>(property: fn(A)) {
    let seed = variable("MOIRAI_TEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("MOIRAI_TEST_SEED={seed}");
    let cases = variable("MOIRAI_TEST_CASES").unwrap_or(CASES);
    QuickCheck::new()
        .rng(Gen::from_size_and_seed(100, seed))
        .tests(cases)
        .max_tests(cases)
        .min_tests_passed(cases)
        .quickcheck(property);
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not `{text}`")))
}
