//! The example `pipeline`, called as a function: what it writes, how much it keeps in memory, and what it does with bad input.

#[path = "../examples/pipeline/main.rs"]
#[allow(dead_code, reason = "the example's `main` is not called here")]
mod pipeline;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pipeline::archive::{BLOCK_BYTES, unpack};
use pipeline::{Progress, in_parallel, in_sequence};

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("moirai-pipeline-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Files of some blocks each, repetitive and not, and empty ones.
fn inputs(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let contents = [
        Vec::new(),
        b"one line\n".to_vec(),
        (0..5 * BLOCK_BYTES + 17).map(|_| noise()).collect(),
        (0..80_000).flat_map(|n| format!("line {}\n", n % 1000).into_bytes()).collect(),
        vec![7; 3 * BLOCK_BYTES],
        Vec::new(),
    ];
    let file = |(n, content): (usize, Vec<u8>)| (folder.file(&format!("{n}"), &content), content);
    contents.into_iter().enumerate().map(file).collect()
}

/// Runs the example; returns its exit code, what it printed and what it complained about.
fn run(arguments: &[&Path]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = arguments.iter().map(OsString::from);
    let code = pipeline::run(arguments, &mut out, &mut err, false).unwrap();
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_archive_is_that_of_the_sequential_run_and_holds_the_files() {
    let folder = Folder::new("equal");
    let inputs = inputs(&folder);
    let paths: Vec<PathBuf> = inputs.iter().map(|(path, _)| path.clone()).collect();
    let mut expected = Vec::new();
    let quiet = || Progress::new(false, 0);
    in_sequence(paths.clone(), &mut expected, &mut io::sink(), quiet()).unwrap();
    for blocks in [1, 2, 5, 100] {
        let mut archive = Vec::new();
        let report =
            in_parallel(paths.clone(), blocks, &mut archive, &mut io::sink(), quiet()).unwrap();
        assert_eq!(archive, expected);
        // The input is larger than most of these bounds.
        assert!(report.read_bytes > 10 * BLOCK_BYTES as u64);
        assert!(report.most_bytes <= blocks * BLOCK_BYTES, "{} bytes", report.most_bytes);
        assert_eq!(report.written.bytes, archive.len() as u64);
    }
    let files = unpack(&expected).unwrap();
    let held = files.iter().map(|(name, content)| (PathBuf::from(name), content.clone()));
    assert!(held.eq(inputs));
    assert!(expected.len() < 8 * BLOCK_BYTES, "repetitions take up no room");
}

#[test]
fn the_program_writes_the_archive_and_says_what_it_did() {
    let folder = Folder::new("program");
    let input = folder.file("input", "to spin, to measure, to cut\n".repeat(9000));
    let archive = folder.0.join("archive");
    let arguments = [Path::new("-n"), Path::new("2"), Path::new("-o"), &archive, &input];
    let (code, out, err) = run(&arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("both archives are equal"), "{out}");
    let expected = [(input.display().to_string(), fs::read(&input).unwrap())];
    assert_eq!(unpack(&fs::read(&archive).unwrap()).unwrap(), expected);
    let (code, out, _) = run(&[Path::new("-l"), &archive]);
    assert_eq!(code, 0);
    assert!(out.contains("252000  ") && out.trim_end().ends_with("input"), "{out}");
    let (code, out, err) = run(&[Path::new("-l"), &input]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("the archive is damaged"), "{err}");
    // The archive of the last time, which lies in the folder that is read, does not become part of itself.
    let (code, ..) = run(&[Path::new("-o"), &archive, &folder.0]);
    assert_eq!(code, 0);
    assert_eq!(unpack(&fs::read(&archive).unwrap()).unwrap(), expected);
}

#[test]
fn what_cannot_be_read_is_told_in_one_line_each_and_the_rest_goes_on() {
    let folder = Folder::new("bad");
    let good = folder.file("good", "text");
    let missing = folder.0.join("missing");
    let (code, out, err) = run(&[&missing, &good]);
    assert_eq!(code, 0);
    assert!(out.lines().any(|line| line.starts_with("files") && line.ends_with(" 1")), "{out}");
    assert!(err.lines().count() == 1 && err.contains("missing"), "{err}");
}

#[test]
fn without_any_file_it_says_so_and_returns_2() {
    let folder = Folder::new("none");
    for path in [&*folder.0, Path::new("/no/such/path")] {
        let (code, out, err) = run(&[path]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.lines().last().unwrap().contains("no input"), "{err}");
    }
}

#[test]
fn arguments_that_make_no_sense_are_told() {
    let folder = Folder::new("arguments");
    let cases: [(&[&str], &str); 4] = [
        (&["-n", "0"], "at least 1"),
        (&["-n", "many"], "\"many\""),
        (&["-n"], "-n needs a value"),
        (&["-o"], "-o needs a value"),
    ];
    for (arguments, expected) in cases {
        let paths: Vec<&Path> = arguments.iter().map(Path::new).collect();
        let (code, out, err) = run(&paths);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.lines().count() == 1 && err.contains(expected), "{err}");
    }
    let (code, _, err) = run(&[Path::new("-o"), &folder.0.join("no/folder"), &folder.0]);
    assert!(code == 2 && err.contains("cannot write to"), "{err}");
    let (code, out, _) = run(&[Path::new("--help")]);
    assert!(code == 0 && out.starts_with("Usage: pipeline"));
}

#[test]
fn a_writer_that_fails_ends_it() {
    /// Takes so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let folder = Folder::new("full");
    let paths: Vec<PathBuf> = inputs(&folder).into_iter().map(|(path, _)| path).collect();
    for room in [0, 100, 2 * BLOCK_BYTES] {
        let progress = Progress::new(false, 0);
        let result = in_parallel(paths.clone(), 4, Full(room), &mut io::sink(), progress);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

#[test]
fn a_damaged_archive_is_refused() {
    for archive in [&b"B\x00"[..], b"F\x05abc", b"F\x01aB\x02\x00\x05", b"?\x00"] {
        assert_eq!(unpack(archive).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}

#[test]
fn lengths_that_no_block_has_are_refused() {
    // A literal, and a copy of it with a length of about 2^35, of the most there is, and of one more than a block.
    for length in
        ["\u{FF}\u{FF}\u{FF}\u{FF}\u{7F}", &("\u{FF}".repeat(9) + "\u{1}"), "\u{80}\u{80}\u{4}"]
    {
        let length = length.chars().map(|byte| byte as u8);
        let block: Vec<u8> = [1, b'a'].into_iter().chain(length).chain([1, 0]).collect();
        let mut archive = vec![b'F', 1, b'a', b'B', block.len() as u8];
        archive.extend(block);
        assert_eq!(unpack(&archive).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
    // The longest copy that there can be.
    let archive = b"F\x01aB\x07\x01a\xFF\xFF\x03\x01\x00";
    assert_eq!(unpack(archive).unwrap()[0].1, [b'a'; BLOCK_BYTES]);
}

#[test]
fn files_that_change_between_the_two_runs_are_told() {
    /// Changes a file when the first run, which alone complains, complains.
    struct Changing(PathBuf, Vec<u8>);

    impl Write for Changing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            fs::write(&self.0, "another text")?;
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let folder = Folder::new("changing");
    let input = folder.file("input", "a text");
    let mut err = Changing(input.clone(), Vec::new());
    let missing = folder.0.join("missing");
    let arguments = [&input, &missing].into_iter().map(OsString::from);
    let mut out = Vec::new();
    assert_eq!(pipeline::run(arguments, &mut out, &mut err, false).unwrap(), 0);
    let (out, err) = (String::from_utf8(out).unwrap(), String::from_utf8(err.1).unwrap());
    assert!(err.contains("the files changed"), "{err}");
    assert!(out.contains("different input"), "{out}");
}

#[test]
fn progress_is_shown_only_where_it_is_wanted() {
    let folder = Folder::new("progress");
    let paths: Vec<PathBuf> = inputs(&folder).into_iter().map(|(path, _)| path).collect();
    for shows in [true, false] {
        let mut err = Vec::new();
        let progress = Progress::new(shows, 1);
        in_parallel(paths.clone(), 4, io::sink(), &mut err, progress).unwrap();
        assert_eq!(err.is_empty(), !shows);
    }
}
