//! Deeds with channels between a deed and threads outside of all pools.

use crate::deeds::Here;
use crate::random::Random;
use moirai::channel;
use moirai::prelude::*;
use std::sync::Arc;
use std::thread;

/// One message after another, some in batches; the receiver may go before the end.
pub(crate) fn one_to_one(_: Here<'_>, random: &mut Random) {
    let (messages, alive) = (random.length().min(5_000), Arc::new(()));
    let (mut sender, mut receiver) = channel::spsc(random.one_of(&[1, 2, 8, 64, 256]));
    let wanted = if random.below(2) == 0 { messages } else { random.below(messages + 1) };
    thread::scope(|outside| {
        let alive = &alive;
        outside.spawn(move || {
            let mut next = 0;
            while next < messages {
                if next % 3 == 0 {
                    let Ok(slots) = sender.reserve(messages - next) else { return };
                    next += slots.fill((next..messages).map(|at| (at, Arc::clone(alive))));
                } else if sender.send((next, Arc::clone(alive))).is_ok() {
                    next += 1;
                } else {
                    return;
                }
            }
        });
        let mut next = 0;
        while next < wanted {
            let batch = receiver.recv_batch(wanted - next).expect("there is more");
            for (at, _) in batch {
                assert_eq!(at, next);
                next += 1;
            }
        }
        drop(receiver);
    });
    assert_eq!(Arc::strong_count(&alive), 1, "each message is dropped once");
}

/// From several threads to the items of a parallel iterator.
pub(crate) fn many_to_many(_: Here<'_>, random: &mut Random) {
    let (messages, senders) = (random.length().min(3_000) as u64, 1 + random.below(3) as u64);
    let (sender, receiver) = channel::mpmc(random.one_of(&[1, 2, 8, 64]));
    let sum: u64 = thread::scope(|outside| {
        for _ in 0..senders {
            let sender = sender.clone();
            outside.spawn(move || (0..messages).for_each(|at| sender.send(at).expect("wanted")));
        }
        drop(sender);
        receiver.iter().par_bridge().map(|at| at + 1).sum()
    });
    assert_eq!(sum, senders * messages * (messages + 1) / 2);
}
