//! Absolute times of `join` by criterion, whose history tells how they change from one version to the next.
//!
//! The comparison with rayon is the business of the other benches, which pair their samples.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;

fn fib(n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = moirai::join(|| fib(n - 1), || fib(n - 2));
    a + b
}

fn join(criterion: &mut Criterion) {
    assert_eq!(fib(20), 6765);
    let one = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    criterion.bench_function("absolute/fib/moirai/1-thread", |bencher| {
        one.install(|| bencher.iter(|| fib(black_box(20))));
    });
    criterion.bench_function("absolute/join-in-a-row/moirai/outside", |bencher| {
        bencher.iter(|| moirai::join(|| (), || ()));
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(2))
        .without_plots()
        .configure_from_args();
    join(&mut criterion);
    criterion.final_summary();
}
