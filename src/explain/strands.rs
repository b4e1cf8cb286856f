//! What is recorded of joins, scopes and sorts: calls that are made of other calls, and not of items.
//!
//! Of such calls only the outermost is one; what is joined or spawned in it belongs to it. A thread's part in it is a *strand*:
//! it has batches, which end where the thread waits, and it adds up the longest chain of work in it, each part of which has to
//! wait for the one before. That is the span of the call (C. E. Leiserson, "The Cilk++ concurrency platform", 2010).
//!
//! Nothing here is called unless somebody records. Then `join` takes another way (`Seat::current_to_fork`), which costs some
//! fifty nanoseconds for each.

use super::recorder::{Beginning, OpenStint, Recorded, add_chain};
use super::trace::Kind;
use crate::global;
use crate::pool::context;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::trace;
use crate::util::caller::Place;
use crate::util::clock::real_ticks;
use std::cell::RefCell;
use std::rc::Rc;

/// Stands for no call.
const NO_NODE: usize = 0;

thread_local! {
    static STRAND: RefCell<Strand> = RefCell::default();
}

/// What the calling thread does in a call.
#[derive(Default, Clone)]
struct Strand {
    /// The call, or [`NO_NODE`].
    node: usize,
    stint: Option<Rc<OpenStint>>,
    /// The longest chain of work so far, in ticks, and up to when that is.
    span: u64,
    last: u64,
}

impl Strand {
    fn advance(&mut self) {
        let now = real_ticks();
        self.span += now.saturating_sub(self.last);
        self.last = now;
    }
}

/// Changes the thread's strand. At the very end of a thread there is none.
fn strand<R: Default>(change: impl FnOnce(&mut Strand) -> R) -> R {
    STRAND.try_with(|strand| change(&mut strand.borrow_mut())).unwrap_or_default()
}

/// The call whose strand the calling thread is in, or [`NO_NODE`].
pub(crate) fn node() -> usize {
    let node = strand(|strand| strand.node);
    if node == context::current() { node } else { NO_NODE }
}

/// The thread's part in a call, until it is dropped.
struct Running {
    node: usize,
    stint: Rc<OpenStint>,
    before: Strand,
}

impl Running {
    fn begin(node: usize, stint: OpenStint) -> Self {
        let stint = Rc::new(stint);
        stint.open();
        let new = Strand { node, stint: Some(Rc::clone(&stint)), span: 0, last: real_ticks() };
        let before = strand(|strand| std::mem::replace(strand, new));
        Running { node, stint, before }
    }

    fn span(&self) -> u64 {
        strand(|strand| {
            strand.advance();
            strand.span
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let span = self.span();
        self.stint.close();
        let before = std::mem::take(&mut self.before);
        strand(|strand| *strand = before);
        add_chain(self.node, span);
    }
}

/// A recorded call on the thread that has begun it, until it is dropped.
pub(crate) struct Whole<'s> {
    // Dropped in this order.
    _running: Running,
    _recorded: Option<Recorded<'s>>,
}

/// Begins a call of this kind, unless the thread is in one, or nobody records that.
pub(crate) fn enter<'s>(
    seat: Option<&'s Seat>,
    registry: Option<&'s Registry>,
    beginning: impl FnOnce() -> Beginning,
) -> Option<Whole<'s>> {
    let outer = context::current();
    if outer == NO_NODE || strand(|strand| strand.node) == outer {
        return None;
    }
    if let Some(stint) = OpenStint::elsewhere(outer, seat) {
        // Part of a call that another thread has begun, and handed over.
        return Some(Whole { _running: Running::begin(outer, stint), _recorded: None });
    }
    let recorded = Recorded::begin(seat, registry, beginning())?;
    let stint = OpenStint::of_beginner(recorded.node(), seat)?;
    let running = Running::begin(recorded.node(), stint);
    Some(Whole { _running: running, _recorded: Some(recorded) })
}

/// Runs `op`, a call by itself, which is recorded if anybody records, and stands in the timeline.
#[inline]
pub(crate) fn run<R: Send>(
    (what, place): (&'static str, Place),
    items: usize,
    op: impl FnOnce() -> R + Send,
) -> R {
    let op = move || {
        let _bar = trace::call(None, Some(place));
        op()
    };
    if context::is_recording() { run_recorded((what, place), items, op) } else { op() }
}

/// Fewer items stay on a thread of no pool.
const FEW_ITEMS: usize = 64;

#[cold]
#[inline(never)]
fn run_recorded<R: Send>(
    (what, place): (&'static str, Place),
    items: usize,
    op: impl FnOnce() -> R + Send,
) -> R {
    let beginning = move || Beginning {
        kind: Kind::Sort,
        place: Some(place),
        what,
        items: Some(items),
        least_items: 1,
        is_counted: false,
    };
    let within = move |seat: Option<&Seat>| {
        let _call = enter(seat, seat.map(Seat::registry), beginning);
        op()
    };
    match Seat::current() {
        // What it forks would be handed over piece by piece.
        None if items > FEW_ITEMS => global::global().enter(|seat, _| within(Some(seat))),
        seat => within(seat),
    }
}

/// A moment at which the thread's work forks.
pub(crate) struct ForkPoint {
    node: usize,
    /// Whose strand forks: the address of its stint, and the seat.
    stint: usize,
    owner: usize,
}

impl ForkPoint {
    /// The calling thread, which holds `seat`, is about to fork.
    pub(crate) fn here(seat: &Seat) -> Self {
        let node = if context::is_recording() { node() } else { NO_NODE };
        let stint = if node == NO_NODE {
            0
        } else {
            strand(|strand| {
                strand.advance();
                strand.stint.as_ref().map_or(0, |stint| {
                    stint.count(Kind::Join);
                    Rc::as_ptr(stint).addr()
                })
            })
        };
        ForkPoint { node, stint, owner: seat.index }
    }

    /// Runs the first half; what came of it, and its span.
    pub(crate) fn first<R>(&self, op: impl FnOnce() -> R) -> (R, u64) {
        if self.node == NO_NODE { (op(), 0) } else { measured(op) }
    }

    /// Runs the second half, on whatever thread.
    pub(crate) fn second<R>(&self, op: impl FnOnce() -> R) -> (R, u64) {
        if self.node == NO_NODE {
            return (op(), 0);
        }
        let is_same =
            |stint: &Rc<OpenStint>| stint.is_open() && Rc::as_ptr(stint).addr() == self.stint;
        if strand(|strand| strand.stint.as_ref().is_some_and(is_same)) {
            return measured(op);
        }
        elsewhere(self.node, Some(self.owner), None, op)
    }

    /// Both halves are through, the longer one of which took so long.
    pub(crate) fn joined(&self, span: u64) {
        if self.node != NO_NODE {
            strand(|strand| {
                strand.span += span;
                strand.last = real_ticks();
            });
        }
    }
}

/// Runs `op` on the thread's strand, and measures its own chain.
fn measured<R>(op: impl FnOnce() -> R) -> (R, u64) {
    struct Restore(u64);
    impl Drop for Restore {
        fn drop(&mut self) {
            strand(|strand| {
                strand.span = self.0;
                strand.last = real_ticks();
            });
        }
    }
    let outer = strand(|strand| {
        strand.last = real_ticks();
        std::mem::take(&mut strand.span)
    });
    let _restore = Restore(outer);
    let result = op();
    let span = strand(|strand| {
        strand.advance();
        strand.span
    });
    (result, span)
}

/// Runs `op` as a part of a call that the thread has not begun.
fn elsewhere<R>(
    node: usize,
    owner: Option<usize>,
    counts_as: Option<Kind>,
    op: impl FnOnce() -> R,
) -> (R, u64) {
    let seat = Seat::current();
    let stint = match (seat, owner) {
        (Some(seat), Some(owner)) => OpenStint::stolen_or_own(node, seat, owner),
        _ => OpenStint::of_beginner(node, seat),
    };
    let Some(stint) = stint else { return (op(), 0) };
    let running = Running::begin(node, stint);
    if let Some(kind) = counts_as {
        running.stint.count(kind);
    }
    let result = context::within(node, op);
    let span = running.span();
    (result, span)
}

/// Runs a job of a scope that was opened in the call `node`, on the seat `opener` if on any.
#[cold]
pub(crate) fn job<R>(node: usize, opener: Option<usize>, op: impl FnOnce() -> R) -> R {
    elsewhere(node, opener, Some(Kind::Scope), op).0
}

/// Runs `op`, in which the thread waits for parts of its call: it may run such parts meanwhile.
#[cold]
pub(crate) fn waiting<R>(op: impl FnOnce() -> R) -> R {
    let Some(paused) = pause() else { return op() };
    let began = real_ticks();
    let result = op();
    paused.stint.has_waited(began);
    result
}

/// A strand that does nothing for a while, until this is dropped.
pub(super) struct Paused {
    stint: Rc<OpenStint>,
}

/// The thread does something that is no part of its strand, if it is in one.
pub(super) fn pause() -> Option<Paused> {
    let stint = strand(|strand| {
        let stint = strand.stint.clone().filter(|stint| stint.is_open())?;
        strand.advance();
        Some(stint)
    })?;
    stint.close();
    Some(Paused { stint })
}

impl Paused {
    /// The call within which it paused.
    pub(super) fn node(&self) -> usize {
        self.stint.node()
    }

    /// What was done meanwhile is part of the call's chain.
    pub(super) fn add(&self, span: u64) {
        strand(|strand| strand.span += span);
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        strand(|strand| strand.last = real_ticks());
        self.stint.open();
    }
}
