//! Metrics as tables.

use super::{Metrics, Work, WorkerState};
use std::fmt;
use std::time::Duration;

/// A column: its heading, and what stands in it for a worker.
type Column = (&'static str, fn(&Work) -> String);

/// What jobs went where.
const JOBS: &[Column] = &[
    ("near", |work| work.steals().near.to_string()),
    ("in group", |work| work.steals().group.to_string()),
    ("remote", |work| work.steals().remote.to_string()),
    ("failed", |work| work.failed_tries().total().to_string()),
    ("leapfrogs", |work| work.leapfrogs().to_string()),
    ("injected", |work| work.injected().to_string()),
    ("dealt", |work| (work.dealt().0 + work.dealt().1).to_string()),
    ("guests", |work| work.guests().to_string()),
    ("parks", |work| work.parks().to_string()),
    ("wakes", |work| work.wakes().to_string()),
    ("spurious", |work| work.spurious_wakes().to_string()),
];

/// What calls were made of.
const CALLS: &[Column] = &[
    ("batches", |work| work.batches().to_string()),
    ("median", |work| work.batch_sizes().median().map_or("-".to_owned(), |size| size.to_string())),
    ("folders", |work| work.accumulators().to_string()),
    ("slot B", |work| work.result_slot_bytes().to_string()),
    ("at home", |work| work.items_at_home().to_string()),
    ("away", |work| work.items_away().to_string()),
    ("frames", |work| work.frame_hits().to_string()),
    ("missed", |work| work.frame_misses().to_string()),
    ("returned", |work| work.frames_returned().to_string()),
    ("searched", |work| time(work.searching())),
    ("slept", |work| time(work.asleep())),
];

const WIDTH: usize = 10;

/// A time in three digits or so.
fn time(time: Duration) -> String {
    match time.as_micros() {
        0 => "0".to_owned(),
        micros @ 1..10_000 => format!("{micros} us"),
        micros @ 10_000..10_000_000 => format!("{} ms", micros / 1000),
        micros => format!("{} s", micros / 1_000_000),
    }
}

impl WorkerState {
    fn name(self) -> &'static str {
        match self {
            WorkerState::Busy => "busy",
            WorkerState::Searching => "searching",
            WorkerState::Asleep => "asleep",
            WorkerState::Waking => "waking",
            WorkerState::Lent => "lent",
        }
    }
}

/// The state in a word.
impl fmt::Display for WorkerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Metrics {
    /// A table with a line for each worker and one for all.
    fn table(&self, f: &mut fmt::Formatter<'_>, columns: &[Column]) -> fmt::Result {
        write!(f, "{:>WIDTH$}", "worker")?;
        for (heading, _) in columns {
            write!(f, " {heading:>WIDTH$}")?;
        }
        let rows = self.workers.iter().enumerate().map(|(at, work)| (at.to_string(), *work));
        for (name, work) in rows.chain([("all".to_owned(), self.total())]) {
            write!(f, "\n{name:>WIDTH$}")?;
            for (_, show) in columns {
                write!(f, " {:>WIDTH$}", show(&work))?;
            }
        }
        Ok(())
    }
}

/// Two tables with a line for each worker, histograms of the batches, and what items cost where that is known.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>WIDTH$} {:-^32}", "", " stolen ")?;
        self.table(f, JOBS)?;
        writeln!(f, "\n")?;
        self.table(f, CALLS)?;
        let all = self.total();
        write!(f, "\n\nitems in a batch: {}", all.batch_sizes())?;
        write!(f, "\nns for a batch: {}", all.batch_times())?;
        for site in self.call_sites.iter().filter(|site| site.location().is_some()) {
            write!(f, "\n{site}")?;
        }
        Ok(())
    }
}
