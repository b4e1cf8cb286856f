//! The document: the machine, and for each subject its plots, a summary for each place, and the rows that differ most.

use std::fmt::Write as _;
use std::path::Path;

use crate::machine::Machine;
use crate::plot::Plot;
use crate::results::{Group, Results};

/// Rows of a subject that are shown, from either end.
const SHOWN: usize = 4;

pub(crate) fn document(
    machine: &Machine,
    results: &Results,
    plots: &[Plot],
    folder: &Path,
) -> String {
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut text = String::from("# Benchmark report\n\n");
    _ = writeln!(
        text,
        "Written by `cargo run --release --example bench_report`. Times are medians, ratios medians of the ratios within a\n\
         round, so less than 1 is faster. `twin` is the reference against itself: where its ratio is far from 1, the others\n\
         say little. All rows: [results.tsv]({folder}/results.tsv).\n\n| machine | |\n|---|---|"
    );
    for (name, value) in machine {
        _ = writeln!(text, "| {name} | {value} |");
    }
    for (subject, groups) in &results.0 {
        _ = writeln!(text, "\n## {subject}\n");
        for plot in plots.iter().filter(|plot| plot.subject == *subject) {
            _ = writeln!(text, "![{}]({folder}/{})\n", plot.caption, plot.file);
        }
        text.push_str(&summary(groups));
        text.push_str(&extremes(groups));
    }
    text
}

/// A line for each place: how the crates compare there on the whole.
fn summary(groups: &[Group]) -> String {
    let mut places: Vec<&str> = Vec::new();
    for group in groups {
        if !places.contains(&group.place.as_str()) {
            places.push(&group.place);
        }
    }
    let mut text =
        "| place | groups | moirai / rayon, mean (range) | twin | moirai / seq | rayon / seq |\n\
                    |---|---:|---|---|---|---|\n"
            .to_owned();
    for place in places {
        let here = || groups.iter().filter(|group| group.place == place);
        let ratios =
            |ratio: &dyn Fn(&Group) -> Option<f64>| spread(here().filter_map(ratio).collect());
        _ = writeln!(
            text,
            "| {place} | {} | {} | {} | {} | {} |",
            here().count(),
            ratios(&|group| group.per_rayon("moirai")),
            ratios(&|group| group.per_rayon("rayon-twin").or(group.per_sequential("seq-twin"))),
            ratios(&|group| group.per_sequential("moirai")),
            ratios(&|group| group.per_sequential("rayon")),
        );
    }
    text
}

/// The geometric mean and the range of some ratios.
fn spread(mut ratios: Vec<f64>) -> String {
    ratios.sort_by(f64::total_cmp);
    let (Some(lowest), Some(highest)) = (ratios.first(), ratios.last()) else {
        return String::new();
    };
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    format!("{mean:.2} ({lowest:.2}..{highest:.2})")
}

/// The groups that were measured again, or else those in which moirai's ratio to rayon is lowest and highest.
fn extremes(groups: &[Group]) -> String {
    let mut shown: Vec<&Group> = groups.iter().filter(|group| group.place == "again").collect();
    if shown.is_empty() {
        let measured = |group: &&Group| group.row("moirai").is_some();
        let ratio = |group: &&Group| group.per_rayon("moirai").unwrap_or(f64::MAX);
        shown = groups.iter().filter(measured).collect();
        shown.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        if shown.len() > 2 * SHOWN {
            shown.drain(SHOWN..shown.len() - SHOWN);
        }
    }
    let has_ideal = shown.iter().any(|group| group.rows.iter().any(|row| row.per_ideal.is_some()));
    let mut text =
        "\n| workload | place | seq | rayon | moirai | moirai / rayon | twin | moirai / seq |"
            .to_owned();
    text.push_str(if has_ideal { " rayon / ideal | moirai / ideal |\n" } else { "\n" });
    _ = writeln!(
        text,
        "|---|---|---:|---:|---:|---|---:|---:|{}",
        if has_ideal { "---:|---:|" } else { "" }
    );
    for group in shown {
        let time = |name| group.row(name).map_or(String::new(), |row| readable(row.median));
        let number =
            |ratio: Option<f64>| ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let per_rayon = group.row("moirai").and_then(|row| row.per_rayon);
        let [seq, rayon, moirai] = ["seq", "rayon", "moirai"].map(time);
        let quartiles = per_rayon.map_or(String::new(), |[low, middle, high]| {
            format!("{middle:.2} ({low:.2}..{high:.2})")
        });
        let twin = number(group.per_rayon("rayon-twin").or(group.per_sequential("seq-twin")));
        let per_seq = number(group.per_sequential("moirai"));
        let (name, place) = (group.name(), &group.place);
        _ = write!(
            text,
            "| {name} | {place} | {seq} | {rayon} | {moirai} | {quartiles} | {twin} | {per_seq} |"
        );
        if has_ideal {
            let ideal = |name| number(group.row(name).and_then(|row| row.per_ideal));
            _ = write!(text, " {} | {} |", ideal("rayon"), ideal("moirai"));
        }
        text.push('\n');
    }
    text
}

/// Nanoseconds in a unit that leaves one to three digits before the point.
fn readable(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.1} us", ns / 1e3),
        ns if ns < 1e9 => format!("{:.1} ms", ns / 1e6),
        ns => format!("{:.1} s", ns / 1e9),
    }
}
