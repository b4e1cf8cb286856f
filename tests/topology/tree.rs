//! [`Tree`]: a root folder with the files of a machine, gone when it is dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const CPU: &str = "sys/devices/system/cpu";
pub(crate) const NODE: &str = "sys/devices/system/node";

#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// An empty folder of its own; in memory where that can be had, since a machine is thousands of small files.
    pub(crate) fn new() -> Tree {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("topology-{}-{number}", std::process::id());
        let places = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
        let mut roots = places.into_iter().map(|place| place.join(&name));
        let root = roots.find(|root| fs::create_dir(root).is_ok());
        Tree { root: root.expect("a folder for temporary files") }
    }

    /// The machine of a recorded file.
    pub(crate) fn recorded(text: &str) -> Tree {
        let tree = Tree::new();
        let mut folder = "";
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if let Some(path) = line.strip_prefix('/') {
                folder = path;
                fs::create_dir_all(tree.root.join(folder)).unwrap();
            } else {
                let (name, contents) = line.split_once('\t').expect("a name, a tab, contents");
                tree.put(&format!("{folder}/{name}"), &unescaped(contents));
            }
        }
        tree
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file and the line end that the kernel would write.
    pub(crate) fn put(&self, path: &str, contents: &str) -> &Tree {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{contents}\n")).unwrap();
        self
    }

    /// A machine whose online CPUs are these.
    pub(crate) fn with_cpus(cpus: &str) -> Tree {
        let tree = Tree::new();
        tree.put(&format!("{CPU}/online"), cpus);
        tree
    }

    /// Nodes with these numbers, CPUs and rows of distances.
    pub(crate) fn nodes(&self, nodes: &[(usize, &str, &str)]) -> &Tree {
        let ids: Vec<String> = nodes.iter().map(|node| node.0.to_string()).collect();
        self.put(&format!("{NODE}/online"), &ids.join(","));
        for (id, cpus, distances) in nodes {
            self.put(&format!("{NODE}/node{id}/cpulist"), cpus);
            self.put(&format!("{NODE}/node{id}/distance"), distances);
        }
        self
    }

    /// A file of each of these CPUs.
    pub(crate) fn of_cpus(
        &self,
        cpus: impl IntoIterator<Item = usize>,
        name: &str,
        contents: &str,
    ) -> &Tree {
        for cpu in cpus {
            self.put(&format!("{CPU}/cpu{cpu}/{name}"), contents);
        }
        self
    }

    /// A cache that these CPUs share.
    pub(crate) fn cache(&self, cpus: &[usize], index: usize, level: u32, kind: &str) -> &Tree {
        let list: Vec<String> = cpus.iter().map(usize::to_string).collect();
        let folder = format!("cache/index{index}");
        self.of_cpus(cpus.iter().copied(), &format!("{folder}/level"), &level.to_string());
        self.of_cpus(cpus.iter().copied(), &format!("{folder}/type"), kind);
        self.of_cpus(cpus.iter().copied(), &format!("{folder}/shared_cpu_list"), &list.join(","))
    }

    /// All files, by their paths from the root, in a fixed order.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let (mut folders, mut files) = (vec![self.root.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() { &mut folders } else { &mut files }.push(entry.path());
            }
        }
        files.sort();
        files
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('\\') => '\\',
                other => panic!("an unknown escape: {other:?}"),
            },
            c => c,
        });
    }
    plain
}
