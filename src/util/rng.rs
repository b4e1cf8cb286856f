//! A small random generator, for choosing victims.

use std::cell::Cell;

/// Marsaglia's xorshift64* (2003; the multiplier is Vigna's, 2016). Not for secrets. One thread at a time.
#[derive(Debug)]
pub(crate) struct Rng(Cell<u64>);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Rng(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    pub(crate) fn next_u64(&self) -> u64 {
        let mut state = self.0.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.set(state);
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Rng;

    #[test]
    fn all_remainders_come() {
        let rng = Rng::new(3);
        let mut seen = [0; 7];
        (0..7000).for_each(|_| seen[(rng.next_u64() >> 32) as usize % 7] += 1);
        assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
    }
}
