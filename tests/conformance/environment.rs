//! Section 2: thread counts and the environment.

use super::api;
use super::kit::pool;
use crate::child::say;
use std::process::Command;
use std::thread::available_parallelism;

fn machine() -> String {
    available_parallelism().map_or(1, usize::from).to_string()
}

/// ENV-1, ENV-2: both variables, their order, and what counts as a number.
#[test]
fn env_1_env_2_variables() {
    watch!();
    let process = fresh!(env_1_env_2_variables);
    if process.scenario().is_some() {
        return say(api::current_num_threads());
    }
    const FIRST: &str = "RAYON_NUM_THREADS";
    const SECOND: &str = "RAYON_RS_NUM_CPUS";
    let machine = machine();
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], &machine),
        (&[(FIRST, "5")], "5"),
        (&[(FIRST, "+5")], "5"),
        (&[(FIRST, "5"), (SECOND, "7")], "5"),
        (&[(SECOND, "7")], "7"),
        // Zero means the machine's own number, whatever the second variable says.
        (&[(FIRST, "0")], &machine),
        (&[(FIRST, "0"), (SECOND, "7")], &machine),
        (&[(SECOND, "0")], &machine),
        // What is no number counts as unset, so that the second variable is looked at.
        (&[(FIRST, ""), (SECOND, "7")], "7"),
        (&[(FIRST, "x"), (SECOND, "7")], "7"),
        (&[(FIRST, " 5"), (SECOND, "7")], "7"),
        (&[(FIRST, "-1"), (SECOND, "7")], "7"),
        (&[(FIRST, "x")], &machine),
        (&[(FIRST, "x"), (SECOND, "y")], &machine),
    ];
    for (variables, expected) in cases {
        assert_eq!(process.said("count", variables), [*expected], "{variables:?}");
    }
}

/// ENV-3: without a variable the number is what the system lets this process use.
#[test]
fn env_3_machine_default() {
    watch!();
    let process = fresh!(env_3_machine_default);
    if process.scenario().is_some() {
        say(api::current_num_threads());
        return say(machine());
    }
    let said = process.said("count", &[]);
    assert_eq!(said[0], said[1]);
    if cfg!(target_os = "linux") && Command::new("taskset").arg("-V").output().is_ok() {
        let mut pinned = Command::new("taskset");
        let program = std::env::current_exe().expect("the test binary has a path");
        pinned.args(["-c", "0"]).arg(program);
        let ended = process.run_by(pinned, "count", &[]);
        assert!(ended.status.success(), "{ended:#?}");
        assert_eq!(ended.said, ["1", "1"]);
    }
}

/// ENV-4: the builder's number goes first; without one, every pool looks at the variable.
#[test]
fn env_4_builder_beats_environment() {
    watch!();
    let process = fresh!(env_4_builder_beats_environment);
    if process.scenario().is_some() {
        say(pool(3).current_num_threads());
        say(pool(0).current_num_threads());
        let unset = api::ThreadPoolBuilder::new().build();
        say(unset.expect("the pool starts").current_num_threads());
        let global = api::ThreadPoolBuilder::new().num_threads(2).build_global();
        global.expect("nothing has started it before");
        return say(api::current_num_threads());
    }
    let said = process.said("counts", &[("RAYON_NUM_THREADS", "5")]);
    assert_eq!(said, ["3", "5", "5", "2"]);
}

/// ENV-5: the bound, and the silent cap. No thread is started: the handler drops its argument.
#[test]
fn env_5_cap() {
    watch!();
    let cap = api::max_num_threads();
    assert_eq!(cap, if usize::BITS >= 64 { 65_535 } else { 255 });
    let process = fresh!(env_5_cap);
    if process.scenario().is_none() {
        assert_eq!(process.said("cap", &[]), [cap.to_string(), cap.to_string()]);
        return;
    }
    let mut started = 0;
    let builder = api::ThreadPoolBuilder::new().num_threads(usize::MAX);
    let pool = builder.spawn_handler(|_| {
        started += 1;
        Ok(())
    });
    let pool = pool.build().expect("the handler never fails");
    say(pool.current_num_threads());
    say(started);
    // Workers that never ran cannot answer the end of the pool.
    std::mem::forget(pool);
}

/// ENV-6: the number of the worker's own pool; from outside, of the global pool, which starts.
#[test]
fn env_6_current_num_threads() {
    watch!();
    let process = fresh!(env_6_current_num_threads);
    if process.scenario().is_some() {
        let inner = pool(3);
        say(inner.install(api::current_num_threads));
        say(inner.current_num_threads());
        say(api::current_num_threads());
        say(api::ThreadPoolBuilder::new().build_global().is_err());
        return;
    }
    let said = process.said("counts", &[("RAYON_NUM_THREADS", "4")]);
    assert_eq!(said, ["3", "3", "4", "true"]);
}

/// ENV-6: asking inside another pool does not start the global one.
#[test]
fn env_6_inner_pool_starts_no_global() {
    watch!();
    let process = fresh!(env_6_inner_pool_starts_no_global);
    if process.scenario().is_some() {
        say(pool(3).install(api::current_num_threads));
        return say(api::ThreadPoolBuilder::new().build_global().is_ok());
    }
    assert_eq!(process.said("inner", &[]), ["3", "true"]);
}

/// ENV-7: no index outside, and asking for it starts nothing.
#[test]
fn env_7_index_outside() {
    watch!();
    let process = fresh!(env_7_index_outside);
    if process.scenario().is_some() {
        say(api::current_thread_index().is_none());
        return say(api::ThreadPoolBuilder::new().build_global().is_ok());
    }
    assert_eq!(process.said("outside", &[]), ["true", "true"]);
}

/// ENV-7: indices are 0..n, fixed for a thread, and start anew in each pool.
#[test]
fn env_7_indices() {
    watch!();
    let observe = |pool: &api::ThreadPool| {
        pool.broadcast(|_| (api::current_thread_index(), std::thread::current().id()))
    };
    let (a, b) = (pool(4), pool(3));
    let first = observe(&a);
    let indices: Vec<_> = first.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, [Some(0), Some(1), Some(2), Some(3)]);
    let other: Vec<_> = observe(&b).into_iter().map(|(index, _)| index).collect();
    assert_eq!(other, [Some(0), Some(1), Some(2)]);
    for _ in 0..20 {
        assert_eq!(observe(&a), first);
    }
}

/// ENV-8: variables of other libraries mean nothing. (DIF-4: this crate reads `MOIRAI_*` too.)
#[test]
fn env_8_no_other_variable() {
    watch!();
    let process = fresh!(env_8_no_other_variable);
    if process.scenario().is_some() {
        return say(api::current_num_threads());
    }
    let names = ["OMP_NUM_THREADS", "NUM_THREADS", "RAYON_THREADS", "RAYON_NUM_CPUS"];
    let variables = names.map(|name| (name, "7"));
    let expected = machine();
    if expected != "7" {
        assert_eq!(process.said("count", &variables), [expected]);
    }
}
