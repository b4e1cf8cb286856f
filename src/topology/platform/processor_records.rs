//! The machine that Windows describes in the records of `GetLogicalProcessorInformationEx`.
//!
//! A record begins with its kind and its length, four bytes each. Processors are in groups of up to 64; here they get one
//! number, 64 for each group before theirs. Masks and the gaps between them depend on the size of a pointer.

use crate::topology::cpu_set::CpuSet;
use crate::topology::kind::CoreKind;
use crate::topology::level::Level;
use crate::topology::machine::Machine;
use crate::topology::node::Node;
use std::collections::BTreeMap;

/// Numbers for each group of processors.
const GROUP_CPUS: usize = 64;

/// The machine of these records, all of its CPUs allowed. What is cut off or contradicts itself is left out.
pub(crate) fn machine(records: &[u8], pointer_bytes: usize) -> Machine {
    let mut machine = Machine::default();
    let mut nodes = BTreeMap::<usize, CpuSet>::new();
    let mut kinds = BTreeMap::<usize, CpuSet>::new();
    let mut rest = records;
    while let (Some(kind), Some(length)) = (number(rest, 0, 4), number(rest, 4, 4)) {
        // A length of 0 would never end.
        let Some(record) = rest.get(..length).filter(|record| record.len() >= HEADER) else {
            break;
        };
        let masks = |count_at, at| masks(record, count_at, at, pointer_bytes);
        match kind {
            CORE => {
                let cpus = masks(30, 32);
                let class = number(record, 9, 1).unwrap_or(0);
                let kind = kinds.entry(class).or_default();
                *kind = kind.union(&cpus);
                add(&mut machine.sharing[Level::Core as usize], cpus);
            }
            NODE | NODE_OF_MANY_GROUPS => {
                if let Some(id) = number(record, 8, 4) {
                    let node = nodes.entry(id).or_default();
                    *node = node.union(&masks(30, 32));
                }
            }
            CACHE => {
                // Unified, or of data.
                let is_of_data = matches!(number(record, 16, 4), Some(0 | 2));
                let level = match number(record, 8, 1) {
                    Some(1) => Some(Level::L1d),
                    Some(2) => Some(Level::L2),
                    Some(3) => Some(Level::L3),
                    _ => None,
                };
                if let Some(level) = level.filter(|_| is_of_data) {
                    add(&mut machine.sharing[level as usize], masks(38, 40));
                }
            }
            PACKAGE => add(&mut machine.sharing[Level::Package as usize], masks(30, 32)),
            DIE => add(&mut machine.sharing[Level::Die as usize], masks(30, 32)),
            GROUPS => {
                let active = number(record, 10, 2).unwrap_or(0);
                let mask = |group: usize| {
                    let at = 32 + group * (40 + pointer_bytes) + 40;
                    Some(group_cpus(group, number(record, at, pointer_bytes)?))
                };
                let groups = (0..active).map_while(mask);
                machine.cpus = groups.fold(machine.cpus.clone(), |all, cpus| all.union(&cpus));
            }
            _ => {}
        }
        rest = &rest[length..];
    }
    let cores = &machine.sharing[Level::Core as usize];
    machine.cpus = cores.iter().fold(machine.cpus.clone(), |all, core| all.union(core));
    machine.allowed = machine.cpus.clone();
    for sets in &mut machine.sharing {
        sets.sort_unstable_by_key(CpuSet::first);
    }
    let node = |(id, cpus): (usize, CpuSet)| Node::new(id, cpus.intersection(&machine.cpus));
    machine.nodes = nodes.into_iter().map(node).collect();
    machine.kinds = kinds.into_values().map(|cpus| CoreKind::new(cpus, None)).collect();
    machine
}

/// What the kinds of records are numbered.
const CORE: usize = 0;
const NODE: usize = 1;
const CACHE: usize = 2;
const PACKAGE: usize = 3;
const GROUPS: usize = 4;
const DIE: usize = 5;
const NODE_OF_MANY_GROUPS: usize = 6;

/// Bytes before what a record says.
const HEADER: usize = 8;

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let value = bytes.iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    usize::try_from(value).ok()
}

/// The CPUs of a mask within a group.
pub(crate) fn group_cpus(group: usize, mask: usize) -> CpuSet {
    CpuSet::from_words(group * GROUP_CPUS, [mask as u64].into_iter(), GROUP_CPUS)
}

/// The CPUs of a record's masks, of which there are as many as the record says. Old systems say 0, and mean 1.
fn masks(record: &[u8], count_at: usize, at: usize, pointer_bytes: usize) -> CpuSet {
    let count = number(record, count_at, 2).unwrap_or(0).max(1);
    let mask = |index: usize| {
        let at = at + index * (pointer_bytes + 8);
        let group = number(record, at + pointer_bytes, 2)?;
        Some(group_cpus(group, number(record, at, pointer_bytes)?))
    };
    (0..count).map_while(mask).fold(CpuSet::new(), |all, cpus| all.union(&cpus))
}

/// Adds a set, unless it has CPUs of another one, or none.
fn add(sets: &mut Vec<CpuSet>, cpus: CpuSet) {
    if !cpus.is_empty() && sets.iter().all(|set| set.is_disjoint(&cpus)) {
        sets.push(cpus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Topology;

    /// A record: what is at which byte, with how many bytes; filled with zeros up to the length.
    fn record(kind: u32, length: usize, fields: &[(usize, usize, u64)]) -> Vec<u8> {
        let mut record = vec![0; length];
        let header = [(0, 4, u64::from(kind)), (4, 4, length as u64)];
        for &(at, size, value) in header.iter().chain(fields) {
            record[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
        }
        record
    }

    /// One with a mask of a group; 64-bit.
    fn masked(kind: u32, fields: &[(usize, usize, u64)], group: u64, mask: u64) -> Vec<u8> {
        let at = if kind == CACHE as u32 { 40 } else { 32 };
        let count = (at - 2, 2, 1);
        let all = [fields, &[count, (at, 8, mask), (at + 8, 2, group)]].concat();
        record(kind, at + 16, &all)
    }

    fn lists(sets: &[CpuSet]) -> Vec<String> {
        sets.iter().map(CpuSet::to_string).collect()
    }

    /// Two groups of 48 processors: two nodes, two packages, a third cache for each half of them, two classes of cores.
    fn ninety_six() -> Vec<u8> {
        let half = (1 << 24) - 1;
        let all = half << 24 | half;
        let mut bytes = Vec::new();
        for group in 0..2 {
            for core in 0..24 {
                let class = u64::from(core >= 20);
                bytes.extend(masked(0, &[(9, 1, class)], group, 0b11 << (2 * core)));
            }
            bytes.extend(masked(1, &[(8, 4, group)], group, all));
            bytes.extend(masked(2, &[(8, 1, 3)], group, half));
            bytes.extend(masked(2, &[(8, 1, 3)], group, half << 24));
            // A first cache of instructions is none of data.
            bytes.extend(masked(2, &[(8, 1, 1), (16, 4, 1)], group, 0b11));
            bytes.extend(masked(3, &[], group, all));
        }
        let groups = [(8, 2, 2), (10, 2, 2), (32 + 40, 8, all), (32 + 48 + 40, 8, all)];
        bytes.extend(record(4, 32 + 2 * 48, &groups));
        // A kind that nobody knows yet.
        bytes.extend(record(77, 24, &[]));
        bytes
    }

    #[test]
    fn groups_of_processors_get_numbers_of_their_own() {
        let machine = machine(&ninety_six(), 8);
        assert_eq!(machine.cpus.to_string(), "0-47,64-111");
        assert_eq!(lists(&machine.sharing[Level::Package as usize]), ["0-47", "64-111"]);
        assert_eq!(
            lists(&machine.sharing[Level::L3 as usize]),
            ["0-23", "24-47", "64-87", "88-111"]
        );
        assert!(machine.sharing[Level::L1d as usize].is_empty());
        assert_eq!(machine.sharing[Level::Core as usize].len(), 48);
        assert_eq!(machine.kinds[1].cpus().to_string(), "40-47,104-111");
        let topology = Topology::from_machine(machine);
        let groups: Vec<_> =
            topology.groups().iter().map(|group| group.cpus().to_string()).collect();
        assert_eq!(groups, ["0-47", "64-111"]);
        assert_eq!(topology.order(0), [[1]]);
    }

    /// A node of two groups: several masks in a record.
    #[test]
    fn a_node_may_have_several_groups() {
        let core = |group| masked(0, &[], group, 0xff);
        let fields = [(8, 4, 5), (30, 2, 2), (32, 8, 0xff), (48, 8, 0xff), (56, 2, 1)];
        let bytes = [core(0), core(1), record(6, 64, &fields)].concat();
        let machine = machine(&bytes, 8);
        assert_eq!(machine.nodes, [Node::new(5, "0-7,64-71".parse().unwrap())]);
    }

    /// The masks of a 32-bit process are shorter, and nearer to each other.
    #[test]
    fn pointers_may_have_four_bytes() {
        let fields = [(30, 2, 2), (32, 4, 0b101), (44, 4, 0b1), (48, 2, 1)];
        let machine = machine(&record(0, 56, &fields), 4);
        assert_eq!(machine.cpus.to_string(), "0,2,64");
    }

    /// Whatever is cut off or overwritten, the answer is a machine.
    #[test]
    fn damaged_records_do_no_harm() {
        let whole = ninety_six();
        for length in 0..whole.len() {
            machine(&whole[..length], 8);
        }
        for (at, byte) in (0..whole.len()).flat_map(|at| [0, 0x7f, 0xff].map(|byte| (at, byte))) {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            let machine = machine(&bytes, 8);
            assert!(machine.sharing.iter().flatten().all(|set| !set.is_empty()));
        }
    }
}
