//! Finds the files of the examples that read some. What cannot be looked into is told in one line each; the rest goes on.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files that were found, and one line for each folder that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) complaints: Vec<String>,
}

/// The named files and everything in the named folders.
pub(crate) fn find(paths: &[PathBuf]) -> Files {
    find_chosen(paths, |_| true)
}

/// The sources of the project and of its dependencies, as far as they are found on this machine.
pub(crate) fn find_default() -> Files {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = dependencies(project);
    if project.is_dir() {
        paths.insert(0, project.to_path_buf());
    }
    let is_source = |path: &Path| {
        let known = ["rs", "md", "toml", "txt"];
        path.extension().and_then(OsStr::to_str).is_some_and(|extension| known.contains(&extension))
    };
    find_chosen(&paths, is_source)
}

/// The folders into which cargo unpacked the packages of the project's lock file; without a lock file, all it unpacked.
fn dependencies(project: &Path) -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let user = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
        Some(Path::new(&user).join(".cargo"))
    });
    let lock = fs::read_to_string(project.join("Cargo.lock")).ok();
    let wanted = lock.as_deref().map(locked_packages);
    let mut packages = Vec::new();
    for registry in home.iter().flat_map(|home| folders_in(&home.join("registry").join("src"))) {
        packages.extend(folders_in(&registry));
    }
    if let Some(wanted) = wanted {
        packages.retain(|package| {
            package.file_name().is_some_and(|name| wanted.iter().any(|wanted| name == &**wanted))
        });
    }
    // The same package may have come from two registries.
    packages.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    packages.dedup_by(|a, b| a.file_name() == b.file_name());
    packages
}

/// The `name-version` of each package in a lock file.
fn locked_packages(lock: &str) -> Vec<String> {
    let value = |line: &str, key: &str| {
        Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned())
    };
    let mut packages = Vec::new();
    let mut name = None;
    for line in lock.lines() {
        name = value(line, "name").or(name);
        if let (Some(name), Some(version)) = (&name, value(line, "version")) {
            packages.push(format!("{name}-{version}"));
        }
    }
    packages
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn find_chosen(paths: &[PathBuf], chosen: impl Fn(&Path) -> bool) -> Files {
    let mut files = Files::default();
    for path in paths {
        if path.is_dir() {
            walk(path, &chosen, &mut files);
        } else {
            files.paths.push(path.clone());
        }
    }
    files
}

/// Adds the files below `folder`, in the order of their names.
///
/// Left out: what begins with a dot, folders that carry a CACHEDIR.TAG (cargo's target folders do), links to folders
/// (they may lead in circles) and what is neither file nor folder (reading a pipe might never end).
fn walk(folder: &Path, chosen: &impl Fn(&Path) -> bool, files: &mut Files) {
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        let mut complain = |error: io::Error| {
            files.complaints.push(format!("skipped {}: {error}", folder.display()))
        };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                complain(error);
                continue;
            }
        };
        let mut here = Vec::new();
        let mut below = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                Ok((path, _)) if is_hidden(&path) => {}
                Ok((path, kind)) if kind.is_dir() => below.push(path),
                // A link that leads nowhere is kept, so that reading it tells why.
                Ok((path, kind)) => {
                    let is_text = kind.is_file()
                        || fs::metadata(&path).map_or(true, |behind| behind.is_file());
                    if is_text && chosen(&path) {
                        here.push(path);
                    }
                }
                Err(error) => complain(error),
            }
        }
        here.sort();
        below.sort();
        below.retain(|folder| !folder.join("CACHEDIR.TAG").exists());
        files.paths.extend(here);
        pending.extend(below.into_iter().rev());
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}
