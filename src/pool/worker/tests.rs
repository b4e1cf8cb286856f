//! Thieves and their victims in a pool without threads: the test holds all seats, and so decides what comes after what.

use super::*;
use crate::join::join_context;
use crate::pool::registry::Registry;
use crate::steal::{Neighbours, Place, StealOrder};
use crate::util::clock::ticks_of_ns;
use std::hint::spin_loop;
use std::sync::Arc;

impl Seat {
    /// How often it has looked at others, in vain or not.
    fn looks(&self) -> [usize; 2] {
        let tries = [Distance::Near, Distance::Group, Distance::Remote].map(Counter::tries);
        [tries.map(|tries| self.counters.read(tries)).iter().sum(), self.counters.steals()]
    }

    /// What a wait of this kind finds now.
    fn finds(&self, kind: Wait<'_>) -> Option<JobRef> {
        // SAFETY: the test holds all seats.
        unsafe { self.find(kind) }
    }

    /// As [`finds`](Self::finds), and runs it.
    fn runs_what_it_finds(&self, kind: Wait<'_>) -> bool {
        let found = self.finds(kind);
        if let Some(job) = found {
            // SAFETY: won just now; the test holds all seats.
            self.occupy(|| unsafe { self.run_found(job) });
        }
        found.is_some()
    }

    /// Whether the second half of a join was stolen, after `meanwhile` in the first one.
    fn joins(&self, meanwhile: impl FnOnce() + Send, second: impl FnOnce() + Send) -> bool {
        let second = |context: crate::FnContext| {
            second();
            context.migrated()
        };
        self.occupy(|| join_context(|_| meanwhile(), second).1)
    }
}

/// After a short job the idle worker leaves halves of joins to their owner, and does not even look; a wait that takes anything
/// does not. A stolen half that was worth it ends that.
#[test]
fn short_halves_are_left_to_their_owner() {
    let pool = Registry::without_threads(Neighbours::flat(2));
    let [owner, thief] = pool.seats() else { unreachable!("two seats") };
    let later = ticks().wrapping_add(1 << 60);
    thief.restraint.has_run(later, later);
    let before = thief.looks();
    let left = || assert!(!thief.runs_what_it_finds(Wait::Bottom), "a half was not left alone");
    assert!(!owner.joins(left, || ()));
    assert_eq!(thief.looks(), before);
    assert!(owner.joins(|| assert!(thief.runs_what_it_finds(Wait::Anything)), || ()));

    thief.restraint.has_run(later, later);
    let long = || {
        let began = ticks();
        while ticks().wrapping_sub(began) < ticks_of_ns(tuning::WELL_WORTH_STEALING_NS) {
            spin_loop();
        }
    };
    assert!(owner.joins(|| assert!(thief.runs_what_it_finds(Wait::Anything)), long));
    assert!(owner.joins(|| assert!(thief.runs_what_it_finds(Wait::Bottom)), || ()));
}

/// Longer than a test takes, in ticks, and short enough for the counter's upper bit to stay clear.
const LONG: u64 = usize::MAX as u64 / 4;

/// Two groups of two seats. A thief looks at all of them in each sweep.
fn two_groups() -> Arc<Registry> {
    let places = [0, 1, 2, 3].map(|core| Place { group: core / 2, cache: core / 2, core });
    let distances = [vec![10, 20], vec![20, 10]];
    Registry::without_threads(Neighbours::new(&places, &distances, StealOrder::Uniform))
}

fn job(number: usize) -> JobRef {
    // SAFETY: an address that is not null; nobody executes it.
    unsafe { JobRef::from_word(64 * number) }
}

/// Whether a job is offered as a fork, or as one that was spawned.
#[derive(Clone, Copy)]
enum As {
    Fork,
    Spawned,
}

impl Seat {
    fn offers(&self, job: JobRef, what: As) {
        match what {
            // SAFETY: the test holds all seats, and nobody executes the job.
            As::Fork => assert!(unsafe { self.push_fork(job) }),
            // SAFETY: as above.
            As::Spawned => unsafe { self.push_spawned(job, Tag::DETACHED) },
        }
    }
}

impl Registry {
    /// Deals a job to a group; other groups leave it alone for so many ticks.
    fn deals_to(&self, group: usize, job: JobRef, patience: u64) {
        // SAFETY: nobody executes it.
        unsafe { self.group(group).dealt.add(job, patience) };
    }
}

/// What was dealt after the thief has looked for it goes before the jobs of another group: they may be parts of the same call.
#[test]
fn the_share_of_the_own_group_goes_before_jobs_of_others() {
    let pool = two_groups();
    let [thief, _, stranger, _] = pool.seats() else { unreachable!("four seats") };
    for what in [As::Fork, As::Spawned] {
        assert_eq!(thief.take_dealt(), None);
        stranger.offers(job(1), what);
        pool.deals_to(thief.group, job(2), LONG);
        assert_eq!(thief.steal_anything(), None);
        assert_eq!(thief.finds(Wait::Bottom), Some(job(2)));
        assert_eq!(thief.finds(Wait::Bottom), Some(job(1)));
        assert_eq!(thief.finds(Wait::Bottom), None);
    }
}

/// A job of the own group is taken whatever was dealt meanwhile: what that group has begun goes first.
#[test]
fn a_share_keeps_nobody_from_jobs_of_the_own_group() {
    let pool = two_groups();
    let [thief, neighbour, ..] = pool.seats() else { unreachable!("four seats") };
    for what in [As::Fork, As::Spawned] {
        neighbour.offers(job(1), what);
        pool.deals_to(thief.group, job(2), LONG);
        assert_eq!(thief.steal_anything(), Some(job(1)));
        assert_eq!(thief.finds(Wait::Bottom), Some(job(2)));
    }
}

/// Where nothing lies for the own group, jobs of others are taken, and what was dealt to these comes after their jobs.
#[test]
fn the_share_of_another_group_keeps_nobody_from_its_jobs() {
    let pool = two_groups();
    let [thief, _, stranger, _] = pool.seats() else { unreachable!("four seats") };
    for what in [As::Fork, As::Spawned] {
        stranger.offers(job(1), what);
        assert_eq!(thief.steal_anything(), Some(job(1)));
        stranger.offers(job(1), what);
        pool.deals_to(stranger.group, job(2), 0);
        assert_eq!(thief.steal_anything(), Some(job(1)));
        assert_eq!(thief.steal_anything(), Some(job(2)));
        pool.deals_to(stranger.group, job(2), LONG);
        assert_eq!(thief.steal_anything(), None);
        assert!(pool.group(stranger.group).dealt.take_back(job(2)));
    }
}
