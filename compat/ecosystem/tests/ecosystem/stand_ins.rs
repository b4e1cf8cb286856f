//! The stand-ins as packages: they are the only rayon of this build, they are one, and they hold nothing of their own.

use std::any::TypeId;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::child::say;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The entries of the lock file for one package name.
fn locked(lock: &str, name: &str) -> Vec<String> {
    let name = format!("name = \"{name}\"");
    let entries = lock.split("[[package]]").filter(|entry| entry.lines().any(|line| line == name));
    entries.map(String::from).collect()
}

/// A registry's package has a source; a patch that cargo left aside is in a section of its own.
#[test]
fn the_lock_file_has_one_rayon_and_it_is_the_stand_in() {
    let lock = read("Cargo.lock");
    for (name, version) in [("rayon", "1.12.0"), ("rayon-core", "1.13.0")] {
        let entries = locked(&lock, name);
        let [entry] = &entries[..] else { panic!("{name}: {entries:?}") };
        assert!(entry.contains(&format!("version = \"{version}\"")), "{entry}");
        assert!(!entry.contains("source = "), "{entry}");
        assert!(entry.contains("\"moirai\""), "{entry}");
    }
    assert!(!lock.contains("[[patch.unused]]"));
    // The check itself can fail: a package from a registry does have a source.
    assert!(locked(&lock, "indexmap").iter().all(|entry| entry.contains("source = ")));
}

#[test]
fn both_stand_ins_hold_the_same_types() {
    assert_eq!(TypeId::of::<rayon::ThreadPool>(), TypeId::of::<rayon_core::ThreadPool>());
    assert_eq!(TypeId::of::<rayon::Scope<'static>>(), TypeId::of::<rayon_core::Scope<'static>>());
    let pool: rayon_core::ThreadPool =
        rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let inside = || {
        (0..100).into_par_iter().for_each(|_| {
            assert_eq!(rayon::current_num_threads(), 3);
            assert_eq!(rayon_core::current_thread_index(), rayon::current_thread_index());
        });
        rayon_core::current_num_threads()
    };
    assert_eq!(pool.install(inside), 3);
}

#[test]
fn both_stand_ins_share_the_global_pool() {
    watch!();
    let fresh = fresh!(both_stand_ins_share_the_global_pool);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("play", &[]), ["5 5 true"]);
        return;
    }
    rayon_core::ThreadPoolBuilder::new().num_threads(5).build_global().unwrap();
    let again = rayon::ThreadPoolBuilder::new().build_global();
    let (first, second) = (rayon::current_num_threads(), rayon_core::current_num_threads());
    say(format!("{first} {second} {}", again.is_err()));
}

#[test]
fn the_environment_sets_the_threads_of_the_global_pool() {
    watch!();
    let fresh = fresh!(the_environment_sets_the_threads_of_the_global_pool);
    if fresh.scenario().is_none() {
        assert_eq!(fresh.said("play", &[("RAYON_NUM_THREADS", "3")]), ["3 3 3"]);
        assert_eq!(fresh.said("play", &[("RAYON_RS_NUM_CPUS", "2")]), ["2 2 2"]);
        return;
    }
    let indices = rayon::broadcast(|context| context.index()).len();
    let (first, second) = (rayon::current_num_threads(), rayon_core::current_num_threads());
    say(format!("{first} {second} {indices}"));
}

/// Re-exports, named one by one: a glob would bring names of moirai alone into the globs of users.
#[test]
fn the_stand_ins_are_lists_of_re_exports() {
    for (stand_in, name) in [("rayon", "rayon"), ("rayon-core", "rayon-core")] {
        let source = read(&format!("../{stand_in}/src/lib.rs"));
        let code: String = source
            .lines()
            .filter(|line| !line.starts_with("//!") && !line.starts_with("#[allow("))
            .collect();
        for statement in code.split_terminator(';') {
            assert!(statement.starts_with("pub use moirai::"), "{statement}");
            assert!(!statement.contains('*'), "{statement}");
        }
        let manifest = read(&format!("../{stand_in}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{name}\"\n")));
        assert!(manifest.contains("\npublish = false\n"));
        let dependencies = manifest.split("[dependencies]\n").nth(1).unwrap();
        let dependencies = dependencies.lines().take_while(|line| !line.is_empty());
        assert_eq!(dependencies.collect::<Vec<_>>(), ["moirai = { path = \"../..\" }"]);
    }
}
