//! A live view of a pool at work: what each worker does, what it has stolen from how far, what waits in its queues.
//!
//! `cargo run --release --example monitor [-- OPTIONS]`, see [`USAGE`].
//!
//! The work is real: rounds of counting the words of this project's sources, sorting what was found, and a flood of small jobs. On a terminal the view is drawn in place; anywhere else each snapshot is printed below the last.

mod screen;
pub(crate) mod terminal;
mod workload;

use moirai::{ThreadPool, ThreadPoolBuilder};
use screen::Frame;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use terminal::Terminal;
use workload::Workload;

const USAGE: &str = "\
Usage: monitor [--seconds N] [--interval MS] [--threads N] [--plain]

Shows what the workers of a pool do while it counts words, until q or Ctrl-C is pressed or the time is over.

  --seconds N     for how long, 10 by default; fractions are fine
  --interval MS   how often the view is renewed, 200 by default
  --threads N     the number of workers, that of the processors by default
  --plain         print one snapshot below the other, without control codes, on a terminal too
";

fn main() -> ExitCode {
    let options = match Options::read(std::env::args_os().skip(1)) {
        Ok(options) if options.wants_help => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Ok(options) => options,
        Err(complaint) => {
            eprint!("{complaint}");
            return ExitCode::from(2);
        }
    };
    let terminal = Terminal::new(!options.is_plain && io::stdout().is_terminal());
    match run(&options, &mut io::stdout().lock(), &terminal) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has enough of it.
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            drop(terminal);
            eprintln!("monitor: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// What can go wrong.
#[derive(Debug)]
pub(crate) enum Trouble {
    Pool(moirai::ThreadPoolBuildError),
    Output(io::Error),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Pool(error) => write!(f, "no pool: {error}"),
            Trouble::Output(error) => write!(f, "nothing can be written: {error}"),
        }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Output(error)
    }
}

#[derive(Debug)]
pub(crate) struct Options {
    duration: Duration,
    interval: Duration,
    /// 0: as many as there are processors.
    threads: usize,
    is_plain: bool,
    pub(crate) wants_help: bool,
}

impl Options {
    /// The options, or what is wrong with them.
    pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
        let mut options = Options {
            duration: Duration::from_secs(10),
            interval: Duration::from_millis(200),
            threads: 0,
            is_plain: false,
            wants_help: false,
        };
        while let Some(argument) = arguments.next() {
            let name = argument.to_string_lossy().into_owned();
            let mut number = |least: f64, most: f64| {
                let value =
                    arguments.next().ok_or(format!("monitor: {name} wants a number\n\n{USAGE}"))?;
                let number = value.to_str().and_then(|value| value.parse::<f64>().ok());
                number.filter(|number| (least..=most).contains(number)).ok_or(format!(
                    "monitor: {name} wants a number from {least} to {most}, not {value:?}\n\n{USAGE}"
                ))
            };
            match name.as_str() {
                "--seconds" => options.duration = Duration::from_secs_f64(number(0.0, 1e6)?),
                "--interval" => {
                    options.interval = Duration::from_secs_f64(number(10.0, 1e6)? / 1e3)
                }
                "--threads" => options.threads = number(1.0, 1024.0)? as usize,
                "--plain" => options.is_plain = true,
                "--help" | "-h" => options.wants_help = true,
                _ => return Err(format!("monitor: {name} is not known\n\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

/// Shows the pool at work until the time is over or somebody wants to quit.
pub(crate) fn run(
    options: &Options,
    out: &mut impl Write,
    terminal: &Terminal,
) -> Result<(), Trouble> {
    let pool =
        ThreadPoolBuilder::new().num_threads(options.threads).build().map_err(Trouble::Pool)?;
    let workload = Workload::new();
    let shown = std::thread::scope(|threads| {
        let worker = threads.spawn(|| workload.run(&pool));
        let shown = watch(options, &pool, &workload, out, terminal);
        workload.stop();
        worker.join().map(|()| shown)
    });
    let shown = shown.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    terminal.restore(out)?;
    shown?;
    writeln!(out, "{} rounds, {} words counted\n", workload.rounds(), workload.words())?;
    writeln!(out, "{}", pool.metrics())?;
    out.flush()?;
    Ok(())
}

/// One frame after the other.
fn watch(
    options: &Options,
    pool: &ThreadPool,
    workload: &Workload,
    out: &mut impl Write,
    terminal: &Terminal,
) -> io::Result<()> {
    let began = Instant::now();
    let (mut before, mut at, mut wants_quit) = (pool.metrics(), began, false);
    loop {
        let (now, moment) = (pool.metrics(), Instant::now());
        let frame = Frame {
            since_begin: moment - began,
            interval: moment - at,
            doing: workload.doing(),
            rounds: workload.rounds(),
            done: &now - &before,
            so_far: now.clone(),
        };
        terminal.show(out, &frame)?;
        if wants_quit || moment - began >= options.duration {
            return Ok(());
        }
        (before, at) = (now, moment);
        let left = options.duration.saturating_sub(began.elapsed());
        wants_quit = terminal.wait(options.interval.min(left));
    }
}
