//! Who waits for one side of a channel: threads asleep and tasks that want to be polled again.
//!
//! A channel has two of these, one for those who wait for a value and one for those who wait for a free slot. Invariants:
//! 1. The count in `word` is the length of `list`; both change under the list's lock.
//! 2. An entry is taken off once: by who wakes it, or by who registered it.
//! 3. The event of a thread in the list is alive, and set under the lock only. Its thread takes the lock before it frees it.
//!
//! # Why no wake-up is lost, although a send has no fence
//!
//! Waiter: register, fence, look at the ring. Waker: change the ring, *light fence*, look at the count. Were the light fence
//! a fence, whichever of the two comes first in the one order of SeqCst fences would make the other side see the write
//! before it; so the models have it. But a fence at each send costs more than all the rest of it. It is a compiler's fence
//! only, and the processor may hold the change of the ring back while it reads the count. It does so for the time that a
//! store spends in a store buffer, far less than a microsecond, and never beyond a context switch. Hence:
//! * A thread's first sleep after it has registered is a *nap* that ends by itself after 50 us; then it looks once more.
//!   What was held back is visible by then, and who changes the ring later sees the count.
//! * A task cannot nap. The first one sets a bit in the word, from when on wakers use a real fence; until that bit is as old
//!   as a nap, tasks are not left alone but polled again and again.
//!
//! So while nobody waits a send or a receive reads one word that nobody writes, and that is all.

use crate::pool::event::Event;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, dropped, fence, light_fence};
use crate::tuning;
use crate::util::clock::{self, HAS_CLOCK, is_past};
use crate::util::turns;
use crate::util::unwind::{discard, halt_unwinding};
use std::collections::VecDeque;
use std::ptr;
use std::sync::{OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Tasks have been registered: wakers use a real fence.
const FENCED: usize = 1;
/// One who waits.
const ONE: usize = 2;

/// See the module's description.
pub(super) struct Waiters {
    word: AtomicUsize,
    list: Mutex<VecDeque<Waiter>>,
    /// When [`FENCED`] was set.
    fenced_since: OnceLock<Instant>,
}

enum Waiter {
    Thread(*const Event),
    Task { id: usize, waker: Waker },
}

// SAFETY: the pointers are used under the lock only, while their events are alive (invariant 3).
unsafe impl Send for Waiters {}
// SAFETY: as above.
unsafe impl Sync for Waiters {}

impl Waiters {
    pub(super) fn new() -> Self {
        Waiters {
            word: AtomicUsize::new(0),
            list: Mutex::new(VecDeque::new()),
            fenced_since: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes one who waits, if there is one. Called after the ring was changed in such a way that one of them can go on.
    #[inline(always)]
    pub(super) fn wake_one(&self) {
        turns::point();
        light_fence("channel::light_fence");
        // ORDERING: Relaxed. The light fence carries the edge, see the module's description.
        if self.word.load(Ordering::Relaxed) != 0 {
            self.wake_cold(1);
        }
    }

    /// As `wake_one`, but the look at whether somebody waits is a call that cannot unwind, hence no branch in the caller. Compilers
    /// move the use of what was read before a branch behind it, and keep all of that on the stack until then; so a sum
    /// over a loan of 1 KiB took 374 instructions instead of 250.
    #[inline(never)]
    pub(super) extern "C" fn wake_one_by_call(&self) {
        self.wake_one();
    }

    /// Wakes all who wait. Called after a change that concerns all of them.
    pub(super) fn wake_all(&self) {
        light_fence("channel::light_fence");
        self.wake_cold(usize::MAX);
    }

    #[cold]
    #[inline(never)]
    fn wake_cold(&self, most: usize) {
        // ORDERING: SeqCst fence, pairs with those in `wait` and `register`: this is the real one, for the sake of tasks.
        fence(Ordering::SeqCst);
        for _ in 0..most {
            // ORDERING: Relaxed, after the fence.
            if self.word.load(Ordering::Relaxed) < ONE {
                return;
            }
            let mut list = self.lock();
            let Some(waiter) = list.pop_front() else { return };
            // ORDERING: Relaxed. The count is a hint for wakers, ordered by fences; the list has its lock.
            self.word.fetch_sub(ONE, Ordering::Relaxed);
            match waiter {
                Waiter::Thread(event) if !dropped("channel::wake") => {
                    // SAFETY: alive and unset (invariants 2 and 3); the lock is held during the call.
                    unsafe { Event::set(event) };
                }
                Waiter::Thread(_) => {}
                Waiter::Task { waker, .. } => {
                    // The waker is user code: not under the lock. If it panics, which is reported as any panic is, neither
                    // the others' wake-ups nor the value of a send or receive are to be lost.
                    drop(list);
                    discard(halt_unwinding(|| waker.wake()));
                }
            }
        }
    }

    /// Blocks until `look` finds something in the ring, or the deadline has come.
    pub(super) fn wait<R>(
        &self,
        deadline: Option<Instant>,
        mut look: impl FnMut() -> Option<R>,
    ) -> Option<R> {
        if let Some(found) = search(deadline, &mut look) {
            return Some(found);
        }
        loop {
            let event = Event::new();
            let registered = Registered::new(self, &event);
            if !dropped("channel::waiter_fence") {
                // ORDERING: SeqCst fence, pairs with `wake_one`. Here: register, fence, look at the ring. There: change
                // the ring, fence, look at the count. Model: loom_channel_sleeping_receiver
                fence(Ordering::SeqCst);
            }
            let mut found = look();
            if found.is_none() {
                event.wait(nap(deadline));
                if !event.is_set() {
                    found = look();
                    if found.is_none() && !is_past(deadline) {
                        event.wait(deadline);
                    }
                }
            }
            let was_woken = registered.end();
            if found.is_some() {
                // The wake-up was for something else than what was found.
                if was_woken {
                    self.wake_one();
                }
                return found;
            }
            let found = look();
            if found.is_some() || is_past(deadline) {
                return found;
            }
        }
    }

    /// What `look` finds in the ring; or the task is registered, to be woken when there may be something.
    pub(super) fn poll<R>(
        &self,
        context: &mut Context<'_>,
        id: usize,
        mut look: impl FnMut() -> Option<R>,
    ) -> Poll<R> {
        if let Some(found) = look() {
            self.deregister(id);
            return Poll::Ready(found);
        }
        let may_be_left_alone = self.register(id, context.waker());
        if let Some(found) = look() {
            if !self.deregister(id) {
                // The wake-up was for something else than what was found.
                self.wake_one();
            }
            return Poll::Ready(found);
        }
        if !may_be_left_alone {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Registers a task, in place of what was registered under this id before. `true` if it can be left alone now, provided
    /// that a look at the ring after this finds nothing; otherwise it has to be polled again soon.
    fn register(&self, id: usize, waker: &Waker) -> bool {
        let waker = waker.clone();
        let mut list = self.lock();
        let old = list.iter_mut().find_map(|waiter| match waiter {
            Waiter::Task { id: other, waker } if *other == id => Some(waker),
            _ => None,
        });
        let replaced = match old {
            Some(old) => Some(std::mem::replace(old, waker)),
            None => {
                list.push_back(Waiter::Task { id, waker });
                // ORDERING: Relaxed. Before the fence below.
                self.word.fetch_add(ONE, Ordering::Relaxed);
                None
            }
        };
        drop(list);
        drop(replaced);
        // ORDERING: Relaxed. Before the fence below.
        self.word.fetch_or(FENCED, Ordering::Relaxed);
        // ORDERING: SeqCst fence, pairs with `wake_cold`, as the one in `wait`.
        fence(Ordering::SeqCst);
        if !HAS_CLOCK {
            return true;
        }
        let since = *self.fenced_since.get_or_init(clock::now);
        clock::now().saturating_duration_since(since) >= NAP
    }

    /// Takes a task off the list; `false` if it was not there (any more).
    pub(super) fn deregister(&self, id: usize) -> bool {
        // ORDERING: Relaxed. Who registers and who takes off are the same, so the count includes the entry if it is there.
        if self.word.load(Ordering::Relaxed) < ONE {
            return false;
        }
        let waker =
            self.remove(|waiter| matches!(waiter, Waiter::Task { id: other, .. } if *other == id));
        // The waker is user code: dropped here, not under the lock.
        waker.is_some()
    }

    fn remove(&self, is_it: impl Fn(&Waiter) -> bool) -> Option<Waiter> {
        let mut list = self.lock();
        let index = list.iter().position(is_it)?;
        // ORDERING: Relaxed, as in `wake_cold`.
        self.word.fetch_sub(ONE, Ordering::Relaxed);
        list.remove(index)
    }
}

/// A thread's entry in the list; also unwinding takes it off.
struct Registered<'a> {
    waiters: &'a Waiters,
    event: &'a Event,
}

impl<'a> Registered<'a> {
    fn new(waiters: &'a Waiters, event: &'a Event) -> Self {
        let mut list = waiters.lock();
        list.push_back(Waiter::Thread(event));
        // ORDERING: Relaxed. The fence in `wait` follows.
        waiters.word.fetch_add(ONE, Ordering::Relaxed);
        drop(list);
        Registered { waiters, event }
    }

    /// Takes the entry off the list. `true` if somebody has done that already, to wake the thread.
    fn end(self) -> bool {
        let this = std::mem::ManuallyDrop::new(self);
        this.take_off()
    }

    fn take_off(&self) -> bool {
        let entry = |waiter: &Waiter| matches!(waiter, Waiter::Thread(event) if ptr::eq(*event, self.event));
        self.waiters.remove(entry).is_none()
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.take_off();
    }
}

/// The end of a timeout that begins now; `None` if there is none in reach.
pub(super) fn deadline_after(timeout: Duration) -> Option<Instant> {
    if HAS_CLOCK { clock::now().checked_add(timeout) } else { None }
}

const NAP: Duration = Duration::from_nanos(tuning::CHANNEL_NAP_NS);

/// When a sleep that begins now is interrupted for one more look. Models have no time, and a real fence instead.
fn nap(deadline: Option<Instant>) -> Option<Instant> {
    if !HAS_CLOCK || cfg!(loom) {
        return deadline;
    }
    let end = clock::now() + NAP;
    Some(deadline.map_or(end, |deadline| deadline.min(end)))
}

/// Looks again and again for a short time.
fn search<R>(deadline: Option<Instant>, mut look: impl FnMut() -> Option<R>) -> Option<R> {
    if !HAS_CLOCK || cfg!(loom) {
        return look();
    }
    for round in 0..tuning::CHANNEL_SPIN_ROUNDS {
        if let Some(found) = look() {
            return Some(found);
        }
        for _ in 0..tuning::SPIN_PAUSES.min(1 << round) {
            std::hint::spin_loop();
        }
    }
    let end = clock::now() + Duration::from_nanos(tuning::CHANNEL_SEARCH_NS);
    let end = deadline.map_or(end, |deadline| deadline.min(end));
    loop {
        let found = look();
        if found.is_some() || clock::now() >= end {
            return found;
        }
        if !turns::let_others() {
            std::thread::yield_now();
        }
    }
}
