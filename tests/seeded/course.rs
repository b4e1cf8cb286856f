//! The same seed gives the same course, whatever the machine does; different seeds give different ones, and on none of them a
//! right program goes wrong.

use super::{child, pool};
use moirai::prelude::*;
use moirai::{ThreadPool, channel, current_thread_index, join, scope};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

/// What happened, and on which thread.
#[derive(Default)]
struct Course(Mutex<Vec<(Option<usize>, usize)>>);

impl Course {
    fn note(&self, what: usize) {
        self.0.lock().unwrap().push((current_thread_index(), what));
    }
}

/// A bit of everything; the course it has taken.
fn everything(pool: &ThreadPool) -> Vec<(Option<usize>, usize)> {
    fn tree(course: &Course, node: usize) -> usize {
        course.note(node);
        if node >= 16 {
            return 1;
        }
        let (left, right) = join(|| tree(course, 2 * node), || tree(course, 2 * node + 1));
        left + right
    }
    let course = Course::default();
    assert_eq!(pool.install(|| tree(&course, 1)), 16);
    pool.scope(|s| {
        for turn in 100..105 {
            let course = &course;
            s.spawn(move |s| {
                course.note(turn);
                s.spawn(move |_| course.note(turn + 10));
            });
        }
    });
    let noted = |n: usize| {
        course.note(200 + n);
        n
    };
    let sum: usize = pool.install(|| (0..50).into_par_iter().map(noted).sum());
    assert_eq!(sum, 1225);
    let evens = pool.install(|| (0..50).into_par_iter().map(noted).filter(|n| n % 2 == 0));
    assert_eq!(pool.install(|| evens.collect::<Vec<_>>()).len(), 25);
    pool.broadcast(|context| course.note(300 + context.index()));
    let (sender, receiver) = channel::mpmc(2);
    pool.install(|| {
        scope(|s| {
            s.spawn(|_| {
                let wait = Duration::from_secs(3600);
                while let Ok(n) = receiver.recv_timeout(wait) {
                    course.note(400 + n);
                }
                course.note(499);
            });
            s.spawn(|_| {
                let sender = sender;
                (0..6_usize).for_each(|n| sender.send(n).unwrap());
            });
        });
    });
    course.0.into_inner().unwrap()
}

#[test]
fn the_same_seed_gives_the_same_course() {
    watch!();
    let mut courses = HashSet::new();
    for seed in 0..30 {
        let first = everything(&pool(3, seed));
        for _ in 0..3 {
            assert_eq!(everything(&pool(3, seed)), first, "seed {seed}");
        }
        courses.insert(first);
    }
    assert!(courses.len() >= 25, "{} courses", courses.len());
}

#[test]
fn there_is_a_course_for_each_number_of_threads() {
    watch!();
    for threads in [2, 8] {
        let course = everything(&pool(threads, 7));
        assert_eq!(course, everything(&pool(threads, 7)), "{threads} threads");
        let on: HashSet<_> = course.iter().map(|(thread, _)| *thread).collect();
        assert!(on.len() > threads / 2, "{threads} threads: {on:?}");
    }
}

/// Time is part of the schedule: an hour passes when nobody has anything to do.
#[test]
fn time_outs_come_without_waiting() {
    watch!();
    let (_sender, receiver) = channel::mpmc::<u8>(2);
    for seed in 0..5 {
        let pool = pool(2, seed);
        let received = pool.install(|| receiver.recv_timeout(Duration::from_secs(3600)));
        assert_eq!(received, Err(channel::RecvTimeoutError::Timeout));
    }
}

/// A pool without a seed in the same program runs as ever.
#[test]
fn the_seed_in_the_environment_is_for_all_pools() {
    watch!();
    let test = fresh!(the_seed_in_the_environment_is_for_all_pools);
    if test.scenario().is_some() {
        let course = Course::default();
        (0..200).into_par_iter().with_max_len(1).for_each(|n| course.note(n));
        let course = course.0.into_inner().unwrap();
        child::say(format!("{course:?}"));
        return;
    }
    let course = |seed| {
        let variables = [("MOIRAI_SEED", seed), ("RAYON_NUM_THREADS", "3")];
        test.said("global", &variables).remove(0)
    };
    let first = course("3");
    assert_eq!(first, course("3"));
    assert!(["4", "5", "6"].into_iter().any(|seed| course(seed) != first));
    let ended = test.run("global", &[("MOIRAI_SEED", "0x3"), ("RAYON_NUM_THREADS", "3")]);
    assert_eq!(
        ended.stderr,
        "moirai: MOIRAI_SEED=\"0x3\" is not a number from 0 to 2^64 - 1: it has no effect\n"
    );
}

/// Two hundred orders of a sort, a tree and a search: all of them right.
#[test]
fn right_programs_stay_right() {
    watch!();
    let mut sorted: Vec<u32> = (0..3000).map(|n: u32| n.wrapping_mul(2_654_435_761) >> 8).collect();
    let shuffled = sorted.clone();
    sorted.sort_unstable();
    for seed in 0..200 {
        let pool = pool(4, seed);
        pool.install(|| {
            let mut values = shuffled.clone();
            values.par_sort_unstable();
            assert_eq!(values, sorted, "seed {seed}");
            let first = (0..500).into_par_iter().find_first(|n| n % 97 == 96);
            assert_eq!(first, Some(96), "seed {seed}");
            let text: Vec<String> = (0..40).into_par_iter().map(|n| n.to_string()).collect();
            assert!(text.iter().enumerate().all(|(n, text)| *text == n.to_string()));
        });
    }
}

/// Whoever looks on does not change the course: a recording, snapshots of the counters, a timeline.
#[test]
fn looking_does_not_change_the_course() {
    watch!();
    let builder = |seed| moirai::ThreadPoolBuilder::new().num_threads(3).seed(seed);
    for seed in 0..20 {
        let course = everything(&pool(3, seed));
        let (explained, report) = moirai::explain(|| everything(&pool(3, seed)));
        assert_eq!(explained, course, "seed {seed}, explained");
        // A tree, two scopes, two calls of iterators, and of these times are real ones.
        assert_eq!(report.calls().len(), 5, "seed {seed}: {report}");
        assert!(report.calls().iter().all(|call| call.elapsed_ns < 60_000_000_000));

        let pool = builder(seed).build().unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let watched = std::thread::scope(|threads| {
            threads.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::black_box(pool.metrics());
                }
            });
            let watched = everything(&pool);
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            watched
        });
        assert_eq!(watched, course, "seed {seed}, with snapshots");

        #[cfg(feature = "trace")]
        {
            let trace = moirai::trace::Trace::new();
            let pool = builder(seed).trace(&trace).build().unwrap();
            assert_eq!(everything(&pool), course, "seed {seed}, with a timeline");
        }
    }
}
