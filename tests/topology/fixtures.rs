//! Every recorded machine gives its expected rows, under every mask that leaves the same CPUs.

use crate::rows::{Rows, assert_usable, groups, rows};
use crate::tree::Tree;
use moirai::topology::{CpuSet, Topology};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "topology"].iter().collect()
}

/// The rows of each machine.
fn expected() -> BTreeMap<String, Rows> {
    let mut machines = BTreeMap::<String, Rows>::new();
    let text = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    for line in text.lines().skip(1) {
        let [machine, key, value] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not a row: {line}");
        };
        machines.entry(machine.to_owned()).or_default().insert(key.to_owned(), value.to_owned());
    }
    machines
}

fn tree(machine: &str) -> Tree {
    Tree::recorded(&fs::read_to_string(folder().join(format!("{machine}.sysfs"))).unwrap())
}

/// All machines.
pub(crate) fn trees() -> impl Iterator<Item = Tree> {
    expected().into_keys().map(|machine| tree(&machine))
}

fn differences(machine: &str, expected: &Rows, found: &Rows) -> Vec<String> {
    let keys = expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key)));
    let differing = keys.filter(|key| expected.get(*key) != found.get(*key));
    let line = |key: &String| {
        format!(
            "{machine} {key}:\n  expected {:?}\n  found    {:?}",
            expected.get(key),
            found.get(key)
        )
    };
    differing.map(line).collect()
}

#[test]
fn recorded_machines_give_their_rows() {
    watch!();
    let mut wrong = Vec::new();
    let machines = expected();
    assert!(machines.len() >= 14);
    for (machine, expected) in &machines {
        let tree = tree(machine);
        let set = |key: &str| expected[key].parse::<CpuSet>().unwrap();
        for mask in [None, Some(set("allowed_cpus")), Some(set("cpus"))] {
            let topology = Topology::from_sysfs_root(tree.root(), mask.as_ref());
            assert_usable(&topology);
            wrong.extend(differences(machine, expected, &rows(&topology)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The machine stays; the groups are what the mask leaves of them.
#[test]
fn masks_cut_the_groups() {
    watch!();
    for (machine, expected) in &expected() {
        let allowed: CpuSet = expected["allowed_cpus"].parse().unwrap();
        let every_third: CpuSet = allowed.iter().step_by(3).collect();
        let topology = Topology::from_sysfs_root(tree(machine).root(), Some(&every_third));
        assert_usable(&topology);
        let cut = expected["groups"].split(' ').filter_map(|group| {
            let (node, cpus) = group.split_once(':').unwrap();
            let cpus = cpus.parse::<CpuSet>().unwrap().intersection(&every_third);
            (!cpus.is_empty()).then(|| format!("{node}:{cpus}"))
        });
        assert_eq!(groups(&topology), cut.collect::<Vec<_>>(), "{machine}");
        for key in ["cpus", "packages", "cores", "l2", "l3", "nodes"] {
            assert_eq!(rows(&topology)[key], expected[key], "{machine} {key}");
        }
    }
}

/// The result does not depend on the folder once it is there.
#[test]
fn nothing_is_read_later() {
    let tree = tree("vm-4n12c-restricted");
    let topology = Topology::from_sysfs_root(tree.root(), None);
    let reads = topology.files_read();
    drop(tree);
    assert!(differences("vm", &expected()["vm-4n12c-restricted"], &rows(&topology)).is_empty());
    assert_eq!(topology.files_read(), reads);
}
