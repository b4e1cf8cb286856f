//! A call that is estimated to cost too little to be shared: two looks at the clock and a cut, without what [`Call`] keeps.

use super::{Call, NO_NODE, Open, Parts, Piece, Sample, Second, Wanted, run_batch, run_whole};
use crate::batch::{Plan, Splitter};
use crate::iter::plumbing::{Folder, Reducer};
use crate::pool::seat::Seat;
use crate::tuning;
use crate::util::clock::{reading_cost, ticks};
use crate::util::unwind;
use std::thread;

/// Runs its first items, then the rest if they have cost as little as thought. Decides what [`Call::start`] would, with what
/// little it takes; where that is not enough, a call goes on from there. What the items cost is told to `wanted`.
#[inline(never)]
pub(super) fn run_light<P: Piece>(
    seat: &Seat,
    piece: P,
    splitter: Splitter,
    parts: Parts,
    wanted: Option<Wanted>,
) -> P::Result {
    let estimate = parts.per_item.expect("what costs little is known to");
    if piece.is_full() {
        return piece.into_folder().complete();
    }
    let whole_items = piece.items();
    let cut = match piece.begin(&splitter, estimate) {
        Plan::Run => Err(piece),
        Plan::Cut(at) => piece.cut(at),
    };
    let (first, rest, reducer) = match (cut, wanted) {
        (Ok(parts), _) => parts,
        (Err(piece), None) => return run_whole(seat, piece, NO_NODE),
        (Err(piece), Some(wanted)) => return run_measured(seat, piece, wanted),
    };
    let asked = wanted.map(|wanted| Asked::begin(seat, wanted, whole_items));
    let began = asked.as_ref().map_or_else(ticks, |asked| asked.began);
    let (items, rest_items) = (first.items(), rest.items());
    let stride = splitter.stride(Some(estimate));
    let first = unwind::halt_unwinding(|| run_batch(seat, stride, first, None));
    let now = ticks();
    let spent = now.wrapping_sub(began).saturating_sub(reading_cost());
    let evidence = splitter.evidence(Some(estimate));
    let (cost, _) = splitter.after_piece(Some(estimate), evidence, items, spent);
    match first {
        Ok(folder)
            if splitter.is_light(rest_items, Some(cost)) && !folder.full() && !rest.is_full() =>
        {
            seat.counters.count_time(spent);
            if let Some(asked) = &asked {
                asked.sample.add(seat, spent.max(1), items, false);
            }
            let run_last = |folder| match &asked {
                None => run_batch(seat, stride, rest, folder),
                Some(asked) => asked.run_last(seat, stride, rest, folder, now),
            };
            if P::FLOWS {
                return run_last(Some(folder)).complete();
            }
            let left = folder.complete();
            reducer.reduce(left, run_last(None).complete())
        }
        first => go_on_from(seat, began, parts, asked, items, first, (reducer, rest)),
    }
}

/// Runs a call in one go, unless nobody wants its items, and tells what they have cost.
#[inline(never)]
pub(super) fn run_measured<P: Piece>(seat: &Seat, piece: P, wanted: Wanted) -> P::Result {
    if piece.is_full() {
        return piece.into_folder().complete();
    }
    let asked = Asked::begin(seat, wanted, piece.items());
    asked.run_last(seat, tuning::STRIDE_MOST, piece, None, asked.began).complete()
}

/// Somebody wants to know what the items cost.
struct Asked {
    wanted: Wanted,
    sample: Sample,
    began: u64,
    /// Those of the whole call.
    items: usize,
}

impl Asked {
    /// A call of so many items begins.
    fn begin(seat: &Seat, wanted: Wanted, items: usize) -> Self {
        Asked { wanted, sample: Sample::begin(seat, true), began: ticks(), items }
    }

    /// Runs the last items of the call, which begin at that moment, and tells what all of them have cost.
    #[inline(never)]
    fn run_last<P: Piece>(
        &self,
        seat: &Seat,
        stride: usize,
        piece: P,
        folder: Option<P::Folder>,
        began: u64,
    ) -> P::Folder {
        let items = piece.items();
        let folder = run_batch(seat, stride, piece, folder);
        let now = ticks();
        let spent = now.wrapping_sub(began).saturating_sub(reading_cost()).max(1);
        self.sample.add(seat, spent, items, folder.full());
        self.sample.tell::<P>(self.wanted, now.wrapping_sub(self.began), self.items);
        folder
    }
}

/// Goes on with a call that began at that moment, of which so many items have been run.
#[cold]
#[inline(never)]
fn go_on_from<P: Piece>(
    seat: &Seat,
    began: u64,
    parts: Parts,
    asked: Option<Asked>,
    items: usize,
    first: thread::Result<P::Folder>,
    (reducer, rest): (P::Reducer, P),
) -> P::Result {
    let threads = seat.registry().seats().len();
    let whole_items = items + rest.items();
    let mut call = Call::new(seat, threads, whole_items, &parts, false);
    call.began = began;
    call.last.set(began);
    let wanted = asked.map(|asked| {
        call.sample = asked.sample;
        asked.wanted
    });
    let flow = first.map(|folder| {
        call.has_run(items, folder.full(), true);
        call.after(Open::new(), folder)
    });
    let result = call.finish(call.go_on(flow, reducer, Second::Kept(rest)));
    if let Some(wanted) = wanted {
        call.sample.tell::<P>(wanted, ticks().wrapping_sub(began), whole_items);
    }
    result
}
