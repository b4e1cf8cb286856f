//! How much processor time the process gets: a control group of its own, where the system lets one be made.

use std::fs;
use std::path::PathBuf;

/// The time of which a quota is a part, in us.
const PERIOD_US: u64 = 100_000;

/// A control group with this process in it, which leaves it when this is dropped.
#[derive(Debug)]
pub(crate) struct Quota {
    parent: PathBuf,
    folder: PathBuf,
    /// The file of the second version of control groups.
    is_new: bool,
}

impl Quota {
    /// `None` where there are no control groups, or the process may not make one.
    pub(crate) fn enter() -> Option<Quota> {
        let process = std::process::id().to_string();
        let places = [("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us"), ("/sys/fs/cgroup", "cpu.max")];
        places.into_iter().find_map(|(parent, file)| {
            let parent = PathBuf::from(parent);
            let folder = parent.join(format!("moirai-soak-{process}"));
            fs::create_dir(&folder).ok()?;
            let quota = Quota { parent, is_new: file == "cpu.max", folder };
            let has_entered = quota.folder.join(file).exists()
                && fs::write(quota.folder.join("cgroup.procs"), &process).is_ok();
            has_entered.then_some(quota)
        })
    }

    /// So many percent of one processor's time, or all there is.
    pub(crate) fn set(&self, percent: Option<u64>) {
        let part_us = percent.map(|percent| percent * PERIOD_US / 100);
        let (file, text) = match (self.is_new, part_us) {
            (true, Some(part_us)) => ("cpu.max", format!("{part_us} {PERIOD_US}")),
            (true, None) => ("cpu.max", format!("max {PERIOD_US}")),
            (false, Some(part_us)) => ("cpu.cfs_quota_us", part_us.to_string()),
            (false, None) => ("cpu.cfs_quota_us", "-1".to_owned()),
        };
        // A system that refuses it has other plans.
        let _ = fs::write(self.folder.join(file), text);
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::write(self.parent.join("cgroup.procs"), std::process::id().to_string());
        let _ = fs::remove_dir(&self.folder);
    }
}
