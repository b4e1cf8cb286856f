//! The load, and what the receiver sees of it.

use moirai::channel;
use moirai::channel::adaptive::{Options, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// A part of the time with a rate of its own.
#[derive(Debug)]
pub(crate) struct Phase {
    pub(crate) name: &'static str,
    pub(crate) begin: Duration,
    pub(crate) end: Duration,
    /// Messages a second; none: as many as go.
    per_second: Option<f64>,
}

/// A quiet time, more and more, a burst, and a quiet time again.
pub(crate) fn phases(total: Duration) -> Vec<Phase> {
    let phases = [
        ("low", 0.2, Some(500.0)),
        ("medium", 0.2, Some(50_000.0)),
        ("high", 0.2, Some(1_000_000.0)),
        ("low", 0.15, Some(500.0)),
        ("burst", 0.1, None),
        ("low", 0.15, Some(500.0)),
    ];
    let mut begin = Duration::ZERO;
    let phase = |(name, share, per_second)| {
        let phase = Phase { name, begin, end: begin + total.mul_f64(share), per_second };
        begin = phase.end;
        phase
    };
    phases.into_iter().map(phase).collect()
}

/// How long the sender sleeps between two looks at how many messages are due.
const TICK: Duration = Duration::from_micros(200);

/// Sends the phases' messages, each with the time at which it is sent.
fn send(phases: &[Phase], sender: &Sender<Duration>, origin: Instant) {
    for phase in phases {
        let mut sent = 0_u64;
        loop {
            let now = origin.elapsed();
            if now >= phase.end {
                break;
            }
            let Some(per_second) = phase.per_second else {
                for _ in 0..64 {
                    sender.send(origin.elapsed()).expect("the receiver is there");
                }
                continue;
            };
            let due = ((now.saturating_sub(phase.begin)).as_secs_f64() * per_second) as u64;
            for _ in sent..due {
                sender.send(origin.elapsed()).expect("the receiver is there");
            }
            sent = sent.max(due);
            thread::sleep(TICK);
        }
    }
}

/// Times that are shorter by less than a tenth are taken for equal.
const BUCKETS_PER_OCTAVE: f64 = 8.0;
const BUCKETS: usize = 256;

/// How often which latency came.
#[derive(Clone, Debug)]
pub(crate) struct Histogram(Vec<u64>);

impl Histogram {
    fn new() -> Self {
        Histogram(vec![0; BUCKETS])
    }

    fn add(&mut self, latency: Duration) {
        let bucket = (latency.as_nanos().max(1) as f64).log2() * BUCKETS_PER_OCTAVE;
        self.0[(bucket as usize).min(BUCKETS - 1)] += 1;
    }

    fn merge(&mut self, other: &Histogram) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }

    /// The latency that this share of the messages did not exceed, in ns. 0 without messages.
    pub(crate) fn quantile_ns(&self, share: f64) -> f64 {
        let wanted = (self.0.iter().sum::<u64>() as f64 * share).ceil() as u64;
        let mut below = 0;
        let bucket = self.0.iter().position(|count| {
            below += count;
            wanted > 0 && below >= wanted
        });
        bucket.map_or(0.0, |bucket| ((bucket as f64 + 0.5) / BUCKETS_PER_OCTAVE).exp2())
    }
}

/// What came in some time.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) messages: usize,
    pub(crate) batches: usize,
    /// How many messages made a batch full at the end.
    pub(crate) bound: usize,
    pub(crate) latencies: Histogram,
}

impl Seen {
    fn nothing() -> Self {
        Seen { messages: 0, batches: 0, bound: 0, latencies: Histogram::new() }
    }
}

/// What came when, in windows of the same length.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) window: Duration,
    pub(crate) windows: Vec<Seen>,
}

impl Record {
    fn window_at(&self, time: Duration) -> usize {
        (time.as_nanos() / self.window.as_nanos()) as usize
    }

    /// All that came in the windows that begin in this time.
    pub(crate) fn between(&self, begin: Duration, end: Duration) -> Seen {
        let mut sum = Seen::nothing();
        let last = self.window_at(end).min(self.windows.len());
        for seen in &self.windows[self.window_at(begin).min(last)..last] {
            sum.messages += seen.messages;
            sum.batches += seen.batches;
            sum.bound = seen.bound;
            sum.latencies.merge(&seen.latencies);
        }
        sum
    }
}

/// Windows in the whole time.
const WINDOWS: u32 = 250;

/// Sends the phases' load from one thread to this one, and says what came.
pub(crate) fn measure(phases: &[Phase], deadline: Duration) -> Record {
    let total = phases.last().map_or(Duration::ZERO, |phase| phase.end);
    let options = Options { deadline, ..Options::default() };
    let (sender, mut receiver) =
        channel::adaptive(options).expect("the default capacity is a power of two");
    let mut record = Record { window: total / WINDOWS, windows: Vec::new() };
    let origin = Instant::now();
    thread::scope(|s| {
        s.spawn(move || send(phases, &sender, origin));
        loop {
            let Ok(batch) = receiver.recv_batch() else { break };
            let now = origin.elapsed();
            let at = record.window_at(now);
            record.windows.resize_with(record.windows.len().max(at + 1), Seen::nothing);
            let seen = &mut record.windows[at];
            seen.messages += batch.len();
            seen.batches += 1;
            batch.iter().for_each(|sent| seen.latencies.add(now.saturating_sub(*sent)));
            drop(batch);
            // Reading all of it takes longer than a small batch.
            if seen.batches % 16 == 1 {
                seen.bound = receiver.statistics().batch;
            }
        }
    });
    record
}
