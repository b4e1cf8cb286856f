//! What this crate does differently from rayon on purpose, each with a test of its own. DIF-6 is in
//! `manifest`; that waits with the policy *anything* run
//! what rayon's run (DIF-8, DIF-10) is in the liveness programs as well.

use crate::child::say;
use crate::on_moirai::source::Pieces;
use moirai::prelude::*;
use moirai::{Guests, ThreadPool, ThreadPoolBuilder, WaitPolicy};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

fn builder(threads: usize) -> ThreadPoolBuilder {
    ThreadPoolBuilder::new().num_threads(threads)
}

/// Whether a call runs on the calling thread; a pause before it lets workers go to sleep.
fn on_caller(call: impl Fn(&(dyn Fn() -> thread::ThreadId + Sync)) -> thread::ThreadId) -> bool {
    thread::sleep(Duration::from_millis(1));
    let caller = thread::current().id();
    call(&|| {
        assert!(moirai::current_thread_index().is_some());
        thread::current().id()
    }) == caller
}

fn join_on_caller() -> bool {
    on_caller(|here| moirai::join(here, || ()).0)
}

fn never(mut happens: impl FnMut() -> bool) -> bool {
    (0..100).all(|_| !happens())
}

/// DIF-1: a call from outside may run on the calling thread, with indices, counts and `migrated`
/// as if it had moved.
#[test]
fn dif_1_guests() {
    watch!();
    let process = fresh!(dif_1_guests);
    if process.scenario().is_some() {
        let caller = thread::current().id();
        let mut seen = false;
        while !seen {
            thread::sleep(Duration::from_millis(1));
            let half = |context: moirai::FnContext| {
                assert!(context.migrated());
                assert!(moirai::current_thread_index().is_some_and(|index| index < 2));
                assert_eq!(moirai::current_num_threads(), 2);
                thread::current().id()
            };
            seen = moirai::join_context(half, half).0 == caller;
            assert_eq!(moirai::current_thread_index(), None);
        }
        while !on_caller(|here| moirai::scope(|_| here())) {}
        return say("seen");
    }
    assert_eq!(process.said("global", &[("RAYON_NUM_THREADS", "2")]), ["seen"]);
}

/// DIF-1: which pools admit guests.
#[test]
fn dif_1_who_admits_guests() {
    watch!();
    let install = |pool: &ThreadPool| on_caller(|here| pool.install(here));
    let plain = builder(2).build().unwrap();
    assert!(never(|| install(&plain)));
    let closed = builder(2).guests(Guests::Never).build().unwrap();
    assert!(never(|| install(&closed)));
    let open = builder(2).guests(Guests::Always).build().unwrap();
    while !install(&open) {}
    // A body in place, a broadcast and a spawned job never take a worker's place.
    let caller = thread::current().id();
    open.in_place_scope(|s| {
        assert_eq!(open.current_thread_index(), None);
        s.spawn(|_| assert_ne!(thread::current().id(), caller));
    });
    let (sender, receiver) = channel();
    open.spawn(move || sender.send(thread::current().id()).unwrap());
    assert_ne!(receiver.recv(), Ok(caller));
    assert!(open.broadcast(|_| thread::current().id()).into_iter().all(|id| id != caller));
}

/// DIF-1: the global pool admits none if there is something special about its threads, or with policy *anything*.
#[test]
fn dif_1_special_global_pools() {
    watch!();
    let process = fresh!(dif_1_special_global_pools);
    let Some(scenario) = process.scenario() else {
        for (scenario, guests) in
            [("plain", true), ("spawned", false), ("named", false), ("anything", false)]
        {
            let expected = if guests { "guests" } else { "no guests" };
            assert_eq!(process.said(scenario, &[]), [expected], "{scenario}");
        }
        let anything = [("MOIRAI_WAIT", "anything")];
        assert_eq!(process.said("plain", &anything), ["no guests"]);
        return;
    };
    let builder = builder(2);
    let built = match scenario.as_str() {
        "spawned" => {
            let spawn = |worker: moirai::ThreadBuilder| {
                thread::spawn(|| worker.run());
                Ok(())
            };
            builder.spawn_handler(spawn).build_global()
        }
        "named" => builder.thread_name(|index| index.to_string()).build_global(),
        "anything" => builder.wait_policy(WaitPolicy::Anything).build_global(),
        _ => builder.build_global(),
    };
    built.unwrap();
    let expects_guests = scenario == "plain" && std::env::var_os("MOIRAI_WAIT").is_none();
    if expects_guests {
        while !join_on_caller() {}
    } else {
        assert!(never(join_on_caller));
    }
    say(if expects_guests { "guests" } else { "no guests" });
}

/// Whether a job from outside runs while one of the pool's two workers waits for the other, which
/// blocks until `released`.
fn runs_beside_a_wait(pool: &ThreadPool) -> bool {
    let released = Arc::new(AtomicBool::new(false));
    let (stolen, is_stolen) = channel();
    let (release, is_released) = channel::<()>();
    let (ran, has_run) = channel();
    thread::scope(|outside| {
        let (waits, is_waiting) = channel();
        outside.spawn(move || {
            pool.join(
                move || {
                    is_stolen.recv().unwrap();
                    waits.send(()).unwrap();
                },
                move || {
                    stolen.send(()).unwrap();
                    let _ = is_released.recv();
                },
            )
        });
        is_waiting.recv().unwrap();
        let seen = Arc::clone(&released);
        pool.spawn(move || ran.send(seen.load(Ordering::SeqCst)).unwrap());
        // Long enough for a waiting worker to take the job, if it does.
        let early = has_run.recv_timeout(Duration::from_millis(50));
        released.store(true, Ordering::SeqCst);
        drop(release);
        let after = early.or_else(|_| has_run.recv()).unwrap();
        !after
    })
}

/// DIF-2: a thread that waits runs nothing but what it waits for.
#[test]
fn dif_2_waits_run_descendants_only() {
    watch!();
    let pool = builder(2).wait_policy(WaitPolicy::Descendants).build().unwrap();
    for _ in 0..10 {
        assert!(!runs_beside_a_wait(&pool));
    }
}

/// DIF-2, SCH-2: what a thread has borrowed across a call that waits, no other item of the same
/// loop asks for on that thread, nor any other job.
#[test]
fn dif_2_sch_2_borrowed_across_a_call() {
    watch!();
    thread_local! {
        static BORROWED: RefCell<usize> = const { RefCell::new(0) };
    }
    for threads in [1, 2, 4] {
        let pool = builder(threads).wait_policy(WaitPolicy::Descendants).build().unwrap();
        pool.scope(|s| {
            for _ in 0..20 {
                s.spawn(|_| BORROWED.with_borrow_mut(|count| *count += 1));
            }
            (0..50).into_par_iter().with_max_len(1).for_each(|_| {
                BORROWED.with_borrow_mut(|count| {
                    *count += 1;
                    let inner = (0..10).into_par_iter().with_max_len(1);
                    inner.for_each(|_| thread::yield_now());
                });
            });
        });
        let borrows = pool.broadcast(|_| BORROWED.take());
        assert_eq!(borrows.into_iter().sum::<usize>(), 70);
    }
}

/// DIF-2: it is a matter of policy, and the policy of the builder goes before the environment's.
/// DIF-4: the variables, and that values which mean nothing count as unset.
#[test]
fn dif_2_dif_4_wait_policy() {
    watch!();
    let process = fresh!(dif_2_dif_4_wait_policy);
    if process.scenario().is_some() {
        let policies = [None, Some(WaitPolicy::Descendants), Some(WaitPolicy::Anything)];
        for policy in policies {
            let builder = builder(2);
            let builder = match policy {
                Some(policy) => builder.wait_policy(policy),
                None => builder,
            };
            // With the policy *anything* the job runs sooner or later, so look until it does.
            let pool = builder.build().unwrap();
            say((0..5).any(|_| runs_beside_a_wait(&pool)));
        }
        return;
    }
    const WAIT: &str = "MOIRAI_WAIT";
    assert_eq!(process.said("", &[(WAIT, "descendants")]), ["false", "false", "true"]);
    assert_eq!(process.said("", &[(WAIT, "anything")]), ["true", "false", "true"]);
    assert_eq!(process.said("", &[(WAIT, "something")]), ["false", "false", "true"]);
}

/// DIF-3: however a loop is cut, what is made for pieces is made at least once, and at most once for
/// each of them. (That limits of length hold: DRV-3 to DRV-5.)
#[test]
fn dif_3_accumulators() {
    watch!();
    for threads in [1, 2, 4] {
        builder(threads).build().unwrap().install(|| {
            let pieces = Pieces::default();
            let made = AtomicUsize::new(0);
            let make = || _ = made.fetch_add(1, Ordering::Relaxed);
            for len in [0, 1, 100, 10_000] {
                let check = |what: &str| {
                    let made = made.swap(0, Ordering::Relaxed);
                    let most = Ord::max(pieces.take(len).len(), 1);
                    assert!((1..=most).contains(&made), "{what} {len}: {made} for {most}");
                };
                assert!(pieces.numbers(len).fold(make, |(), _| ()).count() >= 1);
                check("fold");
                assert_eq!(pieces.numbers(len).map_init(make, |(), n| n).count(), len);
                check("map_init");
                assert_eq!(pieces.numbers(len).map_init(make, |(), n| n).rev().count(), len);
                check("map_init before rev");
                pieces.numbers(len).for_each_init(make, |(), _| ());
                check("for_each_init");
                pieces.numbers(len).map(|_| ()).reduce(make, |(), ()| ());
                check("reduce");
                assert!(pieces.leaves(len, 10).fold(make, |(), _| ()).count() >= 1);
                check("fold without indices");
            }
        });
    }
}

/// DIF-4: the variable for guests; `RAYON_NUM_THREADS` means what it meant.
#[test]
fn dif_4_guests_variable() {
    watch!();
    let process = fresh!(dif_4_guests_variable);
    if let Some(scenario) = process.scenario() {
        say(moirai::current_num_threads());
        match scenario.as_str() {
            "off" => assert!(never(join_on_caller)),
            _ => while !join_on_caller() {},
        }
        return say(scenario);
    }
    for guests in ["on", "off"] {
        let variables = [("RAYON_NUM_THREADS", "3"), ("MOIRAI_GUESTS", guests)];
        assert_eq!(process.said(guests, &variables), ["3", guests]);
    }
}

/// DIF-5: the additional settings show in the debug form.
#[test]
fn dif_5_debug() {
    let builder = builder(2).wait_policy(WaitPolicy::Anything).guests(Guests::Never);
    let debug = format!("{builder:?}");
    assert!(debug.contains("wait_policy: Some(Anything)"), "{debug}");
    assert!(debug.contains("guests: Some(Never)"), "{debug}");
    // The long form of a pool says what its threads are doing.
    let pool = builder.num_threads(2).build().unwrap();
    let debug = pool.install(|| format!("{pool:#?}"));
    assert_eq!(debug.matches("Seat {").count(), 2, "{debug}");
    assert!(debug.contains("running"), "{debug}");
}

/// DIF-7: a string drain off a character boundary is refused at the call, and the string stays.
#[test]
fn dif_7_drain_in_a_character() {
    watch!();
    let mut text = String::from("aßb");
    for range in [2..3, 0..2, 2..2] {
        let refused = catch_unwind(AssertUnwindSafe(|| drop(text.par_drain(range))));
        let text = *refused.unwrap_err().downcast::<String>().unwrap();
        assert!(text.contains("byte index 2 is not a char boundary"), "{text}");
    }
    assert_eq!(text.par_drain(1..3).collect::<String>(), "ß");
    assert_eq!(text, "ab");
}

/// DIF-8: on one thread a pending second half goes before a job that the first half spawned; with
/// the policy *anything*, the newest first.
#[test]
fn dif_8_second_half_first() {
    watch!();
    let order = |policy| {
        let pool = builder(1).wait_policy(policy).build().unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(name)
        };
        pool.scope(|s| {
            let (spawned, second) = (note("spawned"), note("second half"));
            moirai::join(|| s.spawn(move |_| spawned()), second);
        });
        std::mem::take(&mut *order.lock().unwrap())
    };
    assert_eq!(order(WaitPolicy::Descendants), ["second half", "spawned"]);
    assert_eq!(order(WaitPolicy::Anything), ["spawned", "second half"]);
}

thread_local! {
    static MARK: Cell<u32> = const { Cell::new(0) };
}

/// DIF-9: what runs on the caller sees its thread-locals; after the first broadcast on the pool
/// nothing does any more.
#[test]
fn dif_9_thread_locals() {
    watch!();
    let process = fresh!(dif_9_thread_locals);
    if let Some(scenario) = process.scenario() {
        MARK.set(7);
        while moirai::join(|| MARK.get(), || ()).0 != 7 {
            thread::sleep(Duration::from_millis(1));
        }
        match scenario.as_str() {
            "broadcast" => _ = moirai::broadcast(|_| MARK.set(1)),
            "spawn" => moirai::spawn_broadcast(|_| MARK.set(1)),
            _ => moirai::scope(|s| s.spawn_broadcast(|_, _| MARK.set(1))),
        }
        assert!(never(join_on_caller));
        return say("done");
    }
    for scenario in ["broadcast", "spawn", "scope"] {
        assert_eq!(process.said(scenario, &[("RAYON_NUM_THREADS", "2")]), ["done"]);
    }
}

/// DIF-9: a global pool whose threads were made special is not stood in for.
#[test]
fn dif_9_special_threads() {
    watch!();
    let process = fresh!(dif_9_special_threads);
    if let Some(scenario) = process.scenario() {
        let builder = builder(2);
        let built = match scenario.as_str() {
            "name" => builder.thread_name(|index| format!("n{index}")).build_global(),
            "stack" => builder.stack_size(8 << 20).build_global(),
            "start" => builder.start_handler(|_| ()).build_global(),
            "exit" => builder.exit_handler(|_| ()).build_global(),
            other => unreachable!("{other}"),
        };
        built.unwrap();
        assert!(never(join_on_caller));
        return say("done");
    }
    for scenario in ["name", "stack", "start", "exit"] {
        assert_eq!(process.said(scenario, &[]), ["done"], "{scenario}");
    }
}

/// DIF-10: all workers but the one that waits block until a job from outside runs: with the policy
/// *anything*, given by the environment, that one runs it.
#[test]
fn dif_10_all_but_the_waiter_block() {
    watch!();
    let process = fresh!(dif_10_all_but_the_waiter_block);
    if process.scenario().is_some() {
        let pool = &builder(3).build().unwrap();
        let (sender, receiver) = channel();
        let receiver = &Mutex::new(receiver);
        let (waits, is_waiting) = channel();
        let both = &Barrier::new(3);
        thread::scope(|outside| {
            outside.spawn(move || {
                pool.scope(|s| {
                    for _ in 0..2 {
                        s.spawn(move |_| {
                            both.wait();
                            receiver.lock().unwrap().recv().unwrap();
                        });
                    }
                    both.wait();
                    waits.send(()).unwrap();
                });
            });
            is_waiting.recv().unwrap();
            for _ in 0..2 {
                let sender = sender.clone();
                pool.spawn(move || sender.send(()).unwrap());
            }
        });
        return say("done");
    }
    assert_eq!(process.said("block", &[("MOIRAI_WAIT", "anything")]), ["done"]);
}
