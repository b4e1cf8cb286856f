//! What things cost in the model, in ns. A distance of 10 is that to the own node, as in Linux's tables.

/// Cutting a piece, or forking a half of a tree.
pub(crate) const SPLIT: u64 = 20;
/// Taking the newest part back.
pub(crate) const POP: u64 = 8;
/// Looking after a piece of a loop: the clock, and the decision. Only where pieces are cut by time.
pub(crate) const PIECE: u64 = 50;
/// Looking at the deque of a worker of the same cache, of the same node, and of another node at a distance of [`FAR`].
pub(crate) const PROBE: [u64; 3] = [35, 60, 130];
/// Getting a part: from the same node, and from another node at a distance of [`FAR`].
pub(crate) const STEAL: [u64; 2] = [310, 900];
/// The distance that the costs of the far are given for.
pub(crate) const FAR: u64 = 21;
/// The earliest and the latest moment at which a worker begins to look for work.
pub(crate) const AWAKE: [u64; 2] = [500, 2_500];

/// The share of an item's time that waits for memory, where there is any.
pub(crate) const MEMORY_SHARE: f64 = 0.6;
/// By how much memory is slower with each distance of 10.
pub(crate) const SLOWER: f64 = 0.7;
/// A node's memory feeds this share of its cores, if these do nothing else.
pub(crate) const SATURATION: f64 = 0.7;
/// After so much work at the latest it is asked again how many use a node's memory.
pub(crate) const QUANTUM: u64 = 5_000;
