//! Where the pieces of an iteration get a state of their own from.

/// A source of states, which is cut along with the pieces.
pub(in crate::iter) trait Seed: Send + Sized {
    /// What each piece gets.
    type State;

    /// Makes a seed for another piece.
    fn another(&self) -> Self;

    /// Makes the state of this piece.
    fn into_state(self) -> Self::State;
}

/// Each piece gets a clone.
pub(in crate::iter) struct CloneSeed<T>(pub(in crate::iter) T);

impl<T: Clone + Send> Seed for CloneSeed<T> {
    type State = T;

    fn another(&self) -> Self {
        CloneSeed(self.0.clone())
    }

    fn into_state(self) -> T {
        self.0
    }
}

/// Each piece gets what a function returns.
pub(in crate::iter) struct InitSeed<'f, F>(pub(in crate::iter) &'f F);

impl<F, T> Seed for InitSeed<'_, F>
where
    F: Fn() -> T + Sync,
{
    type State = T;

    fn another(&self) -> Self {
        InitSeed(self.0)
    }

    fn into_state(self) -> T {
        (self.0)()
    }
}
