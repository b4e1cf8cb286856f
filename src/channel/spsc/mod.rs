//! One producer, one consumer: the channel that [`spsc`](crate::channel::spsc()) makes.

mod receiver;
mod sender;

use crate::channel::ending::End;
use crate::channel::pace::Pace;
use crate::channel::ring::{Reader, Ring, Writer};
use crate::channel::slots::Slots;
use crate::channel::waiting::Waiters;
use crate::util::CachePadded;
use std::sync::Arc;

pub use receiver::Receiver;
pub use sender::Sender;

/// What both sides share.
struct Shared<T> {
    ring: Ring<T>,
    state: CachePadded<State>,
    paces: CachePadded<Paces>,
}

/// What is written rarely.
struct State {
    end: End,
    /// The receiver, when it waits for a value.
    receiver: Waiters,
    /// The sender, when it waits for a free slot.
    sender: Waiters,
}

/// What a side writes when it has come to the end, here and not in the side: a call with the side's address would keep the side's
/// position in memory, where compilers have it in a register.
struct Paces {
    sender: Pace,
    receiver: Pace,
}

pub(super) fn channel<T>(slots: Slots<T>) -> (Sender<T>, Receiver<T>) {
    let state = State { end: End::new(), receiver: Waiters::new(), sender: Waiters::new() };
    let shared = Arc::new(Shared {
        ring: Ring::new(slots),
        state: CachePadded::new(state),
        paces: CachePadded::new(Paces { sender: Pace::new(), receiver: Pace::new() }),
    });
    let sender = Sender { shared: Arc::clone(&shared), writer: Writer::new() };
    (sender, Receiver { shared, reader: Reader::new() })
}
