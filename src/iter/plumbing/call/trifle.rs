//! Calls so cheap that nobody would take a part of them: no clock is looked at, and most of them are not even asked about.

use super::{AtHand, Piece, address, run_alone, run_whole};
use crate::batch::Estimate;
use crate::pool::seat::Seat;
use crate::trace;
use crate::tuning;
use crate::util::caller::Place;
use crate::util::clock::ticks_of_ns;

/// Whether a call made by a worker is so cheap that it need not look at the clock: nobody would take a part of it, or it is made
/// by an item of another call, which is what there is to take.
#[inline(always)]
pub(super) fn is_trifle(seat: &Seat, items: usize, estimate: Estimate) -> bool {
    let is_inner = seat.stride.get() != 0;
    let most = if is_inner { tuning::BATCH_BLOCK_NS } else { tuning::BATCH_THEFT_NS / 2 };
    estimate.per_item().is_some_and(|per_item| items as f32 * per_item <= ticks_of_ns(most) as f32)
}

/// Runs a trifle. The next ones of its kind that a thread in the pool begins, as `is_nested` says of this one, go by
/// [`known`].
pub(super) fn run_trifle<P: Piece>(
    seat: &Seat,
    piece: P,
    is_nested: bool,
    node: usize,
) -> P::Result {
    let items = piece.items();
    let result = run_whole(seat, piece, node);
    if is_nested {
        seat.trifle.found(address::<P>(), items);
    }
    result
}

/// The seat of this thread, if a call of so many items that begins now is of a kind that has just been found to be a trifle, and
/// nobody records it.
#[inline(always)]
pub(in crate::iter::plumbing) fn known<'s, P: Piece>(items: usize) -> Option<&'s Seat> {
    Seat::current_to_fork().filter(|seat| seat.trifle.is_next(address::<P>(), items))
}

/// Runs such a call.
#[inline(always)]
pub(in crate::iter::plumbing) fn run_known<P: Piece>(
    seat: &Seat,
    piece: P,
    place: Option<Place>,
) -> P::Result {
    let items = piece.items();
    let _bar = trace::call(Some(&seat.log), place);
    seat.counters.count_batch(items);
    let _running = seat.log.piece(items);
    let _at_hand = AtHand::begin(seat, tuning::STRIDE_MOST);
    run_alone(piece)
}
