//! Environment variables, each in a process of its own.

use crate::child::say;
use crate::shapes::groups;
use moirai::{ThreadPoolBuilder, current_num_threads};

/// Says what a pool of four threads looks like.
fn describe() {
    match ThreadPoolBuilder::new().num_threads(4).build() {
        Ok(pool) => say(format!("{:?}", groups(&pool))),
        Err(error) => say(error),
    }
}

#[test]
fn the_machine() {
    let fresh = fresh!(the_machine);
    if fresh.scenario().is_some() {
        return describe();
    }
    watch!();
    let of = |setting| fresh.said("describe", &[("MOIRAI_TOPOLOGY", setting)]);
    assert_eq!(of("off"), ["[0, 0, 0, 0]"]);
    assert_eq!(of("fake:2x2"), ["[0, 0, 1, 1]"]);
    assert_eq!(of("fake:4x1:ring"), ["[0, 1, 2, 3]"]);
    // Children have the variable that these tests run with, if there is one.
    if std::env::var_os("MOIRAI_TOPOLOGY").is_none() {
        assert_eq!(of("auto"), fresh.said("describe", &[]));
    }
    let refused = of("nonsense").concat();
    assert!(
        refused.starts_with("The thread pool cannot be placed: MOIRAI_TOPOLOGY: "),
        "{refused}"
    );
}

/// The builder goes before the environment.
#[test]
fn the_builder_goes_first() {
    let fresh = fresh!(the_builder_goes_first);
    if fresh.scenario().is_some() {
        let pool = crate::shapes::pool("2x2", 4);
        return say(format!("{:?}", groups(&pool)));
    }
    watch!();
    assert_eq!(fresh.said("build", &[("MOIRAI_TOPOLOGY", "nonsense")]), ["[0, 0, 1, 1]"]);
}

#[test]
fn numbers_of_threads() {
    let fresh = fresh!(numbers_of_threads);
    if fresh.scenario().is_some() {
        return say(current_num_threads());
    }
    watch!();
    let of = |variables: &[(&str, &str)]| fresh.said("count", variables).concat();
    let usual = of(&[]);
    assert_eq!(of(&[("MOIRAI_NUM_THREADS", "5")]), "5");
    assert_eq!(of(&[("RAYON_NUM_THREADS", "3"), ("MOIRAI_NUM_THREADS", "5")]), "3");
    assert_eq!(of(&[("RAYON_RS_NUM_CPUS", "4"), ("MOIRAI_NUM_THREADS", "5")]), "4");
    assert_eq!(of(&[("RAYON_NUM_THREADS", "0"), ("MOIRAI_NUM_THREADS", "5")]), usual);
    for nothing in ["0", "many", ""] {
        assert_eq!(of(&[("MOIRAI_NUM_THREADS", nothing)]), usual);
    }
}

/// Several small pools lie side by side. In a process of its own, since all pools of a process take turns.
#[test]
fn pools_take_different_cpus() {
    let fresh = fresh!(pools_take_different_cpus);
    if fresh.scenario().is_some() {
        let pools = [0; 4].map(|_| {
            let builder = crate::shapes::builder("4x2", 2).pinning(moirai::Pinning::Cpu);
            builder.build().unwrap()
        });
        let workers = pools.iter().flat_map(|pool| pool.workers());
        let mut cpus: Vec<usize> =
            workers.map(|worker| worker.cpus().and_then(|cpus| cpus.first()).unwrap()).collect();
        pools.iter().for_each(|pool| assert_eq!(groups(pool), [0, 0], "neighbours"));
        cpus.sort();
        return say(format!("{cpus:?}"));
    }
    watch!();
    assert_eq!(fresh.said("build", &[]), ["[0, 1, 2, 3, 4, 5, 6, 7]"]);
}

/// A value that cannot be read is reported once in a process, and has no effect.
#[test]
fn what_cannot_be_read_is_reported_once() {
    let fresh = fresh!(what_cannot_be_read_is_reported_once);
    if fresh.scenario().is_some() {
        for _ in 0..3 {
            ThreadPoolBuilder::new().build().unwrap();
        }
        return say(current_num_threads());
    }
    watch!();
    let usual = fresh.said("build", &[]);
    for (name, wrong, wanted, right) in [
        ("MOIRAI_WAIT", "anyhow", "`descendants` or `anything`", ["descendants", "anything"]),
        ("MOIRAI_GUESTS", "Off", "`on` or `off`", ["on", "off"]),
        ("MOIRAI_NUM_THREADS", "-1", "a number of threads", ["0", "3"]),
    ] {
        let reports = |value| {
            let ended = fresh.run("build", &[(name, value)]);
            assert!(ended.status.success(), "{ended:#?}");
            let lines = ended.stderr.lines().filter(|line| line.starts_with("moirai"));
            (lines.map(String::from).collect::<Vec<_>>(), ended.said)
        };
        let report = format!("moirai: {name}={wrong:?} is not {wanted}: it has no effect");
        assert_eq!(reports(wrong), (vec![report], usual.clone()));
        for right in ["", right[0], right[1]] {
            assert_eq!(reports(right).0, [] as [String; 0], "{name}={right}");
        }
    }
}
