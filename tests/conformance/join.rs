//! Section 5: join and join_context.

use super::api;
use super::kit::{channel, panic_of, pool, quiet_panic};
use crate::allocations;
use crate::child::say;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// JOIN-1: both halves run to their end, whichever of them panics.
#[test]
fn join_1_both_run() {
    watch!();
    for threads in [1, 2, 4] {
        let pool = pool(threads);
        for (a_panics, b_panics) in [(false, false), (true, false), (false, true), (true, true)] {
            let ran = AtomicUsize::new(0);
            let half = |panics: bool, worth: usize| {
                ran.fetch_add(worth, Ordering::Relaxed);
                if panics {
                    quiet_panic(worth);
                }
            };
            let both = || pool.join(|| half(a_panics, 1), || half(b_panics, 10));
            if a_panics || b_panics {
                panic_of(both);
            } else {
                both();
            }
            assert_eq!(ran.into_inner(), 11);
        }
    }
}

/// JOIN-1: results come back in their places.
#[test]
fn join_1_results() {
    watch!();
    let pool = pool(2);
    let (left, right) = pool.join(|| String::from("a"), || vec![1, 2]);
    assert_eq!((left.as_str(), right), ("a", vec![1, 2]));
}

/// JOIN-2: one panic is raised again; of two, the first half's, and the other is dropped.
#[test]
fn join_2_which_payload() {
    watch!();
    struct Payload<'a>(&'static str, &'a AtomicUsize);
    impl Drop for Payload<'_> {
        fn drop(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }
    for threads in [1, 2] {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        DROPPED.store(0, Ordering::Relaxed);
        let pool = pool(threads);
        let raise = |name| quiet_panic(Payload(name, &DROPPED));
        let of_a = panic_of(|| pool.join(|| raise("a"), || ()));
        assert_eq!(of_a.downcast_ref::<Payload<'static>>().unwrap().0, "a");
        let of_b = panic_of(|| pool.join(|| (), || raise("b")));
        assert_eq!(of_b.downcast_ref::<Payload<'static>>().unwrap().0, "b");
        let of_both = panic_of(|| pool.join(|| raise("a"), || raise("b")));
        assert_eq!(of_both.downcast_ref::<Payload<'static>>().unwrap().0, "a");
        assert_eq!(DROPPED.load(Ordering::Relaxed), 1);
        drop((of_a, of_b, of_both));
        assert_eq!(DROPPED.load(Ordering::Relaxed), 4);
    }
}

/// JOIN-3: on one thread, the first half and then the second, both on the caller.
#[test]
fn join_3_one_thread_in_order() {
    watch!();
    let order = Mutex::new(Vec::new());
    pool(1).install(|| {
        let here = thread::current().id();
        let note = |name| {
            assert_eq!(thread::current().id(), here);
            order.lock().unwrap().push(name);
        };
        api::join(|| note("a"), || api::join(|| note("b"), || note("c")));
    });
    assert_eq!(order.into_inner().unwrap(), ["a", "b", "c"]);
}

/// JOIN-3: the first half starts on the caller, and the second is there for others meanwhile.
#[test]
fn join_3_second_half_is_offered() {
    watch!();
    let pool = pool(2);
    for _ in 0..50 {
        let (sender, receiver) = channel();
        pool.install(|| {
            let here = thread::current().id();
            let (a, b) = api::join(
                || {
                    assert_eq!(thread::current().id(), here);
                    receiver.recv().unwrap();
                    thread::current().id()
                },
                || {
                    sender.send(()).unwrap();
                    thread::current().id()
                },
            );
            assert_eq!(a, here);
            assert_ne!(b, here);
        });
    }
}

/// JOIN-4: from outside, both halves run under the global pool's indices. (Whether on one of its
/// threads or on the caller's: DIF-1.)
#[test]
fn join_4_from_outside() {
    watch!();
    let process = fresh!(join_4_from_outside);
    if process.scenario().is_some() {
        let inside = || {
            let index = api::current_thread_index().expect("a half has an index");
            assert!(index < 2);
            api::current_num_threads()
        };
        for _ in 0..100 {
            assert_eq!(api::join(inside, inside), (2, 2));
            assert_eq!(api::current_thread_index(), None);
        }
        return say("done");
    }
    assert_eq!(process.said("join", &[("RAYON_NUM_THREADS", "2")]), ["done"]);
}

/// JOIN-5: from outside both halves have moved; on a worker only a stolen second half has.
#[test]
fn join_5_migrated() {
    watch!();
    let migrated = |context: api::FnContext| context.migrated();
    for _ in 0..20 {
        assert_eq!(api::join_context(migrated, migrated), (true, true));
        let nested = |_: api::FnContext| api::join_context(migrated, migrated).0;
        assert!(!api::join_context(nested, migrated).0);
    }
    let one = pool(1);
    let both = one.install(|| api::join_context(migrated, migrated));
    assert_eq!(both, (false, false));
    let two = pool(2);
    for _ in 0..50 {
        let (sender, receiver) = channel();
        let both = two.install(|| {
            let first = |context: api::FnContext| {
                receiver.recv().unwrap();
                context.migrated()
            };
            let second = |context: api::FnContext| {
                sender.send(()).unwrap();
                context.migrated()
            };
            api::join_context(first, second)
        });
        assert_eq!(both, (false, true));
    }
}

/// JOIN-6, an implementation trait: a second half that is run because the first panicked has moved.
#[test]
fn join_6_migrated_after_a_panic() {
    watch!();
    let seen = Mutex::new(None);
    let pool = pool(1);
    panic_of(|| {
        pool.install(|| {
            let second = |context: api::FnContext| *seen.lock().unwrap() = Some(context.migrated());
            api::join_context(|_| quiet_panic("a"), second)
        })
    });
    assert_eq!(seen.into_inner().unwrap(), Some(true));
}

/// JOIN-7: recursion uses the worker's stack, as far as that goes.
#[test]
fn join_7_depth() {
    watch!();
    fn chain(depth: usize) -> usize {
        if depth == 0 {
            return 0;
        }
        let (rest, one) = api::join(|| chain(depth - 1), || 1);
        rest + one
    }
    for threads in [1, 2] {
        let builder = api::ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.stack_size(128 << 20).build().unwrap();
        assert_eq!(pool.install(|| chain(10_000)), 10_000);
    }
}

/// JOIN-7: a join that has room in its queue asks for no memory.
#[test]
fn join_7_no_allocation() {
    watch!();
    fn tree(depth: usize) -> usize {
        if depth == 0 {
            return 1;
        }
        let (a, b) = api::join(|| tree(depth - 1), || tree(depth - 1));
        a + b
    }
    pool(1).install(|| {
        assert_eq!(tree(12), 1 << 12);
        let before = allocations::of_this_thread();
        assert_eq!(tree(12), 1 << 12);
        assert_eq!(allocations::of_this_thread(), before);
    });
}

/// JOIN-8: a half's context stays on its thread.
#[test]
fn join_8_context_is_local() {
    assert!(!has!(api::FnContext: Send));
    assert!(!has!(api::FnContext: Sync));
}
