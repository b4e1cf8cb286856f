//! The radix sort orders as the standard library does.

use super::kit::panic_of;
use super::pools::on;
use super::sorts::{Random, on_all};
use crate::random::check;
use moirai::sort::{RadixKey, radix_sort, radix_sort_by_key};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

fn sorts_numbers<K>(mut numbers: Vec<K>, compare: impl Fn(&K, &K) -> std::cmp::Ordering)
where
    K: RadixKey + Send + Sync + Debug,
{
    let mut expected = numbers.clone();
    expected.sort_by(&compare);
    radix_sort(&mut numbers);
    assert!(numbers.iter().zip(&expected).all(|(a, b)| compare(a, b).is_eq()));
}

#[test]
fn numbers_of_all_types() {
    watch!();
    check(|(bits, length, threads): (Vec<u64>, u16, u8)| {
        let cycle = bits.iter().enumerate().cycle().take(usize::from(length) % 3_000);
        let cycle: Vec<u64> = cycle.map(|(at, bits)| bits.rotate_left(at as u32)).collect();
        on(1 + usize::from(threads) % 4, || {
            macro_rules! sorts_as {
                ($($number:ty),+) => {
                    $(sorts_numbers(cycle.iter().map(|&bits| bits as $number).collect(), Ord::cmp);)+
                };
            }
            sorts_as!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);
            sorts_numbers(cycle.iter().map(|bits| bits % 2 == 0).collect(), Ord::cmp);
            sorts_numbers(cycle.iter().map(|&bits| char::from(bits as u8)).collect(), Ord::cmp);
            let floats = cycle.iter().map(|&bits| f64::from_bits(bits)).collect();
            sorts_numbers(floats, f64::total_cmp);
            let floats = cycle.iter().map(|&bits| f32::from_bits(bits as u32)).collect();
            sorts_numbers(floats, f32::total_cmp);
        });
    });
}

/// Numbers that differ in eight bits only, and such of which one differs in more.
#[test]
fn few_numbers() {
    watch!();
    for length in [200, 100_000] {
        let mut random = Random(3);
        let mut numbers: Vec<i64> =
            (0..length).map(|_| (7 << 40) - 5 + random.below(256) as i64 / 3).collect();
        on(3, || {
            sorts_numbers(numbers.clone(), Ord::cmp);
            sorts_numbers(numbers.iter().map(|&number| number as i8).collect(), Ord::cmp);
            sorts_numbers(numbers.iter().map(|number| *number as f32).collect(), f32::total_cmp);
        });
        numbers[length / 2] = -1;
        on(3, || sorts_numbers(numbers, Ord::cmp));
    }
}

/// A part of a point, by which points are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Point(u8, usize);

impl RadixKey for Point {
    fn to_ordered_bits(self) -> u64 {
        u64::from(self.0)
    }
}

/// Keys of another crate may leave out a part of the element, which is not lost.
#[test]
fn keys_that_tell_a_part() {
    watch!();
    let mut random = Random(4);
    let mut points: Vec<Point> = (0..30_000).map(|at| Point(random.below(16) as u8, at)).collect();
    let mut expected = points.clone();
    expected.sort();
    on(3, || radix_sort(&mut points));
    assert!(points.is_sorted_by_key(|point| point.0));
    points.sort();
    assert!(points == expected);
}

/// Elements with equal keys stay in their order, whatever the pattern.
#[test]
fn patterns_by_key() {
    watch!();
    on_all(&[2, 300, 40_000], |numbers, _| {
        let mut items: Vec<(u32, usize)> =
            numbers.iter().map(|number| number / 3).zip(0..).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        radix_sort_by_key(&mut items, |item| item.0);
        assert!(items == expected);
    });
}

/// One value far above the others, most of which share a bucket that is distributed once more.
#[test]
fn a_long_bucket() {
    watch!();
    let mut random = Random(1);
    let mut numbers: Vec<u64> = (0..300_000).map(|_| random.below(100_000) as u64).collect();
    numbers[17] = u64::MAX;
    on(3, || sorts_numbers(numbers, Ord::cmp));
}

/// Two groups that differ in the highest bit, and within each of them in the lowest bits only.
#[test]
fn the_highest_bits_tell_little() {
    watch!();
    for length in [1_000, 200_000] {
        let mut random = Random(2);
        let key = |at: usize, low: usize| ((at % 2) as u64) << 63 | low as u64;
        let mut items: Vec<(u64, usize)> =
            (0..length).map(|at| (key(at, random.below(length / 2)), at)).collect();
        let numbers = items.iter().map(|item| item.0).collect();
        on(3, || sorts_numbers(numbers, Ord::cmp));
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        on(3, || radix_sort_by_key(&mut items, |item| item.0));
        assert!(items == expected);
    }
}

/// A key that changes is noticed, or does no harm.
#[test]
fn keys_that_change() {
    watch!();
    let asked = AtomicU64::new(0);
    let toss = |_: &u32| Random(asked.fetch_add(1, Relaxed)).below(1 << 20) as u32;
    let mut numbers: Vec<u32> = (0..50_000).collect();
    on(3, || panic_of(|| radix_sort_by_key(&mut numbers, toss)));
    assert!(numbers.iter().all(|&number| number < 50_000));
}
