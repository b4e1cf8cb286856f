//! [`Level`]: what CPUs can share.

use crate::topology::cpu_set::CpuSet;
use std::fmt;

/// What CPUs share that are near each other, from the core to the package.
///
/// # Examples
///
/// ```
/// use moirai::topology::{Level, Topology};
///
/// let machine = Topology::fake("2x8/smt=2/l3=4")?;
/// let threads_of_cores = machine.sharing(Level::Core);
/// assert_eq!((threads_of_cores.len(), threads_of_cores[0].len()), (8, 2));
/// assert_eq!(machine.sharing(Level::L3).len(), 4);
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A core: its CPUs are hardware threads, SMT siblings.
    Core,
    /// The first cache of data.
    L1d,
    /// The second cache.
    L2,
    /// The third cache.
    L3,
    /// A die, where a package has several.
    Die,
    /// A package, the chip in a socket.
    Package,
}

impl Level {
    /// All levels, from the core to the package.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::Level;
    /// assert!(Level::ALL.is_sorted());
    /// ```
    pub const ALL: [Level; 6] =
        [Level::Core, Level::L1d, Level::L2, Level::L3, Level::Die, Level::Package];
}

/// Its name: `core`, `L1d`, ..., `package`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Core => "core",
            Level::L1d => "L1d",
            Level::L2 => "L2",
            Level::L3 => "L3",
            Level::Die => "die",
            Level::Package => "package",
        })
    }
}

/// Of what a system calls dies, those that packages have several of. Kernels that know nothing of dies make each package
/// one, or each CPU.
pub(crate) fn dies(sets: Vec<CpuSet>, packages: &[CpuSet]) -> Vec<CpuSet> {
    sets.into_iter().filter(|die| die.len() > 1 && !packages.contains(die)).collect()
}
