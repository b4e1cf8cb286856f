//! Which CPUs are of one kind, and how fast the kinds are.

use crate::topology::cpu_set::CpuSet;
use crate::topology::kind::CoreKind;
use crate::topology::sysfs::CPU;
use crate::topology::sysfs::files::Files;
use crate::tuning::TOPOLOGY_TURBO_PERCENT;
use std::collections::BTreeMap;

/// The kinds of these CPUs, slowest first; CPUs of which nothing is known are in none.
///
/// Two CPUs are of one kind if all that is known of them is the same.
pub(crate) fn kinds(files: &Files, cpus: &CpuSet) -> Vec<CoreKind> {
    let cpus: Vec<usize> = cpus.iter().collect();
    let each = |name: &str| -> Vec<Option<u64>> {
        cpus.iter().map(|cpu| files.number(&format!("{CPU}/cpu{cpu}/{name}"))).collect()
    };
    let types = core_types(files, &cpus);
    let capacity = each("cpu_capacity");
    let base = each("cpufreq/base_frequency");
    let top = each("cpufreq/cpuinfo_max_freq");
    // Firmware knows speeds even where no driver sets frequencies.
    let is_known = [&capacity, &base, &top].into_iter().flatten().any(Option::is_some);
    let nominal = if is_known { vec![None; cpus.len()] } else { each("acpi_cppc/nominal_perf") };

    let built = |index: usize| [types[index], capacity[index], base[index], nominal[index]];
    let top = without_favourites(&top, built);
    let sources = [&capacity, &base, &top, &nominal];
    let speed = sources.into_iter().find(|source| source.iter().any(Option::is_some));
    let fastest = speed.and_then(|speed| speed.iter().max().copied()?).unwrap_or(0).max(1);
    let relative = |index: usize| {
        let relative = u128::from(speed?[index]?) * 1024 / u128::from(fastest);
        u32::try_from(relative).ok()
    };
    // Slowest first, since what is better has higher numbers.
    let mut kinds = BTreeMap::<_, (Vec<usize>, Option<u32>)>::new();
    for (index, &cpu) in cpus.iter().enumerate() {
        let key = (built(index), top[index]);
        if key != ([None; 4], None) {
            kinds.entry(key).or_insert_with(|| (Vec::new(), relative(index))).0.push(cpu);
        }
    }
    let kind =
        |(cpus, capacity): (Vec<usize>, _)| CoreKind::new(cpus.into_iter().collect(), capacity);
    kinds.into_values().map(kind).collect()
}

/// The types by the lists of the processor's counters, which hybrid Intel machines have: slower types have lower numbers.
fn core_types(files: &Files, cpus: &[usize]) -> Vec<Option<u64>> {
    let list = |name: &str| files.list(&format!("sys/devices/{name}/cpus"));
    let Some(fast) = list("cpu_core") else { return vec![None; cpus.len()] };
    let slowest = list("cpu_lowpower").unwrap_or_default();
    let type_of = |&cpu: &usize| match cpu {
        cpu if fast.contains(cpu) => Some(2),
        cpu if slowest.contains(cpu) => Some(0),
        _ => Some(1),
    };
    cpus.iter().map(type_of).collect()
}

/// The highest frequencies, with the lowest one for all CPUs that are built alike and differ from it by little.
///
/// Of such cores the firmware lets the best ones go a little higher.
fn without_favourites<K: Ord>(top: &[Option<u64>], key: impl Fn(usize) -> K) -> Vec<Option<u64>> {
    let mut rising: Vec<usize> = (0..top.len()).collect();
    rising.sort_by_key(|&index| (key(index), top[index]));
    let mut levelled = top.to_vec();
    for pair in rising.windows(2) {
        let [lower, cpu] = [pair[0], pair[1]];
        if let (Some(low), Some(high)) = (levelled[lower], top[cpu]) {
            let (spread, low) = (u128::from(high.abs_diff(low)) * 100, u128::from(low));
            if key(lower) == key(cpu) && spread < low * TOPOLOGY_TURBO_PERCENT {
                levelled[cpu] = levelled[lower];
            }
        }
    }
    levelled
}
