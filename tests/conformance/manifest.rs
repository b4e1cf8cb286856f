//! Section 1, the lines that are about the package. They hold for this crate's manifest only.

const MANIFEST: &str = include_str!("../../Cargo.toml");

fn package_section(name: &str) -> Vec<&'static str> {
    let lines = MANIFEST.lines().map(str::trim);
    let after = lines.skip_while(|line| *line != format!("[{name}]")).skip(1);
    after.take_while(|line| !line.starts_with('[')).collect()
}

/// BLD-1: a dependent that names rayon's one feature resolves, and nothing is on by default.
#[test]
fn bld_1_features() {
    let features = package_section("features");
    let declared = |name: &str| {
        let mut lines = features.iter();
        lines.any(|line| line.split('=').next().map(str::trim) == Some(name))
    };
    assert!(declared("web_spin_lock"));
    let default = features.iter().find(|line| line.starts_with("default"));
    assert!(default.is_none_or(|line| line.replace(' ', "") == "default=[]"));
}

/// BLD-2: the `links` value of rayon-core stays free, so that both can be in one build.
#[test]
fn bld_2_links() {
    let package = package_section("package");
    let links = package.iter().find(|line| line.starts_with("links"));
    assert!(links.is_none_or(|line| !line.contains("rayon")));
}

/// BLD-3, DIF-6: `either` is the public dependency; the oldest compiler is 1.85.
#[test]
fn bld_3_either_and_oldest_compiler() {
    let dependencies = package_section("dependencies");
    let either = dependencies.iter().find(|line| line.starts_with("either"));
    assert!(either.is_some_and(|line| line.contains("\"1")));
    let workspace = package_section("workspace.package");
    assert!(workspace.contains(&"rust-version = \"1.85\""));
}
