//! How the pool's decisions scale: simulated machines of up to 256 cores, which nobody needs to have.
//!
//! `cargo run --release --example scale_model [-- --quick] [--out PATH]`
//!
//! Writes docs/scale-model.md, or PATH, and the plots beside it with the same name. With `--quick` there is one run in place of
//! five of each cell. Figures depend on the code alone, not on the machine that this runs on.

pub(crate) mod aims;
mod constants;
mod load;
mod machine;
mod plot;
pub(crate) mod policy;
mod report;
mod simulation;
pub(crate) mod study;

/// The pool's generator, one for each thief.
#[path = "../../src/util/rng.rs"]
mod rng;
/// The constants that the pool decides with.
#[allow(dead_code, reason = "the scheduler's other constants are not used here")]
#[path = "../../src/tuning.rs"]
mod tuning;

use policy::Policy;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: scale_model [--quick] [--out PATH]

Simulates the pool on machines of up to 256 cores and writes docs/scale-model.md, or PATH, and its plots beside it.

  --quick     one run of each cell in place of five
  --out PATH  the document; the plots have its name with another extension";

fn main() -> ExitCode {
    let options = match Options::read(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match options.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scale_model: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) seeds: usize,
    pub(crate) out: PathBuf,
}

impl Options {
    pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
        let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scale-model.md");
        let mut options = Options { seeds: study::SEEDS, out };
        while let Some(argument) = arguments.next() {
            match argument.to_str().unwrap_or("") {
                "--quick" => options.seeds = 1,
                "--out" => {
                    options.out = arguments.next().ok_or("--out wants a path")?.into();
                }
                _ => return Err(format!("{} is no option", argument.to_string_lossy())),
            }
        }
        Ok(options)
    }

    /// Simulates, and writes the document and its plots.
    pub(crate) fn run(&self) -> Result<(), Box<dyn Error>> {
        let picture = self.out.with_extension("svg");
        let cases = study::cases();
        let figures = study::run(&cases, &Policy::ALL, self.seeds);
        plot::draw(&picture, self.seeds)?;
        fs::write(&self.out, report::document(&cases, &figures, self.seeds, &picture))?;
        println!("{}\n{}", self.out.display(), picture.display());
        Ok(())
    }
}
