//! The plots of a subject: lines where a workload was measured at many sizes, dots elsewhere.

use std::error::Error;
use std::ops::Range;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::results::{Group, Results, Series, series};

/// A file in the report's folder.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) subject: String,
    pub(crate) file: String,
    pub(crate) caption: &'static str,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// Implementations and their colours, in the order of drawing.
const COLOURS: [(&str, RGBColor); 4] = [
    ("seq", RGBColor(120, 120, 120)),
    ("chili", RGBColor(60, 150, 80)),
    ("rayon", RGBColor(215, 110, 20)),
    ("moirai", RGBColor(30, 90, 190)),
];
const NOISE: RGBColor = RGBColor(225, 225, 225);

/// With more lines than this, they share one panel for each crate.
const MOST_PANELS: usize = 48;
const PANELS_ABREAST: usize = 4;
const PANEL: (u32, u32) = (300, 210);

const TITLE_HEIGHT: u32 = 34;
const ROW_HEIGHT: u32 = 16;
const NAME_WIDTH: i32 = 260;
const PLOT_WIDTH: i32 = 620;

/// Draws all plots of all subjects into the folder.
pub(crate) fn draw(results: &Results, folder: &Path) -> Result<Vec<Plot>, Box<dyn Error>> {
    let mut plots = Vec::new();
    for (subject, groups) in &results.0 {
        let (lines, others) = series(groups);
        let others: Vec<&Group> =
            others.into_iter().filter(|group| group.row("rayon").is_some()).collect();
        let mut plot = |kind: &str, caption, size, draw: &dyn Fn(&Area<'_>) -> Drawn| -> Drawn {
            let file = format!("{subject}-{kind}.svg");
            let path = folder.join(&file);
            let area = SVGBackend::new(&path, size).into_drawing_area();
            area.fill(&WHITE)?;
            draw(&area)?;
            area.present()?;
            plots.push(Plot { subject: subject.clone(), file, caption });
            Ok(())
        };
        if lines.len() > MOST_PANELS {
            let caption = "ratio to the sequential code by size, a line for each workload";
            plot("lines", caption, (1_000, 450), &|area| overview(area, subject, &lines))?;
        } else if !lines.is_empty() {
            let abreast = lines.len().min(PANELS_ABREAST) as u32;
            let size = (
                PANEL.0 * abreast,
                TITLE_HEIGHT + PANEL.1 * lines.len().div_ceil(PANELS_ABREAST) as u32,
            );
            let caption = "ratio to the sequential code by size";
            plot("lines", caption, size, &|area| panels(area, subject, &lines))?;
        }
        if !others.is_empty() {
            let size = (
                (NAME_WIDTH + PLOT_WIDTH) as u32 + 20,
                TITLE_HEIGHT + 30 + ROW_HEIGHT * others.len() as u32,
            );
            plot("dots", "time relative to rayon", size, &|area| dots(area, subject, &others))?;
        }
    }
    Ok(plots)
}

fn text(pixels: u32) -> TextStyle<'static> {
    ("sans-serif", pixels).into_text_style(&(1, 1)).color(&BLACK)
}

/// The title, and those implementations in their colours which the groups have.
fn title<'r>(
    area: &Area<'_>,
    title: &str,
    groups: impl Iterator<Item = &'r Group> + Clone,
) -> Drawn {
    area.draw(&Text::new(title.to_owned(), (8, 8), text(16)))?;
    let mut x = area.dim_in_pixel().0 as i32 - 80;
    let exists =
        |(name, _): &&(&str, RGBColor)| groups.clone().any(|group| group.row(name).is_some());
    for (name, colour) in COLOURS.iter().rev().filter(exists) {
        area.draw(&Circle::new((x, 16), 4, colour.filled()))?;
        area.draw(&Text::new(*name, (x + 8, 9), text(13)))?;
        x -= 70;
    }
    Ok(())
}

fn all_groups<'r>(lines: &'r [(String, Series<'r>)]) -> impl Iterator<Item = &'r Group> + Clone {
    lines.iter().flat_map(|(_, series)| series.values().copied())
}

/// The ratios of an implementation to the sequential code, by size.
fn line(series: &Series<'_>, name: &str) -> Vec<(f64, f64)> {
    let point = |(&size, group): (&u64, &&Group)| Some((size as f64, group.per_sequential(name)?));
    series.iter().filter_map(point).collect()
}

/// Round numbers in a range: powers of ten, and some more if there are few of them.
fn round_ratios(range: &Range<f64>) -> Vec<f64> {
    let digits: &[f64] = if range.end / range.start < 150.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let ratios =
        powers.flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)));
    // Without the traces of binary fractions.
    ratios
        .map(|ratio| format!("{ratio:.0e}").parse().unwrap_or(ratio))
        .filter(|ratio| range.contains(ratio))
        .collect()
}

/// A size in few characters.
fn short(size: f64) -> String {
    match size {
        size if size < 1e3 => format!("{size:.0}"),
        size if size < 1e6 => format!("{:.0}k", size / 1e3),
        size => format!("{:.0}M", size / 1e6),
    }
}

/// One panel: some lines over sizes, both axes logarithmic.
fn panel(area: &Area<'_>, name: &str, lines: &[(Vec<(f64, f64)>, ShapeStyle)]) -> Drawn {
    let points = || lines.iter().flat_map(|(points, _)| points);
    // At least as much as noise may make up, so that it does not fill the panel.
    let ratios = points().map(|point| point.1);
    let range = ratios.clone().fold(0.5, f64::min) / 1.2..ratios.fold(2.0, f64::max) * 1.2;
    let round = round_ratios(&range);
    let smallest = points().map(|point| point.0).fold(f64::MAX, f64::min);
    let largest = points().map(|point| point.0).fold(1.0, f64::max);
    if points().next().is_none() {
        return Ok(());
    }
    let mut chart = ChartBuilder::on(area)
        .caption(name, ("sans-serif", 13))
        .margin_right(12)
        .x_label_area_size(22)
        .y_label_area_size(44)
        .build_cartesian_2d(
            (smallest..largest).log_scale(),
            range.log_scale().with_key_points(round),
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_labels(4)
        .y_labels(5)
        .label_style(("sans-serif", 11))
        .x_label_formatter(&|size| short(*size))
        .y_label_formatter(&|ratio| format!("{ratio}"))
        .draw()?;
    chart.draw_series(LineSeries::new([(smallest, 1.0), (largest, 1.0)], BLACK.mix(0.5)))?;
    for (points, style) in lines {
        chart.draw_series(LineSeries::new(points.iter().copied(), *style))?;
    }
    Ok(())
}

/// A panel for each workload in each place.
fn panels(area: &Area<'_>, subject: &str, lines: &[(String, Series<'_>)]) -> Drawn {
    title(area, &format!("{subject}: time / sequential time, by size"), all_groups(lines))?;
    let (_, area) = area.split_vertically(TITLE_HEIGHT);
    let rows = lines.len().div_ceil(PANELS_ABREAST);
    let cells = area.split_evenly((rows, lines.len().min(PANELS_ABREAST)));
    for (cell, (name, series)) in cells.iter().zip(lines) {
        let lines = COLOURS.map(|(name, colour)| (line(series, name), colour.stroke_width(2)));
        panel(cell, name, &lines)?;
    }
    Ok(())
}

/// A panel for each crate with the lines of all workloads.
fn overview(area: &Area<'_>, subject: &str, lines: &[(String, Series<'_>)]) -> Drawn {
    title(
        area,
        &format!("{subject}: time / sequential time, by size, a line for each workload"),
        all_groups(lines),
    )?;
    let (_, area) = area.split_vertically(TITLE_HEIGHT);
    for (cell, name) in area.split_evenly((1, 2)).iter().zip(["rayon", "moirai"]) {
        let colour = COLOURS.iter().find(|(other, _)| *other == name).unwrap().1;
        let lines: Vec<_> = lines
            .iter()
            .map(|(_, series)| (line(series, name), colour.mix(0.4).stroke_width(1)))
            .collect();
        panel(cell, name, &lines)?;
    }
    Ok(())
}

/// A row for each group: times relative to rayon, moirai's with quartiles; the grey bar is the twin's quartiles.
fn dots(area: &Area<'_>, subject: &str, groups: &[&Group]) -> Drawn {
    title(area, &format!("{subject}: time / rayon's time"), groups.iter().copied())?;
    let ratios =
        |group: &&Group| group.rows.iter().filter_map(|row| row.per_rayon).collect::<Vec<_>>();
    let all = || groups.iter().flat_map(ratios).map(|ratios| ratios[1]);
    // Whole powers of ten around what there is.
    let low = all().fold(0.5, f64::min).log10().floor();
    let high = all().fold(2.0, f64::max).log10().ceil();
    let x = |ratio: f64| {
        let share = (ratio.log10().clamp(low, high) - low) / (high - low);
        NAME_WIDTH + (share * f64::from(PLOT_WIDTH)) as i32
    };
    let (top, bottom) =
        (TITLE_HEIGHT as i32, (TITLE_HEIGHT + ROW_HEIGHT * groups.len() as u32) as i32);
    for power in low as i32..=high as i32 {
        for digit in [1.0, 2.0, 5.0].into_iter().take(if power == high as i32 { 1 } else { 3 }) {
            let ratio = digit * 10_f64.powi(power);
            let is_one = power == 0 && digit < 1.5;
            let style = BLACK.mix(if is_one { 0.6 } else { 0.1 });
            area.draw(&PathElement::new([(x(ratio), top), (x(ratio), bottom)], style))?;
            if high - low < 4.0 || digit < 1.5 {
                area.draw(&Text::new(format!("{ratio}"), (x(ratio) - 8, bottom + 4), text(11)))?;
            }
        }
    }
    for (index, group) in groups.iter().enumerate() {
        let y = top + (ROW_HEIGHT * index as u32 + ROW_HEIGHT / 2) as i32;
        let name = format!("{}  {}", group.name(), group.place);
        area.draw(&Text::new(name, (8, y - 6), text(11)))?;
        if let Some([low, _, high]) = group.row("rayon-twin").and_then(|row| row.per_rayon) {
            let bar = [(x(low), y - 6), (x(high) + 1, y + 6)];
            area.draw(&Rectangle::new(bar, NOISE.filled()))?;
        }
        for (name, colour) in COLOURS {
            let quartiles = match name {
                "rayon" => Some([1.0; 3]),
                _ => group.row(name).and_then(|row| row.per_rayon),
            };
            let Some([low, middle, high]) = quartiles else { continue };
            area.draw(&PathElement::new([(x(low), y), (x(high), y)], colour.mix(0.6)))?;
            area.draw(&Circle::new((x(middle), y), 4, colour.filled()))?;
        }
    }
    Ok(())
}
