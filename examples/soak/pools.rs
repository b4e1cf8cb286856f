//! Deeds about pools: calls from one into another, pools that live shortly, counters.

use crate::deeds::Here;
use crate::random::Random;
use moirai::prelude::*;
use moirai::{Guests, Pinning, Placement, ThreadPoolBuilder, WaitPolicy, topology::Topology};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub(crate) fn install(here: Here<'_>, random: &mut Random) {
    let left = here.world.pools.len().saturating_sub(here.next_pool);
    if left == 0 {
        return;
    }
    let at = here.next_pool + random.below(left);
    let pool = &here.world.pools[at];
    pool.install(|| {
        assert_eq!(moirai::current_num_threads(), pool.current_num_threads());
        assert_eq!(pool.current_thread_index(), moirai::current_thread_index());
        Here { next_pool: at + 1, ..here }.inner_deed(random);
    });
}

pub(crate) fn make(_: Here<'_>, random: &mut Random) {
    let threads = 1 + random.below(4);
    let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (starts, ends) = (Arc::clone(&begun), Arc::clone(&ended));
    let mut builder = ThreadPoolBuilder::new().num_threads(threads);
    builder = builder.start_handler(move |_| _ = starts.fetch_add(1, Ordering::SeqCst));
    builder = builder.exit_handler(move |_| _ = ends.fetch_add(1, Ordering::SeqCst));
    builder = builder.guests(random.one_of(&[Guests::Always, Guests::Never]));
    builder = builder.wait_policy(random.one_of(&[WaitPolicy::Descendants, WaitPolicy::Anything]));
    builder = builder.pinning(random.one_of(&[
        Pinning::None,
        Pinning::Group,
        Pinning::Cache,
        Pinning::Cpu,
    ]));
    builder = builder.placement(random.one_of(&[
        Placement::ByGroup,
        Placement::ByPages,
        Placement::None,
    ]));
    if random.below(2) == 0 {
        let machine = random.one_of(&["1x1", "2x1", "3x2", "4x8/smt=2:socket2x2"]);
        builder = builder.topology(Topology::fake(machine).expect("a machine"));
    }
    let pool = builder.build().expect("a pool");
    let length = random.length() as u64;
    let sum: u64 = pool.install(|| (0..length).into_par_iter().sum());
    assert_eq!(sum, length * length.saturating_sub(1) / 2);
    let ran = Arc::new(AtomicUsize::new(0));
    let jobs = random.below(20);
    for _ in 0..jobs {
        let ran = Arc::clone(&ran);
        pool.spawn(move || _ = ran.fetch_add(1, Ordering::SeqCst));
    }
    match random.below(3) {
        0 => {
            pool.shutdown();
            assert_eq!(ran.load(Ordering::SeqCst), jobs);
            assert_eq!(begun.load(Ordering::SeqCst), threads);
            assert_eq!(ended.load(Ordering::SeqCst), threads);
            assert_eq!(Arc::strong_count(&ran), 1, "jobs are dropped");
        }
        1 => _ = pool.shutdown_timeout(Duration::from_micros(random.below(500) as u64)),
        _ => drop(pool),
    }
}

pub(crate) fn scoped(_: Here<'_>, random: &mut Random) {
    let words = vec!["some"; 1 + random.below(100)];
    let threads = 1 + random.below(3);
    let wrapped = AtomicUsize::new(0);
    let letters = ThreadPoolBuilder::new().num_threads(threads).build_scoped(
        |thread| {
            wrapped.fetch_add(1, Ordering::SeqCst);
            thread.run();
        },
        |pool| pool.install(|| words.par_iter().map(|word| word.len()).sum::<usize>()),
    );
    assert_eq!(letters.expect("a pool"), 4 * words.len());
    assert_eq!(wrapped.into_inner(), threads, "all threads have ended");
}

pub(crate) fn counters(here: Here<'_>, random: &mut Random) {
    let pool = &here.world.pools[random.below(here.world.pools.len())];
    let before = pool.metrics();
    here.inner_deed(random);
    let work = pool.metrics().since(&before);
    assert_eq!(work.workers().len(), pool.current_num_threads());
    let total: usize = work.workers().iter().map(|work| work.jobs()).sum();
    assert_eq!(work.total().jobs(), total);
    assert_eq!(pool.workers().len(), pool.current_num_threads());
}
