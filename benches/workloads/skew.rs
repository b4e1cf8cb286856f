//! A sum over items, each of which does as much work as its load says.

use super::par;
use crate::loads::Load;
use crate::workloads::{Sample, clocked, work};
use par::prelude::*;

/// One call for each arrangement of the load.
pub(crate) fn sum(load: &Load) -> Sample {
    let call = |units: &Vec<u32>| {
        units.par_iter().map(|&units| work(units, 1)).reduce_with(u64::wrapping_add)
    };
    clocked(|| load.arrangements.iter().map(call).collect::<Vec<_>>())
}
