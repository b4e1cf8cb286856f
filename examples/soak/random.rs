//! A small generator, so that a seed repeats the choices (though not what the threads make of them).

#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^ (mixed >> 29)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A length: mostly small, sometimes large.
    pub(crate) fn length(&mut self) -> usize {
        let bound = self.one_of(&[1, 10, 100, 1_000, 1_000, 10_000, 50_000]);
        self.below(bound + 1)
    }

    /// A generator of its own for another job.
    pub(crate) fn fork(&mut self) -> Random {
        Random(self.next())
    }
}
