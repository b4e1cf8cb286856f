//! A recording in Chrome's trace format: one complete event for each span, an instant for each moment, a flow for each theft.
//!
//! The format's *process* is a pool; process 0 has the threads of no pool. Times are microseconds.

use super::event::{Kind, distance_name};
use super::recording::{Entry, LaneRecording, Recording};
use std::io::{self, Write};

/// More than a pool has threads: viewers want numbers of threads that are unique among all processes.
const THREADS_OF_A_POOL: usize = 1 << 16;

/// Writes the whole recording.
pub(super) fn write(recording: &Recording, out: impl Write) -> io::Result<()> {
    let mut events = Events { out, is_first: true, flows: 0 };
    write!(events.out, "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{")?;
    write!(events.out, "\"dropped\":{}", recording.dropped())?;
    if let Some(missing) = recording.missing() {
        write!(events.out, ",\"missing\":{}", quoted(&missing))?;
    }
    write!(events.out, "}},\"traceEvents\":[")?;
    let mut last_pool = None;
    for lane in &recording.lanes {
        if last_pool.replace(lane.pool) != Some(lane.pool) {
            let name = match lane.pool {
                0 => "threads of no pool".to_owned(),
                pool => format!("pool {pool}"),
            };
            events.name("process_name", lane, &name)?;
        }
        events.name("thread_name", lane, &lane.name())?;
        for entry in &lane.entries {
            events.entry(lane, entry)?;
        }
    }
    write!(events.out, "\n]}}\n")
}

struct Events<W> {
    out: W,
    is_first: bool,
    flows: usize,
}

impl<W: Write> Events<W> {
    /// Begins an event of a lane; the caller goes on with a comma and closes it.
    fn begin(&mut self, phase: &str, name: &str, pool: usize, index: usize) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_first) { "" } else { "," };
        let thread = pool * THREADS_OF_A_POOL + index;
        write!(
            self.out,
            "{comma}\n{{\"ph\":\"{phase}\",\"name\":{},\"pid\":{pool},\"tid\":{thread}",
            quoted(name)
        )
    }

    fn name(&mut self, what: &str, lane: &LaneRecording, name: &str) -> io::Result<()> {
        self.begin("M", what, lane.pool, lane.index)?;
        write!(self.out, ",\"args\":{{\"name\":{}}}}}", quoted(name))
    }

    fn entry(&mut self, lane: &LaneRecording, entry: &Entry) -> io::Result<()> {
        let name = entry.kind.name();
        let start = Microseconds(entry.start);
        if entry.is_moment() {
            self.begin("i", &name, lane.pool, lane.index)?;
            write!(self.out, ",\"cat\":\"moment\",\"s\":\"t\",\"ts\":{start}")?;
        } else {
            self.begin("X", &name, lane.pool, lane.index)?;
            let length = Microseconds(entry.end - entry.start);
            let category = match entry.kind {
                Kind::Named(_) => "named",
                Kind::Call(_) => "call",
                _ => "moirai",
            };
            write!(self.out, ",\"cat\":\"{category}\",\"ts\":{start},\"dur\":{length}")?;
        }
        match entry.kind {
            Kind::Piece { items } | Kind::Gather { items } => {
                write!(self.out, ",\"args\":{{\"items\":{items}}}")?;
            }
            Kind::Steal { victim, distance } => {
                let distance = distance_name(distance);
                write!(self.out, ",\"args\":{{\"victim\":{victim},\"distance\":\"{distance}\"}}")?;
            }
            Kind::Wake { worker } => write!(self.out, ",\"args\":{{\"worker\":{worker}}}")?,
            _ if entry.is_open => write!(self.out, ",\"args\":{{\"unfinished\":true}}")?,
            _ => {}
        }
        write!(self.out, "}}")?;
        match entry.kind {
            Kind::Steal { victim, .. } => self.flow(lane, victim, entry.start),
            _ => Ok(()),
        }
    }

    /// An arrow from the victim to the thief.
    fn flow(&mut self, thief: &LaneRecording, victim: usize, at: u64) -> io::Result<()> {
        self.flows += 1;
        let (flow, at) = (self.flows, Microseconds(at));
        self.begin("s", "steal", thief.pool, victim)?;
        write!(self.out, ",\"cat\":\"steal\",\"id\":{flow},\"ts\":{at}}}")?;
        self.begin("f", "steal", thief.pool, thief.index)?;
        write!(self.out, ",\"cat\":\"steal\",\"id\":{flow},\"bp\":\"e\",\"ts\":{at}}}")
    }
}

/// Nanoseconds, shown in microseconds.
struct Microseconds(u64);

impl std::fmt::Display for Microseconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::recording::tests::entry;
    use super::*;
    use crate::steal::Distance;

    fn text(recording: &Recording) -> String {
        let mut out = Vec::new();
        write(recording, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_empty_trace() {
        let expected =
            "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"dropped\":0},\"traceEvents\":[\n]}\n";
        assert_eq!(text(&Recording::default()), expected);
    }

    #[test]
    fn one_event_and_what_was_dropped() {
        let entries = vec![entry(1_234_567, 1_235_600, Kind::Piece { items: 8 })];
        let lanes = vec![LaneRecording::new((1, 0, None), entries, 7)];
        let text = text(&Recording { lanes, left_out: 0, end: 2_000_000 });
        let piece = "{\"ph\":\"X\",\"name\":\"piece\",\"pid\":1,\"tid\":65536,\"cat\":\"moirai\",\
                     \"ts\":1234.567,\"dur\":1.033,\"args\":{\"items\":8}}\n]}";
        assert!(text.contains(piece), "{text}");
        assert!(
            text.contains("\"dropped\":7,\"missing\":\"the oldest 7 events were dropped\""),
            "{text}"
        );
        assert!(text.contains("\"args\":{\"name\":\"worker 0\"}"), "{text}");
    }

    #[test]
    fn a_theft_is_an_instant_and_an_arrow() {
        let steal = Kind::Steal { victim: 1, distance: Distance::Near };
        let lanes = vec![LaneRecording::new((2, 3, None), vec![entry(5, 5, steal)], 0)];
        let text = text(&Recording { lanes, left_out: 0, end: 9 });
        assert!(text.contains("\"ts\":0.005,\"args\":{\"victim\":1,\"distance\":\"near\"}}"));
        assert!(text.contains("{\"ph\":\"s\",\"name\":\"steal\",\"pid\":2,\"tid\":131073,"));
        assert!(text.contains("{\"ph\":\"f\",\"name\":\"steal\",\"pid\":2,\"tid\":131075,"));
    }

    #[test]
    fn names_are_escaped() {
        assert_eq!(quoted("a \"b\" \\ \n é"), r#""a \"b\" \\ \u000a é""#);
    }
}
