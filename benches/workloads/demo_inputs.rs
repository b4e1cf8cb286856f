//! What the small programs work on.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::workloads::Random;

/// The inputs of all programs.
pub(crate) struct Inputs {
    pub(crate) bodies: Vec<Body>,
    /// Two factors, 256 by 256.
    pub(crate) matrices: [Vec<f32>; 2],
    pub(crate) unsorted: Vec<u32>,
    pub(crate) board: Board,
    pub(crate) search: Search,
    /// Each number at its own place.
    pub(crate) haystack: Vec<u32>,
    pub(crate) text: String,
}

impl Inputs {
    pub(crate) fn new() -> Self {
        let mut random = Random(1);
        let mut body =
            |_| Body { place: [(); 3].map(|()| random.fraction()), mass: random.fraction() };
        Inputs {
            bodies: (0..1_000).map(&mut body).collect(),
            matrices: [2, 3].map(|seed| {
                let mut random = Random(seed);
                (0..256 * 256).map(|_| random.below(8) as f32).collect()
            }),
            unsorted: (0..200_000).map(|_| random.next_u64() as u32).collect(),
            board: Board {
                side: 200,
                cells: (0..200 * 200).map(|_| random.below(4) == 0).collect(),
            },
            search: Search::new(11, &mut random),
            haystack: (0..2_000_000).collect(),
            text: (0..500_000).map(|_| char::from(b"abcdefg "[random.below(8)])).collect(),
        }
    }
}

/// Something with a weight.
pub(crate) struct Body {
    pub(crate) place: [f64; 3],
    pub(crate) mass: f64,
}

/// A square torus of cells.
pub(crate) struct Board {
    side: usize,
    pub(crate) cells: Vec<bool>,
}

impl Board {
    /// Whether the cell lives in the next generation.
    pub(crate) fn lives_on(&self, cells: &[bool], cell: usize) -> bool {
        let (row, column) = (cell / self.side, cell % self.side);
        let around =
            |place: usize| [place + self.side - 1, place, place + 1].map(|at| at % self.side);
        let living = around(row)
            .into_iter()
            .flat_map(|row| around(column).map(|column| cells[row * self.side + column]))
            .filter(|&lives| lives)
            .count();
        living == 3 || living == 4 && cells[cell]
    }
}

/// Cities and the distances between them.
pub(crate) struct Search {
    distances: Vec<Vec<u32>>,
}

/// The beginning of a tour, from city 0.
#[derive(Clone, Copy)]
pub(crate) struct Tour {
    visited: u32,
    last: usize,
    length: u32,
}

impl Tour {
    pub(crate) const START: Tour = Tour { visited: 1, last: 0, length: 0 };

    pub(crate) fn cities(self) -> usize {
        self.visited.count_ones() as usize
    }
}

impl Search {
    fn new(cities: usize, random: &mut Random) -> Self {
        let places: Vec<[f64; 2]> =
            (0..cities).map(|_| [random.fraction(), random.fraction()]).collect();
        let distance = |a: &[f64; 2], b: &[f64; 2]| ((a[0] - b[0]).hypot(a[1] - b[1]) * 1e3) as u32;
        let row = |from| places.iter().map(|to| distance(from, to)).collect();
        Search { distances: places.iter().map(row).collect() }
    }

    pub(crate) fn cities(&self) -> usize {
        self.distances.len()
    }

    /// The tour with one city more, for each that was not visited yet.
    pub(crate) fn continuations(&self, tour: Tour) -> impl Iterator<Item = Tour> + '_ {
        (0..self.cities()).filter(move |city| tour.visited >> city & 1 == 0).map(move |city| Tour {
            visited: tour.visited | 1 << city,
            last: city,
            length: tour.length + self.distances[tour.last][city],
        })
    }

    /// Goes through all tours that begin so, but for those that are longer than the best one already.
    pub(crate) fn complete(&self, tour: Tour, best: &AtomicU32) {
        if tour.length >= best.load(Ordering::Relaxed) {
            return;
        }
        if tour.cities() == self.cities() {
            best.fetch_min(tour.length + self.distances[tour.last][0], Ordering::Relaxed);
            return;
        }
        self.continuations(tour).for_each(|tour| self.complete(tour, best));
    }
}
