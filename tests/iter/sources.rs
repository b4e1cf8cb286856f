//! Facts of single sources and collections that the sweep does not see.

use super::api::iter::{repeat_n, walk_tree_postfix, walk_tree_prefix};
use super::api::prelude::*;
use super::kit::panic_of;
use super::pools::{on, on_some};
use super::tracked::{Census, Tracked, items};
use std::borrow::Cow;
use std::collections::{BinaryHeap, VecDeque};
use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Unless cut shorter by somebody, a piece is bound by the smallest maximum and the largest minimum.
#[test]
fn pieces_are_bound_by_min_len_and_max_len() {
    watch!();
    on_some(|| {
        let pieces = |min, max| {
            let iter = (0..100_u32).into_par_iter().with_min_len(min).with_max_len(max);
            iter.fold(|| (), |(), _| ()).count()
        };
        assert_eq!(pieces(60, usize::MAX), 1);
        assert_eq!(pieces(0, 1), 100);
        assert_eq!(pieces(30, 1), 2);
        let nothing = 0..0_u32;
        assert_eq!(nothing.into_par_iter().fold(|| 1, |n, _| n).collect::<Vec<_>>(), [1]);
    });
}

#[test]
fn ranges_up_to_the_last_number() {
    watch!();
    on_some(|| {
        let all: Vec<i8> = (i8::MIN..=i8::MAX).into_par_iter().collect();
        assert_eq!(all, (i8::MIN..=i8::MAX).collect::<Vec<_>>());
        assert_eq!((0..=u128::MAX).into_par_iter().find_first(|&n| n > 40), Some(41));
        assert!((0..u64::MAX).into_par_iter().find_any(|&n| n > 40).is_some());
    });
}

/// All but one of the items are clones, and the one is given away at last.
#[test]
fn repetitions_clone_no_more_than_they_must() {
    watch!();
    struct Counted<'c>(&'c AtomicUsize);
    impl Clone for Counted<'_> {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Relaxed);
            Counted(self.0)
        }
    }
    on_some(|| {
        for n in [0, 1, 2, 100] {
            let clones = AtomicUsize::new(0);
            assert_eq!(repeat_n(Counted(&clones), n).map(|_| 1).sum::<usize>(), n);
            assert_eq!(clones.into_inner(), n.saturating_sub(1));
        }
    });
    assert_eq!(format!("{:?}", repeat_n(3, 0)), "RepeatN { count: 0, .. }");
    assert_eq!(format!("{:?}", repeat_n(3, 2)), "RepeatN { count: 2, element: 3 }");
}

/// A chain that would overflow the stack of a recursive walk.
#[test]
fn deep_trees() {
    watch!();
    let next = |&n: &u32| (n < 300_000).then_some(n + 1);
    on_some(|| {
        assert!(walk_tree_prefix(0, next).collect::<Vec<_>>().into_iter().eq(0..=300_000));
        let upwards = walk_tree_postfix(0, next).collect::<Vec<_>>();
        assert!(upwards.into_iter().eq((0..=300_000).rev()));
    });
}

#[test]
fn every_node_is_found_in_its_place() {
    watch!();
    let children = |&(depth, n): &(u32, u32)| {
        let some = if depth < 5 { n % 4 } else { 0 };
        (0..some).map(move |k| (depth + 1, n * 3 + k + 1))
    };
    on_some(|| {
        let nodes: Vec<_> = walk_tree_prefix((0, 3), children).collect();
        for &wanted in nodes.iter().step_by(7) {
            let found = walk_tree_prefix((0, 3), children).find_first(|&node| node == wanted);
            assert_eq!(found, Some(wanted));
        }
    });
}

#[test]
fn bridges() {
    watch!();
    on_some(|| {
        assert!((0_u32..).par_bridge().find_any(|&n| n == 4321).is_some());
        let broken = std::iter::from_fn(|| -> Option<u32> { super::kit::quiet_panic("drawn") });
        panic_of(|| broken.par_bridge().count());
        // The items' work draws from another bridge, and from the pool.
        let below = |n| (0..n).par_bridge().map(|m| (0..m).into_par_iter().sum::<u32>());
        let total: u32 = (0..100).par_bridge().map(|n| below(n).sum::<u32>()).sum();
        let expected: u32 =
            (0..100).map(|n| (0..n).map(|m| (0..m).sum::<u32>()).sum::<u32>()).sum();
        assert_eq!(total, expected);
        // Not asked again after the end.
        let mut ended = false;
        let fused = std::iter::from_fn(|| {
            assert!(!std::mem::replace(&mut ended, true), "asked after the end");
            None::<u32>
        });
        assert_eq!(fused.par_bridge().count(), 0);
    });
}

#[test]
fn a_bridge_hands_on_what_it_drew_before_it_draws_again() {
    watch!();
    // The source gives the next item only when the one before has been worked on.
    let done = AtomicUsize::new(0);
    let mut drawn = 0;
    let source = std::iter::from_fn(|| {
        assert_eq!(done.load(Relaxed), drawn, "drawn ahead");
        drawn += 1;
        (drawn <= 100).then_some(drawn)
    });
    on(1, || source.par_bridge().for_each(|_| _ = done.fetch_add(1, Relaxed)));
}

/// Drains that are run in part, by a panic, or not at all; each leaves the rest and the capacity.
#[test]
fn drains_leave_the_rest_and_the_room() {
    watch!();
    let census = Census::start();
    let census = &census;
    let rest = |rest: &mut dyn Iterator<Item = &Tracked<8>>| -> Vec<u32> {
        rest.map(Tracked::number).collect()
    };
    let expected: Vec<u32> = (0..10).chain(90..100).collect();
    on_some(|| {
        census.balanced(|| {
            let mut vec = items::<8>(100);
            let capacity = vec.capacity();
            panic_of(|| vec.par_drain(10..30).for_each(|_| super::kit::quiet_panic("")));
            drop(vec.par_drain(10..30));
            assert_eq!(vec.par_drain(10..50).count(), 40);
            std::mem::forget(vec.par_drain(..));
            assert_eq!((rest(&mut vec.iter()), vec.capacity()), (expected.clone(), capacity));
        });
        census.balanced(|| {
            // A ring that starts in the middle of its memory.
            let mut deque = VecDeque::with_capacity(100);
            let mut front = items::<8>(100);
            deque.extend(front.split_off(40));
            front.into_iter().rev().for_each(|item| deque.push_front(item));
            let capacity = deque.capacity();
            panic_of(|| deque.par_drain(10..30).for_each(|_| super::kit::quiet_panic("")));
            drop(deque.par_drain(10..30));
            assert_eq!(deque.par_drain(10..50).count(), 40);
            assert_eq!((rest(&mut deque.iter()), deque.capacity()), (expected.clone(), capacity));
        });
        census.balanced(|| {
            let mut heap = BinaryHeap::from(items::<8>(100));
            let capacity = heap.capacity();
            drop(heap.par_drain());
            assert_eq!((heap.len(), heap.capacity()), (0, capacity));
            heap.push(Tracked::new(1));
            assert_eq!(heap.par_drain().count(), 1);
        });
    });
}

/// The target of `collect_into_vec` keeps its room, and loses its items even if the source panics.
#[test]
fn targets_are_used_again() {
    watch!();
    let census = Census::start();
    let census = &census;
    on_some(|| {
        census.balanced(|| {
            let mut target = Vec::with_capacity(100);
            target.push(Tracked::<8>::new(1));
            items(5).into_par_iter().collect_into_vec(&mut target);
            assert_eq!((target.len(), target.capacity()), (5, 100));
            let broken = items::<8>(5).into_par_iter().inspect(|item| {
                if item.number() == 3 {
                    super::kit::quiet_panic("")
                }
            });
            panic_of(|| broken.clone().collect_into_vec(&mut target));
            assert!(target.is_empty());
            target.push(Tracked::new(7));
            panic_of(|| target.par_extend(broken));
            assert_eq!(target.len(), 1, "what was there before stays");
        });
    });
}

#[test]
fn strings_are_collected_from_all_kinds_of_pieces() {
    watch!();
    let words = ["Klotho", "Láchesis", "", "Átropos"];
    let all = words.concat();
    let chars: Vec<char> = all.chars().collect();
    on_some(|| {
        assert_eq!(all.par_chars().collect::<String>(), all);
        assert_eq!(*chars.par_iter().collect::<Box<str>>(), *all);
        assert_eq!(words.into_par_iter().collect::<String>(), all);
        assert_eq!(words.par_iter().map(|w| String::from(*w)).collect::<String>(), all);
        assert_eq!(words.par_iter().map(|w| Box::<str>::from(*w)).collect::<String>(), all);
        assert_eq!(words.into_par_iter().map(Cow::from).collect::<String>(), all);
        assert_eq!(words.into_par_iter().map(Cow::from).collect::<Cow<'_, str>>(), all);
        let os = || words.into_par_iter().map(OsString::from);
        assert_eq!(os().collect::<OsString>(), *all);
        assert_eq!(os().filter(|_| true).collect::<OsString>(), *all);
        assert_eq!((0..9).into_par_iter().map(|_| ()).collect::<()>(), ());
        let done: Result<(), ()> = (0..9).into_par_iter().map(|_| Ok(())).collect();
        assert_eq!(done, Ok(()));
    });
}

/// rayon takes a lone `\r` off the last line, which std does not.
#[test]
fn a_last_line_without_its_end() {
    watch!();
    assert_eq!("b\nc\r".par_lines().collect::<Vec<_>>(), ["b", "c"]);
}

/// A user's collection can be extended wherever one is made.
#[test]
fn collections_of_a_user() {
    watch!();
    #[derive(Default)]
    struct Sink(Vec<u32>);

    impl ParallelExtend<u32> for Sink {
        fn par_extend<I: IntoParallelIterator<Item = u32>>(&mut self, iter: I) {
            self.0.extend(iter.into_par_iter().collect_vec_list().into_iter().flatten());
        }
    }

    use super::api::iter::Either;
    on_some(|| {
        let numbers = || (0..100_u32).into_par_iter();
        let side = |x| if x < 30 { Either::Left(x) } else { Either::Right(x) };
        let (low, high) = numbers().partition_map::<Sink, Sink, _, _, _>(side);
        assert!(low.0.into_iter().eq(0..30) && high.0.into_iter().eq(30..100));
        let (even, odd) = numbers().filter(|_| true).partition::<Sink, Sink, _>(|x| x % 2 == 0);
        assert!(even.0.into_iter().eq((0..100).step_by(2)));
        assert!(odd.0.into_iter().eq((1..100).step_by(2)));
        let (left, right) = numbers().map(|x| (x, x + 1)).unzip::<_, _, Sink, Sink>();
        assert!(left.0.into_iter().eq(0..100) && right.0.into_iter().eq(1..101));
    });
}
