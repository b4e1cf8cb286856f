//! What the workers of a pool have done: counters, read at any time.
//!
//! Each worker counts for itself, in memory that no other thread writes; a `join` that nobody steals from counts nothing. The
//! numbers of a running pool are those of slightly different moments.

use crate::global;
use crate::pool::counters::{COUNTERS, Counter};
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use std::fmt;
use std::ops::{Add, Sub};
use std::sync::PoisonError;

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
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Work([usize; COUNTERS]);

impl Work {
    fn of(&self, counter: Counter) -> usize {
        self.0[counter as usize]
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
            .field("items_at_home", &self.items_at_home())
            .field("items_away", &self.items_away())
            .finish()
    }
}

impl Sub for Work {
    type Output = Work;

    /// What was done between two readings; never below 0.
    fn sub(self, earlier: Work) -> Work {
        Work(std::array::from_fn(|at| self.0[at].saturating_sub(earlier.0[at])))
    }
}

impl Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        Work(std::array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }
}

/// The counters of a pool at some moment: [`ThreadPool::metrics`](crate::ThreadPool::metrics), or [`snapshot`].
///
/// # Examples
///
/// ```
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
/// println!("{}", pool.metrics());
/// assert_eq!(pool.metrics().workers().len(), 2);
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    workers: Vec<Work>,
}

impl Metrics {
    pub(crate) fn of(registry: &Registry) -> Self {
        let before = registry.counted_before.lock().unwrap_or_else(PoisonError::into_inner);
        let workers = registry.seats().iter().map(|seat| {
            let before = before.get(seat.index).copied().unwrap_or_default();
            Work(seat.counters.read_all()) - Work(before)
        });
        Metrics { workers: workers.collect() }
    }

    /// From now on counters begin at 0.
    pub(crate) fn reset(registry: &Registry) {
        let mut before = registry.counted_before.lock().unwrap_or_else(PoisonError::into_inner);
        *before = registry.seats().iter().map(|seat| seat.counters.read_all()).collect();
    }

    /// What each worker has done, by index. A call that a thread from outside runs itself counts for the worker whose index
    /// it has.
    ///
    /// ```
    /// assert!(!moirai::metrics::snapshot().workers().is_empty());
    /// ```
    pub fn workers(&self) -> &[Work] {
        &self.workers
    }

    /// What all have done together.
    ///
    /// ```
    /// let before = moirai::metrics::snapshot().total();
    /// moirai::scope(|_| ());
    /// println!("{:?}", moirai::metrics::snapshot().total() - before);
    /// ```
    pub fn total(&self) -> Work {
        self.workers.iter().fold(Work::default(), |sum, work| sum + *work)
    }

    /// What was done since an earlier snapshot of the same pool.
    ///
    /// # Panics
    ///
    /// If that has another number of workers.
    ///
    /// ```
    /// let before = moirai::metrics::snapshot();
    /// assert_eq!(before.since(&before).total().jobs(), 0);
    /// ```
    #[must_use]
    pub fn since(&self, earlier: &Metrics) -> Metrics {
        assert_eq!(self.workers.len(), earlier.workers.len(), "snapshots of different pools");
        let pairs = self.workers.iter().zip(&earlier.workers);
        Metrics { workers: pairs.map(|(now, before)| *now - *before).collect() }
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WIDTH: usize = 10;
        let columns = [
            "worker",
            "near",
            "in group",
            "remote",
            "failed",
            "leapfrogs",
            "injected",
            "dealt",
            "parks",
            "wakes",
            "at home",
            "away",
        ];
        writeln!(f, "{:>WIDTH$}  {:-^32}", "", " stolen ")?;
        for column in columns {
            write!(f, " {column:>WIDTH$}")?;
        }
        let rows = self.workers.iter().enumerate().map(|(at, work)| (at.to_string(), *work));
        for (name, work) in rows.chain([("all".to_owned(), self.total())]) {
            write!(f, "\n {name:>WIDTH$}")?;
            let (steals, (own, others)) = (work.steals(), work.dealt());
            let numbers = [
                steals.near,
                steals.group,
                steals.remote,
                work.failed_tries().total(),
                work.leapfrogs(),
                work.injected(),
                own + others,
                work.parks(),
                work.wakes(),
                work.items_at_home(),
                work.items_away(),
            ];
            for number in numbers {
                write!(f, " {number:>WIDTH$}")?;
            }
        }
        Ok(())
    }
}

/// The counters of the current pool, or of the global one, which is started if need be.
///
/// # Panics
///
/// If the global pool is needed and cannot be started.
///
/// # Examples
///
/// ```
/// let before = moirai::metrics::snapshot();
/// moirai::join(|| (), || ());
/// println!("{}", moirai::metrics::snapshot().since(&before));
/// ```
pub fn snapshot() -> Metrics {
    match Seat::current() {
        Some(seat) => Metrics::of(seat.registry()),
        None => Metrics::of(global::global()),
    }
}
