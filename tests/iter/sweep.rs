//! The sweep: every iterator type goes through every check of this file.
//!
//! The catalogues (`sweep_sources.rs`, `sweep_adaptors.rs`) name the iterators, several lengths of
//! each, and the items that the standard library says it has.

use super::api::iter::plumbing::{Folder, Producer, ProducerCallback};
use super::api::prelude::*;
use super::cuts::dawdle;
use super::erased::{Erased, Indexed};
use super::kit::{panic_of, quiet_panic};
use super::pools::on;
use super::shown::{Show, Shown, look};
use super::tracked::Census;
use std::any::type_name;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What the items should look like.
type Looks = Vec<Vec<u64>>;

/// How what comes is compared with what should come.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Order {
    /// Item by item.
    Exact,
    /// Item by item, in any order.
    Any,
    /// The items are pieces of a whole, which is cut as it happens.
    Pieces,
}

/// One iterator, and what should come out of it.
pub(super) struct Entry<'e> {
    order: Order,
    expected: Looks,
    /// Makes the iterator, and shows it to the check.
    with: &'e (dyn Fn(Check<'_>) + Sync),
}

/// Goes through a catalogue; `visit` is called for each entry.
pub(super) struct Sweep<'v> {
    visit: &'v mut dyn FnMut(Entry<'_>),
}

/// Receives an iterator.
pub(super) struct Check<'c>(&'c mut dyn FnMut(Erased<'_, Shown<'_>>));

/// The type names of all iterators that checks have received.
static SEEN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

fn note<I: Debug>(iter: &I) {
    SEEN.lock().unwrap().insert(type_name::<I>());
    assert!(!format!("{iter:?}").is_empty());
}

impl Check<'_> {
    /// Only counts the type as seen: the iterator is endless.
    pub(super) fn endless<I: ParallelIterator + Debug>(&mut self, iter: &I) {
        note(iter);
    }

    pub(super) fn indexed<'a, I>(&mut self, iter: I)
    where
        I: IndexedParallelIterator<Item: Show + 'a> + Debug + 'a,
    {
        note(&iter);
        self.0(Erased::indexed(iter));
    }

    pub(super) fn loose<'a, I>(&mut self, iter: I)
    where
        I: ParallelIterator<Item: Show + 'a> + Debug + 'a,
    {
        note(&iter);
        self.0(Erased::loose(iter));
    }
}

fn looks(items: impl IntoIterator<Item: Show>) -> Looks {
    items.into_iter().map(|item| look(&item)).collect()
}

impl Sweep<'_> {
    /// An iterator with indices that can be cloned.
    pub(super) fn indexed<'a, I>(
        &mut self,
        expected: impl IntoIterator<Item: Show>,
        make: impl Fn() -> I + Sync,
    ) where
        I: IndexedParallelIterator<Item: Show + 'a> + Clone + Debug + 'a,
    {
        self.with(Order::Exact, expected, |mut check| {
            let iter = make();
            check.indexed(iter.clone());
            check.indexed(iter);
        });
    }

    /// An iterator without indices that can be cloned.
    pub(super) fn loose<'a, I>(
        &mut self,
        order: Order,
        expected: impl IntoIterator<Item: Show>,
        make: impl Fn() -> I + Sync,
    ) where
        I: ParallelIterator<Item: Show + 'a> + Clone + Debug + 'a,
    {
        self.with(order, expected, |mut check| {
            let iter = make();
            check.loose(iter.clone());
            check.loose(iter);
        });
    }

    /// An iterator that cannot be cloned, or that borrows what has to be made anew each time.
    pub(super) fn with(
        &mut self,
        order: Order,
        expected: impl IntoIterator<Item: Show>,
        with: impl Fn(Check<'_>) + Sync,
    ) {
        (self.visit)(Entry { order, expected: looks(expected), with: &with });
    }
}

/// Puts every entry of a catalogue to every check, in pools of several sizes.
pub(super) fn check(catalogue: fn(&mut Sweep<'_>)) {
    let census = Census::start();
    let census = &census;
    catalogue(&mut Sweep {
        visit: &mut |entry| {
            on(1, || entry.check(census));
            on(4, || entry.check_parallel(census));
        },
    });
}

/// Only makes every iterator of a catalogue; for their names.
#[allow(dead_code, reason = "the types of the other crate are not counted")]
pub(super) fn names(catalogues: &[fn(&mut Sweep<'_>)]) -> BTreeSet<&'static str> {
    let _census = Census::start();
    for catalogue in catalogues {
        catalogue(&mut Sweep { visit: &mut |entry| (entry.with)(Check(&mut |iter| drop(iter))) });
    }
    SEEN.lock().unwrap().clone()
}

impl Entry<'_> {
    fn check(&self, census: &Census) {
        let with = |check: &mut dyn FnMut(Erased<'_, Shown<'_>>)| {
            census.balanced(|| (self.with)(Check(check)));
        };
        let len = self.expected.len();
        with(&mut |iter| drop(iter));
        let mut has_indices = false;
        with(&mut |iter| {
            if self.order != Order::Pieces {
                assert!(iter.opt_len().is_none_or(|opt_len| opt_len == len));
            }
            if let Erased::Indexed(iter) = iter {
                assert_eq!(iter.len(), len);
                assert_eq!(iter.opt_len(), Some(len));
                has_indices = true;
            }
        });
        if has_indices {
            self.check_producer(&with);
        }
        self.check_parallel(census);
    }

    fn check_parallel(&self, census: &Census) {
        let with = |check: &mut dyn FnMut(Erased<'_, Shown<'_>>)| {
            census.balanced(|| (self.with)(Check(check)));
        };
        with(&mut |iter| self.assert_same(seen(iter)));
        with(&mut |iter| self.assert_same(seen(iter.filter(|_| true))));
        with(&mut |iter| match iter {
            Erased::Indexed(iter) => self.assert_same(seen(iter.with_max_len(1))),
            Erased::Loose(iter) => self.assert_same(seen(iter.inspect(|_| dawdle()))),
        });
        self.check_early_ends(&with);
        self.check_panics(&with);
    }

    fn assert_same(&self, mut found: Looks) {
        let mut expected = self.expected.clone();
        match self.order {
            Order::Exact => {}
            Order::Any => {
                found.sort();
                expected.sort();
            }
            Order::Pieces => {
                found = vec![found.concat()];
                expected = vec![expected.concat()];
            }
        }
        assert_eq!(found, expected);
    }

    /// Ends before all items have come.
    fn check_early_ends(&self, with: With<'_>) {
        for at in 0..self.expected.len() {
            let wanted = &self.expected[at];
            with(&mut |iter| {
                let found = iter.find_any(|item| item.look == *wanted);
                assert!(found.is_some() || self.order == Order::Pieces);
            });
            if self.order == Order::Exact {
                with(&mut |iter| {
                    let first = self.expected.iter().position(|look| look == wanted);
                    let numbered = AtomicUsize::new(0);
                    let found = iter.find_first(|item| {
                        numbered.fetch_add(1, Relaxed);
                        item.look == *wanted
                    });
                    assert!(found.is_some() && numbered.into_inner() > first.unwrap());
                });
            }
        }
    }

    /// Panics at each item, and with the items kept so far in a vector.
    fn check_panics(&self, with: With<'_>) {
        for at in 0..=self.expected.len() {
            for kept in [false, true] {
                with(&mut |iter| {
                    let visited = AtomicUsize::new(0);
                    let visit = |item| {
                        if visited.fetch_add(1, Relaxed) == at {
                            quiet_panic("as wanted");
                        }
                        item
                    };
                    let run = || match (kept, iter) {
                        (false, iter) => iter.map(visit).for_each(drop),
                        (true, Erased::Indexed(iter)) => {
                            iter.map(visit).with_max_len(1).collect_into_vec(&mut Vec::new());
                        }
                        (true, iter) => drop(iter.map(visit).collect::<Vec<_>>()),
                    };
                    if at < self.expected.len() && self.order != Order::Pieces {
                        panic_of(run);
                    } else {
                        // There may be fewer items than pieces expected, or more.
                        let run = std::panic::AssertUnwindSafe(run);
                        let ended = std::panic::catch_unwind(run);
                        assert_eq!(ended.is_err(), visited.into_inner() > at);
                    }
                });
            }
        }
    }

    /// What only an iterator with indices can do.
    fn check_producer(&self, with: With<'_>) {
        let len = self.expected.len();
        let indexed = |check: &dyn Fn(Indexed<'_, Shown<'_>>)| {
            with(&mut |iter| match iter {
                Erased::Indexed(iter) => check(iter),
                Erased::Loose(_) => panic!("an iterator that has indices only at times"),
            });
        };
        indexed(&|iter| self.assert_same(seen(iter.with_min_len(len.max(1)))));
        indexed(&|iter| {
            let mut found = seen(iter.rev());
            found.reverse();
            self.assert_same(found);
        });
        indexed(&|iter| {
            let mut target = Vec::new();
            iter.collect_into_vec(&mut target);
            self.assert_same(looks_of(target));
        });
        for at in 0..=len {
            indexed(&|iter| self.assert_same(iter.with_producer(Halves { at, len })));
            for (left, right) in [(true, false), (false, true), (false, false)] {
                let expected = [&self.expected[..at * usize::from(left)], {
                    &self.expected[if right { at } else { len }..]
                }];
                let part =
                    |iter: Indexed<'_, Shown<'_>>| iter.with_producer(Part { at, left, right });
                indexed(&|iter| assert_eq!(part(iter), expected.concat()));
            }
            indexed(&|iter| {
                // A folder that is full after so many items.
                let found = iter.with_producer(Folded(at));
                assert_eq!(found, self.expected[..at.min(len)]);
            });
            for from_back in [false, true] {
                let mut expected = self.expected.clone();
                if from_back {
                    expected.reverse();
                }
                let nth = |iter: Indexed<'_, Shown<'_>>| iter.with_producer(Nth { at, from_back });
                indexed(&|iter| assert_eq!(nth(iter), expected[at..]));
            }
        }
        indexed(&|iter| self.assert_same(iter.with_producer(Apart(len))));
    }
}

/// Shows the iterator of an entry to a check.
type With<'w> = &'w dyn Fn(&mut dyn FnMut(Erased<'_, Shown<'_>>));

fn looks_of<'a>(items: impl IntoIterator<Item = Shown<'a>>) -> Looks {
    items.into_iter().map(|item| item.look).collect()
}

/// All items, as they come.
fn seen<'a>(iter: impl ParallelIterator<Item = Shown<'a>>) -> Looks {
    looks_of(iter.collect::<Vec<_>>())
}

/// Cuts once; the left part runs forwards and the right one backwards, or both from both ends.
struct Halves {
    at: usize,
    len: usize,
}

impl<'a> ProducerCallback<Shown<'a>> for Halves {
    type Output = Looks;

    fn callback<P: Producer<Item = Shown<'a>>>(self, producer: P) -> Looks {
        let (left, right) = producer.split_at(self.at);
        let (left, right) = (left.into_iter(), right.into_iter());
        assert_eq!((left.len(), right.len()), (self.at, self.len - self.at));
        let mut found = looks_of(left);
        let mut backwards = looks_of(right.rev());
        backwards.reverse();
        found.extend(backwards);
        found
    }
}

/// Cuts once, and drops one part or both unused.
struct Part {
    at: usize,
    left: bool,
    right: bool,
}

impl<'a> ProducerCallback<Shown<'a>> for Part {
    type Output = Looks;

    fn callback<P: Producer<Item = Shown<'a>>>(self, producer: P) -> Looks {
        let (left, right) = producer.split_at(self.at);
        let mut found = Looks::new();
        if self.left {
            found.extend(looks_of(left.into_iter()));
        }
        if self.right {
            found.extend(looks_of(right.into_iter()));
        }
        found
    }
}

/// Goes through the items by `fold_with`, and is full after so many.
struct Folded(usize);

struct Until {
    found: Looks,
    most: usize,
}

impl<'a> Folder<Shown<'a>> for Until {
    type Result = Looks;

    fn consume(mut self, item: Shown<'a>) -> Self {
        self.found.push(item.look);
        self
    }

    fn complete(self) -> Looks {
        self.found
    }

    fn full(&self) -> bool {
        self.found.len() >= self.most
    }
}

impl<'a> ProducerCallback<Shown<'a>> for Folded {
    type Output = Looks;

    fn callback<P: Producer<Item = Shown<'a>>>(self, producer: P) -> Looks {
        if self.0 == 0 {
            // A folder is asked after an item, not before the first.
            return Looks::new();
        }
        producer.fold_with(Until { found: Looks::new(), most: self.0 }).complete()
    }
}

/// Jumps over so many items, and takes the rest.
struct Nth {
    at: usize,
    from_back: bool,
}

impl<'a> ProducerCallback<Shown<'a>> for Nth {
    type Output = Looks;

    fn callback<P: Producer<Item = Shown<'a>>>(self, producer: P) -> Looks {
        let mut iter = producer.into_iter();
        let mut found = Looks::new();
        if self.from_back {
            found.extend(looks_of(iter.nth_back(self.at)));
            found.extend(looks_of(iter.rev()));
        } else {
            found.extend(looks_of(iter.nth(self.at)));
            found.extend(looks_of(iter));
        }
        found
    }
}

/// Takes a producer apart into single items and short runs, from both ends.
struct Apart(usize);

impl<'a> ProducerCallback<Shown<'a>> for Apart {
    type Output = Looks;

    fn callback<P: Producer<Item = Shown<'a>>>(self, producer: P) -> Looks {
        let mut found = Looks::new();
        apart(producer, self.0, 0, &mut found);
        found
    }
}

fn apart<'a, P>(producer: P, len: usize, depth: usize, found: &mut Looks)
where
    P: Producer<Item = Shown<'a>>,
{
    if len < 4 || depth > 5 {
        let mut iter = producer.into_iter();
        let mut back = Looks::new();
        let mut left = len;
        while let Some(item) = iter.next() {
            found.push(item.look);
            back.extend(looks_of(iter.next_back()));
            left = left.saturating_sub(2);
            assert_eq!(iter.len(), left);
        }
        assert!(iter.next_back().is_none());
        found.extend(back.into_iter().rev());
        return;
    }
    let at = len * (depth + 1) / (depth + 3);
    let (left, right) = producer.split_at(at);
    apart(left, at, depth + 1, found);
    apart(right, len - at, depth + 1, found);
}
