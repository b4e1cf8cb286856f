//! For the fuzzer: recordings made of bytes, whatever they are, and what the writers make of them. Only under `--cfg fuzzing`.

use super::event::{Job, Kind};
use super::recording::{Entry, LaneRecording, Recording};
use super::{json, svg};
use crate::steal::Distance;

/// Names that are hard to write.
const NAMES: &[&str] = &[
    "",
    "plain",
    "a \"b\" \\ c",
    "<&>",
    "]]>",
    "\u{0}\u{1f}\u{7f}",
    "\u{fffe}\u{ffff}",
    "\u{85}\u{2028}",
    "é𝄞",
    "</title>",
    "a name that is far too long for its bar, whatever the bar",
];

/// What came of a recording.
#[derive(Debug)]
pub struct Written {
    /// In Chrome's format.
    pub json: String,
    /// As a picture.
    pub svg: String,
    /// Events that take time, and moments.
    pub spans: usize,
    /// See `spans`.
    pub moments: usize,
}

/// Reads the bytes as a recording, and writes that in both formats.
pub fn written(bytes: &[u8]) -> Written {
    let mut bytes = Bytes(bytes);
    let mut lanes = Vec::new();
    while !bytes.0.is_empty() && lanes.len() < 200 {
        let (pool, index) = (usize::from(bytes.next() % 4), usize::from(bytes.next()));
        let thread = (bytes.next() % 4 == 0).then(|| bytes.text());
        let dropped = u64::from(bytes.next() % 3);
        let count = usize::from(bytes.next());
        let mut entries = Vec::new();
        let mut at = 0;
        while entries.len() < count && !bytes.0.is_empty() {
            at += bytes.time() * u64::from(bytes.next() % 2);
            let kind = bytes.kind();
            let mut entry = Entry { start: at, end: at, kind, depth: 0, is_open: false };
            if !entry.is_moment() {
                entry.end += bytes.time();
                entry.is_open = bytes.next() % 8 == 0;
            }
            entries.push(entry);
        }
        lanes.push(LaneRecording::new((pool, index, thread), entries, dropped));
    }
    lanes.sort_by_key(|lane| (lane.pool, lane.index));
    let entries = || lanes.iter().flat_map(|lane| &lane.entries);
    let moments = entries().filter(|entry| entry.is_moment()).count();
    let spans = entries().count() - moments;
    let end = entries().map(|entry| entry.end).max().unwrap_or(0);
    let recording = Recording { lanes, left_out: usize::from(bytes.next() % 3), end };
    let (mut as_json, mut as_svg) = (Vec::new(), Vec::new());
    json::write(&recording, &mut as_json).expect("memory takes everything");
    svg::write(&recording, &mut as_svg).expect("as above");
    let text = |bytes| String::from_utf8(bytes).expect("both formats are text");
    Written { json: text(as_json), svg: text(as_svg), spans, moments }
}

/// What is left of the input; zeros when nothing is.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Of any magnitude up to a year.
    fn time(&mut self) -> u64 {
        let magnitude = self.next() % 48;
        u64::from(self.next()) << magnitude
    }

    fn number(&mut self) -> usize {
        usize::from(self.next()) << (self.next() % 24)
    }

    fn text(&mut self) -> String {
        let (text, rest) = self.0.split_at(self.0.len().min(usize::from(self.0.len() as u8 % 16)));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn kind(&mut self) -> Kind {
        match self.next() % 14 {
            0 => Kind::Job(Job::Half),
            1 => Kind::Job(Job::Part),
            2 => Kind::Job(Job::Call),
            3 => Kind::Job(Job::Spawned),
            4 => Kind::Job(Job::Share),
            5 => Kind::Piece { items: self.number() },
            6 => Kind::Gather { items: self.number() },
            7 => Kind::Park,
            8 => Kind::Guest,
            9 => Kind::Named(NAMES[usize::from(self.next()) % NAMES.len()]),
            10 => Kind::Injected,
            11 => Kind::Dealt,
            12 => Kind::Wake { worker: self.number() },
            _ => {
                let victim = usize::from(self.next());
                let distance = match self.next() % 3 {
                    0 => Distance::Near,
                    1 => Distance::Group,
                    _ => Distance::Remote,
                };
                Kind::Steal { victim, distance }
            }
        }
    }
}
