//! The arithmetic of batches, without threads: its equations as properties, and simulated pools that decide with it.

mod properties;
mod simulation;
mod simulator;
mod traces;

/// The constants that the driver decides with.
#[allow(dead_code, reason = "the scheduler's other constants are not used here")]
#[path = "../../src/tuning.rs"]
mod tuning;
