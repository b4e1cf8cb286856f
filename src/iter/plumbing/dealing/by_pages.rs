//! Which group gets which part of a slice, by where its pages are.
//!
//! The slice is cut into equal parts, and a few pages of each are asked for. Where the parts of two groups meet, their pages
//! need not: a huge page belongs to whoever has touched it first, and seldom begins where a part does. So there the border is
//! looked for more closely, by halving the gap between the last page that is known to be the one group's and the first one that
//! is known to be the other's.

use super::Share;
use crate::steal::Neighbours;
use crate::tuning;
use std::ops::Range;

/// At least one share. `memory` is where the items lie, evenly; `nearest` says for each address which group is nearest to its
/// page, if that is known. No share has fewer than `least_items`, of which there are as many as seats.
pub(super) fn shares(
    neighbours: &Neighbours,
    items: usize,
    least_items: usize,
    memory: Range<usize>,
    nearest: impl Fn(&[usize]) -> Vec<Option<usize>>,
) -> Vec<Share> {
    // No more than there are seats: so much room for the least length of a share was asked for.
    let most = tuning::PAGED_PARTS_MOST.min(neighbours.seats());
    let count = (tuning::PAGED_PARTS * neighbours.groups().len()).min(most);
    let parts = parts(neighbours, items, &memory, count, &nearest);
    let mut gaps: Vec<Gap> = (1..count).filter_map(|part| Gap::before(part, &parts)).collect();
    for _ in 0..tuning::PAGES_HALVINGS {
        let middles: Vec<usize> = gaps.iter().map(Gap::middle).collect();
        for (gap, owner) in gaps.iter_mut().zip(nearest(&middles)) {
            gap.halve(owner);
        }
    }
    let mut shares: Vec<Share> = parts
        .iter()
        .enumerate()
        .map(|(part, found)| Share { end: place(part + 1, count, items), group: found.owner })
        .collect();
    // A share from which both neighbours take is left long enough.
    let room = (items / count - least_items) / 2;
    for gap in gaps {
        let border = place(gap.end - memory.start, memory.len(), items);
        let share = &mut shares[gap.part - 1];
        share.end = border.clamp(share.end - room, share.end + room);
    }
    shares
}

/// Where the first `part` of `count` equal parts end.
fn place(part: usize, count: usize, all: usize) -> usize {
    (all as u128 * part as u128 / count as u128) as usize
}

/// One of the equal parts.
struct Part {
    /// The group that most of the pages asked for are nearest to; where nothing is known of them, the one that would get the
    /// part's first item otherwise.
    owner: usize,
    /// The addresses that were asked for, and the group nearest to each.
    asked: Vec<(usize, Option<usize>)>,
}

fn parts(
    neighbours: &Neighbours,
    items: usize,
    memory: &Range<usize>,
    count: usize,
    nearest: impl Fn(&[usize]) -> Vec<Option<usize>>,
) -> Vec<Part> {
    let groups = neighbours.groups().len();
    let asked: Vec<usize> = (0..count)
        .flat_map(|part| {
            let [start, end] = [part, part + 1].map(|part| place(part, count, memory.len()));
            let step = (end - start) / tuning::PAGES_ASKED;
            let first = memory.start + start + step / 2;
            (0..tuning::PAGES_ASKED).map(move |page| first + page * step)
        })
        .collect();
    let found = nearest(&asked);
    let asked: Vec<(usize, Option<usize>)> = asked.into_iter().zip(found).collect();
    let parts = asked.chunks(tuning::PAGES_ASKED).enumerate();
    parts
        .map(|(part, asked)| {
            let mut votes = vec![0; groups];
            asked.iter().filter_map(|(_, group)| *group).for_each(|group| votes[group] += 1);
            let most =
                (0..groups).max_by_key(|group| votes[*group]).filter(|most| votes[*most] > 0);
            let usual = || {
                let first = place(part, count, items);
                let before = |group: &usize| neighbours.share_end(*group, items) <= first;
                (0..groups - 1).take_while(before).count()
            };
            Part { owner: most.unwrap_or_else(usual), asked: asked.to_vec() }
        })
        .collect()
}

/// Where the pages of two groups meet: somewhere behind `start`, up to `end`.
struct Gap {
    /// The part that begins about there.
    part: usize,
    /// The group of the part before, which has the page at `start`, and not the one at `end`.
    owner: usize,
    start: usize,
    end: usize,
}

impl Gap {
    /// The gap at the beginning of a part, if another group has the part before, and pages of both are known.
    fn before(part: usize, parts: &[Part]) -> Option<Gap> {
        let [left, right] = [&parts[part - 1], &parts[part]];
        if left.owner == right.owner {
            return None;
        }
        let is_of = |group| move |asked: &&(usize, Option<usize>)| asked.1 == Some(group);
        let (start, _) = left.asked.iter().rfind(is_of(left.owner))?;
        let behind = left.asked.iter().filter(|(address, _)| address > start);
        let (end, _) = behind.chain(&right.asked).find(is_of(right.owner))?;
        Some(Gap { part, owner: left.owner, start: *start, end: *end })
    }

    fn middle(&self) -> usize {
        self.start.midpoint(self.end)
    }

    /// The page in the middle is that of this group.
    fn halve(&mut self, group: Option<usize>) {
        let middle = self.middle();
        if group == Some(self.owner) {
            self.start = middle;
        } else {
            self.end = middle;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::steal::{Place, StealOrder};

    const PAGE: usize = 4096;
    const PAGES: usize = 8192;
    const START: usize = 77 * PAGE + 16;

    /// Four groups of two seats.
    fn neighbours() -> Neighbours {
        let places: Vec<Place> =
            (0..8).map(|core| Place { group: core / 2, cache: 0, core }).collect();
        Neighbours::new(&places, &vec![vec![10; 4]; 4], StealOrder::ByDistance)
    }

    /// The shares of so many items with at least so many in each, where `owner` has each page.
    fn dealt(
        items: usize,
        least: usize,
        owner: impl Fn(usize) -> Option<usize>,
    ) -> Vec<(usize, usize)> {
        let memory = START..START + PAGES * PAGE;
        let nearest = |asked: &[usize]| {
            asked.iter().map(|address| owner((address - START) / PAGE)).collect::<Vec<_>>()
        };
        let shares = shares(&neighbours(), items, least, memory, nearest);
        shares.into_iter().map(|share| (share.end, share.group)).collect()
    }

    /// Groups in the opposite order, whose pages begin earlier than their parts would.
    #[test]
    fn borders_are_where_the_pages_of_two_groups_meet() {
        for early in [0, 1, 100, 300, 500] {
            let owner = |page: usize| Some(3 - ((page + early) / 2048).min(3));
            let shares = dealt(PAGES, 1, owner);
            let groups: Vec<usize> = shares.iter().map(|(_, group)| *group).collect();
            assert_eq!(groups, [3, 3, 2, 2, 1, 1, 0, 0]);
            for (at, pair) in shares.windows(2).enumerate() {
                let [left, right] = [pair[0], pair[1]];
                let is_border = left.1 != right.1;
                let expected = (at + 1) * 1024 - if is_border { early } else { 0 };
                // A gap between two pages asked for is a fifth of a part, and is halved.
                let least = if is_border { (1024 / 5) >> tuning::PAGES_HALVINGS } else { 0 };
                assert!(left.0.abs_diff(expected) <= least + 1, "{early}: {shares:?}");
            }
        }
    }

    #[test]
    fn no_share_is_shorter_than_allowed() {
        let owner = |page: usize| Some((page + 400) / 1024 % 4);
        for least in [1, 60, 90, 100] {
            let shares = dealt(800, least, owner);
            let mut start = 0;
            for (end, _) in &shares {
                assert!(end - start >= least, "{least}: {shares:?}");
                start = *end;
            }
            assert_eq!(start, 800);
        }
    }

    /// Pages that nobody has touched go to the groups as items do elsewhere.
    #[test]
    fn unknown_pages_are_dealt_by_number() {
        let shares = dealt(800, 1, |_| None);
        let expected: Vec<_> = (0..8).map(|part| ((part + 1) * 100, part / 2)).collect();
        assert_eq!(shares, expected);
    }

    #[test]
    fn pages_of_one_group_are_all_its_own() {
        assert!(dealt(800, 1, |_| Some(2)).iter().all(|(_, group)| *group == 2));
    }
}
