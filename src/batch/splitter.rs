//! Run a piece or cut it, share what is left or not.

use crate::tuning;

/// What the things cost that a decision weighs, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// How much may be run on the strength of an estimate alone, before the call's own clock is asked for the first time.
    pub start: u64,
    /// What it takes a thief that is awake to get a piece, and to bring the result back: less is not worth sharing.
    pub theft: u64,
    /// A piece that costs so little to look after that it does not matter, and delays others so little that it does not
    /// matter either.
    pub block: u64,
    /// How much work it takes to make up for waking a sleeper.
    pub wake: u64,
}

/// What is known at a moment between two pieces of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observation {
    /// What an item costs, in ticks; `None`: unknown.
    pub per_item: Option<f32>,
    /// Whether that was measured in this call, and is not the estimate that it began with.
    pub is_measured: bool,
    /// Items that this thread has still to run.
    pub left_items: usize,
    /// Ticks since this thread began to work on the call.
    pub elapsed: u64,
    /// Whether the call shares all that it holds, from the first moment it holds it.
    pub is_open: bool,
    /// Whether something is held that has not been published.
    pub has_held: bool,
    /// Whether something that was published has not been taken.
    pub has_entry: bool,
    /// Whether a thread sleeps that could be woken.
    pub asleep: bool,
    /// How many threads are awake and look for work, or have been woken to.
    pub searching: usize,
}

/// What to do with a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Run it.
    Run,
    /// Cut it behind so many items, hold the right part, and go on with the left one.
    Cut(usize),
}

/// Whether to publish what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// Not yet, or there is nothing to do.
    No,
    /// Publish it for those who are awake.
    Quietly,
    /// Publish it, if it is not published yet, and wake a sleeper.
    Waking,
}

/// The decisions of one pool. See the [module](crate::batch).
#[derive(Clone, Copy, Debug)]
pub struct Splitter {
    // Ticks. Seven digits are enough for a decision.
    start: f32,
    theft: f32,
    block: f32,
    wake: f32,
    /// A quarter of one thread's fair share.
    stretch: f32,
}

impl Splitter {
    /// The decisions for a pool of so many threads.
    pub fn new(costs: Costs, threads: usize) -> Self {
        Splitter {
            start: costs.start as f32,
            theft: costs.theft as f32,
            block: costs.block as f32,
            wake: costs.wake as f32,
            stretch: 0.25 / threads.max(1) as f32,
        }
    }

    /// Whether a call must share all from the start: its items are of unknown cost, or so heavy that one of them is as much
    /// as a piece.
    #[inline]
    pub fn is_heavy(&self, per_item: Option<f32>) -> bool {
        per_item.is_none_or(|per_item| per_item > self.block / 4.0)
    }

    /// For how long a cost counts as measured that a call begins with, in ticks: half a theft. That outweighs the first
    /// cold items, and not much more: with a whole theft a giant item is noticed too late (`docs/batching.md`).
    #[inline]
    pub fn evidence(&self, per_item: Option<f32>) -> f32 {
        per_item.map_or(0.0, |_| self.theft / 2.0)
    }

    /// What an item costs, after a piece of `items` items has taken `spent` ticks, and the evidence for it; `before`: what it
    /// was taken to cost, by so much `evidence`.
    ///
    /// A piece counts for half, so the cost follows a change of the load within some pieces; but one that was dearer than
    /// thought counts by its time, if that is less: the first items of a loop find nothing in the caches.
    #[inline]
    pub fn after_piece(
        &self,
        before: Option<f32>,
        evidence: f32,
        items: usize,
        spent: u64,
    ) -> (f32, f32) {
        let (spent, measured) = (spent as f32, spent as f32 / items.max(1) as f32);
        let cost = before.map_or(measured, |before| {
            let weight = (spent / (spent + evidence).max(f32::MIN_POSITIVE)).min(0.5);
            before + (measured - before) * if measured < before { 0.5 } else { weight }
        });
        (cost.max(f32::MIN_POSITIVE), (evidence + spent).min(self.theft / 2.0))
    }

    /// Whether so many items are known to cost too little for anybody to take some: half a theft.
    #[inline]
    pub(crate) fn is_light(&self, items: usize, per_item: Option<f32>) -> bool {
        per_item.is_some_and(|per_item| items as f32 * per_item <= self.theft / 2.0)
    }

    /// Whether so many items take so long that a search should look between them whether others have found something: longer
    /// than a block, or a quarter of one where others have something to search in.
    #[inline]
    pub(crate) fn is_long(&self, items: usize, seen: &Observation) -> bool {
        let most = if seen.is_open { self.block / 4.0 } else { self.block };
        seen.per_item.is_some_and(|per_item| items as f32 * per_item > most)
    }

    /// For how long nobody is woken for a call of so many items that took as long as this estimate says when it ended early by
    /// what its own thread found, in ticks: a quarter longer than then, unless waking is next to nothing beside it.
    #[inline]
    pub fn patience(&self, items: usize, per_item: f32) -> u64 {
        let time = items as f32 * per_item;
        if time <= 4.0 * self.wake { (1.25 * time) as u64 } else { 0 }
    }

    /// After how many items a search looks whether somebody else has found something: as many as take a quarter of a block,
    /// from 1 to 8192.
    #[inline]
    pub fn stride(&self, per_item: Option<f32>) -> usize {
        let stride = per_item.map_or(1.0, |per_item| self.block / 4.0 / per_item);
        (stride as usize).clamp(1, tuning::STRIDE_MOST)
    }

    /// What to do with a whole call of so many items that begins without sharing anything: at most an eighth is run before
    /// the clock is asked, whatever the estimate says.
    #[inline]
    pub fn begin(&self, items: usize, min_items: usize, per_item: f32) -> Plan {
        let min_items = min_items.max(1);
        if items / 2 < min_items {
            return Plan::Run;
        }
        let eighth = items / 8;
        let affordable = if eighth as f32 * per_item <= self.start {
            eighth
        } else {
            (self.start / per_item) as usize
        };
        // A multiple of 16 leaves the vectors of the loop whole.
        let whole = if affordable > 16 { affordable & !15 } else { affordable };
        Plan::Cut(whole.max(min_items))
    }

    /// What to do with a piece of `items` items, neither part of which may have fewer than `min_items`.
    ///
    /// As long as nothing was measured in this call, a piece is run when it is estimated to cost no more than the start.
    /// Then it is run when it costs no more than the time that this thread has spent on the call already (so an estimate
    /// that does not hold any more is found out after twice the time), and no more than a block, or than a fair share's
    /// quarter of what is left. When nothing is left for others to take, a piece worth half a theft is cut.
    #[inline]
    pub fn plan(&self, items: usize, min_items: usize, seen: &Observation) -> Plan {
        let min_items = min_items.max(1);
        if items / 2 < min_items {
            return Plan::Run;
        }
        let Some(per_item) = seen.per_item else {
            return Plan::Cut(items / 2);
        };
        let allowed = if !seen.is_measured {
            self.start
        } else if seen.is_open && !seen.has_entry {
            self.theft / 2.0
        } else {
            let stretch = seen.left_items as f32 * per_item * self.stretch;
            (seen.elapsed as f32).min(stretch.max(self.block)).max(self.theft / 2.0)
        };
        if items as f32 * per_item <= allowed { Plan::Run } else { Plan::Cut(items / 2) }
    }

    /// Whether to publish what is held, and to wake somebody for it.
    ///
    /// A sleeper is woken as long as what is left here is worth a wake-up for each of those who are already on their way, and
    /// for one more (twice that for a call that does not share anything yet); where nothing is known of it, if nobody is on the way. Without a wake-up it is published for those who
    /// search, if it is worth a theft, and in any case once the call has run for as long as a wake-up takes: then nothing is
    /// held back any more.
    #[inline]
    pub fn publish(&self, seen: &Observation) -> Publish {
        if !seen.has_held && !seen.has_entry {
            return Publish::No;
        }
        let left = seen.per_item.map(|per_item| seen.left_items as f32 * per_item);
        // Where the wake-up is only just made up for nothing is won: the first one has to bring more.
        let margin = if seen.is_open { 1.0 } else { 2.0 };
        let is_worth_one_more = match left {
            Some(left) => left > margin * self.wake * (1 + seen.searching) as f32,
            None => seen.searching == 0,
        };
        if seen.asleep && is_worth_one_more {
            return Publish::Waking;
        }
        let is_wanted = seen.searching > 0 && left.is_none_or(|left| left > self.theft);
        if seen.has_held && (is_wanted || seen.is_open || seen.elapsed as f32 > self.wake) {
            return Publish::Quietly;
        }
        Publish::No
    }
}
