//! Statistics of real text, counted in sequence, on moirai and on rayon, and how long each took.
//!
//! `cargo run --release --example textstats [-- [--rounds N] PATH...]`
//!
//! Without a path the sources of this project and of its dependencies are read, which every machine that built the
//! project has. The three results are asserted to be equal; the times are medians of interleaved rounds. With `--rounds` only
//! moirai counts, that many times: for a profile, or a timeline (`docs/profiling.md`).

pub(crate) mod files;
pub(crate) mod input;
mod stats;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use input::Input;
use stats::{Summary, Text};

const USAGE: &str = "\
Usage: textstats [--rounds N] [PATH...]

Counts words and lines of the named files and of all files in the named folders, in sequence, on moirai and on rayon,
and compares the times. Without a path: the sources of this project and of its dependencies.
With --rounds only moirai counts, N times, and nothing is compared. RAYON_NUM_THREADS sets the number of threads of both
pools.
";

/// The exit code when there is nothing to count, or no telling how often.
const NO_INPUT: u8 = 2;

/// Rounds go on for this long, within the limits of their number.
const MEASURE_FOR: Duration = Duration::from_secs(3);
const ROUNDS: std::ops::RangeInclusive<usize> = 5..=25;

/// Between two samples both pools fall asleep, so that neither is measured against the other's searching threads.
const SETTLE: Duration = Duration::from_millis(2);

fn main() -> ExitCode {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    match run(std::env::args_os().skip(1), &mut out, &mut err) {
        Ok(code) => ExitCode::from(code),
        // Whoever read the output has enough of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The whole program but for its surroundings; returns the exit code.
pub(crate) fn run(
    mut arguments: impl Iterator<Item = OsString>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<u8> {
    let mut paths = Vec::new();
    let mut rounds = None;
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            let number = arguments.next().and_then(|number| number.to_str()?.parse::<u32>().ok());
            let Some(number) = number.filter(|number| *number > 0) else {
                writeln!(err, "textstats: --rounds needs a number")?;
                return Ok(NO_INPUT);
            };
            rounds = Some(number);
        } else {
            paths.push(PathBuf::from(argument));
        }
    }
    if paths.iter().any(|path| path.as_os_str() == "--help" || path.as_os_str() == "-h") {
        out.write_all(USAGE.as_bytes())?;
        return Ok(0);
    }
    let Input { texts, complaints } =
        if paths.is_empty() { input::read_default() } else { input::read(&paths) };
    for complaint in complaints {
        writeln!(err, "textstats: {complaint}")?;
    }
    if texts.is_empty() {
        writeln!(err, "textstats: no input: none of the paths led to a text that could be read")?;
        return Ok(NO_INPUT);
    }
    if let Some(rounds) = rounds {
        let mut summary = stats::on_moirai(&texts);
        for _ in 1..rounds {
            summary = stats::on_moirai(&texts);
        }
        out.write_all(describe(&summary, texts.len()).as_bytes())?;
        return Ok(0);
    }
    let (summary, contestants) = measure(&texts);
    out.write_all(describe(&summary, texts.len()).as_bytes())?;
    out.write_all(compare(&contestants).as_bytes())?;
    out.flush()?;
    Ok(0)
}

/// One way of counting, and how long each round took.
#[derive(Debug)]
struct Contestant<'t> {
    name: &'static str,
    count: fn(&'t [Text]) -> Summary<'t>,
    times: Vec<Duration>,
}

impl Contestant<'_> {
    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        times[times.len() / 2]
    }

    fn best(&self) -> Duration {
        self.times.iter().copied().min().unwrap_or_default()
    }
}

/// Runs every contestant once in each round, each round beginning with another one, and asserts equal results.
fn measure(texts: &[Text]) -> (Summary<'_>, Vec<Contestant<'_>>) {
    let expected = stats::in_sequence(texts);
    let contestant = |name, count| Contestant { name, count, times: Vec::new() };
    let mut contestants = vec![
        contestant("sequential", stats::in_sequence),
        contestant("rayon", stats::on_rayon),
        contestant("moirai", stats::on_moirai),
    ];
    // The first run of each starts its pool's threads and is not counted.
    for contestant in &contestants {
        assert_eq!((contestant.count)(texts), expected, "{} counts differently", contestant.name);
    }
    let start = Instant::now();
    for round in 0..*ROUNDS.end() {
        if round >= *ROUNDS.start() && start.elapsed() >= MEASURE_FOR {
            break;
        }
        for turn in 0..contestants.len() {
            let index = (round + turn) % contestants.len();
            std::thread::sleep(SETTLE);
            let start = Instant::now();
            let summary = (contestants[index].count)(texts);
            contestants[index].times.push(start.elapsed());
            assert_eq!(summary, expected, "{} counts differently", contestants[index].name);
        }
    }
    (expected, contestants)
}

fn describe(summary: &Summary<'_>, texts: usize) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: usize| _ = writeln!(text, "{name:<16}{:>14}", grouped(value));
    row("texts", texts);
    row("  not ASCII", summary.non_ascii_texts);
    row("bytes", summary.bytes);
    row("lines", summary.lines);
    row("words", summary.words);
    row("distinct words", summary.distinct_words);
    text.push_str("\nmost frequent words\n");
    for (word, count) in &summary.frequent {
        _ = writeln!(text, "{:>14}  {}", grouped(*count), shortened(word, 60));
    }
    text.push_str("\nlongest lines (characters, line, beginning)\n");
    for line in &summary.longest {
        let place = format!("{}:{}", line.text, line.number);
        _ = writeln!(
            text,
            "{:>14}  {place}\n{:16}{}",
            grouped(line.chars),
            "",
            shortened(line.content.trim_start(), 60)
        );
    }
    text
}

fn compare(contestants: &[Contestant<'_>]) -> String {
    let rounds = contestants[0].times.len();
    let reference = contestants[0].median();
    let threads = moirai::current_num_threads();
    let mut text = format!("\n{rounds} interleaved rounds, {threads} threads; all results equal\n");
    _ = writeln!(text, "{:<12}{:>12}{:>12}{:>10}", "", "median", "best", "speed-up");
    for contestant in contestants {
        let median = contestant.median();
        let speed_up = reference.as_secs_f64() / median.as_secs_f64();
        let times =
            [median, contestant.best()].map(|time| format!("{:.3} ms", time.as_secs_f64() * 1e3));
        _ = writeln!(
            text,
            "{:<12}{:>12}{:>12}{speed_up:>10.2}",
            contestant.name, times[0], times[1]
        );
    }
    text
}

/// The number with a blank before each group of three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The first characters of a line, fit for a terminal.
fn shortened(line: &str, chars: usize) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = line.chars().take(chars).map(printable).collect();
    if line.chars().nth(chars).is_some() {
        short.push_str("...");
    }
    short
}
