//! Panics of closures and sources come to the consumer, in order.

use super::{everywhere, number_of, panic_of, panic_with};
use moirai::prelude::*;
use moirai::stream::{ParallelMap, ParallelStream};

const ITEMS: usize = 100;

#[test]
fn behind_all_items_before_it() {
    watch!();
    everywhere(|| {
        for at in [0, 1, 5, 50, ITEMS - 1] {
            for cap in [1, 8, 90] {
                let mut stream = (0..ITEMS)
                    .into_par_iter()
                    .map(move |n| if n >= at { panic_with(n) } else { n })
                    .ordered(cap);
                let mut seen = Vec::new();
                let payload = panic_of(|| stream.by_ref().for_each(|n| seen.push(n)));
                assert!(seen.into_iter().eq(0..at));
                assert_eq!(number_of(payload), at, "the first of all panics");
                assert_eq!(stream.next(), None, "the stream has ended");
            }
        }
    });
}

#[test]
fn of_a_sequential_source() {
    watch!();
    everywhere(|| {
        for at in [0, 1, 5, 50] {
            for cap in [1, 8, 90] {
                let source = (0..ITEMS).inspect(|n| {
                    if *n == at {
                        panic_with(at)
                    }
                });
                let mut stream = source.par_map_ordered(cap, |n| n);
                let mut seen = Vec::new();
                let payload = panic_of(|| stream.by_ref().for_each(|n| seen.push(n)));
                assert!(seen.into_iter().eq(0..at));
                assert_eq!(number_of(payload), at);
                assert_eq!(stream.next(), None);
            }
        }
    });
}

#[test]
fn of_a_closure_before_one_of_the_source() {
    watch!();
    everywhere(|| {
        let source = (0..ITEMS).inspect(|n| {
            if *n == 20 {
                panic_with(20)
            }
        });
        let mut stream = source.par_map_ordered(90, |n| if n == 10 { panic_with(10) } else { n });
        assert_eq!(number_of(panic_of(|| stream.by_ref().count())), 10);
        assert_eq!(stream.next(), None);
    });
}

#[test]
fn what_nobody_asked_for_is_not_reported() {
    watch!();
    everywhere(|| {
        for taken in [0, 1, 10] {
            let mut stream = (0..ITEMS)
                .into_par_iter()
                .map(|n| if n >= 10 { panic_with(n) } else { n })
                .ordered(30);
            assert!(stream.by_ref().take(taken).eq(0..taken));
            drop(stream);
            let numbers: Vec<usize> = (0..ITEMS).collect();
            let first = numbers.par_iter().map(|n| if *n >= 10 { panic_with(*n) } else { *n });
            assert!(first.with_stream(30, |items| items.take(taken).eq(0..taken)));
        }
    });
}

#[test]
fn within_a_closure_it_comes_out_of_the_call() {
    watch!();
    everywhere(|| {
        let payload = panic_of(|| {
            let items = (0..ITEMS).into_par_iter().map(|n| if n == 33 { panic_with(n) } else { n });
            items.with_indexed_stream(7, |items| items.count())
        });
        assert_eq!(number_of(payload), 33);
    });
}

#[test]
fn of_an_unordered_stream() {
    watch!();
    everywhere(|| {
        let stream = (0..ITEMS)
            .into_par_iter()
            .map(|n| if n == 50 { panic_with(n) } else { n })
            .unordered(16);
        assert_eq!(number_of(panic_of(|| stream.count())), 50);
    });
}
