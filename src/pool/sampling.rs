//! Which of the calls that a thread makes one after another are measured.

use crate::tuning;
use std::cell::Cell;

/// Multiples of the golden ratio's part of a turn (H. Weyl, "Über die Gleichverteilung von Zahlen mod. Eins", 1916): whatever number of
/// different calls a program makes in turns, each of them falls evenly into all parts of the range. Every sixteenth call by a plain
/// count would be the same one again and again in a program that makes two, four, eight or sixteen.
const STEP: u32 = 0x9E37_79B9;

/// One in [`SAMPLE_EVERY`](tuning::SAMPLE_EVERY). See the module's description.
pub(super) struct Sampling(Cell<u32>);

impl Sampling {
    pub(super) const fn new() -> Self {
        Sampling(Cell::new(0))
    }

    /// Whether the call that begins now is one of them.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        let turn = self.0.get();
        self.0.set(turn.wrapping_add(STEP));
        turn < 1 << (u32::BITS - tuning::SAMPLE_EVERY.ilog2())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_calls_in_turns_is_measured_as_often() {
        assert!(tuning::SAMPLE_EVERY.is_power_of_two());
        for calls in 1..=64 {
            let sampling = Sampling::new();
            let mut measured = vec![0; calls];
            let rounds = 100 * tuning::SAMPLE_EVERY;
            for _ in 0..rounds {
                measured.iter_mut().for_each(|count| *count += u32::from(sampling.is_due()));
            }
            let (least, most) = (measured.iter().min().unwrap(), measured.iter().max().unwrap());
            assert!(
                (50..=200).contains(least) && (50..=200).contains(most),
                "{calls}: {measured:?}"
            );
        }
    }
}
