//! Whom an idle worker tries to steal from, in which order.

use crate::util::rng::Rng;

/// The order in which a thief looks at the other seats of its pool.
pub(crate) trait VictimPolicy {
    /// One sweep over all seats of a pool of `seats` but `own`, each once.
    fn sweep(&self, own: usize, seats: usize, rng: &Rng)
    -> impl Iterator<Item = usize> + use<Self>;
}

/// All others, cyclically from a random one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uniform;

impl VictimPolicy for Uniform {
    fn sweep(&self, own: usize, seats: usize, rng: &Rng) -> impl Iterator<Item = usize> + use<> {
        let start = if seats > 1 { rng.below(seats) } else { 0 };
        (start..seats).chain(0..start).filter(move |victim| *victim != own)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_meets_every_other_seat_once() {
        let rng = Rng::new(7);
        for seats in 1..9 {
            for own in 0..seats {
                let mut met: Vec<usize> = Uniform.sweep(own, seats, &rng).collect();
                met.sort_unstable();
                let others: Vec<usize> = (0..seats).filter(|seat| *seat != own).collect();
                assert_eq!(met, others);
            }
        }
    }
}
