//! Every consuming method gives what the standard library's iterators give, at the end of random
//! chains of adaptors.

use super::api::iter::Either;
use super::api::prelude::*;
use super::cuts::Shredded;
use super::pipeline::{Pipeline, with_indices};
use super::pools::on;
use crate::random::check;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;
use std::num::Wrapping;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;

/// Tries `compare` with random chains and what they should give.
fn each(pipeline: &Pipeline, compare: impl Fn(&Pipeline, Vec<u32>) + Send + Sync) {
    let expected = pipeline.sequential();
    on(pipeline.threads, || compare(pipeline, expected));
}

/// A function `x -> a x + b`: composing them is associative, and the order matters.
fn affine(x: u32) -> (u32, u32) {
    (x | 1, x >> 3)
}

fn composed((a, b): (u32, u32), (c, d): (u32, u32)) -> (u32, u32) {
    (a.wrapping_mul(c), b.wrapping_mul(c).wrapping_add(d))
}

#[test]
fn reductions() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let par = || par.parallel();
            let seq = || seq.iter().copied();
            assert_eq!(par().count(), seq().count());
            let wide = |x| Wrapping(u64::from(x));
            assert_eq!(par().map(wide).sum::<Wrapping<u64>>(), seq().map(wide).sum());
            assert_eq!(par().map(wide).product::<Wrapping<u64>>(), seq().map(wide).product());
            let expected = seq().map(affine).fold((1, 0), composed);
            assert_eq!(par().map(affine).reduce(|| (1, 0), composed), expected);
            assert_eq!(par().map(affine).reduce_with(composed), seq().map(affine).reduce(composed));
            let folded = |f, x| composed(f, affine(x));
            assert_eq!(par().fold(|| (1, 0), folded).reduce(|| (1, 0), composed), expected);
            assert_eq!(par().fold_with((1, 0), folded).reduce(|| (1, 0), composed), expected);

            let key = |x: &u32| x % 5;
            let order = |a: &(usize, u32), b: &(usize, u32)| (a.1 % 5).cmp(&(b.1 % 5));
            let numbered = || with_indices(par()).enumerate();
            assert_eq!(par().min(), seq().min());
            assert_eq!(par().max(), seq().max());
            assert_eq!(par().min_by_key(key), seq().min_by_key(key));
            assert_eq!(par().max_by_key(key), seq().max_by_key(key));
            assert_eq!(numbered().min_by(order), seq().enumerate().min_by(order));
            assert_eq!(numbered().max_by(order), seq().enumerate().max_by(order));

            let sum = AtomicU64::new(0);
            let add = |x: u32| _ = sum.fetch_add(x.into(), Relaxed);
            par().for_each(add);
            par().for_each_with(3, |three: &mut u32, x| {
                assert_eq!(*three, 3);
                add(x)
            });
            par().for_each_init(
                || 4,
                |four: &mut u32, x| {
                    assert_eq!(*four, 4);
                    add(x)
                },
            );
            assert_eq!(sum.into_inner(), 3 * seq().map(u64::from).sum::<u64>());
        });
    });
}

#[test]
fn searches() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let par = || par.parallel();
            let seq = || seq.iter().copied();
            for n in [2, 7, 100] {
                let hit = |x: &u32| x % n == 1;
                let some = |x: u32| hit(&x).then_some(u64::from(x) + 1);
                assert_eq!(par().find_first(hit), seq().find(hit));
                assert_eq!(par().find_last(hit), seq().rfind(hit));
                assert_eq!(par().find_map_first(some), seq().find_map(some));
                assert_eq!(par().find_map_last(some), seq().rev().find_map(some));
                let there_is_one = seq().any(|x| hit(&x));
                let found = par().find_any(hit);
                assert_eq!(found.is_some(), there_is_one);
                assert!(found.is_none_or(|x| hit(&x) && seq().any(|y| x == y)));
                let found = par().find_map_any(some);
                assert_eq!(found.is_some(), there_is_one);
                assert!(found.is_none_or(|x| seq().any(|y| some(y) == Some(x))));
                assert_eq!(par().any(|x| hit(&x)), there_is_one);
                assert_eq!(par().all(|x| !hit(&x)), !there_is_one);
                let indexed = || with_indices(par());
                assert_eq!(indexed().position_first(|x| hit(&x)), seq().position(|x| hit(&x)));
                assert_eq!(indexed().position_last(|x| hit(&x)), seq().rposition(|x| hit(&x)));
                let found = indexed().position_any(|x| hit(&x));
                assert_eq!(found.is_some(), there_is_one);
                assert!(found.is_none_or(|at| hit(&seq().nth(at).unwrap())));
            }
        });
    });
}

/// The searches must find the first and the last also inside what a `flat_map` adds.
#[test]
fn searches_in_nested_iterators() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let children = |x: u32| (x % 11)..(x % 11 + x % 4);
            let grandchildren = |x| children(x).into_par_iter().flat_map(children);
            let flat: Vec<u32> = seq.into_iter().flat_map(children).flat_map(children).collect();
            let nested = || par.parallel().flat_map(grandchildren);
            let hit = |x: &u32| x % 6 == 5;
            assert_eq!(nested().find_first(hit), flat.iter().copied().find(hit));
            assert_eq!(nested().find_last(hit), flat.iter().copied().rfind(hit));
        });
    });
}

/// A separator lies to the right of the part before it, also where its consumer is cut off first.
#[test]
fn searches_among_separators() {
    watch!();
    if !super::INTERSPERSES_PIECES {
        return;
    }
    for len in 0..20 {
        let items: Vec<u32> = (0..len).collect();
        let par = || Shredded(items.clone()).intersperse(100);
        let seq: Vec<u32> = items.iter().flat_map(|&x| [100, x]).skip(1).collect();
        let hit = |x: &u32| *x == 100 || *x > 5;
        for threads in [1, 4] {
            on(threads, || {
                assert_eq!(par().find_first(hit), seq.iter().copied().find(hit));
                assert_eq!(par().find_last(hit), seq.iter().copied().rfind(hit));
                let at = |n: u32| par().find_first(move |&x| x == n || x == 100 && n < 2);
                assert_eq!(at(0), (len > 0).then_some(0));
                assert_eq!(at(1), (len > 1).then_some(100));
            });
        }
    }
}

#[test]
fn tries() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let par = || par.parallel();
            let seq = || seq.iter().copied();
            // None, one or many of the items are bad.
            for n in [u32::MAX, 100, 3] {
                let good = |x: u32| if x % n == 1 { Err(x) } else { Ok(x & 0xFF) };
                let bad = |x: u32| good(x).is_err();
                let add = |a: u32, b: u32| Ok::<u32, u32>(a + b);
                let expected = seq().try_fold(0, |sum, x| good(x).map(|x| sum + x));
                // Any of the errors may be reported.
                let same = |result: Result<u32, u32>| match result {
                    Err(x) => assert!(bad(x) && seq().any(|y| x == y)),
                    result => assert_eq!(result, expected),
                };
                same(par().map(good).try_reduce(|| 0, add));
                let reduced = par().map(good).try_reduce_with(add);
                assert_eq!(reduced.is_none(), seq().next().is_none());
                reduced.into_iter().for_each(same);
                same(par().try_fold(|| 0, |a, x| good(x).map(|x| a + x)).try_reduce(|| 0, add));
                same(par().try_fold_with(0, |a, x| good(x).map(|x| a + x)).try_reduce(|| 0, add));

                let sum = AtomicU64::new(0);
                let visit = |x: u32| good(x).map(|x| _ = sum.fetch_add(x.into(), Relaxed));
                let done = |result: Result<(), u32>| {
                    let visited = sum.swap(0, Relaxed);
                    same(result.map(|()| visited as u32));
                };
                done(par().try_for_each(visit));
                done(par().try_for_each_with(5, |_, x| visit(x)));
                done(par().try_for_each_init(|| 5, |_, x| visit(x)));
                let failed = expected.is_err();
                assert_eq!(par().try_for_each(|x| (!bad(x)).then_some(())).is_none(), failed);
                let flow =
                    |x| if bad(x) { ControlFlow::Break(x) } else { ControlFlow::Continue(()) };
                assert_eq!(par().try_for_each(flow).is_break(), failed);
                let sum = |a: Poll<u32>, b: Poll<u32>| match (a, b) {
                    (Poll::Ready(a), Poll::Ready(b)) => Poll::Ready(a + b),
                    _ => Poll::Pending,
                };
                let zero = || Poll::Ready(0);
                let poll = par().map(|x| Poll::Ready(good(x)));
                match poll.try_reduce(zero, |a, b| sum(a, b).map(Ok)) {
                    Poll::Ready(result) => same(result),
                    Poll::Pending => panic!("nothing was pending"),
                }
                let poll = par().map(|x| Poll::Ready(Some(good(x))));
                let some = |poll: Poll<Option<u32>>| poll.map(Option::unwrap);
                let reduced = poll.try_reduce(
                    || zero().map(Some),
                    |a, b| sum(some(a), some(b)).map(Ok).map(Some),
                );
                match reduced {
                    Poll::Ready(Some(result)) => same(result),
                    poll => panic!("neither pending nor missing, but {poll:?}"),
                }

                let collected: Result<Vec<u32>, u32> = par().map(good).collect();
                match collected {
                    Err(x) => same(Err(x)),
                    Ok(items) => assert_eq!(Ok(items), seq().map(good).collect::<Result<_, u32>>()),
                }
                let collected: Option<Vec<u32>> = par().map(|x| good(x).ok()).collect();
                assert_eq!(collected, seq().map(|x| good(x).ok()).collect());
            }
        });
    });
}

/// Collects with and without known length, and extends what is there already.
fn collects<C, D>(par: &Pipeline, seq: &[u32])
where
    C: FromParallelIterator<u32> + FromIterator<u32> + Into<D>,
    D: PartialEq + Debug,
{
    let expected: D = seq.iter().copied().collect::<C>().into();
    assert_eq!(par.parallel().collect::<C>().into(), expected);
    assert_eq!(par.parallel().filter(|_| true).collect::<C>().into(), expected);
}

fn extends<C>(par: &Pipeline, seq: &[u32])
where
    C: ParallelExtend<u32> + FromIterator<u32> + Extend<u32> + PartialEq + Debug,
{
    let start = || (0..7).collect::<C>();
    let mut expected = start();
    expected.extend(seq.iter().copied());
    let mut extended = start();
    extended.par_extend(par.parallel());
    assert_eq!(extended, expected);
    let mut extended = start();
    extended.par_extend(par.parallel().filter(|_| true));
    assert_eq!(extended, expected);
}

#[test]
fn collections() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            collects::<Vec<_>, Vec<_>>(par, &seq);
            collects::<Box<[_]>, Vec<_>>(par, &seq);
            collects::<Arc<[_]>, Arc<[_]>>(par, &seq);
            collects::<Rc<[_]>, Rc<[_]>>(par, &seq);
            collects::<Cow<'_, [_]>, Vec<_>>(par, &seq);
            collects::<VecDeque<_>, Vec<_>>(par, &seq);
            collects::<LinkedList<_>, LinkedList<_>>(par, &seq);
            collects::<BTreeSet<_>, BTreeSet<_>>(par, &seq);
            collects::<HashSet<_>, HashSet<_>>(par, &seq);
            let heap: BinaryHeap<_> = par.parallel().collect();
            let mut sorted = seq.clone();
            sorted.sort_unstable();
            assert_eq!(heap.into_sorted_vec(), sorted);
            extends::<Vec<_>>(par, &seq);
            extends::<VecDeque<_>>(par, &seq);
            extends::<LinkedList<_>>(par, &seq);
            extends::<BTreeSet<_>>(par, &seq);
            extends::<HashSet<_>>(par, &seq);
            let mut heap = BinaryHeap::from([1, u32::MAX]);
            heap.par_extend(par.parallel());
            assert_eq!((heap.len(), heap.peek()), (seq.len() + 2, Some(&u32::MAX)));
        });
    });
}

/// The last of several values of a key wins; strings keep the order.
#[test]
fn maps_and_strings() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let pairs = || with_indices(par.parallel()).enumerate().map(|(at, x)| (x % 50, at));
            let seq_pairs = || seq.iter().enumerate().map(|(at, x)| (x % 50, at));
            assert_eq!(pairs().collect::<HashMap<_, _>>(), seq_pairs().collect());
            assert_eq!(pairs().filter(|_| true).collect::<BTreeMap<_, _>>(), seq_pairs().collect());
            let mut map = HashMap::from([(3, usize::MAX), (77, 1)]);
            let mut expected = map.clone();
            map.par_extend(pairs().filter(|_| true));
            expected.extend(seq_pairs());
            assert_eq!(map, expected);
            let mut map = BTreeMap::from([(3, usize::MAX), (77, 1)]);
            let mut expected = map.clone();
            map.par_extend(pairs());
            expected.extend(seq_pairs());
            assert_eq!(map, expected);

            let char = |x: u32| char::from_u32(x % 0xD800).unwrap();
            let text = |x: u32| x.to_string();
            let par = || par.parallel();
            let seq = || seq.iter().copied();
            assert_eq!(par().map(char).collect::<String>(), seq().map(char).collect::<String>());
            assert_eq!(par().map(text).collect::<String>(), seq().map(text).collect::<String>());
            let mut string = String::from("before ");
            string.par_extend(par().map(text).map(Cow::<str>::from));
            assert_eq!(string, format!("before {}", seq().map(text).collect::<String>()));
        });
    });
}

#[test]
fn two_collections() {
    watch!();
    check(|pipeline: Pipeline| {
        each(&pipeline, |par, seq| {
            let par = || par.parallel();
            let seq = || seq.iter().copied();
            let odd = |x: &u32| x % 2 == 1;
            let side = |x: u32| if odd(&x) { Either::Left(x) } else { Either::Right(u64::from(x)) };
            let (odds, evens): (Vec<u32>, Vec<u32>) = seq().partition(odd);
            let wide: Vec<u64> = evens.iter().copied().map(u64::from).collect();
            assert_eq!(par().partition::<Vec<_>, Vec<_>, _>(odd), (odds.clone(), evens));
            let sides = (odds, wide);
            assert_eq!(par().partition_map::<Vec<_>, Vec<_>, _, _, _>(side), sides);
            assert_eq!(par().map(side).collect::<(Vec<_>, Vec<_>)>(), sides);

            let twins = |x: u32| (x, u64::from(x) + 1);
            let expected: (Vec<u32>, Vec<u64>) = seq().map(twins).unzip();
            assert_eq!(par().map(twins).unzip::<_, _, Vec<_>, Vec<_>>(), expected);
            assert_eq!(par().map(twins).collect::<(Vec<_>, Vec<_>)>(), expected);
            let (left, set): (Vec<_>, HashSet<_>) = par().filter(odd).map(twins).unzip();
            assert_eq!((left, set), seq().filter(odd).map(twins).unzip());
            let (mut left, mut right) = (vec![1], Vec::new());
            with_indices(par()).map(twins).unzip_into_vecs(&mut left, &mut right);
            assert_eq!((left, right), expected);
            let nested = |x: u32| (x, (x + (x < 9) as u32, odd(&x)));
            let unzipped: (Vec<_>, (Vec<_>, Vec<_>)) = par().map(nested).unzip();
            assert_eq!(unzipped, seq().map(nested).unzip::<_, _, Vec<_>, (Vec<_>, Vec<_>)>());
        });
    });
}

#[test]
fn comparisons() {
    watch!();
    check(|(pipeline, change, at): (Pipeline, u8, usize)| {
        each(&pipeline, |par, seq| {
            // Equal, or shorter, or longer, or with another item.
            let mut other = seq.clone();
            match change % 4 {
                0 => {}
                1 => drop(other.pop()),
                2 => other.push(5),
                _ => other.iter_mut().skip(at % seq.len().max(1)).take(1).for_each(|x| *x ^= 1),
            }
            let par = || with_indices(par.parallel());
            assert_eq!(par().cmp(other.clone()), seq.cmp(&other));
            assert_eq!(par().partial_cmp(other.clone()), seq.partial_cmp(&other));
            assert_eq!(par().eq(other.clone()), seq == other);
            assert_eq!(par().ne(other.clone()), seq != other);
            assert_eq!(par().lt(other.clone()), seq < other);
            assert_eq!(par().le(other.clone()), seq <= other);
            assert_eq!(par().gt(other.clone()), seq > other);
            assert_eq!(par().ge(other.clone()), seq >= other);
            // One number that compares with nothing: what comes before it decides.
            let broken = |(place, x): (usize, u32)| match place == at % 20 {
                true => f64::NAN,
                false => x.into(),
            };
            let floats = |items: &[u32]| -> Vec<f64> {
                items.iter().copied().enumerate().map(broken).collect()
            };
            let (left, right) = (floats(&seq), floats(&other));
            let order = par().enumerate().map(broken).partial_cmp(right.clone());
            assert_eq!(order, left.partial_cmp(&right));
            let less = par().enumerate().map(broken).lt(right.clone());
            assert_eq!(less, left.partial_cmp(&right) == Some(Ordering::Less));
            assert_eq!(par().enumerate().map(broken).eq(right.clone()), left == right);
        });
    });
}
