//! The same loops on rayon, moirai, orx-parallel, paralight and chili, from an outside thread, with a pool of two threads
//! each. What a crate has no words for it is left out of.
//!
//! Whose caller works too and whose caller sleeps is theirs: chili's and moirai's caller is one of the two.

#[path = "../harness/mod.rs"]
mod harness;
mod loads;

use std::cell::RefCell;
use std::fmt::Debug;
use std::hint::black_box;
use std::num::NonZero;
use std::ops::Range;
use std::time::{Duration, Instant};

use harness::{Bench, Group};
use loads::{COLLATZ_BELOW, COLLECTED, PRIMES_BELOW, collatz_steps, is_prime, mixed, work};

/// Threads of each pool.
const THREADS: usize = 2;

/// chili has no iterators: it gets sums by halves, down to so many items of a sum, and of other loops.
const CHILI_LEAF: usize = 4_096;
const CHILI_LEAF_WORKING: usize = 16;

/// About so many items are worked on by the calls in a row of one sample.
const SAMPLE_ITEMS: usize = 100_000;

/// The loops over one of the two crates with rayon's names.
macro_rules! rayons {
    ($name:ident) => {
        mod $name {
            use super::*;
            use ::$name::prelude::*;

            pub(crate) fn sum(numbers: &[u64]) -> u64 {
                numbers.par_iter().sum()
            }

            pub(crate) fn primes() -> usize {
                (0..PRIMES_BELOW).into_par_iter().filter(|n| is_prime(*n)).count()
            }

            pub(crate) fn collatz() -> usize {
                (0..COLLATZ_BELOW).into_par_iter().map(collatz_steps).sum()
            }

            pub(crate) fn map_collect() -> Vec<u64> {
                (0..COLLECTED).into_par_iter().map(mixed).collect()
            }

            pub(crate) fn filter_collect() -> Vec<usize> {
                (0..COLLECTED).into_par_iter().filter(|n| mixed(*n) % 2 == 0).collect()
            }

            pub(crate) fn skewed(units: &[u32]) -> u64 {
                units.par_iter().map(|&units| work(units)).sum()
            }
        }
    };
}

rayons!(rayon);
rayons!(moirai);

mod seq {
    use super::*;

    pub(crate) fn sum(numbers: &[u64]) -> u64 {
        numbers.iter().sum()
    }

    pub(crate) fn primes() -> usize {
        (0..PRIMES_BELOW).filter(|n| is_prime(*n)).count()
    }

    pub(crate) fn collatz() -> usize {
        (0..COLLATZ_BELOW).map(collatz_steps).sum()
    }

    pub(crate) fn map_collect() -> Vec<u64> {
        (0..COLLECTED).map(mixed).collect()
    }

    pub(crate) fn filter_collect() -> Vec<usize> {
        (0..COLLECTED).filter(|n| mixed(*n) % 2 == 0).collect()
    }

    pub(crate) fn skewed(units: &[u32]) -> u64 {
        units.iter().map(|&units| work(units)).sum()
    }
}

mod orx {
    use super::*;
    use orx_parallel::*;

    pub(crate) fn sum(numbers: &[u64]) -> u64 {
        numbers.par().num_threads(THREADS).sum()
    }

    pub(crate) fn primes() -> usize {
        (0..PRIMES_BELOW).par().num_threads(THREADS).filter(|n| is_prime(*n)).count()
    }

    pub(crate) fn collatz() -> usize {
        (0..COLLATZ_BELOW).par().num_threads(THREADS).map(collatz_steps).sum()
    }

    pub(crate) fn map_collect() -> Vec<u64> {
        (0..COLLECTED).par().num_threads(THREADS).map(mixed).collect()
    }

    pub(crate) fn filter_collect() -> Vec<usize> {
        (0..COLLECTED).par().num_threads(THREADS).filter(|n| mixed(*n) % 2 == 0).collect()
    }

    pub(crate) fn skewed(units: &[u32]) -> u64 {
        units.par().num_threads(THREADS).map(|&units| work(units)).sum()
    }
}

mod paralights {
    use super::*;
    use paralight::prelude::*;

    /// A pool that takes from others what they have not begun, as all the others do.
    pub(crate) fn pool() -> RefCell<ThreadPool> {
        let builder = ThreadPoolBuilder {
            num_threads: ThreadCount::Count(NonZero::new(THREADS).expect("not zero")),
            range_strategy: RangeStrategy::WorkStealing,
            cpu_pinning: CpuPinningPolicy::No,
        };
        RefCell::new(builder.build())
    }

    pub(crate) fn sum(pool: &RefCell<ThreadPool>, numbers: &[u64]) -> u64 {
        numbers.par_iter().with_thread_pool(&mut *pool.borrow_mut()).sum()
    }

    pub(crate) fn primes(pool: &RefCell<ThreadPool>) -> usize {
        let (mut pool, numbers) = (pool.borrow_mut(), 0..PRIMES_BELOW);
        let numbers = numbers.into_par_iter().with_thread_pool(&mut *pool);
        numbers.map(|n| usize::from(is_prime(n))).sum()
    }

    pub(crate) fn collatz(pool: &RefCell<ThreadPool>) -> usize {
        let (mut pool, numbers) = (pool.borrow_mut(), 0..COLLATZ_BELOW);
        let numbers = numbers.into_par_iter().with_thread_pool(&mut *pool);
        numbers.map(collatz_steps).sum()
    }

    pub(crate) fn skewed(pool: &RefCell<ThreadPool>, units: &[u32]) -> u64 {
        let mut pool = pool.borrow_mut();
        let units = units.par_iter().with_thread_pool(&mut *pool);
        units.map(|&units| work(units)).sum()
    }
}

mod chilis {
    use super::*;

    /// Adds up what `part` makes of parts of the range, by halves.
    fn halves(
        scope: &mut chili::Scope<'_>,
        range: Range<usize>,
        leaf: usize,
        part: &(impl Fn(Range<usize>) -> u64 + Sync),
    ) -> u64 {
        if range.len() <= leaf {
            return part(range);
        }
        let middle = range.start + range.len() / 2;
        let (left, right) = (range.start..middle, middle..range.end);
        let (left, right) = scope.join(
            |scope| halves(scope, left, leaf, part),
            |scope| halves(scope, right, leaf, part),
        );
        left + right
    }

    pub(crate) fn sum(numbers: &[u64]) -> u64 {
        let part = |range: Range<usize>| numbers[range].iter().sum();
        halves(&mut chili::Scope::global(), 0..numbers.len(), CHILI_LEAF, &part)
    }

    pub(crate) fn primes() -> usize {
        let part = |range: Range<usize>| range.filter(|n| is_prime(*n)).count() as u64;
        let all = 0..PRIMES_BELOW;
        halves(&mut chili::Scope::global(), all, CHILI_LEAF_WORKING, &part) as usize
    }

    pub(crate) fn collatz() -> usize {
        let part = |range: Range<usize>| range.map(collatz_steps).sum::<usize>() as u64;
        let all = 0..COLLATZ_BELOW;
        halves(&mut chili::Scope::global(), all, CHILI_LEAF_WORKING, &part) as usize
    }

    pub(crate) fn skewed(units: &[u32]) -> u64 {
        let part = |range: Range<usize>| units[range].iter().map(|&units| work(units)).sum();
        halves(&mut chili::Scope::global(), 0..units.len(), 1, &part)
    }
}

/// A group in which each contestant must come to the same result.
struct Contest<'a, R> {
    group: Group<'a>,
    expected: &'a R,
    calls: usize,
}

impl<'a, R: PartialEq + Debug> Contest<'a, R> {
    fn new(group: Group<'a>, expected: &'a R, calls: usize) -> Self {
        Contest { group: group.per(calls), expected, calls }
    }

    fn case(self, name: &'static str, call: impl Fn() -> R + 'a) -> Self {
        let (expected, calls) = (self.expected, self.calls);
        let sample = move || {
            // Many calls are to be hot ones.
            for _ in 1..calls {
                black_box(call());
            }
            let start = Instant::now();
            for _ in 1..calls {
                black_box(call());
            }
            let result = call();
            let time: Duration = start.elapsed();
            assert_eq!(&result, expected, "wrong result");
            time
        };
        Contest { group: self.group.case(name, sample), ..self }
    }

    fn run(self) {
        self.group.run();
    }
}

fn main() {
    let bench = Bench::new("peers");
    ::rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("the first");
    ::moirai::ThreadPoolBuilder::new().num_threads(THREADS).build_global().expect("the first");
    let pool = paralights::pool();

    for size in [1_000, 10_000, 100_000, 1_000_000] {
        let numbers: Vec<u64> = (0..size).collect();
        let (expected, calls) = (seq::sum(&numbers), (SAMPLE_ITEMS / numbers.len()).clamp(1, 50));
        Contest::new(bench.group("sum", size), &expected, calls)
            .case("seq", || seq::sum(black_box(&numbers)))
            .case("rayon", || rayon::sum(black_box(&numbers)))
            .case("moirai", || moirai::sum(black_box(&numbers)))
            .case("orx", || orx::sum(black_box(&numbers)))
            .case("paralight", || paralights::sum(&pool, black_box(&numbers)))
            .case("chili", || chilis::sum(black_box(&numbers)))
            .run();
    }
    let expected = seq::primes();
    Contest::new(bench.group("primes", PRIMES_BELOW).ideal(0.5), &expected, 1)
        .case("seq", seq::primes)
        .case("rayon", rayon::primes)
        .case("moirai", moirai::primes)
        .case("orx", orx::primes)
        .case("paralight", || paralights::primes(&pool))
        .case("chili", chilis::primes)
        .run();
    let expected = seq::collatz();
    Contest::new(bench.group("collatz", COLLATZ_BELOW).ideal(0.5), &expected, 1)
        .case("seq", seq::collatz)
        .case("rayon", rayon::collatz)
        .case("moirai", moirai::collatz)
        .case("orx", orx::collatz)
        .case("paralight", || paralights::collatz(&pool))
        .case("chili", chilis::collatz)
        .run();
    let expected = seq::map_collect();
    Contest::new(bench.group("map-collect", COLLECTED), &expected, 1)
        .case("seq", seq::map_collect)
        .case("rayon", rayon::map_collect)
        .case("moirai", moirai::map_collect)
        .case("orx", orx::map_collect)
        .run();
    let expected = seq::filter_collect();
    Contest::new(bench.group("filter-collect", COLLECTED), &expected, 1)
        .case("seq", seq::filter_collect)
        .case("rayon", rayon::filter_collect)
        .case("moirai", moirai::filter_collect)
        .case("orx", orx::filter_collect)
        .run();
    let units = loads::front_heavy();
    let expected = seq::skewed(&units);
    Contest::new(bench.group("front-heavy", units.len()).ideal(0.5), &expected, 1)
        .case("seq", || seq::skewed(black_box(&units)))
        .case("rayon", || rayon::skewed(black_box(&units)))
        .case("moirai", || moirai::skewed(black_box(&units)))
        .case("orx", || orx::skewed(black_box(&units)))
        .case("paralight", || paralights::skewed(&pool, black_box(&units)))
        .case("chili", || chilis::skewed(black_box(&units)))
        .run();
}
