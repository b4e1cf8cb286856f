//! The example `scale_model`: its model reproduces an earlier one, and the pool's decisions reach in it what they are for.
//!
//! The figures are those of simulated time and depend on seeds alone, so they may be asserted.

#[path = "../examples/scale_model/main.rs"]
#[allow(dead_code, reason = "the example's `main` is not called here")]
mod scale_model;

use scale_model::Options;
use scale_model::aims::{self, Aim};
use scale_model::policy::Policy;
use scale_model::study::{self, Case};
use std::ffi::OsString;

#[test]
fn uniform_stealing_is_reproduced_and_all_aims_are_met() {
    let cases = study::cases();
    let figures = study::run(&cases, &[Policy::UNIFORM, Policy::POOL], study::SEEDS);
    assert_eq!(aims::not_reproduced(&cases, &figures), [] as [String; 0]);
    let aims = aims::aims(&cases, &figures);
    let missed: Vec<&Aim> = aims.iter().filter(|aim| !aim.is_met()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn without_the_split_or_the_order_work_leaves_home() {
    let is_it = |case: &Case| case.load.name == study::EVEN && case.machine.name() == "4x32";
    let cases: Vec<Case> = study::cases().into_iter().filter(is_it).collect();
    assert_eq!(cases.len(), 1);
    let whole = Policy::POOL;
    let no_split = Policy { deals: false, ..whole };
    let no_order = Policy { order: Policy::UNIFORM.order, ..whole };
    let figures = study::run(&cases, &[whole, no_split, no_order], study::SEEDS);
    let [whole, no_split, no_order] = [0, 1, 2].map(|policy| figures[0][policy].work_at_home);
    assert!(whole > 95.0, "{whole}");
    assert!(no_split < 40.0, "{no_split}");
    assert!(no_order < 35.0, "{no_order}");
}

#[test]
fn the_command_line_is_checked() {
    let read = |arguments: &[&str]| Options::read(arguments.iter().map(OsString::from));
    assert_eq!(read(&["--quick"]).unwrap().seeds, 1);
    assert_eq!(read(&["--out", "here.md"]).unwrap().out.to_str(), Some("here.md"));
    assert!(read(&["--out"]).unwrap_err().contains("path"));
    assert!(read(&["--fast"]).unwrap_err().contains("--fast"));
}
