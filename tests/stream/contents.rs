//! Streams yield what the iterator yields in sequence, whatever it is made of.

use super::{everywhere, work};
use moirai::iter::{IndexedParallelIterator, IntoParallelIterator};
use moirai::prelude::*;
use moirai::stream::{IntoSource, ParallelMap, ParallelStream, Source};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, mpsc};

/// Compares all streams of an iterator with what is expected.
fn check<I, T>(iter: I, expected: impl IntoIterator<Item = T>)
where
    I: IntoSource<Item = T, Source: Source<Part: 'static>> + Clone,
    T: Send + Debug + Ord + Clone + 'static,
{
    let expected: Vec<T> = expected.into_iter().collect();
    assert_eq!(iter.clone().collect::<Vec<T>>(), expected);
    for cap in [1, 2, 3, 7, 64, 1000] {
        assert_eq!(iter.clone().ordered(cap).collect::<Vec<T>>(), expected, "cap {cap}");
        let scoped: Vec<T> = iter.clone().with_stream(cap, |items| items.collect());
        assert_eq!(scoped, expected, "cap {cap}, scoped");
        let mut sorted = expected.clone();
        sorted.sort();
        let mut any: Vec<T> = iter.clone().unordered(cap).collect();
        any.sort();
        assert_eq!(any, sorted, "cap {cap}, unordered");
        let mut any: Vec<T> = iter.clone().with_unordered_stream(cap, |items| items.collect());
        any.sort();
        assert_eq!(any, sorted, "cap {cap}, unordered and scoped");
    }
}

#[test]
fn sources() {
    watch!();
    everywhere(|| {
        check((0..0_u32).into_par_iter(), []);
        check((0..301_u32).into_par_iter(), 0..301);
        check((-7..100_i64).into_par_iter(), -7..100);
        check(('a'..'m').into_par_iter(), 'a'..'m');
        check(('a'..='z').into_par_iter(), 'a'..='z');
        check((250..=u8::MAX).into_par_iter(), 250..=u8::MAX);
        let [nine, eight] = [9_u8, 8];
        check((nine..=eight).into_par_iter(), []);
        check((0..=99_u64).into_par_iter(), 0..=99);
        check((0..100).map(|n| n.to_string()).collect::<Vec<_>>().into_par_iter(), {
            (0..100).map(|n| n.to_string())
        });
        check([3, 1, 2].par_iter(), &[3, 1, 2]);
        check(Vec::<u8>::new().into_par_iter(), []);
        // In order, although a bridge promises none elsewhere.
        assert!((0..500).par_bridge().map(|n| n + 1).ordered(50).eq(1..501));
    });
}

#[test]
fn adaptors() {
    watch!();
    static WORDS: [&str; 5] = ["clotho", "lachesis", "atropos", "spin", "cut"];
    everywhere(|| {
        let numbers = || (0..200_usize).into_par_iter();
        check(numbers().map(|n| n * n), (0..200).map(|n| n * n));
        check(numbers().filter(|n| n % 3 == 0), (0..200).step_by(3));
        let odd = |n: usize| (n % 2 == 1).then_some(n / 2);
        check(numbers().filter_map(odd), 0..100);
        check(numbers().flat_map_iter(|n| 0..n % 4), (0..200).flat_map(|n| 0..n % 4));
        check(numbers().inspect(|n| assert!(*n < 200)), 0..200);
        check(WORDS.par_iter().copied(), WORDS);
        check(WORDS.par_iter().cloned().map(str::len), WORDS.map(str::len));
        check(WORDS.par_iter().enumerate(), WORDS.iter().enumerate());
        check(numbers().zip(5..105_u32), (0..200).zip(5..105));
        check((0..7_u32).into_par_iter().zip(numbers()), (0..7).zip(0..200));
        check(numbers().chain(300..307).chain(1..1), (0..200).chain(300..307));
        check(numbers().filter(|n| *n > 190).chain(0..3), (191..200).chain(0..3));
        check(numbers().skip(150), 150..200);
        check(numbers().take(70).skip(10), 10..70);
        check([3, 1, 2].into_par_iter(), [3, 1, 2]);
        check(numbers().update(|n| *n += 1), 1..201);
        check(numbers().map(|n| vec![n; n % 3]).flatten_iter(), {
            (0..200).flat_map(|n| vec![n; n % 3])
        });
        check(numbers().with_min_len(7).with_max_len(9), 0..200);
        for step in [1, 2, 7, 199, 200, 1000, usize::MAX] {
            check(numbers().step_by(step), (0..200).step_by(step));
            let all: Vec<usize> = (0..200).collect();
            let groups = all.chunks(step).map(<[usize]>::to_vec);
            check(numbers().chunks(step), groups);
        }
        check(
            numbers()
                .chain(300..307)
                .step_by(3)
                .chunks(4)
                .enumerate()
                .skip(2)
                .map(|(n, group)| (n, group.len())),
            {
                let groups = (0..200).chain(300..307).step_by(3).collect::<Vec<_>>();
                groups.chunks(4).map(<[_]>::len).enumerate().skip(2).collect::<Vec<_>>()
            },
        );
        check(numbers().chain(500..600).skip(120).take(100).enumerate(), {
            (0..200).chain(500..600).skip(120).take(100).enumerate()
        });
        check(numbers().filter(|n| n % 2 == 0).map(|n| n / 2).flat_map_iter(|n| [n; 2]), {
            (0..100).flat_map(|n| [n; 2])
        });
    });
}

#[test]
fn any_indexed_iterator_within_a_closure() {
    watch!();
    everywhere(|| {
        let numbers: Vec<usize> = (0..500).collect();
        for cap in [1, 3, 100, 10_000] {
            let pairs = numbers.par_chunks(3).rev().zip(numbers.par_windows(2)).step_by(2);
            let expected: Vec<_> =
                numbers.chunks(3).rev().zip(numbers.windows(2)).step_by(2).collect();
            assert_eq!(pairs.with_indexed_stream(cap, |pairs| pairs.collect::<Vec<_>>()), expected);
            let sums = numbers.par_windows(2).map(|pair| pair[0] + pair[1]);
            let all: BTreeSet<usize> =
                sums.with_unordered_indexed_stream(cap, |sums| sums.collect());
            assert!(all.into_iter().eq((0..499).map(|n| 2 * n + 1)));
            let longest = numbers.par_iter().with_max_len(1).map(|n| n + 1);
            assert!(longest.with_indexed_stream(cap, |items| items.eq(1..501)));
        }
        assert_eq!([0_u8; 0].par_iter().with_indexed_stream(1, |items| items.count()), 0);
    });
}

#[test]
fn sequential_iterators() {
    watch!();
    everywhere(|| {
        for cap in [1, 2, 33, 500] {
            let halves = (0..300).par_map_ordered(cap, |n| {
                work(n % 17 * 100);
                n / 2
            });
            assert!(halves.eq((0..300).map(|n| n / 2)));
            let all: BTreeSet<usize> = (0..300).par_map_unordered(cap, |n| n).collect();
            assert!(all.into_iter().eq(0..300));
            let words = ["to", "spin"].map(str::to_owned);
            let lengths = words.iter().with_par_map(
                cap,
                |word| (word, word.len()),
                |items| items.collect::<Vec<_>>(),
            );
            assert_eq!(lengths, [(&words[0], 2), (&words[1], 4)]);
            let lengths: BTreeSet<usize> = words.iter().with_unordered_par_map(
                cap,
                |word| word.len(),
                |items| items.collect(),
            );
            assert!(lengths.into_iter().eq([2, 4]));
        }
    });
}

#[test]
fn unordered_streams_do_not_wait_for_a_heavy_item() {
    watch!();
    let (release, held) = mpsc::channel();
    let held = Mutex::new(held);
    let mut items = super::pool(2).install(|| {
        (0..20).par_map_unordered(20, move |n| {
            if n == 0 {
                held.lock().unwrap().recv().unwrap();
            }
            n
        })
    });
    // The first item is made only after all the others have arrived.
    let others: BTreeSet<i32> = items.by_ref().take(19).collect();
    assert!(others.into_iter().eq(1..20));
    release.send(()).unwrap();
    assert_eq!((items.next(), items.next()), (Some(0), None));
}

/// The same within a closure, with everything borrowed.
#[test]
fn unordered_streams_within_a_closure_do_not_wait_for_a_heavy_item() {
    watch!();
    let numbers: Vec<usize> = (0..20).collect();
    let made = AtomicUsize::new(0);
    // The first item is made when four others are. Six are in flight, each in a batch of its own.
    let heavy = |n: &usize| {
        if *n == 0 {
            while made.load(SeqCst) < 4 {
                std::thread::yield_now();
            }
        }
        made.fetch_add(1, SeqCst);
        *n
    };
    let check = |items: &mut dyn Iterator<Item = usize>| {
        let items: Vec<usize> = items.collect();
        // The fourth of the others may have been made, and not handed over.
        assert!(items[..3].iter().all(|item| *item != 0), "{items:?}");
        assert!(items.into_iter().collect::<BTreeSet<_>>().into_iter().eq(0..20));
        made.store(0, SeqCst);
    };
    super::pool(2).install(|| {
        numbers.par_iter().map(heavy).with_unordered_stream(6, check);
        numbers.par_iter().map(heavy).with_unordered_indexed_stream(6, check);
        numbers.iter().with_unordered_par_map(6, heavy, check);
    });
}

#[test]
fn fallible_sources_stop_at_the_first_error() {
    watch!();
    everywhere(|| {
        let lines = (0..).map(|n| if n == 57 { Err("no number") } else { Ok(n) });
        let mut stream = lines.par_map_ordered(16, |line: Result<i32, _>| line.map(|n| n * 2));
        let good: Vec<i32> = stream.by_ref().map_while(Result::ok).collect();
        assert!(good.into_iter().eq((0..57).map(|n| n * 2)));
        // What comes behind the error is there, for those who want it.
        assert_eq!(stream.next(), Some(Ok(116)));
    });
}

#[test]
fn endless_sources() {
    watch!();
    everywhere(|| {
        let squares = (0_u64..).par_map_ordered(64, |n| n * n);
        assert!(squares.take(1000).eq((0..1000).map(|n| n * n)));
        let mut multiples = (1..u128::MAX).into_par_iter().filter(|n| n % 5 == 0).ordered(64);
        assert_eq!(multiples.nth(199), Some(1000));
    });
}

#[test]
fn an_ended_stream_stays_ended() {
    watch!();
    let mut stream = (0..3).into_par_iter().ordered(2);
    assert_eq!(stream.by_ref().count(), 3);
    assert_eq!((stream.next(), stream.next()), (None, None));
}

#[test]
fn streams_of_streams() {
    watch!();
    everywhere(|| {
        let sums = (0..20_usize)
            .into_par_iter()
            .map(|n| (0..n).par_map_ordered(3, |n| n + 1).sum::<usize>());
        let total: usize = sums.ordered(8).sum();
        assert_eq!(total, (0..20).map(|n| n * (n + 1) / 2).sum());
        // One stage after another.
        let stages = (0..200_usize).par_map_ordered(9, |n| n + 1).par_map_ordered(5, |n| n * 2);
        assert!(stages.par_map_ordered(30, |n| n - 1).eq((0..200).map(|n| 2 * n + 1)));
        let nested: usize = (0..10_usize)
            .into_par_iter()
            .map(|n| moirai::join(|| n, || (0..n).into_par_iter().map(|n| n * 2).sum::<usize>()))
            .ordered(4)
            .map(|(n, sum)| n + sum)
            .sum();
        assert_eq!(nested, (0..10).map(|n: usize| n + n * n.saturating_sub(1)).sum());
    });
}

/// The methods of the streams are nobody else's: rayon's and std's come first, or there is no conflict at all.
#[test]
fn names_do_not_collide_with_those_of_the_prelude() {
    fn is_indexed<I: IndexedParallelIterator>(iter: I) -> usize {
        iter.len()
    }
    assert_eq!(is_indexed((0..3).into_par_iter().map(|n| n)), 3);
    assert_eq!(IntoParallelIterator::into_par_iter(0..3).ordered(1).count(), 3);
}

/// An iterator that has items again after its end is not asked again.
#[test]
fn the_end_of_an_iterator_is_its_end() {
    let mut numbers = (1..=10).map(|n| (n % 4 != 0).then_some(n));
    for expected in [vec![1, 2, 3], vec![5, 6, 7], vec![9, 10]] {
        let group = std::iter::from_fn(|| numbers.next().flatten());
        let group: Vec<i32> = group.with_par_map(8, |n| n, |items| items.collect());
        assert_eq!(group, expected);
    }
}
