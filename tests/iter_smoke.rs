//! The adaptors and consuming methods against std's, over a source written with the public
//! plumbing only, at many lengths and with many cuts.
use std::cmp::Ordering;
use std::collections::LinkedList;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use moirai::iter::Either;
use moirai::iter::plumbing::{
    Consumer, Producer, ProducerCallback, UnindexedConsumer, UnindexedProducer, bridge,
    bridge_unindexed,
};
use moirai::prelude::*;

/// An indexed source.
#[derive(Clone, Debug)]
struct Items(Range<u32>);

fn items(len: u32) -> Items {
    Items(0..len)
}

impl ParallelIterator for Items {
    type Item = u32;

    fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl IndexedParallelIterator for Items {
    fn drive<C: Consumer<u32>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn with_producer<CB: ProducerCallback<u32>>(self, callback: CB) -> CB::Output {
        callback.callback(ItemsProducer(self.0))
    }
}

struct ItemsProducer(Range<u32>);

impl Producer for ItemsProducer {
    type Item = u32;
    type IntoIter = Range<u32>;

    fn into_iter(self) -> Range<u32> {
        self.0
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let at = self.0.start + index as u32;
        assert!(at <= self.0.end, "cut beyond the end");
        (ItemsProducer(self.0.start..at), ItemsProducer(at..self.0.end))
    }
}

/// The same without indices.
struct Loose(Range<u32>);

impl ParallelIterator for Loose {
    type Item = u32;

    fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self, consumer)
    }
}

impl UnindexedProducer for Loose {
    type Item = u32;

    fn split(self) -> (Self, Option<Self>) {
        let (start, end) = (self.0.start, self.0.end);
        if end - start < 2 {
            return (self, None);
        }
        // At least one item on either side: a cut that makes no progress may be repeated for ever.
        let at = start + (end - start).div_ceil(3);
        (Loose(start..at), Some(Loose(at..end)))
    }

    fn fold_with<F: moirai::iter::plumbing::Folder<u32>>(self, folder: F) -> F {
        folder.consume_iter(self.0)
    }
}

const LENGTHS: [u32; 11] = [0, 1, 2, 3, 4, 5, 7, 16, 33, 100, 1000];

/// All items, in order, by way of `drive_unindexed`.
fn listed<I: ParallelIterator>(iter: I) -> Vec<I::Item> {
    let list: LinkedList<Vec<I::Item>> = iter.collect_vec_list();
    assert!(list.iter().all(|vec| !vec.is_empty()));
    list.into_iter().flatten().collect()
}

/// Takes a producer apart into single items, from both ends.
struct Apart(usize);

impl<T> ProducerCallback<T> for Apart {
    type Output = Vec<T>;

    fn callback<P: Producer<Item = T>>(self, producer: P) -> Vec<T> {
        fn go<P: Producer>(producer: P, len: usize, depth: usize, out: &mut Vec<P::Item>) {
            if len < 4 || depth > 5 {
                let mut iter = producer.into_iter();
                assert_eq!(iter.len(), len);
                let mut back = Vec::new();
                while let Some(item) = iter.next() {
                    out.push(item);
                    back.extend(iter.next_back());
                }
                assert_eq!(iter.len(), 0);
                out.extend(back.into_iter().rev());
                return;
            }
            let at = len * (depth + 1) / (depth + 3);
            let (left, right) = producer.split_at(at);
            go(left, at, depth + 1, out);
            go(right, len - at, depth + 1, out);
        }
        let mut out = Vec::new();
        go(producer, self.0, 0, &mut out);
        out
    }
}

/// Compares an indexed iterator with what std says, in every way it can be run.
fn same<I, T>(parallel: I, sequential: impl Iterator<Item = T>)
where
    I: IndexedParallelIterator<Item = T> + Clone + std::fmt::Debug,
    T: Send + PartialEq + std::fmt::Debug,
{
    let expected: Vec<T> = sequential.collect();
    assert!(!format!("{parallel:?}").is_empty());
    assert_eq!(parallel.len(), expected.len());
    assert_eq!(parallel.opt_len(), Some(expected.len()));
    assert_eq!(listed(parallel.clone()), expected);
    assert_eq!(listed(parallel.clone().map(|x| x).with_max_len(1)), expected);
    let mut collected = Vec::new();
    parallel.clone().collect_into_vec(&mut collected);
    assert_eq!(collected, expected);
    parallel.clone().with_max_len(1).collect_into_vec(&mut collected);
    assert_eq!(collected, expected);
    let apart = parallel.clone().with_producer(Apart(expected.len()));
    assert_eq!(apart, expected);
    parallel.clone().rev().rev().collect_into_vec(&mut collected);
    assert_eq!(collected, expected);
    parallel.rev().collect_into_vec(&mut collected);
    collected.reverse();
    assert_eq!(collected, expected);
}

#[test]
fn indexed_adaptors() {
    for n in LENGTHS {
        let seq = || 0..n;
        let par = || items(n);
        same(par(), seq());
        same(par().map(|x| x * 3), seq().map(|x| x * 3));
        same(par().map_with(1, |a, x| *a + x), seq().map(|x| x + 1));
        same(par().map_init(|| 1, |a, x| *a + x), seq().map(|x| x + 1));
        same(par().inspect(|_| ()), seq());
        same(par().update(|x| *x += 1), seq().map(|x| x + 1));
        same(par().enumerate(), (0..n as usize).zip(seq()));
        same(par().panic_fuse(), seq());
        same(par().with_min_len(3), seq());
        same(par().intersperse(77), seq().flat_map(|x| [77, x]).skip(1));
        let backing: Vec<u32> = (0..n).collect();
        let refs = par().map(|i| &backing[i as usize]);
        same(refs.clone().cloned(), seq());
        same(refs.copied(), seq());
        for k in [0, 1, 2, 3, 10, 99, 2000] {
            same(par().take(k), seq().take(k));
            same(par().skip(k), seq().skip(k));
            same(par().skip(k).take(5), seq().skip(k).take(5));
            let other = k as u32;
            same(par().zip(items(other)), seq().zip(0..other));
            same(par().chain(items(other)), seq().chain(0..other));
            same(par().interleave(items(other)), interleaved(n, other));
            same(
                par().interleave_shortest(items(other)),
                interleaved(n.min(other + 1), other.min(n)),
            );
            if k > 0 {
                same(par().step_by(k), seq().step_by(k));
                same(par().chunks(k), backing.chunks(k).map(|chunk| chunk.to_vec()));
                let sums = || backing.chunks(k).map(|chunk| chunk.iter().sum::<u32>());
                same(par().fold_chunks(k, || 0, |a, x| a + x), sums());
                same(par().fold_chunks_with(k, 0, |a, x| a + x), sums());
                assert_eq!(listed(par().by_uniform_blocks(k)), backing);
            }
        }
        same(par().zip_eq(par()), seq().zip(seq()));
        assert_eq!(listed(par().by_exponential_blocks()), backing);
    }
}

fn interleaved(left: u32, right: u32) -> std::vec::IntoIter<u32> {
    let (mut left, mut right) = (0..left, 0..right);
    let mut all = Vec::new();
    while left.len() + right.len() > 0 {
        all.extend(left.next());
        all.extend(right.next());
    }
    all.into_iter()
}

/// Adaptors that lose the length, over a source with and one without indices.
#[test]
fn loose_adaptors() {
    for n in LENGTHS {
        let seq: Vec<u32> = (0..n).collect();
        let some = |x: u32| (x % 3 == 1).then_some(x * 2);
        for loose in [false, true] {
            let par = || {
                if loose { Or::Right(Loose(0..n)) } else { Or::Left(items(n).with_max_len(2)) }
            };
            let s = || seq.iter().copied();
            let few = |x: &u32| x % 7 == 3;
            assert_eq!(listed(par().filter(few)), s().filter(few).collect::<Vec<_>>());
            assert_eq!(listed(par().filter_map(some)), s().filter_map(some).collect::<Vec<_>>());
            let several = |x: u32| x..x + x % 4;
            let expected: Vec<u32> = s().flat_map(several).collect();
            assert_eq!(listed(par().flat_map(|x| Items(several(x)))), expected);
            assert_eq!(listed(par().flat_map_iter(several)), expected);
            assert_eq!(listed(par().map(|x| Items(several(x))).flatten()), expected);
            assert_eq!(listed(par().map(several).flatten_iter()), expected);
            let expected: Vec<u32> = s().filter(few).flat_map(|x| [77, x]).skip(1).collect();
            assert_eq!(listed(par().filter(few).intersperse(77)), expected);
            assert_eq!(
                listed(par().filter(few).chain(par())),
                s().filter(few).chain(s()).collect::<Vec<_>>()
            );
            assert_eq!(listed(par().map(Some).while_some()), seq);
            assert_eq!(listed(par().take_any(5)).len(), Ord::min(5, n as usize));
            assert_eq!(listed(par().skip_any(5)).len(), (n as usize).saturating_sub(5));
            assert_eq!(listed(par().take_any_while(|_| true)), seq);
            assert_eq!(listed(par().skip_any_while(|_| false)), seq);
            assert_eq!(listed(par().panic_fuse().update(|_| ()).inspect(|_| ())), seq);
            assert_eq!(
                listed(par().fold(Vec::new, |mut v, x| {
                    v.push(x);
                    v
                }))
                .concat(),
                seq
            );
            let total: u32 = s().sum();
            assert_eq!(par().fold_with(0, |a, x| a + x).sum::<u32>(), total);
            assert_eq!(par().sum::<u32>(), total);
            assert_eq!(
                par().map(|x| u64::from(x % 2) + 1).take_any(20).product::<u64>().count_ones(),
                1
            );
            assert_eq!(par().reduce(|| 0, |a, b| a + b), total);
            assert_eq!(par().reduce_with(|a, b| a + b), s().reduce(|a, b| a + b));
            assert_eq!(par().count(), n as usize);
            assert_eq!(par().min_by_key(|x| x % 5), s().min_by_key(|x| x % 5));
            assert_eq!(par().max_by_key(|x| x % 5), s().max_by_key(|x| x % 5));
            assert_eq!(par().min(), s().min());
            assert_eq!(par().max(), s().max());
            let order = |a: &u32, b: &u32| (a % 5).cmp(&(b % 5));
            assert_eq!(par().min_by(order), s().min_by(order));
            assert_eq!(par().max_by(order), s().max_by(order));
            assert_eq!(par().find_first(few), s().find(few));
            assert_eq!(par().find_last(few), s().rfind(few));
            assert_eq!(par().find_map_first(some), s().find_map(some));
            assert_eq!(par().find_map_last(some), s().rev().find_map(some));
            assert_eq!(par().find_any(few).is_some(), s().any(|x| few(&x)));
            assert_eq!(par().find_map_any(some).is_some(), s().find_map(some).is_some());
            assert_eq!(par().any(|x| x == 5), n > 5);
            assert_eq!(par().all(|x| x < 5), n <= 5);
            let deep = |x| Items(several(x)).flat_map(|y| Items(several(y)));
            let flat: Vec<u32> = s().flat_map(several).flat_map(several).collect();
            let last = |x: &u32| x % 6 == 5;
            assert_eq!(par().flat_map(deep).find_first(last), flat.iter().copied().find(last));
            assert_eq!(par().flat_map(deep).find_last(last), flat.iter().copied().rfind(last));
        }
    }
}

/// One of two iterators, neither of which need be indexed.
enum Or<L, R> {
    Left(L),
    Right(R),
}

impl<L: ParallelIterator, R: ParallelIterator<Item = L::Item>> ParallelIterator for Or<L, R> {
    type Item = L::Item;

    fn drive_unindexed<C: UnindexedConsumer<L::Item>>(self, consumer: C) -> C::Result {
        match self {
            Or::Left(iter) => iter.drive_unindexed(consumer),
            Or::Right(iter) => iter.drive_unindexed(consumer),
        }
    }

    fn opt_len(&self) -> Option<usize> {
        match self {
            Or::Left(iter) => iter.opt_len(),
            Or::Right(iter) => iter.opt_len(),
        }
    }
}

#[test]
fn tries() {
    let small = |x: u32| if x < 50 { Ok(x) } else { Err(x) };
    let add = |a: u32, b: u32| Ok::<_, u32>(a + b);
    assert_eq!(items(50).map(small).try_reduce(|| 0, add), Ok(49 * 25));
    assert_eq!(items(51).map(small).try_reduce(|| 0, add), Err(50));
    assert_eq!(items(0).map(small).try_reduce_with(add), None);
    assert_eq!(items(9).map(small).try_reduce_with(add), Some(Ok(36)));
    assert_eq!(
        items(52).with_max_len(1).map(small).try_reduce_with(add).map(|r| r.is_err()),
        Some(true)
    );
    let fold = |n| {
        items(n)
            .with_max_len(3)
            .try_fold(|| 0, |a, x| small(x).map(|x| a + x))
            .try_reduce(|| 0, add)
    };
    assert_eq!(fold(50), Ok(49 * 25));
    assert_eq!(fold(51), Err(50));
    assert_eq!(items(3).try_for_each(|_| Some(())), Some(()));
    let brk = items(100).try_for_each(|x| match x {
        70 => ControlFlow::Break("seventy"),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(brk, ControlFlow::Break("seventy"));
    assert_eq!(items(100).try_for_each_with(5, |five, x| (x + *five < 100).then_some(())), None);
    assert_eq!(
        items(90).try_for_each_init(|| 5, |five, x| (x + *five < 100).then_some(())),
        Some(())
    );
    assert_eq!(
        items(9).try_fold_with(0_u32, |a, x| a.checked_add(x)).try_reduce(|| 0, u32::checked_add),
        Some(36)
    );
}

#[test]
fn comparisons() {
    let key = |x: u32| x / 2;
    assert_eq!(items(10).cmp(items(10)), Ordering::Equal);
    assert_eq!(items(10).cmp(items(11)), Ordering::Less);
    assert_eq!(items(10).map(|x| 100 - x).cmp(items(11)), Ordering::Greater);
    assert_eq!(items(2).map(f64::from).partial_cmp(items(2).map(|_| f64::NAN)), None);
    assert!(items(10).map(key).eq(items(10).map(|x| x >> 1)));
    assert!(items(10).ne(items(9)));
    assert!(items(9).lt(items(10)) && items(9).le(items(9)));
    assert!(items(10).gt(items(9)) && items(9).ge(items(9)));
    assert_eq!(items(100).position_first(|x| x > 7), Some(8));
    assert_eq!(items(100).position_last(|x| x < 7), Some(6));
    assert_eq!(items(100).position_any(|x| x == 7), Some(7));
    assert_eq!(listed(items(9).positions(|x| x % 4 == 1)), [1, 5]);
}

#[derive(Debug)]
struct Counted<'a>(u32, &'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.1.fetch_add(1, Relaxed);
    }
}

#[test]
fn drops_are_exact() {
    let (made, dropped) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let make = |x| {
        made.fetch_add(1, Relaxed);
        Counted(x, &dropped)
    };
    for bad in [0, 1, 500, 999, 5000] {
        let mut target = vec![make(0)];
        let result = catch_unwind(AssertUnwindSafe(|| {
            items(1000)
                .with_max_len(10)
                .map(|x| {
                    assert_ne!(x, bad, "as wanted");
                    make(x)
                })
                .collect_into_vec(&mut target);
        }));
        assert_eq!(result.is_err(), bad < 1000);
        assert_eq!(target.len(), if bad < 1000 { 0 } else { 1000 });
        assert!(target.iter().zip(0..).all(|(item, x)| item.0 == x));
        drop(target);
        assert_eq!(made.load(Relaxed), dropped.load(Relaxed));
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    items(100).map(|x| (make(x), ())).unzip_into_vecs(&mut left, &mut right);
    assert_eq!((left.len(), right.len()), (100, 100));
    drop(left);
    assert_eq!(made.load(Relaxed), dropped.load(Relaxed));
}

/// Says it has one number of items and has another.
#[derive(Clone, Debug)]
struct Liar(u32, usize);

impl ParallelIterator for Liar {
    type Item = u32;

    fn drive_unindexed<C: UnindexedConsumer<u32>>(self, consumer: C) -> C::Result {
        self.drive(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.1)
    }
}

impl IndexedParallelIterator for Liar {
    fn drive<C: Consumer<u32>>(self, consumer: C) -> C::Result {
        use moirai::iter::plumbing::Folder;
        consumer.into_folder().consume_iter(0..self.0).complete()
    }

    fn len(&self) -> usize {
        self.1
    }

    fn with_producer<CB: ProducerCallback<u32>>(self, callback: CB) -> CB::Output {
        callback.callback(ItemsProducer(0..self.0))
    }
}

fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}

#[test]
fn messages() {
    let mut v = Vec::new();
    assert_eq!(
        message(|| Liar(3, 5).collect_into_vec(&mut v)),
        "expected 5 total writes, but got 3"
    );
    assert_eq!(
        message(|| Liar(5, 3).collect_into_vec(&mut v)),
        "too many values pushed to consumer"
    );
    assert_eq!(message(|| drop(items(1).chunks(0))), "chunk_size must not be zero");
    assert_eq!(message(|| drop(items(1).by_uniform_blocks(0))), "block_size must not be zero");
    assert!(
        message(|| drop(items(1).zip_eq(items(2)))).contains("iterators must have the same length")
    );
    assert_eq!(message(|| _ = items(1).step_by(0).len()), "attempt to divide by zero");
    let huge = Liar(0, usize::MAX);
    assert_eq!(message(|| _ = huge.clone().chain(items(1)).len()), "overflow");
    assert_eq!(huge.clone().chain(items(1)).opt_len(), None);
    assert_eq!(message(|| _ = huge.clone().interleave(items(1)).len()), "overflow");
    assert_eq!(message(|| _ = huge.clone().intersperse(1).len()), "overflow");
    assert_eq!(huge.intersperse(1).opt_len(), None);
}

#[test]
fn pieces() {
    let pieces = |iter: Box<dyn Fn() -> usize>| iter();
    let count =
        |min, max| items(100).with_min_len(min).with_max_len(max).fold(|| (), |(), _| ()).count();
    assert_eq!(count(60, usize::MAX), 1);
    assert_eq!(count(0, 1), 100);
    assert_eq!(count(30, 1), 2);
    assert_eq!(pieces(Box::new(|| items(0).fold(|| 1, |a, _| a).count())), 1);
}

#[test]
fn either_sides() {
    let (low, high) = items(10).partition_map::<Sink, Sink, _, _, _>(|x| {
        if x < 3 { Either::Left(x) } else { Either::Right(x) }
    });
    assert_eq!((low.0, high.0), (vec![0, 1, 2], (3..10).collect()));
    let (even, odd) = Loose(0..10).partition::<Sink, Sink, _>(|x| x % 2 == 0);
    assert_eq!((even.0, odd.0), (vec![0, 2, 4, 6, 8], vec![1, 3, 5, 7, 9]));
    let (a, b) = items(1000).map(|x| (x, x + 1)).unzip::<_, _, Sink, Sink>();
    assert_eq!((a.0, b.0), ((0..1000).collect(), (1..1001).collect()));
}

/// Takes numbers in, in place if it can.
#[derive(Default)]
struct Sink(Vec<u32>);

impl ParallelExtend<u32> for Sink {
    fn par_extend<I: IntoParallelIterator<Item = u32>>(&mut self, iter: I) {
        let list = iter.into_par_iter().collect_vec_list();
        assert!(list.len() <= 1000);
        self.0.extend(list.into_iter().flatten());
    }
}
