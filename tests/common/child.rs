//! Tests that need a fresh process: environment variables, the global pool, aborts, the exit.
//!
//! The test runs the test binary again, filtered to itself, with a variable that names the
//! scenario. The child finds the variable, plays the scenario and reports by [`say`].

use std::fmt::Display;
use std::process::{Command, ExitStatus};

const SCENARIO: &str = "MOIRAI_TEST_CHILD";
const MARK: &str = "@said ";

/// One test, seen from the parent and from its children.
#[derive(Debug)]
pub(crate) struct Fresh {
    path: &'static str,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) said: Vec<String>,
    #[allow(dead_code, reason = "only the conformance tests look at aborts")]
    pub(crate) stderr: String,
}

/// The [`Fresh`] of the enclosing test, whose name is the argument.
macro_rules! fresh {
    ($test:ident) => {
        $crate::child::Fresh::of(concat!(module_path!(), "::", stringify!($test)))
    };
}

/// Reports one value to the parent.
pub(crate) fn say(value: impl Display) {
    // On a line of its own: the harness has printed the test's name without a line end.
    println!("\n{MARK}{value}");
}

impl Fresh {
    /// Takes a path that starts with the name of the test target.
    pub(crate) fn of(path: &'static str) -> Fresh {
        let path = path.split_once("::").map_or(path, |(_, rest)| rest);
        Fresh { path }
    }

    /// The scenario to play; `None` in the parent.
    pub(crate) fn scenario(&self) -> Option<String> {
        std::env::var(SCENARIO).ok()
    }

    /// Plays a scenario in a child with these variables set. Numbers of threads are not inherited.
    pub(crate) fn run(&self, scenario: &str, variables: &[(&str, &str)]) -> Ended {
        let program = std::env::current_exe().expect("the test binary has a path");
        self.run_by(Command::new(program), scenario, variables)
    }

    /// The same through a command that ends where the test binary's arguments start.
    pub(crate) fn run_by(
        &self,
        mut command: Command,
        scenario: &str,
        variables: &[(&str, &str)],
    ) -> Ended {
        command
            .args(["--exact", self.path, "--nocapture", "--test-threads=1"])
            .env_remove("RAYON_NUM_THREADS")
            .env_remove("RAYON_RS_NUM_CPUS")
            .env_remove("MOIRAI_NUM_THREADS")
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied())
            .env(SCENARIO, scenario);
        let output = command.output().expect("the child starts");
        let stdout = String::from_utf8_lossy(&output.stdout);
        let said = stdout.lines().filter_map(|line| line.strip_prefix(MARK));
        Ended {
            status: output.status,
            said: said.map(String::from).collect(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Plays a scenario that must succeed; what it said.
    pub(crate) fn said(&self, scenario: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let ended = self.run(scenario, variables);
        assert!(ended.status.success(), "{scenario}: {ended:#?}");
        ended.said
    }
}
