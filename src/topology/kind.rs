//! [`CoreKind`]: the CPUs of one kind of cores.

use crate::topology::cpu_set::CpuSet;

/// The CPUs of one kind, on a machine whose cores are not all alike: efficient and fast ones.
///
/// # Examples
///
/// ```
/// use moirai::topology::Topology;
///
/// for kind in Topology::detect().kinds() {
///     println!("{}: {:?} of 1024", kind.cpus(), kind.capacity());
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreKind {
    cpus: CpuSet,
    capacity: Option<u32>,
}

impl CoreKind {
    pub(crate) fn new(cpus: CpuSet, capacity: Option<u32>) -> CoreKind {
        CoreKind { cpus, capacity }
    }

    /// Its CPUs.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// assert!(machine.kinds().iter().all(|kind| !kind.cpus().is_empty()));
    /// ```
    pub fn cpus(&self) -> &CpuSet {
        &self.cpus
    }

    /// How much one of its CPUs does, where the fastest of the machine does 1024; `None` if only the order is known.
    ///
    /// # Examples
    ///
    /// ```
    /// let machine = moirai::topology::Topology::detect();
    /// let fastest = machine.kinds().last().and_then(|kind| kind.capacity());
    /// assert!(fastest.is_none_or(|capacity| capacity <= 1024));
    /// ```
    pub fn capacity(&self) -> Option<u32> {
        self.capacity
    }
}
