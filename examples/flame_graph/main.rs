//! A flame graph from what `perf script` prints, in which the scheduler is one frame wherever it comes.
//!
//! `perf script --no-inline | cargo run --release --example flame_graph > profile.svg`
//!
//! A parallel call lies on the stack as deep as its pieces were cut, here deeper and there less deep, so one function of the
//! program appears in many places of a plain flame graph. Here frames of moirai that follow each other are one, named after
//! what has begun in it. See `docs/profiling.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};

/// What a run of frames of the scheduler is called: the first of these that one of its frames ends with.
const MARKS: &[(&str, &str)] = &[
    ("execute_stolen", "moirai: stolen"),
    ("execute_spawned", "moirai: spawned job"),
    ("execute_call", "moirai: call from outside"),
    ("execute_share", "moirai: broadcast share"),
    ("call::run", "moirai: parallel call"),
    ("join_context", "moirai: join"),
    ("wait_until", "moirai: looking for work"),
];

const WIDTH: f64 = 1200.0;
const ROW: f64 = 17.0;
const TOP: f64 = 30.0;
/// Narrower frames are not drawn.
const NARROWEST: f64 = 1.0;
/// The width of a letter, as far as can be said.
const LETTER: f64 = 6.6;

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut all = Frame::default();
    let stacks = stacks(&text);
    let main = stacks.iter().flatten().find_map(|frame| frame.strip_suffix("::main"));
    stacks.iter().for_each(|stack| all.add(&folded(stack, main.unwrap_or("main"))));
    if all.samples == 0 {
        eprintln!("flame_graph: no stacks: is this what `perf script` prints?");
        std::process::exit(2);
    }
    io::stdout().write_all(draw(&all).as_bytes())
}

/// The stacks of a text, the outermost frame first.
fn stacks(text: &str) -> Vec<Vec<&str>> {
    let samples = text.split("\n\n").map(|sample| {
        let frames = sample.lines().filter(|line| line.starts_with('\t'));
        let mut stack: Vec<&str> = frames.filter_map(symbol).collect();
        stack.reverse();
        stack
    });
    samples.filter(|stack| !stack.is_empty()).collect()
}

/// The symbol in a line like `  55d0c0de moirai::join+0x12 (/path/program)`.
fn symbol(line: &str) -> Option<&str> {
    let (_, symbol) = line.trim().split_once(' ')?;
    let symbol = symbol.rsplit_once(" (").map_or(symbol, |(symbol, _)| symbol);
    Some(symbol.rsplit_once("+0x").map_or(symbol, |(symbol, _)| symbol))
}

fn is_scheduler(frame: &str) -> bool {
    frame.starts_with("moirai::") || frame.starts_with("<moirai::")
}

/// Whose a frame is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Program,
    Scheduler,
    Library,
}

/// The stack from the `main` of the crate `program`, or from the beginning of a worker, with one frame for each run of the
/// scheduler's.
fn folded(stack: &[&str], program: &str) -> Vec<(Of, String)> {
    let is_program = |frame: &str| frame.trim_start_matches('<').starts_with(program);
    let is_start = |frame: &&str| is_scheduler(frame) || is_program(frame);
    let start = stack.iter().position(is_start).unwrap_or(0);
    let mut folded = Vec::new();
    let mut rest = &stack[start..];
    while let Some(first) = rest.first() {
        if !is_scheduler(first) {
            let of = if is_program(first) { Of::Program } else { Of::Library };
            folded.push((of, shortened(first)));
            rest = &rest[1..];
            continue;
        }
        // What the standard library does between two frames of the scheduler belongs to them.
        let is_inner = |frame: &&&str| is_scheduler(frame) || is_of_std(frame);
        let mut run = &rest[..rest.iter().take_while(is_inner).count()];
        let last = run.iter().rposition(|frame| is_scheduler(frame)).unwrap_or(0);
        run = &run[..=last];
        let mark = MARKS.iter().find(|(end, _)| run.iter().any(|frame| frame.ends_with(end)));
        folded.push((Of::Scheduler, mark.map_or("moirai", |(_, name)| name).to_owned()));
        rest = &rest[run.len()..];
    }
    folded
}

fn is_of_std(frame: &str) -> bool {
    ["core::", "std::", "<core::", "<std::", "alloc::"].iter().any(|start| frame.starts_with(start))
}

/// A symbol without generic parameters and the paths in front of its last two parts.
fn shortened(symbol: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0;
    for c in symbol.trim_start_matches('<').chars() {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            '>' => {}
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    // `Type as Trait>::method`: the type's name is enough.
    let plain = match plain.split_once(" as ") {
        Some((this, method)) => format!("{this}::{}", method.rsplit("::").next().unwrap_or("")),
        None => plain,
    };
    let parts: Vec<&str> = plain.split("::").filter(|part| !part.is_empty()).collect();
    parts[parts.len().saturating_sub(2)..].join("::")
}

/// A frame with what is above it.
#[derive(Default)]
struct Frame {
    samples: usize,
    above: BTreeMap<(Of, String), Frame>,
}

impl Frame {
    fn add(&mut self, stack: &[(Of, String)]) {
        self.samples += 1;
        if let [first, rest @ ..] = stack {
            self.above.entry(first.clone()).or_default().add(rest);
        }
    }

    /// How many frames of some width lie on top of each other.
    fn depth(&self, least: f64) -> usize {
        let above = self.above.values().filter(|frame| frame.samples as f64 >= least);
        above.map(|frame| 1 + frame.depth(least)).max().unwrap_or(0)
    }
}

fn draw(all: &Frame) -> String {
    let samples = all.samples as f64;
    let rows = all.depth(samples * NARROWEST / WIDTH);
    let height = TOP + (rows + 1) as f64 * ROW + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <style>rect{{stroke:#fff;stroke-width:0.5}}.p{{fill:#f2a65a}}.m{{fill:#7fa6cf}}.o{{fill:#d9d9d9}}\
         text{{pointer-events:none}}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"18\" font-size=\"13\">{} samples; orange: the program, grey: libraries, blue: moirai</text>\n",
        all.samples
    );
    let bottom = height - 10.0 - ROW;
    draw_frame(
        &mut svg,
        &(Of::Library, "all".to_owned()),
        all,
        (0.0, bottom),
        WIDTH / samples,
        all.samples,
    );
    svg.push_str("</svg>\n");
    svg
}

fn draw_frame(
    svg: &mut String,
    (of, name): &(Of, String),
    frame: &Frame,
    (x, y): (f64, f64),
    sample: f64,
    all: usize,
) {
    let width = frame.samples as f64 * sample;
    if width < NARROWEST {
        return;
    }
    let class = match of {
        Of::Program => "p",
        Of::Scheduler => "m",
        Of::Library => "o",
    };
    let share = 100.0 * frame.samples as f64 / all as f64;
    let shown = escaped(name);
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\"><title>{shown}: {share:.1} %</title></rect>",
        ROW - 1.0
    );
    let letters = ((width - 6.0) / LETTER).max(0.0) as usize;
    if letters >= 4 {
        let text: String = name.chars().take(letters).collect();
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\">{}</text>",
            x + 3.0,
            y + 12.0,
            escaped(&text)
        );
    }
    let mut x = x;
    for (name, above) in &frame.above {
        draw_frame(svg, name, above, (x, y - ROW), sample, all);
        x += above.samples as f64 * sample;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
