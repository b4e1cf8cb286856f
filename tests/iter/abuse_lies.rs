//! Sources and consumers of a user that lie: about their length, about where they cut, about what
//! they have in hand. The documented panic comes, or some items or none; no item is lost or dropped
//! twice, and the pool goes on.

use super::api::iter::plumbing::{
    Consumer, Folder, Producer, ProducerCallback, Reducer, UnindexedConsumer, UnindexedProducer,
    bridge, bridge_unindexed,
};
use super::api::prelude::*;
use super::kit::{quiet_panic, text_of};
use super::pools::{on, on_some};
use super::tracked::{Census, Tracked, items};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Says that there are so many items, and has others.
#[derive(Clone, Copy, Debug)]
struct Liar<const BYTES: usize> {
    said: usize,
    has: usize,
    how: How,
}

/// How a liar drives the consumer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    /// By `bridge`, with a producer that has what it has.
    Bridge,
    /// The same, and the producer gives everything to the left part of a cut.
    AllLeft,
    /// By one folder, item by item.
    OneByOne,
    /// By one folder, from an iterator that says how long it is.
    Iter,
    /// The same from an iterator that says what the liar says.
    LyingIter,
    /// Cuts in the middle and hands the results over in the wrong order.
    Swapped,
    /// Cuts in the middle; the left part gets one item less, or one more, than was said.
    LeftGetsLess,
    LeftGetsMore,
    /// Cuts in the middle and returns the result of one part only.
    OnlyLeft,
    OnlyRight,
    /// Runs one part only, and returns both results.
    EmptyLeft,
    EmptyRight,
    /// Cuts behind the end.
    CutsBeyond,
    /// Cuts as if the length were not known, although it is.
    CutsLoosely,
}

const HOWS: [How; 14] = [
    How::Bridge,
    How::AllLeft,
    How::OneByOne,
    How::Iter,
    How::LyingIter,
    How::Swapped,
    How::LeftGetsLess,
    How::LeftGetsMore,
    How::OnlyLeft,
    How::OnlyRight,
    How::EmptyLeft,
    How::EmptyRight,
    How::CutsBeyond,
    How::CutsLoosely,
];

impl<const BYTES: usize> ParallelIterator for Liar<BYTES> {
    type Item = Tracked<BYTES>;

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        if self.how == How::CutsLoosely {
            return bridge_unindexed(self.producer(), consumer);
        }
        self.drive(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.said)
    }
}

impl<const BYTES: usize> IndexedParallelIterator for Liar<BYTES> {
    fn drive<C: Consumer<Self::Item>>(self, consumer: C) -> C::Result {
        let has = 0..self.has as u32;
        let made = |range: Range<u32>| range.map(Tracked::new);
        let half = self.said / 2;
        let folded =
            |consumer: C, range| consumer.into_folder().consume_iter(made(range)).complete();
        let middle = half as u32;
        match self.how {
            How::Bridge | How::AllLeft | How::CutsLoosely => bridge(self, consumer),
            How::OneByOne => {
                let items = made(has);
                items.fold(consumer.into_folder(), |folder, item| folder.consume(item)).complete()
            }
            How::Iter => folded(consumer, has),
            How::LyingIter => {
                let iter =
                    LyingIter { range: has, said: self.said, items: std::marker::PhantomData };
                consumer.into_folder().consume_iter(iter).complete()
            }
            How::CutsBeyond => {
                let (left, right, reducer) = consumer.split_at(self.said + 1);
                reducer.reduce(folded(left, has), folded(right, 0..0))
            }
            how => {
                let (left, right, reducer) = consumer.split_at(half);
                let at = match how {
                    How::LeftGetsLess => middle - 1,
                    How::LeftGetsMore => middle + 1,
                    _ => middle,
                };
                let (in_left, in_right) = match how {
                    How::EmptyLeft => (0..0, at..has.end),
                    How::EmptyRight => (0..at, 0..0),
                    _ => (0..at, at..has.end),
                };
                let (left, right) = (folded(left, in_left), folded(right, in_right));
                match how {
                    How::OnlyLeft => left,
                    How::OnlyRight => right,
                    How::Swapped => reducer.reduce(right, left),
                    _ => reducer.reduce(left, right),
                }
            }
        }
    }

    fn len(&self) -> usize {
        self.said
    }

    fn with_producer<CB: ProducerCallback<Self::Item>>(self, callback: CB) -> CB::Output {
        callback.callback(self.producer())
    }
}

impl<const BYTES: usize> Liar<BYTES> {
    fn producer(self) -> LyingProducer<BYTES> {
        let items = (0..self.has as u32).map(Tracked::new).collect();
        LyingProducer { items, all_left: self.how == How::AllLeft }
    }
}

/// Owns its items, so that none may be lost with a piece.
struct LyingProducer<const BYTES: usize> {
    items: Vec<Tracked<BYTES>>,
    all_left: bool,
}

impl<const BYTES: usize> Producer for LyingProducer<BYTES> {
    type Item = Tracked<BYTES>;
    type IntoIter = std::vec::IntoIter<Tracked<BYTES>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }

    fn split_at(mut self, index: usize) -> (Self, Self) {
        let at = if self.all_left { self.items.len() } else { index.min(self.items.len()) };
        let right = self.items.split_off(at);
        let all_left = self.all_left;
        (self, LyingProducer { items: right, all_left })
    }
}

impl<const BYTES: usize> UnindexedProducer for LyingProducer<BYTES> {
    type Item = Tracked<BYTES>;

    fn split(self) -> (Self, Option<Self>) {
        let len = self.items.len();
        if len < 2 {
            return (self, None);
        }
        let (left, right) = self.split_at(len / 2);
        (left, Some(right))
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        folder.consume_iter(self.items)
    }
}

/// An iterator that says something about its length.
struct LyingIter<const BYTES: usize> {
    range: Range<u32>,
    said: usize,
    items: std::marker::PhantomData<Tracked<BYTES>>,
}

impl<const BYTES: usize> Iterator for LyingIter<BYTES> {
    type Item = Tracked<BYTES>;

    fn next(&mut self) -> Option<Self::Item> {
        self.range.next().map(Tracked::new)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.said, Some(self.said))
    }
}

/// The numbers that come out, or what the panic says.
type Outcome = Result<Vec<u32>, String>;

fn outcome(run: impl FnOnce() -> Vec<u32>) -> Outcome {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| text_of(&*payload).to_owned())
}

fn numbers<const BYTES: usize>(items: &[Tracked<BYTES>]) -> Vec<u32> {
    items.iter().map(Tracked::number).collect()
}

/// The ways to write items straight to their places.
fn in_place<const BYTES: usize>(liar: Liar<BYTES>) -> [Outcome; 4] {
    [
        outcome(|| {
            let mut target = items(2);
            let result = outcome(|| {
                liar.collect_into_vec(&mut target);
                Vec::new()
            });
            if let Err(message) = result {
                assert!(target.is_empty(), "the target keeps something");
                quiet_panic(message);
            }
            numbers(&target)
        }),
        outcome(|| numbers(&liar.collect::<Vec<_>>())),
        outcome(|| numbers(&liar.collect::<Box<[_]>>())),
        outcome(|| {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            let pairs = liar.map(|item| (item.number(), item));
            pairs.unzip_into_vecs(&mut left, &mut right);
            assert_eq!(left.len(), right.len());
            numbers(&right)
        }),
    ]
}

const TOO_MANY: &str = "too many values pushed to consumer";

fn too_few(expected: usize, got: usize) -> String {
    format!("expected {expected} total writes, but got {got}")
}

/// What rayon says where it says something certain: the same for each way of collecting.
fn certain(said: usize, has: usize, how: How) -> Option<Outcome> {
    let half = said / 2;
    Some(match how {
        How::Bridge | How::OneByOne | How::Iter | How::LyingIter => match has {
            _ if has > said => Err(TOO_MANY.into()),
            _ if has < said => Err(too_few(said, has)),
            _ => Ok((0..has as u32).collect()),
        },
        How::LeftGetsMore => Err(TOO_MANY.into()),
        How::OnlyLeft if has == said => Err(too_few(said, half)),
        How::OnlyRight if has == said => Err(too_few(said, said - half)),
        How::EmptyRight if has >= half => Err(too_few(said, half)),
        _ => return None,
    })
}

fn lies_about_places<const BYTES: usize>() {
    let census = Census::start();
    let census = &census;
    on_some(|| {
        for how in HOWS {
            for (said, has) in [(6, 6), (6, 5), (6, 7), (9, 4), (4, 9), (5, 0)] {
                let liar = Liar::<BYTES> { said, has, how };
                let outcomes = census.balanced(|| in_place(liar));
                for outcome in outcomes {
                    // Numbers of items without bytes are all 0; then only their number counts.
                    let outcome = outcome.map(|numbers| numbers.len());
                    match certain(said, has, how) {
                        Some(expected) => {
                            assert_eq!(outcome, expected.map(|numbers| numbers.len()), "{liar:?}");
                        }
                        None => assert!(outcome.is_err() || outcome == Ok(said), "{liar:?}"),
                    }
                }
            }
        }
    });
}

#[test]
fn lies_about_places_with_bytes() {
    watch!();
    lies_about_places::<8>();
}

#[test]
fn lies_about_places_without_bytes() {
    watch!();
    lies_about_places::<0>();
}

/// Items that come out of lies are in order where rayon lets any out.
#[test]
fn the_items_of_honest_liars_are_in_order() {
    watch!();
    let census = Census::start();
    for how in HOWS {
        let liar = Liar::<8> { said: 6, has: 6, how };
        for outcome in census.balanced(|| in_place(liar)) {
            assert!(outcome.is_err() || outcome == Ok((0..6).collect()), "{liar:?}: {outcome:?}");
        }
    }
}

/// What is done with a liar that has no place for each item; any outcome will do.
type Program = fn(Liar<8>, Liar<8>);

const PROGRAMS: [Program; 22] = [
    |a, b| drop(a.zip(b).collect::<Vec<_>>()),
    |a, b| drop(a.zip_eq(b).collect::<Vec<_>>()),
    |a, b| drop(a.chain(b).collect::<Vec<_>>()),
    |a, b| drop(a.interleave(b).collect::<Vec<_>>()),
    |a, b| drop(a.interleave_shortest(b).rev().collect::<Vec<_>>()),
    |a, b| drop((a, b).into_par_iter().with_max_len(1).collect::<Vec<_>>()),
    |a, _| drop(a.rev().collect::<Vec<_>>()),
    |a, _| drop(a.enumerate().rev().collect::<Vec<_>>()),
    |a, _| drop(a.skip(3).take(2).collect::<Vec<_>>()),
    |a, _| drop(a.step_by(2).collect::<Vec<_>>()),
    |a, _| drop(a.step_by(2).rev().collect::<Vec<_>>()),
    |a, _| drop(a.chunks(2).collect::<Vec<_>>()),
    |a, _| drop(a.chunks(4).rev().collect::<Vec<_>>()),
    |a, _| drop(a.fold_chunks(2, Vec::new, |v, _| v).collect::<Vec<Vec<u8>>>()),
    |a, _| drop(a.intersperse(Tracked::new(9)).collect::<Vec<_>>()),
    |a, _| drop(a.intersperse(Tracked::new(9)).rev().collect::<Vec<_>>()),
    |a, _| drop(a.by_uniform_blocks(2).collect::<Vec<_>>()),
    |a, b| _ = a.cmp(b),
    |a, b| _ = a.eq(b),
    |a, _| _ = a.position_last(|item| item.number() == 3),
    |a, _| drop(a.filter(|item| item.number() % 2 == 0).collect::<Vec<_>>()),
    |a, b| drop((a.partition::<Vec<_>, Vec<_>, _>(|item| item.number() > 3), b.max())),
];

#[test]
fn lies_to_adaptors() {
    watch!();
    let census = Census::start();
    for threads in [1, 4] {
        for how in HOWS {
            for (said, has) in [(6, 6), (6, 5), (6, 7), (9, 4), (4, 9)] {
                let liar = Liar { said, has, how };
                for program in PROGRAMS {
                    census.balanced(|| {
                        let run =
                            || on(threads, || program(liar, Liar { how: How::Bridge, ..liar }));
                        _ = catch_unwind(AssertUnwindSafe(run));
                    });
                }
            }
        }
        let sum: u32 = on(threads, || (0..100_u32).into_par_iter().sum());
        assert_eq!(sum, 4950, "the pool works");
    }
}

/// Counts how often it is full; says so now and then, and takes what comes all the same.
struct Moody<'c>(&'c AtomicUsize);

impl Moody<'_> {
    fn mood(&self) -> bool {
        self.0.fetch_add(1, Relaxed) % 3 == 2
    }
}

impl<'c, T: Send> Consumer<T> for Moody<'c> {
    type Folder = MoodyFolder<'c, T>;
    type Reducer = Moody<'c>;
    type Result = Vec<T>;

    fn split_at(self, _: usize) -> (Self, Self, Self) {
        (Moody(self.0), Moody(self.0), self)
    }

    fn into_folder(self) -> MoodyFolder<'c, T> {
        MoodyFolder(Vec::new(), self)
    }

    fn full(&self) -> bool {
        self.mood()
    }
}

impl<T: Send> UnindexedConsumer<T> for Moody<'_> {
    fn split_off_left(&self) -> Self {
        Moody(self.0)
    }

    fn to_reducer(&self) -> Self {
        Moody(self.0)
    }
}

impl<T> Reducer<Vec<T>> for Moody<'_> {
    /// Keeps the wrong half.
    fn reduce(self, left: Vec<T>, right: Vec<T>) -> Vec<T> {
        if self.mood() { left } else { right }
    }
}

struct MoodyFolder<'c, T>(Vec<T>, Moody<'c>);

impl<T> Folder<T> for MoodyFolder<'_, T> {
    type Result = Vec<T>;

    fn consume(mut self, item: T) -> Self {
        self.0.push(item);
        self
    }

    fn complete(self) -> Vec<T> {
        self.0
    }

    fn full(&self) -> bool {
        self.1.mood()
    }
}

#[test]
fn consumers_that_are_full_at_times() {
    watch!();
    let census = Census::start();
    let census = &census;
    on_some(|| {
        let mood = &AtomicUsize::new(0);
        for len in [0, 1, 5, 100] {
            let vec = || items::<8>(len).into_par_iter();
            census.balanced(|| drop(vec().drive(Moody(mood))));
            census.balanced(|| drop(vec().with_max_len(1).drive_unindexed(Moody(mood))));
            census.balanced(|| drop(vec().filter(|_| true).drive_unindexed(Moody(mood))));
            census.balanced(|| drop(vec().chain(vec()).drive_unindexed(Moody(mood))));
            census.balanced(|| drop(vec().by_uniform_blocks(3).drive_unindexed(Moody(mood))));
            let twins = |x: Tracked<8>| [x.clone(), x];
            census.balanced(|| drop(vec().flat_map_iter(twins).drive_unindexed(Moody(mood))));
            census.balanced(|| drop(vec().flat_map(twins).drive_unindexed(Moody(mood))));
            let interspersed = || vec().intersperse(Tracked::new(1));
            census.balanced(|| drop(interspersed().drive_unindexed(Moody(mood))));
            let bridge = || items::<8>(len).into_iter().par_bridge();
            census.balanced(|| drop(bridge().drive_unindexed(Moody(mood))));
            census.balanced(|| {
                let mut drained = items::<8>(len);
                drained.par_drain(len / 2..).drive(Moody(mood));
                assert_eq!(drained.len(), len / 2);
            });
        }
    });
}

/// Cuts a producer behind its end.
struct Beyond;

impl<T> ProducerCallback<T> for Beyond {
    type Output = usize;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> usize {
        let (left, right) = producer.split_at(7);
        left.into_iter().count() + right.into_iter().count()
    }
}

/// Takes one item, and forgets the producer of the others.
struct Forgets;

impl<T> ProducerCallback<T> for Forgets {
    type Output = usize;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> usize {
        let (left, right) = producer.split_at(1);
        std::mem::forget(right);
        left.into_iter().count()
    }
}

#[test]
fn callers_that_misuse_the_producers_of_collections() {
    watch!();
    let census = Census::start();
    let beyond = |run: &dyn Fn() -> usize| {
        let (before, _) = census.living();
        let result = catch_unwind(AssertUnwindSafe(run));
        assert!(result.is_err(), "a cut behind the end");
        // The producer that could not be cut may leak its items.
        assert!(census.living().0 >= before, "dropped twice");
    };
    let vec = || items::<8>(5);
    beyond(&|| vec().into_par_iter().with_producer(Beyond));
    beyond(&|| vec().par_drain(1..3).with_producer(Beyond));
    beyond(&|| vec().par_iter_mut().with_producer(Beyond));
    beyond(&|| [1, 2].map(Tracked::<8>::new).into_par_iter().with_producer(Beyond));
    beyond(&|| std::collections::VecDeque::from(vec()).into_par_iter().with_producer(Beyond));

    // What is forgotten leaks, and nothing worse: the items behind the drained ones move down.
    let before = census.living().0;
    let mut drained = vec();
    assert_eq!(drained.par_drain(1..4).with_producer(Forgets), 1);
    assert_eq!(numbers(&drained), [0, 4]);
    assert_eq!(census.living().0 - before, 2 + 2);
    assert_eq!(vec().into_par_iter().with_producer(Forgets), 1);
    assert_eq!(census.living().0 - before, 2 + 2 + 4);
}
