//! Bytes that say what to build: from a fuzzer, or drawn from a seed.

/// Reads bytes to the end, and zeros from there on.
#[derive(Debug)]
pub(crate) struct Bytes<'a> {
    left: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Bytes { left: bytes }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.left.split_first() {
            Some((first, rest)) => {
                self.left = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `end`, which is at most 256.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }
}
