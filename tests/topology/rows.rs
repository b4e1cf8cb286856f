//! A topology as rows of keys and values, in the words of `tests/fixtures/topology/README.md`.

use moirai::topology::{CpuSet, Level, Topology};
use std::collections::BTreeMap;

pub(crate) type Rows = BTreeMap<String, String>;

pub(crate) fn rows(topology: &Topology) -> Rows {
    let mut rows = Rows::new();
    let mut row = |key: &str, value: String| {
        let value = if value.is_empty() { "-".to_owned() } else { value };
        assert!(rows.insert(key.to_owned(), value).is_none(), "{key} twice");
    };
    row("cpus", topology.cpus().to_string());
    row("allowed_cpus", topology.allowed_cpus().to_string());
    row("allowed_nodes", joined(topology.allowed_nodes(), " "));
    let ids: Vec<usize> = topology.nodes().iter().map(|node| node.id()).collect();
    row("nodes", joined(&ids, " "));
    for node in topology.nodes() {
        let id = node.id();
        row(&format!("node_cpus.{id}"), node.cpus().to_string());
        let memory = topology.memory_kib(id).map_or(String::new(), |kib| kib.to_string());
        row(&format!("node_mem_kib.{id}"), memory);
        row(&format!("distance.{id}"), joined(topology.distances(id), " "));
    }
    let levels = [
        ("packages", Level::Package),
        ("dies", Level::Die),
        ("cores", Level::Core),
        ("l1d", Level::L1d),
        ("l2", Level::L2),
        ("l3", Level::L3),
    ];
    for (key, level) in levels {
        row(key, joined(topology.sharing(level), " "));
    }
    let kinds: Vec<&CpuSet> = topology.kinds().iter().map(|kind| kind.cpus()).collect();
    row("cpukinds", joined(&kinds, " "));
    if let Some(quota) = topology.quota() {
        row("cpu_quota", format!("{} {}", quota.quota_us(), quota.period_us()));
    }
    row("groups", joined(&groups(topology), " "));
    for (index, group) in topology.groups().iter().enumerate() {
        if let Some(node) = group.node() {
            row(&format!("order.{node}"), order(topology, index));
        }
    }
    rows
}

/// `node:CPUs` of each group.
pub(crate) fn groups(topology: &Topology) -> Vec<String> {
    let name = |node: Option<usize>| node.map_or("-".to_owned(), |node| node.to_string());
    let groups = topology.groups().iter();
    groups.map(|group| format!("{}:{}", name(group.node()), group.cpus())).collect()
}

/// The other groups that have a node, by rising distance.
fn order(topology: &Topology, group: usize) -> String {
    let rings = topology.order(group).into_iter().map(|ring| {
        let nodes = ring.iter().filter_map(|&other| topology.groups()[other].node());
        joined(&nodes.collect::<Vec<_>>(), ",")
    });
    joined(&rings.filter(|ring| !ring.is_empty()).collect::<Vec<_>>(), " ")
}

pub(crate) fn joined(values: &[impl ToString], between: &str) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// What holds of every topology, whatever it was read from.
pub(crate) fn assert_usable(topology: &Topology) {
    let allowed = topology.allowed_cpus();
    assert!(!allowed.is_empty(), "no CPU");
    assert!(allowed.is_subset(topology.cpus()), "{allowed:?} of {:?}", topology.cpus());
    let mut in_groups = CpuSet::new();
    for group in topology.groups() {
        assert!(!group.cpus().is_empty(), "an empty group");
        assert!(group.cpus().is_disjoint(&in_groups), "a CPU in two groups");
        in_groups = in_groups.union(group.cpus());
    }
    assert_eq!(&in_groups, allowed, "the groups have other CPUs");
    let numbers = 0..topology.groups().len();
    for group in numbers.clone() {
        let mut others: Vec<usize> = topology.order(group).into_iter().flatten().collect();
        others.push(group);
        others.sort_unstable();
        assert!(numbers.clone().eq(others), "the order of {group} is not all others");
        let memory = topology.memory_node(group);
        assert!(memory.is_none_or(|node| {
            topology.nodes().is_empty() || topology.nodes().iter().any(|one| one.id() == node)
        }));
    }
    for node in topology.nodes() {
        assert!(node.cpus().is_subset(topology.cpus()));
        assert!(numbers.contains(&topology.nearest_group(node.id())));
    }
    for level in Level::ALL {
        let mut seen = CpuSet::new();
        for set in topology.sharing(level) {
            assert!(!set.is_empty() && set.is_subset(topology.cpus()), "{level}: {set}");
            assert!(set.is_disjoint(&seen), "{level}: a CPU in two sets");
            seen = seen.union(set);
        }
    }
    assert!(topology.kinds().iter().all(|kind| !kind.cpus().is_empty()));
    assert!(topology.quota().is_none_or(|quota| quota.cpus() > 0.0));
    assert!(!topology.to_string().is_empty());
    assert_eq!(topology.parts().cpus(), topology.cpus());
}
