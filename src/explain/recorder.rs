//! What is recorded of parallel calls while an [`explain`](super::explain()) is in progress.
//!
//! The nodes of all recordings form a forest: a root for each recording, beneath it names and calls. A call's batches are
//! gathered by each thread in a list of its own, a [`Stint`], which comes here when the thread is done with the call. So the
//! lock is taken a few times for each call and not for a batch.
//!
//! Until a recording ends all its times are in ticks: their rate may become known meanwhile.

use super::strands::{self, Paused};
use super::trace::{Batch, Call, Kind as CallKind, Stint};
use crate::global;
use crate::pool::context;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::wake_cost::WakeCost;
use crate::steal::Distance;
use crate::util::caller::Place;
use crate::util::clock::{self, ns_of_ticks, real_ticks};
use crate::util::forks::ProcessLock;
use crate::util::lock::MutexGuard;
use crate::util::turns;
use crate::util::usage::{self, Usage};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many calls one recording keeps, how many parts of threads in a call, and how many batches of each. Calls after that are
/// counted, other parts and batches added up.
const CALLS_MOST: usize = 10_000;
const STINTS_MOST: usize = 10_000;
const BATCHES_MOST: usize = 10_000;

/// The forest. Locks are short, and nothing of the user's runs under them.
static FOREST: ProcessLock<Forest> = ProcessLock::new(|| Forest { nodes: BTreeMap::new() });

/// The number of the newest node. Not in the forest: a forked child has another one, and threads may still be in old nodes.
static NEWEST: AtomicUsize = AtomicUsize::new(0);

struct Forest {
    nodes: BTreeMap<usize, Node>,
}

struct Node {
    root: usize,
    /// The innermost name and the innermost call around it.
    name: Option<&'static str>,
    outer_call: Option<usize>,
    kind: Kind,
}

enum Kind {
    /// How many calls were kept, and how many were not.
    Root {
        kept: usize,
        dropped: usize,
    },
    Name,
    Call(Box<OpenCall>),
}

impl Node {
    /// The innermost call within which something lies that lies directly within this node, whose number is given.
    fn innermost_call(&self, number: usize) -> Option<usize> {
        if matches!(self.kind, Kind::Call(_)) { Some(number) } else { self.outer_call }
    }
}

struct OpenCall {
    call: Call,
    /// In ticks.
    began: u64,
    /// What the other workers had slept and searched by then, in ticks.
    idle_before: (u64, u64),
}

fn forest() -> MutexGuard<'static, Forest> {
    FOREST.lock()
}

fn next_number() -> usize {
    // ORDERING: Relaxed. A number by itself.
    NEWEST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Forest {
    fn add(&mut self, node: Node) -> usize {
        let number = next_number();
        self.nodes.insert(number, node);
        number
    }

    fn call(&mut self, node: usize) -> Option<&mut OpenCall> {
        match &mut self.nodes.get_mut(&node)?.kind {
            Kind::Call(call) => Some(call),
            Kind::Root { .. } | Kind::Name => None,
        }
    }
}

/// Begins a recording whose calls belong to the node returned.
pub(super) fn open_root(name: Option<&'static str>) -> usize {
    let root = next_number();
    let kind = Kind::Root { kept: 0, dropped: 0 };
    forest().nodes.insert(root, Node { root, name, outer_call: None, kind });
    root
}

/// Ends a recording: its calls, in the order in which they began, and how many more there were.
pub(super) fn close_root(root: usize) -> (Vec<Call>, usize) {
    let mut forest = forest();
    let mut own = BTreeMap::new();
    let others = std::mem::take(&mut forest.nodes).into_iter().filter_map(|(number, node)| {
        if node.root != root {
            return Some((number, node));
        }
        own.insert(number, node);
        None
    });
    forest.nodes = others.collect();
    drop(forest);
    clock::calibrate();
    let (mut calls, mut more, mut places) = (Vec::new(), 0, BTreeMap::new());
    for (number, node) in own {
        match node.kind {
            Kind::Root { dropped, .. } => more = dropped,
            Kind::Name => {}
            Kind::Call(open) => {
                places.insert(number, calls.len());
                let outer = node.outer_call.and_then(|outer| places.get(&outer).copied());
                calls.push(Call { outer, ..in_ns(open.call) });
            }
        }
    }
    (calls, more)
}

/// A call whose times were in ticks.
fn in_ns(mut call: Call) -> Call {
    // Counters of different processors may differ a little: nothing is later than the end.
    let end = call.elapsed_ns;
    let convert = |time: &mut u64| *time = ns_of_ticks((*time).min(end));
    call.wake_up_ns = ns_of_ticks(call.wake_up_ns);
    call.chain_ns = ns_of_ticks(call.chain_ns.min(end));
    call.elapsed_ns = ns_of_ticks(end);
    call.asleep_ns = ns_of_ticks(call.asleep_ns);
    call.searching_ns = ns_of_ticks(call.searching_ns);
    call.drawing_ns = ns_of_ticks(call.drawing_ns);
    call.turn_ns = ns_of_ticks(call.turn_ns);
    for stint in &mut call.stints {
        convert(&mut stint.combining_ns);
        stint.waits.iter_mut().for_each(|(start, end)| {
            convert(start);
            convert(end);
        });
        for batch in &mut stint.batches {
            convert(&mut batch.start_ns);
            convert(&mut batch.end_ns);
            batch.end_ns = batch.end_ns.max(batch.start_ns);
        }
        let more = &mut stint.more;
        convert(&mut more.start_ns);
        convert(&mut more.end_ns);
        more.work_ns = ns_of_ticks(more.work_ns);
        if let Some(largest) = &mut more.largest {
            convert(&mut largest.start_ns);
            convert(&mut largest.end_ns);
        }
    }
    call
}

/// A name within a node; `None` if nobody records that any more.
pub(super) fn open_name(outer: usize, name: &'static str) -> Option<usize> {
    let mut forest = forest();
    let node = forest.nodes.get(&outer)?;
    let (root, outer_call) = (node.root, node.innermost_call(outer));
    Some(forest.add(Node { root, name: Some(name), outer_call, kind: Kind::Name }))
}

/// Ends a name: calls made in it have taken it over.
pub(super) fn close_name(node: usize) {
    forest().nodes.remove(&node);
}

/// What is known of a call when it begins.
pub(crate) struct Beginning {
    pub(crate) kind: CallKind,
    pub(crate) place: Option<Place>,
    pub(crate) what: &'static str,
    pub(crate) items: Option<usize>,
    pub(crate) least_items: usize,
    pub(crate) is_counted: bool,
}

/// A call that is being recorded, and within which its thread is; it has ended when this is dropped.
pub(crate) struct Recorded<'s> {
    node: usize,
    /// The node around it.
    outer: usize,
    /// What its thread holds, if it is one of a pool, and the call's pool.
    seat: Option<&'s Seat>,
    registry: Option<&'s Registry>,
    /// The strand within which it was begun.
    paused: Option<Paused>,
}

impl<'s> Recorded<'s> {
    /// Begins to record a call of the pool `registry` on the calling thread, which holds `seat`, if any; `None` if it belongs to
    /// no recording, or to one that is full.
    pub(crate) fn begin(
        seat: Option<&'s Seat>,
        registry: Option<&'s Registry>,
        beginning: Beginning,
    ) -> Option<Self> {
        let outer = context::current();
        let idle_before = registry.map_or((0, 0), |registry| idle_ticks(registry, seat));
        let (threads, wake_up) = match registry {
            Some(registry) => pool_of(registry),
            None => global::started().map_or_else(no_pool, |registry| pool_of(&registry)),
        };
        let mut forest = forest();
        let node = forest.nodes.get(&outer)?;
        let (root, name, outer_call) = (node.root, node.name, node.innermost_call(outer));
        match &mut forest.nodes.get_mut(&root)?.kind {
            Kind::Root { kept, .. } if *kept < CALLS_MOST => *kept += 1,
            Kind::Root { dropped, .. } => {
                *dropped += 1;
                return None;
            }
            Kind::Name | Kind::Call(_) => return None,
        }
        let call = Call {
            kind: beginning.kind,
            name,
            location: beginning.place,
            types: beginning.what,
            outer: None,
            threads,
            items: beginning.items,
            least_items: beginning.least_items,
            is_cut_by_number: beginning.is_counted,
            wake_up_ns: wake_up,
            elapsed_ns: 0,
            chain_ns: 0,
            asleep_ns: 0,
            searching_ns: 0,
            drawing_ns: 0,
            turn_ns: 0,
            stints: Vec::new(),
        };
        let kind = Kind::Call(Box::new(OpenCall { call, began: real_ticks(), idle_before }));
        let node = forest.add(Node { root, name, outer_call, kind });
        drop(forest);
        context::set(node);
        Some(Recorded { node, outer, seat, registry, paused: strands::pause() })
    }

    pub(crate) fn node(&self) -> usize {
        self.node
    }
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        context::set(self.outer);
        let now = real_ticks();
        let (asleep, searching) =
            self.registry.map_or((0, 0), |registry| idle_ticks(registry, self.seat));
        let mut forest = forest();
        let Some(open) = forest.call(self.node) else { return };
        let call = &mut open.call;
        call.elapsed_ns = now.saturating_sub(open.began);
        call.asleep_ns = asleep.saturating_sub(open.idle_before.0);
        call.searching_ns = searching.saturating_sub(open.idle_before.1);
        if matches!(call.kind, CallKind::Join | CallKind::Scope) {
            call.items = Some(call.batch_items());
        }
        // What was done in it is part of the work of the join, the scope or the sort that it is in.
        if let Some(paused) = &self.paused {
            let (stints, span) = (open.call.stints.clone(), open.call.span_ns());
            let began = open.began;
            if let Some(outer) = forest.call(paused.node()) {
                let later = began.saturating_sub(outer.began);
                stints.into_iter().for_each(|stint| outer.add(stint.inside(later)));
            }
            drop(forest);
            paused.add(span);
        }
    }
}

/// How many threads a pool has, and how much work makes up for waking one of them, in ticks.
fn pool_of(registry: &Registry) -> (usize, u64) {
    (registry.seats().len(), registry.wake_cost.worth())
}

/// The same where there is no pool yet: what the global one would have, about.
fn no_pool() -> (usize, u64) {
    (std::thread::available_parallelism().map_or(1, usize::from), WakeCost::new().worth())
}

/// How long the workers of a pool other than the holder of `seat` have slept and searched since it was made, in ticks.
fn idle_ticks(registry: &Registry, seat: Option<&Seat>) -> (u64, u64) {
    let is_other = |other: &&Seat| !seat.is_some_and(|seat| std::ptr::eq(*other, seat));
    let others = registry.seats().iter().filter(is_other);
    others.fold((0, 0), |(asleep, searching), other| {
        let (also_asleep, also_searching) = other.counters.read_idle();
        (asleep + also_asleep, searching + also_searching)
    })
}

/// One thread's part in a recorded call, while it goes on.
pub(crate) struct OpenStint {
    node: usize,
    /// When the call began, in ticks.
    origin: u64,
    stint: RefCell<Stint>,
    /// The batch at hand of a strand, and what was counted in it.
    open: Cell<Option<Mark>>,
    items: Cell<usize>,
    /// What the call is, and so what counts as its items.
    kind: CallKind,
}

/// The beginning of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    entered: u64,
    usage: Option<Usage>,
    began: u64,
}

impl OpenStint {
    /// The part of the thread that holds `seat`, in what the seat `owner` has begun.
    #[cold]
    pub(crate) fn begin(node: usize, seat: &Seat, owner: usize) -> Option<Box<Self>> {
        Self::stolen_or_own(node, seat, owner).map(Box::new)
    }

    /// The same.
    pub(super) fn stolen_or_own(node: usize, seat: &Seat, owner: usize) -> Option<Self> {
        let is_other = owner != seat.index && owner < seat.registry().seats().len();
        let distance = is_other.then(|| seat.registry().neighbours().distance(owner, seat.index));
        Some(Self::new(node, forest().call(node)?, seat.index, distance))
    }

    /// The part of the thread that has begun the call, and holds `seat`, if any. One of no pool has the index behind the last.
    pub(super) fn of_beginner(node: usize, seat: Option<&Seat>) -> Option<Self> {
        let mut forest = forest();
        let open = forest.call(node)?;
        let worker = seat.map_or(open.call.threads, |seat| seat.index);
        Some(Self::new(node, open, worker, None))
    }

    /// The part of a thread in a join, scope or sort that another one has begun; `None` if the node is no such call.
    pub(super) fn elsewhere(node: usize, seat: Option<&Seat>) -> Option<Self> {
        let is_one = forest().call(node)?.call.kind != CallKind::Items;
        if is_one { Self::of_beginner(node, seat) } else { None }
    }

    fn new(node: usize, of: &OpenCall, worker: usize, stolen: Option<Distance>) -> Self {
        let stint = RefCell::new(Stint { worker, stolen, ..Stint::default() });
        let (open, items) = (Cell::new(None), Cell::new(0));
        OpenStint { node, origin: of.began, stint, open, items, kind: of.call.kind }
    }

    pub(super) fn node(&self) -> usize {
        self.node
    }

    /// Begins a batch of a strand.
    pub(super) fn open(&self) {
        self.open.set(Some(self.begin_batch()));
    }

    /// Ends it, if there is one.
    pub(super) fn close(&self) {
        if let Some(mark) = self.open.take() {
            self.end_batch(mark, self.items.take());
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.get().is_some()
    }

    /// One more join, or job of a scope: an item, if the call is one of these.
    pub(super) fn count(&self, kind: CallKind) {
        if self.kind == kind {
            self.items.set(self.items.get() + 1);
        }
    }

    /// A moment, from the beginning of the call.
    fn since_origin(&self, moment: u64) -> u64 {
        moment.saturating_sub(self.origin)
    }

    pub(crate) fn begin_batch(&self) -> Mark {
        let (entered, usage) = (real_ticks(), usage::of_this_thread());
        Mark { entered, usage, began: real_ticks() }
    }

    /// Ends a batch; how long the recording itself took, in ticks. Time that is drawn from a seed has stood still meanwhile.
    pub(crate) fn end_batch(&self, mark: Mark, items: usize) -> u64 {
        let end = real_ticks();
        let spent = mark.usage.zip(usage::of_this_thread());
        let switches = spent.and_then(|(before, after)| Some((before.switches?, after.switches?)));
        let batch = Batch {
            start_ns: self.since_origin(mark.began),
            end_ns: self.since_origin(end),
            items,
            cpu_ns: spent.map(|(before, after)| after.cpu_ns.saturating_sub(before.cpu_ns)),
            sleeps: switches.map(|(before, after)| after.0.saturating_sub(before.0)),
            suspensions: switches.map(|(before, after)| after.1.saturating_sub(before.1)),
        };
        self.stint.borrow_mut().add(batch, BATCHES_MOST);
        if turns::is_taking_turns() {
            return 0;
        }
        mark.began.saturating_sub(mark.entered) + real_ticks().saturating_sub(end)
    }

    /// The thread has waited since `began`, in ticks.
    pub(crate) fn has_waited(&self, began: u64) {
        let wait = (self.since_origin(began), self.since_origin(real_ticks()));
        self.stint.borrow_mut().waits.push(wait);
    }

    /// The thread has joined results since `began`, in ticks.
    pub(crate) fn has_combined(&self, began: u64) {
        self.stint.borrow_mut().combining_ns += real_ticks().saturating_sub(began);
    }
}

impl Drop for OpenStint {
    fn drop(&mut self) {
        self.close();
        if let Some(open) = forest().call(self.node) {
            open.add(self.stint.take());
        }
    }
}

impl OpenCall {
    fn add(&mut self, stint: Stint) {
        let stints = &mut self.call.stints;
        if stints.len() < STINTS_MOST {
            return stints.push(stint);
        }
        // There may be none of the same worker: then it is the last one's.
        let place = stints.iter().rposition(|other| other.worker == stint.worker);
        if let Some(other) = stints.get_mut(place.unwrap_or(STINTS_MOST - 1)) {
            other.append(stint, BATCHES_MOST);
        }
    }
}

/// What the calling thread's draws from a source that others draw from as well take, in a recorded call; told when dropped.
pub(crate) struct Draws {
    node: usize,
    drawing: u64,
    turn: u64,
}

impl Draws {
    /// `None` if nobody records the thread's call.
    pub(crate) fn begin() -> Option<Self> {
        let node = if context::is_recording() { context::current() } else { 0 };
        (node != 0).then_some(Draws { node, drawing: 0, turn: 0 })
    }

    /// One of them: the thread wanted to draw, had its turn, and drew until now.
    pub(crate) fn add(&mut self, wanted: u64, had: u64) {
        self.turn += had.saturating_sub(wanted);
        self.drawing += real_ticks().saturating_sub(had);
    }
}

impl Drop for Draws {
    fn drop(&mut self) {
        if let Some(open) = forest().call(self.node) {
            open.call.drawing_ns += self.drawing;
            open.call.turn_ns += self.turn;
        }
    }
}

/// A chain of work in a call took so many ticks.
pub(super) fn add_chain(node: usize, span: u64) {
    if let Some(open) = forest().call(node) {
        open.call.chain_ns = open.call.chain_ns.max(span);
    }
}

/// Runs a whole call as one batch of a recorded call, on the thread that holds `seat`, if any.
#[cold]
pub(crate) fn whole<R>(
    node: usize,
    seat: Option<&Seat>,
    items: usize,
    op: impl FnOnce() -> R,
) -> R {
    let Some(stint) = OpenStint::of_beginner(node, seat) else {
        return op();
    };
    let mark = stint.begin_batch();
    let result = op();
    stint.end_batch(mark, items);
    result
}
