//! No iterator type is forgotten by the sweep.

use super::{sweep, sweep_adaptors, sweep_slices, sweep_sources};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders and files of `src/` with public structs that are no parallel iterators.
const ELSEWHERE: [&str; 21] = [
    "batch",
    "broadcast.rs",
    "buffer.rs",
    "channel",
    "configuration.rs",
    "explain",
    "frames",
    "iter/plumbing",
    "iter/sinks",
    "join.rs",
    "metrics",
    "pool",
    "progress.rs",
    "scope",
    "spawn.rs",
    "steal",
    "stream",
    "sync.rs",
    "thread_pool",
    "topology",
    "trace",
];

/// Public to the language only, because a sealed trait names it.
const SEALED: [&str; 1] = ["moirai::range::step::ExactRun"];

/// The paths of all `pub struct` in the source tree, as the compiler writes type names.
fn declared() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![root.clone()];
    let mut declared = BTreeSet::new();
    while let Some(path) = pending.pop() {
        let inside = path.strip_prefix(&root).unwrap();
        if ELSEWHERE.iter().any(|elsewhere| inside.starts_with(elsewhere)) {
            continue;
        }
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Not in a function, nor in a test module.
        let structs = text.lines().filter_map(|line| line.strip_prefix("pub struct "));
        let name =
            |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
        declared.extend(structs.map(|rest| format!("{}::{}", module(inside), name(rest))));
    }
    declared
}

/// The module that a file in `src/` holds.
fn module(file: &Path) -> String {
    let file: PathBuf = file.with_extension("");
    let names = file.iter().map(|name| name.to_str().unwrap()).filter(|&name| name != "mod");
    ["moirai"].into_iter().chain(names).collect::<Vec<_>>().join("::")
}

#[test]
fn every_iterator_type_is_swept() {
    watch!();
    let seen = sweep::names(&[
        sweep_adaptors::item_by_item::<8>,
        sweep_adaptors::nested::<8>,
        sweep_adaptors::numbered::<8>,
        sweep_adaptors::copied,
        sweep_sources::sequences::<8>,
        sweep_sources::sets_and_maps::<8>,
        sweep_sources::at_most_one::<8>,
        sweep_sources::made_up::<8>,
        sweep_sources::trees::<8>,
        sweep_sources::zips::<8>,
        sweep_sources::ranges,
        sweep_slices::runs::<8>,
        sweep_slices::pieces,
        sweep_slices::texts,
    ]);
    let seen: BTreeSet<&str> =
        seen.into_iter().map(|name| name.split('<').next().unwrap()).collect();
    let declared = declared();
    assert!(declared.len() > 100, "the reading of the source tree finds too little");
    let forgotten: Vec<_> = declared
        .iter()
        .map(String::as_str)
        .filter(|name| !seen.contains(name) && !SEALED.contains(name))
        .collect();
    assert!(forgotten.is_empty(), "not in the catalogues of the sweep: {forgotten:#?}");
    let unread: Vec<_> = seen
        .iter()
        .filter(|name| name.starts_with("moirai::") && !declared.contains(**name))
        .collect();
    assert!(unread.is_empty(), "swept, but not found in the source tree: {unread:#?}");
}
