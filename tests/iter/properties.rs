//! Chains of adaptors give what the standard library's iterators give, however they are run.

use super::api::prelude::*;
use super::pipeline::{Adaptor, Op, Pipeline, with_indices};
use super::pools::on;
use crate::random::check;

/// Runs the chain in every way that keeps all items, and compares.
fn compare(pipeline: &Pipeline) {
    let expected = pipeline.sequential();
    on(pipeline.threads, || {
        assert_eq!(pipeline.parallel().collect::<Vec<_>>(), expected, "collected");
        let iter = pipeline.parallel();
        if let Some(len) = iter.opt_len() {
            assert_eq!(len, expected.len(), "opt_len");
        }
        // The pieces of a source of unknown length, put together.
        let pieces: Vec<Vec<u32>> = iter.filter(|_| true).collect_vec_list().into_iter().collect();
        assert!(pieces.iter().all(|piece| !piece.is_empty()), "an empty piece in the list");
        assert_eq!(pieces.concat(), expected, "in pieces");
        let iter = with_indices(pipeline.parallel());
        assert_eq!(iter.len(), expected.len(), "len");
        let mut target = vec![7; 3];
        iter.with_max_len(1).collect_into_vec(&mut target);
        assert_eq!(target, expected, "item by item");
        let mut backwards: Vec<u32> = with_indices(pipeline.parallel()).rev().collect();
        backwards.reverse();
        assert_eq!(backwards, expected, "backwards");
    });
}

#[test]
fn each_adaptor_alone() {
    watch!();
    check(|(pipeline, n): (Pipeline, u8)| {
        // A fifth of them each time: the cases are many.
        for adaptor in Adaptor::ALL.into_iter().skip(usize::from(n) % 5).step_by(5) {
            let op = Op { adaptor, n: n.into() };
            compare(&Pipeline { ops: vec![op], ..pipeline.clone() });
        }
    });
}

#[test]
fn random_chains() {
    watch!();
    check(|pipeline: Pipeline| compare(&pipeline));
}

/// Adaptors that may choose: how many items they keep is certain, and that these keep their order.
#[test]
fn any_so_many_items() {
    watch!();
    check(|(pipeline, n): (Pipeline, u8)| {
        let all = pipeline.sequential();
        let n = usize::from(n);
        on(pipeline.threads, || {
            let taken: Vec<_> = numbered(&pipeline).take_any(n).collect();
            assert_eq!(taken.len(), n.min(all.len()));
            let left: Vec<_> = numbered(&pipeline).skip_any(n).collect();
            assert_eq!(left.len(), all.len().saturating_sub(n));
            let stop = |&(_, x): &(usize, u32)| x % 64 != 5;
            let before: Vec<_> = numbered(&pipeline).take_any_while(stop).collect();
            assert!(before.iter().all(stop));
            let after: Vec<_> = numbered(&pipeline).skip_any_while(stop).collect();
            assert_eq!(after.is_empty(), all.iter().all(|&x| x % 64 != 5));
            let some = |pair: (usize, u32)| stop(&pair).then_some(pair);
            let while_some: Vec<_> = numbered(&pipeline).map(some).while_some().collect();
            assert!(while_some.iter().all(stop));
            for kept in [taken, left, before, after, while_some] {
                assert!(kept.is_sorted_by(|(at, _), (next, _)| at < next), "{kept:?}");
                assert!(kept.iter().all(|&(at, x)| all[at] == x));
            }
        });
    });
}

fn numbered(pipeline: &Pipeline) -> impl ParallelIterator<Item = (usize, u32)> + use<> {
    with_indices(pipeline.parallel()).enumerate()
}
