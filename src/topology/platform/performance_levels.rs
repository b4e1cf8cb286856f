//! The machine that the numbers of macOS describe: cores in levels of performance, the fastest at level 0.

use crate::topology::cpu_set::CpuSet;
use crate::topology::kind::CoreKind;
use crate::topology::level::Level;
use crate::topology::machine::Machine;
use crate::topology::node::Node;
use crate::tuning::TOPOLOGY_IDS;

/// The machine of these `sysctl` values; `None` if they do not say how many CPUs it has.
///
/// CPUs have no numbers there that one could use; they get some, slowest first.
pub(crate) fn machine(number: &dyn Fn(&str) -> Option<usize>) -> Option<Machine> {
    let all = number("hw.logicalcpu").filter(|all| (1..=TOPOLOGY_IDS).contains(all))?;
    let cpus = CpuSet::from(0..=all - 1);
    let nodes = vec![Node::new(0, cpus.clone())];
    let mut machine = Machine { allowed: cpus.clone(), cpus, nodes, ..Machine::default() };

    let levels = number("hw.nperflevels").filter(|levels| (1..=all).contains(levels));
    let prefixes: Vec<String> = match levels {
        Some(levels) => (0..levels).rev().map(|level| format!("hw.perflevel{level}")).collect(),
        None => vec!["hw".to_owned()],
    };
    let count = |prefix: &str, name: &str| number(&format!("{prefix}.{name}")).filter(|&n| n > 0);
    let counts: Option<Vec<usize>> =
        prefixes.iter().map(|prefix| count(prefix, "logicalcpu")).collect();
    let Some(counts) = counts.filter(|counts| counts.iter().sum::<usize>() == all) else {
        // Levels that contradict the number of CPUs say nothing.
        return Some(machine);
    };
    let mut first = 0;
    for (prefix, logical) in prefixes.iter().zip(counts) {
        let level = first..first + logical;
        let mut share = |level_of_sharing: Level, size: Option<usize>| {
            if let Some(size) = size {
                let sets = level.clone().step_by(size);
                let set = |at: usize| CpuSet::from(at..=at.saturating_add(size).min(level.end) - 1);
                machine.sharing[level_of_sharing as usize].extend(sets.map(set));
            }
        };
        let threads = count(prefix, "physicalcpu").map(|cores| logical.div_ceil(cores));
        share(Level::Core, threads);
        share(Level::L1d, threads);
        share(Level::L2, count(prefix, "cpusperl2"));
        share(Level::L3, count(prefix, "cpusperl3"));
        if levels.is_some() {
            machine.kinds.push(CoreKind::new(level.clone().collect(), None));
        }
        first = level.end;
    }
    Some(machine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Topology;

    fn of(values: &[(&str, usize)]) -> Option<Machine> {
        machine(&|name| values.iter().find(|value| value.0 == name).map(|value| value.1))
    }

    fn lists(sets: &[CpuSet]) -> Vec<String> {
        sets.iter().map(CpuSet::to_string).collect()
    }

    /// Eight fast cores in two clusters and two efficient ones, numbered slowest first.
    #[test]
    fn levels_of_performance_become_kinds() {
        let machine = of(&[
            ("hw.logicalcpu", 10),
            ("hw.physicalcpu", 10),
            ("hw.nperflevels", 2),
            ("hw.perflevel0.logicalcpu", 8),
            ("hw.perflevel0.physicalcpu", 8),
            ("hw.perflevel0.cpusperl2", 4),
            ("hw.perflevel1.logicalcpu", 2),
            ("hw.perflevel1.physicalcpu", 2),
            ("hw.perflevel1.cpusperl2", 2),
        ]);
        let topology = Topology::from_machine(machine.unwrap());
        let kinds: Vec<CpuSet> = topology.kinds().iter().map(|kind| kind.cpus().clone()).collect();
        assert_eq!(lists(&kinds), ["0-1", "2-9"]);
        assert_eq!(lists(topology.sharing(Level::L2)), ["0-1", "2-5", "6-9"]);
        assert_eq!(topology.sharing(Level::Core).len(), 10);
        assert_eq!(topology.groups().len(), 1);
    }

    #[test]
    fn processors_without_levels_may_have_threads() {
        let machine = of(&[("hw.logicalcpu", 8), ("hw.physicalcpu", 4)]).unwrap();
        assert_eq!(lists(&machine.sharing[Level::Core as usize]), ["0-1", "2-3", "4-5", "6-7"]);
        assert!(machine.kinds.is_empty());
    }

    #[test]
    fn contradictions_leave_the_cpus() {
        let wrong_sum = [
            ("hw.logicalcpu", 4),
            ("hw.nperflevels", 2),
            ("hw.perflevel0.logicalcpu", 4),
            ("hw.perflevel1.logicalcpu", 4),
        ];
        let machine = of(&wrong_sum).unwrap();
        assert_eq!((machine.cpus.len(), machine.kinds.len()), (4, 0));
        assert_eq!(
            of(&[("hw.logicalcpu", 4), ("hw.nperflevels", usize::MAX)]).unwrap().cpus.len(),
            4
        );
        assert_eq!(of(&[("hw.logicalcpu", usize::MAX)]), None);
        assert_eq!(of(&[]), None);
    }
}
