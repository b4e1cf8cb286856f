//! A program whose instructions are counted from outside: `ci/instructions.sh` runs it under callgrind.
//!
//! `instructions <implementation> <work> <repetitions>` does some work so many times in a pool of one thread. The difference
//! between two numbers of repetitions is free of everything that happens once. No other thread has anything to do meanwhile:
//! the only worker computes, the caller sleeps in `install`.

use std::hint::black_box;

/// What can be repeated.
const WORKS: [&str; 5] = ["join", "scope", "spawn", "sum-10", "sum-1000"];

/// fib of this has one join per call, without a cut-off.
const FIB: u32 = 20;

/// The joins of one repetition: fib(FIB + 1) - 1.
const JOINS: u64 = 10_945;

/// The scopes, spawned jobs or sums of one repetition.
const CALLS: u64 = 10_000;

macro_rules! works {
    ($name:ident) => {
        mod $name {
            use super::{CALLS, FIB, JOINS, black_box};
            use ::$name::prelude::*;

            fn fib(n: u32) -> u64 {
                if n < 2 {
                    return n.into();
                }
                let (a, b) = ::$name::join(|| fib(n - 1), || fib(n - 2));
                a + b
            }

            fn scopes() -> u64 {
                (0..CALLS).for_each(|_| ::$name::scope(|s| s.spawn(|_| _ = black_box(0))));
                CALLS
            }

            fn spawns() -> u64 {
                ::$name::scope(|s| (0..CALLS).for_each(|_| s.spawn(|_| _ = black_box(0))));
                CALLS
            }

            fn sums(numbers: &[u64]) -> u64 {
                let sum = || black_box(numbers).par_iter().sum::<u64>();
                (0..CALLS).for_each(|_| assert_eq!(sum(), numbers.len() as u64));
                CALLS
            }

            /// How often what is counted was done.
            pub(crate) fn repeat(work: &str, repetitions: u64) -> u64 {
                let pool = ::$name::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                let once = || match work {
                    "join" => {
                        assert_eq!(fib(black_box(FIB)), 6_765);
                        JOINS
                    }
                    "scope" => scopes(),
                    "spawn" => spawns(),
                    "sum-10" => sums(&[1; 10]),
                    "sum-1000" => sums(&[1; 1000]),
                    other => panic!("unknown work {other:?}"),
                };
                pool.install(|| (0..repetitions).map(|_| once()).sum())
            }
        }
    };
}

works!(rayon);
works!(moirai);

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (implementation, work, repetitions) = match *arguments {
        [implementation, work, repetitions] => {
            (implementation, work, repetitions.parse().expect("a number of repetitions"))
        }
        _ => return println!("instructions: counted by ci/instructions.sh, of {WORKS:?}"),
    };
    let count = match implementation {
        "rayon" => rayon::repeat(work, repetitions),
        "moirai" => moirai::repeat(work, repetitions),
        other => panic!("unknown implementation {other:?}"),
    };
    println!("count {count}");
}
