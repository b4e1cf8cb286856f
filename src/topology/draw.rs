//! A topology as text.

use crate::topology::level::Level;
use crate::topology::part::{Part, PartKind};
use crate::topology::{CpuSet, Topology};
use std::fmt;

/// Draws the machine as text: a line with numbers, its parts within each other, the distances, and the groups.
///
/// Parts with the same CPUs share a line. In brackets stand CPUs that may not be used.
impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} CPUs", self.cpus().len())?;
        if self.allowed_cpus() != self.cpus() {
            write!(f, ", {} allowed", self.allowed_cpus().len())?;
        }
        if let Some(quota) = self.quota() {
            write!(f, ", the time of {quota}")?;
        }
        writeln!(f)?;
        self.draw_part(f, &self.parts(), 1)?;
        self.draw_memory_only(f)?;
        self.draw_kinds(f)?;
        self.draw_distances(f)?;
        self.draw_groups(f)
    }
}

impl Topology {
    fn draw_part(&self, f: &mut fmt::Formatter<'_>, part: &Part, depth: usize) -> fmt::Result {
        write!(f, "{:depth$}", "", depth = 2 * depth)?;
        self.draw_name(f, part)?;
        // Parts that are the same CPUs.
        let mut inner = part;
        while let [only] = inner.parts() {
            if only.cpus() != inner.cpus() || is_core(only) {
                break;
            }
            write!(f, ", ")?;
            self.draw_name(f, only)?;
            inner = only;
        }
        let (cores, parts): (Vec<&Part>, Vec<&Part>) =
            inner.parts().iter().partition(|part| is_core(part));
        if parts.is_empty() {
            let in_cores = cores.iter().fold(CpuSet::new(), |all, core| all.union(core.cpus()));
            let alone = inner.cpus().difference(&in_cores);
            let alone = alone.iter().map(|cpu| CpuSet::from(cpu..=cpu));
            let mut all: Vec<CpuSet> =
                cores.iter().map(|core| core.cpus().clone()).chain(alone).collect();
            all.sort_unstable_by_key(CpuSet::first);
            write!(f, ":")?;
            for core in all {
                write!(f, " {}", self.marked(&core))?;
            }
            return writeln!(f);
        }
        writeln!(f, ": {}", inner.cpus())?;
        let elsewhere =
            parts.iter().fold(inner.cpus().clone(), |left, part| left.difference(part.cpus()));
        for part in parts {
            self.draw_part(f, part, depth + 1)?;
        }
        if !elsewhere.is_empty() {
            writeln!(f, "{:depth$}others: {}", "", self.marked(&elsewhere), depth = 2 * depth + 2)?;
        }
        Ok(())
    }

    fn draw_name(&self, f: &mut fmt::Formatter<'_>, part: &Part) -> fmt::Result {
        write!(f, "{}", part.kind())?;
        match part.kind() {
            PartKind::Node(id) => self.draw_memory(f, id),
            _ => Ok(()),
        }
    }

    fn draw_memory(&self, f: &mut fmt::Formatter<'_>, node: usize) -> fmt::Result {
        match self.memory_kib(node) {
            Some(kib) if kib >= 10 << 20 => write!(f, " ({} GiB)", kib >> 20),
            Some(kib) => write!(f, " ({} MiB)", kib >> 10),
            None => Ok(()),
        }
    }

    /// A set of CPUs, in brackets if none of it may be used.
    fn marked(&self, cpus: &CpuSet) -> String {
        if cpus.is_disjoint(self.allowed_cpus()) { format!("[{cpus}]") } else { cpus.to_string() }
    }

    fn draw_memory_only(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for node in self.nodes().iter().filter(|node| node.cpus().is_empty()) {
            write!(f, "  node {}", node.id())?;
            self.draw_memory(f, node.id())?;
            writeln!(f, ": memory only")?;
        }
        Ok(())
    }

    fn draw_kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kinds().len() < 2 {
            return Ok(());
        }
        for kind in self.kinds() {
            write!(f, "cores of one kind: {}", kind.cpus())?;
            match kind.capacity() {
                Some(capacity) => writeln!(f, " ({capacity} of 1024)")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }

    fn draw_distances(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nodes().len() < 2 {
            return Ok(());
        }
        write!(f, "distance")?;
        for to in self.nodes() {
            write!(f, "{:>5}", to.id())?;
        }
        writeln!(f)?;
        for from in self.nodes() {
            write!(f, "{:>8}", from.id())?;
            for to in self.nodes() {
                match self.distance(from.id(), to.id()) {
                    Some(distance) => write!(f, "{distance:>5}")?,
                    None => write!(f, "{:>5}", "-")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn draw_groups(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups().iter().enumerate() {
            let node = group.node().map_or("no node".to_owned(), |node| format!("node {node}"));
            writeln!(f, "group {index} ({node}): {}", group.cpus())?;
        }
        Ok(())
    }
}

/// Whether it is a core, or a second cache that a core has to itself.
fn is_core(part: &Part) -> bool {
    match part.kind() {
        PartKind::Shared(Level::Core) => true,
        PartKind::Shared(Level::L2) => {
            matches!(part.parts(), [only] if only.cpus() == part.cpus() && is_core(only))
        }
        _ => false,
    }
}
