//! A call that is dealt to the groups of a pool before it begins.
//!
//! Each group gets the share of the items that its seats are of the pool's, in the order of groups, so the same items go to the
//! same group call after call: to the caches, and to the memory, that they came to first. Deters, Wu, Xu and Lee (2018) show
//! that this is what locality comes from; an order of stealing only keeps it. Idle threads of other groups may take a share, or
//! parts of one, once their own has nothing left.
//!
//! The caller runs a share of its own group, and the others as far as nobody has begun them by then.
//!
//! A call over a large slice may be dealt by where its pages are instead (`by_pages`).

mod by_pages;

use super::Reducer;
use super::call::{self, Held, Parts};
use super::piece::Piece;
use crate::pool::job::StackJob;
use crate::pool::seat::Seat;
use crate::pool::worker::Wait;
use crate::topology::pages;
use crate::tuning;
use crate::util::clock::ticks_of_ns;
use crate::util::unwind;
use std::ops::Range;
use std::thread;

/// Whether a call is to be dealt: the outermost one of its thread, in a pool of several groups, with enough items and, as far as
/// is known, enough work for all of them.
pub(super) fn is_worth_dealing<P: Piece>(seat: &Seat, piece: &P, per_item: Option<f32>) -> bool {
    let registry = seat.registry();
    if !registry.deals() || seat.is_dealing.get() || !seat.exec.get().is_null() {
        return false;
    }
    let least = ticks_of_ns(tuning::DEAL_LEAST_NS) as f32;
    piece.may_be_dealt(registry.seats().len())
        && per_item.is_none_or(|per_item| per_item * piece.items() as f32 >= least)
}

/// Deals a call, and runs a share of the caller's group with `run_own`.
pub(super) fn deal<P: Piece>(
    seat: &Seat,
    piece: P,
    parts: Parts,
    run_own: impl FnOnce(P, Parts) -> P::Result,
) -> P::Result {
    let memory = if seat.registry().asks_for_pages() { piece.memory() } else { None };
    let shares = shares(seat, piece.items(), piece.least_items(), memory);
    // If there is none for the caller's group, it begins with what nobody else has begun.
    let own = shares.iter().position(|share| share.group == seat.group);
    let dealer = Dealer { seat, parts, own: own.unwrap_or(shares.len() - 1), shares };
    let before = seat.is_dealing.replace(true);
    let run_own = |piece| {
        let parts = parts.dealt_to(dealer.shares[dealer.own].group);
        unwind::halt_unwinding(|| run_own(piece, parts))
    };
    let outcome = unwind::halt_unwinding(|| {
        seat.registry().while_dealing(|| dealer.deal_from(0, 0, piece, None, run_own))
    });
    seat.is_dealing.set(before);
    let (result, own) = unwind::unwrap_or_resume(outcome);
    debug_assert!(own.is_none(), "the caller's share is part of the result");
    unwind::unwrap_or_resume(result)
}

/// The items up to `end` that do not belong to the share before, and the group that gets them.
struct Share {
    end: usize,
    group: usize,
}

/// How a call of so many items is dealt: at least one share, none of fewer than `least_items`. `memory`: where the items lie, if
/// that counts.
fn shares(
    seat: &Seat,
    items: usize,
    least_items: usize,
    memory: Option<Range<usize>>,
) -> Vec<Share> {
    let registry = seat.registry();
    let neighbours = registry.neighbours();
    if let Some(memory) = memory.filter(|memory| memory.len() >= tuning::PAGES_LEAST_BYTES) {
        let nearest = |addresses: &[usize]| {
            let nodes = pages::nodes_of(addresses).into_iter();
            nodes.map(|node| registry.group_near(node?)).collect()
        };
        return by_pages::shares(neighbours, items, least_items, memory, nearest);
    }
    let groups = 0..neighbours.groups().len();
    groups.map(|group| Share { end: neighbours.share_end(group, items), group }).collect()
}

/// What came of some shares.
type Outcome<P> = thread::Result<<P as Piece>::Result>;

struct Dealer<'a> {
    seat: &'a Seat,
    parts: Parts,
    shares: Vec<Share>,
    /// The share that the caller runs.
    own: usize,
}

impl Dealer<'_> {
    /// Deals `piece`, which begins at item `start`, as share `at` and those behind it; then runs the caller's share, which is
    /// `own` if it lies further to the left. Gives back what came of the piece, and of `own`. Unwinds if a cut does.
    fn deal_from<P: Piece>(
        &self,
        at: usize,
        start: usize,
        piece: P,
        own: Option<P>,
        run_own: impl FnOnce(P) -> Outcome<P>,
    ) -> (Outcome<P>, Option<Outcome<P>>) {
        let Share { end, group } = self.shares[at];
        if at + 1 == self.shares.len() {
            return self.deal_last(group, piece, own, run_own);
        }
        let (left, right, reducer) = match piece.cut(end - start) {
            Ok(parts) => parts,
            // It cannot be cut: all of it is the last share.
            Err(piece) => return self.deal_last(group, piece, own, run_own),
        };
        let (left, right, own) = if at == self.own {
            let (right, left) = self.deal_from(at + 1, end, right, Some(left), run_own);
            (left.expect("the caller's share was run behind the others"), right, None)
        } else {
            let behind = || self.deal_from(at + 1, end, right, own, run_own);
            let (left, (right, own)) = self.deal_one(group, left, behind);
            (left, right, own)
        };
        (join(reducer, left, right), own)
    }

    /// The last share, and then the caller's.
    fn deal_last<P: Piece>(
        &self,
        group: usize,
        piece: P,
        own: Option<P>,
        run_own: impl FnOnce(P) -> Outcome<P>,
    ) -> (Outcome<P>, Option<Outcome<P>>) {
        match own {
            None => (run_own(piece), None),
            Some(own) => {
                let (last, own) = self.deal_one(group, piece, || run_own(own));
                (last, Some(own))
            }
        }
    }

    /// Runs `meanwhile` while `group` has a share; then runs the share if nobody has begun it, or waits for it. A panic of
    /// `meanwhile` goes on after that.
    fn deal_one<P: Piece, T>(
        &self,
        group: usize,
        share: P,
        meanwhile: impl FnOnce() -> T,
    ) -> (Outcome<P>, T) {
        let registry = self.seat.registry();
        let parts = self.parts.dealt_to(group);
        let work = parts.per_item.map(|per_item| per_item * share.items() as f32);
        let job = StackJob::new(Held { piece: share, parts });
        // SAFETY: this frame stays until the job was taken back or its latch is set, below.
        let job_ref = unsafe { job.as_job_ref() };
        // SAFETY: as above.
        unsafe { registry.deal(self.seat, group, job_ref, work) };
        let outcome = unwind::halt_unwinding(meanwhile);
        let share = if registry.group(group).dealt.take_back(job_ref) {
            // SAFETY: taken back; once.
            let Held { piece, parts } = unsafe { job.take_back() };
            unwind::halt_unwinding(|| call::run_share(self.seat, piece, &parts))
        } else {
            // SAFETY: this thread holds the seat and is the only one to wait for this latch.
            unsafe { self.seat.wait(&job.half().latch, Wait::Join(job.half())) };
            // SAFETY: the latch is set; taken once.
            unsafe { job.take_result() }
        };
        (share, unwind::unwrap_or_resume(outcome))
    }
}

/// Joins two outcomes; of two panics the left one goes on.
fn join<R: Send>(
    reducer: impl Reducer<R>,
    left: thread::Result<R>,
    right: thread::Result<R>,
) -> thread::Result<R> {
    let (left, right) = (left?, right?);
    unwind::halt_unwinding(|| reducer.reduce(left, right))
}
