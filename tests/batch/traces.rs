//! What the items of a loop cost: the traces that the simulator runs.

use std::ops::Range;

/// A stream of numbers that depends on its seed alone (splitmix64).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The costs of a loop's items, in ns, as sums from the left.
#[derive(Debug)]
pub(crate) struct Trace {
    sums: Vec<u64>,
    longest: u64,
}

impl Trace {
    pub(crate) fn new(costs: impl IntoIterator<Item = u64>) -> Self {
        let (mut sum, mut longest) = (0, 0);
        let mut sums = vec![0];
        sums.extend(costs.into_iter().map(|cost| {
            sum += cost;
            longest = longest.max(cost);
            sum
        }));
        Trace { sums, longest }
    }

    pub(crate) fn len(&self) -> usize {
        self.sums.len() - 1
    }

    pub(crate) fn total(&self) -> u64 {
        self.sums[self.len()]
    }

    /// What these items cost together.
    pub(crate) fn cost(&self, items: &Range<usize>) -> u64 {
        self.sums[items.end] - self.sums[items.start]
    }

    /// What an item costs on average.
    pub(crate) fn mean(&self) -> f32 {
        (self.total() as f64 / self.len() as f64) as f32
    }

    /// No schedule on so many workers ends earlier.
    pub(crate) fn bound(&self, workers: usize) -> f64 {
        (self.total() as f64 / workers as f64).max(self.longest as f64)
    }
}

pub(crate) fn even(items: usize, cost: u64) -> Trace {
    Trace::new(std::iter::repeat_n(cost, items))
}

/// The first item costs nearly nothing, the last one `most`.
pub(crate) fn triangle(items: usize, most: u64) -> Trace {
    Trace::new((1..=items as u64).map(|item| item * most / items as u64))
}

/// Eight items of 50 ms in front of 400 that cost `cheap`.
pub(crate) fn front_heavy(cheap: u64) -> Trace {
    Trace::new((0..408).map(|item| if item < 8 { 50_000_000 } else { cheap }))
}

/// The same, the other way round.
pub(crate) fn back_heavy(cheap: u64) -> Trace {
    Trace::new((0..408).map(|item| if item >= 400 { 50_000_000 } else { cheap }))
}

/// Costs after Zipf's law, `most` for the first rank, in random order.
pub(crate) fn zipf(items: usize, most: u64, seed: u64) -> Trace {
    let mut costs: Vec<u64> = (1..=items as u64).map(|rank| most / rank + 1).collect();
    let mut random = Random::new(seed);
    for last in (1..items).rev() {
        costs.swap(last, random.below(last as u64 + 1) as usize);
    }
    Trace::new(costs)
}

/// One item of `giant` ns at `place` among others of `cheap` ns.
pub(crate) fn one_giant(items: usize, cheap: u64, place: usize, giant: u64) -> Trace {
    Trace::new((0..items).map(|item| if item == place { giant } else { cheap }))
}

/// Costs spread evenly over the orders of magnitude from 10 ns to `most`.
pub(crate) fn random(items: usize, most: u64, seed: u64) -> Trace {
    let mut random = Random::new(seed);
    let span = (most as f64 / 10.0).ln();
    Trace::new((0..items).map(|_| (10.0 * (span * random.fraction()).exp()) as u64))
}
