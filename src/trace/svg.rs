//! A recording as a picture: one lane a worker, spans as bars that hang below those they lie in, thefts as arrows.
//!
//! What is narrower than the grain, a pixel at first, is drawn together with its neighbours of the same kind. If that leaves too
//! many bars, the grain is doubled.

use super::event::{Job, Kind, distance_name};
use super::recording::{Entry, LaneRecording, Recording};
use crate::steal::Distance;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Where the lanes begin and end, in pixels.
const LEFT: f64 = 120.0;
const RIGHT: f64 = 1180.0;
const WIDTH: f64 = 1200.0;
/// Above the first lane.
const TOP: f64 = 50.0;
/// A bar and the room below it, and the room between lanes.
const ROW: f64 = 14.0;
const BAR: f64 = 12.0;
const GAP: f64 = 22.0;
/// Bars that lie inside more others than this are not drawn.
const ROWS: usize = 6;
/// The most lanes of a picture: more, and it is a picture of nothing.
const MOST_LANES: usize = 128;
/// The most bars and arrows of a picture.
const MOST_SHAPES: usize = 4_000;
/// The width of a letter, as far as can be said.
const LETTER: f64 = 6.2;

/// How a kind is drawn: its class in the picture, its colour, and its name in the legend.
type Look = (&'static str, &'static str, &'static str);

fn look(kind: Kind) -> Look {
    match kind {
        Kind::Job(Job::Half) => ("half", "#4e79a7", "stolen join half"),
        Kind::Job(Job::Part) => ("part", "#76b7b2", "stolen part of an iteration"),
        Kind::Job(Job::Call) => ("call", "#b09379", "call from outside"),
        Kind::Job(Job::Spawned) => ("job", "#59a14f", "spawned job"),
        Kind::Job(Job::Share) => ("share", "#9dc183", "broadcast share"),
        Kind::Call(_) => ("site", "#c9b8dc", "parallel call"),
        Kind::Piece { .. } => ("piece", "#edc948", "piece of an iteration"),
        Kind::Gather { .. } => ("gather", "#b07aa1", "gathering of collected items"),
        Kind::Park => ("park", "#dddddd", "asleep"),
        Kind::Guest => ("guest", "#f28e2b", "guest: a thread from outside at work"),
        Kind::Named(_) => ("named", "#ff9da7", "named by the program"),
        Kind::Steal { distance: Distance::Near, .. } => ("near", "#333333", "theft, near"),
        Kind::Steal { distance: Distance::Group, .. } => {
            ("group", "#b45f06", "theft within the group")
        }
        Kind::Steal { distance: Distance::Remote, .. } => {
            ("remote", "#cc0000", "theft from another group")
        }
        Kind::Injected => ("injected", "#b09379", "job taken from outside"),
        Kind::Dealt => ("dealt", "#76b7b2", "dealt share taken"),
        Kind::Wake { .. } => ("wake", "#e15759", "another worker woken"),
    }
}

/// Writes the whole recording.
pub(super) fn write(recording: &Recording, mut out: impl Write) -> io::Result<()> {
    let picture = Picture::new(recording);
    let mut grain = 1.0;
    let shapes = loop {
        let shapes = picture.shapes(grain);
        if shapes.len() <= MOST_SHAPES || grain > WIDTH {
            break shapes;
        }
        grain *= 2.0;
    };
    out.write_all(picture.draw(&shapes).as_bytes())
}

struct Picture<'a> {
    recording: &'a Recording,
    /// Those that are drawn.
    lanes: &'a [LaneRecording],
    /// The times at the left and at the right.
    start: u64,
    end: u64,
    /// Where each lane begins, and where the last one ends.
    tops: Vec<f64>,
}

/// Something drawn: a bar, an arrow or a mark.
struct Shape {
    kind: Kind,
    left: f64,
    right: f64,
    top: f64,
    /// For arrows: where they point to.
    bottom: f64,
    /// The first event, when it begins from the left edge on, how many there are, and how long they take together.
    entry: Entry,
    start: u64,
    count: usize,
    spent: u64,
}

impl<'a> Picture<'a> {
    fn new(recording: &'a Recording) -> Self {
        let lanes = &recording.lanes[..recording.lanes.len().min(MOST_LANES)];
        let entries = || lanes.iter().flat_map(|lane| &lane.entries);
        let start = entries().map(|entry| entry.start).min().unwrap_or(0);
        // Who sleeps still has nothing to show.
        let is_asleep = |entry: &&Entry| entry.is_open && entry.kind == Kind::Park;
        let ends = entries().filter(|entry| !is_asleep(entry)).map(|entry| entry.end);
        let end = ends.max().unwrap_or(recording.end).max(start + 1);
        let mut tops = vec![TOP];
        for lane in lanes {
            let rows = lane.entries.iter().filter(|entry| !entry.is_moment());
            let rows = rows.map(|entry| entry.depth + 1).max().unwrap_or(1).min(ROWS);
            tops.push(tops[tops.len() - 1] + rows as f64 * ROW + GAP);
        }
        Picture { recording, lanes, start, end, tops }
    }

    fn x(&self, time: u64) -> f64 {
        let share =
            time.clamp(self.start, self.end).abs_diff(self.start) as f64 / self.length() as f64;
        LEFT + share * (RIGHT - LEFT)
    }

    fn length(&self) -> u64 {
        self.end - self.start
    }

    /// All that is drawn, with nothing narrower than the grain by itself.
    fn shapes(&self, grain: f64) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for at in 0..self.lanes.len() {
            self.lane_shapes(at, grain, &mut shapes);
        }
        shapes
    }

    fn lane_shapes(&self, at: usize, grain: f64, shapes: &mut Vec<Shape>) {
        let lane = &self.lanes[at];
        // The last shape of each row and look, to which narrow neighbours are added.
        let mut last: BTreeMap<(usize, &str, usize), Shape> = BTreeMap::new();
        for entry in lane.entries.iter().filter(|entry| entry.depth < ROWS) {
            let Some(shape) = self.shape(at, entry) else { continue };
            let from = if let Kind::Steal { victim, .. } = entry.kind { victim } else { 0 };
            let row = if entry.is_moment() { ROWS } else { entry.depth };
            let key = (row, look(entry.kind).0, from);
            let before = last.remove(&key);
            let shape = match before {
                Some(before) if before.is_beside(&shape, grain) => before.with(&shape),
                before => {
                    shapes.extend(before);
                    shape
                }
            };
            last.insert(key, shape);
        }
        shapes.extend(last.into_values());
    }

    /// How one event is drawn by itself.
    fn shape(&self, at: usize, entry: &Entry) -> Option<Shape> {
        let lane_top = self.tops[at];
        let row = lane_top + entry.depth as f64 * ROW;
        let (top, bottom) = match entry.kind {
            Kind::Steal { victim, .. } => {
                let pool = self.lanes[at].pool;
                let is_victim = |lane: &LaneRecording| lane.pool == pool && lane.index == victim;
                let victim = self.lanes.iter().position(is_victim)?;
                let victim_bottom = self.tops[victim + 1] - GAP;
                if victim < at {
                    (victim_bottom, lane_top)
                } else {
                    (self.tops[victim], self.tops[at + 1] - GAP)
                }
            }
            Kind::Injected | Kind::Dealt | Kind::Wake { .. } => (lane_top - 5.0, lane_top),
            _ => (row, row + BAR),
        };
        let (start, spent) = (entry.start - self.start, entry.end - entry.start);
        let (left, right) = (self.x(entry.start), self.x(entry.end));
        let (kind, entry) = (entry.kind, *entry);
        Some(Shape { kind, left, right, top, bottom, entry, start, count: 1, spent })
    }

    fn draw(&self, shapes: &[Shape]) -> String {
        let mut svg = String::new();
        let legend = self.legend(shapes);
        let lanes_end = self.tops[self.tops.len() - 1];
        let height = lanes_end + 56.0 + 16.0 * legend.len().div_ceil(3) as f64;
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">"
        );
        svg.push_str("<style>");
        for (class, colour, _) in legend.iter().map(|kind| look(*kind)) {
            let _ = write!(svg, ".{class}{{fill:{colour};stroke:{colour}}}");
        }
        svg.push_str("rect{stroke-width:0.3}rect.park{stroke:#aaa}path{stroke-width:1.2}.grid{stroke:#e8e8e8}</style>\n");
        let _ = writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>");
        let _ = writeln!(svg, "<text x=\"10\" y=\"20\" font-size=\"13\">{}</text>", self.title());
        self.draw_axis(&mut svg, lanes_end - GAP);
        let has_pools = self.lanes.iter().any(|lane| lane.pool > 1);
        for (lane, top) in self.lanes.iter().zip(&self.tops) {
            let pool = match lane.pool {
                pool if has_pools && pool > 0 => format!("pool {pool}, "),
                _ => String::new(),
            };
            let name = escaped(&format!("{pool}{}", lane.name()));
            let (x, y) = (LEFT - 8.0, top + 10.0);
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{name}</text>");
        }
        // Arrows above the bars.
        let (moments, bars): (Vec<_>, Vec<_>) =
            shapes.iter().partition(|shape| shape.entry.is_moment());
        bars.into_iter().chain(moments).for_each(|shape| shape.draw(&mut svg));
        for (at, kind) in legend.iter().enumerate() {
            let (class, _, name) = look(*kind);
            let (x, y) =
                (LEFT + 350.0 * (at % 3) as f64, lanes_end + 30.0 + 16.0 * (at / 3) as f64);
            let _ = if kind.is_moment() {
                let point = if matches!(kind, Kind::Steal { .. }) { "m0 0l-2.5 -6h5z" } else { "" };
                write!(svg, "<path class=\"{class}\" d=\"M{} {y}v10{point}\"/>", x + 6.0)
            } else {
                write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"12\" height=\"10\"/>"
                )
            };
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{name}</text>", x + 18.0, y + 9.0);
        }
        let _ = writeln!(
            svg,
            "<text x=\"{LEFT}\" y=\"{}\" fill=\"#555\">Where there is nothing a worker looks for work.</text>",
            height - 8.0
        );
        svg.push_str("</svg>\n");
        svg
    }

    fn title(&self) -> String {
        let lanes = &self.recording.lanes;
        let count = |count: usize, what: &str| {
            format!("{count} {what}{}", if count == 1 { "" } else { "s" })
        };
        let workers = count(lanes.iter().filter(|lane| lane.pool > 0).count(), "worker");
        let events = count(lanes.iter().map(|lane| lane.entries.len()).sum(), "event");
        let mut title = format!("{workers}, {}, {events}", Duration(self.length()));
        if self.lanes.len() < lanes.len() {
            let _ = write!(title, "; {} of {} lanes are drawn", self.lanes.len(), lanes.len());
        }
        if let Some(missing) = self.recording.missing() {
            let _ = write!(title, "; {missing}");
        }
        escaped(&title)
    }

    /// The kinds that are drawn, one for each look: bars first.
    fn legend(&self, shapes: &[Shape]) -> Vec<Kind> {
        let mut legend: Vec<Kind> = Vec::new();
        for shape in shapes {
            if !legend.iter().any(|kind| look(*kind) == look(shape.kind)) {
                legend.push(shape.kind);
            }
        }
        legend.sort_by_key(|kind| kind.is_moment());
        legend
    }

    /// Lines through all lanes at round times.
    fn draw_axis(&self, svg: &mut String, bottom: f64) {
        let mut step = 1_u64;
        while self.length() / step > 10 {
            // 1, 2, 5, 10, ...
            step = match step.to_string().as_bytes()[0] {
                b'2' => step / 2 * 5,
                _ => step * 2,
            };
        }
        let steps = self.length() / step;
        for time in (0..=steps).map(|number| number * step) {
            let x = round(self.x(self.start + time));
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{x} {}V{}\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                TOP - 8.0,
                bottom + 4.0,
                bottom + 18.0,
                Duration(time)
            );
        }
    }
}

impl Shape {
    /// Whether another one, which begins no earlier, is drawn together with this one.
    fn is_beside(&self, next: &Shape, grain: f64) -> bool {
        let is_narrow = next.right - next.left < grain;
        let is_same_name = match (self.kind, next.kind) {
            (Kind::Named(name), Kind::Named(next)) => name == next,
            (Kind::Call(place), Kind::Call(next)) => place == next,
            _ => true,
        };
        is_narrow && is_same_name && next.left - self.right < grain
    }

    fn with(self, next: &Shape) -> Shape {
        Shape {
            right: self.right.max(next.right),
            count: self.count + next.count,
            spent: self.spent + next.spent,
            ..self
        }
    }

    fn draw(&self, svg: &mut String) {
        let class = look(self.kind).0;
        let (left, title) = (round(self.left), escaped(&self.title()));
        let (top, bottom) = (round(self.top), round(self.bottom));
        if self.entry.is_moment() {
            // The point of an arrow is where the thief is.
            let point = match self.kind {
                Kind::Steal { .. } if bottom > top => "m0 0l-2.5 -6h5z",
                Kind::Steal { .. } => "m0 0l-2.5 6h5z",
                _ => "",
            };
            let _ = writeln!(
                svg,
                "<path class=\"{class}\" d=\"M{left} {top}V{bottom}{point}\"><title>{title}</title></path>"
            );
            return;
        }
        let width = round((self.right - self.left).max(0.3));
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{BAR}\"><title>{title}</title></rect>"
        );
        let name = self.entry.kind.name();
        if self.count == 1
            && !matches!(self.kind, Kind::Piece { .. })
            && width > name.chars().count() as f64 * LETTER + 6.0
        {
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"10\" pointer-events=\"none\">{}</text>",
                round(left + 3.0),
                round(top + 9.5),
                escaped(&name)
            );
        }
    }

    /// What is shown where the mouse is.
    fn title(&self) -> String {
        let name = self.entry.kind.name();
        let start = Duration(self.start);
        if self.count > 1 {
            let together = if self.entry.is_moment() {
                String::new()
            } else {
                format!(", together {}", Duration(self.spent))
            };
            return format!("{name}: {} of them{together}, from {start} on", self.count);
        }
        let what = match self.kind {
            Kind::Piece { items: 1 } | Kind::Gather { items: 1 } => format!("{name}: 1 item"),
            Kind::Piece { items } | Kind::Gather { items } => format!("{name}: {items} items"),
            Kind::Steal { victim, distance } => {
                format!("{name} from worker {victim}, {}", distance_name(distance))
            }
            Kind::Wake { worker } => format!("{name} worker {worker}"),
            _ => name.into_owned(),
        };
        if self.entry.is_moment() {
            return format!("{what}, at {start}");
        }
        let open = if self.entry.is_open { ", unfinished" } else { "" };
        format!("{what}, {} from {start} on{open}", Duration(self.spent))
    }
}

fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

/// Nanoseconds, shown in a unit that fits.
struct Duration(u64);

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (unit, name) = match self.0 {
            0..=999 => return write!(f, "{} ns", self.0),
            1_000..=999_999 => (1e3, "us"),
            1_000_000..=999_999_999 => (1e6, "ms"),
            _ => (1e9, "s"),
        };
        let value = self.0 as f64 / unit;
        // Three digits, without zeros at the end.
        let digits = if value < 10.0 {
            2
        } else if value < 100.0 {
            1
        } else {
            0
        };
        let text = format!("{value:.digits$}");
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        write!(f, "{text} {name}")
    }
}

/// Text between the tags of XML, which has no control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
