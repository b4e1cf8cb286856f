//! `par_bridge`: a sequential iterator from which several threads draw.
//!
//! 1. The iterator is behind a lock, and whoever holds the lock draws one item. A thread never
//!    draws before it is done with the item it drew last, so a source that waits for the outcome
//!    of earlier items gets it.
//! 2. A thread draws for one piece at a time. If `next`, or what the items run through, waits and
//!    the thread meanwhile comes across another piece of the same bridge, that visit ends at once;
//!    the one beneath it goes on drawing. So nobody waits for a lock that he holds himself.
//! 3. Where `next` panics the lock is poisoned, and the other threads stop drawing.
use std::iter::{self, Fuse};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crate::current_num_threads;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

/// What can be turned from a sequential iterator into a parallel one.
///
/// Any iterator can if it and its items may be sent to other threads.
///
/// ```
/// use moirai::prelude::*;
///
/// let numbers = std::iter::successors(Some(1_u64), |n| n.checked_mul(10));
/// let digits: u32 = numbers.par_bridge().map(|n| n.ilog10()).sum();
/// assert_eq!(digits, (0..20).sum());
/// ```
pub trait ParallelBridge: Sized {
    /// Lets several threads draw items from this iterator.
    ///
    /// The items come in no particular order, not even when they are collected. Drawing them is
    /// sequential and needs a lock, so this pays if the work on each item outweighs that; where
    /// there is a parallel iterator for the purpose, take that. `next` is called by one thread at a time, and not again
    /// after it has returned `None`. An iterator that blocks until a job of the same pool has done something may wait
    /// forever.
    ///
    /// # Panics
    ///
    /// A panic in `next` reaches the caller; the other threads stop drawing.
    ///
    /// ```
    /// use moirai::prelude::*;
    /// use std::sync::mpsc;
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// for n in 0..10 {
    ///     sender.send(n).unwrap();
    /// }
    /// drop(sender);
    /// let mut squares: Vec<i32> = receiver.into_iter().par_bridge().map(|n| n * n).collect();
    /// squares.sort();
    /// assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    /// ```
    fn par_bridge(self) -> IterBridge<Self>;
}

impl<T> ParallelBridge for T
where
    T: Iterator<Item: Send> + Send,
{
    fn par_bridge(self) -> IterBridge<T> {
        IterBridge { iter: self }
    }
}

/// Yields the items of a sequential iterator; see [`ParallelBridge::par_bridge`].
#[derive(Clone, Debug)]
pub struct IterBridge<Iter> {
    iter: Iter,
}

impl<Iter> IterBridge<Iter> {
    pub(crate) fn into_inner(self) -> Iter {
        self.iter
    }
}

impl<Iter> ParallelIterator for IterBridge<Iter>
where
    Iter: Iterator<Item: Send> + Send,
{
    type Item = Iter::Item;

    fn drive_unindexed<C: UnindexedConsumer<Iter::Item>>(self, consumer: C) -> C::Result {
        let source = Source {
            iter: Mutex::new(self.iter.fuse()),
            visitors: Mutex::new(Vec::new()),
            cuts_left: AtomicUsize::new(current_num_threads()),
        };
        bridge_unindexed(Tap { source: &source }, consumer)
    }
}

/// What all threads draw from.
struct Source<Iter> {
    iter: Mutex<Fuse<Iter>>,
    /// The threads that are drawing now.
    visitors: Mutex<Vec<ThreadId>>,
    /// How many more pieces may be made; more pieces than threads could but draw in turn.
    cuts_left: AtomicUsize,
}

impl<Iter: Iterator> Source<Iter> {
    /// Draws the next item, if there is one and no thread has panicked in drawing.
    fn draw(&self) -> Option<Iter::Item> {
        self.iter.lock().ok()?.next()
    }

    /// Has the calling thread draw for one piece, unless it is at it already.
    fn visit(&self) -> Option<Visit<'_, Iter>> {
        let thread = thread::current().id();
        let mut visitors = self.visitors.lock().unwrap_or_else(PoisonError::into_inner);
        if visitors.contains(&thread) {
            return None;
        }
        visitors.push(thread);
        Some(Visit { source: self, thread })
    }
}

/// Stands for a thread among the visitors; leaves when dropped.
struct Visit<'b, Iter> {
    source: &'b Source<Iter>,
    thread: ThreadId,
}

impl<Iter> Drop for Visit<'_, Iter> {
    fn drop(&mut self) {
        let visitors = self.source.visitors.lock();
        visitors.unwrap_or_else(PoisonError::into_inner).retain(|&thread| thread != self.thread);
    }
}

/// One piece: the right to draw.
struct Tap<'b, Iter> {
    source: &'b Source<Iter>,
}

impl<Iter> UnindexedProducer for Tap<'_, Iter>
where
    Iter: Iterator<Item: Send> + Send,
{
    type Item = Iter::Item;

    fn split(self) -> (Self, Option<Self>) {
        // ORDERING: Relaxed, both. A mere count; nothing is published through it.
        let taken =
            self.source.cuts_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |cuts_left| {
                cuts_left.checked_sub(1)
            });
        let other = taken.ok().map(|_| Tap { source: self.source });
        (self, other)
    }

    fn fold_with<F: Folder<Iter::Item>>(self, folder: F) -> F {
        if folder.full() {
            return folder;
        }
        match self.source.visit() {
            // A folder asks for the next item when it is done with the one before.
            Some(visit) => folder.consume_iter(iter::from_fn(|| visit.source.draw())),
            None => folder,
        }
    }
}
