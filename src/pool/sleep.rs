//! Who sleeps, whom to wake, and how a seat changes hands, so that no published job is left while somebody sleeps.
//!
//! A pool has one [`IdleWord`], which every push reads, and each seat one [`SeatState`]. `README.md` beside this file draws
//! the states and argues the protocol; in short:
//!
//! * **Publish**: push the job, SeqCst fence, read the idle word ([`IdleWord::notify`]). A push to a seat's own deque may leave out the fence
//!   while the word equals the seat's own contribution, that is, while everybody else is busy: a worker searches for at
//!   least 20 us before it sleeps, a store is visible long before that.
//! * **Sleep**: count yourself as sleeping (SeqCst), change the seat's state, SeqCst fence, look everywhere, park.
//!   Whichever fence comes first, the other side sees: the pusher the sleeper, or the sleeper the job.
//! * **Lend**: a guest takes a parked seat by one compare-exchange. Who then finds nobody to wake while a seat is lent
//!   sets the *missed* bit; who gives a seat back (or goes to sleep) clears it and looks everywhere.
//!
//! All changes of a state are read-modify-writes (rules G1 to G5).

use crate::sync::{AtomicU32, AtomicUsize, Ordering, fence, weaken};

/// Bits of each count in the idle word.
#[cfg(target_pointer_width = "64")]
const WIDTH: u32 = 17;
#[cfg(not(target_pointer_width = "64"))]
const WIDTH: u32 = 9;

/// The lowest bit is never set in the idle word itself: in a seat's `quiet` word it stands for "somebody waits for what
/// this seat forks", and makes the comparison in push fail.
pub(crate) const ATTENTION: usize = 1;
const SLEEPING_ONE: usize = 1 << 1;
const SEARCHING_ONE: usize = SLEEPING_ONE << WIDTH;
/// One lent seat: what a guest's seat contributes to the idle word itself.
pub(crate) const LENT_ONE: usize = SEARCHING_ONE << WIDTH;
const MISSED: usize = LENT_ONE << WIDTH;
const COUNT_MASK: usize = (1 << WIDTH) - 1;

/// A reading of the idle word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Idle(usize);

impl Idle {
    /// Threads that sleep and can be woken for any job.
    pub(crate) fn sleeping(self) -> usize {
        (self.0 / SLEEPING_ONE) & COUNT_MASK
    }

    /// Threads that look for work, or have been woken to do so.
    pub(crate) fn searching(self) -> usize {
        (self.0 / SEARCHING_ONE) & COUNT_MASK
    }

    /// Seats held by guests.
    pub(crate) fn lent(self) -> usize {
        (self.0 / LENT_ONE) & COUNT_MASK
    }

    /// Somebody found nobody to wake while a seat was lent.
    pub(crate) fn missed(self) -> bool {
        self.0 & MISSED != 0
    }
}

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} sleeping, {} searching, {} lent{}",
            self.sleeping(),
            self.searching(),
            self.lent(),
            if self.missed() { ", missed" } else { "" }
        )
    }
}

/// The pool-wide word that tells a pusher whether anybody could be woken: three counts and the missed bit.
#[derive(Debug)]
pub(crate) struct IdleWord(AtomicUsize);

impl IdleWord {
    pub(crate) fn new() -> Self {
        IdleWord(AtomicUsize::new(0))
    }

    /// The raw word, for the one comparison in a fork push.
    #[inline(always)]
    pub(crate) fn raw(&self) -> usize {
        // ORDERING: Relaxed. A difference leads to `notify`, which fences and reads again; for equality see the
        // module's description.
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn read(&self) -> Idle {
        Idle(self.raw())
    }

    /// Adds `plus`, takes `minus` away and clears the missed bit if asked to; gives what was there before.
    fn change(&self, plus: usize, minus: usize, clear: usize) -> Idle {
        let mut before = self.raw();
        loop {
            let after = (before & !clear).wrapping_add(plus).wrapping_sub(minus);
            // ORDERING: SeqCst. The announcement of a sleeper or giver, and the count of a waker, stand in one order
            // with the fences of `notify`. Failure: Relaxed, the value is only tried again.
            match self.0.compare_exchange_weak(before, after, Ordering::SeqCst, Ordering::Relaxed) {
                Ok(_) => return Idle(before),
                Err(now) => before = now,
            }
        }
    }

    /// The caller begins to look for work.
    pub(crate) fn begin_search(&self) {
        self.change(SEARCHING_ONE, 0, 0);
    }

    /// The caller has stopped to look for work. `true` if it was the last one to look and somebody sleeps: then it
    /// should look whether there is more to do, and wake one of the sleepers for it (rule S4).
    pub(crate) fn end_search(&self) -> bool {
        let before = self.change(0, SEARCHING_ONE, 0);
        before.searching() == 1 && (before.sleeping() > 0 || before.lent() > 0)
    }

    /// Called after something was published that `own` (what the caller's own seat contributes to the word) does not
    /// account for: wakes somebody if that is needed.
    ///
    /// `insist`: also if somebody looks for work already. `wake_one` tries to wake one sleeper (with [`SeatState::wake`]) and
    /// says whether it did.
    pub(crate) fn notify(&self, own: usize, insist: bool, mut wake_one: impl FnMut() -> bool) {
        // ORDERING: SeqCst fence, pairs with the ones in `fall_asleep` and `give_back`. Here: publish, fence, read the
        // word. There: count as sleeping, fence, look. Model: loom_sleep::push_is_seen
        if !crate::sync::dropped("sleep::notify_fence") {
            fence(Ordering::SeqCst);
        }
        let idle = self.read();
        if idle.searching() > 0 && !insist {
            return; // It looks at everything before it sleeps, and when it finds something else it wakes another.
        }
        if idle.sleeping() > 0 && wake_one() {
            return;
        }
        let others_lent = idle.lent() - own / LENT_ONE;
        if (idle.sleeping() == 0 && others_lent == 0) || idle.missed() {
            return; // All busy; or whoever clears the bit looks at everything afterwards.
        }
        if !crate::sync::dropped("sleep::set_missed") {
            // ORDERING: SeqCst. In one order with the giver's fence: it sees the bit, or the state it has stored is seen
            // by the second try below.
            self.0.fetch_or(MISSED, Ordering::SeqCst);
        }
        // ORDERING: SeqCst fence, pairs with the one in `give_back`. Here: set the bit, fence, read the states. There:
        // store the state, fence, read the bit.
        fence(Ordering::SeqCst);
        if self.read().sleeping() > 0 {
            wake_one();
        }
    }
}

/// Who holds a seat, and whether its resident can be woken.
#[derive(Debug)]
pub(crate) struct SeatState(AtomicU32);

/// The resident works, searches, or waits for descendants only.
const RUNNING: u32 = 0;
/// The resident sleeps at the bottom of its stack; its queues are empty; the seat can be lent.
const PARKED: u32 = 1;
/// The resident sleeps inside a wait that takes any job; it can be woken, the seat cannot be lent.
const NAPPING: u32 = 2;
/// Somebody has woken the resident and counted it as searching; it has not run yet.
const WAKING: u32 = 3;
/// A guest holds the seat.
const LENT: u32 = 4;
/// A guest holds the seat, but the resident is to run the seat's broadcast shares and hand it back.
const SHARE: u32 = 5;

/// What a seat's resident is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    Running,
    Asleep,
    Waking,
    /// It sleeps while a guest holds the seat.
    Lent,
}

/// How the resident of a sleeping seat finds it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Still asleep: park again.
    Asleep,
    /// Awake, and counted as searching.
    Woken,
    /// A guest asks for the seat's broadcast shares to be run.
    Share,
}

impl SeatState {
    /// The state of a seat whose resident has not parked yet.
    pub(crate) fn new() -> Self {
        SeatState(AtomicU32::new(RUNNING))
    }

    fn exchange(&self, from: u32, to: u32) -> bool {
        // ORDERING: SeqCst. The seat's contents pass with the state (Acquire and Release), and a change stands in one
        // order with the fences of `notify`. Failure: Relaxed, nothing was handed over.
        self.0
            .compare_exchange(
                from,
                to,
                weaken("sleep::state", Ordering::SeqCst, Ordering::Relaxed),
                Ordering::Relaxed,
            )
            .is_ok()
    }

    fn read(&self) -> u32 {
        // ORDERING: Acquire. Who finds a state that hands the seat over sees its contents.
        self.0.load(Ordering::Acquire)
    }

    /// A searching resident goes to sleep. Then it must look everywhere (`look`); `true` if it may park, else it is
    /// searching again.
    ///
    /// `lendable`: the resident is at the bottom of its stack and the seat's queues are empty (rule G1).
    pub(crate) fn fall_asleep(
        &self,
        idle: &IdleWord,
        lendable: bool,
        look: impl FnOnce() -> bool,
        wake_another: impl FnOnce(),
    ) -> bool {
        idle.change(SLEEPING_ONE, SEARCHING_ONE, MISSED);
        let asleep = if lendable { PARKED } else { NAPPING };
        let parked = self.exchange(RUNNING, asleep);
        debug_assert!(parked, "only the resident leaves RUNNING");
        // ORDERING: SeqCst fence, pairs with the one in `notify`: this thread sees the job, or the pusher this sleeper.
        if !crate::sync::dropped("sleep::sleep_fence") {
            fence(Ordering::SeqCst);
        }
        if !look() {
            return true;
        }
        if self.exchange(asleep, RUNNING) {
            idle.change(SEARCHING_ONE, SLEEPING_ONE, 0);
            return false;
        }
        // Somebody has woken this seat, or a guest has it. In the latter case what was seen needs another worker (G4).
        if self.is_lent() {
            wake_another();
        }
        true
    }

    /// The resident, after each return from its parker (or before the first park).
    pub(crate) fn after_park(&self) -> Found {
        match self.read() {
            WAKING => {
                let awake = self.exchange(WAKING, RUNNING);
                debug_assert!(awake, "only the resident leaves WAKING");
                Found::Woken
            }
            SHARE => Found::Share,
            _ => Found::Asleep,
        }
    }

    /// The resident stops sleeping because what it waits for is done. `true` if nobody has woken it meanwhile: it is no
    /// longer counted as sleeping, and is counted as searching. `false`: see [`after_park`](Self::after_park).
    pub(crate) fn rise(&self, idle: &IdleWord) -> bool {
        if self.exchange(NAPPING, RUNNING) || self.exchange(PARKED, RUNNING) {
            idle.change(SEARCHING_ONE, SLEEPING_ONE, 0);
            return true;
        }
        false
    }

    /// Wakes the resident if it sleeps and the seat is not lent: it counts as searching from now on. The caller must
    /// unpark it if this says `true`.
    pub(crate) fn wake(&self, idle: &IdleWord) -> bool {
        let state = self.read();
        if (state == PARKED || state == NAPPING) && self.exchange(state, WAKING) {
            idle.change(SEARCHING_ONE, SLEEPING_ONE, 0);
            return true;
        }
        false
    }

    /// A guest takes the seat, if the resident sleeps at the bottom of its stack.
    pub(crate) fn lend(&self, idle: &IdleWord) -> bool {
        if self.read() == PARKED && self.exchange(PARKED, LENT) {
            idle.change(LENT_ONE, SLEEPING_ONE, 0);
            return true;
        }
        false
    }

    /// Whether a guest holds the seat.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.read(), LENT | SHARE)
    }

    /// A guest gives the seat back. `left`: something is left in the seat's queues. `visible`: looks whether any job is
    /// visible anywhere. `true` if the caller must unpark the resident.
    pub(crate) fn give_back(
        &self,
        idle: &IdleWord,
        left: bool,
        urgent: impl FnOnce() -> bool,
        visible: impl FnOnce() -> bool,
    ) -> bool {
        if left {
            idle.change(SEARCHING_ONE, LENT_ONE, 0);
            let given = self.exchange(LENT, WAKING);
            debug_assert!(given, "only the guest leaves LENT");
            return true;
        }
        let before = idle.change(SLEEPING_ONE, LENT_ONE, MISSED);
        let given = self.exchange(LENT, PARKED);
        debug_assert!(given, "only the guest leaves LENT");
        // ORDERING: SeqCst fence, pairs with the ones in `notify`: the pusher saw this seat parked (and woke it), or the
        // look below sees the job or the missed bit.
        if !crate::sync::dropped("sleep::give_back_fence") {
            fence(Ordering::SeqCst);
        }
        let missed = before.missed() || idle.read().missed();
        ((missed && visible()) || urgent()) && self.wake(idle)
    }

    /// The guest lets the resident run the seat's broadcast shares (rule G9); then it must unpark it and wait until
    /// [`is_back`](Self::is_back).
    pub(crate) fn ask_for_share(&self) {
        let asked = self.exchange(LENT, SHARE);
        debug_assert!(asked, "only the guest leaves LENT");
    }

    /// The resident has run the shares; it must unpark the guest.
    pub(crate) fn share_done(&self) {
        let done = self.exchange(SHARE, LENT);
        debug_assert!(done, "only the resident leaves SHARE");
    }

    /// Whether the seat is the guest's again.
    pub(crate) fn is_back(&self) -> bool {
        self.read() == LENT
    }

    /// What the resident is doing, for reports.
    pub(crate) fn activity(&self) -> Activity {
        // ORDERING: Relaxed. A statistic.
        match self.0.load(Ordering::Relaxed) {
            PARKED | NAPPING => Activity::Asleep,
            WAKING => Activity::Waking,
            LENT | SHARE => Activity::Lent,
            _ => Activity::Running,
        }
    }

    /// The state's name, for reports.
    pub(crate) fn name(&self) -> &'static str {
        ["running", "parked", "napping", "waking", "lent", "lent (share)"][self.read() as usize]
    }
}

#[cfg(all(test, loom))]
#[path = "sleep_loom.rs"]
mod loom_sleep;
