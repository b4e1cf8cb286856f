//! One picture of the pool, as lines of text.

use moirai::metrics::{Metrics, Work, WorkerState};
use std::fmt::Write as _;
use std::time::Duration;

/// Characters of a bar.
const BAR: usize = 20;

/// What is shown.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) since_begin: Duration,
    /// The time since the last frame, and what was done in it.
    pub(crate) interval: Duration,
    pub(crate) done: Metrics,
    pub(crate) so_far: Metrics,
    pub(crate) doing: &'static str,
    pub(crate) rounds: usize,
}

impl Frame {
    /// The lines, with colours if they are wanted; without them nothing is lost.
    pub(crate) fn lines(&self, colours: bool) -> Vec<String> {
        let mut lines = vec![
            format!(
                "{:.1} s, round {}: {}",
                self.since_begin.as_secs_f64(),
                self.rounds + 1,
                self.doing
            ),
            String::new(),
            format!(
                "{:>6}  {:<9}  {:<width$}  {:>7} {:>7} {:>7} {:>8} {:>8} {:>7} {:>7}",
                "worker",
                "state",
                "at work",
                "near",
                "group",
                "remote",
                "failed",
                "batches",
                "parks",
                "queued",
                width = BAR + 5
            ),
        ];
        let of_last = self.done.workers().iter();
        let seen = self.so_far.states().iter().zip(self.so_far.queued());
        for (index, (done, (state, queued))) in of_last.zip(seen).enumerate() {
            lines.push(self.line(&index.to_string(), Some(*state), done, *queued, colours));
        }
        let queued = self.so_far.queued().iter().sum();
        lines.push(self.line("all", None, &self.done.total(), queued, colours));
        let all = self.so_far.total();
        lines.extend([
            String::new(),
            format!("waiting to come in: {}", self.so_far.injected_queued()),
            format!(
                "since the beginning: jobs moved {}, batches {}, jobs spawned {}, calls from outside {}",
                all.jobs(),
                all.batches(),
                all.frame_hits() + all.frame_misses(),
                all.injected() + all.guests()
            ),
        ]);
        lines
    }

    fn line(
        &self,
        name: &str,
        state: Option<WorkerState>,
        done: &Work,
        queued: usize,
        colours: bool,
    ) -> String {
        let workers = if state.is_some() { 1 } else { self.done.workers().len() };
        let whole = self.interval.as_secs_f64() * workers as f64;
        // A guest works while the thread of its worker sleeps: how long is not known.
        let idle = (done.asleep() + done.searching()).as_secs_f64();
        let share = if whole > 0.0 { (1.0 - idle / whole).clamp(0.0, 1.0) } else { 0.0 };
        let bar: String = (0..BAR)
            .map(|at| if (at as f64) < share * BAR as f64 - 0.5 { '#' } else { '.' })
            .collect();
        let mut line = format!("{name:>6}  ");
        let word = state.map_or(String::new(), |state| state.to_string());
        // Padded before it is coloured: codes have no width.
        _ = match state.filter(|_| colours) {
            Some(state) => write!(line, "\x1b[{}m{word:<9}\x1b[0m", colour(state)),
            None => write!(line, "{word:<9}"),
        };
        let steals = done.steals();
        _ = write!(
            line,
            "  {bar} {:>3.0}%  {:>7} {:>7} {:>7} {:>8} {:>8} {:>7} {:>7}",
            100.0 * share,
            steals.near,
            steals.group,
            steals.remote,
            done.failed_tries().total(),
            done.batches(),
            done.parks(),
            queued
        );
        line
    }
}

/// The number of a colour.
fn colour(state: WorkerState) -> u8 {
    match state {
        WorkerState::Busy | WorkerState::Lent => 32,
        WorkerState::Searching | WorkerState::Waking => 33,
        _ => 90,
    }
}
