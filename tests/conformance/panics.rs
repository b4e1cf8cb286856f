//! Section 12: panics in closures, and who drops what after an early end.

use super::api::prelude::*;
use super::kit::{in_pools, panic_of, pool, quiet_panic};
use crate::child::say;
use crate::ledger::{Entry, Ledger};
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// PAN-1: a panic is raised in the caller, with its payload, when nothing runs any more.
#[test]
fn pan_1_after_the_others() {
    watch!();
    in_pools(|| {
        for max in [1, 7, 1000] {
            let running = AtomicUsize::new(0);
            struct Running<'r>(&'r AtomicUsize);
            impl Drop for Running<'_> {
                fn drop(&mut self) {
                    self.0.fetch_sub(1, Ordering::SeqCst);
                }
            }
            let payload = panic_of(|| {
                (0..1000).into_par_iter().with_max_len(max).for_each(|n| {
                    running.fetch_add(1, Ordering::SeqCst);
                    let _running = Running(&running);
                    if n == 500 {
                        quiet_panic(("payload", n));
                    }
                });
            });
            assert_eq!(running.into_inner(), 0);
            assert_eq!(*payload.downcast::<(&str, i32)>().unwrap(), ("payload", 500));
        }
    });
}

/// PAN-1: of several panics the leftmost is raised; the others' payloads are dropped.
#[test]
fn pan_1_leftmost() {
    watch!();
    in_pools(|| {
        let (ledger, entries) = Ledger::of(100);
        let singles = entries.into_par_iter().with_max_len(1);
        let payload = panic_of(|| {
            singles.for_each(|entry| {
                if entry.number() % 10 == 4 {
                    quiet_panic(entry);
                }
            });
        });
        assert_eq!(payload.downcast_ref::<Entry>().unwrap().number(), 4);
        assert_eq!(ledger.dropped(), 99);
    });
}

/// PAN-1: in every kind of closure.
#[test]
fn pan_1_any_closure() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100).into_par_iter();
        let boom = |n: i32| if n == 50 { quiet_panic("boom") } else { n };
        let check = |call: &dyn Fn()| {
            assert_eq!(*panic_of(call).downcast::<&str>().unwrap(), "boom");
        };
        check(&|| _ = numbers().map(boom).count());
        check(&|| _ = numbers().filter(|n| boom(*n) >= 0).collect::<Vec<_>>());
        check(&|| _ = numbers().flat_map(|n| Some(boom(n))).max());
        check(&|| _ = numbers().flat_map_iter(|n| Some(boom(n))).min());
        check(&|| _ = numbers().map_init(|| boom(50), |_, n| n).count());
        check(&|| _ = numbers().fold(|| 0, |_, n| boom(n)).count());
        check(&|| _ = numbers().map(|_| 25).reduce(|| 0, |a, b| boom(a + b)));
        check(&|| _ = numbers().find_first(|n| boom(*n) < 0));
        check(&|| _ = numbers().min_by(|_, _| boom(50).cmp(&0)));
        check(&|| _ = numbers().try_for_each(|n| Some(_ = boom(n))));
        check(&|| _ = numbers().map(boom).zip(numbers()).count());
        check(&|| _ = numbers().chain(numbers()).map(boom).count());
        check(&|| _ = numbers().map(boom).partition::<Vec<_>, Vec<_>, _>(|_| true));
        check(&|| _ = (0..100).map(boom).par_bridge().count());
    });
}

/// PAN-2: without `panic_fuse` the other pieces go on; with it they end at their next look.
#[test]
fn pan_2_panic_fuse() {
    watch!();
    let ran = AtomicUsize::new(0);
    let step = |n: usize| {
        if n == 0 {
            quiet_panic("first");
        }
        ran.fetch_add(1, Ordering::Relaxed);
    };
    in_pools(|| {
        let singles = || (0..1000).into_par_iter().with_max_len(1);
        panic_of(|| singles().for_each(step));
        assert_eq!(ran.swap(0, Ordering::Relaxed), 999);
        let payload = panic_of(|| singles().panic_fuse().for_each(step));
        assert_eq!(*payload.downcast::<&str>().unwrap(), "first");
        ran.store(0, Ordering::Relaxed);
        assert_eq!(singles().panic_fuse().count(), 1000);
    });
    // On one thread nothing has begun when the first item panics.
    pool(1).install(|| {
        panic_of(|| (0..1000).into_par_iter().with_max_len(1).panic_fuse().for_each(step));
    });
    assert_eq!(ran.into_inner(), 0);
}

/// PAN-3: an early end drops what was not consumed.
#[test]
fn pan_3_early_end() {
    watch!();
    in_pools(|| {
        let check = |consume: &dyn Fn(Vec<Entry>)| {
            let (ledger, entries) = Ledger::of(1000);
            consume(entries);
            assert_eq!(ledger.dropped(), 1000);
        };
        let is = |number: usize| move |entry: &Entry| entry.number() == number;
        check(&|entries| _ = entries.into_par_iter().find_any(is(500)));
        check(&|entries| _ = entries.into_par_iter().find_first(is(0)));
        check(&|entries| _ = entries.into_par_iter().find_last(is(500)));
        check(&|entries| assert!(entries.into_par_iter().any(|entry| entry.number() == 3)));
        check(&|entries| assert!(!entries.into_par_iter().all(|entry| entry.number() != 3)));
        check(&|entries| assert_eq!(entries.into_par_iter().take(10).count(), 10));
        check(&|entries| assert_eq!(entries.into_par_iter().skip(10).count(), 990));
        check(&|entries| assert_eq!(entries.into_par_iter().take_any(10).count(), 10));
        check(&|entries| assert_eq!(entries.into_par_iter().step_by(10).count(), 100));
        check(&|entries| assert_eq!(entries.into_par_iter().zip(0..10).count(), 10));
        check(&|entries| assert_eq!(entries.into_par_iter().chunks(7).take(2).count(), 2));
        check(&|entries| {
            let kept = entries.into_par_iter().map(|entry| Some(entry).filter(|e| !is(9)(e)));
            assert!(kept.while_some().count() < 1000);
        });
        check(&|entries| {
            let refuse = |entry: Entry| if is(700)(&entry) { Err(entry) } else { Ok(()) };
            assert_eq!(entries.into_par_iter().try_for_each(refuse).unwrap_err().number(), 700);
        });
        check(&|entries| {
            let other = Ledger::of(10).1;
            assert_eq!(entries.into_par_iter().interleave_shortest(other).count(), 21);
        });
    });
}

/// PAN-4: iterators that are dropped before they ran.
#[test]
fn pan_4_unconsumed() {
    watch!();
    in_pools(|| {
        let (ledger, entries) = Ledger::of(1000);
        drop(entries.into_par_iter().map(|entry| entry).rev());
        assert_eq!(ledger.dropped(), 1000);
        let (ledger, mut entries) = Ledger::of(1000);
        let capacity = entries.capacity();
        drop(entries.par_drain(100..200));
        assert_eq!((ledger.dropped(), entries.len(), entries.capacity()), (100, 900, capacity));
        assert!(entries.iter().map(Entry::number).eq((0..100).chain(200..1000)));
    });
}

/// PAN-5: the range of a drain is gone however the drain ended, and the tail has moved down.
#[test]
fn pan_5_drains() {
    watch!();
    in_pools(|| {
        let (ledger, mut entries) = Ledger::of(1000);
        let capacity = entries.capacity();
        assert_eq!(entries.par_drain(..100).map(|entry| entry.number()).sum::<usize>(), 4950);
        assert_eq!((ledger.dropped(), entries.len()), (100, 900));
        // In part.
        let found = entries.par_drain(..100).find_any(|entry| entry.number() == 150);
        assert!(found.is_some());
        assert_eq!((ledger.dropped(), entries.len()), (199, 800));
        drop(found);
        // With a panic.
        let payload = panic_of(|| {
            entries.par_drain(100..=199).for_each(|entry| {
                if entry.number() == 350 {
                    quiet_panic("drain");
                }
            });
        });
        assert_eq!(*payload.downcast::<&str>().unwrap(), "drain");
        assert_eq!((ledger.dropped(), entries.len()), (300, 700));
        assert!(entries.iter().map(Entry::number).eq((200..300).chain(400..1000)));
        // Forgotten.
        std::mem::forget(entries.par_drain(..));
        assert_eq!((ledger.dropped(), entries.len()), (300, 700));
        assert_eq!(entries.par_drain(..).count(), 700);
        assert_eq!((ledger.dropped(), entries.capacity()), (1000, capacity));
    });
}

/// PAN-6: the drains of the other collections.
#[test]
fn pan_6_other_drains() {
    watch!();
    in_pools(|| {
        let (ledger, entries) = Ledger::of(1000);
        let mut deque = VecDeque::from(entries);
        // So that the logical order wraps around the end of the memory.
        deque.rotate_left(300);
        let capacity = deque.capacity();
        drop(deque.par_drain(600..750));
        assert_eq!((ledger.dropped(), deque.len()), (150, 850));
        assert_eq!(deque.par_drain(..50).map(|entry| entry.number()).min(), Some(300));
        panic_of(|| deque.par_drain(700..).for_each(|_| quiet_panic("deque")));
        assert_eq!((ledger.dropped(), deque.len(), deque.capacity()), (300, 700, capacity));
        let left = (350..900).chain(50..200);
        assert!(deque.iter().map(Entry::number).eq(left));
        assert!(deque.par_drain(..10).any(|_| true));
        assert_eq!((ledger.dropped(), deque.len()), (310, 690));

        for consumed in [true, false] {
            let (ledger, entries) = Ledger::of(100);
            let mut heap = BinaryHeap::from(entries);
            let capacity = heap.capacity();
            let drain = heap.par_drain();
            match consumed {
                true => assert_eq!(drain.count(), 100),
                false => drop(drain),
            }
            assert_eq!((ledger.dropped(), heap.len(), heap.capacity()), (100, 0, capacity));

            let mut text = String::from("große Nase");
            let drain = text.par_drain(1..7);
            match consumed {
                true => assert_eq!(drain.collect::<String>(), "roße "),
                false => drop(drain),
            }
            assert_eq!(text, "gNase");

            let (ledger, entries) = Ledger::of(100);
            let mut map: HashMap<_, _> = entries.into_iter().enumerate().collect();
            let drain = map.par_drain();
            match consumed {
                true => assert!(drain.any(|(key, entry)| key == 7 && entry.number() == 7)),
                false => drop(drain),
            }
            assert_eq!((ledger.dropped(), map.len()), (100, 0));
            let mut set: HashSet<_> = (0..100).collect();
            let drain = set.par_drain();
            match consumed {
                true => assert_eq!(drain.sum::<i32>(), 4950),
                false => std::mem::forget(drain),
            }
            assert!(set.is_empty(), "emptied by the call");
        }
    });
}

/// PAN-7: a panic in a comparison loses no element and doubles none.
#[test]
fn pan_7_sorts() {
    watch!();
    in_pools(|| {
        let mixed = |n: usize| n.wrapping_mul(0x9E37_79B9) % 10_007;
        for len in [2, 10, 100, 3000, 10_000] {
            for limit in [0, 1, len / 2, 5 * len] {
                let calls = AtomicUsize::new(0);
                let compare = |a: &Entry, b: &Entry| {
                    if calls.fetch_add(1, Ordering::Relaxed) == limit {
                        quiet_panic("comparison");
                    }
                    mixed(a.number()).cmp(&mixed(b.number()))
                };
                let check = |sort: &dyn Fn(&mut [Entry])| {
                    let (ledger, mut entries) = Ledger::of(len);
                    calls.store(0, Ordering::Relaxed);
                    let ended = catch_unwind(AssertUnwindSafe(|| sort(&mut entries)));
                    if let Err(payload) = ended {
                        assert_eq!(*payload.downcast::<&str>().unwrap(), "comparison");
                    } else {
                        assert!(calls.load(Ordering::Relaxed) <= limit);
                    }
                    assert_eq!(ledger.dropped(), 0);
                    let mut numbers: Vec<_> = entries.iter().map(Entry::number).collect();
                    numbers.sort_unstable();
                    assert!(numbers.into_iter().eq(0..len));
                    drop(entries);
                    assert_eq!(ledger.dropped(), len);
                };
                check(&|entries| entries.par_sort_by(compare));
                check(&|entries| entries.par_sort_unstable_by(compare));
            }
            let (_, mut entries) = Ledger::of(len);
            entries.reverse();
            let key = |entry: &Entry| match entry.number() == len / 2 {
                true => quiet_panic("key"),
                false => entry.number(),
            };
            panic_of(|| entries.par_sort_by_cached_key(key));
            assert!(entries.iter().map(Entry::number).eq((0..len).rev()), "unchanged");
        }
    });
}

/// Panics when it is dropped, if it is the one.
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 {
            quiet_panic("dropped");
        }
    }
}

/// PAN-8: a drop that panics panics like any closure.
#[test]
fn pan_8_drop_panics() {
    watch!();
    in_pools(|| {
        let bombs: Vec<_> = (0..100).map(|n| Bomb(n == 50)).collect();
        let payload = panic_of(|| bombs.into_par_iter().for_each(drop));
        assert_eq!(*payload.downcast::<&str>().unwrap(), "dropped");
        let bombs: Vec<_> = (0..100).map(|n| Bomb(n == 50)).collect();
        let payload = panic_of(|| drop(bombs.into_par_iter()));
        assert_eq!(*payload.downcast::<&str>().unwrap(), "dropped");
    });
}

/// PAN-8: during another panic it ends the process.
#[test]
#[cfg(unix)]
fn pan_8_drop_panics_in_a_panic() {
    use std::os::unix::process::ExitStatusExt;
    watch!();
    let process = fresh!(pan_8_drop_panics_in_a_panic);
    if process.scenario().is_some() {
        say("begins");
        let bombs: Vec<_> = (0..100).map(|n| Bomb(n == 50)).collect();
        panic_of(|| {
            bombs.into_par_iter().for_each(|bomb| {
                if bomb.0 {
                    quiet_panic("with the bomb in hand");
                }
            });
        });
        return say("lives");
    }
    let ended = process.run("drop", &[]);
    assert_eq!(ended.said, ["begins"]);
    assert_eq!(ended.status.signal(), Some(6), "{ended:#?}");
}
