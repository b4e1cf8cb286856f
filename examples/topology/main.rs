//! The machine as text, and as a picture.
//!
//! `cargo run --example topology [-- OPTIONS] [SOURCE]`, see [`USAGE`].

mod picture;

use moirai::topology::{CpuSet, Topology};
use moirai::{Pinning, ThreadPoolBuilder};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: topology [--mask CPUS] [--svg FILE] [--pool PINNING] [--worker CPUS]... [SOURCE]

Prints the machine that this runs on, or SOURCE: `auto`, `off`, a description as `fake:4x8/smt=2:ring`, or a folder with
the /sys and /proc of a Linux machine.

  --mask CPUS     the affinity mask, with a folder: a list such as 0-3,8
  --svg FILE      draw it into this file as well
  --pool PINNING  draw the workers of a pool with a thread for each allowed CPU where they may run, bound as `none`, `group`,
                  `cache` or `cpu` says
  --worker CPUS   draw a worker that runs on these CPUs; the first one is number 0";

fn main() -> ExitCode {
    let printed = Options::read(std::env::args_os().skip(1)).and_then(|options| options.run());
    match printed {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

#[derive(Debug, Default)]
struct Options {
    source: Option<OsString>,
    mask: Option<CpuSet>,
    svg: Option<PathBuf>,
    pool: Option<Pinning>,
    workers: Vec<(usize, CpuSet)>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            let name = argument.to_str().unwrap_or("");
            let mut value =
                || arguments.next().ok_or_else(|| format!("{name} wants a value\n\n{USAGE}"));
            match name {
                "--mask" => options.mask = Some(cpus(&value()?)?),
                "--svg" => options.svg = Some(PathBuf::from(value()?)),
                "--pool" => options.pool = Some(pinning(&value()?)?),
                "--worker" => {
                    let worker = (options.workers.len(), cpus(&value()?)?);
                    options.workers.push(worker);
                }
                "--help" | "-h" => return Err(USAGE.to_owned()),
                _ if name.starts_with('-') || options.source.is_some() => {
                    return Err(format!("{name} is too much\n\n{USAGE}"));
                }
                _ => options.source = Some(argument),
            }
        }
        Ok(options)
    }

    /// The text of the machine; draws it if that is wanted.
    fn run(&self) -> Result<String, String> {
        let topology = self.topology()?;
        if let Some(file) = &self.svg {
            fs::write(file, picture::svg(&topology, &self.workers(&topology)?))
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Ok(topology.to_string())
    }

    /// Those that were asked for, and those of the pool.
    fn workers(&self, topology: &Topology) -> Result<Vec<(usize, CpuSet)>, String> {
        let mut workers = self.workers.clone();
        let Some(pinning) = self.pool else { return Ok(workers) };
        let builder = ThreadPoolBuilder::new().num_threads(topology.allowed_cpus().len());
        let pool = builder.topology(topology.clone()).pinning(pinning).build();
        for worker in pool.map_err(|error| error.to_string())?.workers() {
            // With a thread for each CPU no group of the machine is left out.
            let anywhere = topology.groups()[worker.group()].cpus();
            workers.push((workers.len(), worker.cpus().unwrap_or(anywhere).clone()));
        }
        Ok(workers)
    }

    fn topology(&self) -> Result<Topology, String> {
        let Some(source) = &self.source else { return Ok(Topology::detect()) };
        let folder = Path::new(source);
        if folder.is_dir() {
            return Ok(Topology::from_sysfs_root(folder, self.mask.as_ref()));
        }
        let setting = Topology::from_setting(&source.to_string_lossy());
        setting.map_err(|error| format!("no folder, and {error}\n\n{USAGE}"))
    }
}

fn pinning(word: &OsString) -> Result<Pinning, String> {
    match word.to_str() {
        Some("none") => Ok(Pinning::None),
        Some("group") => Ok(Pinning::Group),
        Some("cache") => Ok(Pinning::Cache),
        Some("cpu") => Ok(Pinning::Cpu),
        _ => Err(format!("{} says not how to bind workers\n\n{USAGE}", word.to_string_lossy())),
    }
}

fn cpus(list: &OsString) -> Result<CpuSet, String> {
    list.to_string_lossy().parse().map_err(|error| format!("{error}\n\n{USAGE}"))
}
