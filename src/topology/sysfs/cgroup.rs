//! Control groups: which CPUs and nodes they leave, and how much time.
//!
//! A process is in one group of each hierarchy. `/proc/self/cgroup` names its path in each; `/proc/self/mounts` says where
//! the hierarchy's folders are. Version 2 has one hierarchy for all controllers, version 1 one for each set of them, and
//! before that cpusets were a file system of their own. A container may see only the lower part of a path, or a mount
//! whose root is its own group: so folders that are missing are passed over on the way up.

use crate::topology::cpu_set::CpuSet;
use crate::topology::quota::Quota;
use crate::topology::sysfs::files::Files;

/// The CPUs that the cpuset of the process leaves.
pub(crate) fn cpus(files: &Files) -> Option<CpuSet> {
    cpuset(files, "cpus")
}

/// The nodes whose memory the cpuset of the process leaves.
pub(crate) fn nodes(files: &Files) -> Option<CpuSet> {
    cpuset(files, "mems")
}

fn cpuset(files: &Files, what: &str) -> Option<CpuSet> {
    let hierarchy = Hierarchy::find(files, "cpuset")?;
    let name = match hierarchy.version {
        // What is left after all groups above.
        Version::Two => format!("cpuset.{what}.effective"),
        // The kernel demands that it is part of the group above. What is offline is still in it.
        Version::One => format!("cpuset.{what}"),
        Version::Unprefixed => what.to_owned(),
    };
    let mut sets = hierarchy.folders().filter_map(|folder| files.list(&format!("{folder}/{name}")));
    sets.find(|set| !set.is_empty())
}

/// The smallest quota of the process's group and all groups above it.
pub(crate) fn quota(files: &Files) -> Option<Quota> {
    let hierarchy = Hierarchy::find(files, "cpu")?;
    let read = |folder: String| match hierarchy.version {
        Version::Two => {
            let text = files.text(&format!("{folder}/cpu.max"))?;
            let (quota, period) = text.split_once(' ')?;
            Quota::new(quota.parse().ok()?, period.parse().ok()?)
        }
        Version::One | Version::Unprefixed => {
            let quota = files.number(&format!("{folder}/cpu.cfs_quota_us"))?;
            Quota::new(quota, files.number(&format!("{folder}/cpu.cfs_period_us"))?)
        }
    };
    hierarchy.folders().filter_map(read).min()
}

/// How the files of a hierarchy are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    One,
    /// Version 1 without the controller's name before the file's, and the file system of cpusets.
    Unprefixed,
}

/// Where the groups of a controller are.
struct Hierarchy {
    version: Version,
    /// Its root, without a slash at the ends.
    mount: String,
    /// The process's group below it, likewise.
    group: String,
}

impl Hierarchy {
    /// The hierarchy of a controller.
    fn find(files: &Files, controller: &str) -> Option<Hierarchy> {
        let memberships = files.text("proc/self/cgroup").unwrap_or_default();
        // `4:cpu,cpuacct:/path` in version 1, `0::/path` in version 2.
        let path_of = |controller: &str| {
            memberships.lines().find_map(|line| {
                let mut fields = line.splitn(3, ':').skip(1);
                let (names, path) = (fields.next()?, fields.next()?);
                names.split(',').any(|name| name == controller).then_some(path)
            })
        };
        let (old, new) = (path_of(controller), path_of(""));
        // The usual case, without a look at the mounts, of which a host of containers has many.
        if let (None, Some(group)) = (old, new) {
            if files.text(&format!("{USUAL_MOUNT}/cgroup.controllers")).is_some() {
                let mount = USUAL_MOUNT.to_owned();
                return Some(Hierarchy { version: Version::Two, mount, group: inside(group) });
            }
        }
        // Old kernels have only this, for cpusets; then it belongs to whichever hierarchy there is.
        let cpuset = || files.text("proc/self/cpuset").filter(|_| controller == "cpuset");
        let any = if old.is_none() && new.is_none() { cpuset() } else { None };
        let any = any.as_deref();
        let mounts = files
            .text("proc/self/mounts")
            .or_else(|| files.text("proc/mounts"))
            .unwrap_or_default();
        mounts.lines().find_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let (point, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
            let has = |name| options.split(',').any(|option| option == name);
            let mount = inside(&unescaped(point));
            let (version, group) = match kind {
                "cgroup2" => (Version::Two, if old.is_none() { new } else { None }),
                "cgroup" if has(controller) && has("noprefix") => (Version::Unprefixed, old),
                "cgroup" if has(controller) => (Version::One, old),
                "cpuset" if controller == "cpuset" => (Version::Unprefixed, old),
                _ => return None,
            };
            // Which hierarchy an old kernel's path is in, the controllers say.
            let has_any = || {
                version != Version::Two || {
                    let controllers = files.text(&format!("{mount}/cgroup.controllers"));
                    controllers.is_some_and(|names| names.split(' ').any(|name| name == controller))
                }
            };
            let group = inside(group.or_else(|| any.filter(|_| has_any()))?);
            Some(Hierarchy { version, mount, group })
        })
    }

    /// The folder of the process's group, and those of the groups above it, up to the root.
    fn folders(&self) -> impl Iterator<Item = String> + '_ {
        let group = self.group.as_str();
        let ends = group.rmatch_indices('/').map(|(at, _)| at);
        let paths = [group.len()].into_iter().chain(ends).map(move |end| &group[..end]);
        let all = paths.chain((!group.is_empty()).then_some(""));
        all.map(
            |path| {
                if path.is_empty() { self.mount.clone() } else { format!("{}/{path}", self.mount) }
            },
        )
    }
}

const USUAL_MOUNT: &str = "sys/fs/cgroup";

/// A path without slashes at its ends, and without steps up: a group outside of what a container sees has them, and then
/// all that can be seen of it is the root.
fn inside(path: &str) -> String {
    let steps = path.split('/').filter(|step| !step.is_empty() && *step != ".");
    let steps: Vec<&str> = steps.collect();
    if steps.contains(&"..") { String::new() } else { steps.join("/") }
}

/// A mount point with its octal escapes, as for a blank, taken back.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let octal = behind.get(..3).filter(|_| first == b'\\');
        let code =
            octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &behind[3..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
