//! Systems that are asked only for the number of CPUs.

use crate::topology::Topology;
use crate::topology::cpu_set::CpuSet;
use crate::topology::platform::counted_cpus;

pub(crate) fn detect() -> Topology {
    Topology::flat(counted_cpus())
}

pub(crate) fn allowed_cpus() -> CpuSet {
    counted_cpus()
}
