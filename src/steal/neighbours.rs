//! [`Neighbours`]: who is near whom, and so whom a thief asks first.

use std::iter;
use std::ops::Range;

/// Where the worker of a seat lives: numbers that are equal for those who share something.
///
/// # Examples
///
/// ```
/// use moirai::steal::Place;
///
/// let here = Place { group: 0, cache: 0, core: 0 };
/// assert_ne!(here, Place { core: 1, ..here });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The group of workers, as a rule those of a NUMA node. Counted from 0, without gaps.
    pub group: usize,
    /// The last cache below the node's memory.
    pub cache: usize,
    /// The core, which siblings (hyper-threads) share.
    pub core: usize,
}

/// In which order a thief looks at the others.
///
/// # Examples
///
/// ```
/// use moirai::{StealOrder, ThreadPoolBuilder};
/// let pool = ThreadPoolBuilder::new().num_threads(2).steal_order(StealOrder::Uniform).build()?;
/// assert_eq!(pool.join(|| 1, || 2), (1, 2));
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StealOrder {
    /// The nearest first: the core, the cache, the group, then other groups by rising distance. Within a ring of equal
    /// distance at random.
    #[default]
    ByDistance,
    /// All others alike.
    Uniform,
}

/// How far it is from one seat to another.
///
/// # Examples
///
/// ```
/// use moirai::steal::{Distance, Neighbours};
/// assert_eq!(Neighbours::flat(4).distance(0, 3), Distance::Group);
/// assert!(Distance::Near < Distance::Remote);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// They share a core or a cache that the whole group does not share.
    Near,
    /// They are in one group.
    Group,
    /// They are in different groups.
    Remote,
}

/// How far a thief looks in one sweep.
///
/// # Examples
///
/// ```
/// use moirai::steal::{Neighbours, Reach};
/// // Where all others are alike, every sweep goes everywhere.
/// assert_eq!(Neighbours::flat(4).reach(0, 0, false, 0), Reach::Anywhere);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The own group, from near to far.
    Group,
    /// Everybody, from near to far.
    Outwards,
    /// Everybody alike.
    Anywhere,
}

/// After so many sweeps through its own group a thief looks at the others too, where no work is dealt.
///
/// In the scale model (`examples/scale_model`, `docs/scale-model.md`) trees of heavy leaves fall 1 % further behind with 6, and
/// 2 % with 8.
pub const GROUP_SWEEPS: u32 = 3;

/// The same while work is dealt: busy neighbours have to come to the end of a piece before they see that somebody searches.
///
/// The scale model shows 1 to 16: all are equally good for even loops of many items; with more, skewed loops lose up to 3
/// percent. On emulated machines, whose processors take turns, thieves left their group's share too soon with 3.
pub const DEALT_SWEEPS: u32 = 4;

/// A share that nobody has begun is left to its group for this part of the time that it takes the group.
///
/// Whoever comes for it from another group has a share of its own group to work on meanwhile, as a rule.
const PATIENCE_PART: u64 = 4;

/// Where no work is dealt, one sweep in so many treats all alike.
///
/// In the scale model trees of joins keep up with uniform stealing with 6 to 12, as long as thieves leave
/// [small deques](FAR_JOBS) of other groups alone; with 6, fewer than 85 % of the thefts stay in groups of eight.
const ANYWHERE_IN: u64 = 8;

/// Where no work is dealt, one in so many of a group's thieves looks beyond the group at a time.
///
/// So a group without work sends few of its threads for some, and the others take from those. In the scale model trees on groups
/// of eight have 86 % of their thefts in the group, and 84 % if each thief looks outwards in its fourth sweep.
const OUTWARDS_IN: usize = 8;

/// How many jobs a deque of another group has at least for a thief to take one of them as long as its search is young.
///
/// In a tree the oldest of five has some sixteen times the work of the newest: enough to share it in the thief's group. In the
/// scale model a tree of small leaves on 256 cores falls 3 % behind uniform stealing with 3, and keeps up with 4 to 6; with
/// 8, trees of heavy leaves are 5 % behind.
const FAR_JOBS: usize = 5;

/// The seats of a pool and the distances between them: arithmetic, without threads.
///
/// That near victims come first is an old rule; that it pays only where the work is dealt to the groups first, and has to be
/// weakened for trees of joins, is what the scale model shows. The random start in each ring keeps thieves apart.
///
/// # Examples
///
/// ```
/// use moirai::steal::{Distance, Neighbours, Place, Reach, StealOrder};
///
/// // Two groups of two seats.
/// let places = [0, 0, 1, 1].map(|group| Place { group, cache: group, core: 0 });
/// let places: Vec<Place> =
///     places.into_iter().enumerate().map(|(core, place)| Place { core, ..place }).collect();
/// let seats = Neighbours::new(&places, &[vec![10, 20], vec![20, 10]], StealOrder::ByDistance);
/// assert_eq!(seats.sweep(0, Reach::Outwards, 7).next(), Some(1));
/// assert_eq!(seats.distance(0, 2), Distance::Remote);
/// ```
#[derive(Debug, Clone)]
pub struct Neighbours {
    order: StealOrder,
    /// For each level, from the smallest, and each seat: the seats that are together with it. The last level is the group.
    levels: Vec<Vec<Range<usize>>>,
    groups: Vec<Range<usize>>,
    group_of: Vec<usize>,
    /// For each group: rings of other groups, from near to far.
    rings: Vec<Vec<Vec<Range<usize>>>>,
}

impl Neighbours {
    /// So many seats in one group, all alike.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Reach};
    /// assert_eq!(Neighbours::flat(4).sweep(2, Reach::Outwards, 1).count(), 3);
    /// ```
    pub fn flat(seats: usize) -> Self {
        let places: Vec<Place> =
            (0..seats).map(|core| Place { group: 0, cache: 0, core }).collect();
        Neighbours::new(&places, &[vec![10]], StealOrder::Uniform)
    }

    /// Seats at these places; `distances[a][b]` is how far it is from group `a` to group `b`, in any unit.
    ///
    /// # Panics
    ///
    /// If the places are not sorted, groups are left out, or a distance is missing.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Place, StealOrder};
    /// let places = [0, 1].map(|group| Place { group, cache: 0, core: 0 });
    /// let seats = Neighbours::new(&places, &[vec![10, 30], vec![30, 10]], StealOrder::ByDistance);
    /// assert_eq!(seats.groups(), [0..1, 1..2]);
    /// ```
    pub fn new(places: &[Place], distances: &[Vec<u32>], order: StealOrder) -> Self {
        assert!(places.is_sorted(), "places of seats must be sorted");
        let groups = ranges(places, |place| place.group);
        let numbers: Vec<usize> = groups.iter().map(|range| places[range.start].group).collect();
        assert!(numbers.iter().copied().eq(0..numbers.len()), "groups are counted without gaps");
        let mut levels = vec![
            of_each(&ranges(places, |place| (place.group, place.cache, place.core))),
            of_each(&ranges(places, |place| (place.group, place.cache))),
            of_each(&groups),
        ];
        levels.dedup();
        // A level at which everybody is alone says nothing.
        levels.retain(|level| level.iter().any(|range| range.len() > 1));
        if levels.last() != Some(&of_each(&groups)) {
            levels.push(of_each(&groups));
        }
        let rings = (0..groups.len()).map(|group| rings(group, &groups, &distances[group]));
        Neighbours {
            order,
            levels,
            rings: rings.collect(),
            group_of: places.iter().map(|place| place.group).collect(),
            groups,
        }
    }

    /// How many there are.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(4).seats(), 4);
    /// ```
    #[inline]
    pub fn seats(&self) -> usize {
        self.group_of.len()
    }

    /// The seats of each group.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(4).groups(), [0..4]);
    /// ```
    #[inline]
    pub fn groups(&self) -> &[Range<usize>] {
        &self.groups
    }

    /// The group of a seat.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(4).group_of(3), 0);
    /// ```
    #[inline]
    pub fn group_of(&self, seat: usize) -> usize {
        self.group_of[seat]
    }

    /// How far it is from one seat to another.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// use moirai::steal::{Distance, Neighbours};
    /// assert_eq!(Neighbours::flat(2).distance(0, 1), Distance::Group);
    /// ```
    #[inline]
    pub fn distance(&self, from: usize, to: usize) -> Distance {
        if self.group_of[from] != self.group_of[to] {
            return Distance::Remote;
        }
        let below = self.levels.len() - 1;
        let is_near = self.levels[..below].iter().any(|level| level[from].contains(&to));
        if is_near { Distance::Near } else { Distance::Group }
    }

    /// How many threads a piece that was stolen from `from` is likely to feed: those of the thief's cache, or group; after a
    /// theft from another group, twice its group, for the group is out of work.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(8).width(0, 1), 8);
    /// ```
    pub fn width(&self, from: usize, thief: usize) -> usize {
        let below = self.levels.len() - 1;
        let group = self.levels[below][thief].len();
        match self.distance(from, thief) {
            Distance::Near => self.levels[..below]
                .iter()
                .find(|level| level[thief].contains(&from))
                .map_or(group, |level| level[thief].len()),
            Distance::Group => group,
            Distance::Remote => (2 * group).min(self.group_of.len()),
        }
    }

    /// How far seat `own` looks in the `turn`th sweep of a search, from 0.
    ///
    /// Anywhere, if the order is uniform. Else, as long as there is dealt work, strictly from near to far, and beyond the group
    /// in one sweep of [`DEALT_SWEEPS`] and one. Otherwise, in a tree of joins, one sweep in eight treats all alike: thieves
    /// that ask their neighbours only take small jobs from each other while large ones lie further away. After
    /// [`GROUP_SWEEPS`] the threads of a group take turns to look beyond it, one in eight at a time.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Place, Reach, StealOrder};
    /// let places = [0, 1].map(|group| Place { group, cache: 0, core: 0 });
    /// let distances = [vec![10, 20], vec![20, 10]];
    /// let seats = Neighbours::new(&places, &distances, StealOrder::Uniform);
    /// assert_eq!(seats.reach(0, 0, true, 0), Reach::Anywhere);
    /// let seats = Neighbours::new(&places, &distances, StealOrder::ByDistance);
    /// assert_eq!([3, 4, 5].map(|turn| seats.reach(0, turn, true, 0)), [
    ///     Reach::Group,
    ///     Reach::Outwards,
    ///     Reach::Group
    /// ]);
    /// ```
    #[inline]
    pub fn reach(&self, own: usize, turn: u32, has_dealt_work: bool, random: u64) -> Reach {
        if self.order == StealOrder::Uniform {
            return Reach::Anywhere;
        }
        if self.groups.len() == 1 {
            return Reach::Outwards;
        }
        let goes_outwards = if has_dealt_work {
            turn % (DEALT_SWEEPS + 1) == DEALT_SWEEPS
        } else if random % ANYWHERE_IN == 0 {
            return Reach::Anywhere;
        } else {
            let every = OUTWARDS_IN.min(self.groups[self.group_of[own]].len());
            turn >= GROUP_SWEEPS && (turn - GROUP_SWEEPS) as usize % every == own % every
        };
        if goes_outwards { Reach::Outwards } else { Reach::Group }
    }

    /// How many jobs a deque of another group has to have for a thief to take one of them in the `turn`th sweep of a search.
    ///
    /// Several at first: who comes from afar should bring home what is worth sharing there, and the rest of a few is done
    /// sooner by those who are near. After that any.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Place, StealOrder};
    /// let places = [0, 1].map(|group| Place { group, cache: 0, core: 0 });
    /// let distances = [vec![10, 20], vec![20, 10]];
    /// let seats = Neighbours::new(&places, &distances, StealOrder::ByDistance);
    /// assert_eq!([0, 1, 2, 3, 4].map(|turn| seats.least_jobs_afar(turn, false)), [5, 5, 5, 2, 1]);
    /// assert_eq!(Neighbours::flat(4).least_jobs_afar(0, false), 1);
    /// ```
    #[inline]
    pub fn least_jobs_afar(&self, turn: u32, has_dealt_work: bool) -> usize {
        let stays = if has_dealt_work { DEALT_SWEEPS } else { GROUP_SWEEPS };
        if self.groups.len() == 1 || self.order == StealOrder::Uniform || turn > stays {
            1
        } else if turn == stays {
            2
        } else {
            FAR_JOBS
        }
    }

    /// For how long threads of other groups leave so much work alone that was dealt to `group` and that nobody there has begun:
    /// for a quarter of the time that it takes the group. In the unit of `work`, which is the time that it takes one thread.
    ///
    /// # Panics
    ///
    /// If there is no such group.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(3).patience(0, 120), 10);
    /// ```
    pub fn patience(&self, group: usize, work: u64) -> u64 {
        work / (self.groups[group].len() as u64 * PATIENCE_PART)
    }

    /// The other seats, each at most once, in the order in which seat `own` asks them; `random` says where each ring begins.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Reach};
    /// let mut others: Vec<usize> = Neighbours::flat(4).sweep(1, Reach::Anywhere, 5).collect();
    /// others.sort();
    /// assert_eq!(others, [0, 2, 3]);
    /// ```
    #[inline]
    pub fn sweep(&self, own: usize, reach: Reach, random: u64) -> Sweep<'_> {
        let reach = match (self.order, reach) {
            (StealOrder::Uniform, Reach::Outwards) => Reach::Anywhere,
            (_, reach) => reach,
        };
        let mut sweep =
            Sweep { seats: self, own, reach, random, next: 0, ring: Ring::None, at: 0, left: 0 };
        sweep.begin_ring();
        sweep
    }

    /// All seats, those of the group of `first` and then the other groups by rising distance, from seat `first` on: whom to
    /// wake for something in that group.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(3).outwards(1).collect::<Vec<_>>(), [1, 2, 0]);
    /// ```
    pub fn outwards(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        let group = self.group_of[first];
        let Range { start, end } = self.groups[group];
        let others = self.rings[group].iter().flatten().cloned().flatten();
        (first..end).chain(start..first).chain(others)
    }

    /// The groups: `group`, and the others by rising distance.
    ///
    /// # Panics
    ///
    /// If there is no such group.
    ///
    /// ```
    /// assert_eq!(moirai::steal::Neighbours::flat(3).groups_outwards(0).collect::<Vec<_>>(), [0]);
    /// ```
    pub fn groups_outwards(&self, group: usize) -> impl Iterator<Item = usize> + '_ {
        let others = self.rings[group].iter().flatten();
        iter::once(group).chain(others.map(|seats| self.group_of[seats.start]))
    }

    /// Where the share of `group` ends, if so many items are dealt to the groups, in order, by their numbers of seats. The
    /// same for the same number of items, call after call.
    ///
    /// # Panics
    ///
    /// If there is no such group.
    ///
    /// ```
    /// use moirai::steal::{Neighbours, Place, StealOrder};
    /// let places = [0, 1, 1].map(|group| Place { group, cache: 0, core: 0 });
    /// let seats = Neighbours::new(&places, &[vec![10, 20], vec![20, 10]], StealOrder::ByDistance);
    /// assert_eq!([seats.share_end(0, 300), seats.share_end(1, 300)], [100, 300]);
    /// ```
    pub fn share_end(&self, group: usize, items: usize) -> usize {
        let seats = self.group_of.len() as u128;
        (items as u128 * self.groups[group].end as u128 / seats) as usize
    }
}

/// Neighbours with the same key, as ranges.
fn ranges<K: PartialEq>(places: &[Place], key: impl Fn(&Place) -> K) -> Vec<Range<usize>> {
    let mut start = 0;
    let runs = places.chunk_by(|a, b| key(a) == key(b));
    runs.map(|run| {
        start += run.len();
        start - run.len()..start
    })
    .collect()
}

/// For each seat the range that it lies in.
fn of_each(ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    ranges.iter().flat_map(|range| iter::repeat_n(range.clone(), range.len())).collect()
}

/// The other groups, those at one distance together.
fn rings(group: usize, groups: &[Range<usize>], distances: &[u32]) -> Vec<Vec<Range<usize>>> {
    let mut others: Vec<usize> = (0..groups.len()).filter(|other| *other != group).collect();
    others.sort_by_key(|other| distances[*other]);
    let rings = others.chunk_by(|a, b| distances[*a] == distances[*b]);
    rings.map(|ring| ring.iter().map(|other| groups[*other].clone()).collect()).collect()
}

/// One look at the others: see [`Neighbours::sweep`].
///
/// ```
/// use moirai::steal::{Neighbours, Reach};
/// let seats = Neighbours::flat(2);
/// let mut sweep = seats.sweep(0, Reach::Group, 0);
/// assert_eq!((sweep.next(), sweep.next()), (Some(1), None));
/// ```
#[derive(Debug, Clone)]
pub struct Sweep<'a> {
    seats: &'a Neighbours,
    own: usize,
    reach: Reach,
    random: u64,
    /// The ring after the present one.
    next: usize,
    ring: Ring<'a>,
    /// The next seat of the ring, counted from its beginning, and how many are left of it.
    at: usize,
    left: usize,
}

/// Seats at one distance.
#[derive(Debug, Clone)]
enum Ring<'a> {
    None,
    /// A range with a hole: what is nearer.
    Around(Range<usize>, Range<usize>),
    /// Other groups.
    Groups(&'a [Range<usize>]),
}

impl Ring<'_> {
    fn len(&self) -> usize {
        match self {
            Ring::None => 0,
            Ring::Around(outer, hole) => outer.len() - hole.len(),
            Ring::Groups(groups) => groups.iter().map(Range::len).sum(),
        }
    }

    fn seat(&self, mut at: usize) -> usize {
        match self {
            Ring::None => unreachable!("a ring without seats"),
            Ring::Around(outer, hole) => {
                let seat = outer.start + at;
                if seat < hole.start { seat } else { seat + hole.len() }
            }
            Ring::Groups(groups) => {
                for group in *groups {
                    if at < group.len() {
                        return group.start + at;
                    }
                    at -= group.len();
                }
                unreachable!("a seat beyond the ring")
            }
        }
    }
}

impl<'a> Sweep<'a> {
    fn ring(&self, number: usize) -> Option<Ring<'a>> {
        let seats = self.seats;
        let alone = self.own..self.own + 1;
        if self.reach == Reach::Anywhere {
            return (number == 0).then_some(Ring::Around(0..seats.group_of.len(), alone));
        }
        if let Some(level) = seats.levels.get(number) {
            let below = number.checked_sub(1).map(|below| &seats.levels[below]);
            let hole = below.map_or(alone, |below| below[self.own].clone());
            return Some(Ring::Around(level[self.own].clone(), hole));
        }
        if self.reach == Reach::Group {
            return None;
        }
        let rings = &seats.rings[seats.group_of[self.own]];
        Some(Ring::Groups(rings.get(number - seats.levels.len())?))
    }

    /// Goes to the next ring that has seats; `false` if there is none.
    fn begin_ring(&mut self) -> bool {
        while let Some(ring) = self.ring(self.next) {
            self.next += 1;
            let len = ring.len();
            if len > 0 {
                // Each ring begins elsewhere: the upper half of a product with an odd number.
                let random =
                    self.random.wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (self.next as u64) << 1);
                self.at = (random >> 32) as usize % len;
                self.left = len;
                self.ring = ring;
                return true;
            }
        }
        false
    }
}

impl Iterator for Sweep<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.left == 0 && !self.begin_ring() {
            return None;
        }
        let seat = self.ring.seat(self.at);
        self.left -= 1;
        self.at += 1;
        if self.at == self.ring.len() {
            self.at = 0;
        }
        Some(seat)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Groups of so many caches, cores and siblings.
    fn machine(groups: usize, caches: usize, cores: usize, siblings: usize) -> Neighbours {
        let mut places = Vec::new();
        for group in 0..groups {
            for cache in 0..caches {
                for core in 0..cores {
                    places.extend(iter::repeat_n(Place { group, cache, core }, siblings));
                }
            }
        }
        // A ring of groups: the distance is the number of steps.
        let steps = |a: usize, b: usize| {
            let ahead = a.abs_diff(b);
            10 + ahead.min(groups - ahead) as u32
        };
        let distances: Vec<Vec<u32>> =
            (0..groups).map(|a| (0..groups).map(|b| steps(a, b)).collect()).collect();
        Neighbours::new(&places, &distances, StealOrder::ByDistance)
    }

    #[test]
    fn a_sweep_meets_every_other_seat_once() {
        for (groups, caches, cores, siblings) in
            [(1, 1, 1, 1), (1, 1, 5, 1), (1, 3, 2, 2), (4, 2, 2, 2), (5, 1, 3, 1)]
        {
            let seats = machine(groups, caches, cores, siblings);
            let all = groups * caches * cores * siblings;
            for own in 0..all {
                for random in 0..9 {
                    for reach in [Reach::Outwards, Reach::Anywhere] {
                        let met: Vec<usize> = seats.sweep(own, reach, random << 29).collect();
                        let others: BTreeSet<usize> = (0..all).filter(|s| *s != own).collect();
                        assert_eq!(met.len(), others.len());
                        assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), others);
                    }
                    let group = seats.groups()[seats.group_of(own)].clone();
                    let met: BTreeSet<usize> = seats.sweep(own, Reach::Group, random).collect();
                    assert_eq!(met, group.filter(|seat| *seat != own).collect());
                }
            }
        }
    }

    #[test]
    fn sweeps_go_outwards() {
        let seats = machine(4, 2, 2, 2);
        for random in 0..20_u64 {
            let met: Vec<usize> = seats.sweep(0, Reach::Outwards, random << 31).collect();
            assert_eq!(met[0], 1, "the sibling");
            assert_eq!(BTreeSet::from_iter(met[1..3].iter().copied()), (2..4).collect());
            assert_eq!(BTreeSet::from_iter(met[3..7].iter().copied()), (4..8).collect());
            let ring: BTreeSet<usize> = met[7..23].iter().copied().collect();
            assert_eq!(ring, (8..16).chain(24..32).collect(), "both neighbours of the ring");
            assert_eq!(BTreeSet::from_iter(met[23..].iter().copied()), (16..24).collect());
        }
    }

    #[test]
    fn rings_begin_anywhere() {
        let seats = Neighbours::flat(5);
        let mut random = 1_u64;
        let firsts: BTreeSet<usize> = (0..200)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                seats.sweep(2, Reach::Outwards, random).next().unwrap()
            })
            .collect();
        assert_eq!(firsts, BTreeSet::from([0, 1, 3, 4]));
    }

    #[test]
    fn distances_and_widths() {
        let seats = machine(2, 2, 2, 2);
        assert_eq!(seats.distance(0, 1), Distance::Near);
        assert_eq!(seats.distance(0, 2), Distance::Near);
        assert_eq!(seats.distance(0, 4), Distance::Group);
        assert_eq!(seats.distance(0, 8), Distance::Remote);
        assert_eq!([1, 2, 4, 8].map(|from| seats.width(from, 0)), [2, 4, 8, 16]);
    }

    #[test]
    fn all_items_are_dealt() {
        for items in [0, 1, 7, 1000, usize::MAX] {
            let seats = machine(3, 1, 5, 1);
            let ends: Vec<usize> = (0..3).map(|group| seats.share_end(group, items)).collect();
            assert!(ends.is_sorted());
            assert_eq!(ends[2], items);
        }
    }
}
