//! Deeds with parallel iterators, compared with sequential ones or with what is known.

use crate::deeds::{Here, must_panic, planned_panic};
use crate::random::Random;
use moirai::Buffer;
use moirai::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

fn numbers(random: &mut Random) -> Vec<u64> {
    (0..random.length()).map(|_| random.next() >> 40).collect()
}

pub(crate) fn nested_sums(here: Here<'_>, random: &mut Random) {
    let (outer, inner) = (1 + random.below(60) as u64, random.below(300) as u64);
    let fork = random.fork();
    let sum: u64 = (0..outer)
        .into_par_iter()
        .map(|at| {
            if at == 0 {
                here.inner_deed(&mut fork.clone());
            }
            (0..inner).into_par_iter().filter(|n| n % 2 == 0).map(|n| n + at).sum::<u64>()
        })
        .sum();
    let expected = (0..outer)
        .map(|at| (0..inner).filter(|n| n % 2 == 0).map(|n| n + at).sum::<u64>())
        .sum::<u64>();
    assert_eq!(sum, expected);
    let flat = (0..outer).into_par_iter().flat_map(|at| (0..at).into_par_iter()).count();
    assert_eq!(flat as u64, outer * (outer - 1) / 2);
    let flat = (0..outer).into_par_iter().flat_map_iter(|at| 0..at).max();
    assert_eq!(flat, outer.checked_sub(2));
}

pub(crate) fn folds(_: Here<'_>, random: &mut Random) {
    let numbers = numbers(random);
    let folded = numbers.par_iter().fold(Vec::new, |mut all, n| {
        all.push(*n);
        all
    });
    let joined = folded.reduce(Vec::new, |mut left, right| {
        left.extend(right);
        left
    });
    assert_eq!(joined, numbers, "in order");
    assert_eq!(numbers.par_iter().min(), numbers.iter().min());
    assert_eq!(numbers.par_iter().max_by_key(|n| *n % 17), numbers.iter().max_by_key(|n| *n % 17));
    assert_eq!(
        numbers.par_iter().copied().reduce_with(|a, b| a ^ b),
        numbers.iter().copied().reduce(|a, b| a ^ b)
    );
    let tried: Option<u64> = numbers
        .par_iter()
        .copied()
        .try_fold(|| 0, u64::checked_add)
        .try_reduce(|| 0, u64::checked_add);
    assert_eq!(tried, Some(numbers.iter().sum()));
}

pub(crate) fn searches(_: Here<'_>, random: &mut Random) {
    let numbers = numbers(random);
    let is_wanted = |n: &&u64| **n % 1_000 == 7;
    assert_eq!(numbers.par_iter().find_first(is_wanted), numbers.iter().find(is_wanted));
    assert_eq!(numbers.par_iter().find_last(is_wanted), numbers.iter().rev().find(is_wanted));
    let any = numbers.par_iter().find_any(is_wanted);
    assert_eq!(any.is_some(), numbers.iter().any(|n| is_wanted(&n)));
    assert!(any.is_none_or(|n| is_wanted(&n)));
    let at = numbers.par_iter().position_first(|n| *n % 100 == 7);
    assert_eq!(at, numbers.iter().position(|n| *n % 100 == 7));
    assert_eq!(numbers.par_iter().all(|n| *n % 50 != 7), numbers.iter().all(|n| *n % 50 != 7));
    let failed = numbers.par_iter().try_for_each(|n| if *n % 100 == 7 { Err(*n) } else { Ok(()) });
    assert_eq!(failed.is_err(), at.is_some());
}

pub(crate) fn collects(here: Here<'_>, random: &mut Random) {
    let (length, alive) = (random.length(), Arc::new(()));
    let indexed: Vec<(usize, Arc<()>)> =
        (0..length).into_par_iter().map(|at| (at, Arc::clone(&alive))).collect();
    assert_eq!(Arc::strong_count(&alive), length + 1);
    assert!(indexed.iter().map(|(at, _)| *at).eq(0..length));
    let (even, odd): (Vec<_>, Vec<_>) = indexed.into_par_iter().partition(|(at, _)| at % 2 == 0);
    assert_eq!((even.len(), odd.len()), (length.div_ceil(2), length / 2));
    here.inner_deed(random);
    let stopped: Option<Vec<_>> =
        even.into_par_iter().map(|(at, held)| (at < 500).then_some(held)).collect();
    assert_eq!(stopped.is_some(), length <= 500);
    drop((stopped, odd));
    assert_eq!(Arc::strong_count(&alive), 1, "each item is dropped once");
}

pub(crate) fn panicking_collects(_: Here<'_>, random: &mut Random) {
    let (length, alive) = (1 + random.length(), Arc::new(()));
    let bad = random.below(length);
    let items: Vec<_> = (0..length).map(|at| (at, Arc::clone(&alive))).collect();
    must_panic(|| {
        let item = |(at, held)| if at == bad { planned_panic() } else { held };
        items.into_par_iter().map(item).collect::<Vec<_>>()
    });
    assert_eq!(Arc::strong_count(&alive), 1, "each item is dropped once");
}

pub(crate) fn drains(_: Here<'_>, random: &mut Random) {
    let (length, alive) = (random.length(), Arc::new(()));
    let mut items: Vec<_> = (0..length).map(|at| (at, Arc::clone(&alive))).collect();
    let from = random.below(length + 1);
    let to = from + random.below(length - from + 1);
    let limit = from + random.below(to - from + 1);
    let drained = items.par_drain(from..to).filter(|(at, _)| *at < limit).count();
    assert_eq!(drained, limit - from);
    assert!(items.iter().map(|(at, _)| *at).eq((0..from).chain(to..length)));
    assert_eq!(Arc::strong_count(&alive), 1 + items.len());
    items.par_extend((0..100).into_par_iter().map(|at| (at, Arc::clone(&alive))));
    let (ids, held): (Vec<_>, Vec<_>) = items.into_par_iter().unzip();
    assert_eq!((ids.len(), held.len()), (length - (to - from) + 100, ids.len()));
    drop(held);
    assert_eq!(Arc::strong_count(&alive), 1, "each item is dropped once");
}

pub(crate) fn zips(_: Here<'_>, random: &mut Random) {
    let (a, b) = (numbers(random), numbers(random));
    let products: Vec<u64> = a.par_iter().zip(&b).map(|(a, b)| a * b).collect();
    assert!(products.iter().copied().eq(a.iter().zip(&b).map(|(a, b)| a * b)));
    let size = 1 + random.below(50);
    let sums: Vec<u64> = a.par_chunks(size).map(|chunk| chunk.iter().sum()).collect();
    assert!(sums.iter().copied().eq(a.chunks(size).map(|chunk| chunk.iter().sum::<u64>())));
    let groups: Vec<Vec<&u64>> = a.par_iter().chunks(size).collect();
    assert!(groups.iter().map(Vec::as_slice).eq(a.iter().collect::<Vec<_>>().chunks(size)));
    let rising = a.par_windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert_eq!(rising, a.windows(2).filter(|pair| pair[0] < pair[1]).count());
    let stepped: Vec<_> = a.par_iter().rev().step_by(size).skip(2).take(30).enumerate().collect();
    assert!(stepped.into_iter().eq(a.iter().rev().step_by(size).skip(2).take(30).enumerate()));
    let mut doubled = a.clone();
    doubled.par_iter_mut().chain(Vec::new().par_iter_mut()).for_each(|n| *n *= 2);
    assert!(doubled.iter().copied().eq(a.iter().map(|n| 2 * n)));
    let woven: Vec<_> = a.par_iter().interleave(&b).collect();
    assert_eq!(woven.len(), a.len() + b.len());
}

pub(crate) fn bridges(_: Here<'_>, random: &mut Random) {
    let length = random.length().min(2_000) as u64;
    let sum: u64 = (0..length).map(|n| n * 3).par_bridge().map(|n| n + 1).sum();
    assert_eq!(sum, (0..length).map(|n| n * 3 + 1).sum());
    let split = moirai::iter::split(0..length, |range| {
        let middle = range.start + (range.end - range.start) / 2;
        let right = middle..range.end;
        if range.end - range.start < 20 {
            (range, None)
        } else {
            (range.start..middle, Some(right))
        }
    });
    assert_eq!(split.map(Iterator::count).sum::<usize>() as u64, length);
}

pub(crate) fn strings(_: Here<'_>, random: &mut Random) {
    let words = ["loom", "thread", "\u{3c3}\u{3c0}\u{3b9}\u{3bd}", "", "shears"];
    let text: String = (0..random.below(2_000))
        .map(|_| random.one_of(&words).to_owned() + random.one_of(&[" ", "\n", ", "]))
        .collect();
    assert_eq!(text.par_lines().count(), text.lines().count());
    assert!(
        text.par_split_whitespace().collect::<Vec<_>>().into_iter().eq(text.split_whitespace())
    );
    assert!(text.par_split(',').collect::<Vec<_>>().into_iter().eq(text.split(',')));
    let upper: String = text.par_chars().flat_map_iter(char::to_uppercase).collect();
    assert_eq!(upper, text.chars().flat_map(char::to_uppercase).collect::<String>());
}

pub(crate) fn collections(_: Here<'_>, random: &mut Random) {
    let numbers = numbers(random);
    let pairs = |n: &u64| (*n % 500, *n);
    let counts: HashSet<u64> = numbers.par_iter().map(|n| n % 500).collect();
    assert_eq!(counts, numbers.iter().map(|n| n % 500).collect());
    let last: BTreeMap<u64, u64> = numbers.par_iter().map(pairs).collect();
    assert_eq!(last, numbers.iter().map(pairs).collect(), "the last of a key stays");
    let by_key: HashMap<u64, u64> = numbers.par_iter().map(pairs).collect();
    assert_eq!(by_key.par_iter().map(|(_, n)| n).sum::<u64>(), last.values().sum());
    assert_eq!(last.into_par_iter().count(), counts.len());
}

pub(crate) fn sorts(_: Here<'_>, random: &mut Random) {
    let numbers = numbers(random);
    let (mut ours, mut theirs) = (numbers.clone(), numbers);
    match random.below(4) {
        0 => (ours.par_sort(), theirs.sort()),
        1 => (ours.par_sort_unstable(), theirs.sort()),
        2 => (ours.par_sort_by_key(|n| n % 64), theirs.sort_by_key(|n| n % 64)),
        _ => (ours.par_sort_by(|a, b| b.cmp(a)), theirs.sort_by(|a, b| b.cmp(a))),
    };
    assert_eq!(ours, theirs);
}

pub(crate) fn buffers(_: Here<'_>, random: &mut Random) {
    let (length, alive) = (random.length(), Arc::new(()));
    let mut buffer = match random.below(2) {
        0 => Buffer::from_fn(length, |at| (at, Arc::clone(&alive))),
        _ => Buffer::interleaved(length, |at| (at, Arc::clone(&alive))),
    };
    buffer.par_iter_mut().for_each(|(at, _)| *at += 1);
    assert!(buffer.iter().map(|(at, _)| *at).eq(1..=length));
    assert_eq!(
        buffer.into_vec().into_par_iter().map(|(at, _)| at).sum::<usize>(),
        length * (length + 1) / 2
    );
    assert_eq!(Arc::strong_count(&alive), 1, "each element is dropped once");
}
