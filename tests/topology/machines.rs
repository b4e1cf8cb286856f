//! Machines made by hand, one for each strange thing.

use crate::rows::{assert_usable, groups, joined};
use crate::tree::{CPU, NODE, Tree};
use moirai::topology::{CpuSet, Level, Part, Quota, Topology};

fn read(tree: &Tree) -> Topology {
    masked(tree, None)
}

fn masked(tree: &Tree, mask: Option<&str>) -> Topology {
    let mask: Option<CpuSet> = mask.map(|mask| mask.parse().unwrap());
    let topology = Topology::from_sysfs_root(tree.root(), mask.as_ref());
    assert_usable(&topology);
    topology
}

fn sharing(topology: &Topology, level: Level) -> String {
    joined(topology.sharing(level), " ")
}

/// The thief's row counts, not the victim's.
#[test]
fn distances_may_differ_by_direction() {
    let tree = Tree::with_cpus("0-5");
    tree.nodes(&[(0, "0-1", "10 20 40"), (1, "2-3", "40 10 20"), (2, "4-5", "20 40 10")]);
    let topology = read(&tree);
    assert_eq!(topology.order(0), [[1], [2]]);
    assert_eq!(topology.order(1), [[2], [0]]);
    assert_eq!(topology.order(2), [[0], [1]]);
    assert_eq!((topology.distance(0, 2), topology.distance(2, 0)), (Some(40), Some(20)));
}

#[test]
fn caches_may_be_smaller_than_a_node() {
    let tree = Tree::with_cpus("0-7");
    tree.nodes(&[(0, "0-7", "10")]);
    for half in [[0, 1, 2, 3], [4, 5, 6, 7]] {
        tree.cache(&half, 3, 3, "Unified");
    }
    let topology = read(&tree);
    assert_eq!(groups(&topology), ["0:0-7"]);
    assert_eq!(sharing(&topology, Level::L3), "0-3 4-7");
}

/// The folders of caches are numbered as they come, and there may be a second cache of instructions.
#[test]
fn caches_are_known_by_level_and_type() {
    let tree = Tree::with_cpus("0-3");
    for pair in [[0, 1], [2, 3]] {
        tree.cache(&pair, 7, 1, "Data");
    }
    for cpu in 0..4 {
        tree.cache(&[cpu], 0, 1, "Instruction").cache(&[cpu], 1, 2, "Instruction");
    }
    tree.cache(&[0, 1, 2], 2, 2, "Data").cache(&[3], 4, 2, "Unified");
    tree.cache(&[0, 1, 2, 3], 5, 3, "Unified");
    let topology = read(&tree);
    assert_eq!(sharing(&topology, Level::L1d), "0-1 2-3");
    assert_eq!(sharing(&topology, Level::L2), "0-2 3");
    assert_eq!(sharing(&topology, Level::L3), "0-3");
}

#[test]
fn offline_cpus_are_in_no_group() {
    let tree = Tree::with_cpus("0,2-3,7");
    tree.nodes(&[(0, "0-3", "10 20"), (1, "4-7", "20 10")]);
    tree.of_cpus(0..8, "topology/core_siblings_list", "0-7");
    let topology = masked(&tree, Some("0-7"));
    assert_eq!(groups(&topology), ["0:0,2-3", "1:7"]);
    assert_eq!(topology.nodes()[1].cpus().to_string(), "7");
    assert_eq!(sharing(&topology, Level::Package), "0,2-3,7");
}

/// Old kernels have no list of what is online: then each folder counts that does not say the contrary.
#[test]
fn without_lists_the_folders_are_counted() {
    let tree = Tree::new();
    tree.of_cpus([0, 1, 2, 12], "online", "1").of_cpus([3], "online", "0");
    tree.of_cpus([4], "topology/core_id", "4");
    // What is no CPU.
    tree.put(&format!("{CPU}/cpufreq/boost"), "1").put(&format!("{CPU}/cpu07/online"), "1");
    tree.put(&format!("{NODE}/node2/cpumap"), "00000017");
    tree.put(&format!("{NODE}/node11/cpumap"), "00001000");
    let topology = read(&tree);
    assert_eq!(topology.cpus().to_string(), "0-2,4,12");
    assert_eq!(groups(&topology), ["2:0-2,4", "11:12"]);
}

#[test]
fn an_empty_folder_is_one_cpu() {
    let tree = Tree::new();
    assert_eq!(groups(&read(&tree)), ["0:0"]);
    assert_eq!(groups(&masked(&tree, Some("4-7"))), ["0:4-7"]);
    assert_eq!(groups(&masked(&tree, Some("99999999999"))), ["0:0"], "a number that no CPU has");
}

/// Masks are of any size, and so are bitmaps.
#[test]
fn machines_may_have_thousands_of_cpus() {
    let tree = Tree::with_cpus("0-4095");
    tree.put(&format!("{NODE}/online"), "0-1");
    let half = |first: bool| vec![if first { "ffffffff" } else { "00000000" }; 64];
    let map = |low: bool| [half(!low), half(low)].concat().join(",");
    tree.put(&format!("{NODE}/node0/cpumap"), &map(true));
    tree.put(&format!("{NODE}/node1/cpumap"), &map(false));
    let topology = masked(&tree, Some("1500-1503,3000-4000,5000"));
    assert_eq!(groups(&topology), ["0:1500-1503", "1:3000-4000"]);
    assert_eq!(topology.nodes()[1].cpus().to_string(), "2048-4095");
}

#[test]
fn nodes_that_share_cpus_are_one_group() {
    let tree = Tree::with_cpus("0-9");
    tree.nodes(&[(1, "0-5", "10 20"), (3, "5-7", "20 10")]);
    let topology = read(&tree);
    assert_eq!(groups(&topology), ["1:0-9"]);
    assert_eq!(topology.allowed_nodes(), [1]);
    assert!(topology.order(0).is_empty());
    tree.nodes(&[(1, "0-5", ""), (3, "5-7", ""), (4, "", ""), (7, "6-9", "")]);
    assert_eq!(read(&tree).allowed_nodes(), [1, 4, 7], "the second is within what was there");
}

/// They come last, and are farthest from everything.
#[test]
fn cpus_in_no_node_are_kept() {
    let tree = Tree::with_cpus("0-7");
    tree.nodes(&[(0, "0-1", "10 40"), (1, "4-5", "40 10")]);
    let topology = masked(&tree, Some("1-7"));
    assert_eq!(groups(&topology), ["0:1", "1:4-5", "-:2-3,6-7"]);
    assert_eq!(topology.order(0), [[1], [2]]);
    assert_eq!(topology.order(2), [[0, 1]]);
    assert_eq!(topology.memory_node(2), None);
    let topology = masked(&tree, Some("3"));
    assert_eq!(groups(&topology), ["-:3"], "nothing but them");
}

#[test]
fn useless_rows_make_all_equally_far() {
    for rows in [["10 20", "20 10", "20 20"], ["10 20 x", "", "-1 0 0"], ["10 10 10"; 3]] {
        let tree = Tree::with_cpus("0-2");
        tree.nodes(&[(0, "0", rows[0]), (4, "1", rows[1]), (5, "2", rows[2])]);
        let topology = read(&tree);
        assert_eq!(groups(&topology), ["0:0", "4:1", "5:2"]);
        assert_eq!(topology.order(0), [[1, 2]], "{rows:?}");
    }
}

/// Memory without CPUs belongs to the nearest group; CPUs without memory use the nearest memory that they may.
#[test]
fn nodes_may_lack_cpus_or_memory() {
    let tree = Tree::with_cpus("0-3");
    let rows = ["10 30 20 40", "30 10 40 20", "40 20 10 50", "20 40 50 10"];
    tree.nodes(&[(0, "0-1", rows[0]), (1, "2-3", rows[1]), (2, "", rows[2]), (3, "", rows[3])]);
    for (node, kib) in [(0, 4096), (1, 0), (2, 8192), (3, 8192)] {
        let text = format!("Node {node} MemTotal:       {kib} kB\nNode {node} MemFree: 1 kB");
        tree.put(&format!("{NODE}/node{node}/meminfo"), &text);
    }
    let topology = read(&tree);
    assert_eq!(groups(&topology), ["0:0-1", "1:2-3"]);
    assert_eq!([2, 3].map(|node| topology.nearest_group(node)), [0, 1]);
    assert_eq!([0, 1].map(|group| topology.memory_node(group)), [Some(0), Some(3)]);
    assert_eq!(topology.memory_kib(1), Some(0));

    tree.put("proc/self/status", "Mems_allowed_list:\t0,2");
    let topology = read(&tree);
    assert_eq!(topology.allowed_nodes(), [0, 2]);
    assert_eq!(topology.memory_node(1), Some(0));
}

#[test]
fn the_status_file_has_a_mask_too() {
    let tree = Tree::with_cpus("0-63");
    tree.put("proc/self/status", "Name:\tx\nCpus_allowed:\tffff0000,00000003\n");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "0-1,48-63");
    tree.put("proc/self/status", "Cpus_allowed:\t3\nCpus_allowed_list:\t7,9\n");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "7,9");
    assert_eq!(masked(&tree, Some("20-21")).allowed_cpus().to_string(), "20-21", "the argument");
    assert_eq!(masked(&tree, Some("64-70")).allowed_cpus().to_string(), "0-63", "a contradiction");
}

const V2: &str = "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0";

/// A process in the group `a/b` of version 2.
fn in_group(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::with_cpus("0-15");
    tree.put("proc/self/cgroup", "0::/a/b").put("proc/self/mounts", V2);
    for (path, contents) in files {
        tree.put(&format!("sys/fs/cgroup/{path}"), contents);
    }
    tree
}

fn quota(tree: &Tree) -> Option<(u64, u64)> {
    read(tree).quota().map(|quota| (quota.quota_us(), quota.period_us()))
}

#[test]
fn quotas_are_fractions_and_the_smallest_counts() {
    let own = ("a/b/cpu.max", "150000 100000");
    let tree = in_group(&[own]);
    assert_eq!(quota(&tree), Some((150_000, 100_000)));
    assert_eq!(read(&tree).quota().unwrap().cpus(), 1.5);
    assert_eq!(quota(&in_group(&[own, ("a/cpu.max", "max 100000")])), Some((150_000, 100_000)));
    assert_eq!(quota(&in_group(&[own, ("a/cpu.max", "70000 50000")])), Some((70_000, 50_000)));
    assert_eq!(
        quota(&in_group(&[("cpu.max", "50000 100000")])),
        Some((50_000, 100_000)),
        "a namespace's root"
    );
    for nothing in ["max 100000", "100000", "0 100000", "1 0", "", "-1 100000"] {
        assert_eq!(quota(&in_group(&[("a/b/cpu.max", nothing)])), None, "{nothing}");
    }
}

/// Version 1: other files, a hierarchy for each controller, and containers that see only the lower part of a path.
#[test]
fn quotas_of_version_1_count_too() {
    let old = |paths: &str| {
        let tree = Tree::with_cpus("0-15");
        tree.put("proc/self/cgroup", paths);
        let mounts = "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n\
                      cgroup /sys/fs/cgroup/set\\040of\\040cpus cgroup rw,cpuset 0 0";
        tree.put("proc/self/mounts", mounts);
        tree
    };
    let put = |tree: &Tree, folder: &str, quota: &str| {
        let folder = format!("sys/fs/cgroup/cpu,cpuacct{folder}");
        tree.put(&format!("{folder}/cpu.cfs_quota_us"), quota);
        tree.put(&format!("{folder}/cpu.cfs_period_us"), "100000");
    };
    let tree = old("3:cpuset:/jobs\n2:cpu,cpuacct:/a/b\n0::/a");
    put(&tree, "/a/b", "-1");
    put(&tree, "/a", "250000");
    put(&tree, "", "-1");
    assert_eq!(quota(&tree), Some((250_000, 100_000)), "of the parent");
    tree.put("sys/fs/cgroup/set of cpus/jobs/cpuset.cpus", "4-7");
    tree.put("sys/fs/cgroup/set of cpus/jobs/cpuset.mems", "0");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "4-7");

    let tree = old("2:cpu,cpuacct:/docker/0123456789");
    put(&tree, "", "50000");
    assert_eq!(quota(&tree), Some((50_000, 100_000)), "the container's group is the mount's root");

    let tree = old("2:cpu,cpuacct:/../outside");
    put(&tree, "", "60000");
    tree.put("sys/fs/cgroup/outside/cpu.cfs_quota_us", "1000");
    tree.put("sys/fs/cgroup/outside/cpu.cfs_period_us", "100000");
    assert_eq!(quota(&tree), Some((60_000, 100_000)), "nothing above the root");
}

#[test]
fn cpusets_narrow_what_is_allowed() {
    let tree = in_group(&[("a/cpuset.cpus.effective", "2-5"), ("a/cpuset.mems.effective", "1")]);
    assert_eq!(
        read(&tree).allowed_cpus().to_string(),
        "2-5",
        "the nearest group with the controller"
    );
    assert_eq!(masked(&tree, Some("5-9")).allowed_cpus().to_string(), "5");
    tree.nodes(&[(0, "0-7", "10 20"), (1, "8-15", "20 10")]);
    assert_eq!(read(&tree).allowed_nodes(), [1]);
    tree.put("proc/self/status", "Mems_allowed_list:\t0");
    assert_eq!(read(&tree).allowed_nodes(), [0, 1], "a contradiction");
    tree.put("sys/fs/cgroup/a/cpuset.mems.effective", "0-1");
    assert_eq!(read(&tree).allowed_nodes(), [0], "in both");
    tree.put("sys/fs/cgroup/a/b/cpuset.cpus.effective", "");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "2-5", "an empty set says nothing");
}

/// The file system of cpusets that was there before control groups.
#[test]
fn old_cpusets_count() {
    let tree = Tree::with_cpus("0-7");
    tree.put("proc/self/cpuset", "/x").put("proc/mounts", "none /dev/cpuset cpuset rw 0 0");
    tree.put("dev/cpuset/x/cpus", "1-2").put("dev/cpuset/x/mems", "0");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "1-2");
    let mounts = "a /new cgroup2 rw 0 0\nnone /dev/cpuset cgroup rw,cpuset,noprefix 0 0";
    tree.put("proc/mounts", mounts).put("new/x/cpuset.cpus.effective", "4-5");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "1-2", "version 2 has other controllers");
    tree.put("new/cgroup.controllers", "cpu cpuset");
    assert_eq!(read(&tree).allowed_cpus().to_string(), "4-5");
}

#[test]
fn threads_of_a_core_are_siblings() {
    let tree = Tree::with_cpus("0-7");
    for core in 0..4 {
        let siblings = format!("{core},{}", core + 4);
        tree.of_cpus([core, core + 4], "topology/thread_siblings_list", &siblings);
    }
    assert_eq!(sharing(&read(&tree), Level::Core), "0,4 1,5 2,6 3,7");
}

/// A kernel that knows nothing of dies calls every package one, or every CPU.
#[test]
fn dies_count_where_a_package_has_several() {
    let tree = Tree::with_cpus("0-11");
    tree.of_cpus(0..8, "topology/package_cpus_list", "0-7");
    tree.of_cpus(8..12, "topology/package_cpus_list", "8-11");
    tree.of_cpus(0..4, "topology/die_cpus_list", "0-3");
    tree.of_cpus(4..8, "topology/die_cpus_list", "4-7");
    tree.of_cpus(8..12, "topology/die_cpus_list", "8-11");
    let topology = read(&tree);
    assert_eq!(sharing(&topology, Level::Package), "0-7 8-11");
    assert_eq!(sharing(&topology, Level::Die), "0-3 4-7");
    for cpu in 0..12 {
        tree.of_cpus([cpu], "topology/die_cpus_list", &cpu.to_string());
    }
    assert_eq!(sharing(&read(&tree), Level::Die), "");
}

/// Some kernels list nothing, or another CPU: then the bitmap counts, and in the end the core.
#[test]
fn lists_without_their_own_cpu_do_not_count() {
    let tree = Tree::with_cpus("0-3");
    tree.of_cpus(0..2, "topology/thread_siblings_list", "0-1");
    tree.of_cpus(2..4, "topology/thread_siblings_list", "0-1");
    tree.of_cpus(2..4, "topology/thread_siblings", "c");
    tree.cache(&[0, 1, 2, 3], 3, 3, "Unified");
    tree.of_cpus(0..4, "cache/index3/shared_cpu_list", "");
    let topology = read(&tree);
    assert_eq!(sharing(&topology, Level::Core), "0-1 2-3");
    assert_eq!(sharing(&topology, Level::L3), "0-1 2-3");
}

/// Some kernels put a zero byte behind what they list.
#[test]
fn texts_end_with_a_zero_byte() {
    let tree = Tree::with_cpus("0-3\n\0");
    tree.of_cpus(0..4, "topology/core_cpus", "f\n\0");
    assert_eq!(sharing(&read(&tree), Level::Core), "0-3");
}

/// Lists that contradict each other still make each CPU a member of one set.
#[test]
fn contradictions_make_no_overlap() {
    let tree = Tree::with_cpus("0-5");
    tree.of_cpus(0..3, "topology/thread_siblings_list", "0-2");
    tree.of_cpus(3..5, "topology/thread_siblings_list", "2-4");
    tree.of_cpus([5], "topology/thread_siblings_list", "0-1");
    assert_eq!(sharing(&read(&tree), Level::Core), "0-2 3-4 5");
}

/// A package that lies across the border of a node is in no drawing, nor are nodes that share CPUs.
#[test]
fn parts_do_not_cross() {
    let tree = Tree::with_cpus("0-7");
    tree.nodes(&[(0, "0-5", "10 20"), (1, "6-7", "20 10")]);
    tree.of_cpus(0..4, "topology/package_cpus_list", "0-3");
    tree.of_cpus(4..8, "topology/package_cpus_list", "4-7");
    let outer = |topology: &Topology| {
        let machine = topology.parts();
        let name = |part: &Part| format!("{}:{}", part.kind(), part.cpus());
        joined(&machine.parts().iter().map(name).collect::<Vec<_>>(), " ")
    };
    let topology = read(&tree);
    assert_eq!(outer(&topology), "node 0:0-5 node 1:6-7");
    assert_eq!(topology.parts().parts()[0].parts().len(), 1, "the package within it");
    tree.nodes(&[(0, "0-5", "10 20"), (1, "5-7", "20 10")]);
    assert_eq!(outer(&read(&tree)), "package:0-3 package:4-7");
}

fn kinds(tree: &Tree) -> Vec<(String, Option<u32>)> {
    let topology = read(tree);
    topology.kinds().iter().map(|kind| (kind.cpus().to_string(), kind.capacity())).collect()
}

#[test]
fn kinds_are_told_by_capacity_type_or_frequency() {
    let kind = |cpus: &str, capacity| (cpus.to_owned(), capacity);
    let tree = Tree::with_cpus("0-7");
    assert_eq!(kinds(&tree), []);

    tree.of_cpus(0..6, "acpi_cppc/nominal_perf", "20").of_cpus(
        6..8,
        "acpi_cppc/nominal_perf",
        "40",
    );
    assert_eq!(kinds(&tree), [kind("0-5", Some(512)), kind("6-7", Some(1024))]);

    // Of equal cores the best ones go a little higher; others are simply faster.
    let top = "cpufreq/cpuinfo_max_freq";
    tree.of_cpus(0..8, top, "5000000").of_cpus([3], top, "5300000");
    assert_eq!(kinds(&tree), [kind("0-7", Some(1024))]);
    tree.of_cpus(4..8, top, "2500000");
    assert_eq!(kinds(&tree)[0], kind("4-7", Some(512)));

    tree.of_cpus(0..8, "cpufreq/base_frequency", "3000000").of_cpus(0..8, top, "5000000");
    assert_eq!(kinds(&tree), [kind("0-7", Some(1024))]);
    tree.put("sys/devices/cpu_core/cpus", "0-3").put("sys/devices/cpu_atom/cpus", "4-7");
    assert_eq!(kinds(&tree), [kind("4-7", Some(1024)), kind("0-3", Some(1024))]);
    tree.put("sys/devices/cpu_lowpower/cpus", "6-7");
    assert_eq!(kinds(&tree).len(), 3);

    let tree = Tree::with_cpus("0-7");
    tree.put("sys/devices/cpu_core/cpus", "0-3");
    assert_eq!(kinds(&tree), [kind("4-7", None), kind("0-3", None)]);

    let tree = Tree::with_cpus("0-3");
    tree.of_cpus(0..2, "cpu_capacity", "1024").of_cpus(2..4, "cpu_capacity", "446");
    assert_eq!(kinds(&tree), [kind("2-3", Some(446)), kind("0-1", Some(1024))]);
    tree.of_cpus([3], "cpu_capacity", "many");
    assert_eq!(kinds(&tree)[0], kind("2", Some(446)), "of the other one nothing is known");
}

#[test]
fn quotas_compare_as_fractions() {
    let quota = |quota, period| Quota::new(quota, period).unwrap();
    assert_eq!(quota(1, 2), quota(50_000, 100_000));
    assert!(quota(u64::MAX, 1) > quota(u64::MAX - 1, 1));
    assert!(quota(1, u64::MAX) < quota(1, 1));
    assert_eq!(format!("{:.2}", quota(100_000, 300_000)), "0.33");
}

/// Whatever this runs on.
#[test]
fn this_machine_is_usable() {
    watch!();
    let topology = Topology::detect();
    assert_usable(&topology);
    let off = Topology::from_setting("off").unwrap();
    assert_usable(&off);
    assert_eq!(off.allowed_cpus(), topology.allowed_cpus());
    let auto = Topology::from_setting("auto").unwrap();
    assert_eq!(groups(&auto), groups(&topology));
}
