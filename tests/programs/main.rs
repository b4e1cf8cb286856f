//! Random programs over the whole interface, compared with an interpreter on one thread: what comes out, which panic, how
//! often each part was run, and that nothing is left over.
//!
//! The bytes that make a program are drawn from a seed, which is printed: `MOIRAI_TEST_SEED` gives it back, and
//! `MOIRAI_TEST_PROGRAMS` says how many programs there are. `fuzz/` drives the same code with a fuzzer; `MOIRAI_TEST_INPUT` names a
//! file that it has found (with `--features seeded`, on the same schedule).

#[macro_use]
#[path = "../common/watchdog.rs"]
mod watchdog;

mod bytes;
mod chain;
mod program;
mod run;

use std::hash::{BuildHasher, RandomState};

/// How many programs are run by default.
const PROGRAMS: u64 = 150;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// The bytes of the program with this number.
fn bytes_of(mut state: u64) -> Vec<u8> {
    // Steele, Lea and Flood's splitmix64 (2014).
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let length = 4 + next() as usize % 120;
    (0..length).map(|_| next() as u8).collect()
}

#[test]
fn programs_do_what_they_do_on_one_thread() {
    watch!();
    if let Ok(path) = std::env::var("MOIRAI_TEST_INPUT") {
        let input = std::fs::read(path).expect("an input of the fuzzer");
        let (seed, bytes) = input.split_first().expect("a seed and a program");
        println!("{:#?}", program::Program::new(&mut bytes::Bytes::new(bytes)));
        run::check(bytes, &run::Pools::new(u64::from(*seed)));
        return;
    }
    let seed = number("MOIRAI_TEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) >> 20);
    println!("MOIRAI_TEST_SEED={seed}");
    let pools = run::Pools::new(seed);
    for program in 0..number("MOIRAI_TEST_PROGRAMS").unwrap_or(PROGRAMS) {
        run::check(&bytes_of(seed + program), &pools);
    }
}

/// The generator makes all kinds of nodes, and no program that is only a leaf every other time.
#[test]
fn programs_are_of_all_kinds() {
    let mut text = String::new();
    for seed in 0..200 {
        let program = program::Program::new(&mut bytes::Bytes::new(&bytes_of(seed)));
        text.push_str(&format!("{program:?}"));
    }
    for kind in ["Leaf", "Panic", "Join", "InPlace", "Detached", "Messages", "Install", "Broadcast"]
    {
        assert!(text.matches(kind).count() > 20, "{kind}");
    }
    for kind in ["Catch", "Each", "Chain", "Windows", "Unzip", "Panics", "FirstInFirstOut"] {
        assert!(text.matches(kind).count() > 5, "{kind}");
    }
}
