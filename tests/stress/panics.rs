//! Panics in every place: the right payload comes out, everything is dropped once, the pool lives.

use super::api;
use super::kit::{panic_of, pool, quiet_panic};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Counts those that were made and those that were dropped.
#[derive(Clone, Debug, Default)]
struct Ledger(Arc<(AtomicUsize, AtomicUsize)>);

/// What is dropped exactly once.
#[derive(Debug)]
struct Entry(Ledger);

impl Ledger {
    fn entry(&self) -> Entry {
        self.0.0.fetch_add(1, Ordering::Relaxed);
        Entry(self.clone())
    }

    /// Everything made is gone, and something was made.
    fn assert_settled(&self) {
        let (made, dropped) = (&self.0.0, &self.0.1);
        assert_eq!(made.load(Ordering::SeqCst), dropped.load(Ordering::SeqCst));
        assert_ne!(made.load(Ordering::SeqCst), 0);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.0.0.1.fetch_add(1, Ordering::SeqCst);
    }
}

/// The pool still does all that pools do.
fn assert_usable(pool: &api::ThreadPool) {
    assert_eq!(pool.join(|| 1, || 2), (1, 2));
    assert_eq!(pool.broadcast(|_| ()).len(), pool.current_num_threads());
    let count = AtomicUsize::new(0);
    pool.scope(|s| {
        for _ in 0..10 {
            s.spawn(|_| {
                count.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(count.into_inner(), 10);
}

/// A tree of joins whose nodes are numbered as in a heap; those of `bad` panic, with their number.
/// Each node makes something that it returns, something that it keeps, and something that its
/// second half owns. The number of nodes reached is counted.
fn tree(
    node: usize,
    depth: usize,
    bad: &[usize],
    ledger: &Ledger,
    reached: &AtomicUsize,
) -> Vec<Entry> {
    reached.fetch_add(1, Ordering::Relaxed);
    let _kept = ledger.entry();
    if depth == 0 {
        if bad.contains(&node) {
            quiet_panic((node, ledger.entry()));
        }
        return vec![ledger.entry()];
    }
    let owned = ledger.entry();
    let (mut left, right) = api::join(
        || tree(2 * node, depth - 1, bad, ledger, reached),
        move || {
            let _owned = owned;
            tree(2 * node + 1, depth - 1, bad, ledger, reached)
        },
    );
    if bad.contains(&node) {
        quiet_panic((node, ledger.entry()));
    }
    left.extend(right);
    left
}

/// Which panic of a tree comes out: of the children's the left one's, else the node's own.
fn expected(node: usize, depth: usize, bad: &[usize]) -> Option<usize> {
    let below = (depth > 0).then(|| {
        let left = expected(2 * node, depth - 1, bad);
        left.or_else(|| expected(2 * node + 1, depth - 1, bad))
    });
    below.flatten().or(bad.contains(&node).then_some(node))
}

/// One node panics, at every depth and place; then every pair of nodes.
#[test]
fn joins() {
    watch!();
    const DEPTH: usize = 4;
    let nodes = 1..1 << (DEPTH + 1);
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        let check = |bad: &[usize]| {
            let (ledger, reached) = (Ledger::default(), AtomicUsize::new(0));
            let payload = panic_of(|| pool.install(|| tree(1, DEPTH, bad, &ledger, &reached)));
            let (node, _) = *payload.downcast::<(usize, Entry)>().unwrap();
            assert_eq!(Some(node), expected(1, DEPTH, bad), "{bad:?}");
            // A half runs although the other has panicked.
            assert_eq!(reached.into_inner(), nodes.len());
            ledger.assert_settled();
        };
        for first in nodes.clone() {
            check(&[first]);
            for second in first + 1..nodes.end {
                check(&[first, second]);
            }
        }
        let ledger = Ledger::default();
        let entries = pool.install(|| tree(1, DEPTH, &[], &ledger, &AtomicUsize::new(0)));
        assert_eq!(entries.len(), 1 << DEPTH);
        drop(entries);
        ledger.assert_settled();
        assert_usable(&pool);
    }
}

/// From the bottom of a deep chain through every join above it.
#[test]
fn deep_joins() {
    watch!();
    fn chain(depth: usize, ledger: &Ledger) {
        let (kept, owned) = (ledger.entry(), ledger.entry());
        if depth == 0 {
            quiet_panic((kept, owned));
        }
        match depth % 2 {
            0 => api::join(|| chain(depth - 1, ledger), move || drop(owned)),
            _ => api::join(move || drop(owned), || chain(depth - 1, ledger)),
        };
        drop(kept);
    }
    for threads in [1, 2, 4] {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.stack_size(64 << 20).build().unwrap();
        for depth in [1, 10, 100, 1000] {
            let ledger = Ledger::default();
            drop(panic_of(|| pool.install(|| chain(depth, &ledger))));
            ledger.assert_settled();
        }
        assert_usable(&pool);
    }
}

/// In a scope's body, in its jobs, in jobs of jobs and in broadcast shares, alone and together.
#[test]
fn scopes() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for places in 1_u32..16 {
            let bad = |place: u32| places & (1 << place) != 0;
            let (ledger, ran) = (Ledger::default(), AtomicUsize::new(0));
            let step = |place: u32, owned: Entry| {
                ran.fetch_add(1, Ordering::Relaxed);
                let _owned = owned;
                if bad(place) {
                    quiet_panic((place, ledger.entry()));
                }
            };
            let payload = panic_of(|| {
                pool.scope(|s| {
                    for _ in 0..5 {
                        let (outer, inner) = (ledger.entry(), ledger.entry());
                        s.spawn(|s| {
                            s.spawn(|_| step(1, inner));
                            step(2, outer);
                        });
                    }
                    let (shared, step, ledger) = (ledger.entry(), &step, &ledger);
                    s.spawn_broadcast(move |_, _| {
                        let _shared = &shared;
                        step(3, ledger.entry());
                    });
                    step(0, ledger.entry());
                })
            });
            let (place, _) = *payload.downcast::<(u32, Entry)>().unwrap();
            assert!(bad(place));
            assert_eq!(ran.into_inner(), 11 + threads);
            ledger.assert_settled();
        }
        assert_usable(&pool);
    }
}

/// Detached jobs: every payload reaches the handler, and what the jobs owned is dropped.
#[test]
fn spawned_jobs() {
    watch!();
    for threads in [1, 2, 4] {
        let ledger = Ledger::default();
        let handled = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&handled);
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.panic_handler(move |payload| {
            let (job, _) = *payload.downcast::<(usize, Entry)>().unwrap();
            note.lock().unwrap().push(job);
        });
        let pool = builder.build().unwrap();
        for job in 0..500_usize {
            let (owned, raised) = (ledger.entry(), ledger.entry());
            let work = move || {
                let _owned = owned;
                if job % 3 == 0 {
                    quiet_panic((job, raised));
                }
            };
            match job % 4 {
                0 => pool.spawn(work),
                1 => pool.spawn_fifo(work),
                2 => pool.install(|| api::spawn(work)),
                _ => pool.install(|| api::spawn_fifo(work)),
            }
        }
        let shared = ledger.entry();
        let raising = ledger.clone();
        pool.spawn_broadcast(move |_| {
            let _shared = &shared;
            quiet_panic((500_usize, raising.entry()));
        });
        while handled.lock().unwrap().len() < 167 + threads {
            std::thread::yield_now();
        }
        let mut handled = std::mem::take(&mut *handled.lock().unwrap());
        handled.sort_unstable();
        let bad = (0..500).filter(|job| job % 3 == 0);
        assert_eq!(handled, bad.chain(vec![500; threads]).collect::<Vec<_>>());
        assert_usable(&pool);
        drop(pool);
        // Every job and every payload holds a clone of the ledger.
        while Arc::strong_count(&ledger.0) > 1 {
            std::thread::yield_now();
        }
        ledger.assert_settled();
    }
}

/// In start and exit handlers, on pools that come and go.
#[test]
fn handlers() {
    watch!();
    for round in 0..50 {
        let threads = 1 + round % 4;
        let (ledger, handled) = (Ledger::default(), Arc::new(AtomicUsize::new(0)));
        let (start, exit, note) = (ledger.clone(), ledger.clone(), Arc::clone(&handled));
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.start_handler(move |_| quiet_panic(start.entry()));
        let builder = builder.exit_handler(move |_| quiet_panic(exit.entry()));
        let builder = builder.panic_handler(move |payload| {
            drop(payload.downcast::<Entry>().unwrap());
            note.fetch_add(1, Ordering::SeqCst);
        });
        let pool = builder.build().unwrap();
        assert_usable(&pool);
        drop(pool);
        while handled.load(Ordering::SeqCst) < 2 * threads {
            std::thread::yield_now();
        }
        ledger.assert_settled();
    }
}

/// Out of one pool into another and back, and out of broadcasts.
#[test]
fn across_pools() {
    watch!();
    let (a, b) = (pool(2), pool(1));
    for round in 0..200 {
        let ledger = Ledger::default();
        let payload = panic_of(|| {
            a.install(|| {
                let _kept = ledger.entry();
                b.install(|| {
                    let _kept = ledger.entry();
                    a.join(|| drop(ledger.entry()), || quiet_panic((round, ledger.entry())))
                })
            })
        });
        assert_eq!(payload.downcast::<(i32, Entry)>().unwrap().0, round);
        let payload = panic_of(|| {
            b.install(|| {
                a.broadcast(|context| match context.index() {
                    1 => quiet_panic((round, ledger.entry())),
                    _ => ledger.entry(),
                })
            })
        });
        assert_eq!(payload.downcast::<(i32, Entry)>().unwrap().0, round);
        ledger.assert_settled();
    }
    assert_usable(&a);
    assert_usable(&b);
}
