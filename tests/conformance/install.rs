//! Section 4: install and calls from one pool into another.

use super::api;
use super::kit::{channel, panic_of, pool, quiet_panic};
use std::thread;

/// INS-1: in place on a worker of that pool; on some worker when called from outside.
#[test]
fn ins_1_where_it_runs() {
    watch!();
    let pool = pool(2);
    let outside = thread::current().id();
    pool.install(|| {
        let (here, index) = (thread::current().id(), api::current_thread_index());
        assert_ne!(here, outside);
        assert!(index.is_some_and(|index| index < 2));
        pool.install(|| {
            assert_eq!(thread::current().id(), here);
            assert_eq!(api::current_thread_index(), index);
        });
    });
    assert_eq!(api::current_thread_index(), None);
}

/// INS-1: a worker of another pool goes on with its own pool's jobs while it waits.
#[test]
fn ins_1_foreign_worker_serves_its_own_pool() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    let (sender, receiver) = channel();
    let received = a.install(|| {
        let own = thread::current().id();
        api::spawn(move || sender.send((thread::current().id(), own)).unwrap());
        // Only this worker can run the job, and it waits for the other pool.
        b.install(move || receiver.recv().unwrap())
    });
    assert_eq!(received.0, received.1);
}

/// INS-2: the payload arrives as it was, on every way in.
#[test]
fn ins_2_payload() {
    watch!();
    #[derive(Debug, PartialEq)]
    struct Payload(u64);
    let (a, b) = (pool(2), pool(1));
    let check = |f: &(dyn Fn() + Sync)| {
        let payload = panic_of(f);
        assert_eq!(*payload.downcast::<Payload>().unwrap(), Payload(7));
    };
    let raise = || quiet_panic(Payload(7));
    check(&|| a.install(raise));
    check(&|| a.install(|| a.install(raise)));
    check(&|| a.install(|| b.install(raise)));
    assert_eq!(a.install(|| b.install(|| 5)), 5);
}

/// INS-3: the free functions inside use that pool, and the methods are install plus those.
#[test]
fn ins_3_context() {
    watch!();
    let pool = pool(3);
    let inside = || (api::current_num_threads(), api::current_thread_index().is_some());
    let expected = (3, true);
    assert_eq!(pool.install(inside), expected);
    assert_eq!(pool.install(|| api::join(inside, inside)), (expected, expected));
    assert_eq!(pool.join(inside, inside), (expected, expected));
    assert_eq!(pool.scope(|_| inside()), expected);
    assert_eq!(pool.scope_fifo(|_| inside()), expected);
    let (sender, receiver) = channel();
    let two = [sender.clone(), sender];
    let [first, second] = two;
    pool.scope(|s| s.spawn(move |_| first.send(inside()).unwrap()));
    pool.scope_fifo(|s| s.spawn_fifo(move |_| second.send(inside()).unwrap()));
    assert_eq!(receiver.recv(), Ok(expected));
    assert_eq!(receiver.recv(), Ok(expected));
    let (sender, receiver) = channel();
    pool.install(|| api::spawn(move || sender.send(inside()).unwrap()));
    assert_eq!(receiver.recv(), Ok(expected));
}

/// INS-4: the pool's own questions answer only its own workers.
#[test]
fn ins_4_only_for_own_workers() {
    watch!();
    let (a, b) = (pool(1), pool(1));
    let silent = |pool: &api::ThreadPool| {
        assert_eq!(pool.current_thread_index(), None);
        assert_eq!(pool.current_thread_has_pending_tasks(), None);
        assert!(pool.yield_now().is_none());
        assert!(pool.yield_local().is_none());
    };
    silent(&a);
    b.install(|| silent(&a));
    a.install(|| {
        assert_eq!(a.current_thread_index(), Some(0));
        assert_eq!(a.current_thread_has_pending_tasks(), Some(false));
        assert!(a.yield_now().is_some());
        assert!(a.yield_local().is_some());
        silent(&b);
    });
}

/// INS-5: what is returned may borrow from the caller.
#[test]
fn ins_5_result_borrows() {
    watch!();
    let pool = pool(2);
    let words = [String::from("warp"), String::from("weft")];
    let longest: &str = pool.install(|| words[1].as_str());
    assert_eq!(longest, "weft");
    let mut counter = 0;
    let borrowed: &mut i32 = pool.install(|| &mut counter);
    *borrowed += 1;
    assert_eq!(counter, 1);
}

/// INS-5: nested installs across many pools of one thread end, also when they come back.
#[test]
fn ins_5_nested_across_pools() {
    watch!();
    let pools: Vec<_> = (0..8).map(|_| pool(1)).collect();
    fn descend(pools: &[api::ThreadPool], levels: usize) -> usize {
        if levels == 0 {
            return 0;
        }
        pools[levels % pools.len()].install(|| descend(pools, levels - 1) + 1)
    }
    assert_eq!(descend(&pools, 40), 40);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| assert_eq!(descend(&pools, 40), 40));
        }
    });
}
