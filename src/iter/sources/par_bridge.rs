//! `par_bridge`: a sequential iterator from which several threads draw.
//!
//! 1. The iterator is behind a lock, and whoever holds the lock draws one item. A thread never
//!    draws before it is done with the item it drew last, so a source that waits for the outcome
//!    of earlier items gets it.
//! 2. A thread draws for one piece at a time. If `next`, or what the items run through, waits and
//!    the thread meanwhile comes across another piece of the same bridge, that visit ends at once;
//!    the one beneath it goes on drawing. So nobody waits for a lock that he holds himself.
//! 3. Where `next` panics the lock is poisoned, and the other threads stop drawing.
//! 4. One of those who draw *leads*: it draws for as long as there is anything. The others measure how long they wait for an
//!    item and how long they work on it. Whoever waits for longer than it works is not needed: it takes a nap, then draws some
//!    items to see whether that has changed. So as many draw as the work can feed, nobody spins, and a lead whose work waits
//!    for what others are to draw is not left alone for longer than a nap. Who leads and leaves wakes the others.
//! 5. While the call is explained each draw is timed: how long for the source itself, and how long for one's turn.
use std::iter::{self, Fuse};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::current_num_threads;
use crate::explain::recorder::Draws;
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};
use crate::tuning::{NAP_LEAST_NS, NAP_MOST_NS};
use crate::util::CachePadded;
use crate::util::clock::{HAS_CLOCK, real_ticks, ticks};
use crate::util::lock::{Condvar, Mutex, MutexGuard};

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
        // Who comes when nothing is left has come for nothing.
        let most = self.iter.size_hint().1.unwrap_or(usize::MAX);
        let cuts = current_num_threads().min(most.saturating_sub(1));
        let source = Source {
            iter: CachePadded::new(Mutex::new(self.iter.fuse())),
            crowd: Mutex::default(),
            calm: Condvar::new(),
            cuts_left: AtomicUsize::new(cuts),
        };
        bridge_unindexed(Tap { source: &source }, consumer)
    }
}

/// What all threads draw from.
struct Source<Iter> {
    /// The lock and what it guards in one place, since both go from thread to thread.
    iter: CachePadded<Mutex<Fuse<Iter>>>,
    crowd: Mutex<Crowd>,
    /// Those who nap wait here; told when nobody leads.
    calm: Condvar,
    /// How many more pieces may be made; more pieces than threads could but draw in turn.
    cuts_left: AtomicUsize,
}

/// Who draws.
#[derive(Default)]
struct Crowd {
    visitors: Vec<ThreadId>,
    is_led: bool,
    napping: usize,
}

impl<Iter: Iterator> Source<Iter> {
    /// Draws the next item, if there is one and no thread has panicked in drawing. Inlined, since that is a good part of the lead's
    /// loop.
    #[inline(always)]
    fn draw(&self) -> Option<Iter::Item> {
        self.iter.lock().ok()?.next()
    }

    /// The same, timed: the draw was wanted at that moment, in ticks.
    fn draw_timed(&self, wanted: u64, draws: &mut Draws) -> Option<Iter::Item> {
        let mut iter = self.iter.lock().ok()?;
        let had = real_ticks();
        let item = iter.next();
        draws.add(wanted, had);
        item
    }

    /// Has the calling thread draw for one piece, unless it is at it already.
    fn visit(&self) -> Option<Visit<'_, Iter>> {
        let thread = thread::current().id();
        let mut crowd = self.crowd();
        if crowd.visitors.contains(&thread) {
            return None;
        }
        crowd.visitors.push(thread);
        let leads = crowd.take_lead();
        drop(crowd);
        let draws = Draws::begin();
        let just_draws = leads && draws.is_none();
        Some(Visit { source: self, thread, just_draws, leads, draws, pace: Pace::new() })
    }
}

impl<Iter> Source<Iter> {
    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.crowd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long, or until nobody leads; whether the caller leads now.
    fn nap(&self, nap: Duration) -> bool {
        let mut crowd = self.crowd();
        if crowd.take_lead() {
            return true;
        }
        crowd.napping += 1;
        let woken = self.calm.wait_timeout(crowd, nap);
        let mut crowd = woken.unwrap_or_else(PoisonError::into_inner).0;
        crowd.napping -= 1;
        crowd.take_lead()
    }
}

impl Crowd {
    /// Lets the caller lead if nobody does.
    fn take_lead(&mut self) -> bool {
        !std::mem::replace(&mut self.is_led, true)
    }
}

/// Stands for a thread among the visitors; leaves when dropped.
struct Visit<'b, Iter> {
    source: &'b Source<Iter>,
    thread: ThreadId,
    /// It leads, and nobody wants to know how long the draws take: then there is nothing else to be done.
    just_draws: bool,
    leads: bool,
    draws: Option<Draws>,
    pace: Pace,
}

impl<Iter: Iterator> Visit<'_, Iter> {
    #[inline]
    fn draw(&mut self) -> Option<Iter::Item> {
        if self.just_draws { self.source.draw() } else { self.draw_along() }
    }

    /// Draws for one who does not lead, or whose draws are timed.
    #[inline(never)]
    fn draw_along(&mut self) -> Option<Iter::Item> {
        let wanted = self.draws.as_ref().map_or(0, |_| real_ticks());
        if self.leads || self.pace.is_trusted() {
            return self.draw_at(wanted);
        }
        if let Some(nap) = self.pace.has_worked() {
            self.leads = self.source.nap(nap);
            self.just_draws = self.leads && self.draws.is_none();
            self.pace.begins_to_wait();
        }
        let item = self.draw_at(wanted);
        self.pace.has_waited();
        item
    }

    /// Draws; the thread wanted to at that moment.
    fn draw_at(&mut self, wanted: u64) -> Option<Iter::Item> {
        match &mut self.draws {
            None => self.source.draw(),
            Some(draws) => self.source.draw_timed(wanted, draws),
        }
    }
}

impl<Iter> Drop for Visit<'_, Iter> {
    fn drop(&mut self) {
        let mut crowd = self.source.crowd();
        crowd.visitors.retain(|&thread| thread != self.thread);
        if self.leads {
            crowd.is_led = false;
            if crowd.napping > 0 {
                self.source.calm.notify_all();
            }
        }
    }
}

/// How long a thread waits for its items, and how long it works on them.
struct Pace {
    /// When the thread began to wait or to work, in ticks.
    since: u64,
    waited: u64,
    worked: u64,
    /// Items since it was asked last whether a nap is due.
    items: u32,
    nap_ns: u64,
    /// So many items are drawn without a look at the clock, as the thread was needed at the last look; and so many after the
    /// next look if it still is.
    trusted: u32,
    trusted_next: u32,
}

/// The most items that are drawn between two looks: as the work becomes short, that is not long.
const TRUSTED_MOST: u32 = 60;

/// After how many items it is asked whether a nap is due: one may be an exception.
const ITEMS_WATCHED: u32 = 4;

impl Pace {
    fn new() -> Self {
        let since = ticks();
        let nap_ns = NAP_LEAST_NS;
        Pace {
            since,
            waited: 0,
            worked: 0,
            items: 0,
            nap_ns,
            trusted: 0,
            trusted_next: ITEMS_WATCHED,
        }
    }

    /// Whether the clock need not be looked at for this item.
    fn is_trusted(&mut self) -> bool {
        let is_trusted = self.trusted > 0;
        self.trusted -= u32::from(is_trusted);
        is_trusted
    }

    fn begins_to_wait(&mut self) {
        self.since = ticks();
    }

    /// An item has come.
    fn has_waited(&mut self) {
        let now = ticks();
        self.waited += now.wrapping_sub(self.since);
        self.since = now;
        self.items += 1;
    }

    /// The item is done, if there was one. Says for how long to nap, if the thread is not needed.
    fn has_worked(&mut self) -> Option<Duration> {
        let now = ticks();
        if self.items > 0 {
            self.worked += now.wrapping_sub(self.since);
        }
        self.since = now;
        if self.items < ITEMS_WATCHED || !HAS_CLOCK {
            return None;
        }
        let before = std::mem::replace(self, Pace { since: now, ..Pace::new() });
        if before.worked >= before.waited {
            self.trusted = before.trusted_next;
            self.trusted_next = (2 * before.trusted_next).min(TRUSTED_MOST);
            return None;
        }
        self.nap_ns = (2 * before.nap_ns).min(NAP_MOST_NS);
        Some(Duration::from_nanos(before.nap_ns))
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
    const __DRAWS: bool = true;

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
            Some(mut visit) => folder.consume_iter(iter::from_fn(move || visit.draw())),
            None => folder,
        }
    }
}
