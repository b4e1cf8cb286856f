//! What several of the tests need.

use std::path::{Path, PathBuf};

/// Runs a test from outside any pool, and in pools of one, two and four threads.
pub(crate) fn everywhere(test: impl Fn() + Send + Sync) {
    test();
    for threads in [1, 2, 4] {
        pool_of(threads).install(&test);
    }
}

pub(crate) fn pool_of(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("the pool starts")
}

/// The sum of squares below `end`, by forks of one item each.
pub(crate) fn squares(end: u64) -> u64 {
    fn range(start: u64, end: u64) -> u64 {
        if end - start == 1 {
            return start * start;
        }
        let middle = start.midpoint(end);
        let (left, right) = rayon::join(|| range(start, middle), || range(middle, end));
        left + right
    }
    range(0, end)
}

/// A folder that goes when the guard goes.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes `depth` levels of folders, with three Rust files and `width` folders in each.
    pub(crate) fn with_tree(name: &str, width: usize, depth: usize) -> Folder {
        let path = std::env::temp_dir().join(format!("ecosystem-{name}-{}", std::process::id()));
        plant(&path, width, depth);
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies in the folder for temporary files; a test that fails has worse to say.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn plant(path: &Path, width: usize, depth: usize) {
    std::fs::create_dir_all(path).expect("the folder can be made");
    for file in 0..3 {
        let text = "// A comment.\nfn main() {}\n\n".repeat(file + 1);
        std::fs::write(path.join(format!("file{file}.rs")), text).expect("the file can be written");
    }
    if depth > 0 {
        for folder in 0..width {
            plant(&path.join(format!("folder{folder}")), width, depth - 1);
        }
    }
}

/// The number of folders and of files that [`Folder::with_tree`] makes.
pub(crate) fn planted(width: usize, depth: usize) -> (usize, usize) {
    let folders = (0..=depth as u32).map(|level| width.pow(level)).sum();
    (folders, 3 * folders)
}
