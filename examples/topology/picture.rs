//! A topology as a picture: boxes within boxes, the CPUs in rows, workers where they run, and the distances as a table.
//!
//! Everything is measured from the inside out before it is drawn, so that nothing overlaps: [`Block::of`] measures,
//! [`Block::draw`] places.

use moirai::topology::{CpuSet, Level, Part, PartKind, Topology};
use std::fmt::Write as _;

/// Sizes are in pixels. Text is monospaced, so that its width is known.
const CHARACTER: f64 = 7.4;
const LINE: f64 = 20.0;
const GAP: f64 = 6.0;

const FONT: &str = "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"12\"";

/// The picture of a machine, with these workers: their numbers, and the CPUs that each may run on.
pub(crate) fn svg(topology: &Topology, workers: &[(usize, CpuSet)]) -> String {
    let machine = Block::of(topology, &topology.parts(), workers);
    let table = Table::of(topology);
    let notes = notes(topology);
    let notes_width = notes.iter().map(|note| text_width(note)).fold(0.0, f64::max);
    let width = machine.width.max(table.width()).max(notes_width) + 4.0 * GAP;
    let mut height = 2.0 * GAP;
    let mut body = String::new();
    machine.draw(&mut body, 2.0 * GAP, height);
    height += machine.height + 2.0 * GAP;
    for note in &notes {
        text(&mut body, 2.0 * GAP, height, note, "#333");
        height += LINE;
    }
    height += GAP;
    table.draw(&mut body, 2.0 * GAP, height);
    height += table.height() + GAP;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" {FONT}>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

/// What the boxes do not show.
fn notes(topology: &Topology) -> Vec<String> {
    let mut notes = vec![format!(
        "{} CPUs, {} allowed (the others are grey)",
        topology.cpus().len(),
        topology.allowed_cpus().len()
    )];
    notes.extend(topology.quota().map(|quota| format!("the time of {quota} CPUs")));
    for node in topology.nodes().iter().filter(|node| node.cpus().is_empty()) {
        notes.push(format!("node {}{}: memory only", node.id(), memory(topology, node.id())));
    }
    let kinds = topology.kinds();
    for kind in kinds.iter().filter(|_| kinds.len() > 1) {
        let speed = kind.capacity().map_or(String::new(), |c| format!(" ({c} of 1024)"));
        notes.push(format!("cores of one kind: {}{speed}", kind.cpus()));
    }
    for (index, group) in topology.groups().iter().enumerate() {
        notes.push(format!("group {index}: {}", group.cpus()));
    }
    notes
}

fn memory(topology: &Topology, node: usize) -> String {
    match topology.memory_kib(node) {
        Some(kib) if kib >= 10 << 20 => format!(" ({} GiB)", kib >> 20),
        Some(kib) => format!(" ({} MiB)", kib >> 10),
        None => String::new(),
    }
}

/// A box, its size, and what is in it, by its place from the upper left corner.
#[derive(Debug)]
struct Block {
    label: String,
    fill: &'static str,
    width: f64,
    height: f64,
    workers: Vec<(f64, f64, Label)>,
    inner: Vec<(f64, f64, Block)>,
}

/// A short text in a frame of its width.
#[derive(Debug)]
struct Label(String);

impl Label {
    fn width(&self) -> f64 {
        text_width(&self.0) + GAP
    }
}

impl Block {
    /// The box of a part, with those of the parts in it. A part that is all of another one shares its box.
    fn of(topology: &Topology, part: &Part, workers: &[(usize, CpuSet)]) -> Block {
        let mut label = name(topology, part);
        let mut innermost = part;
        while let [only] = innermost.parts() {
            if only.cpus() != innermost.cpus() {
                break;
            }
            if is_core(only) {
                // A second cache that a core has to itself is not worth a box.
                innermost = if label == "L2" { only } else { innermost };
                break;
            }
            label = format!("{label}, {}", name(topology, only));
            innermost = only;
        }
        if is_core(innermost) {
            label = String::new();
        }
        let within = |worker: &&(usize, CpuSet)| worker.1.is_subset(innermost.cpus());
        let workers: Vec<(usize, CpuSet)> = workers.iter().filter(within).cloned().collect();
        let mut in_parts = CpuSet::new();
        let mut inner: Vec<(usize, Block)> = Vec::new();
        let parts = if is_core(innermost) { &[] } else { innermost.parts() };
        for part in parts {
            in_parts = in_parts.union(part.cpus());
            let first = part.cpus().first().unwrap_or(0);
            inner.push((first, Block::of(topology, part, &workers)));
        }
        for cpu in innermost.cpus().difference(&in_parts).iter() {
            inner.push((cpu, Block::cpu(topology, cpu)));
        }
        inner.sort_by_key(|&(first, _)| first);
        // Those that fit into a smaller part are drawn there.
        let own = workers
            .iter()
            .filter(|worker| !parts.iter().any(|part| worker.1.is_subset(part.cpus())));
        let own = own.map(|(number, _)| Label(format!("w{number}"))).collect();
        let blocks = inner.into_iter().map(|(_, block)| block).collect();
        Block::around(label, fill(innermost), blocks, own)
    }

    fn cpu(topology: &Topology, cpu: usize) -> Block {
        let is_allowed = topology.allowed_cpus().contains(cpu);
        let widest = topology.cpus().last().unwrap_or(0).to_string().len();
        Block {
            label: cpu.to_string(),
            fill: if is_allowed { "#ffffff" } else { "#b8b8b8" },
            width: text_width(&"0".repeat(widest)) + GAP,
            height: LINE,
            workers: Vec::new(),
            inner: Vec::new(),
        }
    }

    /// A box around others: its label, the workers, then rows of blocks that make it about twice as wide as high.
    fn around(label: String, fill: &'static str, blocks: Vec<Block>, own: Vec<Label>) -> Block {
        let area: f64 = blocks.iter().map(|block| (block.width + GAP) * (block.height + GAP)).sum();
        let widest = blocks.iter().map(|block| block.width).fold(0.0, f64::max);
        // As many in each row, as far as that goes.
        let wanted = (2.0 * area).sqrt().max(widest).max(text_width(&label));
        let (count, fit) =
            (blocks.len() as f64, ((wanted + GAP) / (widest + GAP)).floor().max(1.0));
        let limit = (count / (count / fit).ceil()).ceil() * (widest + GAP);
        let mut height = if label.is_empty() { GAP } else { LINE + GAP };
        let (workers, right_of_workers) =
            rows(own, limit, &mut height, |label| (label.width(), LINE));
        let (inner, right) = rows(blocks, limit, &mut height, |block| (block.width, block.height));
        let width = right.max(right_of_workers).max(text_width(&label) + GAP);
        Block { label, fill, width: width + GAP, height, workers, inner }
    }

    fn draw(&self, body: &mut String, x: f64, y: f64) {
        let Block { label, fill, width, height, workers, inner } = self;
        let _ = writeln!(
            body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"3\" fill=\"{fill}\" stroke=\"#555\"/>"
        );
        // A CPU's number stands in the middle of its box.
        let indent = if inner.is_empty() { (width - text_width(label)) / 2.0 } else { GAP };
        text(body, x + indent, y + if inner.is_empty() { 0.0 } else { 2.0 }, label, "#111");
        for (dx, dy, block) in inner {
            block.draw(body, x + dx, y + dy);
        }
        for (dx, dy, worker) in workers {
            let (x, y) = (x + dx, y + dy);
            let width = worker.width();
            let _ = writeln!(
                body,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{LINE:.1}\" rx=\"9\" fill=\"#23507d\"/>"
            );
            text(body, x + GAP / 2.0, y, &worker.0, "#fff");
        }
    }
}

/// Puts things into rows that are no wider than `limit`, below `height`, which grows; also how far right they reach.
fn rows<T>(
    things: Vec<T>,
    limit: f64,
    height: &mut f64,
    size: impl Fn(&T) -> (f64, f64),
) -> (Vec<(f64, f64, T)>, f64) {
    let (mut x, mut row_height, mut right) = (GAP, 0.0_f64, 0.0_f64);
    let mut placed = Vec::with_capacity(things.len());
    for thing in things {
        let (w, h) = size(&thing);
        if x > GAP && x + w > limit + GAP {
            *height += row_height + GAP;
            (x, row_height) = (GAP, 0.0);
        }
        placed.push((x, *height, thing));
        right = right.max(x + w);
        x += w + GAP;
        row_height = row_height.max(h);
    }
    if !placed.is_empty() {
        *height += row_height + GAP;
    }
    (placed, right)
}

fn name(topology: &Topology, part: &Part) -> String {
    match part.kind() {
        PartKind::Node(id) => format!("node {id}{}", memory(topology, id)),
        kind => kind.to_string(),
    }
}

fn is_core(part: &Part) -> bool {
    part.kind() == PartKind::Shared(Level::Core)
}

fn fill(part: &Part) -> &'static str {
    match part.kind() {
        PartKind::Machine => "#f4f4f4",
        PartKind::Node(_) => "#d9ead3",
        PartKind::Shared(Level::Package | Level::Die) => "#fff2cc",
        PartKind::Shared(Level::L1d | Level::L2 | Level::L3) => "#cfe2f3",
        PartKind::Shared(Level::Core) => "#e4d9ef",
    }
}

fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

/// A line of text whose upper left corner is there. What is drawn needs no escapes: names, numbers and lists.
fn text(body: &mut String, x: f64, y: f64, text: &str, fill: &str) {
    if !text.is_empty() {
        let y = y + 14.5;
        let _ = writeln!(body, "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{fill}\">{text}</text>");
    }
}

/// The distances between the nodes.
#[derive(Debug)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(topology: &Topology) -> Table {
        let ids: Vec<usize> = topology.nodes().iter().map(|node| node.id()).collect();
        if ids.len() < 2 {
            return Table { rows: Vec::new() };
        }
        let head = ["distance".to_owned()].into_iter().chain(ids.iter().map(usize::to_string));
        let row = |&from: &usize| {
            let distance = |&to: &usize| {
                topology.distance(from, to).map_or("-".to_owned(), |distance| distance.to_string())
            };
            [from.to_string()].into_iter().chain(ids.iter().map(distance)).collect()
        };
        Table { rows: [head.collect()].into_iter().chain(ids.iter().map(row)).collect() }
    }

    /// Where a column begins, and behind the last one.
    fn column(index: usize) -> f64 {
        let first = text_width("distance") + GAP;
        let other = text_width("0000") + GAP;
        if index == 0 { 0.0 } else { first + (index - 1) as f64 * other }
    }

    fn width(&self) -> f64 {
        self.rows.first().map_or(0.0, |row| Table::column(row.len()))
    }

    fn height(&self) -> f64 {
        self.rows.len() as f64 * LINE
    }

    fn draw(&self, body: &mut String, x: f64, y: f64) {
        for (down, row) in self.rows.iter().enumerate() {
            let y = y + down as f64 * LINE;
            for (index, cell) in row.iter().enumerate() {
                let (left, right) = (x + Table::column(index), x + Table::column(index + 1));
                let is_head = down == 0 || index == 0;
                let fill = if is_head { "#e8e8e8" } else { "#ffffff" };
                let width = right - left;
                let _ = writeln!(
                    body,
                    "<rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{LINE:.1}\" fill=\"{fill}\" stroke=\"#999\"/>"
                );
                text(body, right - GAP / 2.0 - text_width(cell), y, cell, "#111");
            }
        }
    }
}
