//! Calls that few published programs make, but some do.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, mpsc};

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::child::say;
use crate::kit::pool_of;

/// Warms up something in each thread, as polars and others do.
#[test]
fn broadcasts() {
    thread_local!(static SEEN: RefCell<usize> = const { RefCell::new(0) });

    watch!();
    let pool = pool_of(3);
    assert_eq!(
        pool.broadcast(|context| (context.index(), context.num_threads())),
        [(0, 3), (1, 3), (2, 3)]
    );
    pool.install(|| rayon::broadcast(|_| SEEN.set(1)));
    assert_eq!(pool.broadcast(|_| SEEN.take()), [1, 1, 1]);
    let (sender, indices) = mpsc::channel();
    pool.install(|| rayon::spawn_broadcast(move |context| sender.send(context.index()).unwrap()));
    assert_eq!(indices.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([0, 1, 2]));
}

/// A slot for each thread, found by its index.
#[test]
fn thread_indices_choose_slots() {
    watch!();
    let slots: Vec<Mutex<u64>> = (0..3).map(|_| Mutex::new(0)).collect();
    assert_eq!(rayon::current_thread_index(), None);
    pool_of(3).install(|| {
        (0..5000_u64).into_par_iter().for_each(|n| {
            let slot = &slots[rayon::current_thread_index().expect("a thread of the pool")];
            *slot.try_lock().expect("a slot has one thread") += n;
        });
    });
    assert_eq!(
        slots.into_iter().map(|slot| slot.into_inner().unwrap()).sum::<u64>(),
        5000 * 4999 / 2
    );
}

#[test]
fn threads_have_names_and_handlers() {
    watch!();
    let (started, exited) = mpsc::channel();
    let pool = ThreadPoolBuilder::new()
        .num_threads(2)
        .thread_name(|index| format!("worker {index}"))
        .start_handler(move |index| started.send(index).unwrap())
        .build()
        .unwrap();
    let names = pool.broadcast(|_| std::thread::current().name().map(String::from));
    assert_eq!(names, [Some("worker 0".into()), Some("worker 1".into())]);
    drop(pool);
    assert_eq!(exited.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([0, 1]));
}

#[test]
fn panics_of_spawned_jobs_reach_the_handler() {
    watch!();
    let (sender, caught) = mpsc::channel();
    let handler = move |panic: Box<dyn std::any::Any + Send>| {
        sender.send(*panic.downcast_ref::<&str>().unwrap()).unwrap();
    };
    let pool = ThreadPoolBuilder::new().num_threads(1).panic_handler(handler).build().unwrap();
    pool.spawn(|| std::panic::resume_unwind(Box::new("spawned")));
    assert_eq!(caught.recv(), Ok("spawned"));
    let panicking = || pool.install(|| std::panic::resume_unwind(Box::new(1)));
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    assert_eq!(pool.install(|| 1), 1);
}

/// The thread that builds the pool is a member of it until the process ends.
#[test]
fn the_current_thread_can_join_a_pool() {
    watch!();
    let indices = std::thread::spawn(|| {
        let pool = ThreadPoolBuilder::new().num_threads(2).use_current_thread().build().unwrap();
        assert_eq!(rayon::current_thread_index(), Some(0));
        let sum: u32 = (0..1000_u32).into_par_iter().sum();
        assert_eq!(sum, 499_500);
        pool.broadcast(|context| context.index())
    });
    assert_eq!(indices.join().unwrap(), [0, 1]);
}

#[test]
fn pending_tasks_can_be_asked_for() {
    watch!();
    assert_eq!(rayon_core::current_thread_has_pending_tasks(), None);
    let pool = pool_of(1);
    let pending = pool.install(|| {
        let before = pool.current_thread_has_pending_tasks();
        rayon::spawn(|| ());
        (
            before,
            pool.current_thread_has_pending_tasks(),
            rayon_core::current_thread_has_pending_tasks(),
        )
    });
    assert_eq!(pending, (Some(false), Some(true), Some(true)));
}

/// rav1e: jobs of a FIFO scope run in order on one thread.
#[test]
fn fifo_scopes() {
    watch!();
    let order = Mutex::new(Vec::new());
    pool_of(1).scope_fifo(|scope| {
        (0..100).for_each(|n| {
            let order = &order;
            scope.spawn_fifo(move |_| order.lock().unwrap().push(n));
        });
    });
    assert!(order.into_inner().unwrap().into_iter().eq(0..100));
}

/// Asked for more threads than there can be, the pool has as many as there can be; nobody makes so many here.
#[test]
fn the_maximum_is_known() {
    watch!();
    assert!(rayon::max_num_threads() >= 255);
    assert_eq!(rayon::max_num_threads(), rayon_core::max_num_threads());
}

/// Programs that set up the global pool do it once, and take a second try for an error.
#[test]
fn the_global_pool_is_built_once() {
    watch!();
    let fresh = fresh!(the_global_pool_is_built_once);
    if fresh.scenario().is_none() {
        let said = fresh.said("play", &[]);
        assert_eq!(said, ["global 1", "The global thread pool has already been initialized."]);
        return;
    }
    let named =
        || ThreadPoolBuilder::new().num_threads(2).thread_name(|index| format!("global {index}"));
    named().build_global().unwrap();
    let names = rayon::broadcast(|_| std::thread::current().name().map(String::from));
    say(names[1].as_deref().unwrap());
    say(named().build_global().unwrap_err());
}

/// The deprecated way, which old programs still go.
#[test]
#[allow(deprecated, reason = "what is deprecated in rayon-core is to work here")]
fn the_old_way_to_a_global_pool() {
    watch!();
    let fresh = fresh!(the_old_way_to_a_global_pool);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("play", &[]), ["3"]);
        return;
    }
    rayon_core::initialize(rayon_core::Configuration::new().num_threads(3)).unwrap();
    say(rayon::current_num_threads());
}

/// Stopping early, from whichever thread.
#[test]
fn searches_stop_the_others() {
    watch!();
    let looked_at = AtomicUsize::new(0);
    let found = pool_of(2).install(|| {
        let numbers = (0..u64::MAX).into_par_iter();
        numbers.inspect(|_| _ = looked_at.fetch_add(1, SeqCst)).find_any(|n| n % 1000 == 999)
    });
    assert_eq!(found.map(|n| n % 1000), Some(999));
    assert_ne!(looked_at.into_inner(), 0);
}
