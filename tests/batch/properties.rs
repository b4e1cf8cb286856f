//! The equations of the splitter and of the estimate, for arbitrary numbers.
//!
//! With c = cost of an item, n = items of a piece, l = items left here, P = threads, and the costs *start*, *theft*, *block*,
//! *wake*:
//!
//! ```text
//! begin     first = min(n/8, start/c), but at least the user's minimum
//! plan      run, if c n <= allowed or n/2 is below the minimum; else cut in halves
//! allowed   = start                                            nothing measured yet
//!           = theft/2                                          open, and nothing left for others
//!           = max(theft/2, min(elapsed, max(block, c l / 4 P))) else
//! stride    block/4c, from 1 to 8192
//! publish   with a wake-up, if somebody sleeps and c l > wake (1 + searching)
//!           quietly, if something is held and: the call is open, or elapsed > wake, or searching > 0 and c l > theft
//! patience  5/4 c n, if c n <= 4 wake, else none
//! ```

use crate::tuning;
use moirai::batch::{Costs, Estimate, Observation, Plan, Publish, Splitter};
use quickcheck::{Arbitrary, Gen, QuickCheck, Testable};

/// How many cases each property is tried with.
const CASES: u64 = 20_000;

/// Tries a property with cases that depend on the seed alone, which is printed; `MOIRAI_BATCH_SEED` repeats one.
fn check(property: impl Testable) {
    let given = std::env::var("MOIRAI_BATCH_SEED").ok().and_then(|text| text.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| {
        let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        time.map_or(1, |time| time.as_nanos() as u64)
    });
    println!("MOIRAI_BATCH_SEED={seed}");
    let source = Gen::from_size_and_seed(100, seed);
    QuickCheck::new().rng(source).tests(CASES).max_tests(CASES * 10).quickcheck(property);
}

/// A number whose order of magnitude is as likely as any other's, up to 2^bits.
fn magnitude(source: &mut Gen, bits: u64) -> u64 {
    u64::arbitrary(source) >> (64 - 1 - u64::arbitrary(source) % bits)
}

/// A pool.
#[derive(Clone, Copy, Debug)]
struct Pool {
    costs: Costs,
    threads: usize,
}

impl Pool {
    fn splitter(&self) -> Splitter {
        Splitter::new(self.costs, self.threads)
    }
}

impl Arbitrary for Pool {
    fn arbitrary(source: &mut Gen) -> Self {
        let costs = Costs {
            start: magnitude(source, 20),
            theft: magnitude(source, 20),
            block: magnitude(source, 20),
            wake: magnitude(source, 24),
        };
        Pool { costs, threads: 1 + magnitude(source, 10) as usize }
    }
}

/// A moment of a call.
#[derive(Clone, Copy, Debug)]
struct Moment(Observation);

impl Arbitrary for Moment {
    fn arbitrary(source: &mut Gen) -> Self {
        let known = u8::arbitrary(source) % 8 != 0;
        let cost = magnitude(source, 40) as f32 / 1024.0;
        Moment(Observation {
            per_item: known.then_some(cost.max(f32::MIN_POSITIVE)),
            is_measured: bool::arbitrary(source) && known,
            left_items: magnitude(source, 40) as usize,
            elapsed: magnitude(source, 40),
            is_open: bool::arbitrary(source),
            has_held: bool::arbitrary(source),
            has_entry: bool::arbitrary(source),
            asleep: bool::arbitrary(source),
            searching: magnitude(source, 7) as usize,
        })
    }
}

/// A length and the least length of a part.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    items: usize,
    min_items: usize,
}

impl Arbitrary for Lengths {
    fn arbitrary(source: &mut Gen) -> Self {
        let items = magnitude(source, 40) as usize;
        let min_items = if bool::arbitrary(source) { 1 } else { magnitude(source, 20) as usize };
        Lengths { items, min_items }
    }
}

/// What a plan lets be run next.
fn extent(plan: Plan, items: usize) -> usize {
    match plan {
        Plan::Run => items,
        Plan::Cut(at) => at,
    }
}

#[test]
fn no_part_is_shorter_than_allowed() {
    check(cuts as fn(Pool, Moment, Lengths) -> bool);
    fn cuts(pool: Pool, Moment(seen): Moment, Lengths { items, min_items }: Lengths) -> bool {
        let splitter = pool.splitter();
        let cost = seen.per_item.unwrap_or(1.0);
        [splitter.plan(items, min_items, &seen), splitter.begin(items, min_items, cost)]
            .into_iter()
            .all(|plan| match plan {
                Plan::Run => true,
                Plan::Cut(at) => at >= min_items.max(1) && items - at >= min_items.max(1),
            })
    }
}

#[test]
fn cutting_the_left_part_again_ends_after_as_many_cuts_as_the_length_has_bits() {
    check(ends as fn(Pool, Moment, Lengths) -> bool);
    fn ends(pool: Pool, Moment(seen): Moment, Lengths { items, min_items }: Lengths) -> bool {
        let mut items = items;
        for _ in 0..=usize::BITS {
            match pool.splitter().plan(items, min_items, &seen) {
                Plan::Run => return true,
                Plan::Cut(at) => items = at,
            }
        }
        false
    }
}

#[test]
fn a_call_begins_with_an_eighth_at_most() {
    check(begins as fn(Pool, Moment, Lengths) -> bool);
    fn begins(pool: Pool, Moment(seen): Moment, Lengths { items, min_items }: Lengths) -> bool {
        let cost = seen.per_item.unwrap_or(1.0);
        let min_items = min_items.max(1);
        match pool.splitter().begin(items, min_items, cost) {
            Plan::Run => items / 2 < min_items,
            Plan::Cut(at) => {
                let start = pool.costs.start as f32 / cost;
                at == min_items || at <= items / 8 && at as f32 <= start * 1.001
            }
        }
    }
}

#[test]
fn more_time_never_makes_pieces_smaller() {
    check(grow as fn(Pool, Moment, Lengths, u64) -> bool);
    fn grow(pool: Pool, moment: Moment, Lengths { items, min_items }: Lengths, more: u64) -> bool {
        let seen = moment.0;
        let later = Observation { elapsed: seen.elapsed.saturating_add(more), ..seen };
        let now = extent(pool.splitter().plan(items, min_items, &seen), items);
        extent(pool.splitter().plan(items, min_items, &later), items) >= now
    }
}

#[test]
fn more_that_is_left_never_makes_pieces_smaller_nor_sharing_rarer() {
    fn eagerness(publish: Publish) -> u32 {
        match publish {
            Publish::No => 0,
            Publish::Quietly => 1,
            Publish::Waking => 2,
        }
    }
    check(grow as fn(Pool, Moment, Lengths, u32) -> bool);
    fn grow(pool: Pool, moment: Moment, Lengths { items, min_items }: Lengths, more: u32) -> bool {
        let seen = moment.0;
        let (splitter, left_items) = (pool.splitter(), seen.left_items + more as usize);
        let richer = Observation { left_items, ..seen };
        extent(splitter.plan(items, min_items, &richer), items)
            >= extent(splitter.plan(items, min_items, &seen), items)
            && eagerness(splitter.publish(&richer)) >= eagerness(splitter.publish(&seen))
    }
}

#[test]
fn what_is_run_costs_no_more_than_has_been_spent_or_than_a_theft() {
    check(is_bounded as fn(Pool, Moment, Lengths) -> bool);
    fn is_bounded(pool: Pool, Moment(seen): Moment, Lengths { items, min_items }: Lengths) -> bool {
        let Some(per_item) = seen.per_item else { return true };
        let costs = pool.costs;
        let known =
            if seen.is_measured { seen.elapsed.max(costs.theft.div_ceil(2)) } else { costs.start };
        pool.splitter().plan(items, min_items, &seen) != Plan::Run
            || items / 2 < min_items.max(1)
            || items as f32 * per_item <= known as f32 * 1.001
    }
}

#[test]
fn a_stride_of_a_search_is_a_quarter_of_a_block() {
    check(is_short as fn(Pool, Moment) -> bool);
    fn is_short(pool: Pool, Moment(seen): Moment) -> bool {
        let stride = pool.splitter().stride(seen.per_item);
        let quarter = pool.costs.block as f32 / 4.0;
        let is_short = |cost: f32| stride == 1 || stride as f32 * cost <= quarter * 1.001;
        (1..=tuning::STRIDE_MOST).contains(&stride) && seen.per_item.is_none_or(is_short)
    }
}

#[test]
fn patience_is_a_quarter_more_than_a_call_took_alone() {
    fn is_bounded(pool: Pool, items: u16, per_item: u16) -> bool {
        let (items, per_item) = (usize::from(items), f32::from(per_item));
        let time = items as f32 * per_item;
        let patience = pool.splitter().patience(items, per_item) as f32;
        if time > 4.0 * pool.costs.wake as f32 {
            return patience == 0.0;
        }
        (0.0..1.0).contains(&(1.25 * time - patience))
    }
    check(is_bounded as fn(Pool, u16, u16) -> bool);
}

#[test]
fn nothing_is_published_where_nothing_is_held_or_published() {
    check(is_quiet as fn(Pool, Moment) -> bool);
    fn is_quiet(pool: Pool, Moment(seen): Moment) -> bool {
        let nothing = Observation { has_held: false, has_entry: false, ..seen };
        pool.splitter().publish(&nothing) == Publish::No
    }
}

#[test]
fn nobody_is_woken_for_less_than_a_wake_up_each() {
    check(is_worth as fn(Pool, Moment) -> bool);
    fn is_worth(pool: Pool, Moment(seen): Moment) -> bool {
        let wakes = pool.splitter().publish(&seen) == Publish::Waking;
        let due = match seen.per_item {
            Some(per_item) => {
                let left = seen.left_items as f64 * f64::from(per_item);
                left * 1.001 > pool.costs.wake as f64 * (1 + seen.searching) as f64
            }
            None => seen.searching == 0,
        };
        !wakes || (seen.asleep && due)
    }
}

#[test]
fn an_open_call_keeps_nothing_held() {
    check(shares as fn(Pool, Moment) -> bool);
    fn shares(pool: Pool, Moment(seen): Moment) -> bool {
        let open = Observation { is_open: true, has_held: true, ..seen };
        pool.splitter().publish(&open) != Publish::No
    }
}

#[test]
fn a_call_that_has_run_for_a_wake_up_keeps_nothing_held() {
    check(shares as fn(Pool, Moment) -> bool);
    fn shares(pool: Pool, Moment(seen): Moment) -> bool {
        let elapsed = seen.elapsed.max(2 * pool.costs.wake + 1);
        let long = Observation { elapsed, has_held: true, ..seen };
        pool.splitter().publish(&long) != Publish::No
    }
}

#[test]
fn an_estimate_is_a_positive_number_between_its_samples_and_survives_the_table() {
    check(is_sound as fn(Vec<f32>) -> bool);
    fn is_sound(samples: Vec<f32>) -> bool {
        let valid = |sample: &&f32| sample.is_finite() && **sample > 0.0;
        let most = samples.iter().filter(valid).fold(0.0_f32, |most, sample| most.max(*sample));
        let least = samples.iter().filter(valid).fold(f32::MAX, |least, sample| least.min(*sample));
        let estimate = samples.iter().fold(Estimate::UNKNOWN, |old, sample| old.observe(*sample));
        let back = Estimate::from_bits(estimate.to_bits());
        let keeps = |alone| {
            Estimate::from_bits(estimate.ending_alone(alone).to_bits()).ends_alone() == alone
        };
        if !keeps(true) || !keeps(false) {
            return false;
        }
        match (estimate.per_item(), back.per_item()) {
            (None, None) => most == 0.0,
            (Some(cost), Some(rounded)) => {
                // Halving may end a little below the least sample, an eighth of a difference may round up.
                cost >= least / 2.0
                    && cost <= most * 1.001
                    && (rounded / cost - 1.0).abs() < 0.005
                    && back.is_steady() == estimate.is_steady()
            }
            // Beyond the least or the greatest number of the table.
            (Some(cost), None) => !(1e-37..=3.3e38).contains(&cost),
            (None, Some(_)) => false,
        }
    }
}

#[test]
fn any_bits_are_an_estimate_with_22_bits() {
    check(is_sound as fn(u32) -> bool);
    fn is_sound(bits: u32) -> bool {
        let estimate = Estimate::from_bits(bits);
        let positive = estimate.per_item().is_none_or(|cost| cost.is_finite() && cost > 0.0);
        let again = Estimate::from_bits(estimate.to_bits());
        positive && estimate.to_bits() < 1 << 22 && again == estimate
    }
}
