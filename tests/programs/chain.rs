//! Chains of iterators: some adaptors, each applied to what the one before has collected, and a consumer at the end. Items
//! count how many of them are alive.

use super::bytes::Bytes;
use super::program::{Outcome, combine};
use moirai::prelude::*;
use std::collections::LinkedList;
use std::sync::atomic::{AtomicIsize, Ordering};

/// How many items are alive, in all programs.
pub(crate) static ALIVE: AtomicIsize = AtomicIsize::new(0);

#[derive(Debug)]
struct Item(u64);

impl Item {
    fn new(value: u64) -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Item(value)
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        Item::new(self.0)
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Map,
    Filter,
    FilterMap,
    FlatMap,
    FlatMapIter,
    Take,
    Skip,
    Nth,
    Rev,
    Enumerate,
    Chunks,
    ZipWithItself,
    Interleave,
    ChainWithItself,
    MinLen,
    MaxLen,
    Windows,
    DrainMiddle,
    Sort,
    SortUnstable,
    SortByKey,
    TakeWhilePieces,
    Panic,
}

const STEPS: [Step; 23] = [
    Step::Map,
    Step::Filter,
    Step::FilterMap,
    Step::FlatMap,
    Step::FlatMapIter,
    Step::Take,
    Step::Skip,
    Step::Nth,
    Step::Rev,
    Step::Enumerate,
    Step::Chunks,
    Step::ZipWithItself,
    Step::Interleave,
    Step::ChainWithItself,
    Step::MinLen,
    Step::MaxLen,
    Step::Windows,
    Step::DrainMiddle,
    Step::Sort,
    Step::SortUnstable,
    Step::SortByKey,
    Step::TakeWhilePieces,
    Step::Panic,
];

#[derive(Clone, Copy, Debug)]
enum End {
    Collect,
    Sum,
    Reduce,
    Fold,
    FindFirst,
    FindLast,
    IsAny,
    Count,
    Most,
    Partition,
    Unzip,
    List,
    TryFold,
    Position,
    Text,
}

const ENDS: [End; 15] = [
    End::Collect,
    End::Sum,
    End::Reduce,
    End::Fold,
    End::FindFirst,
    End::FindLast,
    End::IsAny,
    End::Count,
    End::Most,
    End::Partition,
    End::Unzip,
    End::List,
    End::TryFold,
    End::Position,
    End::Text,
];

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Chain {
    items: u64,
    steps: Vec<(Step, u8)>,
    end: End,
}

/// Where chains grow no more, in items.
const MOST_ITEMS: usize = 600;

fn mixed(value: u64, by: u8) -> u64 {
    (value ^ u64::from(by)).wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> 7
}

fn is_kept(value: u64, by: u8) -> bool {
    value % (u64::from(by % 7) + 1) != 0 || by % 5 == 0
}

/// A function x -> a * x + b: the composition of two is associative, and its order matters.
fn then(first: (u64, u64), second: (u64, u64)) -> (u64, u64) {
    (first.0.wrapping_mul(second.0), second.0.wrapping_mul(first.1).wrapping_add(second.1))
}

fn function(value: u64) -> (u64, u64) {
    (value | 1, value >> 3)
}

impl Chain {
    pub(crate) fn new(bytes: &mut Bytes<'_>) -> Self {
        let items = u64::from(bytes.byte()) * (u64::from(bytes.byte()) % 4);
        let steps = (0..bytes.below(5)).map(|_| (STEPS[bytes.below(STEPS.len())], bytes.byte()));
        let steps = steps.collect();
        Chain { items, steps, end: ENDS[bytes.below(ENDS.len())] }
    }

    /// What must come of it, by the iterators of std.
    pub(crate) fn outcome(&self) -> Outcome {
        let mut items: Vec<u64> = (0..self.items).collect();
        for (step, by) in &self.steps {
            let (n, by) = (usize::from(*by), *by);
            items = match step {
                Step::Map => items.into_iter().map(|item| mixed(item, by)).collect(),
                Step::Filter => items.into_iter().filter(|item| is_kept(*item, by)).collect(),
                Step::FilterMap => items
                    .into_iter()
                    .filter(|item| is_kept(*item, by))
                    .map(|item| mixed(item, by))
                    .collect(),
                Step::FlatMap | Step::FlatMapIter if items.len() < MOST_ITEMS => items
                    .into_iter()
                    .flat_map(|item| (0..item % 4).map(move |n| mixed(item, n as u8)))
                    .collect(),
                Step::Take => items.into_iter().take(n).collect(),
                Step::Skip => items.into_iter().skip(n).collect(),
                Step::Nth => items.into_iter().step_by(n + 1).collect(),
                Step::Rev => items.into_iter().rev().collect(),
                Step::Enumerate => {
                    items.into_iter().enumerate().map(|(n, item)| item ^ n as u64).collect()
                }
                Step::Chunks => items
                    .chunks(n + 1)
                    .map(|chunk| chunk.iter().fold(0, |all, item| combine(all, *item)))
                    .collect(),
                Step::ZipWithItself => {
                    let reversed = items.iter().rev();
                    items.iter().zip(reversed).map(|(a, b)| combine(*a, *b)).collect()
                }
                Step::Interleave if items.len() < MOST_ITEMS => {
                    let pairs = items.iter().zip(items.iter().rev());
                    pairs.flat_map(|(a, b)| [*a, *b]).collect()
                }
                Step::ChainWithItself if items.len() < MOST_ITEMS => {
                    items.iter().chain(&items).copied().collect()
                }
                Step::Windows => items
                    .windows(n % 5 + 1)
                    .map(|window| combine(window[0], window.len() as u64))
                    .collect(),
                Step::DrainMiddle => {
                    let third = items.len() / 3;
                    items.drain(third..2 * third).collect()
                }
                Step::Sort | Step::SortUnstable | Step::SortByKey => {
                    items.sort_by_key(|item| mixed(*item, by));
                    items
                }
                Step::Panic if items.iter().any(|item| item % 64 == u64::from(by)) => {
                    return Outcome::Panics([by].into());
                }
                _ => items,
            };
        }
        Outcome::Value(self.outcome_of_end(&items))
    }

    fn outcome_of_end(&self, items: &[u64]) -> u64 {
        let count = items.len() as u64;
        match self.end {
            End::Collect | End::List => items.iter().fold(count, |all, item| combine(all, *item)),
            End::Sum | End::Fold => items.iter().fold(0, |all, item| all.wrapping_add(*item)),
            End::Reduce | End::TryFold => {
                items.iter().map(|item| function(*item)).fold((1, 0), then).1
            }
            End::FindFirst => items.iter().find(|item| *item % 9 == 8).map_or(0, |item| item + 1),
            End::FindLast => {
                items.iter().rev().find(|item| *item % 9 == 8).map_or(0, |item| item + 1)
            }
            End::IsAny => u64::from(items.iter().any(|item| item % 9 == 8)),
            End::Count => count,
            End::Most => items.iter().max().map_or(0, |item| item + 1),
            End::Partition | End::Unzip => {
                let (odd, even): (Vec<u64>, Vec<u64>) =
                    items.iter().partition(|item| *item % 2 == 1);
                let all = [odd, even].concat();
                all.iter().fold(0, |all, item| combine(all, *item))
            }
            End::Position => {
                items.iter().position(|item| item % 9 == 8).map_or(0, |place| place as u64 + 1)
            }
            End::Text => items
                .iter()
                .map(u64::to_string)
                .collect::<String>()
                .bytes()
                .fold(0, |all, byte| combine(all, byte.into())),
        }
    }

    /// The same by the parallel iterators. Panics with the step's number where a step says so.
    pub(crate) fn run(&self) -> u64 {
        let mut items: Vec<Item> = (0..self.items).into_par_iter().map(Item::new).collect();
        for (step, by) in &self.steps {
            items = run_step(items, *step, *by);
        }
        self.run_end(items)
    }

    fn run_end(&self, items: Vec<Item>) -> u64 {
        let count = items.len() as u64;
        let all_of =
            |items: &[Item], first| items.iter().fold(first, |all, item| combine(all, item.0));
        match self.end {
            End::Collect => all_of(&items.into_par_iter().collect::<Vec<_>>(), count),
            End::List => {
                let list: LinkedList<Item> = items.into_par_iter().collect();
                list.iter().fold(count, |all, item| combine(all, item.0))
            }
            End::Sum => {
                // In release and in debug: no overflow.
                let halves = items.into_par_iter().map(|item| u128::from(item.0));
                halves.sum::<u128>() as u64
            }
            End::Fold => {
                let folded =
                    items.into_par_iter().fold(|| 0_u64, |all, item| all.wrapping_add(item.0));
                folded.reduce(|| 0, u64::wrapping_add)
            }
            End::Reduce => {
                items.into_par_iter().map(|item| function(item.0)).reduce(|| (1, 0), then).1
            }
            End::TryFold => {
                let folded = items
                    .into_par_iter()
                    .try_fold(|| (1, 0), |all, item| Some(then(all, function(item.0))));
                folded.try_reduce(|| (1, 0), |a, b| Some(then(a, b))).map_or(0, |all| all.1)
            }
            End::FindFirst => {
                let found = items.into_par_iter().find_first(|item| item.0 % 9 == 8);
                found.map_or(0, |item| item.0 + 1)
            }
            End::FindLast => {
                let found = items.into_par_iter().find_last(|item| item.0 % 9 == 8);
                found.map_or(0, |item| item.0 + 1)
            }
            End::IsAny => {
                let found = items.into_par_iter().find_any(|item| item.0 % 9 == 8);
                assert!(found.as_ref().is_none_or(|item| item.0 % 9 == 8));
                u64::from(found.is_some())
            }
            End::Count => items.into_par_iter().count() as u64,
            End::Most => items.par_iter().map(|item| item.0).max().map_or(0, |item| item + 1),
            End::Partition => {
                let (odd, even): (Vec<Item>, Vec<Item>) =
                    items.into_par_iter().partition(|item| item.0 % 2 == 1);
                all_of(&even, all_of(&odd, 0))
            }
            End::Unzip => {
                let (odd, even): (Vec<Option<Item>>, Vec<Option<Item>>) = items
                    .into_par_iter()
                    .map(
                        |item| {
                            if item.0 % 2 == 1 { (Some(item), None) } else { (None, Some(item)) }
                        },
                    )
                    .unzip();
                let all: Vec<Item> = odd.into_iter().chain(even).flatten().collect();
                all_of(&all, 0)
            }
            End::Position => {
                let place = items.par_iter().position_first(|item| item.0 % 9 == 8);
                place.map_or(0, |place| place as u64 + 1)
            }
            End::Text => {
                let text: String = items.par_iter().map(|item| item.0.to_string()).collect();
                text.bytes().fold(0, |all, byte| combine(all, byte.into()))
            }
        }
    }
}

fn run_step(mut items: Vec<Item>, step: Step, by: u8) -> Vec<Item> {
    let n = usize::from(by);
    let renewed = |item: Item, by| Item::new(mixed(item.0, by));
    let is_small = items.len() < MOST_ITEMS;
    match step {
        Step::Map => items.into_par_iter().map(|item| renewed(item, by)).collect(),
        Step::Filter => items.into_par_iter().filter(|item| is_kept(item.0, by)).collect(),
        Step::FilterMap => items
            .into_par_iter()
            .filter_map(|item| is_kept(item.0, by).then(|| renewed(item, by)))
            .collect(),
        Step::FlatMap if is_small => items
            .into_par_iter()
            .flat_map(|item| {
                let copies = (0..item.0 % 4).into_par_iter();
                copies.map(move |n| renewed(item.clone(), n as u8))
            })
            .collect(),
        Step::FlatMapIter if is_small => items
            .into_par_iter()
            .flat_map_iter(|item| (0..item.0 % 4).map(move |n| renewed(item.clone(), n as u8)))
            .collect(),
        Step::Take => items.into_par_iter().take(n).collect(),
        Step::Skip => items.into_par_iter().skip(n).collect(),
        Step::Nth => items.into_par_iter().step_by(n + 1).collect(),
        Step::Rev => items.into_par_iter().rev().collect(),
        Step::Enumerate => items
            .into_par_iter()
            .enumerate()
            .map(|(n, item)| Item::new(item.0 ^ n as u64))
            .collect(),
        Step::Chunks => {
            let folded = |chunk: Vec<Item>| chunk.iter().fold(0, |all, item| combine(all, item.0));
            items.into_par_iter().chunks(n + 1).map(|chunk| Item::new(folded(chunk))).collect()
        }
        Step::ZipWithItself => {
            let reversed = items.par_iter().rev();
            let pairs = items.par_iter().zip(reversed);
            pairs.map(|(a, b)| Item::new(combine(a.0, b.0))).collect()
        }
        Step::Interleave if is_small => {
            items.par_iter().interleave(items.par_iter().rev()).cloned().collect()
        }
        Step::ChainWithItself if is_small => items.par_iter().chain(&items).cloned().collect(),
        Step::MinLen => items.into_par_iter().with_min_len(n).collect(),
        Step::MaxLen => items.into_par_iter().with_max_len(n + 1).collect(),
        Step::Windows => {
            let windows = items.par_windows(n % 5 + 1);
            windows.map(|window| Item::new(combine(window[0].0, window.len() as u64))).collect()
        }
        Step::DrainMiddle => {
            let third = items.len() / 3;
            items.par_drain(third..2 * third).collect()
        }
        Step::Sort => {
            items.par_sort_by(|a, b| mixed(a.0, by).cmp(&mixed(b.0, by)));
            items
        }
        Step::SortUnstable => {
            // Equal keys in the order of a stable sort: the place decides.
            let mut placed: Vec<_> = items.into_par_iter().enumerate().collect();
            placed.par_sort_unstable_by_key(|(place, item)| (mixed(item.0, by), *place));
            placed.into_par_iter().map(|(_, item)| item).collect()
        }
        Step::SortByKey => {
            items.par_sort_by_cached_key(|item| mixed(item.0, by));
            items
        }
        Step::TakeWhilePieces => items.into_par_iter().while_some_all().collect(),
        Step::Panic => items
            .into_par_iter()
            .inspect(|item| {
                if item.0 % 64 == u64::from(by) {
                    std::panic::resume_unwind(Box::new(by));
                }
            })
            .collect(),
        Step::FlatMap | Step::FlatMapIter | Step::Interleave | Step::ChainWithItself => items,
    }
}

/// `while_some` over items that are all there.
trait WhileSomeAll: ParallelIterator {
    fn while_some_all(self) -> impl ParallelIterator<Item = Self::Item> {
        self.map(Some).while_some()
    }
}

impl<I: ParallelIterator> WhileSomeAll for I {}
