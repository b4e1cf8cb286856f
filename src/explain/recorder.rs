//! What is recorded of parallel calls while an [`explain`](super::explain()) is in progress.
//!
//! The nodes of all recordings form a forest: a root for each recording, beneath it names and calls. A call's batches are
//! gathered by each thread in a list of its own, a [`Stint`], which comes here when the thread is done with the call. So the
//! lock is taken a few times for each call and not for a batch.
//!
//! Until a recording ends all its times are in ticks: their rate may become known meanwhile.

use super::trace::{Batch, Call, Stint};
use crate::global;
use crate::pool::context;
use crate::pool::counters::Counter;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::pool::wake_cost::WakeCost;
use crate::steal::Distance;
use crate::util::caller::Place;
use crate::util::clock::{self, ns_of_ticks, ticks};
use crate::util::lock::{Mutex, MutexGuard};
use crate::util::usage::{self, Usage};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// How many calls one recording keeps, and how many batches it keeps of one thread's part in a call. What comes after that is
/// counted.
const CALLS_MOST: usize = 10_000;
const BATCHES_MOST: usize = 10_000;

/// The forest. Locks are short, and nothing of the user's runs under them.
static FOREST: Mutex<Forest> = Mutex::new(Forest { last: 0, nodes: BTreeMap::new() });

struct Forest {
    /// The number of the newest node.
    last: usize,
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

struct OpenCall {
    call: Call,
    /// In ticks.
    began: u64,
    /// What the other workers had slept and searched by then, in microseconds.
    idle_before: (u64, u64),
}

fn forest() -> MutexGuard<'static, Forest> {
    FOREST.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Forest {
    fn add(&mut self, node: Node) -> usize {
        self.last += 1;
        self.nodes.insert(self.last, node);
        self.last
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
    let mut forest = forest();
    let root = forest.last + 1;
    let kind = Kind::Root { kept: 0, dropped: 0 };
    forest.add(Node { root, name, outer_call: None, kind })
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
    call.elapsed_ns = ns_of_ticks(end);
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
    }
    call
}

/// A name within a node; `None` if nobody records that any more.
pub(super) fn open_name(outer: usize, name: &'static str) -> Option<usize> {
    let mut forest = forest();
    let Node { root, outer_call, .. } = *forest.nodes.get(&outer)?;
    Some(forest.add(Node { root, name: Some(name), outer_call, kind: Kind::Name }))
}

/// Ends a name: calls made in it have taken it over.
pub(super) fn close_name(node: usize) {
    forest().nodes.remove(&node);
}

/// What is known of a call when it begins.
pub(crate) struct Beginning {
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
    /// What its thread holds, if it is one of a pool.
    seat: Option<&'s Seat>,
}

impl<'s> Recorded<'s> {
    /// Begins to record a call on the calling thread, which holds `seat`, if any; `None` if it belongs to no recording, or to
    /// one that is full.
    pub(crate) fn begin(seat: Option<&'s Seat>, beginning: Beginning) -> Option<Self> {
        let outer = context::current();
        let idle_before = seat.map_or((0, 0), idle_micros);
        let (threads, wake_up) = match seat {
            Some(seat) => pool_of(seat.registry()),
            None => global::started().map_or_else(no_pool, |registry| pool_of(&registry)),
        };
        let mut forest = forest();
        let node = forest.nodes.get(&outer)?;
        let (root, name) = (node.root, node.name);
        let outer_call =
            if matches!(node.kind, Kind::Call(_)) { Some(outer) } else { node.outer_call };
        match &mut forest.nodes.get_mut(&root)?.kind {
            Kind::Root { kept, .. } if *kept < CALLS_MOST => *kept += 1,
            Kind::Root { dropped, .. } => {
                *dropped += 1;
                return None;
            }
            Kind::Name | Kind::Call(_) => return None,
        }
        let call = Call {
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
            asleep_ns: 0,
            searching_ns: 0,
            stints: Vec::new(),
        };
        let kind = Kind::Call(Box::new(OpenCall { call, began: ticks(), idle_before }));
        let node = forest.add(Node { root, name, outer_call, kind });
        context::set(node);
        Some(Recorded { node, outer, seat })
    }

    pub(crate) fn node(&self) -> usize {
        self.node
    }
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        context::set(self.outer);
        let now = ticks();
        let (asleep, searching) = self.seat.map_or((0, 0), idle_micros);
        if let Some(open) = forest().call(self.node) {
            open.call.elapsed_ns = now.saturating_sub(open.began);
            open.call.asleep_ns = 1000 * asleep.saturating_sub(open.idle_before.0);
            open.call.searching_ns = 1000 * searching.saturating_sub(open.idle_before.1);
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

/// How long the workers other than the holder of `seat` have slept and searched since the pool was made, in microseconds.
fn idle_micros(seat: &Seat) -> (u64, u64) {
    let now = ticks();
    let others = seat.registry().seats().iter().filter(|other| !std::ptr::eq(*other, seat));
    others.fold((0, 0), |(asleep, searching), other| {
        let all = other.counters.read_all(now);
        let of = |counter: Counter| all[counter as usize] as u64;
        (asleep + of(Counter::AsleepMicros), searching + of(Counter::SearchMicros))
    })
}

/// One thread's part in a recorded call, while it goes on.
pub(crate) struct OpenStint {
    node: usize,
    /// When the call began, in ticks.
    origin: u64,
    stint: RefCell<Stint>,
}

/// The beginning of a batch.
pub(crate) struct Mark {
    entered: u64,
    usage: Option<Usage>,
    began: u64,
}

impl OpenStint {
    /// The part of the thread that holds `seat`, in what the seat `owner` has begun.
    #[cold]
    pub(crate) fn begin(node: usize, seat: &Seat, owner: usize) -> Option<Box<Self>> {
        if owner == seat.index {
            return Self::begin_own(node, Some(seat));
        }
        let distance = seat.registry().neighbours().distance(owner, seat.index);
        Self::begin_as(node, seat.index, Some(distance))
    }

    /// The part of the thread that has begun the call, and holds `seat`, if any.
    fn begin_own(node: usize, seat: Option<&Seat>) -> Option<Box<Self>> {
        Self::begin_as(node, seat.map_or(0, |seat| seat.index), None)
    }

    fn begin_as(node: usize, worker: usize, stolen: Option<Distance>) -> Option<Box<Self>> {
        let origin = forest().call(node)?.began;
        let stint = RefCell::new(Stint {
            worker,
            stolen,
            batches: Vec::new(),
            waits: Vec::new(),
            combining_ns: 0,
            more_batches: 0,
        });
        Some(Box::new(OpenStint { node, origin, stint }))
    }

    /// A moment, from the beginning of the call.
    fn since_origin(&self, moment: u64) -> u64 {
        moment.saturating_sub(self.origin)
    }

    pub(crate) fn begin_batch(&self) -> Mark {
        let (entered, usage) = (ticks(), usage::of_this_thread());
        Mark { entered, usage, began: ticks() }
    }

    /// Ends a batch; how long the recording itself took, in ticks.
    pub(crate) fn end_batch(&self, mark: Mark, items: usize) -> u64 {
        let end = ticks();
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
        let mut stint = self.stint.borrow_mut();
        if stint.batches.len() < BATCHES_MOST {
            stint.batches.push(batch);
        } else {
            stint.more_batches += 1;
        }
        mark.began.saturating_sub(mark.entered) + ticks().saturating_sub(end)
    }

    /// The thread has waited since `began`, in ticks.
    pub(crate) fn has_waited(&self, began: u64) {
        let wait = (self.since_origin(began), self.since_origin(ticks()));
        self.stint.borrow_mut().waits.push(wait);
    }

    /// The thread has joined results since `began`, in ticks.
    pub(crate) fn has_combined(&self, began: u64) {
        self.stint.borrow_mut().combining_ns += ticks().saturating_sub(began);
    }
}

impl Drop for OpenStint {
    fn drop(&mut self) {
        if let Some(open) = forest().call(self.node) {
            open.call.stints.push(self.stint.take());
        }
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
    let Some(stint) = OpenStint::begin_own(node, seat) else {
        return op();
    };
    let mark = stint.begin_batch();
    let result = op();
    stint.end_batch(mark, items);
    result
}
