//! The example `latency`, called as a function: what it prints and draws, and what it does with bad input.

#[path = "../examples/latency/main.rs"]
#[allow(dead_code, reason = "the example's `main` is not called here")]
mod latency;

#[macro_use]
#[path = "common/watchdog.rs"]
mod watchdog;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// A file of its own for one test, removed at the end.
struct Picture(PathBuf);

impl Picture {
    fn new(test: &str) -> Self {
        let name = format!("moirai-latency-{}-{test}.svg", std::process::id());
        Picture(std::env::temp_dir().join(name))
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}

/// Runs the example; returns what it printed.
fn run(arguments: &[&str]) -> Result<String, String> {
    let mut out = Vec::new();
    latency::run(arguments.iter().map(OsString::from), &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// The names of the elements of a picture, which must be closed in the right order.
fn elements(svg: &str) -> Vec<&str> {
    let mut open = Vec::new();
    let mut elements = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a tag ends");
        assert!(!text.contains('&'), "nothing has to be escaped: {text}");
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes come in pairs: {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        elements.push(name);
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    elements
}

#[test]
fn help_is_printed_where_output_goes() {
    for argument in ["--help", "-h"] {
        assert!(run(&[argument]).unwrap().starts_with("Usage: latency"));
    }
}

#[test]
fn a_short_run_draws_all_curves() {
    watch!();
    let picture = Picture::new("short");
    let path = picture.0.to_str().unwrap();
    let out = run(&["--seconds", "0.5", "--deadline", "1", path]).unwrap();
    let phases: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(phases, ["phase", "low", "medium", "high", "low", "burst", "low", path]);
    let messages = |phase: usize| -> usize {
        out.lines().nth(phase).unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    assert!((1..=5).any(|phase| messages(phase) > 100), "{out}");

    let svg = fs::read_to_string(&picture.0).unwrap();
    let elements = elements(&svg);
    assert_eq!(elements[0], "svg");
    assert_eq!(elements.iter().filter(|name| **name == "polyline").count(), 4);
    for phase in ["low", "medium", "high", "burst"] {
        assert!(svg.contains(&format!(">{phase}</text>")));
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let error = run(&["/no/such/folder/latency.svg"]).unwrap_err();
    assert!(error.starts_with("cannot write /no/such/folder/latency.svg: "), "{error}");
}

#[test]
fn wrong_arguments_are_explained() {
    for arguments in [&["--seconds"][..], &["--seconds", "no"], &["--deadline", "0"], &["--fast"]] {
        let error = run(arguments).unwrap_err();
        assert!(error.contains(arguments[0]) && error.contains("Usage: latency"), "{error}");
    }
    assert!(run(&["a.svg", "b.svg"]).unwrap_err().starts_with("b.svg is too much"));
}
