//! An adaptive channel under a load that changes: batch sizes and latencies over time, as a table and as a picture.
//!
//! `cargo run --release --example latency [-- OPTIONS] [FILE]`, see [`USAGE`].

mod load;
mod picture;

use load::{Phase, Record};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "\
Usage: latency [--seconds SECONDS] [--deadline MILLISECONDS] [FILE]

Sends messages through an adaptive channel at rates that change, and draws what its receiver sees into FILE
(latency.svg if none is given).

  --seconds SECONDS         how long all phases together take (5)
  --deadline MILLISECONDS   the channel's deadline (2)";

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// The program, but for its exit code.
pub(crate) fn run(
    arguments: impl Iterator<Item = OsString>,
    out: &mut dyn Write,
) -> Result<(), String> {
    let options = Options::read(arguments)?;
    if options.wants_help {
        return writeln!(out, "{USAGE}").map_err(|error| format!("cannot print: {error}"));
    }
    let cannot_write = |error| format!("cannot write {}: {error}", options.file.display());
    // Before the measurement: who has named a file that cannot be written does not want to wait to be told.
    let mut file = File::create(&options.file).map_err(cannot_write)?;
    let phases = load::phases(options.duration);
    let record = load::measure(&phases, options.deadline);
    file.write_all(picture::svg(&phases, &record, options.deadline).as_bytes())
        .map_err(cannot_write)?;
    let table = table(&phases, &record);
    write!(out, "{table}\n{}\n", options.file.display())
        .map_err(|error| format!("cannot print: {error}"))
}

#[derive(Debug)]
struct Options {
    duration: Duration,
    deadline: Duration,
    file: PathBuf,
    wants_help: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
        let mut options = Options {
            duration: Duration::from_secs(5),
            deadline: Duration::from_millis(2),
            file: PathBuf::new(),
            wants_help: false,
        };
        while let Some(argument) = arguments.next() {
            let name = argument.to_string_lossy().into_owned();
            let mut positive = || {
                let value = arguments.next().unwrap_or_default();
                let number = value.to_str().and_then(|value| value.parse::<f64>().ok());
                number.filter(|number| (1e-3..=1e6).contains(number)).ok_or_else(|| {
                    format!("{name} wants a number from 0.001 to 1000000\n\n{USAGE}")
                })
            };
            match &*name {
                "--seconds" => options.duration = Duration::from_secs_f64(positive()?),
                "--deadline" => options.deadline = Duration::from_secs_f64(positive()? / 1e3),
                "--help" | "-h" => options.wants_help = true,
                _ if name.starts_with('-') || options.file != PathBuf::new() => {
                    return Err(format!("{name} is too much\n\n{USAGE}"));
                }
                _ => options.file = PathBuf::from(argument),
            }
        }
        if options.file == PathBuf::new() {
            options.file = PathBuf::from("latency.svg");
        }
        Ok(options)
    }
}

/// What came in each phase.
fn table(phases: &[Phase], record: &Record) -> String {
    let mut table = format!(
        "{:<8}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}\n",
        "phase", "messages", "a second", "a batch", "median us", "99 % us", "most us"
    );
    for phase in phases {
        let seen = record.between(phase.begin, phase.end);
        let [median, most_of_them, most] =
            [0.5, 0.99, 1.0].map(|share| seen.latencies.quantile_ns(share) / 1e3);
        table += &format!(
            "{:<8}{:>12}{:>12.0}{:>12.1}{median:>12.1}{most_of_them:>12.1}{most:>12.1}\n",
            phase.name,
            seen.messages,
            seen.messages as f64 / (phase.end - phase.begin).as_secs_f64(),
            seen.messages as f64 / seen.batches.max(1) as f64,
        );
    }
    table
}
