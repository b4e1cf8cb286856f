//! Section 9: which order is kept, which of several candidates wins, and what has no order.

use super::api::iter::{walk_tree, walk_tree_postfix, walk_tree_prefix};
use super::api::prelude::*;
use super::api::{current_num_threads, iter::Either};
use super::kit::{channel, in_pools, pool};
use super::source::Pieces;
use std::cmp::Ordering::{Equal, Greater, Less};
use std::collections::{BTreeMap, HashMap, LinkedList};
use std::iter::{Product, Sum};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// ORD-1: what is collected stands in the order of the source.
#[test]
fn ord_1_source_order() {
    watch!();
    in_pools(|| {
        let numbers = || (0..1000_usize).into_par_iter().with_max_len(3);
        let expected: Vec<_> = (0..1000).collect();
        let mut target = Vec::new();
        numbers().collect_into_vec(&mut target);
        assert_eq!(target, expected);
        assert_eq!(numbers().collect::<Vec<_>>(), expected);
        assert!(numbers().collect::<LinkedList<_>>().into_iter().eq(0..1000));
        assert!(numbers().collect_vec_list().into_iter().flatten().eq(0..1000));
        target.par_extend(numbers().filter(|n| n % 3 == 0));
        assert!(target[1000..].iter().copied().eq((0..1000).step_by(3)));

        let thirds: Vec<_> = numbers().filter(|n| n % 3 == 0).collect();
        assert!(thirds.into_iter().eq((0..1000).step_by(3)));
        let many: Vec<_> = numbers().flat_map(|n| (0..n % 5).into_par_iter()).collect();
        assert!(many.into_iter().eq((0..1000).flat_map(|n| 0..n % 5)));
        let note = |mut list: Vec<_>, n| {
            list.push(n);
            list
        };
        let lists: Vec<_> = numbers().fold(Vec::new, note).collect();
        assert_eq!(lists.concat(), expected);
        let taken: Vec<_> = numbers().take_any(100).collect();
        assert!(taken.len() == 100 && taken.is_sorted());

        let (doubles, halves): (Vec<_>, Vec<_>) = numbers().map(|n| (2 * n, n / 2)).unzip();
        assert!(doubles.into_iter().eq((0..1000).map(|n| 2 * n)));
        assert!(halves.into_iter().eq((0..1000).map(|n| n / 2)));
        let (even, odd): (Vec<_>, Vec<_>) = numbers().partition(|n| n % 2 == 0);
        assert!(even.into_iter().eq((0..1000).step_by(2)));
        assert!(odd.into_iter().eq((1..1000).step_by(2)));
        let (even, odd): (Vec<_>, Vec<_>) = numbers().partition_map(|n| match n % 2 {
            0 => Either::Left(n),
            _ => Either::Right(n.to_string()),
        });
        assert!(even.into_iter().eq((0..1000).step_by(2)));
        assert!(odd.into_iter().eq((1..1000).step_by(2).map(|n: usize| n.to_string())));
        let text: String = numbers().map(|n| n.to_string()).collect();
        assert_eq!(text, (0..1000).map(|n: usize| n.to_string()).collect::<String>());
    });
}

/// Keeps what it is made of, in order; the sum and the product of such lists.
#[derive(Debug, PartialEq)]
struct Operands(Vec<usize>);

impl Sum<usize> for Operands {
    fn sum<I: Iterator<Item = usize>>(iter: I) -> Self {
        Operands(iter.collect())
    }
}

impl Sum for Operands {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Operands(iter.flat_map(|operands| operands.0).collect())
    }
}

impl Product<usize> for Operands {
    fn product<I: Iterator<Item = usize>>(iter: I) -> Self {
        iter.sum()
    }
}

impl Product for Operands {
    fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.sum()
    }
}

/// ORD-2: operands meet in order, in any grouping.
#[test]
fn ord_2_neighbours_in_order() {
    watch!();
    in_pools(|| {
        let numbers = || (0..200_usize).into_par_iter().with_max_len(3);
        let expected: Vec<_> = (0..200).collect();
        let bracketed = numbers().map(|n| format!("{n} "));
        let bracketed = bracketed.reduce(String::new, |a, b| match (a.as_str(), b.as_str()) {
            ("", _) => b,
            (_, "") => a,
            _ => format!("({a}{b})"),
        });
        let plain: String = bracketed.chars().filter(|c| !"()".contains(*c)).collect();
        assert!(plain.split_whitespace().map(|n| n.parse()).eq((0..200).map(Ok)));
        let joined = numbers().map(|n| vec![n]).reduce_with(|mut a, b| {
            a.extend(b);
            a
        });
        assert_eq!(joined.unwrap(), expected);
        assert_eq!(numbers().sum::<Operands>().0, expected);
        assert_eq!(numbers().product::<Operands>().0, expected);
        // The operands of a comparison stand in order too.
        let ordered = |a: &usize, b: &usize| {
            assert!(a < b);
            a.cmp(b)
        };
        assert_eq!(numbers().max_by(ordered), Some(199));
        assert_eq!(numbers().min_by(ordered), Some(0));
    });
}

/// ORD-3: accumulators cover the source in order, at least one of them, and at most one for each
/// piece. (How many exactly: DIF-3.)
#[test]
fn ord_3_fold() {
    watch!();
    in_pools(|| {
        let pieces = Pieces::default();
        let note = |mut list: Vec<_>, n| {
            list.push(n);
            list
        };
        for len in [1, 2, 100, 1000] {
            let lists: Vec<_> = pieces.numbers(len).fold(Vec::new, note).collect();
            assert!((1..=pieces.take(len).len()).contains(&lists.len()));
            assert_eq!(lists.concat(), (0..len).collect::<Vec<_>>());
            let lists: Vec<_> = pieces.leaves(len, 7).fold_with(Vec::new(), note).collect();
            assert!((1..=pieces.take(len).len()).contains(&lists.len()));
            assert_eq!(lists.concat(), (0..len).collect::<Vec<_>>());
        }
        let empty = || (0..0).into_par_iter();
        assert_eq!(empty().fold(|| 7, |sum, n| sum + n).collect::<Vec<_>>(), [7]);
        assert_eq!(empty().fold_with(7, |sum, n| sum + n).collect::<Vec<_>>(), [7]);
        let tried: Vec<Option<i32>> = empty().try_fold(|| 7, i32::checked_add).collect();
        assert_eq!(tried, [Some(7)]);
    });
}

/// ORD-3: chunks of exactly so many items are another matter.
#[test]
fn ord_3_fold_chunks() {
    watch!();
    in_pools(|| {
        for len in [0_usize, 1, 10, 99, 100] {
            for n in [1, 7, 10, 100, 1000] {
                let numbers = || (0..len).into_par_iter();
                let expected: Vec<usize> = (0..len)
                    .collect::<Vec<_>>()
                    .chunks(n)
                    .map(|chunk| chunk.iter().sum())
                    .collect();
                assert_eq!(expected.len(), len.div_ceil(n));
                let sums: Vec<_> = numbers().fold_chunks(n, || 0, |sum, n| sum + n).collect();
                assert_eq!(sums, expected);
                let sums: Vec<_> = numbers().fold_chunks_with(n, 0, |sum, n| sum + n).collect();
                assert_eq!(sums, expected);
            }
        }
    });
}

/// ORD-4: the first and the last match, and any match of the searches that take any.
#[test]
fn ord_4_searches() {
    watch!();
    in_pools(|| {
        let numbers = || (0..1000_usize).into_par_iter().with_max_len(3);
        for (from, to) in [(0, 1000), (10, 20), (999, 1000), (500, 900), (7, 7)] {
            let matches = |n: &usize| (from..to).contains(n);
            let some = |n: usize| matches(&n).then_some(n);
            let (first, last) = ((from < to).then_some(from), (from < to).then(|| to - 1));
            assert_eq!(numbers().find_first(matches), first);
            assert_eq!(numbers().find_last(matches), last);
            assert_eq!(numbers().find_map_first(some), first);
            assert_eq!(numbers().find_map_last(some), last);
            assert_eq!(numbers().position_first(|n| matches(&n)), first);
            assert_eq!(numbers().position_last(|n| matches(&n)), last);
            let any = [
                numbers().find_any(matches),
                numbers().find_map_any(some),
                numbers().position_any(|n| matches(&n)),
            ];
            for any in any {
                assert_eq!(any.is_some(), from < to);
                assert!(any.is_none_or(|n| matches(&n)));
            }
            // Without indices.
            assert_eq!(numbers().filter(matches).find_first(|_| true), first);
            assert_eq!(numbers().filter(matches).find_last(|_| true), last);
        }
    });
}

/// ORD-4: also if the match at the other end is found before the first, or the last, is looked at.
#[test]
fn ord_4_whatever_runs_when() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let search = |waits: usize, finds: usize| {
            let (sender, receiver) = channel();
            move |n: &usize| {
                if *n == waits {
                    receiver.recv().unwrap();
                } else if *n == finds {
                    sender.send(()).unwrap();
                }
                [waits, finds].contains(n)
            }
        };
        let numbers = || (0..100).into_par_iter().with_max_len(1);
        let found = pool.install(|| numbers().find_first(search(0, 99)));
        assert_eq!(found, Some(0));
        let found = pool.install(|| numbers().rev().find_last(search(0, 99)));
        assert_eq!(found, Some(0));
    }
}

/// ORD-5: every item once, in whatever order.
#[test]
fn ord_5_for_each() {
    watch!();
    in_pools(|| {
        let calls: Vec<_> = (0..1000).map(|_| AtomicUsize::new(0)).collect();
        (0..1000).into_par_iter().for_each(|n: usize| {
            calls[n].fetch_add(1, Ordering::Relaxed);
        });
        assert!(calls.into_iter().all(|calls| calls.into_inner() == 1));
    });
}

/// ORD-6: of equals, the earlier is the minimum and the later the maximum.
#[test]
fn ord_6_ties() {
    watch!();
    in_pools(|| {
        #[derive(Clone, Copy, Debug)]
        struct Tied(u32, usize);
        impl PartialEq for Tied {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        impl Eq for Tied {}
        impl PartialOrd for Tied {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for Tied {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.0.cmp(&other.0)
            }
        }
        for copies in [1, 2, 50] {
            // The values 1, 3, 0 and 2, each so often, at the places 0 to 4 * copies.
            let items: Vec<_> = (0..4 * copies).map(|n| Tied([1, 3, 0, 2][n % 4], n)).collect();
            let items = || items.par_iter().copied().with_max_len(1);
            let (min, max) = (2, 4 * (copies - 1) + 1);
            assert_eq!(items().min().unwrap().1, min);
            assert_eq!(items().max().unwrap().1, max);
            assert_eq!(items().min_by(Ord::cmp).unwrap().1, min);
            assert_eq!(items().max_by(Ord::cmp).unwrap().1, max);
            assert_eq!(items().min_by_key(|item| item.0).unwrap().1, min);
            assert_eq!(items().max_by_key(|item| item.0).unwrap().1, max);
        }
    });
}

/// ORD-7: of several values for one key, the last of the source stays.
#[test]
fn ord_7_last_value_stays() {
    watch!();
    in_pools(|| {
        let pairs = || (0..1000).into_par_iter().with_max_len(3).map(|n| (n % 7, n));
        let expected: BTreeMap<i32, i32> = (0..1000).map(|n| (n % 7, n)).collect();
        assert_eq!(pairs().collect::<BTreeMap<_, _>>(), expected);
        assert_eq!(pairs().filter(|_| true).collect::<BTreeMap<_, _>>(), expected);
        let map: HashMap<_, _> = pairs().filter(|_| true).collect();
        assert_eq!(map.into_iter().collect::<BTreeMap<_, _>>(), expected);
        let mut map: HashMap<_, _> = [(3, -1), (8, -2)].into();
        map.par_extend(pairs());
        assert_eq!((map[&3], map[&8], map.len()), (expected[&3], -2, 8));
    });
}

/// ORD-8: the left one first, then in turn; then the rest of the longer, or nothing more once the
/// next in turn has nothing.
#[test]
fn ord_8_interleave() {
    watch!();
    in_pools(|| {
        let shorter: Vec<_> =
            ["a1", "a2", "a3", "a4"].into_par_iter().interleave_shortest(["b1", "b2"]).collect();
        assert_eq!(shorter, ["a1", "b1", "a2", "b2", "a3"]);
        for left in 0..6 {
            for right in 0..6 {
                let mut sides = [(0..left), (10..10 + right)];
                let mut expected = Vec::new();
                let mut shortest = None;
                for turn in 0.. {
                    match sides[turn % 2].next() {
                        Some(n) => expected.push(n),
                        None => {
                            shortest.get_or_insert(expected.len());
                        }
                    }
                    if sides.iter().all(|side| side.is_empty()) {
                        break;
                    }
                }
                let shortest = shortest.unwrap_or(expected.len());
                let [a, b] = [0..left, 10..10 + right];
                let both = a.clone().into_par_iter().with_max_len(1).interleave(b.clone());
                assert_eq!(both.clone().rev().rev().collect::<Vec<_>>(), expected);
                assert_eq!(both.collect::<Vec<_>>(), expected);
                let both = a.into_par_iter().with_max_len(1).interleave_shortest(b);
                assert_eq!(both.len(), shortest);
                assert_eq!(both.collect::<Vec<_>>(), expected[..shortest]);
            }
        }
    });
}

/// ORD-9: the parent before its children, or after them, and the children from left to right.
#[test]
fn ord_9_trees() {
    watch!();
    in_pools(|| {
        // A node is the path from the root.
        let children = |node: &Vec<usize>| {
            let number =
                if node.len() < 5 { (node.iter().sum::<usize>() + node.len()) % 4 } else { 0 };
            let node = node.clone();
            (0..number).map(move |child| [node.as_slice(), &[child]].concat())
        };
        fn visit<I: IntoIterator<Item = Vec<usize>>>(
            node: Vec<usize>,
            children: &impl Fn(&Vec<usize>) -> I,
            lists: &mut [Vec<Vec<usize>>; 2],
        ) {
            lists[0].push(node.clone());
            for child in children(&node) {
                visit(child, children, lists);
            }
            lists[1].push(node);
        }
        for root in 0..4 {
            let root = vec![root];
            let mut lists = [Vec::new(), Vec::new()];
            visit(root.clone(), &children, &mut lists);
            let [prefix, postfix] = lists;
            let walked: Vec<_> = walk_tree_prefix(root.clone(), children).collect();
            assert_eq!(walked, prefix);
            let walked: Vec<_> = walk_tree_postfix(root.clone(), children).collect();
            assert_eq!(walked, postfix);
            let mut walked: Vec<_> = walk_tree(root, children).collect();
            walked.sort();
            // A path comes before its extensions in the order of lists as well.
            assert_eq!(walked, prefix);
        }
    });
}

/// ORD-10: every item of a sequential iterator, in any order.
#[test]
fn ord_10_par_bridge() {
    watch!();
    in_pools(|| {
        let mut items: Vec<_> = (0..1000).par_bridge().collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(0..1000));
    });
}

/// ORD-11: exactly so many items taken or skipped, whichever, and what is left in order.
#[test]
fn ord_11_any() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100).into_par_iter().with_max_len(3);
        for n in [0, 1, 50, 99, 100, 101, usize::MAX] {
            let taken: Vec<_> = numbers().take_any(n).collect();
            assert_eq!(taken.len(), n.min(100));
            let left: Vec<_> = numbers().skip_any(n).collect();
            assert_eq!(left.len(), 100_usize.saturating_sub(n));
            for items in [taken, left] {
                assert!(items.is_sorted_by(|a, b| a < b));
            }
        }
    });
}

/// ORD-11: the `while` forms end, or begin, for all threads at the first item that any of them
/// refuses: so nothing refused is among the one, and everything refused among the other.
#[test]
fn ord_11_any_while() {
    watch!();
    in_pools(|| {
        let numbers = || (0..1000).into_par_iter().with_max_len(3);
        let small = |n: &i32| *n < 500;
        let taken: Vec<_> = numbers().take_any_while(small).collect();
        assert!(taken.iter().all(small) && taken.is_sorted_by(|a, b| a < b));
        assert_eq!(numbers().take_any_while(|_| true).count(), 1000);
        assert_eq!(numbers().take_any_while(|_| false).count(), 0);
        let left: Vec<_> = numbers().skip_any_while(small).collect();
        assert!(left.ends_with(&(500..1000).collect::<Vec<_>>()));
        assert!(left.is_sorted_by(|a, b| a < b));
        assert_eq!(numbers().skip_any_while(|_| true).count(), 0);
        assert_eq!(numbers().skip_any_while(|_| false).count(), 1000);
    });
}

/// ORD-12: what `while_some` keeps comes from the source; the indices are those of the source.
#[test]
fn ord_12_while_some_and_indices() {
    watch!();
    in_pools(|| {
        let numbers = || (0..1000_usize).into_par_iter().with_max_len(3);
        let kept: Vec<_> = numbers().map(|n| (n != 500).then_some(n)).while_some().collect();
        assert!(kept.len() < 1000 && kept.is_sorted_by(|a, b| a < b) && !kept.contains(&500));
        assert_eq!(numbers().map(Some).while_some().count(), 1000);
        assert_eq!(numbers().map(|_| None::<()>).while_some().count(), 0);
        let positions: Vec<_> = numbers().map(|n| n * n).positions(|n| n % 2 == 1).collect();
        assert!(positions.into_iter().eq((1..1000).step_by(2)));
        assert!(numbers().map(|n| 2 * n).enumerate().all(|(at, n)| n == 2 * at));
        let shifted: Vec<_> = numbers().skip(900).enumerate().filter(|(at, _)| *at > 97).collect();
        assert_eq!(shifted, [(98, 998), (99, 999)]);
    });
}

/// ORD-13: comparison is lexicographic, then by length.
#[test]
fn ord_13_comparisons() {
    watch!();
    in_pools(|| {
        let lists: [&[f32]; 7] =
            [&[], &[1.0], &[1.0, 2.0], &[1.0, 3.0], &[2.0], &[f32::NAN], &[1.0, f32::NAN, 0.0]];
        for a in lists {
            for b in lists {
                let (x, y) = (a.par_iter().with_max_len(1), b.par_iter());
                assert_eq!(x.clone().partial_cmp(y.clone()), a.iter().partial_cmp(b));
                assert_eq!(x.clone().eq(y.clone()), a == b);
                assert_eq!(x.clone().ne(y.clone()), a != b);
                assert_eq!(x.clone().lt(y.clone()), a < b);
                assert_eq!(x.clone().le(y.clone()), a <= b);
                assert_eq!(x.clone().gt(y.clone()), a > b);
                assert_eq!(x.ge(y), a >= b);
            }
        }
        let cmp = |a: &[i32], b: &[i32]| a.par_iter().cmp(b.par_iter());
        assert_eq!(cmp(&[1, 2, 3], &[1, 2, 4]), Less);
        assert_eq!(cmp(&[1, 2, 3], &[1, 2]), Greater);
        assert_eq!(cmp(&[], &[]), Equal);
        // The first difference decides, in pieces too.
        let (mut a, b) = (vec![0; 1000], vec![0; 1000]);
        (a[300], a[700]) = (1, -1);
        assert_eq!(cmp(&a, &b), Greater);
        assert_eq!(cmp(&b, &a), Less);
    });
}

/// ORD-14: a block begins when the one before has ended; the sizes; no block after the consumer
/// is full. (That the indices are lost: DRV-8.)
#[test]
fn ord_14_blocks() {
    watch!();
    in_pools(|| {
        let len = 1000_usize;
        let numbers = || (0..len).into_par_iter();
        // Where the block of an item begins and ends.
        let uniform = |n: usize| (n / 30 * 30, Ord::min(n / 30 * 30 + 30, len));
        let threads = current_num_threads();
        let exponential = move |n: usize| {
            let (mut start, mut size) = (0, threads);
            while start + size <= n {
                (start, size) = (start + size, 2 * size);
            }
            (start, Ord::min(start + size, len))
        };
        let done = AtomicUsize::new(0);
        let check = |n, block: &dyn Fn(usize) -> (usize, usize)| {
            let (start, end) = block(n);
            assert!((start..end).contains(&done.load(Ordering::SeqCst)), "{n}");
            done.fetch_add(1, Ordering::SeqCst);
        };
        numbers().by_uniform_blocks(30).for_each(|n| check(n, &uniform));
        assert_eq!(done.swap(0, Ordering::SeqCst), len);
        numbers().by_exponential_blocks().for_each(|n| check(n, &exponential));
        assert_eq!(done.swap(0, Ordering::SeqCst), len);

        let seen = Mutex::new(Vec::new());
        let search = |n: &usize| {
            seen.lock().unwrap().push(*n);
            *n == 45
        };
        assert_eq!(numbers().by_uniform_blocks(30).find_any(search), Some(45));
        assert!(seen.lock().unwrap().drain(..).all(|n| n < 60));
        assert_eq!(numbers().by_exponential_blocks().find_any(search), Some(45));
        assert!(seen.lock().unwrap().drain(..).all(|n| n < exponential(45).1));
        assert!(numbers().by_uniform_blocks(7).collect::<Vec<_>>().into_iter().eq(0..len));
    });
}
