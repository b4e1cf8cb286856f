//! A parallel call at work on one thread: the pieces it holds, when it shares them, and how results come together.
//!
//! The thread goes through a call's piece depth first, from left to right; or from right to left, where the consumer wants the
//! last of something. A piece that is too large is cut; the second part is *held* in the frame of the cut while the first part
//! is worked on. What is held may be *published*: then it stands in the seat's fork deque and a thief may take it. Taken back
//! by its owner, a held part costs nothing but the cut.
//!
//! Invariants:
//! 1. Held parts are published from the outermost, which is the oldest and largest: `published <= held`, and the
//!    `published` oldest are those in the deque. So they are popped in the order of the frames, innermost first.
//! 2. Once a call is *open* (it has published anything) every part is published as soon as it is held: nothing is kept
//!    back behind a piece that turns out to be long.
//! 3. Where consumers *flow*, one folder goes on from piece to piece, and is closed only where the next piece was stolen, or
//!    where it is full and the next piece's consumer is not. Elsewhere each piece has a folder of its own, and each reducer
//!    gets the results of exactly the two sides of its cut.
//! 4. A panic does not keep the other pieces from being run, each by its own consumer; then the panic goes on.

mod counted;
mod light;
mod stint;
pub(super) mod trifle;

use self::counted::run_counted;
use self::light::{run_light, run_measured};
use self::stint::Stint;
use self::trifle::{is_trifle, run_trifle};
use super::dealing;
use super::piece::Piece;
use super::{Folder, Reducer};
use crate::batch::{Costs, Estimate, Observation, Plan, Publish, Splitter};
use crate::explain::Kind;
use crate::explain::recorder::{self, Beginning, Recorded};
use crate::join::join_on;
use crate::metrics::sites::Site;
use crate::pool::context;
use crate::pool::counters::Counter;
use crate::pool::job::{Half, JobRef, StackJob};
use crate::pool::seat::{Seat, yield_point};
use crate::pool::worker::Wait;
use crate::trace::{self, Job};
use crate::tuning;
use crate::util::caller::Place;
use crate::util::clock::{HAS_CLOCK, reading_cost, ticks, ticks_of_ns};
use crate::util::frame::keep_frame;
use crate::util::unwind;
use std::any::type_name;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::thread;

/// Stands for the home of a call that was not dealt.
const NO_HOME: usize = usize::MAX;

/// Stands for the node of a call that nobody records.
const NO_NODE: usize = 0;

/// The most parts that one thread holds: each is at most half of what was there before, and no range is longer than `u128`
/// counts. A producer that cuts off less is run as it is from there on.
const MOST_HELD: usize = u128::BITS as usize + 8;

/// See the module's description.
pub(super) struct Call<'s> {
    seat: &'s Seat,
    splitter: Splitter,
    /// The group that the call's items were dealt to, or [`NO_HOME`].
    home: usize,
    /// When this thread began to work on the call, in ticks.
    began: u64,
    /// For how long nobody is woken, in ticks.
    patience: u64,
    /// Until when this thread's time is accounted for: the end of its last piece, wait or wake-up.
    last: Cell<u64>,
    /// What an item costs, in ticks: as estimated, then as measured.
    per_item: Cell<Option<f32>>,
    is_measured: Cell<bool>,
    /// Only one piece was measured so far, by this thread in this call.
    is_first: Cell<bool>,
    /// For how long it was measured, as far as that matters.
    evidence: Cell<f32>,
    /// Items that this thread has still to run.
    left_items: Cell<usize>,
    is_open: Cell<bool>,
    held: Cell<usize>,
    published: Cell<usize>,
    /// The held parts, outermost first; initialized below `held`.
    jobs: [Cell<MaybeUninit<JobRef>>; MOST_HELD],
    sample: Sample,
    /// The recorder's number of the call, or [`NO_NODE`], and what it gathers of this thread's part.
    node: usize,
    stint: Stint,
}

/// Who wants to know what the items of a call cost.
#[derive(Clone, Copy)]
struct Wanted {
    site: Site,
    place: Option<Place>,
}

/// What this thread has measured in this call.
struct Sample {
    /// Whether anybody wants to know.
    is_wanted: bool,
    ticks: Cell<u64>,
    items: Cell<usize>,
    /// The seat's count of sleeps at the end of the last piece.
    parks: Cell<usize>,
    /// The thread has slept in some piece.
    is_spoilt: Cell<bool>,
    /// Some piece had a full folder in the end.
    ended_early: Cell<bool>,
}

/// What came of going through a piece: a folder that may go on, or a result.
enum Flow<P: Piece> {
    Open(Open<P>),
    Done(P::Result),
}

/// A folder that flows, or will be made by the next piece to be run.
struct Open<P: Piece> {
    /// The result of what lies to the left of the folder's first piece, if that was closed.
    before: Option<(P::Result, P::Reducer)>,
    folder: Option<P::Folder>,
}

impl<P: Piece> Open<P> {
    fn new() -> Self {
        Open { before: None, folder: None }
    }

    fn behind(result: P::Result, reducer: P::Reducer) -> Self {
        Open { before: Some((result, reducer)), folder: None }
    }
}

impl<P: Piece> Flow<P> {
    fn finish(self) -> P::Result {
        match self {
            Flow::Done(result) => result,
            Flow::Open(Open { before, folder }) => {
                close(before, folder.expect("a piece that was run leaves a folder"))
            }
        }
    }
}

/// Closes a folder and joins its result with what lies to the left of it.
fn close<F, T, R>(before: Option<(F::Result, R)>, folder: F) -> F::Result
where
    F: Folder<T>,
    R: Reducer<F::Result>,
{
    let result = folder.complete();
    match before {
        Some((left, reducer)) => reducer.reduce(left, result),
        None => result,
    }
}

/// Joins the results of the two parts of a cut, given in the order in which they were run.
fn reduce<P: Piece>(reducer: P::Reducer, first: P::Result, second: P::Result) -> P::Result {
    let (left, right) = if P::BACKWARD { (second, first) } else { (first, second) };
    reducer.reduce(left, right)
}

/// Runs a whole call on the thread that holds `seat`.
///
/// `is_counted`: the pieces are cut by numbers, not by time. They may be heavy, or wait for each other: each has a folder of
/// its own and is published at once, with a wake-up. `place` is where in the program the call is written, if that is known.
pub(super) fn run<P: Piece>(
    seat: &Seat,
    piece: P,
    is_counted: bool,
    is_nested: bool,
    place: Option<Place>,
) -> P::Result {
    let _bar = trace::call(Some(&seat.log), place);
    if context::is_recording() {
        return run_recorded(seat, piece, is_counted, is_nested, place);
    }
    run_as(seat, piece, is_counted, is_nested, place, NO_NODE)
}

/// The same while somebody records calls.
#[cold]
#[inline(never)]
fn run_recorded<P: Piece>(
    seat: &Seat,
    piece: P,
    is_counted: bool,
    is_nested: bool,
    place: Option<Place>,
) -> P::Result {
    let beginning = Beginning {
        kind: Kind::Items,
        place,
        what: type_name::<P>(),
        items: P::KNOWS_ITEMS.then(|| piece.items()),
        least_items: piece.least_items(),
        is_counted,
    };
    let recorded = Recorded::begin(Some(seat), Some(seat.registry()), beginning);
    let node = recorded.as_ref().map_or(NO_NODE, Recorded::node);
    run_as(seat, piece, is_counted, is_nested, place, node)
}

/// The same with the recorder's number of the call: runs the smallest calls itself. Inlined, since there most of it does not
/// apply.
#[inline(always)]
fn run_as<P: Piece>(
    seat: &Seat,
    piece: P,
    is_counted: bool,
    is_nested: bool,
    place: Option<Place>,
    node: usize,
) -> P::Result {
    if is_counted {
        return run_counted(seat, piece, node);
    }
    if seat.registry().seats().len() == 1 && !P::BACKWARD {
        return run_trifle(seat, piece, is_nested, node);
    }
    if P::DRAWS {
        return run_cut(seat, piece, Parts::new(seat, node), None, false);
    }
    let items = piece.items();
    let site = Site::new(address::<P>(), items);
    let estimate = site.estimate();
    let is_wanted =
        seat.wants_sample(estimate.is_steady()) || seat.trifle.is_used_up(address::<P>());
    if is_nested && !P::BACKWARD && is_trifle(seat, items, estimate) {
        if !is_wanted {
            return run_trifle(seat, piece, is_nested, node);
        }
        if estimate.is_steady() && node == NO_NODE {
            return run_measured(seat, piece, Wanted { site, place });
        }
    }
    run_estimated(seat, piece, (site, estimate, is_wanted), place, node)
}

/// Runs a call that is no trifle, as what is known of its kind suggests. Apart from [`run_as`], whose frame trifles pay for.
#[inline(never)]
fn run_estimated<P: Piece>(
    seat: &Seat,
    piece: P,
    (site, estimate, is_wanted): (Site, Estimate, bool),
    place: Option<Place>,
    node: usize,
) -> P::Result {
    let items = piece.items();
    let parts = Parts { per_item: estimate.per_item(), ..Parts::new(seat, node) };
    let wanted = is_wanted.then_some(Wanted { site, place });
    if node == NO_NODE && !P::BACKWARD && !seat.registry().waits_for_anything() {
        let splitter = Splitter::new(costs(seat), seat.registry().seats().len());
        if splitter.is_light(items, parts.per_item) {
            return run_light(seat, piece, splitter, parts, wanted);
        }
    }
    // Who measures tries whether it is not better to share.
    let ends_alone = P::LEFTMOST && !is_wanted && estimate.ends_alone();
    run_cut(seat, piece, parts, wanted, ends_alone)
}

/// Runs a call that may be cut; what its items cost is told to `wanted`. `ends_alone`: it will end early by what this thread
/// finds, as far as is known.
#[inline(never)]
fn run_cut<P: Piece>(
    seat: &Seat,
    piece: P,
    parts: Parts,
    wanted: Option<Wanted>,
    ends_alone: bool,
) -> P::Result {
    let run = |piece: P, parts: Parts, threads| {
        let items = piece.items();
        let mut call = Call::new(seat, threads, items, &parts, wanted.is_some());
        if threads > 1 && seat.streak.is_due(call.began, seat.registry().wake_cost.worth()) {
            let costs = costs(seat);
            call.splitter = Splitter::new(Costs { wake: costs.theft / 2, ..costs }, threads);
        }
        if let (true, Some(per_item)) = (ends_alone, parts.per_item) {
            call.patience = call.splitter.patience(items, per_item);
        }
        let result = call.start(piece);
        let now = ticks();
        let whole_ticks = now.wrapping_sub(call.began);
        if whole_ticks > ticks_of_ns(tuning::BATCH_THEFT_NS) {
            let is_alone = seat.idle().read().sleeping() + 1 >= seat.registry().seats().len();
            seat.streak.has_run(call.began, now, is_alone);
        }
        if let Some(wanted) = wanted {
            call.sample.tell::<P>(wanted, whole_ticks, items);
        }
        result
    };
    if dealing::is_worth_dealing(seat, &piece, parts.per_item) {
        let group = seat.registry().neighbours().groups()[seat.group].len();
        return dealing::deal(seat, piece, parts, |piece, parts| run(piece, parts, group));
    }
    run(piece, parts, seat.registry().seats().len())
}

/// Runs a share of a call that was dealt, on the thread that has dealt it.
pub(super) fn run_share<P: Piece>(seat: &Seat, piece: P, parts: &Parts) -> P::Result {
    let group = seat.registry().neighbours().groups()[seat.group].len();
    let call = Call::new(seat, group, piece.items(), parts, false);
    call.is_open.set(true);
    call.finish(call.work(Open::new(), piece))
}

/// Runs two calls, side by side if both together have been worth a wake-up before, or nothing is known of them.
pub(super) fn run_both<A, B, RA, RB>(
    seat: &Seat,
    left: A,
    right: B,
    place: Option<Place>,
) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    let site = Site::new(
        run_both::<A, B, RA, RB> as fn(&Seat, A, B, Option<Place>) -> (RA, RB) as usize,
        1,
    );
    let estimate = site.estimate();
    let is_wanted = seat.wants_sample(estimate.is_steady());
    let began = if is_wanted { ticks() } else { 0 };
    let worth = seat.registry().wake_cost.worth() as f32;
    let result = if HAS_CLOCK && estimate.per_item().is_some_and(|cost| cost <= worth) {
        let left = unwind::halt_unwinding(left);
        // As in a `join`: the right one is run whatever became of the left one, and the left one's panic goes first.
        let right = unwind::halt_unwinding(right);
        (unwind::unwrap_or_resume(left), unwind::unwrap_or_resume(right))
    } else {
        join_on(seat, left, right)
    };
    if is_wanted {
        site.observe(ticks().wrapping_sub(began) as f32, 1, false, type_name::<(A, B)>, place);
    }
    result
}

/// What tells calls of this kind from others.
fn address<P: Piece>() -> usize {
    run_items::<P> as fn(P, Option<P::Folder>) -> P::Folder as usize
}

/// Runs a piece in one go, unless nobody wants its items.
fn run_whole<P: Piece>(seat: &Seat, piece: P, node: usize) -> P::Result {
    if piece.is_full() {
        return piece.into_folder().complete();
    }
    // Nobody else searches meanwhile, or it is over soon; but an inner call may be a part of a search that others are at.
    if node == NO_NODE {
        return run_batch(seat, tuning::STRIDE_MOST, piece, None).complete();
    }
    let items = piece.items();
    let run = || run_batch(seat, tuning::STRIDE_MOST, piece, None).complete();
    recorder::whole(node, Some(seat), items, run)
}

/// Runs a piece as one batch, through this folder or one of its own, with so many items in a stride.
#[inline(always)]
fn run_batch<P: Piece>(
    seat: &Seat,
    stride: usize,
    piece: P,
    folder: Option<P::Folder>,
) -> P::Folder {
    let items = piece.items();
    seat.counters.count_batch(items);
    if folder.is_some() {
        seat.counters.bump(Counter::FoldersGoneOn);
    }
    let _running = seat.log.piece(items);
    let at_hand = AtHand::begin(seat, stride);
    let folder = run_items(piece, folder);
    if at_hand.is_outermost() {
        seat.trifle.forget();
    }
    folder
}

/// A piece is at hand, and behind it, after a panic too, the one before.
struct AtHand<'a> {
    stride: &'a Cell<usize>,
    /// The stride of the one before; 0: there is none.
    before: usize,
}

impl<'a> AtHand<'a> {
    #[inline(always)]
    fn begin(seat: &'a Seat, stride: usize) -> Self {
        AtHand { stride: &seat.stride, before: seat.stride.replace(stride) }
    }

    fn is_outermost(&self) -> bool {
        self.before == 0
    }
}

impl Drop for AtHand<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.stride.set(self.before);
    }
}

/// Runs a piece on the calling thread, which need not be in a pool, unless nobody wants its items.
#[inline(always)]
pub(super) fn run_alone<P: Piece>(piece: P) -> P::Result {
    if piece.is_full() {
        return piece.into_folder().complete();
    }
    run_items(piece, None).complete()
}

/// Runs the items of a piece through a folder: the innermost loop, which stands once in the program for each kind of call.
#[inline(never)]
fn run_items<P: Piece>(piece: P, folder: Option<P::Folder>) -> P::Folder {
    keep_frame(|| piece.run(folder))
}

/// What the decisions of a call weigh in this pool.
fn costs(seat: &Seat) -> Costs {
    Costs {
        start: ticks_of_ns(tuning::BATCH_START_NS),
        theft: ticks_of_ns(tuning::BATCH_THEFT_NS),
        block: ticks_of_ns(tuning::BATCH_BLOCK_NS),
        wake: seat.registry().wake_cost.worth(),
    }
}

/// What a held part knows of its call.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) per_item: Option<f32>,
    is_measured: bool,
    /// The group that it was dealt to; [`NO_HOME`] if the call was not dealt.
    home: usize,
    /// The seat that holds it.
    owner: usize,
    /// The recorder's number of the call, or [`NO_NODE`].
    node: usize,
}

impl Parts {
    /// Nothing is known of the call, which is not a share of another one.
    fn new(seat: &Seat, node: usize) -> Self {
        Parts { per_item: None, is_measured: false, home: NO_HOME, owner: seat.index, node }
    }
}

impl Parts {
    /// The same, for a share of the call that a group gets.
    pub(super) fn dealt_to(self, group: usize) -> Parts {
        Parts { home: group, ..self }
    }
}

/// A held part.
pub(super) struct Held<P> {
    pub(super) piece: P,
    pub(super) parts: Parts,
}

impl<P: Piece> Half for Held<P> {
    type Output = P::Result;
    const JOB: Job = Job::Part;

    /// A thief goes on with the call.
    fn run(self, _migrated: bool) -> P::Result {
        let Held { mut piece, parts } = self;
        let seat = Seat::current().expect("a thief holds a seat");
        let threads = seat.registry().neighbours().width(parts.owner, seat.index);
        piece.migrate(threads);
        let call = Call::new(seat, threads, piece.items(), &parts, false);
        call.is_open.set(true);
        match parts.node {
            NO_NODE => call.finish(call.work(Open::new(), piece)),
            node => context::within(node, || call.finish(call.work(Open::new(), piece))),
        }
    }
}

impl<'s> Call<'s> {
    fn new(seat: &'s Seat, threads: usize, items: usize, parts: &Parts, is_wanted: bool) -> Self {
        let began = ticks();
        let splitter = Splitter::new(costs(seat), threads);
        Call {
            seat,
            splitter,
            home: parts.home,
            began,
            patience: 0,
            last: Cell::new(began),
            per_item: Cell::new(parts.per_item),
            is_measured: Cell::new(parts.is_measured),
            is_first: Cell::new(false),
            evidence: Cell::new(splitter.evidence(parts.per_item)),
            left_items: Cell::new(items),
            is_open: Cell::new(false),
            held: Cell::new(0),
            published: Cell::new(0),
            jobs: [const { Cell::new(MaybeUninit::uninit()) }; MOST_HELD],
            sample: Sample::begin(seat, is_wanted),
            node: parts.node,
            stint: Stint::begin(parts.node, seat, parts.owner),
        }
    }

    /// The whole call, on the thread that has begun it.
    fn start<P: Piece>(&self, piece: P) -> P::Result {
        let per_item = self.per_item.get().filter(|_| !self.seat.registry().waits_for_anything());
        let Some(per_item) = per_item.filter(|_| !self.is_worth_sharing()) else {
            self.is_open.set(true);
            return self.finish(self.work(Open::new(), piece));
        };
        if piece.is_full() {
            return piece.into_folder().complete();
        }
        if P::BACKWARD {
            // Little by little from the end, which may be all that counts.
            return self.finish(self.work(Open::new(), piece));
        }
        let (first, rest, reducer) = match piece.begin(&self.splitter, per_item) {
            Plan::Run => return self.finish(self.run_piece(Open::new(), piece)),
            Plan::Cut(at) => match piece.cut(at) {
                Ok(parts) => parts,
                Err(piece) => return self.finish(self.run_piece(Open::new(), piece)),
            },
        };
        let flow = unwind::halt_unwinding(|| self.run_piece(Open::new(), first));
        self.finish(self.go_on(flow, reducer, Second::Kept(rest)))
    }

    /// Whether the call shares all from the start: its items are heavy or of unknown cost, or it is large enough to wake a
    /// sleeper for, or to give something to those who search.
    fn is_worth_sharing(&self) -> bool {
        let seen = Observation { has_held: true, ..self.observe(self.began) };
        self.splitter.is_heavy(seen.per_item) || self.splitter.publish(&seen) != Publish::No
    }

    /// Goes through a piece.
    fn work<P: Piece>(&self, mut open: Open<P>, piece: P) -> Flow<P> {
        if piece.is_full() {
            let folder = open.folder.take().unwrap_or_else(|| piece.into_folder());
            return self.after(open, folder);
        }
        match piece.plan(&self.splitter, || self.observe(self.last.get())) {
            Plan::Cut(at) if self.held.get() < MOST_HELD => self.cut_and_work(open, piece, at),
            _ => self.run_piece(open, piece),
        }
    }

    /// What comes after `folder` has taken the items of a piece.
    fn after<P: Piece>(&self, open: Open<P>, folder: P::Folder) -> Flow<P> {
        if P::FLOWS {
            Flow::Open(Open { before: open.before, folder: Some(folder) })
        } else {
            let began = self.stint.now();
            let result = close(open.before, folder);
            self.stint.has_combined(began);
            Flow::Done(result)
        }
    }

    /// What came of all of this thread's part.
    fn finish<P: Piece>(&self, flow: Flow<P>) -> P::Result {
        let began = self.stint.now();
        let result = flow.finish();
        self.stint.has_combined(began);
        result
    }

    fn run_piece<P: Piece>(&self, mut open: Open<P>, piece: P) -> Flow<P> {
        let items = piece.items();
        let stride = self.splitter.stride(self.per_item.get());
        let mark = self.stint.begin_batch();
        let folder = run_batch(self.seat, stride, piece, open.folder.take());
        // What recording takes is not the items' fault.
        let recording = self.stint.end_batch(mark, items);
        self.last.set(self.last.get().wrapping_add(recording));
        self.has_run(items, folder.full(), !P::BACKWARD);
        self.after(open, folder)
    }

    fn cut_and_work<P: Piece>(&self, open: Open<P>, piece: P, at: usize) -> Flow<P> {
        let (left, right, reducer) = match piece.cut(at) {
            Ok(parts) => parts,
            Err(piece) => return self.run_piece(open, piece),
        };
        let (first, second) = if P::BACKWARD { (right, left) } else { (left, right) };
        let (flow, second) = self.hold(second, || self.work(open, first));
        self.go_on(flow, reducer, second)
    }

    /// The first part of a cut has been gone through: goes on with the second one.
    fn go_on<P: Piece>(
        &self,
        flow: thread::Result<Flow<P>>,
        reducer: P::Reducer,
        second: Second<P>,
    ) -> Flow<P> {
        let flow = match flow {
            Ok(flow) => flow,
            Err(payload) => {
                if let Second::Kept(second) = second {
                    // Its items are nobody else's fault (invariant 4); what comes of them is not wanted any more.
                    let _ = unwind::halt_unwinding(|| self.work(Open::new(), second).finish());
                }
                unwind::resume_unwinding(payload)
            }
        };
        let second = match second {
            Second::Kept(second) => second,
            Second::Stolen(result) => {
                let result = unwind::unwrap_or_resume(result);
                let began = self.stint.now();
                let result = reduce::<P>(reducer, flow.finish(), result);
                self.stint.has_combined(began);
                return Flow::Done(result);
            }
        };
        match flow {
            Flow::Open(open) => {
                let is_full = open.folder.as_ref().is_some_and(Folder::full);
                if !is_full {
                    return self.work(open, second);
                }
                if second.is_full() {
                    self.has_dropped(second.items());
                    return Flow::Open(open);
                }
                self.work(Open::behind(Flow::Open(open).finish(), reducer), second)
            }
            Flow::Done(left) if P::FLOWS => self.work(Open::behind(left, reducer), second),
            Flow::Done(first) => {
                let second = self.work(Open::new(), second);
                let began = self.stint.now();
                let result = reduce::<P>(reducer, first, second.finish());
                self.stint.has_combined(began);
                Flow::Done(result)
            }
        }
    }

    /// Runs `first` while `second` is held, and gives back both what came of it and `second`, or its result if it was stolen.
    fn hold<P: Piece, T>(
        &self,
        second: P,
        first: impl FnOnce() -> T,
    ) -> (thread::Result<T>, Second<P>) {
        let items = second.items();
        let parts = Parts {
            per_item: self.per_item.get(),
            is_measured: self.is_measured.get(),
            home: self.home,
            owner: self.seat.index,
            node: self.node,
        };
        let job = StackJob::new(Held { piece: second, parts });
        let depth = self.held.get();
        // SAFETY: this frame stays until the job was taken back or its latch is set, below; `first` does not unwind.
        self.jobs[depth].set(MaybeUninit::new(unsafe { job.as_job_ref() }));
        self.held.set(depth + 1);
        self.share(self.last.get());
        let result = unwind::halt_unwinding(first);
        yield_point();
        if self.seat.spawned_first.get() {
            self.seat.run_spawned_first();
        }
        self.held.set(depth);
        let is_ours = if self.published.get() > depth {
            self.published.set(depth);
            // SAFETY: this thread holds the seat, whose newest fork this is, unless it was stolen (invariant 1).
            unsafe { self.seat.fork.pop_newest() }
        } else {
            true
        };
        if is_ours {
            // SAFETY: taken back, or never published; once.
            return (result, Second::Kept(unsafe { job.take_back() }.piece));
        }
        self.has_dropped(items);
        let began = self.stint.now();
        // SAFETY: this thread holds the seat and is the only one to wait for this latch.
        unsafe { self.seat.wait(&job.half().latch, Wait::Join(job.half())) };
        self.stint.has_waited(began);
        self.has_waited();
        // SAFETY: the latch is set; taken once.
        (result, Second::Stolen(unsafe { job.take_result() }))
    }

    /// So many items need not be run here any more.
    fn has_dropped(&self, items: usize) {
        self.left_items.set(self.left_items.get().saturating_sub(items));
    }

    /// A piece was run: takes the time, and shares what is held if it is worth it.
    ///
    /// Not if the call goes backward: what was found may have made the rest superfluous, and the next cut shares as well.
    #[inline]
    fn has_run(&self, items: usize, is_full: bool, shares: bool) {
        self.has_dropped(items);
        if self.home != NO_HOME {
            let is_here = self.home == self.seat.group;
            let counter = if is_here { Counter::ItemsAtHome } else { Counter::ItemsAway };
            self.seat.counters.add(counter, items);
        }
        if self.left_items.get() == 0 && !self.sample.is_wanted {
            return;
        }
        let now = ticks();
        let spent = now.wrapping_sub(self.last.replace(now)).saturating_sub(reading_cost()).max(1);
        // Counters of different processors may differ a little: then the difference is beyond all bounds.
        if spent < 1 << 40 && items > 0 {
            self.seat.counters.count_time(spent);
            self.sample.add(self.seat, spent, items, is_full);
            let (before, evidence) = (self.per_item.get(), self.evidence.get());
            let (per_item, evidence) = self.splitter.after_piece(before, evidence, items, spent);
            self.per_item.set(Some(per_item));
            self.evidence.set(evidence);
            self.is_first.set(!self.is_measured.replace(true));
        }
        if shares {
            self.share(now);
        }
    }

    /// The time since the end of the last piece was not spent on items.
    fn has_waited(&self) {
        self.last.set(ticks());
        self.sample.parks.set(self.seat.counters.read(Counter::Parks));
    }

    fn observe(&self, now: u64) -> Observation {
        let idle = self.seat.idle().read();
        let (held, published) = (self.held.get(), self.published.get());
        let elapsed = now.wrapping_sub(self.began);
        Observation {
            per_item: self.per_item.get(),
            is_measured: self.is_measured.get(),
            left_items: self.left_items.get(),
            elapsed,
            is_open: self.is_open.get(),
            has_held: held > published,
            has_entry: published > 0 && !self.seat.fork.looks_empty(),
            asleep: elapsed >= self.patience && (idle.sleeping() > 0 || self.seat.is_watched()),
            searching: idle.searching(),
        }
    }

    /// Publishes what is held, and wakes a sleeper, if that is worth it.
    ///
    /// A call that was thought not to be worth it is not believed to be by its first piece alone, which may have found nothing in the
    /// caches: the next one tells, unless the first took as long as a wake-up.
    fn share(&self, now: u64) {
        if self.is_first.get() && !self.is_open.get() {
            let elapsed = now.wrapping_sub(self.began);
            if elapsed <= self.seat.registry().wake_cost.worth() {
                return;
            }
        }
        let decision = self.splitter.publish(&self.observe(now));
        if decision == Publish::No {
            return;
        }
        self.is_open.set(true);
        // SAFETY: as demanded there.
        self.publish(|job| unsafe { self.seat.push_fork_quietly(job) });
        if decision == Publish::Waking {
            self.seat.wake_for_fork();
            self.last.set(ticks());
        }
    }

    /// Publishes all that is held, by `push`, the oldest first.
    ///
    /// `push` gets jobs that stay in place until they were popped or their latch is set, on the thread that holds the seat. If
    /// it says that there was no memory, the rest stays held.
    fn publish(&self, push: impl Fn(JobRef) -> bool) {
        while self.published.get() < self.held.get() {
            let next = self.published.get();
            // SAFETY: initialized, since `next < held`.
            let job = unsafe { self.jobs[next].get().assume_init() };
            if !push(job) {
                return;
            }
            self.published.set(next + 1);
        }
    }
}

/// What became of a held part.
enum Second<P: Piece> {
    Kept(P),
    Stolen(thread::Result<P::Result>),
}

impl Sample {
    fn begin(seat: &Seat, is_wanted: bool) -> Self {
        Sample {
            is_wanted,
            ticks: Cell::new(0),
            items: Cell::new(0),
            parks: Cell::new(seat.counters.read(Counter::Parks)),
            is_spoilt: Cell::new(false),
            ended_early: Cell::new(false),
        }
    }

    /// A piece of so many items took so long. One in which the thread slept says nothing, and of one that ended early it is
    /// not known how many items it took.
    fn add(&self, seat: &Seat, ticks: u64, items: usize, is_full: bool) {
        let parks = seat.counters.read(Counter::Parks);
        let slept = self.parks.replace(parks) != parks;
        self.is_spoilt.set(self.is_spoilt.get() || slept);
        self.ended_early.set(self.ended_early.get() || is_full);
        if !slept && !is_full {
            self.ticks.set(self.ticks.get() + ticks);
            self.items.set(self.items.get() + items);
        }
    }

    /// Tells what an item has cost, if it is known, now that the whole call has ended.
    ///
    /// A call that ended early, by finding what it searched for, will do so again: its whole time counts for all its items,
    /// but for no less than makes the difference. (If the next one does not end early, its own clock will tell.)
    fn tell<P: Piece>(&self, wanted: Wanted, whole_ticks: u64, whole_items: usize) {
        let (ticks, items) = match (self.ended_early.get(), self.is_spoilt.get()) {
            (false, _) => (self.ticks.get(), self.items.get()),
            (true, false) => {
                (whole_ticks.max(ticks_of_ns(tuning::BATCH_THEFT_NS / 2)), whole_items)
            }
            (true, true) => return,
        };
        if items > 0 {
            let ends_alone = P::LEFTMOST && self.ended_early.get();
            let per_item = ticks as f32 / items as f32;
            wanted.site.observe(per_item, whole_items, ends_alone, type_name::<P>, wanted.place);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use crate::iter::{IntoParallelIterator, ParallelIterator};
    use crate::pool::seat::Seat;
    use std::panic::catch_unwind;

    /// Otherwise all later calls of the thread would count as made by an item.
    #[test]
    fn a_panic_leaves_no_piece_at_hand() {
        let stride = || Seat::current().expect("a worker calls this").stride.get();
        let pool = crate::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let call = |bad: u32| {
            (0..100).into_par_iter().for_each(|n| assert!(stride() != 0 && n != bad, "item {n}"));
        };
        pool.install(|| {
            assert_eq!(stride(), 0);
            // The second time the call is known to be a trifle.
            for bad in [50, 100, 50] {
                assert_eq!(catch_unwind(|| call(bad)).is_err(), bad == 50);
                assert_eq!(stride(), 0);
            }
        });
    }
}
