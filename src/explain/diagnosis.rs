//! Why a parallel call took as long as it did: a pure function over what was recorded.
//!
//! The causes are asked for one after the other, the plainest first; the first one that the numbers bear out is named. The
//! thresholds are round numbers: a cause is named when it costs about a quarter of the time or more.

use super::trace::{Call, Kind, ratio};
use std::fmt;
use std::time::Duration;

/// From this share of a call's time on something counts as its cause.
const MUCH: f64 = 0.25;
/// From this share on a chain of work leaves others little to do.
const MOST: f64 = 0.5;
/// A call that uses so much of the pool is as good as can be.
const GOOD: f64 = 0.75;
/// Below this share of processor time in batches their threads were kept from running.
const KEPT: f64 = 0.7;
/// Less than this is not looked at: half a microsecond of it may be the recording, in nanoseconds.
const LEAST_LOST_NS: u64 = 50_000;
/// Items that became so many times slower are slow for a reason.
const SLOWER: f64 = 1.4;
/// Shorter batches are mostly cutting, in nanoseconds.
const SHORT_NS: u64 = 2_000;

/// Why a call took as long as it did; as text, one sentence.
///
/// Shares are of the length of the call, from 0 to 1, if nothing else is said.
///
/// # Examples
///
/// ```
/// use moirai::explain::{Batch, Call, Cause, Stint};
///
/// let batch = Batch { end_ns: 3_000, items: 100, ..Batch::default() };
/// let stint = Stint { batches: vec![batch], ..Stint::default() };
/// let call = Call { threads: 4, elapsed_ns: 3_500, wake_up_ns: 20_000, stints: vec![stint], ..Call::default() };
/// assert_eq!(call.cause(), Cause::Small { work_ns: 3_000 });
/// assert_eq!(call.cause().to_string(), "3.0 us of work: ran on the calling thread");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// There was nothing to do.
    Nothing,
    /// The pool has one thread.
    OneThread,
    /// The whole work is less than waking a thread is worth.
    Small {
        /// All of it.
        work_ns: u64,
    },
    /// There are fewer items than threads.
    FewItems {
        /// The items.
        items: usize,
        /// The threads.
        threads: usize,
    },
    /// `with_min_len` leaves too few pieces.
    FewPieces {
        /// What it was set to.
        least_items: usize,
        /// How many pieces there can be, at most.
        pieces: usize,
        /// The threads of the pool.
        threads: usize,
    },
    /// The source could not be cut.
    NotCut {
        /// All of the work.
        work_ns: u64,
    },
    /// The source of `par_bridge`, from which one thread at a time can draw, was at it for most of the call, or threads waited for
    /// it more than for anything else.
    Source {
        /// The share of the call in which it was drawn from.
        drawing: f64,
        /// The share of the threads' time in items for which they waited for their turn.
        turn: f64,
    },
    /// One item took long, and the others waited for it.
    OneItem {
        /// Its share.
        share: f64,
    },
    /// One batch took long, and the others waited for it.
    OneBatch {
        /// Its share.
        share: f64,
        /// Its items.
        items: usize,
    },
    /// Threads slept or waited in the system while they had items to run.
    Blocked {
        /// The share of their time in items.
        share: f64,
    },
    /// The system ran something else in place of the threads.
    Suspended {
        /// The share of their time in items.
        share: f64,
    },
    /// Threads did not run while they had items to run, and the system does not say why.
    NotRunning {
        /// The share of their time in items.
        share: f64,
    },
    /// A chain of work, each part of which has to wait for the one before, was most of the call.
    Chain {
        /// Its share.
        share: f64,
    },
    /// Items became slower when more of them ran at once.
    SlowTogether {
        /// How many times.
        times: f64,
        /// How many ran together.
        together: usize,
    },
    /// Joining results took long.
    Combining {
        /// Its share.
        share: f64,
    },
    /// Batches were too short, since they were cut by number.
    ShortBatches {
        /// How long they were, on average.
        mean_ns: u64,
        /// How many there were.
        batches: usize,
    },
    /// The other workers had something else to do.
    PoolBusy {
        /// How many threads worked for the call on average.
        mean_width: f64,
        /// The threads of the pool.
        threads: usize,
    },
    /// The other workers came late: they slept for most of the call.
    Late {
        /// All of the work.
        work_ns: u64,
        /// How many threads worked on average.
        mean_width: f64,
    },
    /// Nothing stands out.
    Fine {
        /// How many threads worked on average.
        mean_width: f64,
        /// The threads of the pool.
        threads: usize,
    },
}

impl Call {
    /// Why it took as long as it did.
    ///
    /// ```
    /// use moirai::explain::{Call, Cause};
    /// assert_eq!(Call::default().cause(), Cause::Nothing);
    /// ```
    pub fn cause(&self) -> Cause {
        let work_ns = self.work_ns();
        if self.batch_count() == 0 {
            return Cause::Nothing;
        }
        if let Some((cause, lost)) = self.kept_from_running() {
            // Where the system took the processors away the source looks slow as well.
            let is_suspended = matches!(cause, Cause::Suspended { .. });
            return self.slow_source(lost).filter(|_| !is_suspended).unwrap_or(cause);
        }
        if self.threads == 1 {
            return Cause::OneThread;
        }
        if self.workers() <= 1 && work_ns < 2 * self.wake_up_ns {
            return Cause::Small { work_ns };
        }
        if let Some(cause) = self.slow_source(1.0) {
            return cause;
        }
        let mean_width = self.mean_width();
        if mean_width < GOOD * self.threads as f64 {
            self.too_few_pieces()
                .or_else(|| self.chain())
                .or_else(|| self.straggler())
                .or_else(|| self.joined_for_long())
                .or_else(|| self.short_batches())
                .or_else(|| self.slow_together())
                .unwrap_or_else(|| self.missing_helpers())
        } else {
            let cause = self.slow_together().or_else(|| self.short_batches());
            cause.unwrap_or(Cause::Fine { mean_width, threads: self.threads })
        }
    }

    /// Threads that had items to run did not have a processor for a share of their time.
    fn kept_from_running(&self) -> Option<(Cause, f64)> {
        let (work_ns, mut cpu_ns, mut switches) = (self.work_ns(), 0, Some((0, 0)));
        let more = self.stints.iter().map(|stint| &stint.more).filter(|more| more.batches > 0);
        let more = more.map(|more| (more.cpu_ns, more.sleeps, more.suspensions));
        let listed = self.batches().map(|batch| (batch.cpu_ns, batch.sleeps, batch.suspensions));
        for (cpu, sleeps, suspensions) in listed.chain(more) {
            cpu_ns += cpu?;
            switches = switches.and_then(|all| Some((all.0 + sleeps?, all.1 + suspensions?)));
        }
        let lost = 1.0 - ratio(cpu_ns, work_ns);
        if work_ns.saturating_sub(cpu_ns) < LEAST_LOST_NS || lost < 1.0 - KEPT {
            return None;
        }
        let share = lost.clamp(0.0, 1.0);
        let cause = match switches {
            None => Cause::NotRunning { share },
            Some((sleeps, suspensions)) if sleeps > 0 && sleeps * 4 >= suspensions => {
                Cause::Blocked { share }
            }
            Some(_) => Cause::Suspended { share },
        };
        Some((cause, share))
    }

    /// The source was at work for most of the call; or the waits for it were most of the time that threads have `lost`.
    fn slow_source(&self, lost: f64) -> Option<Cause> {
        let (drawing, turn) = self.source_shares();
        (drawing >= GOOD || turn > MOST * lost).then_some(Cause::Source { drawing, turn })
    }

    fn too_few_pieces(&self) -> Option<Cause> {
        if matches!(self.kind, Kind::Join | Kind::Sort) {
            return None;
        }
        let (items, threads) = (self.items?, self.threads);
        if items < threads {
            return Some(Cause::FewItems { items, threads });
        }
        // Both halves of a cut have that many.
        let pieces = items / self.least_items.max(1);
        let is_few = self.least_items > 1 && pieces < 2 * threads;
        is_few.then_some(Cause::FewPieces {
            least_items: self.least_items,
            pieces: pieces.max(1),
            threads,
        })
    }

    /// Of joins and sorts: what has to be done one after the other is half of the call or more.
    fn chain(&self) -> Option<Cause> {
        if !matches!(self.kind, Kind::Join | Kind::Sort) {
            return None;
        }
        let share = ratio(self.chain_ns, self.elapsed_ns).min(1.0);
        (share >= MOST).then_some(Cause::Chain { share })
    }

    /// A batch that is a good part of the call, or all there is.
    fn straggler(&self) -> Option<Cause> {
        if matches!(self.kind, Kind::Join | Kind::Sort) {
            return None;
        }
        let largest = self.largest_batch()?;
        if self.batch_count() == 1 && self.workers() == 1 && largest.items != 1 {
            return Some(Cause::NotCut { work_ns: largest.ns() });
        }
        let share = ratio(largest.ns(), self.elapsed_ns).min(1.0);
        let items = largest.items;
        let cause =
            if items == 1 { Cause::OneItem { share } } else { Cause::OneBatch { share, items } };
        (share >= MUCH).then_some(cause)
    }

    fn joined_for_long(&self) -> Option<Cause> {
        let combining_ns = self.stints.iter().map(|stint| stint.combining_ns).sum();
        let share = ratio(combining_ns, self.elapsed_ns).min(1.0);
        (share >= MUCH).then_some(Cause::Combining { share })
    }

    fn short_batches(&self) -> Option<Cause> {
        let batches = self.batch_count();
        let mean_ns = self.work_ns() / batches.max(1) as u64;
        let is_short = self.is_cut_by_number && batches > 8 * self.threads && mean_ns < SHORT_NS;
        is_short.then_some(Cause::ShortBatches { mean_ns, batches })
    }

    fn slow_together(&self) -> Option<Cause> {
        // What is not known to be alike is not compared.
        self.items.filter(|_| self.kind == Kind::Items)?;
        let [(few, _), (many, together)] = self.cost_by_width()?;
        let times = many / few;
        (times >= SLOWER).then_some(Cause::SlowTogether { times, together })
    }

    /// There was enough to do for more threads, and they did not do it.
    fn missing_helpers(&self) -> Cause {
        let (mean_width, threads, spent) = (self.mean_width(), self.threads, self.spent());
        let idle = ratio(spent.asleep_ns + spent.searching_ns + spent.waiting_ns, spent.all_ns);
        if ratio(spent.rest_ns(), spent.all_ns) >= MUCH && idle < MUCH {
            Cause::PoolBusy { mean_width, threads }
        } else if ratio(spent.asleep_ns, spent.all_ns) >= MUCH {
            Cause::Late { work_ns: spent.work_ns, mean_width }
        } else {
            Cause::Fine { mean_width, threads }
        }
    }
}

/// A time with two or three digits.
pub(super) fn time(ns: u64) -> String {
    let (value, unit) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..1_000_000 => (ns as f64 / 1e3, "us"),
        1_000_000..1_000_000_000 => (ns as f64 / 1e6, "ms"),
        _ => (Duration::from_nanos(ns).as_secs_f64(), "s"),
    };
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// A share as percents.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cause::Nothing => write!(f, "no items were run"),
            Cause::OneThread => write!(f, "the pool has one thread"),
            Cause::Small { work_ns } => {
                write!(f, "{} of work: ran on the calling thread", time(work_ns))
            }
            Cause::FewItems { items, threads } => {
                write!(f, "too few items: {items} for {threads} threads")
            }
            Cause::FewPieces { least_items, pieces, threads } => write!(
                f,
                "too few pieces: with_min_len({least_items}) set to leave at most {pieces} for {threads} threads"
            ),
            Cause::NotCut { work_ns } => {
                write!(f, "{} of work in one piece: the source could not be cut", time(work_ns))
            }
            Cause::Source { drawing, turn } => write!(
                f,
                "the source of par_bridge was the bottleneck: one thread at a time drew from it for {} of the time, and threads \
                waited for their turn for {} of theirs",
                percent(drawing),
                percent(turn)
            ),
            Cause::OneItem { share } => write!(f, "one item took {} of the time", percent(share)),
            Cause::OneBatch { share, items } => {
                write!(f, "one batch of {items} items took {} of the time", percent(share))
            }
            Cause::Blocked { share } => write!(
                f,
                "lock contention suspected: workers blocked outside the pool for {} of their time in items",
                percent(share)
            ),
            Cause::Suspended { share } => write!(
                f,
                "the system ran something else for {} of the time in items: more threads than processors, or other processes",
                percent(share)
            ),
            Cause::NotRunning { share } => write!(
                f,
                "threads did not run for {} of their time in items: blocked outside the pool (a lock, a file), or the system ran something else",
                percent(share)
            ),
            Cause::Chain { share } => write!(
                f,
                "work that has to be done one after the other took {} of the time",
                percent(share)
            ),
            Cause::SlowTogether { times, together } => write!(
                f,
                "items ran {times:.1} times slower when {together} ran together (memory bandwidth, SMT or other processes)"
            ),
            Cause::Combining { share } => {
                write!(f, "joining the results took {} of the time", percent(share))
            }
            Cause::ShortBatches { mean_ns, batches } => write!(
                f,
                "{batches} batches of {} each: with_max_len cuts more finely than pays",
                time(mean_ns)
            ),
            Cause::PoolBusy { mean_width, threads } => write!(
                f,
                "{mean_width:.1} of {threads} threads: the others had something else to do"
            ),
            Cause::Late { work_ns, mean_width } => write!(
                f,
                "{} of work on {mean_width:.1} threads: the others slept for most of it, waking them takes a while",
                time(work_ns)
            ),
            Cause::Fine { mean_width, threads } => {
                write!(f, "{mean_width:.1} of {threads} threads worked: nothing stands out")
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
