//! The document: tables of figures, and what they mean.

use super::aims::{self, Aim};
use super::constants::*;
use super::policy::Policy;
use super::study::{self, Case, EVEN, FINE, Figures, HOT, RAMP, SHORT, TREE};
use super::tuning;
use std::fmt::Write as _;
use std::path::Path;

/// Numbers of sweeps through the own group that are tried.
const SWEEPS: [u32; 6] = [1, 2, 3, 4, 8, 16];

/// For the figures of these cases under all policies.
pub(crate) fn document(
    cases: &[Case],
    figures: &[Vec<Figures>],
    seeds: usize,
    picture: &Path,
) -> String {
    let picture = picture.file_name().unwrap_or_default().to_string_lossy();
    let mut text = format!(
        "# Scale model\n\n\
         Written by `cargo run --release --example scale_model`; the figures are medians of {seeds} runs with different seeds.\n\n\
         {PURPOSE}\n![Speed-up and locality by cores]({picture})\n\n{MEANING}\n## Speed-up\n\n{CELLS}\n"
    );
    efficiencies(&mut text, cases, figures);
    for case in aims::not_reproduced(cases, figures) {
        _ = writeln!(text, "\nNot reproduced: {case}");
    }
    _ = write!(text, "\n## Locality\n\n{LOCALITY}\n");
    localities(&mut text, cases, figures);
    _ = write!(text, "\n## Sweeps through the own group\n\n{SWEEPING}\n");
    sweeps(&mut text, cases, seeds);
    _ = write!(text, "\n## Aims\n\n{AIMS}\n");
    list(&mut text, &aims::aims(cases, figures));
    _ = write!(text, "\n## Constants\n\n");
    constants(&mut text);
    _ = write!(text, "\n{LIMITS}");
    text
}

const PURPOSE: &str = "\
Nobody who works on this crate has a machine of 256 cores. The model runs the crate's own arithmetic on simulated ones: whom a
thief asks ([`Neighbours`](../src/steal/neighbours.rs)), how a call is dealt to the groups, and how pieces are cut
([`Splitter`](../src/batch/splitter.rs)). Only deques, memory and time are made up.
";

const MEANING: &str = "\
* **Sorted stealing alone does not pay.** Thieves stay near, but the work that they find there belongs to anybody's memory, and
  all take small pieces from the same neighbours.
* **Dealing alone does not pay either**: with uniform thieves the shares are mixed up again after a few steals.
* **Together they do.** What is dealt to a node stays there while the node has enough to do. So steals in the group say nothing
  without the work at home.
* **Trees want thieves that look far, if it is worth it.** As long as its search is young, a thief takes from other groups only where
  five jobs lie: nine of ten thefts stay in the group, and trees keep up with uniform stealing.
* **No order helps where all memory lies on one node.** Whoever touches memory first decides; outputs are first touched by the
  threads that fill them.
";

const CELLS: &str = "\
Cells: speed-up over one core with near memory (efficiency in percent). *Earlier* is the efficiency of uniform stealing in an
independent model with the same constants, which this one reproduces within 3 points; how many items its loops had is not known.
The columns before *moirai* cut in halves, a number of times that each theft sets anew, as rayon does. *moirai* is what a pool
does by default: loops are dealt, stolen strictly by distance and cut by time; trees are stolen mostly by distance.
";

const LOCALITY: &str = "\
Cells: percent of steals in the group / of the work on the node of its memory; steals for each worker.
";

const SWEEPING: &str = "\
`DEALT_SWEEPS`: the efficiency of *moirai* in percent, by how many sweeps through its own group a thief makes before one that
goes further, while a call is dealt. Even loops do not care; skewed ones want thieves that look elsewhere soon, but not much. Trees
are not dealt.
";

const AIMS: &str = "\
All in percent; `tests/scale_model.rs` asserts them. Nothing may fall more than 2 percent behind uniform stealing.
";

const LIMITS: &str = "\
## Limits

* First order only: use ratios. No real machine was measured.
* Nobody sleeps, nobody is woken, nobody waits for a stolen part: a pool's thread that waits for one helps its thief only.
* Memory is a factor on an item's time: the larger of the distance's and the load's of the node it lies on. Caches, which
  repeated passes over the same share would find warm, and page migration do not exist.
* The items' cost is known when a loop begins, as it is for a call site that has run before.
* Thieves queue at a victim; who comes to an empty deque goes on. Atomics cost nothing beyond that.
";

fn header(text: &mut String, first: &str, columns: impl Iterator<Item = String>) {
    let columns: Vec<String> = columns.collect();
    _ = writeln!(text, "| {first} | {} |", columns.join(" | "));
    _ = writeln!(text, "|---|{}", "---|".repeat(first.matches('|').count() + columns.len()));
}

fn efficiencies(text: &mut String, cases: &[Case], figures: &[Vec<Figures>]) {
    let names = Policy::ALL.iter().map(|policy| policy.name.to_owned());
    header(text, "load | machine | earlier", names);
    for (case, row) in cases.iter().zip(figures) {
        let earlier = case.uniform.map_or(String::new(), |percent| format!("{percent:.0} %"));
        _ = write!(text, "| {} | {} | {earlier} |", case.load.name, case.machine.name());
        for figures in row {
            _ = write!(text, " {:.0} ({:.0}) |", figures.speed_up, figures.efficiency);
        }
        text.push('\n');
    }
}

fn localities(text: &mut String, cases: &[Case], figures: &[Vec<Figures>]) {
    let names = Policy::ALL.iter().map(|policy| policy.name.to_owned());
    header(text, "load | machine", names);
    for (case, row) in cases.iter().zip(figures) {
        let name = case.load.name;
        if case.machine.name() != "4x32" || ![FINE, RAMP, HOT, SHORT, TREE].contains(&name) {
            continue;
        }
        _ = write!(text, "| {name} | 4x32 |");
        for figures in row {
            let Figures { steals_in_group, work_at_home, steals_per_worker, .. } = figures;
            let home = if case.load.is_tree { "-".into() } else { format!("{work_at_home:.0}") };
            _ = write!(text, " {steals_in_group:.0} / {home}; {steals_per_worker:.0} |");
        }
        text.push('\n');
    }
}

fn sweeps(text: &mut String, cases: &[Case], seeds: usize) {
    let policies = SWEEPS.map(|dealt_sweeps| Policy { dealt_sweeps, ..Policy::POOL });
    let shown = [EVEN, FINE, RAMP, HOT, SHORT, TREE];
    let cases: Vec<Case> = cases
        .iter()
        .filter(|case| case.machine.nodes > 1 && shown.contains(&case.load.name))
        .cloned()
        .collect();
    header(text, "load | machine", SWEEPS.iter().map(u32::to_string));
    for (case, row) in cases.iter().zip(study::run(&cases, &policies, seeds)) {
        _ = write!(text, "| {} | {} |", case.load.name, case.machine.name());
        for figures in row {
            _ = write!(text, " {:.1} |", figures.efficiency);
        }
        text.push('\n');
    }
}

fn list(text: &mut String, aims: &[Aim]) {
    header(text, "what", ["at least", "is", ""].map(String::from).into_iter());
    for aim in aims {
        let missed = if aim.is_met() { "" } else { "missed" };
        _ = writeln!(text, "| {} | {:.0} | {:.1} | {missed} |", aim.what, aim.least, aim.figure);
    }
}

fn constants(text: &mut String) {
    header(text, "what", ["in ns".to_owned()].into_iter());
    let [near, group, far] = PROBE;
    let [steal, steal_far] = STEAL;
    let [earliest, latest] = AWAKE;
    let rows = [
        ("cutting a piece, or forking".to_owned(), SPLIT.to_string()),
        ("taking the newest part back".to_owned(), POP.to_string()),
        ("looking after a piece of a loop that is cut by time".to_owned(), PIECE.to_string()),
        ("looking at a deque: same cache, same node".to_owned(), format!("{near}, {group}")),
        (
            "looking at a deque at distance d (10: the own node)".to_owned(),
            format!("{far} d / {FAR}"),
        ),
        ("stealing in the node".to_owned(), steal.to_string()),
        ("stealing at distance d".to_owned(), format!("{steal_far} d / {FAR}")),
        ("workers begin to look for work".to_owned(), format!("{earliest} to {latest}")),
        (
            "a share is left to its group for a quarter of the time that it takes, within"
                .to_owned(),
            format!("{} to {}", tuning::WAKE_WORTH_LEAST_NS, tuning::DEALT_PATIENCE_NS_MOST),
        ),
    ];
    for (what, ns) in rows {
        _ = writeln!(text, "| {what} | {ns} |");
    }
    _ = writeln!(
        text,
        "\nItems with memory wait for it for {MEMORY_SHARE} of their time. That share takes 1 + {SLOWER} (d/10 - 1) times as long at\n\
         distance d, or longer if the streams into the node are more than {SATURATION} of its cores. Machines: two sockets of one, two or\n\
         four nodes of 32 cores (12 within a socket; 32, on 2x32 21, between), eight nodes of 16 at the corners of a cube (16, 22,\n\
         28), one node of 32. Eight cores share a cache."
    );
}
