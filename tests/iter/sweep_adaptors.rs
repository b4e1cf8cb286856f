//! The catalogue of adaptors.

use super::api::iter::{Either, IntoParallelIterator};
use super::api::prelude::*;
use super::sweep::{Order, Sweep, check};
use super::tracked::{Tracked, items};
use std::collections::LinkedList;

/// How many items go in.
const LENS: [usize; 5] = [0, 1, 2, 5, 8];

/// The numbers that adaptors are given.
const NUMBERS: [usize; 4] = [0, 1, 3, 20];

pub(super) fn item_by_item<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let par = || items::<BYTES>(len).into_par_iter();
        let seq = || items::<BYTES>(len).into_iter();
        let refs = items::<BYTES>(len);
        sweep.indexed(seq(), par);
        sweep.indexed(refs.iter(), || refs.par_iter().cloned());
        sweep.indexed(0..len, || (0..len).collect::<Vec<_>>().into_par_iter());
        sweep.indexed(seq().enumerate(), || par().enumerate());
        sweep.indexed(seq(), || par().inspect(|_| ()));
        sweep.indexed(seq().map(|x| (x, 1)), || par().map(|x| (x, 1)));
        sweep.indexed(seq().map(|x| (x, 1)), || par().map_init(|| 1, |n, x| (x, *n)));
        let extra = Tracked::<BYTES>::new(1);
        sweep.indexed(seq().map(|x| (x, 1)), || {
            par().map_with(extra.clone(), |n, x| (x, n.number().max(1)))
        });
        drop(extra);
        sweep.indexed(seq(), || par().panic_fuse());
        sweep.indexed(seq().rev(), || par().rev());
        sweep.indexed(seq().map(|_| Tracked::<BYTES>::new(9)), || {
            par().update(|x| *x = Tracked::new(9))
        });
        sweep.indexed(seq().zip(seq()), || par().zip_eq(par()));
        sweep.indexed(seq(), || Either::<_, super::api::vec::IntoIter<_>>::Left(par()));
        sweep.indexed(seq(), || Either::<super::api::vec::IntoIter<_>, _>::Right(par()));

        let odd = |x: &Tracked<BYTES>| x.number() % 2 == 1;
        let some = |x: Tracked<BYTES>| odd(&x).then_some(x);
        sweep.loose(Order::Exact, seq().filter(odd), || par().filter(odd));
        sweep.loose(Order::Exact, seq().filter_map(some), || par().filter_map(some));
        sweep.loose(Order::Exact, seq(), || par().map(Some).while_some());
        sweep.loose(Order::Exact, seq(), || par().take_any(len));
        sweep.loose(Order::Exact, seq(), || par().skip_any(0));
        sweep.loose(Order::Exact, seq(), || par().take_any_while(|_| true));
        sweep.loose(Order::Exact, seq(), || par().skip_any_while(|_| false));
        sweep.loose(Order::Exact, seq(), || par().by_exponential_blocks());
        let positions = seq().enumerate().filter(|(_, x)| odd(x)).map(|(at, _)| at);
        sweep.loose(Order::Exact, positions, || par().positions(|x| odd(&x)));
    }
}

pub(super) fn nested<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    let children = |x: Tracked<BYTES>| items::<BYTES>(x.number() as usize % 3);
    for len in LENS {
        let par = || items::<BYTES>(len).into_par_iter();
        let seq = || items::<BYTES>(len).into_iter();
        let flat = || seq().flat_map(children);
        sweep.loose(Order::Exact, flat(), || par().flat_map(children));
        sweep.loose(Order::Exact, flat(), || par().flat_map_iter(children));
        let nested: Vec<_> = seq().map(children).collect();
        let nested = || nested.clone().into_par_iter();
        sweep.loose(Order::Exact, flat(), || nested().flatten());
        sweep.loose(Order::Exact, flat(), || nested().flatten_iter());

        let push = |mut list: Vec<_>, x: Tracked<BYTES>| {
            list.push(x);
            list
        };
        let none = Vec::<Tracked<BYTES>>::new;
        sweep.loose(Order::Pieces, seq(), || par().fold(none, push));
        sweep.loose(Order::Pieces, seq(), || par().fold_with(none(), push));
        let some = |list, x| Some(push(list, x));
        sweep.loose(Order::Pieces, seq(), || par().try_fold(none, some));
        let ok = |list, x| Some(push(list, x));
        sweep.loose(Order::Pieces, seq(), || par().try_fold_with(none(), ok));

        let separator = Tracked::<BYTES>::new(77);
        let separated = || seq().flat_map(|x| [separator.clone(), x]).skip(1);
        let interspersed = || par().intersperse(separator.clone());
        if super::INTERSPERSES_PIECES {
            sweep.indexed(separated(), interspersed);
            sweep.loose(Order::Exact, separated(), || {
                par().filter(|_| true).intersperse(separator.clone())
            });
        }
    }
}

pub(super) fn numbered<const BYTES: usize>(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let par = || items::<BYTES>(len).into_par_iter();
        let seq = || items::<BYTES>(len).into_iter();
        for n in NUMBERS {
            sweep.indexed(seq().skip(n), || par().skip(n));
            sweep.indexed(seq().take(n), || par().take(n));
            sweep.indexed(seq(), || par().with_min_len(n));
            sweep.indexed(seq(), || par().with_max_len(n));
            let other = || items::<BYTES>(n);
            sweep.indexed(seq().chain(other()), || par().chain(other()));
            sweep.indexed(seq().zip(other()), || par().zip(other()));
            let mixed = || interleaved(seq(), other().into_iter(), false);
            sweep.indexed(mixed(), || par().interleave(other()));
            let mixed = || interleaved(seq(), other().into_iter(), true);
            sweep.indexed(mixed(), || par().interleave_shortest(other()));

            let n = n.max(1);
            sweep.indexed(seq().step_by(n), || par().step_by(n));
            let chunks = || {
                let items: Vec<_> = seq().collect();
                items.chunks(n).map(<[_]>::to_vec).collect::<Vec<_>>()
            };
            sweep.indexed(chunks(), || par().chunks(n));
            let push = |mut list: Vec<_>, x: Tracked<BYTES>| {
                list.push(x);
                list
            };
            sweep.indexed(chunks(), || par().fold_chunks(n, Vec::new, push));
            sweep.indexed(chunks(), || par().fold_chunks_with(n, Vec::new(), push));
            sweep.loose(Order::Exact, seq(), || par().by_uniform_blocks(n));
        }
    }
}

fn interleaved<T>(
    left: impl Iterator<Item = T>,
    right: impl Iterator<Item = T>,
    shortest: bool,
) -> LinkedList<T> {
    let (mut left, mut right) = (left.fuse(), right.fuse());
    let mut mixed = LinkedList::new();
    loop {
        let one = left.next();
        if one.is_none() && shortest {
            return mixed;
        }
        let two = right.next();
        let ended = one.is_none() && two.is_none();
        let one_ended = two.is_none();
        mixed.extend(one);
        mixed.extend(two);
        if ended || (shortest && one_ended) {
            return mixed;
        }
    }
}

pub(super) fn copied(sweep: &mut Sweep<'_>) {
    for len in LENS {
        let numbers: Vec<u32> = (5..).take(len).collect();
        sweep.indexed(numbers.iter(), || numbers.par_iter().copied());
    }
}

#[test]
fn adaptors_item_by_item() {
    watch!();
    check(item_by_item::<8>);
}

#[test]
fn adaptors_that_nest() {
    watch!();
    check(nested::<8>);
}

#[test]
fn adaptors_with_numbers() {
    watch!();
    check(numbered::<8>);
    check(copied);
}
