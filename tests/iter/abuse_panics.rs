//! Sources and consumers of a user that panic somewhere: the panic comes out, everything that was
//! made is dropped once, and the pool goes on.
//!
//! A panic in a `drop` is one of them, unless the thread unwinds already: that aborts, as in std.
//! As the language stands, a `drop` that panics at the end of a function loses what the function was
//! about to return, so then something may be left over; but nothing is ever dropped twice.

use super::api::iter::plumbing::{
    Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer, UnindexedProducer,
    bridge, bridge_unindexed,
};
use super::api::prelude::*;
use super::cuts::shred;
use super::kit::quiet_panic;
use super::pools::on;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

/// Where a user's code is called.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hook {
    // The iterator.
    Len,
    OptLen,
    Drive,
    DriveUnindexed,
    WithProducer,
    DropIterator,
    // Its producers.
    MinLen,
    MaxLen,
    SplitAt,
    Split,
    IntoIter,
    FoldWith,
    Next,
    NextBack,
    DropProducer,
    DropIter,
    // The consumer.
    FullConsumer,
    CutConsumer,
    SplitOffLeft,
    ToReducer,
    IntoFolder,
    Consume,
    ConsumeIter,
    FullFolder,
    Complete,
    Reduce,
    DropConsumer,
    DropFolder,
    DropReducer,
    DropResult,
    // The items.
    MakeItem,
    DropItem,
}

const HOOKS: [Hook; 32] = [
    Hook::Len,
    Hook::OptLen,
    Hook::Drive,
    Hook::DriveUnindexed,
    Hook::WithProducer,
    Hook::DropIterator,
    Hook::MinLen,
    Hook::MaxLen,
    Hook::SplitAt,
    Hook::Split,
    Hook::IntoIter,
    Hook::FoldWith,
    Hook::Next,
    Hook::NextBack,
    Hook::DropProducer,
    Hook::DropIter,
    Hook::FullConsumer,
    Hook::CutConsumer,
    Hook::SplitOffLeft,
    Hook::ToReducer,
    Hook::IntoFolder,
    Hook::Consume,
    Hook::ConsumeIter,
    Hook::FullFolder,
    Hook::Complete,
    Hook::Reduce,
    Hook::DropConsumer,
    Hook::DropFolder,
    Hook::DropReducer,
    Hook::DropResult,
    Hook::MakeItem,
    Hook::DropItem,
];

/// The hooks in a `drop`.
const DROPS: [Hook; 8] = [
    Hook::DropIterator,
    Hook::DropProducer,
    Hook::DropIter,
    Hook::DropConsumer,
    Hook::DropFolder,
    Hook::DropReducer,
    Hook::DropResult,
    Hook::DropItem,
];

/// Panics once: at the `after`th call of a hook.
struct Trap {
    hook: Option<Hook>,
    after: AtomicI64,
    sprung: AtomicBool,
    alive: AtomicI64,
}

/// What the trap panics with.
struct Sprung;

impl Trap {
    fn new(hook: Option<Hook>, after: i64) -> Self {
        let (sprung, alive) = (AtomicBool::new(false), AtomicI64::new(0));
        Trap { hook, after: AtomicI64::new(after), sprung, alive }
    }

    fn at(&self, hook: Hook) {
        if self.hook == Some(hook) && self.after.fetch_sub(1, Relaxed) == 0 {
            self.sprung.store(true, Relaxed);
            quiet_panic(Sprung);
        }
    }
}

/// Stands for everything that must be dropped once.
struct Token<'t> {
    trap: &'t Trap,
    dropped: Hook,
}

impl<'t> Token<'t> {
    fn new(trap: &'t Trap, dropped: Hook) -> Self {
        trap.alive.fetch_add(1, Relaxed);
        Token { trap, dropped }
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        self.trap.alive.fetch_sub(1, Relaxed);
        if !std::thread::panicking() {
            self.trap.at(self.dropped);
        }
    }
}

struct Item<'t> {
    number: u32,
    _token: Token<'t>,
}

/// Yields numbers, with or without indices.
struct Source<'t> {
    range: Range<u32>,
    trap: &'t Trap,
    _token: Token<'t>,
}

impl<'t> Source<'t> {
    fn new(len: u32, trap: &'t Trap) -> Self {
        Source { range: 0..len, trap, _token: Token::new(trap, Hook::DropIterator) }
    }
}

impl<'t> ParallelIterator for Source<'t> {
    type Item = Item<'t>;

    fn drive_unindexed<C: UnindexedConsumer<Item<'t>>>(self, consumer: C) -> C::Result {
        self.trap.at(Hook::Drive);
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        self.trap.at(Hook::OptLen);
        Some(self.range.len())
    }
}

impl<'t> IndexedParallelIterator for Source<'t> {
    fn drive<C: Consumer<Item<'t>>>(self, consumer: C) -> C::Result {
        self.trap.at(Hook::Drive);
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.trap.at(Hook::Len);
        self.range.len()
    }

    fn with_producer<CB: ProducerCallback<Item<'t>>>(self, callback: CB) -> CB::Output {
        let Source { range, trap, _token } = self;
        trap.at(Hook::WithProducer);
        callback.callback(Pieces::new(range, trap))
    }
}

/// The same without indices, cut as is thought best or item by item.
struct LooseSource<'t>(Source<'t>, Cut);

#[derive(Clone, Copy, Debug)]
enum Cut {
    AsThoughtBest,
    ItemByItem,
}

impl<'t> ParallelIterator for LooseSource<'t> {
    type Item = Item<'t>;

    fn drive_unindexed<C: UnindexedConsumer<Item<'t>>>(self, consumer: C) -> C::Result {
        let Source { range, trap, _token } = self.0;
        trap.at(Hook::DriveUnindexed);
        let pieces = Pieces::new(range, trap);
        match self.1 {
            Cut::AsThoughtBest => bridge_unindexed(pieces, consumer),
            Cut::ItemByItem => shred(pieces, consumer),
        }
    }
}

struct Pieces<'t> {
    range: Range<u32>,
    trap: &'t Trap,
    _token: Token<'t>,
}

impl<'t> Pieces<'t> {
    fn new(range: Range<u32>, trap: &'t Trap) -> Self {
        Pieces { range, trap, _token: Token::new(trap, Hook::DropProducer) }
    }

    fn cut(self, index: usize) -> (Self, Self) {
        let Pieces { range, trap, _token } = self;
        let at = range.start + index as u32;
        (Pieces::new(range.start..at, trap), Pieces::new(at..range.end, trap))
    }
}

impl<'t> Producer for Pieces<'t> {
    type Item = Item<'t>;
    type IntoIter = PieceIter<'t>;

    fn into_iter(self) -> PieceIter<'t> {
        let Pieces { range, trap, _token } = self;
        trap.at(Hook::IntoIter);
        PieceIter { range, trap, _token: Token::new(trap, Hook::DropIter) }
    }

    fn min_len(&self) -> usize {
        self.trap.at(Hook::MinLen);
        1
    }

    fn max_len(&self) -> usize {
        self.trap.at(Hook::MaxLen);
        2
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        self.trap.at(Hook::SplitAt);
        self.cut(index)
    }

    fn fold_with<F: Folder<Item<'t>>>(self, folder: F) -> F {
        self.trap.at(Hook::FoldWith);
        folder.consume_iter(self.into_iter())
    }
}

impl<'t> UnindexedProducer for Pieces<'t> {
    type Item = Item<'t>;

    fn split(self) -> (Self, Option<Self>) {
        self.trap.at(Hook::Split);
        if self.range.len() < 2 {
            return (self, None);
        }
        let half = self.range.len() / 2;
        let (left, right) = self.cut(half);
        (left, Some(right))
    }

    fn fold_with<F: Folder<Item<'t>>>(self, folder: F) -> F {
        Producer::fold_with(self, folder)
    }
}

struct PieceIter<'t> {
    range: Range<u32>,
    trap: &'t Trap,
    _token: Token<'t>,
}

impl<'t> PieceIter<'t> {
    fn item(&self, number: u32) -> Item<'t> {
        self.trap.at(Hook::MakeItem);
        Item { number, _token: Token::new(self.trap, Hook::DropItem) }
    }
}

impl<'t> Iterator for PieceIter<'t> {
    type Item = Item<'t>;

    fn next(&mut self) -> Option<Item<'t>> {
        self.trap.at(Hook::Next);
        let number = self.range.next()?;
        Some(self.item(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl DoubleEndedIterator for PieceIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.trap.at(Hook::NextBack);
        let number = self.range.next_back()?;
        Some(self.item(number))
    }
}

impl ExactSizeIterator for PieceIter<'_> {}

/// Keeps the items.
struct Sink<'t> {
    trap: &'t Trap,
    _token: Token<'t>,
}

struct SinkFolder<'t> {
    items: Vec<Item<'t>>,
    trap: &'t Trap,
    _token: Token<'t>,
}

struct Kept<'t> {
    items: Vec<Item<'t>>,
    _token: Token<'t>,
}

struct SinkReducer<'t> {
    trap: &'t Trap,
    _token: Token<'t>,
}

impl<'t> Sink<'t> {
    fn new(trap: &'t Trap) -> Self {
        Sink { trap, _token: Token::new(trap, Hook::DropConsumer) }
    }

    fn reducer(&self) -> SinkReducer<'t> {
        SinkReducer { trap: self.trap, _token: Token::new(self.trap, Hook::DropReducer) }
    }
}

impl<'t> Consumer<Item<'t>> for Sink<'t> {
    type Folder = SinkFolder<'t>;
    type Reducer = SinkReducer<'t>;
    type Result = Kept<'t>;

    fn split_at(self, _: usize) -> (Self, Self, SinkReducer<'t>) {
        self.trap.at(Hook::CutConsumer);
        let right = Sink::new(self.trap);
        let reducer = self.reducer();
        (self, right, reducer)
    }

    fn into_folder(self) -> SinkFolder<'t> {
        let Sink { trap, _token } = self;
        trap.at(Hook::IntoFolder);
        SinkFolder { items: Vec::new(), trap, _token: Token::new(trap, Hook::DropFolder) }
    }

    fn full(&self) -> bool {
        self.trap.at(Hook::FullConsumer);
        false
    }
}

impl<'t> UnindexedConsumer<Item<'t>> for Sink<'t> {
    fn split_off_left(&self) -> Self {
        self.trap.at(Hook::SplitOffLeft);
        Sink::new(self.trap)
    }

    fn to_reducer(&self) -> SinkReducer<'t> {
        self.trap.at(Hook::ToReducer);
        self.reducer()
    }
}

impl<'t> Folder<Item<'t>> for SinkFolder<'t> {
    type Result = Kept<'t>;

    fn consume(mut self, item: Item<'t>) -> Self {
        self.trap.at(Hook::Consume);
        self.items.push(item);
        self
    }

    fn consume_iter<I: IntoIterator<Item = Item<'t>>>(mut self, iter: I) -> Self {
        self.trap.at(Hook::ConsumeIter);
        for item in iter {
            self = self.consume(item);
            if self.full() {
                break;
            }
        }
        self
    }

    fn complete(self) -> Kept<'t> {
        let SinkFolder { items, trap, _token } = self;
        trap.at(Hook::Complete);
        Kept { items, _token: Token::new(trap, Hook::DropResult) }
    }

    fn full(&self) -> bool {
        self.trap.at(Hook::FullFolder);
        false
    }
}

impl<'t> Reducer<Kept<'t>> for SinkReducer<'t> {
    fn reduce(self, mut left: Kept<'t>, mut right: Kept<'t>) -> Kept<'t> {
        self.trap.at(Hook::Reduce);
        left.items.append(&mut right.items);
        left
    }
}

const LEN: u32 = 9;

/// What is done with the two sources; the numbers that come out are 0 to 8 where all items do.
type Program = fn(Source<'_>, LooseSource<'_>) -> Option<Vec<u32>>;

fn numbers<'t>(items: impl IntoIterator<Item = Item<'t>>) -> Option<Vec<u32>> {
    Some(items.into_iter().map(|item| item.number).collect())
}

const PROGRAMS: [(&str, Program); 18] = [
    ("drive", |source, _| numbers(source.trap_sink(IndexedParallelIterator::drive))),
    ("drive_unindexed", |source, _| numbers(source.trap_sink(ParallelIterator::drive_unindexed))),
    ("loose", |_, loose| {
        let sink = Sink::new(loose.0.trap);
        numbers(loose.drive_unindexed(sink).items)
    }),
    ("through adaptors", |source, _| {
        let sink = Sink::new(source.trap);
        let backwards = source.rev().enumerate().map(|(_, item)| item);
        numbers(backwards.drive(sink).items.into_iter().rev())
    }),
    ("through a filter", |_, loose| {
        let sink = Sink::new(loose.0.trap);
        numbers(loose.filter(|_| true).panic_fuse().drive_unindexed(sink).items)
    }),
    ("collect", |source, _| numbers(source.collect::<Vec<_>>())),
    ("collect loose", |_, loose| numbers(loose.collect::<Vec<_>>())),
    ("collect_into_vec", |source, loose| {
        let mut target = loose.collect();
        source.collect_into_vec(&mut target);
        numbers(target)
    }),
    ("unzip_into_vecs", |source, _| {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        source.map(|item| (item.number, item)).unzip_into_vecs(&mut left, &mut right);
        numbers(right)
    }),
    ("unzip", |_, loose| {
        let (_, right): (Vec<_>, Vec<_>) = loose.map(|item| (item.number, item)).unzip();
        numbers(right)
    }),
    ("chunks", |source, _| numbers(source.chunks(2).flatten_iter().collect::<Vec<_>>())),
    ("zip", |source, loose| {
        let pairs = source.zip(loose.collect::<Vec<_>>());
        numbers(pairs.map(|(left, _)| left).collect::<Vec<_>>())
    }),
    ("chain and take", |source, loose| {
        let both = source.chain(loose.collect::<Vec<_>>());
        numbers(both.take(LEN as usize).collect::<Vec<_>>())
    }),
    ("interleave", |source, loose| {
        let both = source.interleave(loose.collect::<Vec<_>>());
        numbers(both.step_by(2).collect::<Vec<_>>())
    }),
    ("fold", |_, loose| {
        let push = |mut items: Vec<_>, item| {
            items.push(item);
            items
        };
        numbers(loose.fold(Vec::new, push).flatten_iter().collect::<Vec<_>>())
    }),
    ("find_first", |source, loose| {
        drop(source.find_first(|item| item.number == 5));
        drop(loose.find_any(|item| item.number == 3));
        None
    }),
    ("max", |source, loose| {
        drop(source.max_by_key(|item| item.number));
        drop(loose.reduce_with(|left, _| left));
        None
    }),
    ("flat_map", |source, _| Some(source.flat_map(again).collect())),
];

/// The number of an item, by way of another source.
fn again<'t>(item: Item<'t>) -> impl ParallelIterator<Item = u32> + use<'t> {
    Source::new(2, item._token.trap).skip(1).map(move |_| item.number)
}

impl<'t> Source<'t> {
    fn trap_sink(self, drive: fn(Self, Sink<'t>) -> Kept<'t>) -> Vec<Item<'t>> {
        let sink = Sink::new(self.trap);
        drive(self, sink).items
    }
}

/// Runs a program over a trap; whether the trap has sprung.
fn run(name: &str, program: Program, cut: Cut, threads: usize, trap: &Trap) -> bool {
    let sources = || {
        // Not inside `catch_unwind`: a drop of a source that is not used must not count.
        (Source::new(LEN, trap), LooseSource(Source::new(LEN, trap), cut))
    };
    let case = format!("{name} with {:?} on {threads} threads", trap.hook);
    let result = catch_unwind(AssertUnwindSafe(|| {
        on(threads, || {
            let (source, loose) = sources();
            program(source, loose)
        })
    }));
    let sprung = trap.sprung.load(Relaxed);
    match result {
        Ok(Some(numbers)) => assert!(!sprung && numbers == Vec::from_iter(0..LEN), "{case}"),
        Ok(None) => assert!(!sprung, "{case}: the panic is lost"),
        Err(payload) => assert!(sprung && payload.is::<Sprung>(), "{case}: another panic"),
    }
    let alive = trap.alive.load(Relaxed);
    assert!(alive >= 0, "{case}: dropped twice");
    let in_a_drop = trap.hook.is_some_and(|hook| DROPS.contains(&hook));
    assert!(alive == 0 || in_a_drop, "{case}: {alive} not dropped");
    sprung
}

fn panics_everywhere(threads: usize) {
    let mut reached = Vec::new();
    for (name, program) in PROGRAMS {
        for cut in [Cut::AsThoughtBest, Cut::ItemByItem] {
            assert!(!run(name, program, cut, threads, &Trap::new(None, 0)));
            for (hook, after) in
                HOOKS.into_iter().flat_map(|hook| [0, 1, 2, 4, 7].map(|n| (hook, n)))
            {
                if run(name, program, cut, threads, &Trap::new(Some(hook), after)) {
                    reached.push(hook);
                }
            }
        }
        let numbers: Vec<u32> = on(threads, || (0..100).into_par_iter().map(|n| n + 1).collect());
        assert_eq!(numbers.last(), Some(&100), "the pool works");
    }
    for hook in HOOKS {
        assert!(reached.contains(&hook), "{hook:?} has never been reached");
    }
}

#[test]
fn panics_everywhere_on_one_thread() {
    watch!();
    panics_everywhere(1);
}

#[test]
fn panics_everywhere_on_four_threads() {
    watch!();
    panics_everywhere(4);
}
