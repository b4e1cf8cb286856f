//! Deeds with pooled frames: dropped where they were made or elsewhere, before or after their pool.

use crate::deeds::Here;
use crate::random::Random;
use moirai::frames::FramePool;
use moirai::prelude::*;
use std::sync::Arc;

/// What a frame holds: something to check, and something that counts drops.
struct Held {
    words: [usize; 6],
    _alive: Arc<()>,
}

/// Made by some threads of the pool, dropped by others; some outlive the pool of frames.
pub(crate) fn exchanged(_: Here<'_>, random: &mut Random) {
    let alive = Arc::new(());
    let frames = FramePool::with_bound(random.one_of(&[0, 1, 40, 2_000]));
    if random.below(2) == 0 {
        frames.prepare(random.below(100));
    }
    let made: Vec<_> = (0..random.length().min(2_000))
        .into_par_iter()
        .map(|at| frames.acquire(Held { words: [at; 6], _alive: Arc::clone(&alive) }))
        .collect();
    let count = made.len();
    assert_eq!(Arc::strong_count(&alive), 1 + count);
    let statistics = frames.statistics();
    assert!(statistics.acquired >= count && statistics.reset_failures == 0);
    let frames = (random.below(2) == 0).then_some(frames);
    let sum: usize = made
        .into_par_iter()
        .enumerate()
        .map(|(at, frame)| {
            assert_eq!(frame.words, [at; 6]);
            let mut frame = frame;
            frame.words[3] += 1;
            frame.words[3]
        })
        .sum();
    assert_eq!(sum, count * (count + 1) / 2);
    assert_eq!(Arc::strong_count(&alive), 1, "each value is dropped once");
    drop(frames);
}
