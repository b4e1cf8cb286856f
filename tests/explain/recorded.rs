//! Traces that were recorded of the [`programs`](crate::programs), and what is said of them.
//!
//! They lie in `tests/explain/traces`, one file for each program. To record them anew, on a machine with two processors that
//! does nothing else:
//!
//! ```sh
//! cargo test --release --test explain -- --ignored --test-threads 1 record_the_programs
//! ```
//!
//! `MOIRAI_PROGRAM=NAME` records that one only. Where others run, `chrt -f 50` keeps them off; but not for `crowded`, whose threads
//! are to take the processors from each other.

use crate::programs::{PROGRAMS, Program};
use moirai::explain::{Batch, Call, Cause, Kind, More, Stint};
use moirai::steal::Distance;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::str::SplitWhitespace;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/explain/traces")
}

fn file(name: &str) -> PathBuf {
    folder().join(name).with_extension("trace")
}

const KINDS: [(&str, Kind); 4] =
    [("items", Kind::Items), ("join", Kind::Join), ("scope", Kind::Scope), ("sort", Kind::Sort)];
const DISTANCES: [(&str, Option<Distance>); 4] = [
    ("own", None),
    ("near", Some(Distance::Near)),
    ("group", Some(Distance::Group)),
    ("remote", Some(Distance::Remote)),
];

/// A number, or what stands for none.
fn shown<N: ToString>(number: Option<N>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
}

fn batch_text(batch: &Batch) -> String {
    let (start, length, items) = (batch.start_ns, batch.ns(), batch.items);
    let [cpu, sleeps, suspensions] = [batch.cpu_ns, batch.sleeps, batch.suspensions].map(shown);
    format!("{start} {length} {items} {cpu} {sleeps} {suspensions}")
}

/// A call as text: a line for the call, then a line for each stint, its batches and waits.
fn to_text(call: &Call) -> String {
    let kind = KINDS.iter().find(|(_, kind)| *kind == call.kind).unwrap().0;
    let mut text = format!(
        "call {kind} {} {} {} {} {} {} {} {} {}\n",
        call.threads,
        shown(call.items),
        call.least_items,
        call.is_cut_by_number,
        call.wake_up_ns,
        call.elapsed_ns,
        call.chain_ns,
        call.asleep_ns,
        call.searching_ns
    );
    if call.drawing_ns > 0 {
        writeln!(text, "source {} {}", call.drawing_ns, call.turn_ns).unwrap();
    }
    for stint in &call.stints {
        let far = DISTANCES.iter().find(|(_, far)| *far == stint.stolen).unwrap().0;
        writeln!(text, "stint {} {far} {}", stint.worker, stint.combining_ns).unwrap();
        for batch in &stint.batches {
            writeln!(text, "batch {}", batch_text(batch)).unwrap();
        }
        for (start, end) in &stint.waits {
            writeln!(text, "wait {start} {end}").unwrap();
        }
        let more = &stint.more;
        if let Some(largest) = &more.largest {
            let [cpu, sleeps, suspensions] =
                [more.cpu_ns, more.sleeps, more.suspensions].map(shown);
            writeln!(
                text,
                "more {} {} {} {} {} {cpu} {sleeps} {suspensions} {}",
                more.batches,
                more.items,
                more.start_ns,
                more.end_ns,
                more.work_ns,
                batch_text(largest)
            )
            .unwrap();
        }
    }
    text
}

fn number<N: std::str::FromStr>(words: &mut SplitWhitespace<'_>) -> N {
    let word = words.next().expect("a number");
    word.parse().unwrap_or_else(|_| panic!("{word:?} is no number"))
}

fn perhaps<N: std::str::FromStr>(words: &mut SplitWhitespace<'_>) -> Option<N> {
    let word = words.next().expect("a number or -");
    (word != "-").then(|| word.parse().unwrap_or_else(|_| panic!("{word:?} is no number")))
}

fn word_of<V: Copy>(words: &mut SplitWhitespace<'_>, known: &[(&str, V)]) -> V {
    let word = words.next().expect("a word");
    known.iter().find(|(name, _)| *name == word).unwrap_or_else(|| panic!("{word:?}")).1
}

fn batch_of(words: &mut SplitWhitespace<'_>) -> Batch {
    let (start_ns, length): (u64, u64) = (number(words), number(words));
    Batch {
        start_ns,
        end_ns: start_ns + length,
        items: number(words),
        cpu_ns: perhaps(words),
        sleeps: perhaps(words),
        suspensions: perhaps(words),
    }
}

fn from_text(text: &str) -> Call {
    let mut call = Call { types: "recorded", ..Call::default() };
    for line in text.lines() {
        let words = &mut line.split_whitespace();
        let what = words.next().expect("a line has words");
        if what == "call" {
            call.kind = word_of(words, &KINDS);
            call.threads = number(words);
            call.items = perhaps(words);
            call.least_items = number(words);
            call.is_cut_by_number = number(words);
            call.wake_up_ns = number(words);
            call.elapsed_ns = number(words);
            call.chain_ns = number(words);
            call.asleep_ns = number(words);
            call.searching_ns = number(words);
        } else if what == "source" {
            (call.drawing_ns, call.turn_ns) = (number(words), number(words));
        } else if what == "stint" {
            let (worker, stolen) = (number(words), word_of(words, &DISTANCES));
            let combining_ns = number(words);
            call.stints.push(Stint { worker, stolen, combining_ns, ..Stint::default() });
        } else {
            let stint = call.stints.last_mut().expect("a stint comes first");
            match what {
                "batch" => stint.batches.push(batch_of(words)),
                "wait" => stint.waits.push((number(words), number(words))),
                "more" => {
                    stint.more = More {
                        batches: number(words),
                        items: number(words),
                        start_ns: number(words),
                        end_ns: number(words),
                        work_ns: number(words),
                        cpu_ns: perhaps(words),
                        sleeps: perhaps(words),
                        suspensions: perhaps(words),
                        largest: Some(batch_of(words)),
                    };
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(words.next(), None, "{line}");
    }
    call
}

fn said(program: &Program, call: &Call) -> String {
    format!("{}: {}\n{call}\n", program.name, program.trouble)
}

/// Of ten programs whose trouble is known, at least nine are said to have that one.
#[test]
fn recorded_programs_are_explained() {
    let mut wrong = Vec::new();
    for program in PROGRAMS {
        let text = fs::read_to_string(file(program.name)).expect(program.name);
        let call = from_text(&text);
        assert_eq!(to_text(&call), text, "what is read is what was written");
        if !(program.is_named)(&call.cause()) {
            wrong.push(said(program, &call));
        }
    }
    assert!(PROGRAMS.len() >= 10 && wrong.len() * 10 <= PROGRAMS.len(), "{}", wrong.join("\n"));
    let traces = fs::read_dir(folder()).unwrap().count();
    assert_eq!(traces, PROGRAMS.len(), "each program has a trace, and there are no others");
}

/// Those whose cause does not depend on times, as they run now; any may be kept from running.
#[cfg(target_os = "linux")]
#[test]
fn certain_programs_are_explained_as_they_run() {
    watch!();
    for program in PROGRAMS.iter().filter(|program| program.is_certain) {
        let call = (program.run)();
        let cause = call.cause();
        let is_kept = matches!(cause, Cause::Blocked { .. } | Cause::Suspended { .. });
        assert!((program.is_named)(&cause) || is_kept, "{}", said(program, &call));
    }
}

/// Every program runs, and what is recorded of it can be written and read.
#[test]
fn all_programs_can_be_recorded() {
    watch!();
    for program in PROGRAMS {
        let call = (program.run)();
        let read = from_text(&to_text(&call));
        let expected = Call { name: None, location: None, types: "recorded", outer: None, ..call };
        assert_eq!(read, expected, "{}", program.name);
        println!("{}", said(program, &read));
    }
}

#[ignore = "writes the traces that the other tests read"]
#[test]
fn record_the_programs() {
    let only = std::env::var("MOIRAI_PROGRAM").ok();
    for program in
        PROGRAMS.iter().filter(|program| only.as_deref().is_none_or(|it| it == program.name))
    {
        let call = (program.run)();
        println!("{}", said(program, &call));
        fs::create_dir_all(folder()).unwrap();
        fs::write(file(program.name), to_text(&call)).unwrap();
    }
}
