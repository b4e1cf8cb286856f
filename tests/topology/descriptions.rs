//! Made-up machines, settings, and machines as text.

use crate::rows::{assert_usable, groups, joined};
use moirai::topology::{Level, Part, PartKind, Topology};

fn fake(description: &str) -> Topology {
    let topology = Topology::fake(description).unwrap();
    assert_usable(&topology);
    topology
}

fn distances(topology: &Topology) -> Vec<String> {
    let nodes = topology.nodes().iter();
    nodes.map(|node| joined(topology.distances(node.id()), " ")).collect()
}

#[test]
fn descriptions_have_nodes_cores_and_caches() {
    let topology = fake("3x4");
    assert_eq!(groups(&topology), ["0:0-3", "1:4-7", "2:8-11"]);
    assert_eq!(topology.order(1), [[0, 2]]);
    assert_eq!(joined(topology.sharing(Level::L3), " "), "0-3 4-7 8-11");
    assert_eq!(topology.sharing(Level::Core).len(), 12);
    let topology = fake(" 2x8/l3=4/smt=2 ");
    assert_eq!(joined(topology.sharing(Level::L3), " "), "0-3 4-7 8-11 12-15");
    assert_eq!(topology.sharing(Level::Core).len(), 8);
    assert_eq!(topology.memory_kib(0), None);
    assert_eq!(topology.memory_node(1), Some(1));
}

#[test]
fn distances_have_names() {
    assert_eq!(distances(&fake("2x1:full")), ["10 20", "20 10"]);
    assert_eq!(distances(&fake("2x1:31")), ["10 31", "31 10"]);
    assert_eq!(distances(&fake("3x1:line"))[0], "10 20 30");
    assert_eq!(distances(&fake("4x1:ring"))[0], "10 20 30 20");
    assert_eq!(distances(&fake("2x1: 10,21 ; 31,10 ")), ["10 21", "31 10"]);
    let sockets = fake("6x2:socket2x3");
    assert_eq!(distances(&sockets)[4], "32 32 32 12 10 12");
    assert_eq!(joined(sockets.sharing(Level::Package), " "), "0-5 6-11");
    let long = fake("40x1:line");
    assert_eq!(long.distance(0, 39), Some(254), "as far as the firmware's bytes can say");
}

#[test]
fn what_is_wrong_is_said() {
    for (description, reason) in [
        ("", "NODESxCPUS"),
        ("4", "NODESxCPUS"),
        ("0x4", "NODESxCPUS"),
        ("4x", "NODESxCPUS"),
        ("axb", "NODESxCPUS"),
        ("4x-1", "NODESxCPUS"),
        ("99999999x99999999", "65536 CPUs"),
        ("99999999999999999999x1", "NODESxCPUS"),
        ("2x4/smt=3", "`smt=`"),
        ("2x4/l3=0", "`l3=`"),
        ("2x4/l3", "`l3=`"),
        ("2x6/smt=2/l3=3", "two caches"),
        ("2x4/l9=1", "`l9=1`"),
        ("2x4:far", "`far`"),
        ("2x4:", "``"),
        ("2x4:socket2", "socket2x2"),
        ("2x4:socket2x2", "2 nodes"),
        ("2x4:10,20", "2 rows"),
        ("2x4:10,20;20", "2 rows"),
        ("2x4:10,20;20,0", "distances"),
    ] {
        let error = Topology::fake(description).expect_err(description).to_string();
        assert!(error.contains(reason), "{error}");
        assert!(error.contains(&format!("`{description}`")), "{error}");
    }
}

#[test]
fn settings_are_auto_off_or_fake() {
    assert_eq!(groups(&Topology::from_setting("fake:2x2").unwrap()), ["0:0-1", "1:2-3"]);
    for wrong in ["", "on", "4x8", "fake", "fake:", "fake:4", "AUTO"] {
        let error = Topology::from_setting(wrong).expect_err(wrong).to_string();
        assert!(error.contains("NODESxCPUS"), "{error}");
    }
}

#[test]
fn a_machine_is_drawn() {
    let drawn = fake("4x4/smt=2/l3=2:socket2x2").to_string();
    let expected = "\
16 CPUs
  machine: 0-15
    package: 0-7
      node 0: 0-3
        L3: 0-1
        L3: 2-3
      node 1: 4-7
        L3: 4-5
        L3: 6-7
    package: 8-15
      node 2: 8-11
        L3: 8-9
        L3: 10-11
      node 3: 12-15
        L3: 12-13
        L3: 14-15
distance    0    1    2    3
       0   10   12   32   32
       1   12   10   32   32
       2   32   32   10   12
       3   32   32   12   10
group 0 (node 0): 0-3
group 1 (node 1): 4-7
group 2 (node 2): 8-11
group 3 (node 3): 12-15
";
    assert_eq!(drawn, expected);
    let flat = fake("1x8/smt=2").to_string();
    assert_eq!(
        flat,
        "8 CPUs\n  machine, package, node 0, L3: 0-1 2-3 4-5 6-7\ngroup 0 (node 0): 0-7\n"
    );
}

/// Parts are within each other, and have no CPU twice.
#[test]
fn parts_nest() {
    fn check(part: &Part) {
        for (index, inner) in part.parts().iter().enumerate() {
            assert!(inner.cpus().is_subset(part.cpus()));
            let others = part.parts()[..index].iter();
            assert!(others.clone().all(|other| other.cpus().is_disjoint(inner.cpus())));
            check(inner);
        }
    }
    let parts = fake("4x8/smt=2/l3=4:socket2x2").parts();
    assert_eq!(parts.parts().len(), 2);
    assert_eq!(parts.parts()[1].parts()[0].kind(), PartKind::Node(2));
    check(&parts);
}
