//! Section 16: sequential iterators that several threads draw from.

use super::api;
use super::api::prelude::*;
use super::kit::{channel, in_pools, panic_of, pool, quiet_panic};
use crate::ledger::Ledger;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// BRG-1: one call of `next` at a time, and none after the end.
#[test]
fn brg_1_one_at_a_time() {
    watch!();
    in_pools(|| {
        let inside = AtomicBool::new(false);
        let (mut next, mut ended) = (0, false);
        let source = std::iter::from_fn(|| {
            assert!(!inside.swap(true, Ordering::Relaxed), "two at a time");
            thread::yield_now();
            assert!(!ended, "called again");
            next += 1;
            ended = next > 100;
            inside.store(false, Ordering::Relaxed);
            (!ended).then_some(next)
        });
        let mut items: Vec<_> = source.par_bridge().collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(1..=100));
        assert_eq!(std::iter::empty::<u8>().par_bridge().count(), 0);
    });
}

/// BRG-1: an early end leaves the rest undrawn, and drops it.
#[test]
fn brg_1_early_end() {
    watch!();
    in_pools(|| {
        assert!((0_u64..).par_bridge().find_any(|n| *n == 321).is_some());
        let (ledger, entries) = Ledger::of(1000);
        assert!(entries.into_iter().par_bridge().any(|entry| entry.number() == 3));
        assert_eq!(ledger.dropped(), 1000);
        let (ledger, entries) = Ledger::of(10);
        drop(entries.into_iter().par_bridge());
        assert_eq!(ledger.dropped(), 10);
    });
}

/// BRG-2: if drawing, or the work on an item, comes across another piece of the same bridge,
/// nothing waits for itself, and every item comes once.
#[test]
fn brg_2_reentrance() {
    watch!();
    in_pools(|| {
        let mut next = 0;
        let source = std::iter::from_fn(|| {
            // May run whatever is pending on this thread.
            api::yield_now();
            api::join(|| (), || ());
            next += 1;
            (next <= 100).then_some(next)
        });
        let mut items: Vec<_> = source.par_bridge().collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(1..=100));

        let work = |n: usize| {
            api::yield_now();
            (0..n).into_par_iter().with_max_len(1).count()
        };
        let mut items: Vec<_> = (0..100).par_bridge().map(work).collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(0..100));
        // A bridge in a bridge.
        let nested = (0..20).par_bridge().map(|n| (0..n).par_bridge().sum::<usize>());
        assert_eq!(nested.sum::<usize>(), (0..20).map(|n| (0..n).sum::<usize>()).sum());
    });
}

/// BRG-3: a panic of `next` reaches the caller, and nobody calls `next` again.
#[test]
fn brg_3_panic() {
    watch!();
    in_pools(|| {
        let consumed = AtomicUsize::new(0);
        let calls = AtomicUsize::new(0);
        let source = std::iter::from_fn(|| match calls.fetch_add(1, Ordering::Relaxed) {
            49 => quiet_panic("drawn"),
            n => Some(n),
        });
        let payload = panic_of(|| {
            source.par_bridge().for_each(|_| {
                consumed.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(*payload.downcast::<&str>().unwrap(), "drawn");
        assert_eq!(calls.into_inner(), 50, "called again");
        assert_eq!(consumed.into_inner(), 49, "what was drawn before");
    });
}

/// BRG-4: what was drawn is worked on although the source waits: here for that very work.
#[test]
fn brg_4_blocking_source() {
    watch!();
    for threads in [1, 2, 4] {
        let (done, is_done) = channel();
        let mut next = 0;
        let source = std::iter::from_fn(|| {
            if next > 0 {
                assert!(is_done.recv().is_ok());
            }
            next += 1;
            (next <= 100).then_some(next)
        });
        let count = pool(threads).install(|| {
            let work = source.par_bridge().map_with(done, |done, _| done.send(()).unwrap());
            work.count()
        });
        assert_eq!(count, 100);
    }
}

/// BRG-4: a source that another thread feeds.
#[test]
fn brg_4_fed_from_outside() {
    watch!();
    in_pools(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let feeder = thread::spawn(move || (0..100).for_each(|n| sender.send(n).unwrap()));
        let mut items: Vec<_> = receiver.into_iter().par_bridge().collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(0..100));
        feeder.join().unwrap();
    });
}
