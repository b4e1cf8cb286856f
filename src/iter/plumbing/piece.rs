//! A part of a parallel call: a producer and the consumer of its items, cut together.

use super::{Consumer, Folder, Producer, Reducer, UnindexedConsumer, UnindexedProducer};
use crate::batch::{Observation, Plan, Splitter};
use std::ops::Range;

/// See the module's description.
pub(super) trait Piece: Send + Sized {
    type Item;
    type Folder: Folder<Self::Item, Result = Self::Result>;
    type Reducer: Reducer<Self::Result>;
    type Result: Send;

    /// Whether one folder may go on from piece to piece.
    const FLOWS: bool;

    /// Whether the right part of a cut is run before the left one.
    const BACKWARD: bool;

    /// Whether the leftmost of something is wanted: what ends a piece early lies in it, or to the left.
    const LEFTMOST: bool;

    /// Whether the number of items is known.
    const KNOWS_ITEMS: bool;

    /// Whether all pieces draw from one source.
    const DRAWS: bool;

    /// The least number of items of a piece.
    fn least_items(&self) -> usize;

    /// The number of items; where that is unknown, the piece's share of the call's, as if cuts halved it.
    fn items(&self) -> usize;

    /// Whether the items would make no difference any more.
    fn is_full(&self) -> bool;

    /// Run it or cut it? `see` observes the call.
    fn plan(&self, splitter: &Splitter, see: impl FnOnce() -> Observation) -> Plan;

    /// The same where pieces are cut by numbers.
    fn plan_by_number(&self) -> Plan;

    /// The same for the whole of a call that begins without sharing anything, with items of this cost.
    fn begin(&self, splitter: &Splitter, per_item: f32) -> Plan;

    /// Whether the piece can be cut where one likes, into parts of some items for each of so many threads.
    fn may_be_dealt(&self, threads: usize) -> bool;

    /// The addresses of the elements behind the items, if those lie evenly in memory.
    fn memory(&self) -> Option<Range<usize>>;

    /// Another thread came for the piece: threads are looking for work.
    fn migrate(&mut self, threads: usize);

    /// Cuts the piece at an index, if it has indices, or gives it back if it cannot be cut.
    fn cut(self, at: usize) -> Result<(Self, Self, Self::Reducer), Self>;

    /// A folder for this piece, which takes no items.
    fn into_folder(self) -> Self::Folder;

    /// Runs all items through the folder given, or one of its own.
    fn run(self, folder: Option<Self::Folder>) -> Self::Folder;
}

/// An endmost piece of so many items that are known not to be heavy takes less time than to cut it further would.
const END_ITEMS: usize = 64;

/// A piece of known length.
pub(super) struct IndexedPiece<P, C> {
    len: usize,
    min_len: usize,
    /// How many more pieces it may become, if pieces are cut by numbers; halves with every cut.
    budget: Option<usize>,
    /// It is to be cut on until little is left, since the call goes backward and the piece is at its end: what is found there
    /// saves all others.
    is_endmost: bool,
    producer: P,
    consumer: C,
}

impl<P, C> IndexedPiece<P, C>
where
    P: Producer,
    C: Consumer<P::Item>,
{
    /// A whole call.
    #[inline(always)]
    pub(super) fn whole(len: usize, min_len: usize, producer: P, consumer: C) -> Self {
        IndexedPiece { len, min_len, budget: None, is_endmost: C::__BACKWARD, producer, consumer }
    }

    /// The call is cut by numbers, in a pool of so many threads.
    pub(super) fn count(&mut self, threads: usize) {
        let max_len = Ord::max(self.producer.max_len(), 1);
        self.budget = Some(Ord::max(threads, self.len / max_len));
    }
}

impl<P, C> IndexedPiece<P, C> {
    /// Whether both halves have as many items as a piece must have.
    fn may_be_cut(&self) -> bool {
        self.len / 2 >= self.min_len
    }
}

impl<P, C> Piece for IndexedPiece<P, C>
where
    P: Producer,
    C: Consumer<P::Item>,
{
    type Item = P::Item;
    type Folder = C::Folder;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const FLOWS: bool = C::__FLOWS;
    const BACKWARD: bool = C::__BACKWARD;
    const LEFTMOST: bool = C::__LEFTMOST;
    const KNOWS_ITEMS: bool = true;
    const DRAWS: bool = false;

    fn least_items(&self) -> usize {
        self.min_len
    }

    fn items(&self) -> usize {
        self.len
    }

    fn is_full(&self) -> bool {
        self.consumer.full()
    }

    fn plan(&self, splitter: &Splitter, see: impl FnOnce() -> Observation) -> Plan {
        let may_be_cut = self.may_be_cut();
        let seen = see();
        let is_little = self.len <= END_ITEMS && !splitter.is_heavy(seen.per_item);
        if self.is_endmost && may_be_cut && !is_little {
            return Plan::Cut(self.len / 2);
        }
        let plan = splitter.plan(self.len, self.min_len, &seen);
        // Between two pieces a search looks whether others have found something.
        let looks = !C::Folder::__NEVER_FULL && may_be_cut;
        if looks && plan == Plan::Run && splitter.is_long(self.len, &seen) {
            return Plan::Cut(self.len / 2);
        }
        plan
    }

    fn plan_by_number(&self) -> Plan {
        let may_become_more = self.is_endmost || self.budget.is_some_and(|budget| budget > 0);
        if may_become_more && self.may_be_cut() { Plan::Cut(self.len / 2) } else { Plan::Run }
    }

    fn begin(&self, splitter: &Splitter, per_item: f32) -> Plan {
        splitter.begin(self.len, self.min_len, per_item)
    }

    fn may_be_dealt(&self, threads: usize) -> bool {
        self.budget.is_none() && self.len / threads >= self.min_len.max(2)
    }

    fn memory(&self) -> Option<Range<usize>> {
        self.producer.__memory()
    }

    fn migrate(&mut self, threads: usize) {
        self.budget = self.budget.map(|budget| budget.max(threads));
    }

    fn cut(self, at: usize) -> Result<(Self, Self, C::Reducer), Self> {
        let IndexedPiece { len, min_len, budget, is_endmost, producer, consumer } = self;
        let budget = budget.map(|budget| budget / 2);
        let (left_producer, right_producer) = producer.split_at(at);
        let (left_consumer, right_consumer, reducer) = consumer.split_at(at);
        let left = IndexedPiece {
            len: at,
            min_len,
            budget,
            is_endmost: false,
            producer: left_producer,
            consumer: left_consumer,
        };
        let right = IndexedPiece {
            len: len - at,
            min_len,
            budget,
            is_endmost,
            producer: right_producer,
            consumer: right_consumer,
        };
        Ok((left, right, reducer))
    }

    fn into_folder(self) -> C::Folder {
        self.consumer.into_folder()
    }

    fn run(self, folder: Option<C::Folder>) -> C::Folder {
        let IndexedPiece { producer, consumer, .. } = self;
        producer.fold_with(folder.unwrap_or_else(|| consumer.into_folder()))
    }
}

/// What stands for the number of items of a whole call that does not know it.
pub(super) const WHOLE: usize = 1 << 16;

/// A piece that chooses itself where to be cut.
pub(super) struct UnindexedPiece<P, C> {
    /// How many more pieces it may become; halves with every cut.
    budget: usize,
    /// The part of [`WHOLE`] that it is taken for.
    items: usize,
    /// As in an [`IndexedPiece`].
    is_endmost: bool,
    producer: P,
    consumer: C,
}

impl<P, C> UnindexedPiece<P, C>
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    /// A whole call, to be cut into a piece for each of so many threads.
    pub(super) fn whole(producer: P, consumer: C, threads: usize) -> Self {
        // What draws from one source has no end.
        let is_endmost = C::__BACKWARD && !P::__DRAWS;
        UnindexedPiece { budget: threads, items: WHOLE, is_endmost, producer, consumer }
    }
}

impl<P, C> Piece for UnindexedPiece<P, C>
where
    P: UnindexedProducer,
    C: UnindexedConsumer<P::Item>,
{
    type Item = P::Item;
    type Folder = C::Folder;
    type Reducer = C::Reducer;
    type Result = C::Result;
    const FLOWS: bool = C::__FLOWS;
    const BACKWARD: bool = C::__BACKWARD;
    const LEFTMOST: bool = C::__LEFTMOST;
    const KNOWS_ITEMS: bool = false;
    const DRAWS: bool = P::__DRAWS;

    fn least_items(&self) -> usize {
        1
    }

    fn items(&self) -> usize {
        self.items
    }

    fn is_full(&self) -> bool {
        self.consumer.full()
    }

    fn plan(&self, _splitter: &Splitter, _see: impl FnOnce() -> Observation) -> Plan {
        self.plan_by_number()
    }

    /// What is in the piece is not known, so the clock says nothing about it: it is cut as long as the budget lasts.
    fn plan_by_number(&self) -> Plan {
        if self.budget > 0 || self.is_endmost { Plan::Cut(1) } else { Plan::Run }
    }

    fn begin(&self, _splitter: &Splitter, _per_item: f32) -> Plan {
        self.plan_by_number()
    }

    fn may_be_dealt(&self, _threads: usize) -> bool {
        false
    }

    fn memory(&self) -> Option<Range<usize>> {
        None
    }

    fn migrate(&mut self, threads: usize) {
        self.budget = self.budget.max(threads);
    }

    fn cut(self, _at: usize) -> Result<(Self, Self, C::Reducer), Self> {
        let UnindexedPiece { budget, items, is_endmost, producer, consumer } = self;
        let budget = budget / 2;
        match producer.split() {
            (left, Some(right)) => {
                let reducer = consumer.to_reducer();
                let left = UnindexedPiece {
                    budget,
                    items: items / 2,
                    is_endmost: false,
                    producer: left,
                    consumer: consumer.split_off_left(),
                };
                let items = items - items / 2;
                let right = UnindexedPiece { budget, items, is_endmost, producer: right, consumer };
                Ok((left, right, reducer))
            }
            (producer, None) => {
                Err(UnindexedPiece { budget: 0, items, is_endmost: false, producer, consumer })
            }
        }
    }

    fn into_folder(self) -> C::Folder {
        self.consumer.into_folder()
    }

    fn run(self, folder: Option<C::Folder>) -> C::Folder {
        let UnindexedPiece { producer, consumer, .. } = self;
        producer.fold_with(folder.unwrap_or_else(|| consumer.into_folder()))
    }
}
