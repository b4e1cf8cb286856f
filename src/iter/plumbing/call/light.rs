//! A call that is estimated to cost too little to be shared: two looks at the clock and a cut, without what [`Call`] keeps.

use super::{Call, NO_NODE, Open, Parts, Piece, Second, run_batch, run_whole};
use crate::batch::{Plan, Splitter};
use crate::iter::plumbing::{Folder, Reducer};
use crate::pool::seat::Seat;
use crate::util::clock::{reading_cost, ticks};
use crate::util::unwind;
use std::thread;

/// Runs its first items, then the rest if they have cost as little as thought. Decides what [`Call::start`] would, with what
/// little it takes; where that is not enough, a call goes on from there.
#[inline(never)]
pub(super) fn run_light<P: Piece>(
    seat: &Seat,
    piece: P,
    splitter: Splitter,
    parts: Parts,
) -> P::Result {
    let estimate = parts.per_item.expect("what costs little is known to");
    let began = ticks();
    if piece.is_full() {
        return piece.into_folder().complete();
    }
    let cut = match piece.begin(&splitter, estimate) {
        Plan::Run => Err(piece),
        Plan::Cut(at) => piece.cut(at),
    };
    let (first, rest, reducer) = match cut {
        Ok(parts) => parts,
        Err(piece) => return run_whole(seat, piece, NO_NODE),
    };
    let (items, rest_items) = (first.items(), rest.items());
    let stride = splitter.stride(Some(estimate));
    let first = unwind::halt_unwinding(|| run_batch(seat, stride, first, None));
    let spent = ticks().wrapping_sub(began).saturating_sub(reading_cost());
    let evidence = splitter.evidence(Some(estimate));
    let (cost, _) = splitter.after_piece(Some(estimate), evidence, items, spent);
    match first {
        Ok(folder)
            if splitter.is_light(rest_items, Some(cost)) && !folder.full() && !rest.is_full() =>
        {
            seat.counters.count_time(spent);
            if P::FLOWS {
                return run_batch(seat, stride, rest, Some(folder)).complete();
            }
            let left = folder.complete();
            reducer.reduce(left, run_batch(seat, stride, rest, None).complete())
        }
        first => go_on_from(seat, began, parts, items, first, (reducer, rest)),
    }
}

/// Goes on with a call that began at that moment, of which so many items have been run.
#[cold]
#[inline(never)]
fn go_on_from<P: Piece>(
    seat: &Seat,
    began: u64,
    parts: Parts,
    items: usize,
    first: thread::Result<P::Folder>,
    (reducer, rest): (P::Reducer, P),
) -> P::Result {
    let threads = seat.registry().seats().len();
    let mut call = Call::new(seat, threads, items + rest.items(), &parts, false);
    call.began = began;
    call.last.set(began);
    let flow = first.map(|folder| {
        call.has_run(items, folder.full(), true);
        call.after(Open::new(), folder)
    });
    call.finish(call.go_on(flow, reducer, Second::Kept(rest)))
}
