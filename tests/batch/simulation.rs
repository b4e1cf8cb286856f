//! Loops on simulated pools: how far from the best schedule they end, and what they cost besides.
//!
//! A run depends on its seed alone, so times may be asserted; the margins are for what a change of the arithmetic may move.
//! `cargo test --test batch -- --nocapture simulation` prints numbers like those of `docs/batching.md`.

use crate::simulator::{Machine, Outcome};
use crate::traces::{self, Random, Trace};

const SEEDS: u64 = 5;
/// A kind of machine, with so many workers.
type Kind = fn(usize) -> Machine;
const MACHINES: [(&str, Kind); 3] = [
    ("bare", Machine::bare),
    ("virtual", Machine::virtual_machine),
    ("virtual, awake", |workers| Machine::virtual_machine(workers).awake()),
];

/// Some runs of the same loop with different seeds.
struct Runs {
    outcomes: Vec<Outcome>,
    bound: f64,
}

impl Runs {
    fn new(machine: Machine, trace: &Trace, estimate: Option<f32>) -> Self {
        let run = |seed| Machine { seed, ..machine }.run(trace, estimate);
        Runs { outcomes: (0..SEEDS).map(run).collect(), bound: trace.bound(machine.workers) }
    }

    fn ratios(&self) -> impl Iterator<Item = f64> {
        self.outcomes.iter().map(|outcome| outcome.makespan as f64 / self.bound)
    }

    fn mean(&self) -> f64 {
        self.ratios().sum::<f64>() / self.outcomes.len() as f64
    }

    fn worst(&self) -> f64 {
        self.ratios().fold(0.0, f64::max)
    }

    fn most(&self, of: impl Fn(&Outcome) -> usize) -> usize {
        self.outcomes.iter().map(of).max().unwrap_or(0)
    }

    /// Prints what came out, and says whether it is within the limits.
    fn are_within(&self, name: &str, mean: f64, worst: f64) -> bool {
        println!(
            "{name:48} {:.2} (worst {:.2}), wakes {}, steals {}, pieces {}",
            self.mean(),
            self.worst(),
            self.most(|outcome| outcome.wakes),
            self.most(|outcome| outcome.steals),
            self.most(|outcome| outcome.pieces),
        );
        self.mean() <= mean && self.worst() <= worst
    }
}

/// The mean cost of an item, unknown, and a thousand times wrong both ways.
fn estimates(trace: &Trace) -> [(&'static str, Option<f32>); 4] {
    let mean = trace.mean();
    let (low, high) = (mean / 1000.0, mean * 1000.0);
    [("right", Some(mean)), ("unknown", None), ("low", Some(low)), ("high", Some(high))]
}

/// All traces, with names.
fn all() -> Vec<(&'static str, Trace)> {
    vec![
        ("10 x 10 ns", traces::even(10, 10)),
        ("20 000 x 5 ns", traces::even(20_000, 5)),
        ("2 000 x 100 ns", traces::even(2_000, 100)),
        ("1 000 x 1 us", traces::even(1_000, 1_000)),
        ("1 000 x 20 us", traces::even(1_000, 20_000)),
        ("triangle to 10 us", traces::triangle(1_000, 10_000)),
        ("front-heavy", traces::front_heavy(1_000)),
        ("back-heavy", traces::back_heavy(1_000)),
        ("Zipf", traces::zipf(1_000, 1_000_000, 1)),
        ("giant in the middle", traces::one_giant(1_000, 1_000, 500, 1_000_000)),
        ("random to 1 ms", traces::random(1_000, 1_000_000, 1)),
    ]
}

#[test]
fn alone_a_call_costs_its_items_and_a_percent() {
    for (name, trace) in all() {
        for (estimate_name, estimate) in estimates(&trace) {
            let outcome = Machine::bare(1).run(&trace, estimate);
            let limit = trace.total() + trace.total() / 100 + 2_000;
            println!("{name}, {estimate_name}: {} ns of {}", outcome.makespan, trace.total());
            assert!(outcome.makespan <= limit, "{name}, {estimate_name}: {outcome:?}");
        }
    }
}

#[test]
fn even_loops_are_shared_evenly() {
    // What a loop may cost on so many workers of each machine, in shares of the best schedule.
    let limits = [
        ("1 ms", traces::even(1_000, 1_000), 2, [1.05, 1.10, 1.05]),
        ("20 ms", traces::even(1_000, 20_000), 2, [1.02, 1.02, 1.02]),
        ("20 ms", traces::even(1_000, 20_000), 8, [1.15, 1.25, 1.15]),
        ("64 ms", traces::even(6_400, 10_000), 64, [1.30, 1.75, 1.55]),
        ("640 ms", traces::even(32_000, 20_000), 64, [1.10, 1.12, 1.10]),
    ];
    for (name, trace, workers, limits) in limits {
        for ((machine_name, machine), limit) in MACHINES.into_iter().zip(limits) {
            for (estimate_name, estimate) in &estimates(&trace)[..2] {
                let runs = Runs::new(machine(workers), &trace, *estimate);
                let name = format!("{name} on {workers}, {machine_name}, {estimate_name}");
                assert!(runs.are_within(&name, limit, limit * 1.1), "{name}");
            }
        }
    }
}

#[test]
fn a_wrong_estimate_is_found_out() {
    let trace = traces::even(4_000, 20_000);
    for (machine_name, machine) in MACHINES {
        for (estimate_name, estimate) in &estimates(&trace)[2..] {
            for (workers, limit) in [(2, 1.05), (4, 1.10), (8, 1.15), (64, 2.20)] {
                let runs = Runs::new(machine(workers), &trace, *estimate);
                let name = format!("80 ms on {workers}, {machine_name}, {estimate_name}");
                assert!(runs.are_within(&name, limit, limit * 1.1), "{name}");
            }
        }
    }
}

#[test]
fn heavy_items_in_front_are_spread() {
    for cheap in [1_000, 100_000, 5_000_000] {
        let trace = traces::front_heavy(cheap);
        for (machine_name, machine) in MACHINES {
            for (estimate_name, estimate) in estimates(&trace) {
                let runs = Runs::new(machine(2), &trace, estimate);
                let name = format!("8 x 50 ms, 400 x {cheap} ns, {machine_name}, {estimate_name}");
                assert!(runs.are_within(&name, 1.15, 1.15), "{name}");
            }
        }
    }
}

#[test]
fn heavy_items_at_the_end_are_spread() {
    let trace = traces::back_heavy(5_000_000);
    for (machine_name, machine) in MACHINES {
        for (estimate_name, estimate) in estimates(&trace) {
            for (workers, limit) in [(2, 1.05), (4, 1.35), (8, 1.40)] {
                let runs = Runs::new(machine(workers), &trace, estimate);
                let name = format!("back-heavy on {workers}, {machine_name}, {estimate_name}");
                assert!(runs.are_within(&name, limit, limit * 1.15), "{name}");
            }
        }
    }
}

#[test]
fn one_giant_among_small_items_is_no_disaster_wherever_it_stands() {
    const ITEMS: usize = 10_000;
    let mut random = Random::new(7);
    let mut places = vec![0, ITEMS / 3, ITEMS / 2, ITEMS - 1];
    places.extend((0..8).map(|_| random.below(ITEMS as u64) as usize));
    for (machine_name, machine) in MACHINES {
        for workers in [2, 4, 8, 64] {
            let (mut sum, mut worst) = (0.0, 0.0_f64);
            for place in &places {
                // The giant is half of all: the others take as long on two workers as it does.
                let trace = traces::one_giant(ITEMS, 1_000, *place, ITEMS as u64 * 1_000 / 2);
                let runs = Runs::new(machine(workers), &trace, Some(1_500.0));
                sum += runs.mean();
                worst = worst.max(runs.worst());
            }
            let mean = sum / places.len() as f64;
            println!("one giant on {workers}, {machine_name}: {mean:.2} (worst {worst:.2})");
            assert!(mean <= 1.35 && worst <= 1.6, "{workers} workers, {machine_name}");
        }
    }
}

#[test]
fn uneven_loops_are_shared() {
    let limits = [
        ("triangle", traces::triangle(10_000, 10_000), [1.05, 1.20, 1.25]),
        ("Zipf", traces::zipf(10_000, 10_000_000, 1), [1.05, 1.25, 1.40]),
        ("random", traces::random(5_000, 1_000_000, 3), [1.05, 1.20, 1.20]),
    ];
    for (trace_name, trace, limits) in &limits {
        for (machine_name, machine) in MACHINES {
            for (estimate_name, estimate) in &estimates(trace)[..2] {
                for (workers, limit) in [2, 4, 8].into_iter().zip(limits) {
                    let runs = Runs::new(machine(workers), trace, *estimate);
                    let name =
                        format!("{trace_name} on {workers}, {machine_name}, {estimate_name}");
                    assert!(runs.are_within(&name, *limit, limit * 1.15), "{name}");
                }
            }
        }
    }
}

#[test]
fn no_loop_loses_more_than_the_wake_ups_that_it_hoped_for() {
    for (name, trace) in all() {
        for (machine_name, machine) in MACHINES {
            for (estimate_name, estimate) in estimates(&trace) {
                for workers in [2, 8, 64] {
                    let machine = machine(workers);
                    let slowest = Runs::new(machine, &trace, estimate)
                        .most(|outcome| outcome.makespan as usize)
                        as u64;
                    let hoped = if estimate.is_some() { 2 } else { 4 };
                    let limit = trace.total() + trace.total() / 50 + hoped * machine.wake();
                    let name = format!("{name} on {workers}, {machine_name}, {estimate_name}");
                    assert!(slowest <= limit, "{name}: {slowest} ns, alone {}", trace.total());
                }
            }
        }
    }
}

#[test]
fn a_call_that_is_not_worth_a_wake_up_wakes_nobody() {
    for (_, machine) in MACHINES {
        for workers in [2, 4, 64] {
            let machine = Machine { asleep: true, ..machine(workers) };
            for cost in [1, 100, 3_000] {
                let items = (machine.wake() * 9 / 10 / cost) as usize;
                let trace = traces::even(items, cost);
                let outcome = machine.run(&trace, Some(cost as f32));
                println!("{items} x {cost} ns on {workers}: {outcome:?}");
                assert_eq!((outcome.wakes, outcome.steals, outcome.accumulators), (0, 0, 1));
            }
        }
    }
}

#[test]
fn an_unknown_call_of_ten_cheap_items_wakes_one_at_most() {
    for (_, machine) in MACHINES {
        for workers in [2, 4, 64] {
            let machine = Machine { asleep: true, ..machine(workers) };
            let runs = Runs::new(machine, &traces::even(10, 10), None);
            assert!(runs.most(|outcome| outcome.wakes) <= 1, "{workers}");
        }
    }
}

#[test]
fn a_large_call_wakes_everybody() {
    for (machine_name, machine) in MACHINES.into_iter().take(2) {
        let trace = traces::even(6_400, 10_000);
        let runs = Runs::new(machine(64), &trace, Some(10_000.0));
        assert_eq!(runs.most(|outcome| outcome.wakes), 63, "{machine_name}");
    }
}

#[test]
fn folders_are_opened_for_thefts_only() {
    for (name, trace) in all() {
        for (_, machine) in MACHINES {
            for (_, estimate) in estimates(&trace) {
                for workers in [1, 2, 8] {
                    let outcome = machine(workers).run(&trace, estimate);
                    assert_eq!(outcome.accumulators, 1 + outcome.steals, "{name}: {outcome:?}");
                }
            }
        }
    }
}

/// Rule: what a producer sets up for each piece is set up O(threads x log n) times, however long the call takes.
#[test]
fn without_a_theft_a_call_is_cut_into_few_pieces() {
    let loops = [
        traces::even(100_000, 5),
        traces::even(1_000_000, 5),
        traces::even(1_000_000, 1_000),
        traces::triangle(100_000, 10_000),
    ];
    for trace in &loops {
        for workers in [2, 8, 64] {
            // Nobody ever arrives.
            let machine = Machine { wake_delay: 1 << 50, ..Machine::bare(workers) };
            for (name, estimate) in estimates(trace) {
                let outcome = machine.run(trace, estimate);
                let log = trace.len().ilog2() as usize;
                println!("{} items on {workers}, {name}: {} pieces", trace.len(), outcome.pieces);
                assert_eq!(outcome.steals, 0);
                assert!(outcome.pieces <= (2 + 4 * workers) * log, "{outcome:?}");
            }
        }
    }
}
