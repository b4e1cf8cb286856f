//! Runs the benches and writes what they found as a document with plots.
//!
//! `cargo run --release --example bench_report [-- [--out PATH] [--from TSV] [SUBJECT...]]`
//!
//! The document is docs/benchmark-report.md unless PATH says otherwise; its plots and all rows lie in a folder of the same
//! name without the extension. A subject is the name of a bench. Environment variables of the benches work as always.

mod machine;
mod plot;
mod report;
mod results;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use results::Results;

const USAGE: &str = "\
Usage: bench_report [--out PATH] [--from TSV] [SUBJECT...]

Runs the benches of the subjects (all that print times, if none is named), and writes docs/benchmark-report.md, or PATH.
With --from no bench runs: the rows are read from a file that an earlier report left.
";

/// The benches whose rows are times.
const SUBJECTS: [&str; 13] = [
    "join", "calls", "small", "spawn", "steal", "idle", "par_iter", "demo", "skew", "memory",
    "collect", "sort", "sweep",
];

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench_report: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let (mut out, mut from, mut subjects) = (None, None, Vec::new());
    while let Some(argument) = arguments.next() {
        let mut path = || arguments.next().map(PathBuf::from).ok_or("a path is missing");
        match argument.as_str() {
            "--help" | "-h" => {
                print!("{USAGE}");
                return Ok(());
            }
            "--out" => out = Some(path()?),
            "--from" => from = Some(path()?),
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}").into());
            }
            _ => subjects.push(argument),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = out.unwrap_or_else(|| root.join("docs/benchmark-report.md"));
    let folder = out.with_extension("");
    fs::create_dir_all(&folder)?;

    let table = folder.join("results.tsv");
    // Described before the benches load the machine.
    let machine = machine::describe(root);
    match from {
        Some(from) if from == table => {}
        Some(from) => _ = fs::copy(from, &table)?,
        None => measure(root, &subjects, &table)?,
    }
    let results = Results::parse(&fs::read_to_string(&table)?)?;
    let plots = plot::draw(&results, &folder)?;
    fs::write(&out, report::document(&machine, &results, &plots, &folder))?;
    println!("{}", out.display());
    Ok(())
}

/// Runs the benches one after the other; their rows are in `table` afterwards.
fn measure(root: &Path, subjects: &[String], table: &Path) -> Result<(), Box<dyn Error>> {
    fs::write(table, "")?;
    let table = fs::canonicalize(table)?;
    let all = SUBJECTS.map(str::to_owned);
    for subject in if subjects.is_empty() { &all[..] } else { subjects } {
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(root)
            .args(["bench", "--bench", subject])
            .env("MOIRAI_BENCH_TSV", &table)
            .status()?;
        if !status.success() {
            return Err(format!("the bench {subject} failed: {status}").into());
        }
    }
    Ok(())
}
