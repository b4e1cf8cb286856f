//! Loads: how much work each item does, in units of about 100 ns.

use crate::workloads::Random;

/// Items of one kind of skew.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    /// The units of each item, in one or more arrangements that one sample goes through.
    pub(crate) arrangements: Vec<Vec<u32>>,
}

impl Load {
    /// The number of items of one arrangement.
    pub(crate) fn items(&self) -> usize {
        self.arrangements[0].len()
    }

    /// The share of the sequential time that an ideal schedule takes.
    pub(crate) fn ideal(&self, threads: usize) -> f64 {
        let sum = |units: &Vec<u32>| units.iter().map(|&units| f64::from(units)).sum::<f64>();
        let ideal = |units: &Vec<u32>| {
            (sum(units) / threads as f64).max(f64::from(*units.iter().max().unwrap()))
        };
        self.arrangements.iter().map(ideal).sum::<f64>()
            / self.arrangements.iter().map(sum).sum::<f64>()
    }
}

/// The loads of the subject.
pub(crate) fn all() -> Vec<Load> {
    let mut random = Random(1);
    let one = |name, units| Load { name, arrangements: vec![units] };
    // 8 items of 5 ms and 400 of 5 us.
    let front = [vec![50_000; 8], vec![50; 400]].concat();
    let back = front.iter().rev().copied().collect();
    let mut zipf: Vec<u32> = (1..=2_000).map(|rank| 20_000 / rank).collect();
    shuffle(&mut zipf, &mut random);
    // 1 000 items of 8 us, and one that is as large as all of them.
    let giant = |place: usize| {
        let mut units = vec![80; 1_000];
        units.insert(place, 80_000);
        units
    };
    let small_giant = |_| {
        let mut units = vec![5; 1_000];
        units.insert(random.below(1_000), 5_000);
        units
    };
    vec![
        one("even", vec![50; 2_000]),
        one("front-heavy", front),
        one("back-heavy", back),
        one("zipf", zipf),
        one("giant-first", giant(0)),
        one("giant-middle", giant(500)),
        one("giant-last", giant(1_000)),
        Load { name: "giant-at-32-places", arrangements: (0..32).map(small_giant).collect() },
        one("triangle", (0..1_000).map(|index| index / 5).collect()),
        one("triangle-falling", (0..1_000).rev().map(|index| index / 5).collect()),
        one("mandelbrot", mandelbrot()),
        one("collatz", collatz()),
    ]
}

fn shuffle(units: &mut [u32], random: &mut Random) {
    for index in (1..units.len()).rev() {
        units.swap(index, random.below(index + 1));
    }
}

/// The steps of each row of a picture of the set, as a row costs them.
fn mandelbrot() -> Vec<u32> {
    const ROWS: i32 = 240;
    let steps = |row: i32, column: i32| {
        let (x, y) = (f64::from(column) / 40.0 - 2.0, f64::from(row) / 100.0 - 1.2);
        let (mut a, mut b, mut steps) = (0.0, 0.0, 0);
        while steps < 200 && a * a + b * b < 4.0 {
            (a, b) = (a * a - b * b + x, 2.0 * a * b + y);
            steps += 1;
        }
        steps
    };
    (0..ROWS).map(|row| (0..120).map(|column| steps(row, column)).sum::<u32>() / 16).collect()
}

/// The steps from each number down to 1: items that are all short, and uneven.
fn collatz() -> Vec<u32> {
    let steps = |start: u64| {
        let next = |n: &u64| Some(if n % 2 == 0 { n / 2 } else { 3 * n + 1 });
        std::iter::successors(Some(start), next).take_while(|&n| n != 1).count()
    };
    (1..2_000).map(|start| steps(start) as u32 / 2).collect()
}
