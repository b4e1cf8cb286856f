//! What the system says about the machine: a folder of files, some of which the input has written, and descriptions in text.

#![no_main]

#[allow(dead_code, reason = "the tests of topologies make machines by hand too")]
#[path = "../../tests/topology/rows.rs"]
mod rows;
#[allow(dead_code, reason = "as above")]
#[path = "../../tests/topology/tree.rs"]
mod tree;

use moirai::topology::{CpuSet, Topology};
use std::fs;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use tree::{CPU, NODE, Tree};

/// Two nodes of four CPUs, and the files of a control group.
static MACHINE: LazyLock<Mutex<(Tree, Vec<PathBuf>)>> = LazyLock::new(|| {
    let tree = Tree::with_cpus("0-7");
    tree.put(&format!("{CPU}/possible"), "0-7");
    tree.nodes(&[(0, "0-3", "10 21"), (1, "4-7", "21 10")]);
    for node in 0..2 {
        let (first, last) = (4 * node, 4 * node + 3);
        tree.put(&format!("{NODE}/node{node}/meminfo"), "Node 0 MemTotal: 1024 kB");
        tree.put(&format!("{NODE}/node{node}/cpumap"), "0f");
        tree.cache(&(first..=last).collect::<Vec<_>>(), 3, 3, "Unified");
        for core in [first, first + 2] {
            tree.cache(&[core, core + 1], 0, 1, "Data");
            let siblings = format!("{core}-{}", core + 1);
            tree.of_cpus(core..core + 2, "topology/thread_siblings_list", &siblings);
        }
        tree.of_cpus(first..=last, "topology/physical_package_id", &node.to_string());
        tree.of_cpus(first..=last, "cpu_capacity", "1024");
    }
    tree.put("proc/self/cgroup", "0::/slice");
    tree.put("proc/self/status", "Cpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1");
    tree.put("proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
    tree.put("sys/fs/cgroup/slice/cpu.max", "150000 100000");
    tree.put("sys/fs/cgroup/slice/cpuset.cpus.effective", "0-7");
    let files = tree.files();
    Mutex::new((tree, files))
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let _ = CpuSet::from_bitmap(&text);
    if let Ok(set) = text.parse::<CpuSet>() {
        assert_eq!(set.to_string().parse(), Ok(set));
    }
    if let Ok(topology) = Topology::from_setting(&text) {
        rows::assert_usable(&topology);
    }
    let machine = MACHINE.lock().expect("an input that fails ends the process");
    let (tree, files) = &*machine;
    let mut edited = Vec::new();
    let mut left = input;
    while let [file, length, rest @ ..] = left {
        let file = &files[usize::from(*file) % files.len()];
        let (contents, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        edited.push((file, fs::read(file).ok()));
        // A file without contents is missing, now and then.
        let is_done = if *length == 255 { fs::remove_file(file) } else { fs::write(file, contents) };
        drop(is_done);
        left = rest;
    }
    for mask in [None, Some("1-5,9".parse().expect("a set"))] {
        let topology = Topology::from_sysfs_root(tree.root(), mask.as_ref());
        rows::assert_usable(&topology);
        rows::rows(&topology);
    }
    for (file, contents) in edited.into_iter().rev() {
        if let Some(contents) = contents {
            fs::write(file, contents).expect("the file is there again");
        }
    }
});
