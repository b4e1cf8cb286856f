//! [`Trace`]: what belongs to one timeline, and when it is written.

use super::event::Kind;
use super::lane::{self, Lane};
use super::recording::{Entry, LaneRecording, Recording};
use super::{exit, json, svg};
use crate::tuning;
use crate::util::clock::{HAS_CLOCK, real_ticks};
use crate::util::forks;
use crate::util::lock::{Mutex, MutexGuard};
use crate::util::variable::Variable;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

/// A timeline that pools record to. Cloned, it is the same one.
///
/// # Examples
///
/// ```
/// use moirai::{ThreadPoolBuilder, trace::Trace};
/// let trace = Trace::new();
/// let pool = ThreadPoolBuilder::new().num_threads(2).trace(&trace).build()?;
/// pool.install(|| moirai::named("greet", || println!("hello")));
/// let mut text = Vec::new();
/// trace.write_json(&mut text)?;
/// assert!(String::from_utf8(text)?.contains("\"greet\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Trace {
    pub(super) recorder: Arc<Recorder>,
}

/// What the clones of a [`Trace`] share.
pub(super) struct Recorder {
    /// Both clocks when it was made.
    origin: (Option<Instant>, u64),
    process: usize,
    capacity: usize,
    lanes: Mutex<Lanes>,
    output: Mutex<Output>,
}

#[derive(Default)]
struct Lanes {
    all: Vec<Arc<Lane>>,
    pools: usize,
    threads: usize,
    /// Threads for which there was no lane any more.
    left_out: usize,
}

#[derive(Default)]
struct Output {
    file: Option<PathBuf>,
    /// Written at the end of the process, and not whenever no pool is left. Other processes may have been told the same name:
    /// what the file was like when this one began.
    only_at_exit: Option<Before>,
    pools: usize,
    /// Nothing was recorded since the file was written, as far as is known.
    is_written: bool,
}

/// See [`stamp`].
type Before = Option<(SystemTime, u64)>;

impl Default for Trace {
    fn default() -> Self {
        Trace::with_capacity(tuning::TRACE_EVENTS)
    }
}

impl Trace {
    /// An empty timeline, with room for 32768 events of each thread.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::trace::Trace::new().dropped(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty timeline, with room for so many events of each thread, 40 bytes each; at least 1, at most 16 million. The room is
    /// taken as it is filled.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, named, trace::Trace};
    /// let trace = Trace::with_capacity(10);
    /// let pool = ThreadPoolBuilder::new().num_threads(1).trace(&trace).build()?;
    /// pool.install(|| (0..100).for_each(|_| named("step", || ())));
    /// assert!(trace.dropped() >= 90);
    /// # Ok::<(), moirai::ThreadPoolBuildError>(())
    /// ```
    pub fn with_capacity(events: usize) -> Self {
        let recorder = Recorder {
            origin: (HAS_CLOCK.then(Instant::now), real_ticks()),
            process: forks::this_process(),
            capacity: events.clamp(1, tuning::TRACE_EVENTS_MOST),
            lanes: Mutex::default(),
            output: Mutex::default(),
        };
        Trace { recorder: Arc::new(recorder) }
    }

    /// The timeline that the calling thread records to, if any: that of its pool, or on a thread of no pool that of the global
    /// pool or of `MOIRAI_TRACE`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use moirai::trace::Trace;
    /// // In a program that never ends, started with MOIRAI_TRACE set:
    /// if let Some(trace) = Trace::current() {
    ///     trace.write_file("so-far.svg")?;
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn current() -> Option<Self> {
        lane::trace_of_seat().or_else(of_process)
    }

    /// Writes the file by itself: whenever the last pool that records to this has ended, and at the end of the process if pools
    /// are left then. As [`write_file`](Self::write_file), but an error is said on the standard error output.
    ///
    /// Waiting for the end of a pool by [`shutdown`](crate::ThreadPool::shutdown) waits for the file too.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::{ThreadPoolBuilder, trace::Trace};
    /// let file = std::env::temp_dir().join(format!("moirai-{}.svg", std::process::id()));
    /// let trace = Trace::new();
    /// trace.write_at_end(&file);
    /// let pool = ThreadPoolBuilder::new().num_threads(2).trace(&trace).build()?;
    /// pool.install(|| ());
    /// pool.shutdown();
    /// assert!(std::fs::read_to_string(&file)?.starts_with("<svg"));
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_at_end(&self, file: impl Into<PathBuf>) {
        self.recorder.output().file = Some(file.into());
        exit::watch(&self.recorder);
    }

    /// Writes what was recorded so far to a file: as a picture if its name ends in `.svg`, else as Chrome's trace format.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or in a forked child, which has no trace.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = moirai::trace::Trace::new().write_file("/no/such/folder/trace.json");
    /// assert!(error.is_err());
    /// ```
    pub fn write_file(&self, file: impl AsRef<Path>) -> io::Result<()> {
        self.recorder.write_file(file.as_ref()).map(drop)
    }

    /// Writes what was recorded so far in Chrome's trace format, for <https://ui.perfetto.dev> and `chrome://tracing`. Times are
    /// microseconds since the trace was made.
    ///
    /// # Errors
    ///
    /// Those of `out`, and in a forked child.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut text = Vec::new();
    /// moirai::trace::Trace::new().write_json(&mut text)?;
    /// assert!(text.starts_with(b"{"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_json(&self, out: impl Write) -> io::Result<()> {
        json::write(&self.recorder.recording()?, out)
    }

    /// Writes what was recorded so far as a picture: one lane a worker, thefts as arrows. What is narrower than a pixel is drawn
    /// together with what is beside it, so the picture of a large trace is not large.
    ///
    /// # Errors
    ///
    /// Those of `out`, and in a forked child.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut text = Vec::new();
    /// moirai::trace::Trace::new().write_svg(&mut text)?;
    /// assert!(text.starts_with(b"<svg"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_svg(&self, out: impl Write) -> io::Result<()> {
        svg::write(&self.recorder.recording()?, out)
    }

    /// How many events there was no room for.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::trace::Trace::new().dropped(), 0);
    /// ```
    pub fn dropped(&self) -> u64 {
        if !self.recorder.is_here() {
            return 0;
        }
        self.recorder.lanes().all.iter().map(|lane| lane.lock().dropped).sum()
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace").field("capacity", &self.recorder.capacity).finish_non_exhaustive()
    }
}

impl Recorder {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the process that has made the recorder. A forked child may find the locks taken by threads that it has
    /// not.
    fn is_here(&self) -> bool {
        self.process == forks::this_process()
    }

    /// One more pool records here: its number.
    pub(super) fn begin_pool(&self) -> Option<usize> {
        if !self.is_here() {
            return None;
        }
        let mut output = self.output();
        output.pools += 1;
        output.is_written = false;
        drop(output);
        let mut lanes = self.lanes();
        lanes.pools += 1;
        Some(lanes.pools)
    }

    /// A pool has ended, with all its workers.
    pub(super) fn end_pool(&self) {
        if !self.is_here() {
            return;
        }
        let mut output = self.output();
        output.pools -= 1;
        if output.pools == 0 && output.only_at_exit.is_none() {
            self.write_output(&mut output);
        }
    }

    /// Called at the end of the process.
    pub(super) fn write_for_the_last_time(&self) {
        if self.is_here() {
            let mut output = self.output();
            if !output.is_written {
                self.write_output(&mut output);
            }
            // A worker that ends its pool now would be cut off in the middle of it.
            output.file = None;
        }
    }

    fn write_output(&self, output: &mut Output) {
        let Some(mut file) = output.file.clone() else { return };
        let is_taken = output.only_at_exit.is_some_and(|before| stamp(&file) != before);
        let mut said = Vec::new();
        if is_taken {
            let own = file_of_process(&file);
            said.push(format!("another process has written it, this one's is {}", own.display()));
            file = own;
        }
        match self.write_file(&file) {
            Ok(missing) => said.extend(missing),
            Err(error) => said.push(format!("cannot be written: {error}")),
        }
        if !said.is_empty() {
            let (file, said) = (output.file.as_ref().unwrap_or(&file), said.join("; "));
            // Not `eprintln`, which panics if nobody listens.
            let _ = writeln!(io::stderr(), "moirai: the trace {}: {said}", file.display());
        }
        output.is_written = true;
    }

    /// Says what is missing in the file.
    fn write_file(&self, file: &Path) -> io::Result<Option<String>> {
        let recording = self.recording()?;
        let mut out = BufWriter::new(File::create(file)?);
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
            svg::write(&recording, &mut out)?;
        } else {
            json::write(&recording, &mut out)?;
        }
        out.flush()?;
        Ok(recording.missing())
    }

    /// A lane for a worker, or for a thread of no pool.
    pub(super) fn lane(
        self: &Arc<Self>,
        pool: usize,
        index: usize,
        thread: Option<String>,
    ) -> Option<Arc<Lane>> {
        let mut lanes = self.lanes();
        if lanes.all.len() >= tuning::TRACE_LANES_MOST {
            lanes.left_out += 1;
            return None;
        }
        let lane = Lane::new((pool, index, thread), Arc::downgrade(self), self.capacity);
        let lane = Arc::new(lane);
        lanes.all.push(Arc::clone(&lane));
        Some(lane)
    }

    /// A lane for the calling thread, which has no seat.
    pub(super) fn thread_lane(self: &Arc<Self>) -> Option<Arc<Lane>> {
        if !self.is_here() {
            return None;
        }
        let number = {
            let mut lanes = self.lanes();
            lanes.threads += 1;
            lanes.threads
        };
        let thread = std::thread::current();
        let name = thread.name().map_or_else(|| format!("thread {number}"), str::to_owned);
        self.lane(0, number, Some(name))
    }

    /// What was recorded so far. What has not ended yet ends now.
    fn recording(&self) -> io::Result<Recording> {
        if !self.is_here() {
            return Err(io::Error::other("a forked child has no trace"));
        }
        let now = real_ticks();
        let ns = self.ns_from_ticks(now);
        let lanes = self.lanes();
        let of_lane = |lane: &Arc<Lane>| {
            let ring = lane.lock();
            let entry = |start: u64, end: u64, kind: Kind, is_open: bool| Entry {
                start: ns(start),
                end: ns(end),
                kind,
                depth: 0,
                is_open,
            };
            let done = ring.done.iter().map(|it| entry(it.start, it.end, it.kind, false));
            // Something may have begun since the clock was read.
            let end = ring.last.max(now);
            let open = ring.open.iter().rev().map(|(start, kind)| entry(*start, end, *kind, true));
            let name = (lane.pool, lane.index, lane.thread.clone());
            LaneRecording::new(name, done.chain(open).collect(), ring.dropped)
        };
        let mut recordings: Vec<LaneRecording> = lanes.all.iter().map(of_lane).collect();
        recordings.sort_by_key(|lane| (lane.pool, lane.index));
        Ok(Recording { lanes: recordings, left_out: lanes.left_out, end: ns(now) })
    }

    /// Turns readings of the fast clock into nanoseconds since the recorder was made: both clocks have run for as long.
    fn ns_from_ticks(&self, now: u64) -> impl Fn(u64) -> u64 + use<> {
        let (instant, origin) = self.origin;
        let passed_ns = instant.map_or(0, |instant| instant.elapsed().as_nanos());
        let passed = u128::from(now.saturating_sub(origin).max(1));
        move |ticks| {
            let ns = u128::from(ticks.saturating_sub(origin)) * passed_ns / passed;
            u64::try_from(ns).unwrap_or(u64::MAX)
        }
    }
}

/// The process's number; where there are no processes, 0.
fn process_id() -> u32 {
    if cfg!(target_family = "wasm") { 0 } else { std::process::id() }
}

/// The file that `MOIRAI_TRACE` names: `%p` in it stands for the process's number.
fn named_file(name: OsString) -> PathBuf {
    match name.to_str() {
        Some(text) => text.replace("%p", &process_id().to_string()).into(),
        None => name.into(),
    }
}

/// The file beside `file` that has the process's number in its name.
fn file_of_process(file: &Path) -> PathBuf {
    let mut extension = OsString::from(process_id().to_string());
    if let Some(old) = file.extension() {
        extension.push(".");
        extension.push(old);
    }
    file.with_extension(extension)
}

/// What tells whether somebody has written a file meanwhile: when it was changed, and how long it is. `None` if it is no file.
fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let data = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((data.modified().ok()?, data.len()))
}

/// The trace of the global pool, if its builder was told one.
static OF_GLOBAL_POOL: OnceLock<Trace> = OnceLock::new();

pub(super) fn set_of_global_pool(trace: &Trace) {
    // A second global pool there is only in a forked child, which records nothing.
    let _ = OF_GLOBAL_POOL.set(trace.clone());
}

/// The trace that `MOIRAI_TRACE` asks for.
pub(super) fn from_environment() -> Option<Trace> {
    static TRACE: OnceLock<Option<Trace>> = OnceLock::new();
    let make = || {
        let file = std::env::var_os("MOIRAI_TRACE").filter(|file| !file.is_empty())?;
        static EVENTS: Variable = Variable::new("MOIRAI_TRACE_EVENTS", "a number of events");
        let events = EVENTS.read(|text| text.parse().ok());
        let trace = Trace::with_capacity(events.unwrap_or(tuning::TRACE_EVENTS));
        let file = named_file(file);
        trace.recorder.output().only_at_exit = Some(stamp(&file));
        trace.write_at_end(file);
        Some(trace)
    };
    TRACE.get_or_init(make).clone()
}

/// The trace of threads that have no seat.
pub(super) fn of_process() -> Option<Trace> {
    OF_GLOBAL_POOL.get().cloned().or_else(from_environment)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_with_the_number_of_the_process() {
        let process = process_id();
        let file = named_file("a%p/b-%p.svg".into());
        assert_eq!(file, PathBuf::from(format!("a{process}/b-{process}.svg")));
        let own = |file: &str| file_of_process(Path::new(file)).display().to_string();
        assert_eq!(own("/a/run.json"), format!("/a/run.{process}.json"));
        assert_eq!(own("run"), format!("run.{process}"));
    }
}
