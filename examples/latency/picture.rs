//! Batch sizes and latencies over time as two charts with one time axis, both on logarithmic scales.

use super::load::{Phase, Record, Seen};
use std::fmt::Write as _;
use std::time::Duration;

/// Sizes are in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 60.0;
const CHART: f64 = 230.0;
const BETWEEN: f64 = 60.0;

const FONT: &str = "font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"12\"";
const BLUE: &str = "#1f77b4";
const ORANGE: &str = "#ff7f0e";
const GREY: &str = "#777777";

/// A chart: where it is, and the powers of ten at its lower and upper edge.
struct Chart {
    top: f64,
    title: &'static str,
    lowest: i32,
    highest: i32,
    total_s: f64,
}

impl Chart {
    fn x(&self, time_s: f64) -> f64 {
        LEFT + (time_s / self.total_s).clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share =
            (value.log10() - f64::from(self.lowest)) / f64::from(self.highest - self.lowest);
        self.top + CHART * (1.0 - share.clamp(0.0, 1.0))
    }

    fn axes(&self, svg: &mut String, phases: &[Phase]) {
        text(svg, LEFT, self.top - 10.0, "start", self.title);
        for (number, phase) in phases.iter().enumerate() {
            let (begin, end) = (self.x(phase.begin.as_secs_f64()), self.x(phase.end.as_secs_f64()));
            let fill = ["#f4f4f4", "#e9e9e9"][number % 2];
            let (top, width) = (self.top, end - begin);
            _ = writeln!(
                svg,
                r#"<rect x="{begin:.1}" y="{top:.1}" width="{width:.1}" height="{CHART:.1}" fill="{fill}"/>"#
            );
            text(svg, (begin + end) / 2.0, self.top + 16.0, "middle", phase.name);
        }
        for power in self.lowest..=self.highest {
            let y = self.y(10_f64.powi(power));
            line(svg, (LEFT, y), (WIDTH - RIGHT, y), "#cccccc", "");
            text(svg, LEFT - 8.0, y + 4.0, "end", &tick(power));
        }
        let seconds = (self.total_s / 10.0).max(0.001);
        let step = 10_f64.powf(seconds.log10().ceil());
        for number in 0..=(self.total_s / step) as usize {
            let time = number as f64 * step;
            text(svg, self.x(time), self.top + CHART + 18.0, "middle", &format!("{time} s"));
        }
    }

    /// A line through the values of the windows that have one.
    fn curve(&self, svg: &mut String, record: &Record, value: impl Fn(&Seen) -> f64, color: &str) {
        let mut points = String::new();
        for (number, seen) in record.windows.iter().enumerate() {
            let value = value(seen);
            if value > 0.0 {
                let time_s = (number as f64 + 0.5) * record.window.as_secs_f64();
                _ = write!(points, "{:.1},{:.1} ", self.x(time_s), self.y(value));
            }
        }
        let points = points.trim_end();
        _ = writeln!(
            svg,
            r#"<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>"#
        );
    }

    /// Names for the colors of the curves, at the upper right.
    fn legend(&self, svg: &mut String, names: &[(&str, &str)]) {
        for (number, (name, color)) in names.iter().enumerate() {
            let x = WIDTH - RIGHT - 170.0 * (names.len() - number) as f64;
            let y = self.top - 14.0;
            line(svg, (x, y), (x + 20.0, y), color, "");
            text(svg, x + 26.0, y + 4.0, "start", name);
        }
    }
}

fn tick(power: i32) -> String {
    match power {
        ..0 => format!("{}", 10_f64.powi(power)),
        0..4 => format!("{}", 10_u64.pow(power.unsigned_abs())),
        _ => format!("{} 000", 10_u64.pow(power.unsigned_abs() - 3)),
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    _ = writeln!(svg, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#);
}

fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64), color: &str, more: &str) {
    _ = writeln!(
        svg,
        r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" stroke="{color}"{more}/>"#
    );
}

/// The picture.
pub(crate) fn svg(phases: &[Phase], record: &Record, deadline: Duration) -> String {
    let total_s = phases.last().map_or(1.0, |phase| phase.end.as_secs_f64());
    let sizes = Chart { top: TOP, title: "messages in a batch", lowest: 0, highest: 4, total_s };
    let latencies = Chart {
        top: TOP + CHART + BETWEEN,
        title: "latency in us",
        lowest: 0,
        highest: 5,
        total_s,
    };
    let mut body = String::new();
    sizes.axes(&mut body, phases);
    sizes.legend(&mut body, &[("on average", BLUE), ("that make it full", ORANGE)]);
    sizes.curve(&mut body, record, |seen| seen.bound as f64, ORANGE);
    let average = |seen: &Seen| seen.messages as f64 / seen.batches.max(1) as f64;
    sizes.curve(&mut body, record, average, BLUE);
    latencies.axes(&mut body, phases);
    latencies.legend(&mut body, &[("median", BLUE), ("99 %", ORANGE), ("deadline", GREY)]);
    latencies.curve(&mut body, record, |seen| seen.latencies.quantile_ns(0.99) / 1e3, ORANGE);
    latencies.curve(&mut body, record, |seen| seen.latencies.quantile_ns(0.5) / 1e3, BLUE);
    let y = latencies.y(deadline.as_secs_f64() * 1e6);
    line(&mut body, (LEFT, y), (WIDTH - RIGHT, y), GREY, r#" stroke-dasharray="6 4""#);
    let height = latencies.top + CHART + 40.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" {FONT}>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">An adaptive channel under a changing load</text>\n\
         {body}</svg>\n"
    )
}
