//! The example `textstats`, called as a function: what it counts, and what it does with bad input.

#[path = "../examples/textstats/main.rs"]
#[allow(dead_code, reason = "the example's `main` is not called here")]
mod textstats;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("moirai-textstats-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the example; returns its exit code, what it printed and what it complained about.
fn run(paths: &[&Path]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments: Vec<OsString> = paths.iter().map(OsString::from).collect();
    let code = textstats::run(arguments.into_iter(), &mut out, &mut err).unwrap();
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// The number in the row that begins with `name`.
fn figure(output: &str, name: &str) -> usize {
    let row = output.lines().find_map(|line| line.trim_start().strip_prefix(name));
    row.unwrap_or_else(|| panic!("no row {name:?} in:\n{output}")).replace(' ', "").parse().unwrap()
}

#[test]
fn counts_are_those_of_a_naive_count() {
    let folder = Folder::new("naive");
    // Many pieces, lines of different lengths, words across no piece's end, one text without a final line end.
    let long: String = (0..40_000)
        .map(|i| format!("line {} has w{} and größe_{}\n", i, i % 701, i % 13))
        .collect();
    let texts = [long.as_str(), "", "\n\n", "one\r\ntwo two\nthree three three"];
    let paths: Vec<PathBuf> =
        texts.iter().enumerate().map(|(i, text)| folder.file(&format!("{i}.txt"), text)).collect();
    let (code, out, err) = run(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    assert_eq!((code, err.as_str()), (0, ""));

    let mut counts = BTreeMap::new();
    for text in texts {
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if word.chars().next().is_some_and(|c| !c.is_numeric()) {
                *counts.entry(word).or_insert(0_usize) += 1;
            }
        }
    }
    assert_eq!(figure(&out, "texts"), texts.len());
    assert_eq!(figure(&out, "not ASCII"), 1);
    assert_eq!(figure(&out, "bytes"), texts.iter().map(|text| text.len()).sum());
    assert_eq!(figure(&out, "lines"), texts.iter().map(|text| text.lines().count()).sum());
    assert_eq!(figure(&out, "words"), counts.values().sum());
    assert_eq!(figure(&out, "distinct words"), counts.len());

    let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let block = out.split("most frequent words\n").nth(1).unwrap();
    let printed: Vec<&str> =
        block.lines().take(10).map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(printed, ranked.iter().take(10).map(|&(word, _)| word).collect::<Vec<_>>());

    // The longest lines are equally long: the first of them come first, with their numbers in the whole text.
    let longest = long.lines().map(|line| line.chars().count()).max().unwrap();
    let first = 1 + long.lines().position(|line| line.chars().count() == longest).unwrap();
    let expected = format!("{}:{first}", paths[0].display());
    let block = out.split("longest lines").nth(1).unwrap();
    let printed = block.lines().nth(1).unwrap();
    assert!(
        printed.trim_start().starts_with(&longest.to_string()) && printed.ends_with(&expected),
        "{printed}"
    );
}

#[test]
fn compares_the_three_ways() {
    let folder = Folder::new("ways");
    let (code, out, _) = run(&[&folder.file("a.txt", "some words, and some more words\n")]);
    assert_eq!(code, 0);
    for name in ["sequential", "rayon", "moirai"] {
        assert!(out.lines().any(|line| line.starts_with(name)), "no row {name} in:\n{out}");
    }
    assert!(out.contains("all results equal"));
}

#[test]
fn a_folder_is_read_to_the_bottom_but_for_hidden_entries_and_caches() {
    let folder = Folder::new("walk");
    folder.file("a.txt", "a");
    folder.file("deep/er/b.txt", "b");
    folder.file(".hidden", "hidden");
    folder.file(".git/c.txt", "hidden");
    folder.file("target/CACHEDIR.TAG", "");
    folder.file("target/d.txt", "cache");
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", folder.0.join("deep/circle")).unwrap();
    let (code, out, err) = run(&[&folder.0]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(figure(&out, "texts"), 2);
    assert_eq!(figure(&out, "distinct words"), 2);
}

#[test]
fn what_cannot_be_read_is_told_in_one_line_each_and_the_rest_goes_on() {
    let folder = Folder::new("bad");
    let good = folder.file("good.txt", "four words of text\n");
    let binary = folder.file("binary", b"abc\xff\xfedef");
    let missing = folder.0.join("missing");
    let (code, out, err) = run(&[&missing, &good, &binary]);
    assert_eq!(code, 0);
    assert_eq!(figure(&out, "words"), 4);
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 2, "{err}");
    assert!(lines[0].contains(&missing.display().to_string()), "{err}");
    assert!(
        lines[1].contains(&binary.display().to_string())
            && lines[1].contains("not UTF-8 from byte 3"),
        "{err}"
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_told() {
    let folder = Folder::new("links");
    folder.file("good.txt", "text");
    std::os::unix::fs::symlink("nowhere", folder.0.join("broken")).unwrap();
    let (code, _, err) = run(&[&folder.0]);
    assert_eq!(code, 0);
    assert!(err.lines().count() == 1 && err.contains("broken"), "{err}");
}

#[test]
fn without_any_text_it_says_so_and_returns_2() {
    let folder = Folder::new("none");
    for paths in [vec![folder.0.as_path()], vec![Path::new("/no/such/path")]] {
        let (code, out, err) = run(&paths);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.lines().last().unwrap().contains("no input"), "{err}");
    }
}

#[test]
fn the_default_input_is_there_and_the_help_names_it() {
    let input = textstats::input::read_default();
    assert!(input.texts.iter().any(|text| text.name.ends_with("textstats.rs")));
    let (code, out, _) = run(&[Path::new("--help")]);
    assert_eq!(code, 0);
    assert!(out.starts_with("Usage: textstats"));
}

#[test]
fn rounds_compare_nothing_and_need_a_number() {
    let folder = Folder::new("rounds");
    let file = folder.file("a.txt", "some words, and some more words\n");
    let (code, out, err) = run(&[Path::new("--rounds"), Path::new("2"), &file]);
    assert_eq!((code, figure(&out, "words"), err.as_str()), (0, 6, ""));
    assert!(!out.contains("interleaved rounds"), "{out}");
    for number in ["0", "x"] {
        let (code, _, err) = run(&[Path::new("--rounds"), Path::new(number), &file]);
        assert_eq!((code, err.as_str()), (2, "textstats: --rounds needs a number\n"));
    }
}
