//! What an adaptive channel has done: batches by cause, their sizes, the rate it sees.

use crate::batch::{Flow, Load};
use crate::sync::{AtomicUsize, Ordering};

/// Batch sizes that are remembered.
const HISTORY: usize = if cfg!(loom) { 1 } else { 64 };

/// Why a batch was handed over.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    Size,
    Deadline,
    Full,
    Request,
    End,
}

/// What an adaptive channel has seen and done, at some moment.
///
/// # Examples
///
/// ```
/// use moirai::channel::adaptive::Options;
/// let options = Options { least: 4, ..Options::default() };
/// let (sender, _receiver) = moirai::channel::adaptive(options).unwrap();
/// (0..10).for_each(|n| sender.send(n).unwrap());
/// sender.flush();
/// let statistics = sender.statistics();
/// assert!(statistics.by_size >= 1);
/// assert_eq!(statistics.history.iter().sum::<usize>(), 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Batches that were full.
    pub by_size: usize,
    /// Batches that the receiver took because their deadline had come.
    pub by_deadline: usize,
    /// Batches that were handed over because the ring was full.
    pub by_full_ring: usize,
    /// Batches that were handed over by `flush`, or taken by a task's poll.
    pub by_request: usize,
    /// The last one, at the sender's end.
    pub by_end: usize,
    /// The sizes of the last 64 batches, the newest last.
    pub history: Vec<usize>,
    /// How many messages make a batch full now.
    pub batch: usize,
    /// Messages per second, on a moving average.
    pub per_second: f64,
    /// How much comes.
    pub load: Load,
}

/// Counts from 0 on; both sides write, whoever likes reads. All of it is Relaxed: numbers that publish nothing.
pub(super) struct Records {
    causes: [AtomicUsize; 5],
    sizes: [AtomicUsize; HISTORY],
    batches: AtomicUsize,
    batch: AtomicUsize,
    /// An `f32`.
    per_second: AtomicUsize,
    load: AtomicUsize,
}

impl Records {
    pub(super) fn new(flow: &Flow) -> Self {
        let records = Records {
            causes: std::array::from_fn(|_| AtomicUsize::new(0)),
            sizes: std::array::from_fn(|_| AtomicUsize::new(0)),
            batches: AtomicUsize::new(0),
            batch: AtomicUsize::new(0),
            per_second: AtomicUsize::new(0),
            load: AtomicUsize::new(0),
        };
        records.flow(flow);
        records
    }

    /// A batch was handed over.
    pub(super) fn batch(&self, cause: Cause, items: usize) {
        // ORDERING: Relaxed all. Statistics.
        let number = self.batches.fetch_add(1, Ordering::Relaxed);
        self.sizes[number % HISTORY].store(items, Ordering::Relaxed);
        self.causes[cause as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// The sender has observed its flow.
    pub(super) fn flow(&self, flow: &Flow) {
        let rate = (flow.per_second() as f32).to_bits();
        // ORDERING: Relaxed all. Statistics.
        self.batch.store(flow.batch(), Ordering::Relaxed);
        self.per_second.store(rate as usize, Ordering::Relaxed);
        self.load.store(flow.load() as usize, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Statistics {
        // ORDERING: Relaxed all. Statistics.
        let read = |word: &AtomicUsize| word.load(Ordering::Relaxed);
        let batches = read(&self.batches);
        let first = batches.saturating_sub(HISTORY);
        let loads = [Load::Low, Load::Medium, Load::High, Load::Burst];
        let [by_size, by_deadline, by_full_ring, by_request, by_end] =
            std::array::from_fn(|cause| read(&self.causes[cause]));
        Statistics {
            by_size,
            by_deadline,
            by_full_ring,
            by_request,
            by_end,
            history: (first..batches).map(|number| read(&self.sizes[number % HISTORY])).collect(),
            batch: read(&self.batch),
            per_second: f32::from_bits(read(&self.per_second) as u32).into(),
            load: loads[read(&self.load) % loads.len()],
        }
    }
}
