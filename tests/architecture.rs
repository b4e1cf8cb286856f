//! What the layout promises, checked on the source tree: imports point down, outside crates have one owner each, every
//! atomic ordering is explained, links in the documents lead somewhere, ids that are quoted are listed, ids that are
//! listed have a test, and nothing we depend on depends on rayon.
//!
//! Each check is a function over text that returns its findings, so that a planted fault can show that it finds any.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom: the modules of each, and what they may import beside themselves.
const LAYERS: &[Layer] = &[
    Layer { modules: &["sync", "tuning", "util"], below: &["sync", "tuning", "util"] },
    Layer { modules: &["topology"], below: &[BASE] },
    Layer { modules: &["frames"], below: &[BASE] },
    Layer { modules: &["steal"], below: &[BASE, "topology"] },
    Layer { modules: &["pool"], below: &[BASE, "topology", "steal", "frames", "trace"] },
    Layer {
        // One layer: a call uses the pool of its thread or the global one, which a builder makes, and a pool's handle
        // offers all calls.
        modules: &[
            "global",
            "join",
            "scope",
            "spawn",
            "broadcast",
            "yielding",
            "configuration",
            "metrics",
            "thread_pool",
            "explain",
        ],
        // Joins and scopes tell `explain` what they do, which looks at pools; `metrics` says what items cost, as `batch` estimates it.
        below: &[BASE, "topology", "steal", "trace", "pool", "batch", CALLS],
    },
    Layer { modules: &["batch"], below: &[BASE, "topology"] },
    // A channel blocks through the pool's one wait, and nothing else of the pool; adaptive batches are sized by `batch`.
    Layer { modules: &["channel"], below: &[BASE, "pool::event", "batch"] },
    // Below the pool, which says there what it does; it knows distances.
    Layer { modules: &["trace"], below: &[BASE, "steal"] },
    Layer {
        modules: &["iter"],
        below: &[BASE, "topology", "steal", "trace", "pool", CALLS, "batch", "channel"],
    },
    Layer { modules: &["bounds", "pieces"], below: &[BASE, CALLS, "iter"] },
    Layer {
        modules: &["slice", "str", "range", "option"],
        below: &[BASE, CALLS, "iter", "bounds", "pieces"],
    },
    Layer { modules: &["buffer"], below: &[BASE, "topology", CALLS, "iter"] },
    Layer { modules: &["sort"], below: &[BASE, CALLS, "iter", "slice"] },
    Layer { modules: &["vec"], below: &[BASE, CALLS, "iter", "bounds", "pieces", "slice"] },
    Layer {
        modules: &[
            "string",
            "range_inclusive",
            "result",
            "array",
            "collections",
            "cow",
            "os_string",
            "unit",
        ],
        below: &[BASE, CALLS, "iter", "bounds", "pieces", "slice", "str", "range", "option", "vec"],
    },
    Layer { modules: &["progress"], below: &[BASE, "iter"] },
    // Streams make batches by the pool's jobs and waits, and know the sources that can be taken apart.
    Layer {
        modules: &["stream"],
        below: &[
            BASE,
            "pool",
            CALLS,
            "batch",
            "iter",
            "slice",
            "range",
            "vec",
            "range_inclusive",
            "array",
        ],
    },
];

/// Stands for the modules of the lowest layer.
const BASE: &str = "(base)";
/// Stands for the modules of the public calls.
const CALLS: &str = "(calls)";

/// Modules at the top, which may import everything.
const TOP: &[&str] = &["lib", "prelude", "compile_fail"];

struct Layer {
    modules: &'static [&'static str],
    below: &'static [&'static str],
}

/// The folders and files in which an outside crate may be named.
const OWNERS: &[(&str, &[&str])] = &[
    ("crossbeam_deque", &["src/steal/"]),
    ("crossbeam_utils", &["src/util/", "src/sync.rs"]),
    ("core_affinity", &["src/topology/"]),
    (
        "libc",
        &[
            "src/topology/",
            "src/util/usage",
            "src/util/forks",
            "src/pool/park",
            "src/pool/placing",
            "src/pool/stack",
            "src/channel/mapped",
        ],
    ),
    ("windows_sys", &["src/topology/", "src/pool/park", "src/pool/stack"]),
    ("either", &["src/iter/"]),
    ("tracing", &["src/trace/context.rs"]),
    ("serde", &["src/metrics/serialize"]),
    (
        "loom",
        &[
            "src/sync.rs",
            "src/util/short_lock",
            "src/pool/",
            "src/steal/",
            "src/channel/",
            "src/stream/",
        ],
    ),
    ("rayon", &[]),
    ("rayon_core", &[]),
];

/// How far above an ordering its explanation may begin.
const ORDERING_REACH: usize = 12;

/// How long a document may be.
const DOCUMENT_LINES: usize = 250;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with this extension, as path from the root and content.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut pending = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The documents at the root, in `docs/` and beside the sources.
fn documents() -> Vec<(String, String)> {
    let mut documents: Vec<_> =
        ["docs", "src"].into_iter().flat_map(|folder| files(folder, "md")).collect();
    for name in ["README.md", "CHANGELOG.md"] {
        documents.push((name.to_owned(), fs::read_to_string(root().join(name)).unwrap()));
    }
    documents
}

fn assert_none(findings: Vec<String>) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// The text with comments, strings and test modules blanked out, line by line as before.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = literal_or_comment(rest, code.chars().next_back());
        let (blank, length) = if length == 0 { (false, first.len_utf8()) } else { (true, length) };
        let (taken, behind) = rest.split_at(length);
        code.extend(taken.chars().map(|c| if blank && c != '\n' { ' ' } else { c }));
        rest = behind;
    }
    without_tests(&code)
}

/// The length of the comment, string or character with which `text` begins; 0 if with none of them.
fn literal_or_comment(text: &str, before: Option<char>) -> usize {
    let until = |end: &str, from: usize| {
        text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return until("*/", 2);
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let raw = text.trim_start_matches(['b', 'c']);
    if let (false, Some(raw)) = (in_word, raw.strip_prefix('r')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let opening = text.len() - raw.len() + hashes + 1;
            return until(&format!("\"{}", "#".repeat(hashes)), opening);
        }
    }
    let quoted = |quote: char| {
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return at + 1,
                _ => {}
            }
        }
        text.len()
    };
    match text.chars().next() {
        Some('"') => quoted('"'),
        // A character, not a lifetime: 'x' or '\..'.
        Some('\'') if text[1..].starts_with('\\') || text.chars().nth(2) == Some('\'') => {
            quoted('\'')
        }
        _ => 0,
    }
}

/// Cuts off what follows a test-only module's attribute: such modules stand at the foot of a file.
fn without_tests(code: &str) -> String {
    let mut lines = code.lines().enumerate().skip_while(|(_, line)| !is_test_module(line, code));
    let end = lines.next().map_or(usize::MAX, |(index, _)| index);
    let kept: Vec<&str> =
        code.lines().enumerate().map(|(index, line)| if index < end { line } else { "" }).collect();
    kept.join("\n")
}

/// Whether the line is the `#[cfg(test)]` of a module (and not of a single function).
fn is_test_module(line: &str, code: &str) -> bool {
    let is_attribute = ["#[cfg(test)]", "#[cfg(all(test", "#[cfg(all(loom, test"]
        .iter()
        .any(|start| line.starts_with(start));
    if !is_attribute {
        return false;
    }
    let behind = line.as_ptr() as usize - code.as_ptr() as usize + line.len();
    let item = code[behind..]
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("#["));
    item.is_some_and(|item| item.starts_with("mod ") || item.starts_with("pub(crate) mod "))
}

/// Files that consist of tests.
fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains("loom")
}

/// The module path of a source file: `src/pool/latch/core.rs` is `pool`, `latch`, `core`.
fn module_path(path: &str) -> Vec<&str> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.trim_end_matches("/mod").split('/').collect()
}

/// The identifiers that are words of their own in a line of code, with what follows them.
fn words(line: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let start = at + line[at..].find(is_word)?;
        let end = line[start..].find(|c| !is_word(c)).map_or(line.len(), |length| start + length);
        at = end;
        Some((&line[..start], &line[start..end], &line[end..]))
    })
}

/// The paths below the crate's root that a file names, in at most two segments: `pool::latch`, `join`.
fn imports(path: &str, code: &str) -> BTreeSet<String> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut imports = BTreeSet::new();
    for (at, start) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        if code[..at].ends_with(is_path) || code[..at].ends_with("pub(in ") {
            continue;
        }
        let behind = code[at..].trim_start_matches("super::");
        let ups = (code.len() - at - behind.len()) / "super::".len();
        if start == "crate::" {
            imports.extend(leaves(&code[at + start.len()..]));
        } else if ups == module_path(path).len() + inline_modules(&code[..at]) {
            imports.extend(leaves(behind));
        }
    }
    imports
}

/// How many inline modules are open at the end of some code.
fn inline_modules(code: &str) -> usize {
    let mut open = Vec::new();
    for (at, c) in code.char_indices() {
        match c {
            '{' => open.push(code[..at].split_whitespace().rev().nth(1) == Some("mod")),
            '}' => _ = open.pop(),
            _ => {}
        }
    }
    open.into_iter().filter(|&is_module| is_module).count()
}

/// The first two segments of each path in what follows `crate::`, be it a path or a group in braces.
fn leaves(text: &str) -> Vec<String> {
    let text = text.trim_start();
    let Some(group) = text.strip_prefix('{') else {
        let mut segments = text.split("::").map(|segment| {
            let end =
                segment.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(segment.len());
            (&segment[..end], end == segment.len())
        });
        let Some((first, goes_on)) = segments.next().filter(|(first, _)| !first.is_empty()) else {
            return Vec::new();
        };
        // A macro is not an import of a module.
        if text[first.len()..].starts_with('!') {
            return Vec::new();
        }
        let second = segments
            .next()
            .map(|(second, _)| second)
            .filter(|second| goes_on && !second.is_empty());
        return vec![second.map_or(first.to_owned(), |second| format!("{first}::{second}"))];
    };
    let mut depth = 0;
    let mut start = 0;
    let mut found = Vec::new();
    for (at, c) in group.char_indices() {
        let ends = (c == ',' || c == '}') && depth == 0;
        if ends {
            found.extend(leaves(&group[start..at]));
            start = at + 1;
        }
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// What `src/lib.rs` re-exports, with the module that each name comes from.
fn reexports(lib: &str) -> BTreeMap<String, String> {
    let code = code(lib);
    let mut reexports = BTreeMap::new();
    for (at, start) in code.match_indices("use ") {
        let statement =
            code[at + start.len()..].split(';').next().unwrap_or("").trim_start_matches("crate::");
        let mut names = words(statement).map(|(_, name, _)| name);
        if let Some(module) = names.next() {
            reexports.extend(names.map(|name| (name.to_owned(), module.to_owned())));
        }
    }
    reexports
}

fn layer_findings(path: &str, text: &str, reexports: &BTreeMap<String, String>) -> Vec<String> {
    let module = module_path(path)[0];
    if TOP.contains(&module) {
        return Vec::new();
    }
    let Some(layer) = LAYERS.iter().find(|layer| layer.modules.contains(&module)) else {
        return vec![format!(
            "{path}: the module `{module}` is in no layer; add it to LAYERS in tests/architecture.rs"
        )];
    };
    let is_module = |name: &str| LAYERS.iter().any(|layer| layer.modules.contains(&name));
    let may = |import: &str| {
        let named = import.split("::").next().unwrap_or(import);
        // `crate::join_context` comes from `join`.
        let first = if is_module(named) {
            named
        } else {
            reexports.get(named).map_or(named, String::as_str)
        };
        let base = || LAYERS[0].modules.contains(&first);
        let calls = || LAYERS[5].modules.contains(&first);
        let allows = |below: &&str| match *below {
            BASE => base(),
            CALLS => calls(),
            below => below == first || import.starts_with(below),
        };
        first == module || layer.below.iter().any(allows)
    };
    let code = code(text);
    let forbidden = imports(path, &code).into_iter().filter(|import| !may(import));
    forbidden
        .map(|import| format!("{path}: imports `crate::{import}`, which its layer may not"))
        .collect()
}

fn owner_findings(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in code(text).lines().enumerate() {
        for (before, word, behind) in words(line) {
            let is_path = behind.starts_with("::")
                || (before.trim_end().ends_with("use") && behind.starts_with(';'));
            let is_outer = before
                .strip_suffix("::")
                .is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            let owner = OWNERS.iter().find(|(name, _)| *name == word && is_path && is_outer);
            if let Some((name, owners)) = owner {
                if !owners.iter().any(|owner| path.starts_with(owner)) {
                    findings.push(format!(
                        "{path}:{}: names `{name}`, which only {owners:?} may",
                        number + 1
                    ));
                }
            }
        }
    }
    findings
}

fn ordering_findings(path: &str, text: &str) -> Vec<String> {
    let explained: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("ORDERING:"))
        .map(|(index, _)| index)
        .collect();
    let mut findings = Vec::new();
    let mut in_use = false;
    for (index, line) in code(text).lines().enumerate() {
        let item = line.trim_start();
        in_use |=
            ["use ", "pub use ", "pub(crate) use "].iter().any(|start| item.starts_with(start));
        let names_one = words(line).any(|(_, word, _)| {
            ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"].contains(&word)
        });
        if names_one
            && !in_use
            && !explained.iter().any(|&at| at <= index && index - at <= ORDERING_REACH)
        {
            findings.push(format!(
                "{path}:{}: an ordering without `ORDERING:` beside or above it",
                index + 1
            ));
        }
        in_use &= !line.contains(';');
    }
    findings
}

/// The targets of the links in a document, but for those in code.
fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
            continue;
        }
        // Every second part of a line, cut at its backticks, is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
        if !in_block {
            for (at, _) in prose.match_indices("](") {
                let target = &prose[at + 2..];
                links.extend(target.split_once(')').map(|(target, _)| target.to_owned()));
            }
        }
    }
    links
}

/// The anchors of a document's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|&c| c.is_alphanumeric() || " -_".contains(c));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

fn link_findings(path: &str, text: &str) -> Vec<String> {
    let folder = root().join(path).parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let mut findings = Vec::new();
    for link in links(text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let target = if file.is_empty() { root().join(path) } else { folder.join(file) };
        if !target.exists() {
            findings.push(format!("{path}: the link `{link}` leads nowhere"));
        } else if !anchor.is_empty()
            && !anchors(&fs::read_to_string(target).unwrap_or_default()).contains(anchor)
        {
            findings.push(format!("{path}: the link `{link}` leads to no heading"));
        }
    }
    findings
}

/// The packages that a manifest needs to run (not only to be tested).
fn run_time_dependencies(manifest: &str) -> BTreeSet<String> {
    let mut dependencies = BTreeSet::new();
    let mut counts = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            counts = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
            assert!(
                !section.contains("dependencies."),
                "write dependencies in one line each: [{section}]"
            );
        } else if let (true, Some((name, value))) = (counts, line.split_once('=')) {
            let renamed =
                value.split("package = \"").nth(1).and_then(|name| name.split('"').next());
            dependencies.insert(renamed.unwrap_or(name).trim().to_owned());
        }
    }
    dependencies
}

/// What each package of a lock file depends on. For packages from a registry these are never dev-dependencies.
fn locked(lock: &str) -> BTreeMap<String, Vec<String>> {
    let mut packages = BTreeMap::<String, Vec<String>>::new();
    for package in lock.split("[[package]]").skip(1) {
        let name = package
            .split("name = \"")
            .nth(1)
            .and_then(|name| name.split('"').next())
            .expect("a package's name");
        let list = package
            .split("dependencies = [")
            .nth(1)
            .and_then(|list| list.split(']').next())
            .unwrap_or("");
        // "name", or "name version" where there are several.
        let needs = list
            .split('"')
            .skip(1)
            .step_by(2)
            .filter_map(|need| need.split(' ').next())
            .map(str::to_owned);
        packages.entry(name.to_owned()).or_default().extend(needs);
    }
    packages
}

/// The way from a run-time dependency to rayon, if there is one.
fn way_to_rayon(manifest: &str, lock: &str) -> Option<Vec<String>> {
    let packages = locked(lock);
    let mut seen = BTreeSet::new();
    let mut ways: Vec<Vec<String>> =
        run_time_dependencies(manifest).into_iter().map(|name| vec![name]).collect();
    while let Some(way) = ways.pop() {
        let last = way.last().expect("a way has an end");
        if last.starts_with("rayon") {
            return Some(way);
        }
        if seen.insert(last.clone()) {
            let needs =
                packages.get(last).unwrap_or_else(|| panic!("{last} is not in Cargo.lock")).iter();
            let ways_on: Vec<_> =
                needs.map(|need| way.iter().chain([need]).cloned().collect()).collect();
            ways.extend(ways_on);
        }
    }
    None
}

/// The facts of the contract and the differences that the documents list: `JOIN-3` in `- JOIN-3 What it is`.
fn listed_ids(documents: &[(String, String)]) -> BTreeSet<&str> {
    documents
        .iter()
        .filter(|(path, _)| ["docs/contract.md", "docs/compatibility.md"].contains(&path.as_str()))
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.strip_prefix("- ")?.split(' ').next())
        .filter(|id| id.contains('-'))
        .collect()
}

/// The doc comments of the test functions in a source.
fn test_comments(source: &str) -> String {
    let mut comments = String::new();
    let (mut comment, mut is_test) = (String::new(), false);
    for line in source.lines().map(str::trim) {
        if line.starts_with("///") {
            comment += line;
        } else if line.starts_with("#[") {
            is_test |= line == "#[test]";
        } else {
            if is_test {
                comments += &comment;
            }
            (comment, is_test) = (String::new(), false);
        }
    }
    comments
}

/// The listed ids that no test names.
fn untested(listed: &BTreeSet<&str>, comments: &str) -> Vec<String> {
    let is_named = |id: &str| {
        let mut places = comments.match_indices(id).map(|(at, _)| &comments[at + id.len()..]);
        places.any(|behind| !behind.starts_with(|c: char| c.is_ascii_digit()))
    };
    let untested = listed.iter().filter(|id| !is_named(id));
    untested.map(|id| format!("{id}: no test names it")).collect()
}

/// What looks like one of the listed ids, by its letters, but is none of them.
fn id_findings(path: &str, text: &str, listed: &BTreeSet<&str>) -> Vec<String> {
    let kinds: BTreeSet<&str> =
        listed.iter().filter_map(|id| Some(id.split_once('-')?.0)).collect();
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (_, word, behind) in words(line).filter(|(_, word, _)| kinds.contains(word)) {
            let behind = behind.strip_prefix('-').unwrap_or("");
            let digits =
                behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let id = format!("{word}-{}", &behind[..digits]);
            if digits > 0 && !listed.contains(id.as_str()) {
                findings.push(format!("{path}:{}: {id} is not listed", number + 1));
            }
        }
    }
    findings
}

/// The first arguments of calls of these functions, where they are literals.
fn named_in<'t>(text: &'t str, functions: &[&str]) -> BTreeSet<&'t str> {
    let calls = functions.iter().flat_map(|function| {
        text.match_indices(&format!("{function}("))
            .map(|(at, call)| &text[at + call.len()..])
            .collect::<Vec<_>>()
    });
    calls
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        .map(|(name, _)| name)
        .collect()
}

/// Mutants that no model is tried with.
fn untried(source: &str) -> Vec<String> {
    let tried = named_in(source, &["bites"]);
    let mutants = named_in(source, &["weaken", "dropped", "light_fence"]);
    mutants.difference(&tried).map(|mutant| format!("no model is tried with {mutant}")).collect()
}

#[test]
fn every_mutant_is_tried() {
    let source: String = files("src", "rs").into_iter().map(|(_, text)| text).collect();
    assert!(named_in(&source, &["weaken"]).contains("latch::set"));
    assert_none(untried(&source));
}

#[test]
fn imports_point_down() {
    let reexports = reexports(&fs::read_to_string(root().join("src/lib.rs")).unwrap());
    let sources = files("src", "rs").into_iter().filter(|(path, _)| !is_test_file(path));
    assert_none(
        sources.flat_map(|(path, text)| layer_findings(&path, &text, &reexports)).collect(),
    );
}

#[test]
fn outside_crates_are_named_by_their_owners_only() {
    let sources = files("src", "rs").into_iter().filter(|(path, _)| !is_test_file(path));
    assert_none(sources.flat_map(|(path, text)| owner_findings(&path, &text)).collect());
}

#[test]
fn every_ordering_is_explained() {
    let sources = files("src", "rs").into_iter().filter(|(path, _)| !is_test_file(path));
    assert_none(sources.flat_map(|(path, text)| ordering_findings(&path, &text)).collect());
}

#[test]
fn links_in_documents_lead_somewhere() {
    assert_none(documents().iter().flat_map(|(path, text)| link_findings(path, text)).collect());
}

#[test]
fn documents_are_short() {
    let long = documents().into_iter().filter(|(path, text)| {
        !["CHANGELOG.md", "docs/compile_fail.md"].contains(&path.as_str())
            && text.lines().count() > DOCUMENT_LINES
    });
    assert_none(
        long.map(|(path, _)| format!("{path}: more than {DOCUMENT_LINES} lines")).collect(),
    );
}

#[test]
fn ids_that_are_quoted_are_listed() {
    let documents = documents();
    let listed = listed_ids(&documents);
    assert!(listed.contains("JOIN-1") && listed.contains("DIF-1"), "{listed:?}");
    let code = ["src", "tests"].into_iter().flat_map(|folder| files(folder, "rs"));
    // This file plants a fault.
    let quoting = code.chain(documents.clone()).filter(|(path, _)| path != "tests/architecture.rs");
    assert_none(quoting.flat_map(|(path, text)| id_findings(&path, &text, &listed)).collect());
}

#[test]
fn ids_that_are_listed_have_a_test() {
    let documents = documents();
    let tests = files("tests", "rs").into_iter().map(|(_, text)| test_comments(&text));
    // Programs that must be rejected are doc tests.
    let rejected = files("docs/compile_fail", "md").into_iter().map(|(_, text)| text);
    assert_none(untested(&listed_ids(&documents), &tests.chain(rejected).collect::<String>()));
}

#[test]
fn no_run_time_dependency_depends_on_rayon() {
    let read = |name: &str| {
        fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let way = way_to_rayon(&read("Cargo.toml"), &read("Cargo.lock"));
    assert!(
        way.is_none(),
        "under [patch.crates-io] this is a cycle: moirai -> {}",
        way.unwrap().join(" -> ")
    );
}

#[test]
fn planted_faults_are_found() {
    let count = |findings: Vec<String>| findings.len();
    let reexports = reexports(
        "mod join; pub use join::{join, join_context}; pub use crate::thread_pool::ThreadPool;",
    );
    let layer_findings = |path: &str, text: &str| layer_findings(path, text, &reexports);
    assert_eq!(count(layer_findings("src/pool/worker.rs", "crate::join_context(a, b)")), 1);
    assert_none(layer_findings(
        "src/iter/mod.rs",
        "crate::join_context(a, b); crate::ThreadPool::f()",
    ));

    assert_eq!(
        count(layer_findings("src/steal/deque.rs", "use crate::{sync::{A, B}, pool::Worker};")),
        1
    );
    assert_eq!(count(layer_findings("src/steal/deque.rs", "use super::super::pool::Worker;")), 1);
    assert_eq!(count(layer_findings("src/steal/mod.rs", "fn f() { crate::iter::g() }")), 1);
    assert_eq!(
        count(layer_findings("src/channel/ring.rs", "use crate::pool::{event, worker};")),
        1
    );
    assert_eq!(
        count(layer_findings(
            "src/steal/mod.rs",
            "mod a { use super::super::pool; use super::b; }"
        )),
        1
    );
    assert_eq!(count(layer_findings("src/unheard_of.rs", "")), 1);
    let fine = "//! `crate::iter`\nuse crate::sync::X; use crate::topology;\nconst S: &str = \"crate::iter\";\n\
                #[cfg(test)]\nmod tests { use crate::iter; }";
    assert_none(layer_findings("src/steal/deque.rs", fine));
    assert_none(layer_findings("src/channel/ring.rs", "use crate::pool::event::Event;"));

    let mutants = "weaken(\n    \"a::b\", x, y); if dropped(\"c::d\") {} bites(\"a::b\", model);";
    assert_eq!(untried(mutants), ["no model is tried with c::d"]);

    assert_eq!(
        count(owner_findings("src/pool/worker.rs", "use crossbeam_deque::Worker;\nuse libc;")),
        2
    );
    assert_eq!(count(owner_findings("src/pool/worker.rs", "fn f() { ::libc::getpid() }")), 1);
    assert_none(owner_findings(
        "src/steal/injector.rs",
        "use crossbeam_deque::Injector; // not rayon::join",
    ));
    assert_none(owner_findings("src/pool/worker.rs", "let either = x; mod loom { }"));

    let far = format!("// ORDERING: far\n{}x.load(Relaxed);", "\n".repeat(ORDERING_REACH + 1));
    assert_eq!(count(ordering_findings("src/a.rs", &far)), 1);
    assert_eq!(count(ordering_findings("src/a.rs", "fence(Ordering::SeqCst);")), 1);
    assert_none(ordering_findings(
        "src/a.rs",
        "use Ordering::{\n    Relaxed,\n};\n// ORDERING: why\nx.load(Relaxed);",
    ));

    assert_eq!(count(link_findings("README.md", "[a](docs/nowhere.md) [b](#no-such-heading)")), 2);
    assert_none(link_findings(
        "README.md",
        "# The head\n[a](Cargo.toml) [b](https://example.org) [c](README.md)\n`[d](e)`",
    ));

    let document = [(
        "docs/contract.md".to_owned(),
        "- JOIN-1 one\n- JOIN-2 (JOIN-1) two\n- x\nJOIN-3".to_owned(),
    )];
    let listed = listed_ids(&document);
    assert_eq!(count(id_findings("tests/a.rs", "/// JOIN-3: three", &listed)), 1);
    assert_none(id_findings("tests/a.rs", "/// JOIN-2, JOIN-1: in UTF-8", &listed));
    let tests = "/// JOIN-1, and\n/// (JOIN-23).\n#[test]\n#[cfg(unix)]\nfn f() {}\n/// JOIN-2\nfn g() {}\n#[test]\nfn h() {}";
    assert_eq!(count(untested(&listed, &test_comments(tests))), 1);
    assert_none(untested(&listed, &test_comments(&tests.replace("23", "2"))));

    let manifest = "[dependencies]\na = \"1\"\n[dev-dependencies]\nrayon = \"1\"";
    let lock = |needs: &str| {
        format!(
            "[[package]]\nname = \"a\"\ndependencies = [\n \"b 1.0\",\n]\n[[package]]\nname = \"b\"\n{needs}"
        )
    };
    assert_eq!(
        way_to_rayon(manifest, &lock("dependencies = [\n \"rayon-core\",\n]")).unwrap(),
        ["a", "b", "rayon-core"]
    );
    assert_eq!(way_to_rayon(manifest, &lock("")), None);
}
