//! Every numeric constant of the scheduler: unit, origin, and the bench that re-derives it.

/// Entries of a fork deque before it grows. A join tree of this depth needs no growth; 1 KiB. Any power of two.
pub(crate) const FORK_CAPACITY: usize = if cfg!(loom) { 2 } else { 128 };

/// Entries of a spawn deque before it grows; 2 KiB. Any power of two.
pub(crate) const SPAWN_CAPACITY: usize = if cfg!(loom) { 2 } else { 128 };

/// How long a worker looks for work before it sleeps, and a waiter looks for something to help with before it parks, in ns.
///
/// A futex wake costs the waker about 2 us, and up to 13 us in a virtual machine: searching ten times as long keeps the
/// share of waking in a stream of wakes below a tenth. Never below 20 us: that is also the time after which a store of a
/// busy worker counts as visible (see `pool::sleep`). Bench: `idle`, `calls`.
pub(crate) const SEARCH_NS: u64 = 30_000;

/// How long, at the end of its search, a waiter is announced to the seat it waits for before it parks, in ns. At least 20
/// us, for the same reason.
pub(crate) const ATTENTION_NS: u64 = 20_000;

/// Rounds of a search that only pause the processor; the later ones give it away. Two processors with other processes on
/// them need the second kind: a thief that spins takes the time slice of the one it waits for.
pub(crate) const SPIN_ROUNDS: u32 = 16;

/// Processor pauses in a round of the first kind.
pub(crate) const SPIN_PAUSES: u32 = 8;

/// The share of a pool's stack size that must be left on the stack of a caller from outside for it to run the call itself
/// as a guest, in eighths. A thread made with std's default stack, as our workers are, has it when it is not deep in calls.
pub(crate) const GUEST_STACK_EIGHTHS: usize = 7;

/// The stack size that std gives to threads when nothing else is asked for, in bytes.
pub(crate) const DEFAULT_STACK_BYTES: usize = 2 * 1024 * 1024;
