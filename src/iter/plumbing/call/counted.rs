//! A call whose pieces are cut by numbers. They may be heavy, or wait for each other: so each has a folder of its own, and the
//! second part of each cut is published at once, with a wake-up, like the second half of a `join`. No clock is looked at.

use super::stint::Stint;
use super::{NO_NODE, Piece, reduce, run_batch};
use crate::batch::Plan;
use crate::iter::plumbing::Folder;
use crate::pool::context;
use crate::pool::job::{Half, StackJob};
use crate::pool::seat::{Seat, yield_point};
use crate::pool::worker::Wait;
use crate::trace::Job;
use crate::util::unwind;

/// Runs the call on the thread that holds `seat`; `node` is the recorder's number of it.
pub(super) fn run_counted<P: Piece>(seat: &Seat, piece: P, node: usize) -> P::Result {
    Counted::begin(seat, seat.index, node).work(piece)
}

/// What one thread does for the call.
struct Counted<'s> {
    seat: &'s Seat,
    node: usize,
    stint: Stint,
}

impl<'s> Counted<'s> {
    /// The seat `owner` has made the part.
    fn begin(seat: &'s Seat, owner: usize, node: usize) -> Self {
        Counted { seat, node, stint: Stint::begin(node, seat, owner) }
    }

    fn work<P: Piece>(&self, piece: P) -> P::Result {
        if piece.is_full() {
            return piece.into_folder().complete();
        }
        let Plan::Cut(at) = piece.plan_by_number() else { return self.run(piece) };
        match piece.cut(at) {
            Ok((left, right, reducer)) => {
                let (first, second) = if P::BACKWARD { (right, left) } else { (left, right) };
                let (first, second) = self.both(first, second);
                let began = self.stint.now();
                let result = reduce::<P>(reducer, first, second);
                self.stint.has_combined(began);
                result
            }
            Err(piece) => self.run(piece),
        }
    }

    /// Runs a piece in one go. A search looks behind each item whether others have found something.
    fn run<P: Piece>(&self, piece: P) -> P::Result {
        let items = piece.items();
        let mark = self.stint.begin_batch();
        let folder = run_batch(self.seat, 1, piece, None);
        self.stint.end_batch(mark, items);
        let began = self.stint.now();
        let result = folder.complete();
        self.stint.has_combined(began);
        result
    }

    /// Works on both parts of a cut, unless somebody takes the second one. Whatever becomes of one, the other is run.
    fn both<P: Piece>(&self, first: P, second: P) -> (P::Result, P::Result) {
        let job = StackJob::new(Part { piece: second, owner: self.seat.index, node: self.node });
        // SAFETY: this frame stays until the job was taken back or its latch is set, below.
        let job_ref = unsafe { job.as_job_ref() };
        // SAFETY: this thread holds the seat; the frame stays, as above.
        let is_published = unsafe { self.seat.push_fork(job_ref) };
        let first = unwind::halt_unwinding(|| self.work(first));
        yield_point();
        if self.seat.spawned_first.get() {
            self.seat.run_spawned_first();
        }
        // SAFETY: this thread holds the seat, whose newest fork this is, unless it was stolen.
        let is_ours = !is_published || unsafe { self.seat.fork.pop_newest() };
        let second = if is_ours {
            // SAFETY: taken back, or never published; once.
            let second = unsafe { job.take_back() }.piece;
            unwind::halt_unwinding(|| self.work(second))
        } else {
            let began = self.stint.now();
            // SAFETY: this thread holds the seat and is the only one to wait for this latch.
            unsafe { self.seat.wait(&job.half().latch, Wait::Join(job.half())) };
            self.stint.has_waited(began);
            // SAFETY: the latch is set; taken once.
            unsafe { job.take_result() }
        };
        (unwind::unwrap_or_resume(first), unwind::unwrap_or_resume(second))
    }
}

/// The second part of a cut, which others may take.
struct Part<P> {
    piece: P,
    /// The seat that has made it.
    owner: usize,
    node: usize,
}

impl<P: Piece> Half for Part<P> {
    type Output = P::Result;
    const JOB: Job = Job::Part;

    /// A thief goes on with the call.
    fn run(self, _migrated: bool) -> P::Result {
        let Part { mut piece, owner, node } = self;
        let seat = Seat::current().expect("a thief holds a seat");
        piece.migrate(seat.registry().neighbours().width(owner, seat.index));
        let counted = Counted::begin(seat, owner, node);
        match node {
            NO_NODE => counted.work(piece),
            node => context::within(node, || counted.work(piece)),
        }
    }
}
