//! Section 10: how often closures are called and values cloned, and what they need not be.

use super::api::iter::{repeat, repeat_n, split};
use super::api::prelude::*;
use super::kit::{channel, in_pools, pool};
use crate::ledger::{Entry, Ledger};
use std::cell::Cell;
use std::ops::ControlFlow::{self, Break, Continue};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;

/// How many of its [`Counted`] were cloned and are alive.
#[derive(Default)]
struct Counters {
    clones: AtomicUsize,
    alive: AtomicUsize,
}

impl Counters {
    fn new_one(&self) -> Counted<'_> {
        self.alive.fetch_add(1, Ordering::Relaxed);
        Counted(self)
    }

    /// The number of clones; begins to count anew.
    fn take_clones(&self) -> usize {
        self.clones.swap(0, Ordering::Relaxed)
    }

    fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }
}

struct Counted<'c>(&'c Counters);

impl Clone for Counted<'_> {
    fn clone(&self) -> Self {
        self.0.clones.fetch_add(1, Ordering::Relaxed);
        self.0.new_one()
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

/// CLO-1: what the `with` forms start from is cloned for pieces, never for items, and all clones
/// are dropped; for the only piece it is not cloned at all. It need not be `Sync`.
#[test]
fn clo_1_clones() {
    watch!();
    in_pools(|| {
        for (min, most) in [(100, 0), (51, 0), (50, 1), (25, 3)] {
            let counters = Counters::default();
            // The cell makes it `Send` without `Sync`.
            let new = || (counters.new_one(), Cell::new(0));
            let numbers = || (0..100).into_par_iter().with_min_len(min);
            let within = |what: &str| {
                assert!(counters.take_clones() <= most, "{what} {min}");
                assert_eq!(counters.alive(), 0, "{what} {min}");
            };
            let touch = |state: &(Counted<'_>, Cell<usize>)| state.1.set(state.1.get() + 1);
            assert_eq!(numbers().map_with(new(), |state, _| touch(state)).count(), 100);
            within("map_with");
            numbers().for_each_with(new(), |state, _| touch(state));
            within("for_each_with");
            let tried = numbers().try_for_each_with(new(), |state, _| {
                touch(state);
                Some(())
            });
            assert_eq!(tried, Some(()));
            within("try_for_each_with");
            let fold = |state, _| {
                touch(&state);
                state
            };
            let touches = numbers().fold_with(new(), fold).map(|state| state.1.into_inner());
            assert_eq!(touches.sum::<usize>(), 100);
            within("fold_with");
            let tried = numbers().try_fold_with(new(), |state, n| Some(fold(state, n)));
            let touches = tried.map(|state| state.map(|state| state.1.into_inner()));
            assert_eq!(touches.sum::<Option<usize>>(), Some(100));
            within("try_fold_with");
        }
    });
}

/// CLO-1: init functions are called for pieces, at least once, never for items.
#[test]
fn clo_1_init_functions() {
    watch!();
    in_pools(|| {
        for (min, most) in [(100, 1), (50, 2), (25, 4)] {
            let numbers = || (0..100_usize).into_par_iter().with_min_len(min);
            let calls = AtomicUsize::new(0);
            let init = || {
                calls.fetch_add(1, Ordering::Relaxed);
                Cell::new(0)
            };
            let touch = |cell: &mut Cell<usize>, n| cell.set(cell.get() + n);
            let within = |what: &str| {
                let calls = calls.swap(0, Ordering::Relaxed);
                assert!((1..=most).contains(&calls), "{what}: {calls} calls");
            };
            assert_eq!(numbers().map_init(init, touch).count(), 100);
            within("map_init");
            numbers().for_each_init(init, touch);
            within("for_each_init");
            let tried = numbers().try_for_each_init(init, |cell, n| {
                touch(cell, n);
                Some(())
            });
            assert_eq!(tried, Some(()));
            within("try_for_each_init");
            let fold = |mut cell, n| {
                touch(&mut cell, n);
                cell
            };
            assert_eq!(numbers().fold(init, fold).map(Cell::into_inner).sum::<usize>(), 4950);
            within("fold");
            let tried = numbers().try_fold(init, |cell, n| Some(fold(cell, n)));
            assert_eq!(tried.map(|cell| cell.unwrap().into_inner()).sum::<usize>(), 4950);
            within("try_fold");
        }
    });
}

/// CLO-2: `reduce` asks for its identity at least once, and returns it for nothing.
#[test]
fn clo_2_identity() {
    watch!();
    in_pools(|| {
        for len in [0, 1, 100] {
            let calls = AtomicUsize::new(0);
            let identity = || {
                calls.fetch_add(1, Ordering::Relaxed);
                0
            };
            let sum = (0..len).into_par_iter().reduce(identity, |a, b| a + b);
            assert_eq!(sum, (0..len).sum::<usize>());
            assert!(calls.into_inner() >= 1);
        }
        let nothing = (0..0).into_par_iter().map(|_| "item").reduce(|| "identity", |_, _| "sum");
        assert_eq!(nothing, "identity");
        let tried = (0..0).into_par_iter().map(Some).try_reduce(|| 7, i32::checked_add);
        assert_eq!(tried, Some(7));
    });
}

/// CLO-3: what comes of nothing.
#[test]
fn clo_3_empty() {
    watch!();
    in_pools(|| {
        let none = || (0..0).into_par_iter();
        assert_eq!(none().reduce_with(|a, b| a + b), None);
        assert_eq!(none().map(Some).try_reduce_with(i32::checked_add), None);
        assert_eq!(none().min().or(none().max()), None);
        assert_eq!(none().min_by(Ord::cmp).or(none().max_by(Ord::cmp)), None);
        assert_eq!(none().min_by_key(|n| *n).or(none().max_by_key(|n| *n)), None);
        assert_eq!((none().sum::<i32>(), none().product::<i32>()), (0, 1));
        assert_eq!(none().map(|_| 0.0_f64).sum::<f64>().to_bits(), {
            let nothing: [f64; 0] = [];
            nothing.iter().sum::<f64>().to_bits()
        });
        assert!(none().all(|_| false) && !none().any(|_| true));
        assert_eq!(none().count(), 0);
        assert_eq!(none().find_any(|_| true), None);
    });
}

/// CLO-4: the types that a `try` method takes. (That no others do: `docs/compile_fail/`.)
#[test]
fn clo_4_try_types() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100).into_par_iter();
        macro_rules! folds {
            ($($unit:expr => $go:expr, $stop:expr);+ $(;)?) => {$(
                assert_eq!(numbers().map(|_| $go).try_reduce(|| $unit, |_, _| $go), $go);
                assert_eq!(numbers().map(|_| $go).try_reduce_with(|_, _| $stop), Some($stop));
                assert!(numbers().try_fold(|| $unit, |_, _| $go).all(|end| end == $go));
                assert!(numbers().try_fold_with($unit, |_, _| $stop).all(|end| end == $stop));
            )+};
        }
        folds! {
            () => Some(()), None;
            () => Ok::<_, i32>(()), Err::<(), _>(7);
            () => Continue::<i32>(()), Break::<_, ()>(7);
            Poll::Ready(()) => Poll::Ready(Ok::<_, i32>(())), Poll::Ready(Err::<(), _>(7));
            Poll::Ready(Some(())) =>
                Poll::Ready(Some(Ok::<_, i32>(()))), Poll::Ready(Some(Err::<(), _>(7)));
        }
        // For the polls, what is pending or the end of a stream is nothing to stop at.
        let pending = numbers().try_fold_with(Poll::Pending, |_, n| match n {
            99 => Poll::Ready(Some(Err(n))),
            _ if n % 2 == 0 => Poll::<Option<Result<(), _>>>::Pending,
            _ => Poll::Ready(None),
        });
        assert_eq!(pending.collect::<Vec<_>>().last(), Some(&Poll::Ready(Some(Err(99)))));
        macro_rules! calls {
            ($($go:expr, $stop:expr);+ $(;)?) => {$(
                assert_eq!(numbers().try_for_each(|_| $go), $go);
                assert_eq!(numbers().try_for_each(|n| if n == 50 { $stop } else { $go }), $stop);
            )+};
        }
        calls! {
            Some(()), None;
            Ok::<_, i32>(()), Err::<(), _>(7);
            Continue::<i32>(()), Break::<_, ()>(7);
        }
    });
}

/// CLO-5: soon after a break the others stop; of several breaks, one of them comes out.
#[test]
fn clo_5_breaks() {
    watch!();
    in_pools(|| {
        let ran = AtomicUsize::new(0);
        let step = |n: usize| {
            ran.fetch_add(1, Ordering::Relaxed);
            if n % 10 == 3 { Err(n) } else { Ok(()) }
        };
        let numbers = || (0..100_000).into_par_iter();
        let stopped = |result: Result<(), usize>| {
            assert!(result.is_err_and(|n| n % 10 == 3));
            assert!(ran.swap(0, Ordering::Relaxed) < 100_000);
        };
        stopped(numbers().try_for_each(step));
        stopped(numbers().try_for_each_with(0, |_, n| step(n)));
        stopped(numbers().try_for_each_init(|| 0, |_, n| step(n)));
        stopped(numbers().map(step).try_reduce(|| (), |(), ()| Ok(())));
        stopped(numbers().map(step).try_reduce_with(|(), ()| Ok(())).unwrap());
        let folded: Result<Vec<_>, _> = numbers().try_fold(|| (), |(), n| step(n)).collect();
        stopped(folded.map(drop));
    });
}

/// CLO-6: a break of `try_fold` ends its own piece and no other.
#[test]
fn clo_6_try_fold() {
    watch!();
    in_pools(|| {
        let ran = AtomicUsize::new(0);
        let halves: Vec<ControlFlow<usize, usize>> = (0..100)
            .into_par_iter()
            .with_min_len(50)
            .with_max_len(50)
            .try_fold(
                || 0,
                |sum, n| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    if n == 10 { Break(n) } else { Continue(sum + 1) }
                },
            )
            .collect();
        assert_eq!(halves, [Break(10), Continue(50)]);
        assert_eq!(ran.into_inner(), 61);
        let singles: Vec<Option<u8>> = (0..100)
            .into_par_iter()
            .with_max_len(1)
            .try_fold_with(7, |seven, n| (n % 2 == 0).then_some(seven))
            .collect();
        assert!(singles.into_iter().eq([Some(7), None].into_iter().cycle().take(100)));
    });
}

/// CLO-7: `inspect` and `update` see what reaches them once; `cloned` and `copied` clone nothing
/// that was left out before.
#[test]
fn clo_7_once_for_each() {
    watch!();
    in_pools(|| {
        let seen: [Mutex<Vec<usize>>; 2] = Default::default();
        let see = |which: usize, n: usize| seen[which].lock().unwrap().push(n);
        let items: Vec<_> = (0..100_usize)
            .into_par_iter()
            .inspect(|n| see(0, *n))
            .filter(|n| n % 2 == 0)
            .update(|n| {
                see(1, *n);
                *n += 1;
            })
            .collect();
        assert!(items.into_iter().eq((1..100).step_by(2)));
        let seen = seen.map(|seen| {
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            seen
        });
        assert!(seen[0].iter().copied().eq(0..100));
        assert!(seen[1].iter().copied().eq((0..100).step_by(2)));

        let counters = Counters::default();
        let items: Vec<_> = (0..100).map(|_| counters.new_one()).collect();
        drop(items.par_iter().cloned());
        let filtered = items.par_iter().enumerate().filter(|(at, _)| at % 4 == 0);
        assert_eq!(filtered.map(|(_, item)| item).cloned().count(), 25);
        assert_eq!(counters.take_clones(), 25);
        assert_eq!(items.par_iter().cloned().take(30).count(), 30);
        assert_eq!(counters.take_clones(), 30);
        let numbers = [1, 2, 3];
        assert_eq!(numbers.par_iter().filter(|n| **n > 1).copied().sum::<i32>(), 5);
    });
}

/// CLO-8: both keep the order, and `flat_map_iter` runs one inner iterator on one thread.
#[test]
fn clo_8_flat_maps() {
    watch!();
    in_pools(|| {
        let numbers = || (0..100_usize).into_par_iter().with_max_len(3);
        let expected: Vec<_> = (0..100).flat_map(|n| 0..n).collect();
        let parallel = |n: usize| (0..n).into_par_iter().with_max_len(3);
        assert_eq!(numbers().flat_map(parallel).collect::<Vec<_>>(), expected);
        assert_eq!(numbers().map(parallel).flatten().collect::<Vec<_>>(), expected);
        assert_eq!(numbers().flat_map_iter(|n| 0..n).collect::<Vec<_>>(), expected);
        assert_eq!(numbers().map(|n| 0..n).flatten_iter().collect::<Vec<_>>(), expected);
        // Neither `Send` nor `Sync`, since it stays on its thread.
        let local = |n: usize| {
            let here = std::rc::Rc::new(thread::current().id());
            (0..n).map(move |_| *here == thread::current().id())
        };
        assert!(numbers().flat_map_iter(local).all(|same| same));
    });
}

/// CLO-8: the items of one inner iterator of `flat_map` can meet on two threads.
#[test]
fn clo_8_inner_items_meet() {
    watch!();
    let pool = pool(2);
    for _ in 0..20 {
        let (left, right) = (channel(), channel());
        pool.install(|| {
            let inner = |_| (0..2).into_par_iter().with_max_len(1);
            Some(()).into_par_iter().flat_map(inner).for_each(|n| {
                let (mine, theirs) = if n == 0 { (&left, &right) } else { (&right, &left) };
                theirs.0.send(()).unwrap();
                mine.1.recv().unwrap();
            });
        });
    }
}

/// CLO-9: separators stand between items, and nowhere else.
#[test]
fn clo_9_intersperse() {
    watch!();
    in_pools(|| {
        for len in [0, 1, 2, 3, 100_usize] {
            let numbers = || (1..len + 1).into_par_iter().with_max_len(3);
            let mut expected = vec![0; (2 * len).saturating_sub(1)];
            (1..=len).for_each(|n| expected[2 * n - 2] = n);
            assert_eq!(numbers().intersperse(0).len(), expected.len());
            assert_eq!(numbers().intersperse(0).collect::<Vec<_>>(), expected);
            let unindexed = numbers().filter(|_| true).intersperse(0);
            assert_eq!(unindexed.collect::<Vec<_>>(), expected);
            expected.reverse();
            assert_eq!(numbers().intersperse(0).rev().collect::<Vec<_>>(), expected);
        }
    });
}

/// CLO-10: the key of an element is asked for once, and not at all if there is nothing to sort.
#[test]
fn clo_10_cached_keys() {
    watch!();
    in_pools(|| {
        for len in [0_usize, 1, 2, 3, 100, 5000] {
            let mut items: Vec<_> = (0..len).rev().collect();
            let calls: Vec<_> = (0..len).map(|_| AtomicUsize::new(0)).collect();
            items.par_sort_by_cached_key(|n| {
                calls[*n].fetch_add(1, Ordering::Relaxed);
                n.to_string()
            });
            assert!(items.is_sorted_by_key(|n| n.to_string()));
            let expected = usize::from(len > 1);
            assert!(calls.into_iter().all(|calls| calls.into_inner() == expected));
        }
    });
}

/// CLO-11: `repeat` has no end until `take` or `zip` gives it one.
#[test]
fn clo_11_repeat() {
    watch!();
    in_pools(|| {
        assert_eq!(repeat(7).take(5).len(), 5);
        assert_eq!(repeat(7).take(5).collect::<Vec<_>>(), [7; 5]);
        let zipped: Vec<_> = repeat("x").zip(0..3).collect();
        assert_eq!(zipped, [("x", 0), ("x", 1), ("x", 2)]);
        assert_eq!(repeat(7).map(|n| n + 1).find_any(|_| true), Some(8));
        assert_eq!(format!("{:?}", repeat_n(3, 0)), "RepeatN { count: 0, .. }");
        assert_eq!(format!("{:?}", repeat_n(3, 2)), "RepeatN { count: 2, element: 3 }");
    });
}

/// CLO-11: the last of n equal items is the one that was given.
#[test]
fn clo_11_repeat_n_clones() {
    watch!();
    in_pools(|| {
        let counters = Counters::default();
        let nothing = repeat_n(counters.new_one(), 0);
        assert_eq!(counters.alive(), 0, "dropped at once");
        drop(nothing);
        for n in [1, 2, 3, 100] {
            let items: Vec<_> = repeat_n(counters.new_one(), n).with_max_len(3).collect();
            assert_eq!((items.len(), counters.alive()), (n, n));
            assert_eq!(counters.take_clones(), n - 1);
        }
        assert_eq!(counters.alive(), 0);
    });
}

/// CLO-12: the parts that refuse to be split are the items, from left to right.
#[test]
fn clo_12_split() {
    watch!();
    in_pools(|| {
        let halves = |range: Range<usize>| match range.len() {
            0..10 => (range, None),
            len => {
                let middle = range.start + len / 3;
                (range.start..middle, Some(middle..range.end))
            }
        };
        for len in [0, 1, 9, 10, 1000] {
            let parts: Vec<_> = split(0..len, halves).collect();
            assert!(parts.iter().cloned().flatten().eq(0..len));
        }
        let whole = |range: Range<usize>| (range, None);
        let only: Vec<_> = split(0..5, whole).collect();
        assert!(only.into_iter().eq(std::iter::once(0..5)));
        let (ledger, entries) = Ledger::of(100);
        let halve = |mut entries: Vec<Entry>| {
            let half = entries.split_off(entries.len() / 2);
            let half = if half.len() > 1 {
                Some(half)
            } else {
                entries.extend(half);
                None
            };
            (entries, half)
        };
        let numbers = split(entries, halve).flat_map(|part| part).map(|entry| entry.number());
        assert!(numbers.collect::<Vec<_>>().into_iter().eq(0..100));
        assert_eq!(ledger.dropped(), 100);
    });
}
