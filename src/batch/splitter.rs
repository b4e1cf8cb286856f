//! Run a piece or cut it, share what is left or not.

use crate::tuning;

/// What the things cost that a decision weighs, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// How much may be run before the call's own clock is asked for the first time.
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
    /// Items that this thread has still to run.
    pub left_items: usize,
    /// Ticks since the call began.
    pub elapsed: u64,
    /// Whether the call shares all that it holds, from the first moment it holds it.
    pub is_open: bool,
    /// Whether something is held that has not been published.
    pub has_held: bool,
    /// Whether something that was published has not been taken.
    pub has_entry: bool,
    /// Whether a thread sleeps that could be woken.
    pub asleep: bool,
    /// Whether a thread is awake and looks for work.
    pub searching: bool,
    /// Ticks since this thread has last woken somebody in this call.
    pub since_wake: u64,
}

impl Observation {
    /// What is left, in ticks. Unknown costs count as endless.
    #[inline]
    fn left(&self) -> f32 {
        self.per_item.map_or(f32::INFINITY, |per_item| self.left_items as f32 * per_item)
    }
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

    /// After how many items a search looks whether somebody else has found something: as many as take a quarter of a block,
    /// from 1 to 1024.
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
    /// A piece is run when it costs no more than the time that has been spent on the call already (so a wrong estimate is
    /// found out after twice the time), and no more than a block, or than a fair share's quarter of what is left. When
    /// nothing is left for others to take, a piece worth a theft is cut.
    #[inline]
    pub fn plan(&self, items: usize, min_items: usize, seen: &Observation) -> Plan {
        let min_items = min_items.max(1);
        if items / 2 < min_items {
            return Plan::Run;
        }
        let Some(per_item) = seen.per_item else {
            return Plan::Cut(items / 2);
        };
        let allowed = if seen.is_open && !seen.has_entry {
            self.theft
        } else {
            let stretch = seen.left() * self.stretch;
            (seen.elapsed as f32).min(stretch.max(self.block)).max(self.start)
        };
        if items as f32 * per_item <= allowed { Plan::Run } else { Plan::Cut(items / 2) }
    }

    /// Whether to publish what is held, and to wake somebody for it.
    ///
    /// A sleeper is woken for what makes up for it, unless somebody is awake who will take it; if that one has not come
    /// after several times the cost of a wake-up (it may be suspended), a sleeper is woken all the same. Without a wake-up
    /// it is published for those who search, if it is worth a theft, and in any case once the call has run for as long as
    /// a wake-up takes: then nothing is held back any more.
    #[inline]
    pub fn publish(&self, seen: &Observation) -> Publish {
        if !seen.has_held && !seen.has_entry {
            return Publish::No;
        }
        let left = seen.left();
        let is_overdue = || seen.since_wake as f32 > 4.0 * self.wake;
        if seen.asleep && left > self.wake && (!seen.searching || is_overdue()) {
            return Publish::Waking;
        }
        let is_wanted = seen.searching && left > self.theft;
        if seen.has_held && (is_wanted || seen.is_open || seen.elapsed as f32 > self.wake) {
            return Publish::Quietly;
        }
        Publish::No
    }
}
