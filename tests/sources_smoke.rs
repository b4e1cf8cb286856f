//! Every source against its sequential counterpart in std, in pools of several sizes and cut into
//! pieces as small as they get.
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use moirai::iter;
use moirai::prelude::*;

/// Runs `test` in pools of one and of several threads; more threads make more pieces.
fn in_pools(test: impl Fn() + Send + Sync) {
    for threads in [1, 3, 16] {
        let pool = moirai::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(&test);
    }
}

/// Counts how many of them are alive.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Relaxed);
        Counted(alive.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert_ne!(self.0.fetch_sub(1, Relaxed), 0, "dropped twice");
    }
}

fn counted(n: usize) -> (Arc<AtomicUsize>, Vec<Counted>) {
    let alive = Arc::new(AtomicUsize::new(0));
    let items = (0..n).map(|_| Counted::new(&alive)).collect();
    (alive, items)
}

#[test]
fn ranges() {
    macro_rules! check {
        ($($int:ty)+) => {$(
            for (start, end) in [(0, 0), (3, 120), (120, 3), (100, <$int>::MAX)] {
                let take = 100;
                if end != <$int>::MAX || <$int>::MAX as u128 <= 0xFFFF {
                    let seq: Vec<$int> = (start..end).collect();
                    assert_eq!((start..end).into_par_iter().collect::<Vec<_>>(), seq);
                    assert_eq!((start..end).into_par_iter().opt_len(), Some(seq.len()));
                    let seq: Vec<$int> = (start..=end).collect();
                    assert_eq!((start..=end).into_par_iter().collect::<Vec<_>>(), seq);
                    assert_eq!((start..=end).into_par_iter().opt_len(), Some(seq.len()));
                } else {
                    let start = end - take;
                    let seq: Vec<$int> = (start..=end).collect();
                    assert_eq!((start..=end).into_par_iter().collect::<Vec<_>>(), seq);
                }
            }
        )+};
    }
    in_pools(|| {
        check! { u8 u16 u32 u64 u128 usize i16 i32 i64 i128 isize }
        let all: Vec<i8> = (i8::MIN..=i8::MAX).into_par_iter().collect();
        assert_eq!(all, (i8::MIN..=i8::MAX).collect::<Vec<_>>());
        let chars = '\u{D7F0}'..='\u{E010}';
        assert_eq!(
            chars.clone().into_par_iter().rev().collect::<Vec<_>>(),
            chars.rev().collect::<Vec<_>>()
        );
        assert_eq!(('\u{10FFF0}'..=char::MAX).into_par_iter().count(), 16);
        assert_eq!(('\0'..char::MAX).into_par_iter().len(), 0x10F7FF);
    });
    assert_eq!((0..=u32::MAX).into_par_iter().opt_len(), Some(1 << 32));
    assert_eq!((0..=usize::MAX).into_par_iter().opt_len(), None);
    assert_eq!((0..u128::MAX).into_par_iter().opt_len(), None);
    assert_eq!((i64::MIN..i64::MAX).into_par_iter().opt_len(), Some(usize::MAX));
    assert_eq!((0..=u128::MAX).into_par_iter().find_first(|&n| n > 40), Some(41));
    let spent = {
        let mut range = 0..=3_u8;
        range.by_ref().for_each(drop);
        range
    };
    assert_eq!(spent.into_par_iter().len(), 0);
}

#[test]
fn slices() {
    in_pools(|| {
        for len in [0, 1, 2, 7, 64, 100] {
            let v: Vec<u32> = (0..len).map(|n| n * 7 % 5).collect();
            assert_eq!(v.par_iter().collect::<Vec<_>>(), v.iter().collect::<Vec<_>>());
            for n in [1, 2, 3, 7, 99, 100, 101, usize::MAX] {
                macro_rules! same {
                    ($par:ident $seq:ident) => {
                        assert_eq!(
                            v.$par(n).with_max_len(1).collect::<Vec<_>>(),
                            v.$seq(n).collect::<Vec<_>>()
                        );
                        assert_eq!(v.$par(n).collect::<Vec<_>>(), v.$seq(n).collect::<Vec<_>>());
                        assert_eq!(
                            v.$par(n).rev().enumerate().collect::<Vec<_>>(),
                            v.$seq(n).rev().enumerate().collect::<Vec<_>>()
                        );
                    };
                }
                macro_rules! same_mut {
                    ($par:ident $seq:ident) => {
                        let (mut a, mut b) = (v.clone(), v.clone());
                        assert_eq!(a.$par(n).collect::<Vec<_>>(), b.$seq(n).collect::<Vec<_>>());
                    };
                }
                same!(par_chunks chunks);
                same!(par_rchunks rchunks);
                same!(par_chunks_exact chunks_exact);
                same!(par_rchunks_exact rchunks_exact);
                same!(par_windows windows);
                same_mut!(par_chunks_mut chunks_mut);
                same_mut!(par_rchunks_mut rchunks_mut);
                same_mut!(par_chunks_exact_mut chunks_exact_mut);
                same_mut!(par_rchunks_exact_mut rchunks_exact_mut);
            }
            assert_eq!(
                v.par_array_windows::<3>().map(|w| w.to_vec()).collect::<Vec<_>>(),
                v.windows(3).map(|w| w.to_vec()).collect::<Vec<_>>()
            );
        }
        let nothings = [(); 1000];
        assert_eq!(nothings.par_chunks(3).len(), 334);
        assert_eq!(nothings.par_windows(3).len(), 998);
    });
}

#[test]
fn slices_in_pieces() {
    in_pools(|| {
        for bits in 0..1 << 8_u32 {
            for len in 0..=8 {
                let v: Vec<bool> = (0..len).map(|at| bits >> at & 1 == 1).collect();
                let (mut a, mut b) = (v.clone(), v.clone());
                assert_eq!(
                    v.par_split(|&x| x).collect::<Vec<_>>(),
                    v.split(|&x| x).collect::<Vec<_>>()
                );
                assert_eq!(
                    v.par_split_inclusive(|&x| x).collect::<Vec<_>>(),
                    v.split_inclusive(|&x| x).collect::<Vec<_>>()
                );
                assert_eq!(
                    v.par_chunk_by(|x, y| x == y).collect::<Vec<_>>(),
                    v.chunk_by(|x, y| x == y).collect::<Vec<_>>()
                );
                assert_eq!(
                    a.par_split_mut(|&x| x).collect::<Vec<_>>(),
                    b.split_mut(|&x| x).collect::<Vec<_>>()
                );
                assert_eq!(
                    a.par_split_inclusive_mut(|&x| x).collect::<Vec<_>>(),
                    b.split_inclusive_mut(|&x| x).collect::<Vec<_>>()
                );
                assert_eq!(
                    a.par_chunk_by_mut(|x, y| x == y).collect::<Vec<_>>(),
                    b.chunk_by_mut(|x, y| x == y).collect::<Vec<_>>()
                );
            }
        }
    });
}

/// The message that `f` panics with.
fn message<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).err().expect("a panic");
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    text.unwrap_or_else(|| payload.downcast_ref::<String>().unwrap().clone())
}

#[test]
fn messages() {
    let mut v = [1, 2];
    let zero = "chunk_size must not be zero";
    assert_eq!(message(|| v.par_chunks(0)), zero);
    assert_eq!(message(|| v.par_rchunks_exact(0)), zero);
    assert_eq!(message(|| v.par_chunks_exact_mut(0).len()), zero);
    let windows = v.par_windows(0);
    assert_eq!(message(|| windows.len()), "assertion failed: self.window_size >= 1");
    let mut v = v.to_vec();
    assert_eq!(message(|| v.par_drain(3..).len()), "range start Included(3) should be <= length 2");
    assert_eq!(message(|| v.par_drain(..=2).len()), "range end Included(2) should be <= length 2");
    let (start, end) = (2, 1);
    assert_eq!(
        message(|| v.par_drain(start..end).len()),
        "range start Included(2) should be <= range end Excluded(1)"
    );
}

#[test]
fn strings() {
    let texts = [
        "",
        ",",
        ",,",
        "a",
        "ä",
        "a,b",
        "a,b,",
        ",ä,",
        "one,two,,three,",
        "ßßß,😀,,x\r\ny\n\rz\r",
        "  spin \u{2003} measure\n\tcut ",
        "\n\n",
        "\r\n",
        "a\r\n\r\n",
        "no separator at all",
    ];
    in_pools(|| {
        for text in texts {
            macro_rules! same {
                ($par:ident($($arg:expr)?) $seq:ident) => {
                    assert_eq!(
                        text.$par($($arg)?).collect::<Vec<_>>(),
                        text.$seq($($arg)?).collect::<Vec<_>>()
                    );
                };
            }
            same!(par_chars() chars);
            same!(par_char_indices() char_indices);
            same!(par_bytes() bytes);
            same!(par_encode_utf16() encode_utf16);
            same!(par_split_whitespace() split_whitespace);
            same!(par_split_ascii_whitespace() split_ascii_whitespace);
            macro_rules! patterns {
                ($($pattern:expr),+) => {$(
                    same!(par_split($pattern) split);
                    same!(par_split_inclusive($pattern) split_inclusive);
                    same!(par_split_terminator($pattern) split_terminator);
                    same!(par_matches($pattern) matches);
                    same!(par_match_indices($pattern) match_indices);
                )+};
            }
            patterns!(',', 'ß', [',', '\n'], &[',', '😀'], &[',', 'ä'][..], |c| c == ',');
            if !text.ends_with('\r') {
                same!(par_lines() lines);
            }
        }
        assert_eq!("b\nc\r".par_lines().collect::<Vec<_>>(), ["b", "c"]);
    });
}

#[test]
fn string_drains() {
    let mut text = String::from("große Nase");
    assert_eq!(text.par_drain(1..6).collect::<String>(), "roße");
    assert_eq!(text, "g Nase");
    drop(text.par_drain(..2));
    assert_eq!(text, "Nase");
    let mut text = String::from("ß");
    assert!(catch_unwind(AssertUnwindSafe(|| text.par_drain(1..).count())).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| text.par_drain(..3).count())).is_err());
    assert_eq!(text, "ß");
}

#[test]
fn vectors_by_value() {
    in_pools(|| {
        let consume: [fn(Vec<Counted>); 5] = [
            drop,
            |v| drop(v.into_par_iter()),
            |v| drop(v.into_par_iter().take(10).collect::<Vec<_>>()),
            |v| drop(v.into_par_iter().enumerate().find_any(|(at, _)| *at == 500)),
            |v| {
                let boom = v.into_par_iter().enumerate().map(|(at, item)| {
                    assert_ne!(at, 333);
                    item
                });
                assert!(catch_unwind(AssertUnwindSafe(|| boom.collect::<Vec<_>>())).is_err());
            },
        ];
        for consume in consume {
            let (alive, items) = counted(1000);
            consume(items);
            assert_eq!(alive.load(Relaxed), 0);
        }
        let (alive, items) = counted(3);
        let array: [Counted; 3] = items.try_into().unwrap();
        assert!(array.into_par_iter().find_first(|_| true).is_some());
        assert_eq!(alive.load(Relaxed), 0);
    });
}

#[test]
fn drains() {
    in_pools(|| {
        let (alive, mut items) = counted(1000);
        let capacity = items.capacity();
        drop(items.par_drain(..100));
        assert_eq!((items.len(), alive.load(Relaxed)), (900, 900));
        assert_eq!(items.par_drain(100..200).count(), 100);
        let boom = || items.par_drain(..100).for_each(|_| panic!());
        assert!(catch_unwind(AssertUnwindSafe(boom)).is_err());
        assert_eq!((items.len(), alive.load(Relaxed)), (700, 700));
        std::mem::forget(items.par_drain(..));
        assert_eq!((items.len(), items.capacity()), (700, capacity));
        assert_eq!(items.par_drain(690..).count(), 10);

        let mut deque = VecDeque::from(items);
        deque.rotate_left(100);
        drop(deque.par_drain(..90));
        assert_eq!(deque.par_drain(100..200).count(), 100);
        let boom = || deque.par_drain(100..200).for_each(|_| panic!());
        assert!(catch_unwind(AssertUnwindSafe(boom)).is_err());
        assert_eq!((deque.len(), alive.load(Relaxed)), (400, 400));
        drop(deque);
        assert_eq!(alive.load(Relaxed), 0);

        let mut deque: VecDeque<u32> = (0..100).collect();
        deque.rotate_left(30);
        assert!(deque.par_drain(10..20).eq(40..50));
        assert!(deque.into_par_iter().eq((30..40).chain(50..100).chain(0..30).collect::<Vec<_>>()));

        let mut heap: BinaryHeap<u32> = (0..100).collect();
        let capacity = heap.capacity();
        assert_eq!(heap.par_drain().sum::<u32>(), 4950);
        assert_eq!((heap.len(), heap.capacity()), (0, capacity));
        heap.push(1);
        drop(heap.par_drain());
        assert!(heap.is_empty());
    });
}

#[test]
fn collections() {
    in_pools(|| {
        let numbers: Vec<u32> = (0..1000).map(|n| n * 7 % 501).collect();
        let odd = |n: &u32| n % 2 == 1;
        macro_rules! same {
            ($($collection:ty),+) => {$(
                // Of known length and of unknown length.
                let mut one: $collection = numbers.clone().into_par_iter().collect();
                let mut two: $collection = numbers.iter().copied().collect();
                assert_eq!(one, two);
                assert_eq!(one.par_iter().sum::<u32>(), two.iter().sum());
                one.par_extend(numbers.par_iter().filter(|n| odd(n)));
                two.extend(numbers.iter().filter(|n| odd(n)));
                assert_eq!(one, two);
                assert_eq!(one.into_par_iter().sum::<u32>(), two.into_iter().sum());
            )+};
        }
        same!(Vec<u32>, VecDeque<u32>, LinkedList<u32>, HashSet<u32>, BTreeSet<u32>);

        let pairs = || numbers.par_iter().enumerate().map(|(at, &n)| (n, at));
        let last: HashMap<u32, usize> = pairs().collect();
        assert_eq!(last, pairs().filter(|_| true).collect::<Vec<_>>().into_iter().collect());
        let mut tree: BTreeMap<u32, usize> = pairs().filter(|_| true).collect();
        assert!(tree.par_iter().eq_unindexed(&tree));
        tree.par_iter_mut().for_each(|(_, at)| *at += 1);
        assert!(last.par_iter().all(|(n, at)| tree[n] == at + 1));
        let mut last = last;
        assert_eq!(last.par_drain().count(), tree.len());
        assert!(last.is_empty());

        let heap: BinaryHeap<u32> = numbers.par_iter().copied().collect();
        assert_eq!(heap.par_iter().max(), heap.peek());
        assert_eq!(heap.into_sorted_vec().len(), 1000);
    });
}

/// Comparison in order for an iterator without indices.
trait EqUnindexed: ParallelIterator {
    fn eq_unindexed<I: IntoIterator<Item = Self::Item>>(self, other: I) -> bool
    where
        Self::Item: PartialEq,
    {
        self.collect::<Vec<_>>().into_iter().eq(other)
    }
}
impl<I: ParallelIterator> EqUnindexed for I {}

#[test]
fn options_and_results() {
    in_pools(|| {
        let (mut some, none) = (Some(3), None::<i32>);
        some.par_iter_mut().for_each(|n| *n += 1);
        assert_eq!(some.par_iter().chain(&none).collect::<Vec<_>>(), [&4]);
        assert_eq!(Err::<i32, _>("no").into_par_iter().len(), 0);

        let all: Option<Vec<u32>> = (0..100).into_par_iter().map(Some).collect();
        assert_eq!(all.unwrap().len(), 100);
        let one_missing: Option<Vec<u32>> =
            (0..100_u32).into_par_iter().map(|n| (n != 50).then_some(n)).collect();
        assert_eq!(one_missing, None);
        let failed: Result<Vec<u32>, u32> =
            (0..100_u32).into_par_iter().map(|n| if n == 50 { Err(n) } else { Ok(n) }).collect();
        assert_eq!(failed, Err(50));
        let (alive, items) = counted(1000);
        let failed: Result<Vec<Counted>, ()> = items
            .into_par_iter()
            .enumerate()
            .map(|(at, item)| if at % 400 == 399 { Err(()) } else { Ok(item) })
            .collect();
        assert!(failed.is_err());
        assert_eq!(alive.load(Relaxed), 0);
        let done: Result<(), ()> = (0..9).into_par_iter().map(|_| Ok(())).collect();
        assert_eq!(done, Ok(()));
    });
}

#[test]
fn collected_strings() {
    in_pools(|| {
        let words = ["Klotho", "Láchesis", "", "Átropos"];
        let all = words.concat();
        assert_eq!(all.par_chars().collect::<String>(), all);
        assert_eq!(
            all.chars().collect::<Vec<_>>().par_iter().collect::<Box<str>>(),
            all.clone().into()
        );
        assert_eq!(words.into_par_iter().collect::<String>(), all);
        assert_eq!(words.par_iter().map(|w| w.to_string()).collect::<String>(), all);
        assert_eq!(
            words.into_par_iter().filter(|_| true).map(std::borrow::Cow::from).collect::<String>(),
            all
        );
        assert_eq!(
            words.into_par_iter().map(std::ffi::OsString::from).collect::<std::ffi::OsString>(),
            *all
        );
        let shared: Arc<[u32]> = (0..10).into_par_iter().collect();
        assert_eq!(shared.len(), 10);
    });
}

#[test]
fn single_sources() {
    in_pools(|| {
        assert_eq!(iter::repeat_n(7, 1000).sum::<u32>(), 7000);
        assert_eq!(iter::repeat(7).take(3).chain(iter::once(1)).collect::<Vec<_>>(), [7, 7, 7, 1]);
        assert_eq!(iter::empty::<u8>().count(), 0);
        assert_eq!(format!("{:?}", iter::repeat_n(3, 0)), "RepeatN { count: 0, .. }");
        assert_eq!(format!("{:?}", iter::repeat_n(3, 2)), "RepeatN { count: 2, element: 3 }");
        for n in [0, 1, 2, 100] {
            let (alive, mut one) = counted(1);
            struct Cloned(Counted, Arc<AtomicUsize>);
            impl Clone for Cloned {
                fn clone(&self) -> Self {
                    self.1.fetch_add(1, Relaxed);
                    Cloned(Counted::new(&self.0.0), self.1.clone())
                }
            }
            let clones = Arc::new(AtomicUsize::new(0));
            let item = Cloned(one.pop().unwrap(), clones.clone());
            assert_eq!(iter::repeat_n(item, n).collect::<Vec<_>>().len(), n);
            assert_eq!((alive.load(Relaxed), clones.load(Relaxed)), (0, n.saturating_sub(1)));
        }
        let (a, mut b, c) = ([1, 2, 3], vec![10, 20, 30, 40], VecDeque::from([5, 6, 7]));
        (&a, &mut b, &c).into_par_iter().for_each(|(a, b, c)| *b += a * c);
        assert_eq!(b, [15, 32, 51, 40]);
        assert_eq!((0..5_u32, 1..9_u32).into_par_iter().len(), 5);
    });
}

fn children(&(depth, n): &(u32, u32)) -> Vec<(u32, u32)> {
    (0..if depth < 6 { n % 4 } else { 0 }).map(|k| (depth + 1, n * 3 + k + 1)).collect()
}

fn visit(node: (u32, u32), parent_first: bool, seen: &mut Vec<(u32, u32)>) {
    if parent_first {
        seen.push(node);
    }
    for child in children(&node) {
        visit(child, parent_first, seen);
    }
    if !parent_first {
        seen.push(node);
    }
}

#[test]
fn trees() {
    in_pools(|| {
        for root in 0..40 {
            let (mut prefix, mut postfix) = (Vec::new(), Vec::new());
            visit((0, root), true, &mut prefix);
            visit((0, root), false, &mut postfix);
            let root = (0, root);
            assert_eq!(iter::walk_tree_prefix(root, children).collect::<Vec<_>>(), prefix);
            assert_eq!(iter::walk_tree_postfix(root, children).collect::<Vec<_>>(), postfix);
            assert_eq!(iter::walk_tree(root, children).count(), prefix.len());
            for &wanted in &prefix {
                let found =
                    iter::walk_tree_prefix(root, children).find_first(|&node| node == wanted);
                assert_eq!(found, Some(wanted));
            }
        }
        // A chain, deep enough to overflow the stack of a recursive walk.
        let next = |&n: &u32| (n < 300_000).then_some(n + 1);
        assert!(iter::walk_tree_prefix(0, next).collect::<Vec<_>>().into_iter().eq(0..=300_000));
        let upwards = iter::walk_tree_postfix(0, next).collect::<Vec<_>>();
        assert!(upwards.into_iter().eq((0..=300_000).rev()));
    });
}

#[test]
fn bridges() {
    in_pools(|| {
        let mut all: Vec<u32> = (0..1000).par_bridge().filter(|n| n % 3 == 0).collect();
        all.sort();
        assert!(all.into_iter().eq((0..1000).step_by(3)));
        assert!((0_u32..).par_bridge().find_any(|&n| n == 4321).is_some());
        let boom = std::iter::from_fn(|| -> Option<u32> { panic!("drawn") });
        assert!(catch_unwind(AssertUnwindSafe(|| boom.par_bridge().count())).is_err());
        // The items' work draws from another bridge, and from the pool.
        let total: u32 = (0..100)
            .par_bridge()
            .map(|n| (0..n).par_bridge().map(|m| (0..m).into_par_iter().sum::<u32>()).sum::<u32>())
            .sum();
        let seq: u32 = (0..100).map(|n| (0..n).map(|m| (0..m).sum::<u32>()).sum::<u32>()).sum();
        assert_eq!(total, seq);
    });
}

#[test]
fn a_bridge_hands_on_what_it_drew_before_it_draws_again() {
    // The source gives the next item only when the one before has been worked on.
    let done = AtomicUsize::new(0);
    let mut drawn = 0;
    let source = std::iter::from_fn(|| {
        assert_eq!(done.load(Relaxed), drawn, "drawn ahead");
        drawn += 1;
        (drawn <= 100).then_some(drawn)
    });
    let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        source.par_bridge().for_each(|_| {
            done.fetch_add(1, Relaxed);
        })
    });
}

#[test]
fn sorts() {
    in_pools(|| {
        let mixed = |n: u32| n.wrapping_mul(0x9E37_79B9) >> 16;
        for len in [0, 1, 2, 100, 30_000] {
            let v: Vec<(u32, u32)> = (0..len).map(|n| (mixed(n) % 100, n)).collect();
            let mut stable = v.clone();
            stable.sort_by_key(|pair| pair.0);
            let mut sorted = v.clone();
            sorted.sort();
            macro_rules! same {
                ($expected:ident: $($method:ident $($arg:expr)?);+) => {$(
                    let mut copy = v.clone();
                    copy.$method($($arg)?);
                    assert_eq!(copy, $expected);
                )+};
            }
            same!(stable: par_sort_by_key |p| p.0; par_sort_by |p, q| p.0.cmp(&q.0);
                par_sort_by_cached_key |p| p.0);
            same!(sorted: par_sort; par_sort_unstable; par_sort_unstable_by Ord::cmp;
                par_sort_unstable_by_key |p| *p);
        }
    });
}
