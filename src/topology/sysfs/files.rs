//! [`Files`]: the files of a root folder, read so that nothing in it can harm: what is missing, no text, endless or
//! senseless is `None`.

use crate::topology::cpu_set::CpuSet;
use crate::tuning::{TOPOLOGY_FILE_BYTES, TOPOLOGY_IDS};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::iter;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A root folder, and how many of its files and folders have been asked for.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    reads: AtomicUsize,
}

impl Files {
    pub(crate) fn new(root: &Path) -> Files {
        Files { root: root.to_path_buf(), reads: AtomicUsize::new(0) }
    }

    /// How many files and folders have been asked for, whether they were there or not.
    pub(crate) fn reads(&self) -> usize {
        // ORDERING: Relaxed. A statistic; nothing is published through it.
        self.reads.load(Ordering::Relaxed)
    }

    fn path(&self, path: &str) -> PathBuf {
        // ORDERING: Relaxed. A statistic, as above.
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.root.join(path)
    }

    /// The text of a file, without the white space around it. It ends with the first zero byte: some kernels hand that out
    /// behind their lists.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let mut bytes = Vec::new();
        let file = open(&self.path(path)).ok()?;
        let length = file.take(TOPOLOGY_FILE_BYTES).read_to_end(&mut bytes).ok()?;
        let is_whole = (length as u64) < TOPOLOGY_FILE_BYTES;
        let text = bytes.split(|&byte| byte == 0).next().filter(|_| is_whole)?;
        Some(String::from_utf8_lossy(text).trim().to_owned())
    }

    /// A file that holds a number.
    pub(crate) fn number<T: FromStr>(&self, path: &str) -> Option<T> {
        self.text(path)?.parse().ok()
    }

    /// What two files of a folder say of a set, first the list, then the bitmap; each is read when it is asked for.
    ///
    /// Files that say what no machine has count as missing.
    pub(crate) fn sets<'a>(
        &'a self,
        folder: &str,
        list: &str,
        bitmap: &str,
    ) -> impl Iterator<Item = CpuSet> + use<'a> {
        let [list, bitmap] = [list, bitmap].map(|name| format!("{folder}/{name}"));
        let list = iter::once_with(move || self.list(&list));
        list.chain(iter::once_with(move || self.bitmap(&bitmap))).flatten()
    }

    /// A set from a file that is a list.
    pub(crate) fn list(&self, path: &str) -> Option<CpuSet> {
        self.text(path)?.parse().ok().filter(is_believable)
    }

    fn bitmap(&self, path: &str) -> Option<CpuSet> {
        CpuSet::from_bitmap(&self.text(path)?).ok().filter(is_believable)
    }

    /// The numbers in the names of a folder's entries that begin with `prefix`: 3 in `cpu3`.
    pub(crate) fn numbered(&self, folder: &str, prefix: &str) -> CpuSet {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let number = |entry: fs::DirEntry| {
            let digits = entry.file_name().to_str()?.strip_prefix(prefix)?.to_owned();
            let number: usize = digits.parse().ok()?;
            // `cpu03` and `cpu+3` are no names of the kernel's.
            (number < TOPOLOGY_IDS && number.to_string() == digits).then_some(number)
        };
        entries.filter_map(number).collect()
    }
}

/// Whether these can be numbers of CPUs or nodes.
pub(crate) fn is_believable(set: &CpuSet) -> bool {
    set.last().is_none_or(|last| last < TOPOLOGY_IDS)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // What is a pipe, in a folder that somebody prepared, must not make us wait for its writer.
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}
