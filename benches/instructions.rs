//! A program whose instructions are counted from outside: `ci/instructions.sh` runs it under callgrind.
//!
//! `instructions <implementation> <repetitions>` computes fib by one join per call, without a cut-off, in a pool of one
//! thread. The difference between two numbers of repetitions is free of everything that happens once. No other thread
//! has anything to do meanwhile: the only worker computes, the caller sleeps in `install`.

use std::hint::black_box;

const FIB: u32 = 20;

/// The joins of one repetition: fib(FIB + 1) - 1.
const JOINS: u64 = 10_945;

macro_rules! fib {
    ($name:ident) => {
        mod $name {
            fn fib(n: u32) -> u64 {
                if n < 2 {
                    return n.into();
                }
                let (a, b) = ::$name::join(|| fib(n - 1), || fib(n - 2));
                a + b
            }

            pub(crate) fn repeat(repetitions: u64) -> u64 {
                let pool = ::$name::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                pool.install(|| (0..repetitions).map(|_| fib(super::black_box(super::FIB))).sum())
            }
        }
    };
}

fib!(rayon);
fib!(moirai);

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (implementation, repetitions) = match *arguments {
        [implementation, repetitions] => {
            (implementation, repetitions.parse().expect("a number of repetitions"))
        }
        _ => {
            println!("instructions: counted by ci/instructions.sh, {JOINS} joins a repetition");
            return;
        }
    };
    let sum = match implementation {
        "rayon" => rayon::repeat(repetitions),
        "moirai" => moirai::repeat(repetitions),
        other => panic!("unknown implementation {other:?}"),
    };
    assert_eq!(sum, 6_765 * repetitions);
    println!("joins {}", JOINS * repetitions);
}
