//! Machines that are made up, from a description such as `4x8/smt=2:socket2x2`.

use crate::topology::cpu_set::CpuSet;
use crate::topology::error::ParseTopologyError;
use crate::topology::level::Level;
use crate::topology::machine::Machine;
use crate::topology::node::Node;
use crate::tuning::TOPOLOGY_IDS;
use std::ops::Range;

const FORM: &str = "NODESxCPUS, then perhaps /smt=THREADS and /l3=CPUS, then perhaps :DISTANCES, as 4x8/smt=2:ring";

/// The machine of a description.
pub(crate) fn machine(description: &str) -> Result<Machine, ParseTopologyError> {
    let fail = |why: String| {
        ParseTopologyError::new(format!("`{description}` describes no machine: {why}"))
    };
    let (shape, distances) = match description.trim().split_once(':') {
        Some((shape, distances)) => (shape, distances),
        None => (description.trim(), "full"),
    };
    let mut words = shape.split('/');
    let size =
        words.next().unwrap_or("").split_once('x').and_then(|(n, c)| Some((count(n)?, count(c)?)));
    let (nodes, cpus) = size.ok_or_else(|| fail(format!("what is expected is {FORM}")))?;
    let all = nodes.checked_mul(cpus).filter(|&all| all <= TOPOLOGY_IDS);
    let all = all.ok_or_else(|| fail(format!("there can be {TOPOLOGY_IDS} CPUs in all")))?;

    let (mut threads, mut third) = (1, cpus);
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let value = count(value).filter(|&value| cpus % value == 0);
        match (name, value) {
            ("smt", Some(value)) => threads = value,
            ("l3", Some(value)) => third = value,
            ("smt" | "l3", None) => {
                return Err(fail(format!(
                    "`{name}=` wants a divisor of the {cpus} CPUs of a node"
                )));
            }
            _ => return Err(fail(format!("`{word}` is unknown; what is expected is {FORM}"))),
        }
    }
    if third % threads != 0 {
        return Err(fail(format!("a core of {threads} CPUs lies in two caches of {third}")));
    }
    let (distances, nodes_of_package) = matrix(distances, nodes).map_err(fail)?;
    let sets = |size: usize| -> Vec<CpuSet> {
        (0..all).step_by(size).map(|at| CpuSet::from(at..=at + size - 1)).collect()
    };
    let mut sharing: [Vec<CpuSet>; Level::ALL.len()] = Default::default();
    sharing[Level::Core as usize] = sets(threads);
    sharing[Level::L1d as usize] = sets(threads);
    sharing[Level::L2 as usize] = sets(threads);
    sharing[Level::L3 as usize] = sets(third);
    sharing[Level::Package as usize] = sets(cpus * nodes_of_package);
    let nodes = sets(cpus).into_iter().enumerate().map(|(id, cpus)| Node::new(id, cpus)).collect();
    let cpus = CpuSet::from(0..=all - 1);
    let allowed = cpus.clone();
    Ok(Machine { cpus, allowed, nodes, sharing, distances, ..Machine::default() })
}

/// A number above 0.
fn count(text: &str) -> Option<usize> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().filter(|&count| count > 0)
}

/// The rows of a matrix, and how many nodes a package has.
fn matrix(text: &str, nodes: usize) -> Result<(Vec<Vec<u32>>, usize), String> {
    let rows = |distance: &dyn Fn(usize, usize) -> usize| -> Vec<Vec<u32>> {
        let one = |from: usize, to: usize| {
            if from == to { 10 } else { distance(from, to).min(254) as u32 }
        };
        let all: Range<usize> = 0..nodes;
        all.clone().map(|from| all.clone().map(|to| one(from, to)).collect()).collect()
    };
    let hops = |from: usize, to: usize| from.abs_diff(to);
    if let Some(packages) = text.strip_prefix("socket") {
        let shape = packages.split_once('x').and_then(|(s, k)| Some((count(s)?, count(k)?)));
        let (sockets, each) = shape.ok_or_else(|| format!("`{text}` should be as `socket2x2`"))?;
        if sockets.checked_mul(each) != Some(nodes) {
            return Err(format!("`{text}` does not have {nodes} nodes"));
        }
        let distance = |from: usize, to: usize| if from / each == to / each { 12 } else { 32 };
        return Ok((rows(&distance), each));
    }
    let rows = match (text, count(text)) {
        ("full", _) => rows(&|_, _| 20),
        ("line", _) => rows(&|from, to| 10 + 10 * hops(from, to)),
        ("ring", _) => rows(&|from, to| 10 + 10 * hops(from, to).min(nodes - hops(from, to))),
        (_, Some(far)) => rows(&|_, _| far),
        _ => given(text, nodes)?,
    };
    Ok((rows, 1))
}

/// A matrix that is written out.
fn given(text: &str, nodes: usize) -> Result<Vec<Vec<u32>>, String> {
    let number = |text: &str| count(text).and_then(|number| u32::try_from(number).ok());
    let row =
        |row: &str| row.split(',').map(|text| number(text.trim())).collect::<Option<Vec<u32>>>();
    let rows: Option<Vec<Vec<u32>>> = text.split(';').map(row).collect();
    let rows = rows.ok_or_else(|| {
        format!(
            "`{text}` are no distances: `full`, `ring`, `line`, `socketSxK`, a number, or rows as `10,21;21,10`"
        )
    })?;
    if rows.len() != nodes || rows.iter().any(|row| row.len() != nodes) {
        return Err(format!("`{text}` has not {nodes} rows of {nodes} distances"));
    }
    Ok(rows)
}
