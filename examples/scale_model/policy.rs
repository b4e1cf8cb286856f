//! How work is dealt, stolen and cut: the pool's own arithmetic, or a variant of it.

use moirai::steal::{DEALT_SWEEPS, Neighbours, Reach, StealOrder};

/// In which order a thief asks the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// All alike.
    Uniform,
    /// As the pool does where no call is dealt: the nearest first in most sweeps.
    Mostly,
    /// As the pool does while a call is dealt: always the nearest first.
    Strictly,
    /// The one or the other, as the pool does.
    AsDealt,
}

/// How a piece is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cutting {
    /// In halves, until there are twice as many as threads; anew after a theft.
    Halves,
    /// As the pool does: by what the items cost.
    ByTime,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    pub(crate) name: &'static str,
    pub(crate) order: Order,
    /// Whether a loop's items are dealt to the nodes before it begins.
    pub(crate) deals: bool,
    pub(crate) cutting: Cutting,
    /// Sweeps through the own group before one that goes further, while work is dealt.
    pub(crate) dealt_sweeps: u32,
}

impl Policy {
    pub(crate) const UNIFORM: Policy = Policy {
        name: "uniform",
        order: Order::Uniform,
        deals: false,
        cutting: Cutting::Halves,
        dealt_sweeps: DEALT_SWEEPS,
    };
    pub(crate) const MOSTLY: Policy =
        Policy { name: "mostly sorted", order: Order::Mostly, ..Policy::UNIFORM };
    pub(crate) const SORTED: Policy =
        Policy { name: "sorted", order: Order::Strictly, ..Policy::UNIFORM };
    pub(crate) const SPLIT_UNIFORM: Policy =
        Policy { name: "split + uniform", deals: true, ..Policy::UNIFORM };
    pub(crate) const SPLIT_MOSTLY: Policy =
        Policy { name: "split + mostly sorted", deals: true, ..Policy::MOSTLY };
    pub(crate) const SPLIT_SORTED: Policy =
        Policy { name: "split + sorted", deals: true, ..Policy::SORTED };
    /// What a pool does by default.
    pub(crate) const POOL: Policy = Policy {
        name: "moirai",
        order: Order::AsDealt,
        cutting: Cutting::ByTime,
        ..Policy::SPLIT_SORTED
    };

    pub(crate) const ALL: [Policy; 7] = [
        Policy::UNIFORM,
        Policy::MOSTLY,
        Policy::SORTED,
        Policy::SPLIT_UNIFORM,
        Policy::SPLIT_MOSTLY,
        Policy::SPLIT_SORTED,
        Policy::POOL,
    ];

    pub(crate) fn steal_order(&self) -> StealOrder {
        if self.order == Order::Uniform { StealOrder::Uniform } else { StealOrder::ByDistance }
    }

    /// How far the `turn`th sweep of a thief goes, and how many jobs a deque of another node has at least for the thief to take
    /// one of them.
    pub(crate) fn reach(
        &self,
        neighbours: &Neighbours,
        thief: usize,
        turn: u32,
        is_dealt: bool,
        random: u64,
    ) -> (Reach, usize) {
        let is_strict = match self.order {
            Order::Uniform | Order::Mostly => false,
            Order::Strictly => true,
            Order::AsDealt => is_dealt,
        };
        if !is_strict {
            let reach = neighbours.reach(thief, turn, false, random);
            return (reach, neighbours.least_jobs_afar(turn, false));
        }
        // The pool's own turns, but for the number of those that stay in the group.
        let place = turn % (self.dealt_sweeps + 1);
        let place = if place == self.dealt_sweeps { DEALT_SWEEPS } else { 0 };
        let reach = neighbours.reach(thief, place, true, random);
        let turn = if turn > self.dealt_sweeps { DEALT_SWEEPS + 1 } else { place };
        (reach, neighbours.least_jobs_afar(turn, true))
    }

    /// For how many threads a thief cuts.
    pub(crate) fn width(&self, neighbours: &Neighbours, from: usize, thief: usize) -> usize {
        match self.cutting {
            Cutting::Halves => neighbours.seats(),
            Cutting::ByTime => neighbours.width(from, thief),
        }
    }
}
