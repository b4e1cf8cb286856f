//! What the benches of iterators share: samples that check their result, pools, and a workload in three implementations.
//!
//! A subject's workloads stand once, in a file of this folder that names the crate under test `par` and is compiled three
//! times: with rayon, with moirai, and with [`sequential`], which offers the same names over std's iterators. Each file
//! ends in a list of its workloads, and the three lists are walked together.

#![allow(dead_code, reason = "each bench uses a part of the workloads' parts")]

pub(crate) mod sequential;

use std::cell::OnceCell;
use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::harness::{Bench, Group};

/// One run of a workload: how long it took, and a hash of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) time: Duration,
    pub(crate) hash: u64,
}

/// Times `work`. The result is hashed and dropped when the clock has stopped.
pub(crate) fn clocked<R: Hash>(work: impl FnOnce() -> R) -> Sample {
    let start = Instant::now();
    let result = work();
    let time = start.elapsed();
    let mut hasher = DefaultHasher::new();
    result.hash(&mut hasher);
    Sample { time, hash: hasher.finish() }
}

/// Times so many calls of `work`, of whose results the last one is hashed. The compiler cannot know that the input is the
/// same each time.
pub(crate) fn repeated<'i, I, R: Hash>(
    calls: usize,
    input: &'i I,
    work: impl Fn(&'i I) -> R,
) -> Sample {
    clocked(|| {
        for _ in 1..calls {
            black_box(work(black_box(input)));
        }
        work(black_box(input))
    })
}

/// A workload in one implementation: its name, and what runs it on an input.
pub(crate) type Workload<I> = (&'static str, fn(&I) -> Sample);

/// A workload in the three implementations.
#[derive(Debug)]
pub(crate) struct Contest<I> {
    pub(crate) name: &'static str,
    pub(crate) seq: fn(&I) -> Sample,
    pub(crate) rayon: fn(&I) -> Sample,
    pub(crate) moirai: fn(&I) -> Sample,
}

/// Brings the three lists of a file's workloads together.
pub(crate) fn contests<I>(lists: [&[Workload<I>]; 3]) -> Vec<Contest<I>> {
    let [seq, rayon, moirai] = lists;
    let all = seq.iter().zip(rayon).zip(moirai);
    all.map(|((&(name, seq), &(_, rayon)), &(_, moirai))| Contest { name, seq, rayon, moirai })
        .collect()
}

/// Pools of both crates with equally many threads.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) threads: usize,
    pub(crate) rayon: rayon::ThreadPool,
    pub(crate) moirai: moirai::ThreadPool,
}

impl Pools {
    fn new(threads: usize) -> Self {
        let rayon = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let moirai = moirai::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        Pools { threads, rayon, moirai }
    }

    /// Pools of one thread, and of as many as the machine has.
    pub(crate) fn one_and_all() -> Vec<Self> {
        let all = rayon::current_num_threads();
        assert_eq!(moirai::current_num_threads(), all, "the global pools differ");
        let mut pools = vec![Self::new(1)];
        if all > 1 {
            pools.push(Self::new(all));
        }
        pools
    }
}

impl<I: Sync> Contest<I> {
    /// The workload called from an outside thread, on the global pools.
    pub(crate) fn outside<'a>(
        &'a self,
        bench: &'a Bench,
        size: impl Display,
        input: &'a I,
    ) -> Group<'a> {
        let checked = Checked::default();
        bench
            .group(self.name, size)
            .case("seq", checked.case(|| (self.seq)(input)))
            .case("rayon", checked.case(|| (self.rayon)(input)))
            .case("moirai", checked.case(|| (self.moirai)(input)))
    }

    /// So many calls in a row on workers of these pools, those of the sequential workload on one of ours: what is compared with
    /// it begins with the same stack, allocator and caches.
    pub(crate) fn on_workers<'a>(
        &'a self,
        bench: &'a Bench,
        pools: &'a Pools,
        size: impl Display,
        input: &'a I,
        calls: usize,
    ) -> Group<'a> {
        let checked = Checked::default();
        let in_a_row = move |workload: fn(&I) -> Sample| {
            let samples = (0..calls).map(|_| workload(input));
            let both = |a: Sample, b: Sample| Sample { time: a.time + b.time, hash: b.hash };
            samples.reduce(both).expect("one call at least")
        };
        bench
            .group(self.name, format!("{size}/{}-thread", pools.threads))
            .per(calls)
            .case("seq", checked.case(move || pools.moirai.install(|| in_a_row(self.seq))))
            .case("rayon", checked.case(move || pools.rayon.install(|| in_a_row(self.rayon))))
            .case("moirai", checked.case(move || pools.moirai.install(|| in_a_row(self.moirai))))
    }

    /// The workload on workers of these pools.
    pub(crate) fn inside<'a>(
        &'a self,
        bench: &'a Bench,
        pools: &'a Pools,
        size: impl Display,
        input: &'a I,
    ) -> Group<'a> {
        let checked = Checked::default();
        // The size may be empty.
        let size = format!("{size}/{}-thread", pools.threads);
        bench
            .group(self.name, size.trim_start_matches('/'))
            .case("seq", checked.case(|| (self.seq)(input)))
            .case("rayon", checked.case(|| pools.rayon.install(|| (self.rayon)(input))))
            .case("moirai", checked.case(|| pools.moirai.install(|| (self.moirai)(input))))
    }
}

/// The result that all samples of a group must have: that of the first one.
#[derive(Debug, Default)]
struct Checked(Rc<OnceCell<u64>>);

impl Checked {
    fn case<'a>(&self, sample: impl Fn() -> Sample + 'a) -> impl FnMut() -> Duration + 'a {
        let expected = Rc::clone(&self.0);
        move || {
            let Sample { time, hash } = sample();
            assert_eq!(*expected.get_or_init(|| hash), hash, "the results differ");
            time
        }
    }
}

/// Does so many units of work, each of about 100 ns: steps of which the compiler cannot make fewer.
pub(crate) fn work(units: u32, start: u64) -> u64 {
    let step = |bits: u64, _| (bits ^ bits >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (0..units * 50).fold(start, step)
}

/// Numbers without a pattern, the same in each run (SplitMix64).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }

    /// From 0 to 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
