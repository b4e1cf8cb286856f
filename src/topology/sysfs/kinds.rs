//! Which CPUs are of one kind, and how fast the kinds are.

use crate::topology::cpu_set::CpuSet;
use crate::topology::kind::CoreKind;
use crate::topology::sysfs::CPU;
use crate::topology::sysfs::files::Files;
use crate::tuning::TOPOLOGY_TURBO_PERCENT;
use std::collections::BTreeMap;

/// The kinds of these CPUs, slowest first; none if nothing tells them apart or says that they are alike.
///
/// The threads of a core are of one kind, so one of them is asked. What is not known of every core is not used. Two cores
/// are of one kind if all that is known of them is the same.
pub(crate) fn kinds(files: &Files, cpus: &CpuSet, cores: &[CpuSet]) -> Vec<CoreKind> {
    let in_cores = cores.iter().fold(CpuSet::new(), |all, core| all.union(core));
    let alone = cpus.difference(&in_cores);
    let alone = alone.iter().map(|cpu| CpuSet::from(cpu..=cpu));
    let cores = cores.iter().map(|core| core.intersection(cpus)).chain(alone);
    let cores: Vec<CpuSet> = cores.filter(|core| !core.is_empty()).collect();

    let types = core_types(files, &cores);
    let capacity = of_each(files, &cores, "cpu_capacity");
    let base = of_each(files, &cores, "cpufreq/base_frequency");
    let top = of_each(files, &cores, "cpufreq/cpuinfo_max_freq");
    // Firmware knows speeds even where no driver sets frequencies.
    let is_known = [&capacity, &base, &top].into_iter().any(Option::is_some);
    let nominal = if is_known { None } else { of_each(files, &cores, "acpi_cppc/nominal_perf") };

    let built = |index: usize| {
        [&types, &capacity, &base, &nominal]
            .map(|of| of.as_ref().map_or(0, |values: &Vec<u64>| values[index]))
    };
    let top = top.map(|top| without_favourites(&top, built));
    let speed = [&capacity, &base, &top, &nominal].into_iter().flatten().next();
    if types.is_none() && speed.is_none() {
        return Vec::new();
    }
    let key = |index: usize| (built(index), top.as_ref().map_or(0, |top| top[index]));
    let fastest = speed.and_then(|speed| speed.iter().max()).map_or(1, |&fastest| fastest.max(1));
    let capacity = |index: usize| {
        let relative = u128::from(speed?[index]) * 1024 / u128::from(fastest);
        u32::try_from(relative).ok()
    };
    by_key(&cores, key, capacity)
}

/// The cores by their key, lowest first.
fn by_key<K: Ord>(
    cores: &[CpuSet],
    key: impl Fn(usize) -> K,
    capacity: impl Fn(usize) -> Option<u32>,
) -> Vec<CoreKind> {
    let mut kinds = BTreeMap::<K, (Vec<&CpuSet>, Option<u32>)>::new();
    for (index, core) in cores.iter().enumerate() {
        kinds.entry(key(index)).or_insert_with(|| (Vec::new(), capacity(index))).0.push(core);
    }
    let kind = |(cores, capacity): (Vec<&CpuSet>, Option<u32>)| {
        CoreKind::new(cores.into_iter().flat_map(CpuSet::iter).collect(), capacity)
    };
    kinds.into_values().map(kind).collect()
}

/// A number from each core's folder, if all have it.
fn of_each(files: &Files, cores: &[CpuSet], name: &str) -> Option<Vec<u64>> {
    let number = |core: &CpuSet| files.number(&format!("{CPU}/cpu{}/{name}", core.first()?));
    cores.iter().map(number).collect()
}

/// The types by the lists of the processor's counters, which hybrid Intel machines have: slower types have lower numbers.
fn core_types(files: &Files, cores: &[CpuSet]) -> Option<Vec<u64>> {
    let list = |name: &str| files.list(&format!("sys/devices/{name}/cpus"));
    let fast = list("cpu_core")?;
    let slowest = list("cpu_lowpower").unwrap_or_default();
    let type_of = |core: &CpuSet| match core.first() {
        Some(cpu) if fast.contains(cpu) => 2,
        Some(cpu) if slowest.contains(cpu) => 0,
        _ => 1,
    };
    Some(cores.iter().map(type_of).collect())
}

/// The highest frequencies, with the lowest one for all cores of a kind that differ from it by little.
///
/// Of cores that are built alike the firmware lets the best ones go a little higher.
fn without_favourites<K: Ord>(top: &[u64], key: impl Fn(usize) -> K) -> Vec<u64> {
    let mut rising: Vec<usize> = (0..top.len()).collect();
    rising.sort_by_key(|&index| (key(index), top[index]));
    let mut levelled = top.to_vec();
    for pair in 1..rising.len() {
        let (lower, core) = (rising[pair - 1], rising[pair]);
        let (low, high) = (u128::from(levelled[lower]), u128::from(top[core]));
        if key(lower) == key(core) && (high - low) * 100 < low * TOPOLOGY_TURBO_PERCENT {
            levelled[core] = levelled[lower];
        }
    }
    levelled
}
