//! Speed-up and locality by the number of cores.

use super::policy::Policy;
use super::study::{self, Case, Figures};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// Policies, and how their lines look.
const LINES: [(Policy, RGBColor); 3] = [
    (Policy::UNIFORM, RGBColor(215, 110, 20)),
    (Policy::SORTED, RGBColor(60, 150, 80)),
    (Policy { name: "split + sorted, as moirai does", ..Policy::POOL }, RGBColor(30, 90, 190)),
];

const SIZE: (u32, u32) = (960, 700);
const TITLE_HEIGHT: u32 = 36;

/// A panel: what it shows, of which load, and up to which number.
struct Panel {
    title: &'static str,
    load: usize,
    most: f64,
    of: fn(&Figures) -> f64,
}

const PANELS: [Panel; 4] = [
    Panel { title: "speed-up, loop of 100 ms", load: 0, most: 256.0, of: |f| f.speed_up },
    Panel { title: "speed-up, loop of 5 ms", load: 1, most: 256.0, of: |f| f.speed_up },
    Panel {
        title: "work at home, %, loop of 100 ms",
        load: 0,
        most: 105.0,
        of: |f| f.work_at_home,
    },
    Panel {
        title: "steals in group, %, loop of 100 ms",
        load: 0,
        most: 105.0,
        of: |f| f.steals_in_group,
    },
];

pub(crate) fn draw(path: &Path, seeds: usize) -> Drawn {
    let machines = study::growing_machines();
    let loads = [study::fine(100), study::fine(5)];
    let cases: Vec<Case> = loads
        .iter()
        .flat_map(|load| machines.iter().map(|machine| (load.clone(), machine.clone())))
        .map(|(load, machine)| Case { load, machine, uniform: None })
        .collect();
    let figures = study::run(&cases, &LINES.map(|(policy, _)| policy), seeds);
    let cores: Vec<f64> = machines.iter().map(|machine| machine.cores() as f64).collect();

    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    legend(&area)?;
    let (_, below) = area.split_vertically(TITLE_HEIGHT);
    for (cell, panel) in below.split_evenly((2, 2)).iter().zip(PANELS) {
        let rows = &figures[panel.load * machines.len()..][..machines.len()];
        draw_panel(cell, &panel, &cores, rows)?;
    }
    area.present()?;
    Ok(())
}

fn text(pixels: u32) -> TextStyle<'static> {
    ("sans-serif", pixels).into_text_style(&(1, 1)).color(&BLACK)
}

fn legend(area: &Area<'_>) -> Drawn {
    let title = "Memory-bound loops on nodes of 32 cores";
    area.draw(&Text::new(title, (12, 10), text(16)))?;
    for ((policy, colour), x) in LINES.iter().zip([420, 520, 610]) {
        area.draw(&Circle::new((x, 18), 4, colour.filled()))?;
        area.draw(&Text::new(policy.name, (x + 10, 11), text(13)))?;
    }
    Ok(())
}

/// One panel; `rows` has the figures for each number of cores.
fn draw_panel(area: &Area<'_>, panel: &Panel, cores: &[f64], rows: &[Vec<Figures>]) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(panel.title, ("sans-serif", 14))
        .margin(8)
        .x_label_area_size(34)
        .y_label_area_size(36)
        .build_cartesian_2d(0.0..264.0, 0.0..panel.most)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_labels(9)
        .y_labels(6)
        .x_desc("cores")
        .label_style(("sans-serif", 11))
        .x_label_formatter(&|cores| format!("{cores:.0}"))
        .y_label_formatter(&|figure| format!("{figure:.0}"))
        .draw()?;
    if panel.most > 200.0 {
        // As many times as there are cores.
        chart.draw_series(LineSeries::new([(0.0, 0.0), (256.0, 256.0)], BLACK.mix(0.4)))?;
    }
    for (index, (_, colour)) in LINES.iter().enumerate() {
        let points = || cores.iter().zip(rows).map(|(x, row)| (*x, (panel.of)(&row[index])));
        chart.draw_series(LineSeries::new(points(), colour.stroke_width(2)))?;
        chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    Ok(())
}
