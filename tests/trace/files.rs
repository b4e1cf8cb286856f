//! Traces in files: by the environment, at the end of pools and of the process, and where they cannot be written.

use crate::child::{Fresh, say};
use crate::recorded::checked;
use moirai::named;
use moirai::prelude::*;
use moirai::trace::Trace;
use moirai::{Guests, ThreadPoolBuilder};
use std::fs;
use std::path::PathBuf;

/// A path that no other test uses; nothing is there.
fn file(name: &str) -> PathBuf {
    let file = std::env::temp_dir().join(format!("moirai-trace-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&file);
    file
}

/// What a program does: its result does not depend on the trace.
fn program() -> u64 {
    named("parse", || {
        (0..10_000_u32).into_par_iter().with_max_len(20).map(|n| u64::from(n) * 2).sum()
    })
}

const RESULT: &str = "99990000";

/// Plays the program in a child with this variable set; what it wrote to the standard error output.
fn traced_program(fresh: &Fresh, file: &str, events: &str) -> String {
    let variables =
        [("MOIRAI_TRACE", file), ("MOIRAI_TRACE_EVENTS", events), ("MOIRAI_NUM_THREADS", "2")];
    let ended = fresh.run("traced", &variables);
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.said, [RESULT], "{ended:?}");
    ended.stderr
}

#[test]
fn a_number_of_events_that_cannot_be_read_is_reported() {
    watch!();
    let fresh = fresh!(a_number_of_events_that_cannot_be_read_is_reported);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let file = file("events.json");
    let stderr = traced_program(&fresh, file.to_str().unwrap(), "1e4");
    fs::remove_file(file).unwrap();
    assert_eq!(
        stderr,
        "moirai: MOIRAI_TRACE_EVENTS=\"1e4\" is not a number of events: it has no effect\n"
    );
}

#[test]
fn the_environment_asks_for_json() {
    watch!();
    let fresh = fresh!(the_environment_asks_for_json);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let file = file("env.json");
    let stderr = traced_program(&fresh, file.to_str().unwrap(), "");
    assert_eq!(stderr, "");
    let events = checked(&fs::read_to_string(&file).unwrap());
    fs::remove_file(file).unwrap();
    let parse: Vec<_> = events.iter().filter(|event| event.text("name") == "parse").collect();
    assert_eq!(parse.len(), 1);
    assert_eq!(parse[0].number("pid"), 0.0, "on a thread of no pool");
    assert!(events.iter().any(|event| event.text("name") == "piece"));
}

#[test]
fn the_environment_asks_for_a_picture() {
    watch!();
    let fresh = fresh!(the_environment_asks_for_a_picture);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let file = file("env.SVG");
    assert_eq!(traced_program(&fresh, file.to_str().unwrap(), ""), "");
    let picture = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
}

#[test]
fn a_file_that_cannot_be_made() {
    watch!();
    let fresh = fresh!(a_file_that_cannot_be_made);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let stderr = traced_program(&fresh, "/no/such/folder/trace.json", "");
    let start = "moirai: the trace /no/such/folder/trace.json: cannot be written: ";
    assert!(stderr.starts_with(start) && stderr.lines().count() == 1, "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    watch!();
    let fresh = fresh!(a_full_disk);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let stderr = traced_program(&fresh, "/dev/full", "");
    let start = "moirai: the trace /dev/full: cannot be written: ";
    assert!(stderr.starts_with(start) && stderr.lines().count() == 1, "{stderr}");
}

/// The disk is full when a part has been written, as JSON and as a picture.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up() {
    watch!();
    let fresh = fresh!(a_disk_that_fills_up);
    if fresh.scenario().is_some() {
        let most = libc::rlimit { rlim_cur: 500, rlim_max: 500 };
        // SAFETY: no handler is involved: writes beyond the limit fail.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        // SAFETY: a limit for this process, by a pointer to it.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const most) }, 0);
        return say(program());
    }
    for name in ["filled.json", "filled.svg"] {
        let file = file(name);
        let stderr = traced_program(&fresh, file.to_str().unwrap(), "");
        let start = format!("moirai: the trace {}: cannot be written: ", file.display());
        assert!(stderr.starts_with(&start) && stderr.lines().count() == 1, "{stderr}");
        assert_eq!(fs::metadata(&file).unwrap().len(), 500);
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn more_events_than_there_is_room_for() {
    watch!();
    let fresh = fresh!(more_events_than_there_is_room_for);
    if fresh.scenario().is_some() {
        return say(program());
    }
    let file = file("huge.json");
    let stderr = traced_program(&fresh, file.to_str().unwrap(), "50");
    assert!(stderr.contains("events were dropped") && stderr.lines().count() == 1, "{stderr}");
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    assert!(text.contains("\"missing\":\"the oldest "), "{text}");
    // Two workers and the thread that calls; an arrow for each theft, and the names.
    assert!(checked(&text).len() <= 3 * 50 * 3 + 10);
}

#[test]
fn the_builder_of_the_global_pool_says_it() {
    watch!();
    let fresh = fresh!(the_builder_of_the_global_pool_says_it);
    let file = file("global.json");
    if fresh.scenario().is_some() {
        let trace = Trace::new();
        trace.write_at_end(std::env::var("FILE").unwrap());
        ThreadPoolBuilder::new().num_threads(2).trace(&trace).build_global().unwrap();
        drop(trace);
        say(program());
        return say(Trace::current().is_some());
    }
    let said = fresh.said("global", &[("FILE", file.to_str().unwrap())]);
    assert_eq!(said, [RESULT, "true"]);
    let events = checked(&fs::read_to_string(&file).unwrap());
    fs::remove_file(file).unwrap();
    assert!(events.iter().any(|event| event.text("name") == "parse"));
}

/// A pool of its own has a file when it has ended, and at the end of the process at the latest.
#[test]
fn the_end_of_a_pool_writes_the_file() {
    watch!();
    let fresh = fresh!(the_end_of_a_pool_writes_the_file);
    let play = |file: &str, ends: &str| {
        let trace = Trace::new();
        trace.write_at_end(file);
        let builder = ThreadPoolBuilder::new().num_threads(2).guests(Guests::Never);
        let pool = builder.trace(&trace).build().unwrap();
        drop(trace);
        say(pool.install(program));
        match ends {
            "shutdown" => {
                pool.shutdown();
                assert!(PathBuf::from(file).exists());
            }
            "drop" => drop(pool),
            "never" => std::mem::forget(pool),
            _ => std::process::exit(0),
        }
    };
    if let Some(scenario) = fresh.scenario() {
        return play(&std::env::var("FILE").unwrap(), &scenario);
    }
    // On Windows the exit of std is not C's.
    let ends = ["shutdown", "drop", "never", "exit"];
    for ends in &ends[..if cfg!(windows) { 3 } else { 4 }] {
        let file = file(ends);
        assert_eq!(fresh.said(ends, &[("FILE", file.to_str().unwrap())]), [RESULT]);
        let events = checked(&fs::read_to_string(&file).unwrap());
        fs::remove_file(file).unwrap();
        assert!(events.iter().any(|event| event.text("name") == "parse"), "{ends}");
    }
}

#[test]
fn nothing_is_written_if_nobody_asks() {
    watch!();
    let fresh = fresh!(nothing_is_written_if_nobody_asks);
    if fresh.scenario().is_some() {
        say(program());
        return say(Trace::current().is_some());
    }
    assert_eq!(fresh.said("plain", &[("MOIRAI_TRACE", "")]), [RESULT, "false"]);
}

/// A forked child writes nothing: the file is its parent's.
#[cfg(unix)]
#[test]
fn a_forked_child_writes_nothing() {
    watch!();
    let fresh = fresh!(a_forked_child_writes_nothing);
    if fresh.scenario().is_some() {
        let file = PathBuf::from(std::env::var_os("MOIRAI_TRACE").unwrap());
        let before = program();
        // SAFETY: the child calls nothing but the pool, the allocator, which a fork leaves usable, and `exit`.
        let process = unsafe { libc::fork() };
        if process == 0 {
            let is_right =
                program() == before && Trace::current().unwrap().write_file("/").is_err();
            std::process::exit(if is_right { 0 } else { 1 });
        }
        let mut status = 0;
        // SAFETY: a child of this process, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
        assert_eq!((status, file.exists()), (0, false));
        return say(before);
    }
    let file = file("forked.json");
    assert_eq!(traced_program(&fresh, file.to_str().unwrap(), ""), "");
    let events = checked(&fs::read_to_string(&file).unwrap());
    fs::remove_file(file).unwrap();
    assert_eq!(events.iter().filter(|event| event.text("name") == "parse").count(), 1);
}

/// Threads are counted that had no room, and not how often they wanted to record something.
#[test]
fn threads_without_room_are_counted_once() {
    watch!();
    let fresh = fresh!(threads_without_room_are_counted_once);
    if fresh.scenario().is_some() {
        let sum = program();
        for _ in 0..1100 {
            let record = || (0..5).for_each(|_| named("little", || ()));
            std::thread::spawn(record).join().unwrap();
        }
        return say(sum);
    }
    let file = file("many.json");
    let stderr = traced_program(&fresh, file.to_str().unwrap(), "");
    // 1024 have room: two workers, the test's thread and 1021 more.
    assert!(stderr.contains("79 threads were left out"), "{stderr}");
    assert!(fs::read_to_string(&file).unwrap().contains("79 threads were left out"));
    fs::remove_file(file).unwrap();
}

#[test]
fn the_name_may_have_the_number_of_the_process() {
    watch!();
    let fresh = fresh!(the_name_may_have_the_number_of_the_process);
    if fresh.scenario().is_some() {
        say(program());
        return say(std::process::id());
    }
    let pattern = file("of-%p.json");
    let variables = [("MOIRAI_TRACE", pattern.to_str().unwrap())];
    let said = fresh.said("traced", &variables);
    let file = PathBuf::from(pattern.to_str().unwrap().replace("%p", &said[1]));
    checked(&fs::read_to_string(&file).unwrap());
    fs::remove_file(file).unwrap();
}

/// A program that is started by another one inherits the name of its file, and neither takes the other's away.
#[test]
fn a_program_started_by_another_one() {
    watch!();
    let fresh = fresh!(a_program_started_by_another_one);
    match fresh.scenario().as_deref() {
        Some("inner") => return say(program()),
        Some(_) => {
            let sum = program();
            let file = std::env::var("MOIRAI_TRACE").unwrap();
            let inner = fresh.run("inner", &[]);
            assert!(inner.status.success() && inner.stderr.is_empty(), "{inner:?}");
            checked(&fs::read_to_string(&file).unwrap());
            say(sum);
            return say(std::process::id());
        }
        None => {}
    }
    let file = file("shared.json");
    // What an earlier run has left there may go.
    fs::write(&file, "old").unwrap();
    let ended = fresh.run("outer", &[("MOIRAI_TRACE", file.to_str().unwrap())]);
    assert!(ended.status.success(), "{ended:?}");
    let own = file.with_extension(format!("{}.json", ended.said[1]));
    let expected = format!(
        "moirai: the trace {}: another process has written it, this one's is {}\n",
        file.display(),
        own.display()
    );
    assert_eq!(ended.stderr, expected);
    for file in [file, own] {
        let events = checked(&fs::read_to_string(&file).unwrap());
        fs::remove_file(file).unwrap();
        assert_eq!(events.iter().filter(|event| event.text("name") == "parse").count(), 1);
    }
}

/// A child that is forked off while other threads record and write hangs on none of their locks.
#[cfg(unix)]
#[test]
fn forks_amid_recording_and_writing() {
    watch!();
    let fresh = fresh!(forks_amid_recording_and_writing);
    if fresh.scenario().is_some() {
        let sum = program();
        let trace = Trace::current().unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            let work = || {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    trace.write_json(std::io::sink()).unwrap();
                    moirai::explain(program);
                    std::hint::black_box(moirai::metrics::snapshot());
                }
            };
            threads.spawn(work);
            threads.spawn(work);
            for _ in 0..60 {
                // SAFETY: the child calls nothing but the pool, the allocator, which a fork leaves usable, and `_exit`.
                let process = unsafe { libc::fork() };
                if process == 0 {
                    let (result, report) = moirai::explain(program);
                    let again = named("child", program);
                    let is_right = result == sum
                        && again == sum
                        && report.calls().len() == 1
                        && moirai::metrics::snapshot().total().batches() > 0;
                    // SAFETY: ends the child.
                    unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
                }
                let mut status = 0;
                // SAFETY: a child of this process, and a place for its status.
                assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
                assert_eq!(status, 0);
            }
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        return say(sum);
    }
    let file = file("forks.json");
    let stderr = traced_program(&fresh, file.to_str().unwrap(), "");
    assert!(stderr.lines().count() <= 1, "{stderr}");
    fs::remove_file(file).unwrap();
}
