//! What one worker has done.

use super::Histogram;
use crate::pool::counters::{BUCKETS, Counter, Readings, SIZES, TIMES};
use crate::util::clock::ns_of_ticks;
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A number for each distance.
///
/// # Examples
///
/// ```
/// let counts = moirai::metrics::ByDistance { near: 90, group: 9, remote: 1 };
/// assert_eq!(counts.total(), 100);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ByDistance {
    /// Between workers that share a core or a cache which the rest of their group does not share.
    pub near: usize,
    /// Within a group.
    pub group: usize,
    /// Between groups.
    pub remote: usize,
}

impl ByDistance {
    /// The sum.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::ByDistance::default().total(), 0);
    /// ```
    pub fn total(self) -> usize {
        self.near + self.group + self.remote
    }
}

/// What one worker has done, or all of them.
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let before = pool.metrics();
/// pool.install(|| moirai::join(|| (), || ()));
/// let done = pool.metrics().total() - before.total();
/// assert!(done.injected() >= 1, "the closure came from outside: {done:?}");
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Work(pub(super) Readings);

impl Default for Work {
    /// Nothing.
    fn default() -> Self {
        Work(Readings::NONE)
    }
}

impl Work {
    fn of(&self, counter: Counter) -> usize {
        self.0.numbers[counter as usize]
    }

    /// Jobs taken from the deques of other workers, by idle and by waiting ones.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().steals().total(), 0);
    /// ```
    pub fn steals(&self) -> ByDistance {
        ByDistance {
            near: self.of(Counter::StealsNear),
            group: self.of(Counter::StealsInGroup),
            remote: self.of(Counter::StealsRemote),
        }
    }

    /// Looks at other workers that had nothing to take.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().failed_tries().total(), 0);
    /// ```
    pub fn failed_tries(&self) -> ByDistance {
        ByDistance {
            near: self.of(Counter::TriesNear),
            group: self.of(Counter::TriesInGroup),
            remote: self.of(Counter::TriesRemote),
        }
    }

    /// Those of the [`steals`](Self::steals) that a waiting worker made, from the one that executes what it waits for.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().leapfrogs(), 0);
    /// ```
    pub fn leapfrogs(&self) -> usize {
        self.of(Counter::Leapfrogs)
    }

    /// Jobs that came from threads outside the pool.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().injected(), 0);
    /// ```
    pub fn injected(&self) -> usize {
        self.of(Counter::Injected)
    }

    /// Shares of large calls that were dealt to the worker's own group, and to other groups.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().dealt(), (0, 0));
    /// ```
    pub fn dealt(&self) -> (usize, usize) {
        (self.of(Counter::Dealt), self.of(Counter::DealtElsewhere))
    }

    /// Jobs that were run by another worker than the one that made them.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().jobs(), 0);
    /// ```
    pub fn jobs(&self) -> usize {
        let (own, others) = self.dealt();
        self.steals().total() + self.injected() + own + others
    }

    /// How often it went to sleep.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().parks(), 0);
    /// ```
    pub fn parks(&self) -> usize {
        self.of(Counter::Parks)
    }

    /// How often it was woken to look for work.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().wakes(), 0);
    /// ```
    pub fn wakes(&self) -> usize {
        self.of(Counter::Wakes)
    }

    /// Those of the [`wakes`](Self::wakes) after which it went to sleep again without having found anything.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().spurious_wakes(), 0);
    /// ```
    pub fn spurious_wakes(&self) -> usize {
        self.of(Counter::SpuriousWakes)
    }

    /// How long the worker's thread has slept; a sleep that goes on counts up to the moment of the snapshot. A call from outside
    /// that borrows the worker's place does not wake it.
    ///
    /// ```
    /// assert!(moirai::metrics::Work::default().asleep().is_zero());
    /// ```
    pub fn asleep(&self) -> Duration {
        Duration::from_nanos(ns_of_ticks(self.0.asleep))
    }

    /// How long it has searched for anything to do, awake, in the same way; the first moments of a search, before it tells
    /// others that it searches, do not count.
    ///
    /// ```
    /// assert!(moirai::metrics::Work::default().searching().is_zero());
    /// ```
    pub fn searching(&self) -> Duration {
        Duration::from_nanos(ns_of_ticks(self.0.searching))
    }

    /// Frames for spawned jobs that came out of pooled memory.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// pool.scope(|scope| scope.spawn(|_| ()));
    /// assert_eq!(pool.metrics().total().frame_hits(), 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn frame_hits(&self) -> usize {
        self.of(Counter::FrameHits)
    }

    /// Those that the global allocator had to give: the job was too large, or the pooled memory at its bound.
    ///
    /// ```
    /// let pool = moirai::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// let large = [1_u64; 1000];
    /// pool.scope(|scope| scope.spawn(move |_| drop(large)));
    /// assert_eq!(pool.metrics().total().frame_misses(), 1);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn frame_misses(&self) -> usize {
        self.of(Counter::FrameMisses)
    }

    /// Frames of jobs that this worker has run and another one had made, sent back to the maker.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().frames_returned(), 0);
    /// ```
    pub fn frames_returned(&self) -> usize {
        self.of(Counter::FramesReturned)
    }

    /// Batches of items that parallel calls have run in one go. Calls that are too short to be cut are not among them.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().batches(), 0);
    /// ```
    pub fn batches(&self) -> usize {
        self.batch_sizes().total()
    }

    /// How many items the [`batches`](Self::batches) had. Where a source of unknown length is cut, each batch counts as its
    /// share of 65536.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().batch_sizes().total(), 0);
    /// ```
    pub fn batch_sizes(&self) -> Histogram {
        self.histogram(SIZES)
    }

    /// How long batches took, in nanoseconds: those after which the call looked at the clock (not the last one, as a rule).
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().batch_times().total(), 0);
    /// ```
    pub fn batch_times(&self) -> Histogram {
        self.histogram(TIMES)
    }

    fn histogram(&self, from: usize) -> Histogram {
        Histogram(std::array::from_fn::<_, BUCKETS, _>(|bucket| self.0.numbers[from + bucket]))
    }

    /// Calls by threads outside the pool that ran under this worker's index while it slept.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().guests(), 0);
    /// ```
    pub fn guests(&self) -> usize {
        self.of(Counter::Guests)
    }

    /// Accumulators that parallel calls made for what they gather: one for each stretch of batches that was not interrupted by
    /// a theft, or one for each batch where results are kept apart.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().accumulators(), 0);
    /// ```
    pub fn accumulators(&self) -> usize {
        self.batches().saturating_sub(self.of(Counter::FoldersGoneOn))
    }

    /// Memory of the results that this worker has left for those from whom it has stolen, in bytes: the room on their stacks,
    /// not what the results point to.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().result_slot_bytes(), 0);
    /// ```
    pub fn result_slot_bytes(&self) -> usize {
        self.of(Counter::SlotBytes)
    }

    /// Items of calls that were dealt to the groups, run in the group that they were dealt to.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().items_at_home(), 0);
    /// ```
    pub fn items_at_home(&self) -> usize {
        self.of(Counter::ItemsAtHome)
    }

    /// Items of calls that were dealt to the groups, run in another group.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Work::default().items_away(), 0);
    /// ```
    pub fn items_away(&self) -> usize {
        self.of(Counter::ItemsAway)
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("steals", &self.steals())
            .field("failed_tries", &self.failed_tries())
            .field("leapfrogs", &self.leapfrogs())
            .field("injected", &self.injected())
            .field("dealt", &self.dealt())
            .field("parks", &self.parks())
            .field("wakes", &self.wakes())
            .field("spurious_wakes", &self.spurious_wakes())
            .field("asleep", &self.asleep())
            .field("searching", &self.searching())
            .field("frame_hits", &self.frame_hits())
            .field("frame_misses", &self.frame_misses())
            .field("frames_returned", &self.frames_returned())
            .field("batch_sizes", &self.batch_sizes())
            .field("batch_times", &self.batch_times())
            .field("guests", &self.guests())
            .field("accumulators", &self.accumulators())
            .field("result_slot_bytes", &self.result_slot_bytes())
            .field("items_at_home", &self.items_at_home())
            .field("items_away", &self.items_away())
            .finish()
    }
}

impl Sub for Work {
    type Output = Work;

    /// What was done between two readings; never below 0.
    fn sub(self, earlier: Work) -> Work {
        let (now, before) = (self.0, earlier.0);
        let count = |at: usize| now.numbers[at].saturating_sub(before.numbers[at]);
        Work(Readings {
            numbers: std::array::from_fn(count),
            searching: now.searching.saturating_sub(before.searching),
            asleep: now.asleep.saturating_sub(before.asleep),
        })
    }
}

impl Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        let (one, two) = (self.0, other.0);
        Work(Readings {
            numbers: std::array::from_fn(|at| one.numbers[at].wrapping_add(two.numbers[at])),
            searching: one.searching.wrapping_add(two.searching),
            asleep: one.asleep.wrapping_add(two.asleep),
        })
    }
}
