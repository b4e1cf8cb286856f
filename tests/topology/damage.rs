//! Whatever a folder holds, the answer is a machine.

use crate::rows::assert_usable;
use crate::tree::{CPU, Tree};
use moirai::topology::{CpuSet, Topology};
use quickcheck::{Arbitrary, Gen, QuickCheck, Testable};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many cases each property is tried with.
const CASES: u64 = 300;

/// Tries a property with cases that depend on the seed alone, which is printed; `MOIRAI_TOPOLOGY_SEED` repeats one.
fn check(property: impl Testable) {
    let given = std::env::var("MOIRAI_TOPOLOGY_SEED").ok().and_then(|text| text.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| {
        let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        time.map_or(1, |time| time.as_nanos() as u64)
    });
    println!("MOIRAI_TOPOLOGY_SEED={seed}");
    let source = Gen::from_size_and_seed(100, seed);
    QuickCheck::new().rng(source).tests(CASES).quickcheck(property);
}

fn below(source: &mut Gen, bound: usize) -> usize {
    usize::arbitrary(source) % bound
}

/// A machine of a few nodes and CPUs.
#[derive(Debug, Clone)]
struct Shape {
    nodes: usize,
    cpus: usize,
    threads: usize,
    is_old: bool,
}

impl Arbitrary for Shape {
    fn arbitrary(source: &mut Gen) -> Shape {
        let threads = 1 + below(source, 2);
        Shape {
            nodes: 1 + below(source, 3),
            cpus: threads * (1 + below(source, 3)),
            threads,
            is_old: bool::arbitrary(source),
        }
    }
}

impl Shape {
    fn tree(&self) -> Tree {
        let all = self.nodes * self.cpus;
        let tree = Tree::with_cpus(&format!("0-{}", all - 1));
        let range = |size: usize, cpu: usize| {
            let first = cpu / size * size;
            (first, first + size - 1)
        };
        // Old kernels write bitmaps.
        let write = |path: &str, list: &str, map: &str, (first, last): (usize, usize)| {
            if self.is_old {
                let bits: u32 = (first..=last).map(|cpu| 1 << cpu).sum();
                tree.put(&format!("{path}/{map}"), &format!("{bits:08x}"));
            } else {
                tree.put(&format!("{path}/{list}"), &format!("{first}-{last}"));
            }
        };
        for cpu in 0..all {
            let core = range(self.threads, cpu);
            let node = range(self.cpus, cpu);
            let folder = format!("{CPU}/cpu{cpu}");
            write(&format!("{folder}/topology"), "thread_siblings_list", "thread_siblings", core);
            write(&format!("{folder}/topology"), "core_siblings_list", "core_siblings", node);
            for (index, level, kind, cpus) in [
                (0, 1, "Data", core),
                (1, 1, "Instruction", core),
                (2, 2, "Unified", core),
                (3, 3, "Unified", node),
            ] {
                let cache = format!("{folder}/cache/index{index}");
                tree.put(&format!("{cache}/level"), &level.to_string());
                tree.put(&format!("{cache}/type"), kind);
                write(&cache, "shared_cpu_list", "shared_cpu_map", cpus);
            }
            tree.of_cpus([cpu], "cpufreq/base_frequency", "2000000");
        }
        let nodes: Vec<String> = (0..self.nodes).map(|node| node.to_string()).collect();
        tree.put("sys/devices/system/node/online", &nodes.join(","));
        for node in 0..self.nodes {
            let folder = format!("sys/devices/system/node/node{node}");
            write(&folder, "cpulist", "cpumap", range(self.cpus, node * self.cpus));
            tree.put(&format!("{folder}/distance"), &vec!["10"; self.nodes].join(" "));
            tree.put(&format!("{folder}/meminfo"), &format!("Node {node} MemTotal: 1024 kB"));
        }
        tree.put("proc/self/cgroup", "0::/a").put("proc/self/mounts", "c /cg cgroup2 rw 0 0");
        tree.put("cg/a/cpuset.cpus.effective", "0-3").put("cg/a/cpu.max", "150000 100000");
        tree.put("proc/self/status", "Cpus_allowed_list:\t0-5\nMems_allowed_list:\t0");
        tree
    }
}

/// What happens to one of the files, by its place in the list of them.
#[derive(Debug, Clone)]
struct Damage {
    place: usize,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Deleted,
    FolderDeleted,
    Bytes(Vec<u8>),
    Text(&'static str),
    CutTo(usize),
    Folder,
    Loop,
    Endless,
    LikeAnother(usize),
}

const TEXTS: [&str; 14] = [
    "0-18446744073709551615",
    "99999999999999999999999",
    "0-65535",
    "65535",
    "4294967296",
    "ffffffff,ffffffff,ffffffff",
    "-1",
    "3-1",
    "0,0,0-2,1-4",
    "",
    "1",
    "0",
    "max 0",
    "18446744073709551615 1",
];

impl Arbitrary for Damage {
    fn arbitrary(source: &mut Gen) -> Damage {
        let what = match below(source, 10) {
            0 => What::Deleted,
            1 => What::FolderDeleted,
            2 => What::Bytes(Vec::arbitrary(source)),
            3..=5 => What::Text(TEXTS[below(source, TEXTS.len())]),
            6 => What::CutTo(below(source, 8)),
            7 => [What::Folder, What::Loop, What::Endless][below(source, 3)].clone(),
            _ => What::LikeAnother(usize::arbitrary(source)),
        };
        Damage { place: usize::arbitrary(source), what }
    }
}

impl Damage {
    /// Does it to one of these files. What has no folder any more stays away; a link that leads nowhere has no contents.
    fn inflict(&self, files: &[PathBuf]) {
        let path = &files[self.place % files.len()];
        // Not of an endless one, which would fill the memory.
        let old = if path.is_file() { fs::read(path).unwrap_or_default() } else { Vec::new() };
        let _ = fs::remove_file(path);
        let _ = match &self.what {
            What::Deleted => Ok(()),
            What::FolderDeleted => fs::remove_dir_all(path.parent().unwrap()),
            What::Bytes(bytes) => fs::write(path, bytes),
            What::Text(text) => fs::write(path, text),
            What::CutTo(length) => fs::write(path, &old[..*length.min(&old.len())]),
            What::Folder => fs::create_dir(path),
            What::Loop => link(path, path),
            What::Endless => link(Path::new("/dev/zero"), path),
            What::LikeAnother(place) => {
                let other = &files[place % files.len()];
                if other.is_file() { fs::copy(other, path).map(drop) } else { Ok(()) }
            }
        };
    }
}

#[cfg(unix)]
fn link(to: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, path)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Machines as they should be, then with up to a hundred files damaged.
#[test]
fn damaged_machines_are_usable() {
    watch!();
    fn property(shape: Shape, damages: Vec<Damage>, mask: Vec<u8>) {
        let tree = shape.tree();
        let files = tree.files();
        for damage in &damages {
            damage.inflict(&files);
        }
        let mask: CpuSet = mask.into_iter().map(usize::from).collect();
        for mask in [None, Some(&mask)] {
            assert_usable(&Topology::from_sysfs_root(tree.root(), mask));
        }
    }
    check(property as fn(Shape, Vec<Damage>, Vec<u8>));
}

/// So that the property is about damage: without it every CPU of the shape is found where it is.
#[test]
fn undamaged_machines_are_found() {
    watch!();
    fn property(shape: Shape) {
        let tree = shape.tree();
        let all: CpuSet = (0..shape.nodes * shape.cpus).collect();
        fs::remove_dir_all(tree.root().join("cg")).unwrap();
        let topology = Topology::from_sysfs_root(tree.root(), Some(&all));
        assert_eq!(topology.allowed_cpus(), &all);
        assert_eq!(topology.groups().len(), shape.nodes);
        let cores = topology.sharing(moirai::topology::Level::Core);
        assert_eq!(cores.len() * shape.threads, all.len());
        assert_eq!(topology.sharing(moirai::topology::Level::L3).len(), shape.nodes);
    }
    check(property as fn(Shape));
}

/// A pipe has no writer to wait for.
#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    watch!();
    let tree = Tree::with_cpus("0-3");
    let pipe = tree.root().join(CPU).join("cpu0/topology");
    fs::create_dir_all(&pipe).unwrap();
    let made = std::process::Command::new("mkfifo").arg(pipe.join("core_cpus_list")).status();
    assert!(made.unwrap().success());
    assert_usable(&Topology::from_sysfs_root(tree.root(), None));
}
