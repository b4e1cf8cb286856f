//! The example's pictures: nothing is outside, no text lies on another one or leaves its box.

#[path = "../../examples/topology/picture.rs"]
mod picture;

use moirai::topology::{CpuSet, Topology};

/// What a line of a picture draws, by its left, upper, right and lower ends.
#[derive(Debug, Clone)]
struct Shape {
    ends: [f64; 4],
    /// The text; none for a box.
    text: Option<String>,
}

impl Shape {
    fn of(line: &str) -> Option<Shape> {
        let number = |name: &str| -> Option<f64> {
            let value = line.split_once(&format!(" {name}=\""))?.1;
            value.split_once('"')?.0.parse().ok()
        };
        let (x, y) = (number("x")?, number("y")?);
        if line.starts_with("<rect") {
            let ends = [x, y, x + number("width")?, y + number("height")?];
            return Some(Shape { ends, text: None });
        }
        let text = line.split_once('>')?.1.split_once('<')?.0.to_owned();
        // Monospaced, 12 pixels high: a character is 7.23 pixels wide, and reaches 11 above its line and 3 below.
        let width = 7.23 * text.chars().count() as f64;
        Some(Shape { ends: [x, y - 11.0, x + width, y + 3.0], text: Some(text) })
    }

    /// Whether they have some of their area in common, by more than the rounding of what is printed.
    fn overlaps(&self, other: &Shape) -> bool {
        let apart = |low: usize, high: usize| {
            self.ends[high] <= other.ends[low] + 0.2 || other.ends[high] <= self.ends[low] + 0.2
        };
        !apart(0, 2) && !apart(1, 3)
    }

    fn contains(&self, other: &Shape) -> bool {
        (0..2).all(|end| {
            self.ends[end] <= other.ends[end] && other.ends[end + 2] <= self.ends[end + 2]
        })
    }
}

fn check(topology: &Topology, workers: &[(usize, CpuSet)]) {
    let svg = picture::svg(topology, workers);
    let size = |name: &str| -> f64 {
        let value = svg.split_once(&format!(" {name}=\"")).unwrap().1;
        value.split_once('"').unwrap().0.parse().unwrap()
    };
    let page = Shape { ends: [0.0, 0.0, size("width"), size("height")], text: None };
    let shapes: Vec<Shape> = svg.lines().filter_map(Shape::of).collect();
    assert!(shapes.iter().all(|shape| page.contains(shape)), "outside of the page:\n{svg}");
    let (texts, boxes): (Vec<&Shape>, Vec<&Shape>) =
        shapes.iter().partition(|shape| shape.text.is_some());
    for (index, text) in texts.iter().enumerate() {
        let over = texts[..index].iter().find(|other| text.overlaps(other));
        assert!(over.is_none(), "{text:?} lies on {over:?}");
        let cut = boxes.iter().find(|one| text.overlaps(one) && !one.contains(text));
        assert!(cut.is_none(), "{text:?} leaves, or is cut by, {cut:?}");
    }
    for (index, inner) in boxes.iter().enumerate() {
        let across =
            boxes[..index].iter().find(|outer| inner.overlaps(outer) && !outer.contains(inner));
        assert!(across.is_none(), "{inner:?} lies across {across:?}");
    }
    let of = |text: &str| texts.iter().filter(|shape| shape.text.as_deref() == Some(text)).count();
    for (number, _) in workers {
        assert_eq!(of(&format!("w{number}")), 1);
    }
    for cpu in topology.cpus().iter() {
        assert!(of(&cpu.to_string()) >= 1, "CPU {cpu} is not drawn");
    }
}

#[test]
fn no_text_lies_on_another() {
    watch!();
    let descriptions = [
        "1x1",
        "1x2",
        "2x4",
        "4x8/smt=2/l3=4:socket2x2",
        "8x12/smt=4:ring",
        "1x96/l3=8",
        "3x300:line",
    ];
    for description in descriptions {
        let topology = Topology::fake(description).unwrap();
        // One for each CPU, one for each group, and some that may run anywhere.
        let each = topology.cpus().iter().take(40).map(|cpu| CpuSet::from(cpu..=cpu));
        let groups = topology.groups().iter().map(|group| group.cpus().clone());
        let anywhere = (0..20).map(|_| topology.cpus().clone());
        let workers: Vec<(usize, CpuSet)> =
            each.chain(groups).chain(anywhere).enumerate().collect();
        check(&topology, &workers);
        check(&topology, &[]);
    }
    for machine in crate::fixtures::trees() {
        check(&Topology::from_sysfs_root(machine.root(), None), &[]);
    }
}
