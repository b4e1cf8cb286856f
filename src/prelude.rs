//! What most programs need: `use moirai::prelude::*;`.
//!
//! The traits whose methods make parallel iterators and work on them.
//!
//! ```
//! use moirai::prelude::*;
//!
//! let words = ["spin", "measure", "cut"];
//! assert_eq!(words.par_iter().map(|word| word.len()).sum::<usize>(), 14);
//! ```
pub use crate::iter::{
    FromParallelIterator, IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator,
    IntoParallelRefMutIterator, ParallelBridge, ParallelDrainFull, ParallelDrainRange,
    ParallelExtend, ParallelIterator,
};
pub use crate::slice::{ParallelSlice, ParallelSliceMut};
pub use crate::str::ParallelString;
