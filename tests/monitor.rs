//! The example `monitor`, called as a function: it shows each worker, ends by itself, and says what is wrong with its options.

#[macro_use]
#[path = "common/watchdog.rs"]
mod watchdog;

#[path = "../examples/monitor/main.rs"]
#[allow(dead_code, reason = "the example's `main` is not called here")]
mod monitor;

use monitor::terminal::Terminal;
use monitor::{Options, Trouble, run};
use std::io::{self, Write};

fn options(arguments: &[&str]) -> Result<Options, String> {
    Options::read(arguments.iter().map(Into::into))
}

/// What is shown in the fifth of a second.
fn shown(threads: &str, is_drawn: bool) -> String {
    let options = options(&["--seconds", "0.2", "--interval", "50", "--threads", threads]).unwrap();
    let mut out = Vec::new();
    run(&options, &mut out, &Terminal::new(is_drawn)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Without a terminal: snapshots below each other, each with a line for every worker, then the sums; no control codes.
#[test]
fn snapshots_are_plain() {
    watch!();
    let text = shown("3", false);
    assert!(!text.contains('\x1b'), "{text}");
    let frames = text.matches("waiting to come in: ").count();
    assert!(frames >= 2, "{text}");
    for worker in ["     0  ", "     1  ", "     2  ", "   all  "] {
        let lines = text.lines().filter(|line| line.starts_with(worker));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), frames, "{text}");
        for line in lines {
            // Name, state, bar, share, seven numbers; the sum has no state.
            let columns = line.split_whitespace().count();
            assert_eq!(columns, if worker.contains("all") { 10 } else { 11 }, "{line}");
        }
    }
    assert!(text.contains(" words counted"), "{text}");
    assert!(text.contains("items in a batch: "), "the metrics of the pool come last: {text}");
}

/// On a terminal it draws over what was there, and gives the screen back before it prints the sums.
#[test]
fn frames_are_drawn_over_each_other() {
    watch!();
    let text = shown("2", true);
    let (enter, leave) = ("\x1b[?1049h", "\x1b[?1049l");
    assert!(text.starts_with(enter), "{text:?}");
    assert_eq!((text.matches(enter).count(), text.matches(leave).count()), (1, 1));
    let (frames, rest) = text.split_once(leave).unwrap();
    assert!(frames.matches("\x1b[H").count() >= 2 && frames.contains("q or Ctrl-C ends this"));
    assert!(rest.contains(" words counted") && !rest.contains('\x1b'), "{rest:?}");
}

#[test]
fn options_are_checked() {
    for (arguments, complaint) in [
        (&["--seconds"][..], "--seconds wants a number"),
        (&["--seconds", "soon"], "--seconds wants a number from 0 to 1000000, not \"soon\""),
        (&["--seconds", "-1"], "--seconds wants a number from 0"),
        (&["--interval", "1"], "--interval wants a number from 10"),
        (&["--threads", "0"], "--threads wants a number from 1"),
        (&["--threads", "NaN"], "--threads wants a number from 1"),
        (&["--colour"], "--colour is not known"),
    ] {
        let said = options(arguments).unwrap_err();
        assert!(said.starts_with(&format!("monitor: {complaint}")), "{said}");
        assert!(said.contains("Usage: monitor"), "{said}");
    }
    assert!(options(&["--help"]).unwrap().wants_help && !options(&[]).unwrap().wants_help);
}

/// Where nothing can be written the work is ended and the trouble told.
#[test]
fn a_closed_output_ends_it() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    watch!();
    let options = options(&["--interval", "20"]).unwrap();
    let trouble = run(&options, &mut Closed, &Terminal::new(false)).unwrap_err();
    assert!(matches!(trouble, Trouble::Output(error) if error.kind() == io::ErrorKind::BrokenPipe));
}
