//! Reads the texts. What cannot be read is told in one line each; the rest goes on.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{self, Files};
use super::stats::Text;
use moirai::prelude::*;

/// The texts that were read, and one line for each that was not.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) texts: Vec<Text>,
    pub(crate) complaints: Vec<String>,
}

/// Reads the named files and everything in the named folders.
pub(crate) fn read(paths: &[PathBuf]) -> Input {
    read_files(files::find(paths))
}

/// Reads the sources of the project and of its dependencies, as far as they are found on this machine.
pub(crate) fn read_default() -> Input {
    read_files(files::find_default())
}

fn read_files(files: Files) -> Input {
    let mut input = Input { texts: Vec::new(), complaints: files.complaints };
    let contents: Vec<Result<String, String>> =
        files.paths.par_iter().map(|file| read_file(file)).collect();
    for (file, content) in files.paths.iter().zip(contents) {
        let name = file.display().to_string();
        match content {
            Ok(content) => input.texts.push(Text { name, content }),
            Err(reason) => input.complaints.push(format!("skipped {name}: {reason}")),
        }
    }
    input
}

fn read_file(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
}
