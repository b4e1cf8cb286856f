//! Section 11: where items are collected, and what becomes of them if that fails.

use super::api::iter::Either;
use super::api::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
use super::api::prelude::*;
use super::kit::{in_pools, panic_of, quiet_panic, text_of};
use crate::ledger::{Entry, Ledger};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{OsStr, OsString};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

/// COL-1: the target loses what it held, and keeps its memory.
#[test]
fn col_1_into_vecs() {
    watch!();
    in_pools(|| {
        let numbers = |len: usize| (0..len).into_par_iter();
        let (ledger, mut target) = Ledger::of(50);
        target.reserve_exact(100 - target.len());
        let (capacity, memory) = (target.capacity(), target.as_ptr());
        let (_, entries) = Ledger::of(5);
        entries.into_par_iter().collect_into_vec(&mut target);
        assert_eq!((ledger.dropped(), target.len()), (50, 5));
        assert_eq!((target.capacity(), target.as_ptr()), (capacity, memory));

        let (mut left, mut right) = (Vec::with_capacity(100), vec!["old"; 7]);
        let capacity = left.capacity();
        let pairs = numbers(10).map(|n| (n, if n % 2 == 0 { "even" } else { "odd" }));
        pairs.unzip_into_vecs(&mut left, &mut right);
        assert_eq!((left.len(), left.capacity()), (10, capacity));
        assert!(left.into_iter().eq(0..10));
        assert!(right.into_iter().eq(["even", "odd"].into_iter().cycle().take(10)));

        let mut target = vec![1];
        numbers(0).collect_into_vec(&mut target);
        assert_eq!(target, []);
        numbers(1000).collect_into_vec(&mut target);
        assert!(target.into_iter().eq(0..1000));
    });
}

/// COL-2: with a known length, items are written where they stay: memory that suffices is not
/// exchanged, and no more than needed is asked for.
#[test]
fn col_2_in_place() {
    watch!();
    in_pools(|| {
        let mut target = Vec::with_capacity(1000);
        let memory = target.as_ptr() as usize;
        (0..1000_usize).into_par_iter().with_max_len(3).collect_into_vec(&mut target);
        assert_eq!(target.as_ptr() as usize, memory);
        target.clear();
        target.par_extend((0..1000_u64).into_par_iter().map(|n| n as usize));
        assert_eq!(target.as_ptr() as usize, memory);
        assert_eq!((0..999).into_par_iter().collect::<Vec<_>>().capacity(), 999);
    });
}

/// Claims a length that it has not.
struct Liar {
    claims: usize,
    has: usize,
}

impl Liar {
    /// What it has, in one piece, so that it is an item that is too many and not an index.
    fn truth(self) -> impl IndexedParallelIterator<Item = usize> {
        (0..self.has).into_par_iter().with_min_len(self.has)
    }
}

impl ParallelIterator for Liar {
    type Item = usize;

    fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
        self.truth().drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.claims)
    }
}

impl IndexedParallelIterator for Liar {
    fn drive<C: Consumer<usize>>(self, consumer: C) -> C::Result {
        self.truth().drive(consumer)
    }

    fn len(&self) -> usize {
        self.claims
    }

    fn with_producer<CB: ProducerCallback<usize>>(self, callback: CB) -> CB::Output {
        self.truth().with_producer(callback)
    }
}

/// COL-3: a source that lies about its length is found out.
#[test]
fn col_3_liars() {
    watch!();
    in_pools(|| {
        let text = |claims, has| {
            let into_vec = panic_of(|| Liar { claims, has }.collect_into_vec(&mut Vec::new()));
            let text = String::from(text_of(&*into_vec));
            let collect = panic_of(|| Liar { claims, has }.collect::<Vec<_>>());
            assert_eq!(text_of(&*collect), text);
            text
        };
        assert_eq!(text(10, 5), "expected 10 total writes, but got 5");
        assert_eq!(text(10, 0), "expected 10 total writes, but got 0");
        assert_eq!(text(10, 15), "too many values pushed to consumer");
        assert_eq!(text(0, 1), "too many values pushed to consumer");
    });
}

/// Lets an entry pass unless it has this number.
fn without(number: usize) -> impl Fn(Entry) -> Entry + Sync + Send {
    move |entry| {
        if entry.number() == number {
            quiet_panic(number);
        }
        entry
    }
}

/// COL-4: after a panic, everything produced and everything not consumed is dropped once.
#[test]
fn col_4_panics() {
    watch!();
    in_pools(|| {
        for at in [0, 333, 999] {
            let check = |collect: &dyn Fn(Vec<Entry>)| {
                let (ledger, entries) = Ledger::of(1000);
                let payload = panic_of(|| collect(entries));
                assert_eq!(*payload.downcast::<usize>().unwrap(), at);
                assert_eq!(ledger.dropped(), 1000);
            };
            check(&|entries| drop(entries.into_par_iter().map(without(at)).collect::<Vec<_>>()));
            check(&|entries| {
                let singles = entries.into_par_iter().with_max_len(1);
                drop(singles.map(without(at)).collect::<Vec<_>>());
            });
            check(&|entries| {
                let entries = entries.into_par_iter().map(without(at)).filter(|_| true);
                drop(entries.collect::<Vec<_>>());
            });
            check(&|entries| {
                let pairs = entries.into_par_iter().map(without(at)).map(|entry| (0, entry));
                drop(pairs.unzip::<_, _, Vec<_>, Vec<_>>());
            });
            check(&|entries| {
                drop(entries.into_par_iter().map(without(at)).collect::<LinkedList<_>>());
            });
            check(&|entries| {
                let entries = entries.into_par_iter().map(without(at)).enumerate();
                drop(entries.collect::<HashMap<_, _>>());
            });
        }
    });
}

/// COL-4: the target of `collect_into_vec` is empty then, its old items dropped.
#[test]
fn col_4_target() {
    watch!();
    in_pools(|| {
        let ((old, mut target), (new, entries)) = (Ledger::of(10), Ledger::of(1000));
        panic_of(|| entries.into_par_iter().map(without(500)).collect_into_vec(&mut target));
        assert!(target.is_empty());
        assert_eq!((old.dropped(), new.dropped()), (10, 1000));
        let (mut left, mut right) = (vec![1], Vec::new());
        let (new, entries) = Ledger::of(1000);
        let pairs = entries.into_par_iter().map(without(500)).map(|entry| (1, entry));
        panic_of(|| pairs.unzip_into_vecs(&mut left, &mut right));
        assert!(left.is_empty() && right.is_empty());
        assert_eq!(new.dropped(), 1000);
    });
}

/// COL-5: all there or nothing; what was collected until then is dropped.
#[test]
fn col_5_options_and_results() {
    watch!();
    in_pools(|| {
        let numbers = || (0..1000_usize).into_par_iter();
        let all: Option<Vec<_>> = numbers().map(Some).collect();
        assert!(all.unwrap().into_iter().eq(0..1000));
        let all: Result<HashSet<_>, ()> = numbers().map(Ok).collect();
        assert_eq!(all.unwrap().len(), 1000);
        let missing: Option<Vec<_>> = numbers().map(|n| (n != 700).then_some(n)).collect();
        assert_eq!(missing, None);

        let (ledger, entries) = Ledger::of(1000);
        let check = |entry: Entry| if entry.number() % 400 == 399 { Err(entry) } else { Ok(entry) };
        let failed: Result<Vec<_>, _> = entries.into_par_iter().map(check).collect();
        let error = failed.unwrap_err();
        assert_eq!(error.number() % 400, 399);
        assert_eq!(ledger.dropped(), 999);
        drop(error);
        assert_eq!(ledger.dropped(), 1000);

        let ran = AtomicUsize::new(0);
        let endless = (0..u64::MAX).into_par_iter().map(|_| {
            ran.fetch_add(1, Ordering::Relaxed);
            None::<()>
        });
        assert_eq!(endless.collect::<Option<Vec<_>>>(), None);
    });
}

/// COL-6: lists of vectors without empty ones; one vector if the length is known.
#[test]
fn col_6_vec_list() {
    watch!();
    in_pools(|| {
        let numbers = |len: usize| (0..len).into_par_iter().with_max_len(3);
        assert_eq!(numbers(100).collect_vec_list().len(), 1);
        assert_eq!(numbers(0).collect_vec_list().len(), 0);
        for divisor in [1, 2, 50, 1000] {
            let list = numbers(1000).filter(|n| n % divisor == 1).collect_vec_list();
            assert!(list.iter().all(|vec| !vec.is_empty()));
            assert!(list.into_iter().flatten().eq((0..1000).filter(|n| n % divisor == 1)));
        }
        assert_eq!(numbers(100).filter(|_| false).collect_vec_list().len(), 0);
    });
}

/// COL-7: extending keeps what is there and makes room for everything at once.
#[test]
fn col_7_extend() {
    watch!();
    in_pools(|| {
        // In many pieces; one reserve leaves room for 1000 items, several would double.
        let numbers = || (0..999_usize).into_par_iter().with_max_len(7).filter(|_| true);
        let mut vector = vec![5];
        vector.shrink_to_fit();
        vector.par_extend(numbers());
        assert_eq!((vector.len(), vector.capacity()), (1000, 1000));
        let mut deque = VecDeque::from(vec![5]);
        deque.par_extend(numbers());
        assert_eq!((deque.len(), deque.capacity()), (1000, 1000));
        let mut heap = BinaryHeap::from(vec![5]);
        heap.par_extend(numbers());
        assert_eq!((heap.len(), heap.capacity()), (1000, 1000));
        let mut text = String::from("w");
        text.par_extend(numbers().map(|_| 'x'));
        assert_eq!((text.len(), text.capacity()), (1000, 1000));
        text.par_extend(["y", "z"]);
        assert!(text.ends_with("xxyz"));

        let mut set: HashSet<_> = [1, 2000].into();
        set.par_extend(numbers());
        assert_eq!((set.len(), set.contains(&2000)), (1000, true));
        assert!(set.capacity() >= HashSet::<usize>::with_capacity(999).capacity());
        let mut map: HashMap<_, _> = [(1, 0), (2000, 0)].into();
        map.par_extend(numbers().map(|n| (n, n)));
        assert_eq!((map.len(), map[&1], map[&2000]), (1000, 1, 0));
        vector.par_extend(&[7, 8]);
        assert_eq!(vector[..2], [5, 0]);
        assert_eq!(vector[998..], [997, 998, 7, 8]);
        deque.par_extend([6]);
        assert_eq!((deque[0], deque[1000], deque.len()), (5, 6, 1001));
    });
}

/// COL-7: a vector keeps its old items if the source panics.
#[test]
fn col_7_extend_and_panic() {
    watch!();
    in_pools(|| {
        for known in [true, false] {
            let ((old, mut target), (new, entries)) = (Ledger::of(10), Ledger::of(100));
            let source = entries.into_par_iter().map(without(50));
            panic_of(|| match known {
                true => target.par_extend(source),
                false => target.par_extend(source.filter(|_| true)),
            });
            assert!(target.iter().map(Entry::number).eq(0..10));
            assert_eq!((old.dropped(), new.dropped()), (0, 100));
        }
    });
}

/// COL-8: pairs go into any two collections, and into nested ones.
#[test]
fn col_8_pairs() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100_u8).into_par_iter();
        let (set, list): (BTreeSet<_>, LinkedList<_>) = numbers().map(|n| (n % 3, n)).unzip();
        assert!(set.into_iter().eq(0..3));
        assert!(list.into_iter().eq(0..100));
        let (small, large): (HashSet<_>, VecDeque<_>) =
            numbers().partition_map(|n| if n < 30 { Either::Left(n) } else { Either::Right(n) });
        assert_eq!((small.len(), large.len()), (30, 70));
        let (even, odd): (Vec<_>, Vec<_>) = numbers().partition(|n| n % 2 == 0);
        assert_eq!((even.len(), odd.len()), (50, 50));

        let (a, (b, c)): (Vec<_>, (String, BTreeSet<_>)) =
            numbers().map(|n| (n, (char::from(n % 26 + b'a'), n / 10))).collect();
        assert_eq!((a.len(), b.len(), c.len()), (100, 100, 10));
        let (words, numbers): (Vec<&str>, Vec<u8>) = ["warp", "weft"]
            .into_par_iter()
            .map(Either::Left)
            .chain(numbers().map(Either::Right))
            .collect();
        assert_eq!((words.len(), numbers.len()), (2, 100));
        let mut both = (vec![0], String::from("a"));
        both.par_extend([(1, 'b'), (2, 'c')]);
        assert_eq!(both, (vec![0, 1, 2], String::from("abc")));
        let mut sides = (vec![0], String::from("a"));
        sides.par_extend([Either::Left(1), Either::Right('b')]);
        assert_eq!(sides, (vec![0, 1], String::from("ab")));
    });
}

/// COL-9: the rest of what can be collected into, and from what.
#[test]
fn col_9_targets() {
    watch!();
    in_pools(|| {
        let ran = AtomicUsize::new(0);
        let count = |_| {
            ran.fetch_add(1, Ordering::Relaxed);
        };
        (0..100).into_par_iter().map(count).collect::<()>();
        assert_eq!(ran.into_inner(), 100);
        let done: Result<(), i32> = (0..100).into_par_iter().map(|_| Ok(())).collect();
        assert_eq!(done, Ok(()));

        let words = ["Klotho", "Láchesis", "", "Átropos"];
        let all = words.concat();
        let chars: Vec<char> = all.chars().collect();
        macro_rules! collects {
            ($($items:expr),+ $(,)?) => {$(
                assert_eq!($items.collect::<String>(), all);
                assert_eq!(&*$items.collect::<Box<str>>(), all);
            )+};
        }
        collects! {
            chars.par_iter().copied(),
            chars.par_iter(),
            words.into_par_iter(),
            words.into_par_iter().map(String::from),
            words.into_par_iter().map(Box::<str>::from),
            words.into_par_iter().map(Cow::from),
        }
        assert_eq!(words.into_par_iter().collect::<Cow<'_, str>>(), all);
        let os: OsString = words.into_par_iter().map(OsStr::new).collect();
        assert_eq!(os, *all);
        let os: OsString = words.into_par_iter().map(OsString::from).collect();
        assert_eq!(os, *all);
        let os: OsString = words.into_par_iter().map(|word| Cow::from(OsStr::new(word))).collect();
        assert_eq!(os, *all);

        assert_eq!(*words.into_par_iter().collect::<Box<[_]>>(), words);
        assert_eq!(*words.into_par_iter().collect::<Rc<[_]>>(), words);
        assert_eq!(*words.into_par_iter().collect::<Arc<[_]>>(), words);
        assert_eq!(words.into_par_iter().collect::<Cow<'_, [_]>>(), &words[..]);
        assert_eq!(words.into_par_iter().collect::<VecDeque<_>>(), words);
        let heap: BinaryHeap<_> = (0..100).into_par_iter().collect();
        assert!(heap.into_sorted_vec().into_iter().eq(0..100));
        let tree: BTreeMap<_, _> = (0..100).into_par_iter().map(|n| (n, n)).collect();
        assert!(tree.into_keys().eq(0..100));
    });
}

/// COL-10, an implementation trait: heaps, hash and tree collections are filled by the caller.
#[test]
fn col_10_filled_by_the_caller() {
    watch!();
    static MADE: AtomicUsize = AtomicUsize::new(0);
    /// Every comparison and every hash must happen on this thread, after all were made.
    #[derive(Debug)]
    struct Key(usize, ThreadId);
    impl Key {
        fn note(&self) -> usize {
            assert_eq!(thread::current().id(), self.1);
            assert_eq!(MADE.load(Ordering::Relaxed), 100);
            self.0
        }
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            self.note() == other.note()
        }
    }
    impl Eq for Key {}
    impl PartialOrd for Key {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Key {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.note().cmp(&other.note())
        }
    }
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.note().hash(state);
        }
    }
    let keys = || {
        let caller = thread::current().id();
        MADE.store(0, Ordering::Relaxed);
        (0..100).into_par_iter().with_max_len(1).map(move |n| {
            MADE.fetch_add(1, Ordering::Relaxed);
            Key(n, caller)
        })
    };
    let collect = || {
        assert_eq!(keys().collect::<HashSet<_>>().len(), 100);
        assert_eq!(keys().collect::<BTreeSet<_>>().len(), 100);
        assert_eq!(keys().collect::<BinaryHeap<_>>().len(), 100);
        assert_eq!(keys().map(|key| (key, 1)).collect::<HashMap<_, _>>().len(), 100);
        assert_eq!(keys().map(|key| (key, 1)).collect::<BTreeMap<_, _>>().len(), 100);
        let mut set = HashSet::new();
        set.par_extend(keys().filter(|_| true));
        assert_eq!(set.len(), 100);
    };
    collect();
    in_pools(collect);
}
