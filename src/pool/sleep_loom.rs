//! Models of the sleep protocol and of lending a seat: no published job is left while everybody sleeps.

use super::*;
use crate::sync::mutants::{bites, holds};
use loom::sync::Arc;
use loom::thread;

/// A pool of `N` seats whose queue is one counter of jobs.
struct Pool<const N: usize> {
    idle: IdleWord,
    seats: [SeatState; N],
    jobs: AtomicUsize,
}

impl<const N: usize> Pool<N> {
    fn new() -> Arc<Self> {
        let pool = Pool {
            idle: IdleWord::new(),
            seats: std::array::from_fn(|_| SeatState::new()),
            jobs: AtomicUsize::new(0),
        };
        Arc::new(pool)
    }

    fn visible(&self) -> bool {
        self.jobs.load(Ordering::Relaxed) != 0
    }

    fn wake_one(&self) -> bool {
        self.seats.iter().any(|seat| seat.wake(&self.idle))
    }

    fn publish(&self, own: usize) {
        self.jobs.store(1, Ordering::Release);
        self.idle.notify(own, false, || self.wake_one());
    }

    fn fall_asleep(&self, seat: usize) -> bool {
        self.seats[seat].fall_asleep(
            &self.idle,
            true,
            || self.visible(),
            || self.idle.notify(0, false, || self.wake_one()),
        )
    }

    /// With a job left, somebody must be awake or on the way; the counts must fit the states.
    fn assert_not_stranded(&self) {
        let states: Vec<u32> = self.seats.iter().map(SeatState::read).collect();
        let count = |state| states.iter().filter(|s| **s == state).count();
        let idle = self.idle.read();
        assert_eq!(idle.lent(), count(LENT), "lent seats: {states:?} {idle:?}");
        assert_eq!(idle.sleeping(), count(PARKED) + count(NAPPING), "{states:?} {idle:?}");
        assert_eq!(idle.searching(), count(WAKING) + count(RUNNING), "{states:?} {idle:?}");
        if self.visible() {
            assert!(count(WAKING) + count(RUNNING) > 0, "a job is stranded: {states:?} {idle:?}");
        }
    }
}

/// One worker goes to sleep while a job is pushed or injected.
fn push_is_seen() {
    let pool = Pool::<1>::new();
    pool.idle.begin_search();
    let pusher = {
        let pool = pool.clone();
        thread::spawn(move || pool.publish(0))
    };
    pool.fall_asleep(0);
    pusher.join().unwrap();
    pool.assert_not_stranded();
}

/// Two workers go to sleep while a job is injected.
fn two_sleepers() {
    let pool = Pool::<2>::new();
    pool.idle.begin_search();
    pool.idle.begin_search();
    let sleeper = {
        let pool = pool.clone();
        thread::spawn(move || {
            pool.fall_asleep(1);
        })
    };
    let pusher = {
        let pool = pool.clone();
        thread::spawn(move || pool.publish(0))
    };
    pool.fall_asleep(0);
    pusher.join().unwrap();
    sleeper.join().unwrap();
    pool.assert_not_stranded();
}

/// A guest takes the only seat and gives it back while a job is injected.
fn inject_while_lent() {
    let pool = Pool::<1>::new();
    pool.idle.begin_search();
    assert!(pool.fall_asleep(0));
    let pusher = {
        let pool = pool.clone();
        thread::spawn(move || pool.publish(0))
    };
    if pool.seats[0].lend(&pool.idle) {
        pool.seats[0].give_back(&pool.idle, false, || false, || pool.visible());
    }
    pusher.join().unwrap();
    pool.assert_not_stranded();
}

/// A guest takes the seat while its resident is falling asleep and a job is injected (rule G4).
fn lend_while_falling_asleep() {
    let pool = Pool::<1>::new();
    pool.idle.begin_search();
    let guest = {
        let pool = pool.clone();
        thread::spawn(move || {
            if pool.seats[0].lend(&pool.idle) {
                pool.seats[0].give_back(&pool.idle, false, || false, || pool.visible());
            }
        })
    };
    let pusher = {
        let pool = pool.clone();
        thread::spawn(move || pool.publish(0))
    };
    pool.fall_asleep(0);
    guest.join().unwrap();
    pusher.join().unwrap();
    pool.assert_not_stranded();
}

/// Two guests and a wake: a seat has one holder.
fn one_holder() {
    let pool = Pool::<1>::new();
    pool.idle.begin_search();
    assert!(pool.fall_asleep(0));
    let holders = Arc::new(AtomicUsize::new(0));
    let guest = || {
        let (pool, holders) = (pool.clone(), holders.clone());
        move || {
            if pool.seats[0].lend(&pool.idle) {
                assert_eq!(holders.fetch_add(1, Ordering::Relaxed), 0, "two holders");
                holders.fetch_sub(1, Ordering::Relaxed);
                pool.seats[0].give_back(&pool.idle, false, || false, || pool.visible());
            }
        }
    };
    let threads = [thread::spawn(guest()), thread::spawn(guest())];
    if pool.wake_one() {
        assert_eq!(holders.load(Ordering::Relaxed), 0, "woken while lent");
        assert_eq!(pool.seats[0].after_park(), Found::Woken);
    }
    for thread in threads {
        thread.join().unwrap();
    }
    pool.assert_not_stranded();
}

/// What the guest left in the seat is visible to the resident.
fn contents_pass_with_the_state() {
    struct Shared(Arc<(Pool<1>, crate::sync::UnsafeCell<u32>)>);
    // SAFETY: the seat's state hands the cell over.
    unsafe impl Send for Shared {}
    let pool = Arc::new((
        Pool { idle: IdleWord::new(), seats: [SeatState::new()], jobs: AtomicUsize::new(0) },
        crate::sync::UnsafeCell::new(0),
    ));
    pool.0.idle.begin_search();
    assert!(pool.0.fall_asleep(0));
    let guest = {
        let shared = Shared(pool.clone());
        thread::spawn(move || {
            let shared = shared;
            let (pool, cell) = &*shared.0;
            assert!(pool.seats[0].lend(&pool.idle));
            cell.with_mut(|cell| {
                // SAFETY: the guest holds the seat.
                unsafe { *cell += 1 };
            });
            pool.seats[0].give_back(&pool.idle, true, || false, || false);
        })
    };
    while pool.0.seats[0].after_park() != Found::Woken {
        thread::yield_now();
    }
    pool.1.with(|cell| {
        // SAFETY: the seat is the resident's again.
        assert_eq!(unsafe { *cell }, 1);
    });
    guest.join().unwrap();
}

#[test]
fn loom_sleep_push_is_seen() {
    holds(push_is_seen);
    bites("sleep::notify_fence", push_is_seen);
    bites("sleep::sleep_fence", push_is_seen);
}

#[test]
fn loom_sleep_two_sleepers() {
    holds(two_sleepers);
}

#[test]
fn loom_seat_inject_while_lent() {
    holds(inject_while_lent);
    bites("sleep::set_missed", inject_while_lent);
    bites("sleep::give_back_fence", inject_while_lent);
}

#[test]
fn loom_seat_lend_while_falling_asleep() {
    holds(lend_while_falling_asleep);
}

#[test]
fn loom_seat_has_one_holder() {
    holds(one_holder);
}

#[test]
fn loom_seat_contents_pass_with_the_state() {
    holds(contents_pass_with_the_state);
    bites("sleep::state", contents_pass_with_the_state);
}
