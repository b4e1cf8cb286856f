//! The machine on which the benches run.

use std::fs;
use std::path::Path;
use std::process::Command;

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// Names and values.
pub(crate) type Machine = Vec<(&'static str, String)>;

pub(crate) fn describe(root: &Path) -> Machine {
    let wanted = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing().with_frequency())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(wanted);
    let unknown = || "unknown".to_owned();
    let processor = system
        .cpus()
        .first()
        .map_or_else(unknown, |cpu| format!("{}, {} MHz", cpu.brand().trim(), cpu.frequency()));
    let cores = System::physical_core_count().map_or_else(unknown, |cores| cores.to_string());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").output();
    vec![
        ("processor", processor),
        ("architecture", System::cpu_arch()),
        ("cores, usable threads", format!("{cores}, {threads}")),
        ("memory", format!("{:.1} GiB", system.total_memory() as f64 / f64::from(1 << 30))),
        ("system", System::long_os_version().unwrap_or_else(unknown)),
        ("kernel", System::kernel_version().unwrap_or_else(unknown)),
        ("load average before", format!("{:.2}", System::load_average().one)),
        (
            "compiler",
            rustc.map_or_else(
                |_| unknown(),
                |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            ),
        ),
        (
            "versions",
            format!("moirai {}, rayon {}", env!("CARGO_PKG_VERSION"), locked(root, "rayon")),
        ),
    ]
}

/// The version of a crate that cargo has chosen.
fn locked(root: &Path, name: &str) -> String {
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    let behind_name = lock.split(&format!("name = \"{name}\"\nversion = \"")).nth(1);
    behind_name.and_then(|text| text.split('"').next()).unwrap_or("unknown").to_owned()
}
