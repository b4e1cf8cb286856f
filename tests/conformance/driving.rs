//! Section 8: laziness, pieces, early ends, known lengths, and what consumers get to see.

use super::api;
use super::api::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};
use super::api::iter::{empty, once, repeat, repeat_n, split, walk_tree};
use super::api::prelude::*;
use super::kit::{channel, in_pools, pool};
use super::source::Pieces;
use crate::allocations;
use crate::child::say;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The numbers of items in the pieces of an iteration, in order, as `fold` sees the pieces.
fn lengths(iter: impl ParallelIterator) -> Vec<usize> {
    iter.fold(|| 0, |len, _| len + 1).collect()
}

/// DRV-1: no closure of an adaptor runs before a method asks for items.
#[test]
fn drv_1_lazy() {
    watch!();
    let calls = AtomicUsize::new(0);
    let call = || calls.fetch_add(1, Ordering::Relaxed);
    let numbers: Vec<usize> = (0..10).collect();
    let build = || {
        let indexed = numbers.par_iter().map(|n| *n + call()).inspect(|_| _ = call());
        let indexed = indexed.map_init(call, |_, n| n + call()).update(|_| _ = call());
        let indexed = indexed.enumerate().rev().skip(1).take(8).step_by(2).chunks(2);
        let unindexed = indexed.flat_map_iter(|chunk| chunk.into_iter().inspect(|_| _ = call()));
        let unindexed = unindexed.filter(|_| call() < usize::MAX).map_with(0, |_, pair| pair.1);
        unindexed.fold(call, |sum, n| sum + n + call())
    };
    drop(build());
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    let _ = build().count();
    assert!(calls.load(Ordering::Relaxed) > 0);
}

/// DRV-1, CLL-1: the exception, collections that cannot be cut: they are gathered in a vector,
/// which takes memory, when the iterator is made.
#[test]
fn drv_1_gathered_at_once() {
    watch!();
    fn allocates<I>(make: impl FnOnce() -> I) -> bool {
        let before = allocations::of_this_thread();
        let made = make();
        let allocates = allocations::of_this_thread() > before;
        drop(made);
        allocates
    }
    let map: HashMap<_, _> = (0..100).map(|n| (n, n)).collect();
    let tree: BTreeMap<_, _> = (0..100).map(|n| (n, n)).collect();
    let mut list: LinkedList<_> = (0..100).collect();
    assert!(allocates(|| map.par_iter()));
    assert!(allocates(|| tree.par_iter()));
    assert!(allocates(|| list.par_iter_mut()));
    assert!(allocates(|| map.keys().copied().collect::<HashSet<_>>().into_par_iter()));
    let (mut vector, deque): (Vec<_>, VecDeque<_>) = ((0..100).collect(), (0..100).collect());
    assert!(!allocates(|| vector.par_iter()));
    assert!(!allocates(|| vector.par_iter_mut()));
    assert!(!allocates(|| deque.par_iter()));
    assert!(!allocates(|| vector.into_par_iter()));
}

/// DRV-2: the pieces cover the source, each index once, and none is shorter than the minimum asked
/// for. (How many there are: DIF-3.)
#[test]
fn drv_2_pieces_cover_the_source() {
    watch!();
    in_pools(|| {
        let pieces = Pieces::default();
        for len in [0, 1, 2, 3, 100, 1000] {
            pieces.numbers(len).for_each(|_| ());
            assert!(pieces.take(len).len() <= Ord::max(len, 1));
            for min in [2, 7, 100] {
                pieces.numbers(len).with_min_len(min).for_each(|_| ());
                let taken = pieces.take(len);
                assert!(taken.len() == 1 || taken.iter().all(|piece| piece.len() >= min));
            }
        }
    });
}

/// DRV-3: no half shorter than the minimum; a minimum of 0 asks for nothing.
#[test]
fn drv_3_min_len() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100).into_par_iter();
        for min in [51, 60, 100, 1000] {
            assert_eq!(lengths(numbers().with_min_len(min)), [100]);
            assert_eq!(lengths(numbers().with_min_len(min).with_max_len(1)), [100]);
        }
        for min in [1, 2, 10, 33, 50] {
            let lengths = lengths(numbers().with_min_len(min).with_max_len(1));
            assert!(lengths.iter().all(|len| (min..2 * min).contains(len)), "{min} {lengths:?}");
            assert_eq!(lengths.iter().sum::<usize>(), 100);
        }
        assert_eq!(lengths(numbers().with_min_len(0).with_max_len(1)), [1; 100]);
        assert_eq!(lengths((0..0).into_par_iter().with_min_len(0)), [0]);
    });
}

/// DRV-4: no piece longer than the maximum, unless that would make it shorter than the minimum.
#[test]
fn drv_4_max_len() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100).into_par_iter();
        assert_eq!(lengths(numbers().with_max_len(1)), [1; 100]);
        assert_eq!(lengths(numbers().with_max_len(0)), [1; 100]);
        assert_eq!(lengths(numbers().with_min_len(30).with_max_len(1)), [50, 50]);
        for len in [1, 2, 3, 50, 99, 100, 101] {
            for max in [1, 2, 3, 10, 33, 99, 1000] {
                let lengths = lengths((0..len).into_par_iter().with_max_len(max));
                assert!(lengths.iter().all(|len| *len <= max), "{len} {max} {lengths:?}");
                assert_eq!(lengths.iter().sum::<usize>(), len);
            }
        }
    });
}

/// DRV-4: pieces of a maximal length are there for other threads: two items can meet.
#[test]
fn drv_4_items_that_meet() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let (left, right) = (channel(), channel());
        pool.install(|| {
            (0..2).into_par_iter().with_max_len(1).for_each(|n| {
                let (mine, theirs) = if n == 0 { (&left, &right) } else { (&right, &left) };
                theirs.0.send(()).unwrap();
                mine.1.recv().unwrap();
            });
        });
    }
}

/// DRV-5: the largest minimum and the smallest maximum of a chain hold, those of both sides where
/// two iterators are joined.
#[test]
fn drv_5_nested() {
    watch!();
    in_pools(|| {
        let numbers = |len: usize| (0..len).into_par_iter();
        let one = |len| numbers(len).with_max_len(1);
        assert_eq!(lengths(one(100).with_min_len(60).with_min_len(10)), [100]);
        assert_eq!(lengths(one(100).with_min_len(10).with_min_len(60)), [100]);
        assert_eq!(lengths(one(100).with_max_len(50)), [1; 100]);
        assert_eq!(lengths(numbers(100).with_max_len(50).with_max_len(1)), [1; 100]);
        assert_eq!(lengths(one(100).map(|n| n).with_min_len(30).enumerate()), [50, 50]);

        assert_eq!(lengths(one(100).zip(numbers(100))), [1; 100]);
        assert_eq!(lengths(numbers(100).zip(one(100))), [1; 100]);
        assert_eq!(lengths(one(100).zip(numbers(100).with_min_len(30))), [50, 50]);
        assert_eq!(lengths(numbers(100).with_min_len(30).zip(one(100))), [50, 50]);
        // `rev` keeps the sides of a chain together.
        let chain = one(50).chain(numbers(50)).rev();
        assert_eq!(lengths(chain), [1; 100]);
        let chain = numbers(50).with_min_len(30).chain(one(50)).rev();
        assert_eq!(lengths(chain), [50, 50]);
        assert_eq!(lengths(one(50).interleave(numbers(50))), [1; 100]);
        let interleave = one(50).interleave(numbers(50).with_min_len(30));
        assert_eq!(lengths(interleave), [50, 50]);
    });
}

/// DRV-5: where k items become one, both limits are divided by k, the minimum rounded up and the
/// maximum down.
#[test]
fn drv_5_divided() {
    watch!();
    in_pools(|| {
        let numbers = |len: usize| (0..len).into_par_iter();
        let limited = |min, max| numbers(100).with_min_len(min).with_max_len(max);
        assert_eq!(lengths(limited(25, 1).chunks(10)), [5, 5]);
        assert_eq!(lengths(limited(25, 1).step_by(10)), [5, 5]);
        assert_eq!(lengths(limited(25, 1).fold_chunks(10, || (), |(), _| ())), [5, 5]);
        assert_eq!(lengths(limited(1, 1).chunks(10)), [1; 10]);
        assert_eq!(lengths(limited(1, 1).step_by(10)), [1; 10]);
        for max in 20..30 {
            for lengths in [
                lengths(limited(1, max).chunks(10)),
                lengths(limited(1, max).step_by(10)),
                lengths(limited(1, max).fold_chunks_with(10, (), |(), _| ())),
            ] {
                assert!(lengths.iter().all(|len| *len <= 2), "{max} {lengths:?}");
                assert_eq!(lengths.iter().sum::<usize>(), 10);
            }
        }
    });
}

/// DRV-6: a producer without indices is cut until it refuses, and not asked again afterwards.
#[test]
fn drv_6_unindexed() {
    watch!();
    in_pools(|| {
        let pieces = Pieces::default();
        for (len, leaf) in [(0, 1), (1, 1), (100, 1), (100, 7), (100, 100)] {
            let items: Vec<_> = pieces.leaves(len, leaf).collect();
            assert_eq!(items, (0..len).collect::<Vec<_>>());
            assert!(pieces.take(len).iter().all(|piece| piece.start % leaf == 0));
        }
        assert!(lengths(pieces.leaves(100, 10)).iter().all(|len| len % 10 == 0));
    });
}

/// DRV-7: a search in what has no end finds its way out, and leaves most of a long way undone.
#[test]
fn drv_7_early_end() {
    watch!();
    in_pools(|| {
        assert_eq!(repeat(7).find_any(|n| *n == 7), Some(7));
        assert_eq!((0..u64::MAX).into_par_iter().find_first(|n| *n > 40), Some(41));
        assert!(repeat(()).map(|()| Err::<(), _>("no")).collect::<Result<Vec<_>, _>>().is_err());
        let ran = AtomicUsize::new(0);
        let found = (0..usize::MAX).into_par_iter().any(|n| {
            ran.fetch_add(1, Ordering::Relaxed);
            n % 2 == 0
        });
        assert!(found && ran.into_inner() < 1 << 32);
    });
}

/// DRV-7: a consumer that is full before a piece gets nothing of it, a folder that is full after an
/// item no further item.
#[test]
fn drv_7_full_is_asked() {
    watch!();
    in_pools(|| {
        let pieces = Pieces::default();
        for known in [true, false] {
            let drive = |consumer: Spy<'_>| match known {
                true => pieces.numbers(100).drive_unindexed(consumer),
                false => pieces.leaves(100, 10).drive_unindexed(consumer),
            };
            let cuts = Cuts::default();
            let all = drive(Spy::new(&cuts, None));
            assert_eq!(all, (0..100).collect::<Vec<_>>());
            pieces.take(100);
            let first_of_each = drive(Spy { room: 1, ..Spy::new(&cuts, None) });
            let starts: Vec<_> = pieces.take(100).iter().map(|piece| piece.start).collect();
            assert_eq!(first_of_each, starts);

            cuts.full.store(true, Ordering::Relaxed);
            assert_eq!(drive(Spy::new(&cuts, None)), []);
            assert_eq!(pieces.take(0), []);
        }
    });
}

/// DRV-8: lengths that are known. (That so many items come is checked wherever they are collected.)
#[test]
fn drv_8_known_lengths() {
    watch!();
    let numbers = || (0..100_usize).into_par_iter();
    let set: HashSet<_> = (0..100).collect();
    let tree: BTreeSet<_> = (0..100).collect();
    let map: BTreeMap<_, _> = (0..100).map(|n| (n, n)).collect();
    let list: LinkedList<_> = (0..100).collect();
    let heap: BinaryHeap<_> = (0..100).collect();
    macro_rules! known {
        ($($iter:expr => $len:expr),+ $(,)?) => {$( assert_eq!($iter.opt_len(), Some($len)); )+};
    }
    known! {
        numbers() => 100,
        (0..100_u64).into_par_iter() => 100,
        (0..=100_i128).into_par_iter() => 101,
        numbers().map(|n| n).inspect(|_| ()).update(|_| ()).panic_fuse() => 100,
        numbers().map_with((), |(), n| n).map_init(|| (), |(), n| n) => 100,
        numbers().enumerate().rev().skip(30).take(20) => 20,
        numbers().zip(0..30).chunks(7) => 5,
        numbers().chain(numbers()).interleave(0..5) => 205,
        numbers().step_by(30) => 4,
        numbers().intersperse(7) => 199,
        numbers().fold_chunks(30, || 0, |sum, n| sum + n) => 4,
        set.par_iter() => 100,
        tree.par_iter() => 100,
        map.par_iter() => 100,
        list.par_iter() => 100,
        heap.par_iter() => 100,
        Some(1).par_iter() => 1,
        Err::<(), _>(1).into_par_iter() => 0,
        once(1) => 1,
        empty::<u8>() => 0,
        repeat_n(1, 5) => 5,
    }
}

/// DRV-8: where items may be left out or added, or the source cannot tell, no length is given.
#[test]
fn drv_8_unknown_lengths() {
    watch!();
    let numbers = || (0..100_u32).into_par_iter();
    macro_rules! unknown {
        ($($iter:expr),+ $(,)?) => {$( assert_eq!($iter.opt_len(), None, stringify!($iter)); )+};
    }
    unknown! {
        numbers().filter(|_| true),
        numbers().filter_map(Some),
        numbers().flat_map(Some),
        numbers().flat_map_iter(Some),
        numbers().map(Some).flatten(),
        numbers().map(Some).flatten_iter(),
        numbers().fold(|| 0, |sum, n| sum + n),
        numbers().fold_with(0, |sum, n| sum + n),
        numbers().try_fold(|| 0, |sum: u32, n| sum.checked_add(n)),
        numbers().map(Some).while_some(),
        numbers().take_any(3),
        numbers().skip_any(3),
        numbers().take_any_while(|_| true),
        numbers().skip_any_while(|_| true),
        numbers().positions(|_| true),
        numbers().by_exponential_blocks(),
        numbers().by_uniform_blocks(10),
        (0..100).par_bridge(),
        repeat(1),
        split(0..100, |range: std::ops::Range<u32>| (range, None)),
        walk_tree(0, |_| None),
        "text".par_chars(),
        "text".par_bytes(),
        "text".par_lines(),
        "text".par_split(','),
        [1, 2].par_split(|n| *n == 1),
        [1, 2].par_chunk_by(|a, b| a == b),
        (0..=u128::MAX).into_par_iter(),
    }
}

/// DRV-9: on a worker, in its pool; from outside, in the global pool, and the caller waits.
#[test]
fn drv_9_which_pool() {
    watch!();
    let process = fresh!(drv_9_which_pool);
    if process.scenario().is_some() {
        let places = || {
            let place = |_| (api::current_num_threads(), api::current_thread_index().is_some());
            let mut places: Vec<_> = (0..100).into_par_iter().map(place).collect();
            places.dedup();
            say(format_args!("{places:?}"));
        };
        pool(2).install(places);
        places();
        assert_eq!(api::current_thread_index(), None);
        return;
    }
    let said = process.said("places", &[("RAYON_NUM_THREADS", "3")]);
    assert_eq!(said, ["[(2, true)]", "[(3, true)]"]);
}

/// DRV-10: what has indices cuts its consumer at them; what has none cuts off left parts, if any.
/// Results meet as neighbours, in order (see [`Meet`]).
#[test]
fn drv_10_plumbing() {
    watch!();
    in_pools(|| {
        let pieces = Pieces::default();
        let expected: Vec<_> = (0..100).collect();
        let cuts = Cuts::default();
        let spy = || Spy::new(&cuts, Some(100));
        assert_eq!(pieces.numbers(100).with_max_len(7).drive(spy()), expected);
        assert_eq!(pieces.numbers(100).with_max_len(7).drive_unindexed(spy()), expected);
        assert_eq!((0..100).into_par_iter().with_max_len(7).drive_unindexed(spy()), expected);
        assert_eq!(expected.clone().into_par_iter().drive_unindexed(spy()), expected);
        // Of known length without indices.
        let wide = (0..100_u64).into_par_iter().map(|n| n as usize);
        assert_eq!(wide.drive_unindexed(spy()), expected);
        assert!(cuts.at_index.load(Ordering::Relaxed) > 0);
        assert_eq!(cuts.off_left.load(Ordering::Relaxed), 0);

        let cuts = Cuts::default();
        let spy = || Spy::new(&cuts, None);
        assert_eq!(pieces.leaves(100, 7).drive_unindexed(spy()), expected);
        assert_eq!(cuts.at_index.load(Ordering::Relaxed), 0);
    });
}

/// How a consumer was cut.
#[derive(Default)]
struct Cuts {
    at_index: AtomicUsize,
    off_left: AtomicUsize,
    full: AtomicBool,
}

/// A consumer that lists numbers, and checks that it gets what it was cut for.
struct Spy<'c> {
    cuts: &'c Cuts,
    /// How many numbers are to come, where that is known.
    expects: Option<usize>,
    /// After how many numbers a piece is full.
    room: usize,
}

impl<'c> Spy<'c> {
    fn new(cuts: &'c Cuts, expects: Option<usize>) -> Self {
        Spy { cuts, expects, room: usize::MAX }
    }
}

impl<'c> Consumer<usize> for Spy<'c> {
    type Folder = SpyFolder<'c>;
    type Reducer = Meet;
    type Result = Vec<usize>;

    fn split_at(self, index: usize) -> (Self, Self, Meet) {
        self.cuts.at_index.fetch_add(1, Ordering::Relaxed);
        let rest = self.expects.map(|len| len.checked_sub(index).expect("an index inside"));
        let left = Spy { expects: self.expects.map(|_| index), ..self };
        (left, Spy { expects: rest, ..self }, Meet)
    }

    fn into_folder(self) -> SpyFolder<'c> {
        SpyFolder { spy: self, seen: Vec::new() }
    }

    fn full(&self) -> bool {
        self.cuts.full.load(Ordering::Relaxed)
    }
}

impl UnindexedConsumer<usize> for Spy<'_> {
    fn split_off_left(&self) -> Self {
        self.cuts.off_left.fetch_add(1, Ordering::Relaxed);
        Spy { expects: None, ..*self }
    }

    fn to_reducer(&self) -> Meet {
        Meet
    }
}

struct SpyFolder<'c> {
    spy: Spy<'c>,
    seen: Vec<usize>,
}

impl Folder<usize> for SpyFolder<'_> {
    type Result = Vec<usize>;

    fn consume(mut self, item: usize) -> Self {
        assert!(!self.full());
        self.seen.push(item);
        self
    }

    fn complete(self) -> Vec<usize> {
        assert!(self.spy.expects.is_none_or(|len| len == self.seen.len()));
        self.seen
    }

    fn full(&self) -> bool {
        self.seen.len() >= self.spy.room
    }
}

/// Joins lists, where the last of the left and the first of the right are in order.
struct Meet;

impl Reducer<Vec<usize>> for Meet {
    fn reduce(self, mut left: Vec<usize>, right: Vec<usize>) -> Vec<usize> {
        if let (Some(last), Some(first)) = (left.last(), right.first()) {
            assert!(last < first, "not in order");
        }
        left.extend(right);
        left
    }
}
