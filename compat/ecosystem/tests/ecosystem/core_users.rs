//! Crates that use rayon-core without rayon: blake3, jxl-threadpool, paralight, orx-parallel. (exr is in `files`.)

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use rayon::prelude::*;

use crate::kit::{everywhere, pool_of};

fn input() -> Vec<u8> {
    (0..300_000_u32).map(|n| (n % 251) as u8).collect()
}

/// Hashing forks by `rayon_core::join`.
#[test]
fn blake3_hashes() {
    watch!();
    let input = input();
    let expected = blake3::hash(&input);
    everywhere(|| assert_eq!(blake3::Hasher::new().update_rayon(&input).finalize(), expected));
    // b3sum: hashing under a pool of rayon-core's, several files at a time.
    let pool = rayon_core::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let hashes: Vec<_> = pool.install(|| {
        (0..8)
            .into_par_iter()
            .map(|_| blake3::Hasher::new().update_rayon(&input).finalize())
            .collect()
    });
    assert!(hashes.iter().all(|hash| *hash == expected));
}

/// A pool made by rayon serves a crate that knows rayon-core alone, and `install` reaches across.
#[test]
fn jxl_threadpool_runs() {
    watch!();
    let pool = Arc::new(pool_of(3));
    for jxl in [
        jxl_threadpool::JxlThreadPool::with_rayon_thread_pool(pool.clone()),
        jxl_threadpool::JxlThreadPool::rayon(Some(2)),
        jxl_threadpool::JxlThreadPool::rayon_global(),
    ] {
        let sum = AtomicUsize::new(0);
        jxl.scope(|scope| {
            for n in 0..100 {
                let sum = &sum;
                scope.spawn(move |scope| scope.spawn(move |_| _ = sum.fetch_add(n, SeqCst)));
            }
        });
        jxl.for_each_vec((0..100).collect(), |n| _ = sum.fetch_add(n, SeqCst));
        jxl.for_each_mut_slice_with(&mut [1; 50], 1, |one, n| _ = sum.fetch_add(*one * *n, SeqCst));
        assert_eq!(sum.into_inner(), 4950 + 4950 + 50);
    }
    let jxl = jxl_threadpool::JxlThreadPool::with_rayon_thread_pool(pool);
    jxl.for_each_vec(vec![(); 20], |()| assert_eq!(rayon::current_num_threads(), 3));
}

#[test]
fn paralight_sums() {
    use paralight::prelude::IntoExactParallelRefSource;
    use paralight::prelude::{
        ExactParallelSourceExt, ParallelIteratorExt, RangeStrategy, RayonThreadPool, ThreadCount,
    };

    watch!();
    let numbers: Vec<u64> = (0..10_000).collect();
    let threads = ThreadCount::try_from(3).unwrap();
    let pool = pool_of(3);
    for strategy in [RangeStrategy::Fixed, RangeStrategy::WorkStealing] {
        let own = RayonThreadPool::new(&pool, threads, strategy);
        let global = RayonThreadPool::new_global(threads, strategy);
        for pool in [&own, &global] {
            let sum = IntoExactParallelRefSource::par_iter(&numbers[..])
                .with_thread_pool(pool)
                .map(|n| n + 1)
                .sum::<u64>();
            assert_eq!(sum, 10_000 * 10_001 / 2);
        }
    }
}

/// Its iterators are its own; their tasks run in a scope of a pool of rayon-core's.
#[test]
fn orx_parallel_sums() {
    use orx_parallel::{IntoParIter, Par, Pool, Runner};

    watch!();
    let pool = Pool::rayon(3).unwrap();
    let numbers = || IntoParIter::into_par(0..10_000_usize);
    let sum: usize = numbers().runner(Runner::fixed_with_pool(&pool)).map(|n| n + 1).sum();
    assert_eq!(sum, 10_000 * 10_001 / 2);
    let runner = Runner::adaptive_with_pool(&pool);
    let even: Vec<usize> = numbers().runner(runner).filter(|n| n % 2 == 0).collect();
    assert_eq!(even.len(), 5000);
}
