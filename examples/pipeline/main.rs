//! A pipeline: files are read, compressed block by block in parallel, and written in order, with a bounded number of blocks in
//! memory.
//!
//! `cargo run --release --example pipeline [-- [-o ARCHIVE] [-n BLOCKS] PATH...]`
//!
//! Without a path it takes the sources of this project and of its dependencies. The reading and the writing happen on the main
//! thread, which also compresses while it would have to wait. Everything is done once more in sequence, to compare the results
//! and the times; unless the files have changed meanwhile, the two archives must be equal.

pub(crate) mod archive;
#[path = "../textstats/files.rs"]
mod files;
mod lz;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use archive::{BLOCK_BYTES, Packed, Piece, Pieces};
use moirai::stream::ParallelMap;

const USAGE: &str = "\
Usage: pipeline [-o ARCHIVE] [-n BLOCKS] [PATH...]
       pipeline -l ARCHIVE

Compresses the named files, and all files in the named folders, into one archive: reads, compresses in parallel and
writes in order. Without a path: the sources of this project and of its dependencies.
  -o ARCHIVE  where to write; without it the archive is measured and thrown away
  -l ARCHIVE  unpack the archive in memory and list what it holds
  -n BLOCKS   how many blocks of 64 KiB may be in memory, at least 1 (default 64)
RAYON_NUM_THREADS sets the number of threads.
";

/// The exit code when the arguments make no sense, or there is nothing to read.
const BAD_INPUT: u8 = 2;

/// Blocks in memory unless told otherwise: 4 MiB.
const BLOCKS: usize = 64;

/// How often the progress is shown.
const SHOW_EVERY: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let shows_progress = err.is_terminal();
    match run(std::env::args_os().skip(1), &mut out, &mut err, shows_progress) {
        Ok(code) => ExitCode::from(code),
        // Whoever read the output has enough of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pipeline: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the arguments say.
#[derive(Debug)]
struct Options {
    listed: Option<PathBuf>,
    archive: Option<PathBuf>,
    blocks: usize,
    paths: Vec<PathBuf>,
}

/// `Ok(None)`: help was asked for.
fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Option<Options>, String> {
    let mut options = Options { listed: None, archive: None, blocks: BLOCKS, paths: Vec::new() };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = |name: &str| arguments.next().ok_or(format!("{name} needs a value"));
        match argument.to_str() {
            Some("--help" | "-h") => return Ok(None),
            Some("-l") => options.listed = Some(value("-l")?.into()),
            Some("-o") => options.archive = Some(value("-o")?.into()),
            Some("-n") => {
                let blocks = value("-n")?;
                let number = blocks.to_str().and_then(|blocks| blocks.parse().ok());
                options.blocks = number.filter(|blocks| *blocks > 0).ok_or_else(|| {
                    format!("-n needs a number of at least 1, not {:?}", blocks.to_string_lossy())
                })?;
            }
            _ => options.paths.push(argument.into()),
        }
    }
    Ok(Some(options))
}

/// The whole program but for its surroundings; returns the exit code.
pub(crate) fn run(
    arguments: impl Iterator<Item = OsString>,
    out: &mut impl Write,
    err: &mut impl Write,
    shows_progress: bool,
) -> io::Result<u8> {
    let options = match parse(arguments) {
        Ok(Some(options)) => options,
        Ok(None) => {
            out.write_all(USAGE.as_bytes())?;
            return Ok(0);
        }
        Err(complaint) => {
            writeln!(err, "pipeline: {complaint}")?;
            return Ok(BAD_INPUT);
        }
    };
    if let Some(path) = &options.listed {
        return list(path, out, err);
    }
    let mut found = match &*options.paths {
        [] => files::find_default(),
        paths => files::find(paths),
    };
    for complaint in &found.complaints {
        writeln!(err, "pipeline: {complaint}")?;
    }
    if let Some(archive) = options.archive.as_ref().and_then(|path| path.canonicalize().ok()) {
        // A file that is read while it is written might never end.
        found.paths.retain(|path| path.canonicalize().map_or(true, |path| path != archive));
    }
    let whole_bytes =
        found.paths.iter().filter_map(|path| path.metadata().ok()).map(|data| data.len()).sum();
    let writer: Box<dyn Write> = match &options.archive {
        None => Box::new(io::sink()),
        Some(path) => match File::create(path) {
            Ok(file) => Box::new(BufWriter::new(file)),
            Err(error) => {
                writeln!(err, "pipeline: cannot write to {}: {error}", path.display())?;
                return Ok(BAD_INPUT);
            }
        },
    };
    let progress = Progress::new(shows_progress, whole_bytes);
    let parallel = in_parallel(found.paths.clone(), options.blocks, writer, err, progress)?;
    if parallel.files == 0 {
        writeln!(err, "pipeline: no input: none of the paths led to a file that could be read")?;
        return Ok(BAD_INPUT);
    }
    // The complaints were made already.
    let progress = Progress::new(false, whole_bytes);
    let sequential = in_sequence(found.paths, io::sink(), &mut io::sink(), progress)?;
    if parallel.read == sequential.read {
        assert_eq!(parallel.written, sequential.written, "the archives differ");
    } else {
        writeln!(err, "pipeline: the files changed after they were read: nothing to compare with")?;
    }
    describe(&parallel, &sequential, options.blocks, out)?;
    Ok(0)
}

/// Lists the files in an archive with their sizes; returns the exit code.
fn list(path: &Path, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    match fs::read(path).and_then(|archive| archive::unpack(&archive)) {
        Ok(files) => {
            for (name, content) in files {
                writeln!(out, "{:>14}  {name}", content.len())?;
            }
            out.flush()?;
            Ok(0)
        }
        Err(error) => {
            writeln!(err, "pipeline: cannot list {}: {error}", path.display())?;
            Ok(BAD_INPUT)
        }
    }
}

/// What a run has done.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) read_bytes: u64,
    /// A checksum of what was read.
    read: u64,
    pub(crate) written: Written,
    /// The most bytes that were read and not written yet.
    pub(crate) most_bytes: usize,
    elapsed: Duration,
}

/// The archive, as far as it is compared: its length and a checksum.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub(crate) bytes: u64,
    checksum: u64,
}

/// Compresses in parallel, with at most `blocks` blocks in memory.
pub(crate) fn in_parallel(
    paths: Vec<PathBuf>,
    blocks: usize,
    writer: impl Write,
    err: &mut impl Write,
    progress: Progress,
) -> io::Result<Report> {
    let in_memory = InMemory::default();
    // If the writer fails, the stream is dropped: nothing more is read, and what is being compressed is waited for.
    Pieces::of(paths).inspect(|piece| in_memory.add(piece)).with_par_map(
        blocks,
        archive::pack,
        |packed| write(packed, &in_memory, writer, err, progress),
    )
}

/// The same, in sequence.
pub(crate) fn in_sequence(
    paths: Vec<PathBuf>,
    writer: impl Write,
    err: &mut impl Write,
    progress: Progress,
) -> io::Result<Report> {
    let in_memory = InMemory::default();
    let packed = Pieces::of(paths).inspect(|piece| in_memory.add(piece)).map(archive::pack);
    write(packed, &in_memory, writer, err, progress)
}

/// Bytes that were read and not written yet, now and at most; and a checksum of all that was read.
#[derive(Debug, Default)]
struct InMemory {
    now: AtomicUsize,
    most: AtomicUsize,
    checksum: AtomicU64,
}

impl InMemory {
    /// On the one thread that reads.
    fn add(&self, piece: &Piece) {
        let checksum = piece.checksum(self.checksum.load(Ordering::Relaxed));
        self.checksum.store(checksum, Ordering::Relaxed);
        if let Piece::Block(block) = piece {
            let now = self.now.fetch_add(block.len(), Ordering::Relaxed) + block.len();
            self.most.fetch_max(now, Ordering::Relaxed);
        }
    }
}

/// Writes what comes, in the order in which it comes.
fn write(
    packed: impl Iterator<Item = Packed>,
    in_memory: &InMemory,
    mut writer: impl Write,
    err: &mut impl Write,
    mut progress: Progress,
) -> io::Result<Report> {
    let began = Instant::now();
    let (mut files, mut all_bytes) = (0, 0);
    let mut written = Written::default();
    for packed in packed {
        match packed {
            Packed::Record { bytes, read_bytes } => {
                writer.write_all(&bytes)?;
                written.add(&bytes);
                files += usize::from(bytes[0] == b'F');
                in_memory.now.fetch_sub(read_bytes, Ordering::Relaxed);
                all_bytes += read_bytes as u64;
                progress.show(all_bytes, err)?;
            }
            Packed::Complaint(complaint) => writeln!(err, "pipeline: {complaint}")?,
        }
    }
    writer.flush()?;
    progress.end(err)?;
    Ok(Report {
        files,
        read_bytes: all_bytes,
        read: in_memory.checksum.load(Ordering::Relaxed),
        written,
        most_bytes: in_memory.most.load(Ordering::Relaxed),
        elapsed: began.elapsed(),
    })
}

impl Written {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        // FNV-1a (Fowler, Noll and Vo).
        self.checksum = bytes.iter().fold(self.checksum, |checksum, byte| {
            (checksum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
        });
    }
}

/// A line on the terminal that says how far it is.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: Option<Instant>,
    whole_bytes: u64,
}

impl Progress {
    /// Says nothing unless `shows`.
    pub(crate) fn new(shows: bool, whole_bytes: u64) -> Self {
        Progress { shown: shows.then(Instant::now), whole_bytes }
    }

    fn show(&mut self, bytes: u64, err: &mut impl Write) -> io::Result<()> {
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.elapsed() >= SHOW_EVERY) else {
            return Ok(());
        };
        *shown = Instant::now();
        let share = bytes as f64 / self.whole_bytes.max(bytes).max(1) as f64;
        let bar = "#".repeat((share * 40.0) as usize);
        write!(err, "\r[{bar:40}] {:3.0} %, {} MiB", share * 100.0, bytes >> 20)?;
        err.flush()
    }

    fn end(&self, err: &mut impl Write) -> io::Result<()> {
        // Over the line, so that what comes next begins at its start.
        if self.shown.is_some() { write!(err, "\r{:70}\r", "") } else { Ok(()) }
    }
}

fn describe(
    parallel: &Report,
    sequential: &Report,
    blocks: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let kib = |bytes: u64| format!("{} KiB", bytes.div_ceil(1024));
    let threads = moirai::current_num_threads();
    let mut row = |name: &str, value: String| writeln!(out, "{name:<24}{value:>14}");
    row("files", parallel.files.to_string())?;
    row("read", kib(parallel.read_bytes))?;
    row("written", kib(parallel.written.bytes))?;
    row("at most in memory", kib(parallel.most_bytes as u64))?;
    row("  of allowed", kib((blocks * BLOCK_BYTES) as u64))?;
    for (name, report) in [("in parallel", parallel), ("in sequence", sequential)] {
        row(name, format!("{:.3} ms", report.elapsed.as_secs_f64() * 1e3))?;
    }
    let comparison = if parallel.read == sequential.read {
        "both archives are equal"
    } else {
        "the archives are of different input"
    };
    writeln!(out, "{threads} threads; {comparison}")?;
    out.flush()
}
