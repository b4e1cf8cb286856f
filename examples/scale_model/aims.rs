//! What is expected of the figures.

use super::study::{Case, EVEN, FINE, Figures, HOT, RAMP, SHORT, TREE};

/// By how many points uniform stealing may differ from the earlier model.
const REPRODUCED: f64 = 3.0;
/// What the pool must reach of uniform stealing's speed-up, in percent.
const NEVER_BEHIND: f64 = 98.0;

/// Efficiencies of the pool, in percent.
const EFFICIENCIES: [(&str, &str, f64); 6] = [
    (EVEN, "4x32", 94.0),
    (FINE, "4x32", 94.0),
    (EVEN, "8x32", 90.0),
    (FINE, "8x32", 90.0),
    (SHORT, "4x32", 65.0),
    (SHORT, "8x32", 55.0),
];

/// Steals in the group and work at home under the pool's policy on 4x32, in percent.
const LOCALITIES: [(&str, f64, Option<f64>); 5] = [
    (EVEN, 95.0, Some(95.0)),
    (FINE, 95.0, Some(95.0)),
    (RAMP, 90.0, Some(70.0)),
    (HOT, 90.0, Some(70.0)),
    (TREE, 85.0, None),
];

/// Something that is to be at least so much.
#[derive(Debug)]
pub(crate) struct Aim {
    pub(crate) what: String,
    pub(crate) least: f64,
    pub(crate) figure: f64,
}

impl Aim {
    pub(crate) fn is_met(&self) -> bool {
        self.figure >= self.least
    }
}

/// All aims, for the figures of these cases under uniform stealing, which comes first, and the pool's policy, which comes last.
pub(crate) fn aims(cases: &[Case], figures: &[Vec<Figures>]) -> Vec<Aim> {
    let row = |load: &str, machine: &str| {
        let is_it = |case: &Case| case.load.name == load && case.machine.name() == machine;
        pool(&figures[cases.iter().position(is_it).expect("a case for each aim")])
    };
    let mut aims = Vec::new();
    for (load, machine, least) in EFFICIENCIES {
        let what = format!("efficiency, {load}, {machine}");
        aims.push(Aim { what, least, figure: row(load, machine).efficiency });
    }
    for (load, steals, work) in LOCALITIES {
        let figures = row(load, "4x32");
        let what = format!("steals in the group, {load}, 4x32");
        aims.push(Aim { what, least: steals, figure: figures.steals_in_group });
        if let Some(least) = work {
            let what = format!("work at home, {load}, 4x32");
            aims.push(Aim { what, least, figure: figures.work_at_home });
        }
    }
    for (case, figures) in cases.iter().zip(figures) {
        let (name, machine) = (case.load.name, case.machine.name());
        let what = format!("speed-up in percent of uniform stealing's, {name}, {machine}");
        let figure = 100.0 * pool(figures).speed_up / uniform(figures).speed_up;
        aims.push(Aim { what, least: NEVER_BEHIND, figure });
    }
    aims
}

fn uniform(row: &[Figures]) -> &Figures {
    row.first().expect("uniform stealing comes first")
}

fn pool(row: &[Figures]) -> &Figures {
    row.last().expect("the pool's policy comes last")
}

/// Cases in which uniform stealing is not what the earlier model found.
pub(crate) fn not_reproduced(cases: &[Case], figures: &[Vec<Figures>]) -> Vec<String> {
    let differs = |(case, figures): (&Case, &Vec<Figures>)| {
        let (expected, found) = (case.uniform?, uniform(figures).efficiency);
        let (name, machine) = (case.load.name, case.machine.name());
        ((expected - found).abs() > REPRODUCED)
            .then(|| format!("{name}, {machine}: {found:.1} %, not {expected} %"))
    };
    cases.iter().zip(figures).filter_map(differs).collect()
}
