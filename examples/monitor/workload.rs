//! Something to do: the words of real texts, counted, sorted, and looked at one job each.

use moirai::ThreadPool;
use moirai::prelude::*;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a round consists of.
const DEEDS: [&str; 4] = ["counting words", "sorting words", "a job for each word", "resting"];

/// Rounds of work until somebody says stop.
#[derive(Debug)]
pub(crate) struct Workload {
    texts: Vec<String>,
    doing: AtomicUsize,
    rounds: AtomicUsize,
    words: AtomicUsize,
    stops: AtomicBool,
}

impl Workload {
    pub(crate) fn new() -> Self {
        let mut texts = Vec::new();
        for folder in ["src", "tests", "examples", "docs"] {
            read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut texts);
        }
        if texts.is_empty() {
            texts.push("one spins the thread, one measures it, one cuts it\n".repeat(50_000));
        }
        let zero = || AtomicUsize::new(0);
        let stops = AtomicBool::new(false);
        Workload { texts, doing: zero(), rounds: zero(), words: zero(), stops }
    }

    pub(crate) fn doing(&self) -> &'static str {
        DEEDS[self.doing.load(Ordering::Relaxed)]
    }

    pub(crate) fn rounds(&self) -> usize {
        self.rounds.load(Ordering::Relaxed)
    }

    pub(crate) fn words(&self) -> usize {
        self.words.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stops.store(true, Ordering::Relaxed);
    }

    /// Works in the pool until [`stop`](Self::stop).
    pub(crate) fn run(&self, pool: &ThreadPool) {
        while !self.stops.load(Ordering::Relaxed) {
            let counts = self.turn_to(0, || pool.install(|| self.count()));
            self.words.fetch_add(counts.values().sum(), Ordering::Relaxed);
            let frequent = self.turn_to(1, || pool.install(|| sorted(&counts)));
            self.turn_to(2, || pool.install(|| look_at(&frequent)));
            self.turn_to(3, || std::thread::sleep(std::time::Duration::from_millis(20)));
            self.rounds.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn turn_to<R>(&self, deed: usize, op: impl FnOnce() -> R) -> R {
        self.doing.store(deed, Ordering::Relaxed);
        op()
    }

    fn count(&self) -> HashMap<&str, usize> {
        let words = self.texts.par_iter().flat_map_iter(|text| text.split_whitespace());
        let words = words.take_any_while(|_| !self.stops.load(Ordering::Relaxed));
        let maps = words.fold(HashMap::new, |mut counts, word| {
            *counts.entry(word).or_insert(0) += 1;
            counts
        });
        maps.reduce(HashMap::new, |mut left, right| {
            for (word, count) in right {
                *left.entry(word).or_insert(0) += count;
            }
            left
        })
    }
}

/// Reads all texts in a folder and the folders in it; what is none is passed over.
fn read(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, texts);
        } else {
            texts.extend(std::fs::read_to_string(path));
        }
    }
}

/// The words, the frequent ones first.
fn sorted<'t>(counts: &HashMap<&'t str, usize>) -> Vec<(usize, &'t str)> {
    let mut sorted: Vec<_> = counts.par_iter().map(|(word, count)| (*count, *word)).collect();
    sorted.par_sort_unstable_by(|a, b| b.cmp(a));
    sorted
}

/// A job for each of the most frequent words; the longest one wins.
fn look_at(words: &[(usize, &str)]) {
    let longest = Mutex::new("");
    moirai::scope(|scope| {
        for (_, word) in words.iter().take(20_000) {
            let longest = &longest;
            scope.spawn(move |_| {
                let mut longest = longest.lock().expect("no job panics");
                if word.len() > longest.len() {
                    *longest = word;
                }
            });
        }
    });
}
