//! Every numeric constant of the scheduler: unit, origin, and the bench that re-derives it.

/// Entries of a fork deque before it grows. A join tree of this depth needs no growth; 1 KiB. Any power of two.
pub(crate) const FORK_CAPACITY: usize = if cfg!(loom) { 2 } else { 128 };

/// Entries of a spawn deque before it grows; 2 KiB. Any power of two.
pub(crate) const SPAWN_CAPACITY: usize = if cfg!(loom) { 2 } else { 128 };

/// How many counts of a pool's users a worker takes or gives back at once, and holds in reserve at most twice. Bench: `spawn`.
pub(crate) const USERS_AT_ONCE: usize = if cfg!(loom) { 2 } else { 64 };

/// How many jobs from outside an idle worker takes in a row before it looks at other workers again. Bench: `spawn`.
pub(crate) const INJECTED_IN_A_ROW: u32 = 32;

/// Processor pauses of a worker that has taken more than one and finds no further, before it looks again: 1 to 3 us, in which who hands them
/// over makes some ten. It pauses once after a row only. 100 000 empty jobs from outside, each: 148 ns without, 116 with 96, 111 with
/// 200, where rayon took 300 (2026-11-29, AMD EPYC of family 23, two virtual processors). Bench: `spawn`.
pub(crate) const INJECTED_PAUSES: u32 = 96;

/// A stolen job that runs for less, its end included, was not worth the way: it kept its owner up for about as long, in ns.
/// 1 000 jobs of a scope, two threads: of 3 ns 98 us with it and 270 without, of 35 ns 166 and 277, of 100 ns 310 and 317, of 400 ns
/// 500 and 450; with 500 instead of 200 those of 400 ns took 455 where they took 315 without (2026-11-29, AMD EPYC, two virtual
/// processors). A loop of empty joins: 25 ns each with it, 100 without. Benches: `spawn`, `join`.
pub(crate) const WORTH_STEALING_NS: u64 = 200;
/// One that runs for so long was certainly worth it. Between the two it may be a short one whose end had to wait for a cache line: in
/// slow minutes such jobs let a thief begin anew each time, and a scope with one empty job took 170 ns, beside 90 (2026-11-29, AMD
/// EPYC, two virtual processors). Bench: `spawn`.
pub(crate) const WELL_WORTH_STEALING_NS: u64 = 4 * WORTH_STEALING_NS;

/// How long an idle worker leaves the jobs of others alone after one that was not, in ns: at first, and at most, where the
/// thefts cost a few percent. Must be less than `SEARCH_NS`. Bench: `spawn`.
pub(crate) const RESTRAINT_NS: u64 = 1_000;
/// See [`RESTRAINT_NS`].
pub(crate) const RESTRAINT_NS_MOST: u64 = 8_000;

/// How long a worker looks for work before it sleeps, and a waiter looks for something to help with before it parks, in ns.
///
/// A futex wake costs the waker about 2 us, and up to 13 us in a virtual machine: searching ten times as long keeps the
/// share of waking in a stream of wakes below a tenth. Never below 20 us: that is also the time after which a store of a
/// busy worker counts as visible (see `pool::sleep`). Bench: `idle`, `calls`.
pub(crate) const SEARCH_NS: u64 = 30_000;

/// How often a caller from outside looks whether its call has ended before it sleeps, with twice the pauses each time: 124 in all, 2.5
/// us, about what it costs to be woken. Bench: `calls`, `install-in-a-row`.
pub(crate) const OUTSIDE_ROUNDS: u32 = 5;

/// How long, at the end of its search, a waiter is announced to the seat it waits for before it parks, in ns. At least 20
/// us, for the same reason.
pub(crate) const ATTENTION_NS: u64 = 20_000;

/// Rounds of a search that only pause the processor; the later ones give it away. Two processors with other processes on
/// them need the second kind: a thief that spins takes the time slice of the one it waits for.
pub(crate) const SPIN_ROUNDS: u32 = 16;

/// Processor pauses in a round of the first kind. A thief that is awake begins a forked half 0.25 us after the fork with 2 of
/// them, 0.35 us with 8 (2026-11-25, AMD EPYC, two virtual processors; rayon 0.54). Bench: `steal`.
pub(crate) const SPIN_PAUSES: u32 = 2;
/// After so many rounds the pauses are twice as many: who finds nothing looks less and less often, since a look moves the victim's
/// cache line. Of two processors neither was slower or faster for it (2026-11-29). Bench: `steal`, `spawn`, `join`.
pub(crate) const ROUNDS_ALIKE: u32 = 4;

/// Rounds before a search is announced where nobody sleeps; must be less than `SPIN_ROUNDS`. Bench: `steal`, 0.20 us with
/// 4, 0.25 without.
pub(crate) const UNANNOUNCED_ROUNDS: u32 = 4;

/// How often a thread that waits for its turn looks whether the one that has it is stuck, in ms: a time that is long beside a
/// step and short beside a test (feature `seeded`).
#[cfg(feature = "seeded")]
pub(crate) const TURNS_LOOK_MS: u64 = 2;

/// After so many looks at which the one that has the turn slept, it loses it.
#[cfg(feature = "seeded")]
pub(crate) const TURNS_LOOKS_ASLEEP: u32 = 2;

/// After so many looks it loses the turn whatever it does, since it may wait in a loop for what another does: one second.
#[cfg(feature = "seeded")]
pub(crate) const TURNS_LOOKS_AWAKE: u32 = 500;

/// How long building a pool with a seed waits for its threads, in ms. A spawn handler may start them later.
#[cfg(feature = "seeded")]
pub(crate) const TURNS_BEGIN_MS: u64 = 2_000;

/// The share of a pool's stack size that must be left on the stack of a caller from outside for it to run the call itself
/// as a guest, in eighths. A thread made with std's default stack, as our workers are, has it when it is not deep in calls.
pub(crate) const GUEST_STACK_EIGHTHS: usize = 7;

/// The stack size that std gives to threads when nothing else is asked for, by the builder or `RUST_MIN_STACK`, in bytes.
pub(crate) const DEFAULT_STACK_BYTES: usize = 2 * 1024 * 1024;

/// What a wake-up is taken to cost the waker until that is known, in ns. Measured on bare machines: 0.5 to 2 us; where it
/// leaves a virtual machine, 13.
pub(crate) const WAKE_CALL_NS: u64 = 2_000;

/// How long after a wake-up its worker is taken to begin until that is known, in ns. 3 to 40 us, as above.
pub(crate) const WAKE_DELAY_NS: u64 = 20_000;

/// The least and the most work that is taken to make up for a wake-up, in ns, whatever is measured: below the first a steal
/// and its return weigh as much, above the second somebody was suspended.
pub(crate) const WAKE_WORTH_LEAST_NS: u64 = 6_000;
/// See [`WAKE_WORTH_LEAST_NS`].
pub(crate) const WAKE_WORTH_MOST_NS: u64 = 200_000;

/// From which amount of work on a call is dealt to the groups of a pool, in ns: a wake-up in each of them has to pay.
pub(crate) const DEAL_LEAST_NS: u64 = 100_000;

/// The longest time for which other groups leave a share to the group that it was dealt to, in ns: so long a thread that is ready
/// to run may have to wait for a processor. On emulated machines, where all that are awake take turns, one share in twenty went to
/// another group in some runs with no more than a wake-up takes.
pub(crate) const DEALT_PATIENCE_NS_MOST: u64 = 4_000_000;

/// From how much memory on it is asked where the pages of a slice are, in bytes: below, the caches of one group may hold it.
pub(crate) const PAGES_LEAST_BYTES: usize = 16 << 20;

/// Into how many parts for each group a call is cut that is dealt by pages, and how many parts there are at most.
pub(crate) const PAGED_PARTS: usize = 4;
/// See [`PAGED_PARTS`].
pub(crate) const PAGED_PARTS_MOST: usize = 64;

/// How many pages of each part are asked for.
pub(crate) const PAGES_ASKED: usize = 5;

/// How often the gap between two pages asked for is halved where the parts of two groups meet: to a fortieth of a part.
pub(crate) const PAGES_HALVINGS: usize = 3;

/// After how long a woken thread counts as late, in ns: in time are 3 to 300 us, late 500 to 2 200 (`pool/placing.rs`).
#[cfg(all(target_os = "linux", not(loom)))]
pub(crate) const WAKE_LATE_NS: u64 = 400_000;

/// How many wake-ups are placed after a late one, before one shows again what the system does by itself.
#[cfg(all(target_os = "linux", not(loom)))]
pub(crate) const PLACED_WAKES: u32 = 200;

/// How much of a parallel call is run before its clock is read for the first time, as it is estimated, in ns: an estimate
/// that is a thousand times too low costs half a millisecond, and the time is still tens of times the reading. Simulated:
/// `docs/batching.md`. Bench: `par_iter`.
pub(crate) const BATCH_START_NS: u64 = 500;

/// What a theft by a thread that is awake costs both sides together, in ns: less work is not worth sharing, and once the
/// cost of items was measured a piece of half of it is not cut. Bench: `steal`.
pub(crate) const BATCH_THEFT_NS: u64 = 8_000;

/// After calls in a row that took so many times what a wake-up takes, without help though each was worth a theft, one of them wakes a
/// sleeper: if that is in vain it has cost a tenth or so, the call being the smaller part of what a wake-up takes; with 8 a row of 20
/// calls of 28 us was over first. In vain again and again, the rows become up to so many times as long. Bench: `calls`, `memory`.
pub(crate) const STREAK_WAKES: u64 = 4;
/// See [`STREAK_WAKES`].
pub(crate) const STREAK_MOST_FACTOR: u64 = 64;

/// A batch that is large enough, in ns: what happens between two batches (a clock, a cut, a look at the deque) takes 50 ns.
/// Bench: `par_iter`.
pub(crate) const BATCH_BLOCK_NS: u64 = 20_000;

/// One in so many calls of a steady, cheap site looks at the clock. A power of two.
pub(crate) const SAMPLE_EVERY: u32 = 16;

/// The most items between two looks of a search at whether somebody else has found something: 5 us of the
/// cheapest items there are. Bench: `demo`, `find`.
pub(crate) const STRIDE_MOST: usize = 8192;

/// Bytes of a block in which items of unknown number are gathered: so many that taking one costs little beside filling it,
/// and so few that a thread can keep one. Bench: `collect`.
pub(crate) const BLOCK_BYTES: usize = 32 << 10;

/// Blocks that are kept for the next call, for all threads together: 2 MiB. Bench: `alloc`.
pub(crate) const STASHED_BLOCKS: usize = 64;

/// How many bytes of items one folder gathers in blocks, before it takes larger segments, or moves them to the vector that is
/// extended. Moving so much takes about 50 us. Bench: `collect`.
pub(crate) const GATHERED_IN_BLOCKS: usize = 512 << 10;

/// From how many bytes on gathered items are moved to a vector by several threads. Bench: `collect`.
pub(crate) const PARALLEL_MOVE_BYTES: usize = 512 << 10;

/// From how many bytes of a hash table on its new entries are put in the table's order first: 4 MiB, where keys lie behind
/// pointers 12. Numbers, 3 MB: 0.78 of the time, 7 MB: 0.66, 17 MB: 0.25; strings, 7 MB: 1.1, 13 MB: 0.93, 33 MB: 0.8 (2026-11-29,
/// AMD EPYC, 512 KiB of second cache and 32 MiB of third). Bench: `collect`, `hash-map`.
pub(crate) const ORDERED_BYTES: usize = 4 << 20;
/// See [`ORDERED_BYTES`].
pub(crate) const ORDERED_INDIRECT_BYTES: usize = 12 << 20;

/// Bytes of a part of a table that is filled at a time, a half of a second cache, and the most parts, so that dealing entries to them finds
/// their ends in a first cache. Parts of 64 KiB to 1 MiB take times within a tenth of each other. Bench: `collect`, `hash-map`.
pub(crate) const TABLE_PART_BYTES: usize = 256 << 10;
/// See [`TABLE_PART_BYTES`].
pub(crate) const TABLE_PARTS_MOST: usize = 512;

/// For how long a thread that draws from a `par_bridge` naps at first if it is not needed, and at most, in ns. Drawing some items
/// between two naps costs the others some 500 ns. Bench: `collect`, `sweep`.
pub(crate) const NAP_LEAST_NS: u64 = 50_000;
/// See [`NAP_LEAST_NS`].
pub(crate) const NAP_MOST_NS: u64 = 1_000_000;

/// Numbers of CPUs and nodes from here on are taken for garbage. Linux has at most 8192 CPUs and 1024 nodes; the bound
/// keeps a damaged file from making detection walk through billions of folders.
pub(crate) const TOPOLOGY_IDS: usize = 1 << 16;

/// Longer lists of what is online are compared with the folders that are there, which costs as much as reading ten files;
/// few machines have so many CPUs, and none so many nodes.
pub(crate) const TOPOLOGY_UNCHECKED: usize = 512;

/// Longer files are not read, in bytes. Those of `/sys` have at most 4096; a host of containers has some hundred kilobytes
/// of mounts.
pub(crate) const TOPOLOGY_FILE_BYTES: u64 = 1 << 20;

/// Highest frequencies that differ by less are those of cores built alike, in percent: firmware lets the best cores of a
/// package go a little higher, by 2 to 8 percent on desktop processors, while the cores of hybrid ones differ by 20 and more.
pub(crate) const TOPOLOGY_TURBO_PERCENT: u128 = 10;

/// How long a channel's send or receive looks again before its thread is registered to be woken, in ns: a fraction of what
/// a wake-up costs. Bench: `channel`.
pub(crate) const CHANNEL_SEARCH_NS: u64 = 5_000;

/// Rounds of that search that only pause the processor, the first ones shorter; the later ones give it away. Fewer than where
/// a pool's threads search: the two sides of a channel are often put on one processor, where each waits for the other once in
/// every ring, and would spin in vain. 31 pauses are 0.6 us; with 128 a ring of 1024 messages took half as long again (2026-11-25,
/// small virtual machine). Bench: `channel`.
pub(crate) const CHANNEL_SPIN_ROUNDS: u32 = 6;

/// How long the first sleep of a thread that waits for a channel is at most, in ns, before it looks once more: a store made
/// without a fence is visible long before (see `channel::waiting`). Never below 20 us.
pub(crate) const CHANNEL_NAP_NS: u64 = 50_000;

/// Events that a thread keeps for a timeline, of 40 bytes each: 1.3 MB.
#[cfg(feature = "trace")]
pub(crate) const TRACE_EVENTS: usize = 1 << 15;

/// The most that can be asked for: 640 MB a thread.
#[cfg(feature = "trace")]
pub(crate) const TRACE_EVENTS_MOST: usize = 1 << 24;

/// Threads in a timeline: a program may make pools, or threads that call one, without end.
#[cfg(feature = "trace")]
pub(crate) const TRACE_LANES_MOST: usize = 1024;

/// Pauses between the looks of a thread that waits for another's few instructions at one end of a channel of many, in turn, of about 20
/// ns each. The later ones are longer than those instructions: rare looks leave the cache line with its user, and so whole
/// rings to one thread (2026-11-29, small virtual machine). Bench: `channel`, two by two.
#[cfg(not(loom))]
pub(crate) const SHORT_LOCK_PAUSES: [u32; 5] = [4, 16, 32, 64, 64];

/// How often that thread then gives its processor away before it sleeps: the holder was put off its own, and comes back in one or
/// two turns unless its priority is lower. Chosen, not measured: it decides about rare waits only.
#[cfg(not(loom))]
pub(crate) const SHORT_LOCK_YIELDS: usize = 16;

/// The most pauses of a side of a channel, before its first look, that finds more than one message but few at a time: 64 pauses are
/// 1.3 us. With them u64 from many to many, one to one, took 22 ns on two processors, and 47 before (2026-11-29, small virtual
/// machine; the lines of the two positions were parted in the same step). Bench: `channel`, blocking.
pub(crate) const CHANNEL_MOST_PAUSES: usize = 64;

/// Messages between two waits that are few: some cache lines of small ones. Bench: `channel`.
pub(crate) const CHANNEL_SHORT_STRETCH: usize = 32;

/// Messages between two waits that are so many that waiting for more is not worth it. Bench: `channel`.
pub(crate) const CHANNEL_FULL_STRETCH: usize = 256;
