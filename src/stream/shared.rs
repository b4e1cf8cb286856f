//! What a stream's consumer shares with the threads that make its items: batches to be made, and batches that are made.
//!
//! A batch is *pending* (published, nobody has begun), *running*, or *made*. The consumer publishes and takes; whoever has
//! a thread to spare (a *runner*, which is a job of the pool, or the consumer itself while what it wants is not there)
//! begins the oldest pending batch, and puts what came of it in its place.
//!
//! Invariants, all under the lock:
//! 1. `running` counts the threads between `begin` and `finish`. They and the consumer are the only ones that touch a part
//!    or an item: when nothing is pending, running or made, nothing that a batch borrows is used any more, whoever still
//!    holds this.
//! 2. `runners` counts the jobs that look for pending batches. A runner gives up its count in the same critical section in
//!    which it finds nothing pending: who publishes later sees the count without it, and sends another.
//! 3. `waiting` is the consumer's event. Whoever sets it takes it off, under the lock; the consumer takes the lock before it
//!    frees it.

use crate::batch::Estimate;
use crate::pool::event::Event;
use crate::pool::seat::Seat;
use crate::sync::{AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering, dropped};
use crate::tuning;
use crate::util::CachePadded;
use crate::util::clock::{Clock, HAS_CLOCK, Monotonic, reading_cost, ticks};
use crate::util::unwind;
use std::any::Any;
use std::collections::VecDeque;
use std::sync::PoisonError;

/// What a panic carries.
pub(super) type Payload = Box<dyn Any + Send>;

/// In which order made batches are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// As they were published.
    Kept,
    /// As they are made.
    Any,
}

/// A vector that is larger than this is not kept, in bytes: items may become many more than were counted.
const SPARE_BYTES: usize = 64 << 10;

/// Some items to be made.
struct Batch<P> {
    number: usize,
    part: P,
    count: usize,
}

/// What came of a batch.
pub(super) struct Made<T> {
    pub(super) items: Vec<T>,
    /// Behind the items something has panicked.
    pub(super) panic: Option<Payload>,
    /// How many items of the source it was.
    pub(super) count: usize,
}

struct State<P, T> {
    order: Order,
    pending: VecDeque<Batch<P>>,
    pending_items: usize,
    /// Where the order is kept: a place for each batch from number `first` on, empty until it is made. Else: what is made.
    made: VecDeque<Option<Made<T>>>,
    first: usize,
    next: usize,
    /// Empty vectors for batches, which have been consumed: never more than there were batches at one time.
    spares: Vec<Vec<T>>,
    running: usize,
    runners: usize,
    waiting: Option<*const Event>,
}

// SAFETY: the event is used under the lock only, and lives as long as the pointer is there (invariant 3); the rest may be sent
// if parts and items may.
unsafe impl<P: Send, T: Send> Send for State<P, T> {}

/// See the module's description.
pub(super) struct Shared<P, T> {
    state: CachePadded<Mutex<State<P, T>>>,
    /// Looked at behind each item, and so by itself: beside what changes with each batch it was 4 % of all, with items of 1 us.
    is_cancelled: CachePadded<AtomicUsize>,
    /// What an item costs, as [`Estimate::to_bits`].
    cost: CachePadded<AtomicU32>,
}

impl<P, T> Shared<P, T> {
    pub(super) fn new(order: Order) -> Self {
        let state = State {
            order,
            pending: VecDeque::new(),
            pending_items: 0,
            made: VecDeque::new(),
            first: 0,
            next: 0,
            spares: Vec::new(),
            running: 0,
            runners: 0,
            waiting: None,
        };
        Shared {
            state: CachePadded::new(Mutex::new(state)),
            is_cancelled: CachePadded::new(AtomicUsize::new(0)),
            cost: CachePadded::new(AtomicU32::new(Estimate::UNKNOWN.to_bits())),
        }
    }

    /// User code never runs under the lock, so it is not poisoned.
    fn lock(&self) -> MutexGuard<'_, State<P, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the cost of an item.
    pub(super) fn cost(&self) -> Estimate {
        // ORDERING: Relaxed. A number by itself.
        Estimate::from_bits(self.cost.load(Ordering::Relaxed))
    }

    fn observe_cost(&self, sample: f32) {
        // ORDERING: Relaxed. A number by itself; of two writers at once one is lost, which is as good.
        self.cost.store(self.cost().observe(sample).to_bits(), Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        // ORDERING: Relaxed. A hint that saves work.
        self.is_cancelled.load(Ordering::Relaxed) != 0
    }

    /// Publishes a batch; `true` as from [`wants_runner`](Self::wants_runner). Consumer only.
    pub(super) fn publish(&self, part: P, count: usize, most: usize, least: usize) -> bool {
        let mut state = self.lock();
        let number = state.next;
        state.next = number.wrapping_add(1);
        state.pending.push_back(Batch { number, part, count });
        state.pending_items += count;
        if state.order == Order::Kept {
            state.made.push_back(None);
        }
        state.wants_runner(most, least)
    }

    /// Counts one more runner in, if there are fewer than `most`, and for each of them and the new one `least` items are
    /// pending. Who gets `true` sends one.
    pub(super) fn wants_runner(&self, most: usize, least: usize) -> bool {
        self.lock().wants_runner(most, least)
    }

    /// The next batch that is made, if there is one; takes the vector of the one before in exchange. Consumer only.
    ///
    /// A vector that is freed by another thread than made it keeps general allocators busy with their locks.
    pub(super) fn take(&self, spare: &mut Vec<T>) -> Option<Made<T>> {
        let mut state = self.lock();
        if (1..=SPARE_BYTES).contains(&(spare.capacity() * size_of::<T>())) {
            state.spares.push(std::mem::take(spare));
        }
        state.take()
    }

    /// Waits until [`take`](Self::take) has something, or nothing is left to be made. Consumer only.
    pub(super) fn wait(&self) {
        let event = Event::new();
        {
            let mut state = self.lock();
            if state.is_worth_a_look() {
                return;
            }
            state.waiting = Some(&raw const event);
        }
        search(&event);
        event.wait(None);
        // Whoever has set the event has done so under the lock, and is out of it now (invariant 3).
        drop(self.lock());
    }

    /// Takes back what nobody has begun, and waits for what is running. Gives all that is left: from then on only the caller
    /// touches parts and items (invariant 1). Consumer only, at the end.
    pub(super) fn settle(&self) -> (Vec<P>, Vec<Made<T>>) {
        // ORDERING: Relaxed. A hint that saves work.
        self.is_cancelled.store(1, Ordering::Relaxed);
        let (mut parts, mut left) = (Vec::new(), Vec::new());
        loop {
            {
                let mut state = self.lock();
                parts.extend(state.pending.drain(..).map(|batch| batch.part));
                state.pending_items = 0;
                left.extend(state.made.iter_mut().filter_map(Option::take));
                if state.running == 0 || dropped("stream::settle") {
                    return (parts, left);
                }
            }
            self.wait();
        }
    }
}

impl<P, T> Shared<P, T>
where
    P: IntoIterator<Item = T>,
{
    /// Makes one pending batch on the calling thread. `false` if there is none.
    pub(super) fn help(&self) -> bool {
        let Some((batch, items)) = self.lock().begin() else { return false };
        let (number, made) = self.make(batch, items);
        self.lock().finish(number, made);
        true
    }

    /// A runner at work: makes pending batches until there are none, or until `is_needed` says that the thread is wanted
    /// elsewhere. `true` in the latter case: then the runner still counts, and somebody has to go on in its place.
    pub(super) fn run(&self, is_needed: impl Fn() -> bool) -> bool {
        let mut begun = self.lock().begin_or_leave();
        while let Some((batch, items)) = begun {
            let (number, made) = self.make(batch, items);
            let is_needed = is_needed();
            let mut state = self.lock();
            state.finish(number, made);
            if is_needed {
                return true;
            }
            begun = state.begin_or_leave();
        }
        false
    }

    /// Makes items until the part ends, something panics, or nobody wants them any more. The batch's number, and what came of
    /// it. `items` is empty.
    fn make(&self, batch: Batch<P>, mut items: Vec<T>) -> (usize, Made<T>) {
        let Batch { number, part, count } = batch;
        let began = ticks();
        let result = unwind::halt_unwinding(|| {
            let part = part.into_iter();
            items.reserve(part.size_hint().0);
            for item in part {
                items.push(item);
                if self.is_cancelled() {
                    break;
                }
            }
        });
        let spent = ticks().wrapping_sub(began).saturating_sub(reading_cost()).max(1);
        self.observe_cost(spent as f32 / count as f32);
        (number, Made { items, panic: result.err(), count })
    }
}

/// Looks for a while whether the event is set. A worker's wait does that itself.
fn search(event: &Event) {
    if !HAS_CLOCK || cfg!(loom) || Seat::current().is_some() {
        return;
    }
    let clock = Monotonic::new();
    let mut rounds = 0;
    while !event.is_set() && (rounds < tuning::SPIN_ROUNDS || clock.now_ns() < tuning::SEARCH_NS) {
        rounds += 1;
        if rounds > tuning::SPIN_ROUNDS {
            std::thread::yield_now();
        } else {
            (0..tuning::SPIN_PAUSES).for_each(|_| std::hint::spin_loop());
        }
    }
}

impl<P, T> State<P, T> {
    fn wants_runner(&mut self, most: usize, least: usize) -> bool {
        let is_worth_it = self.pending_items / least > self.runners;
        let is_wanted = is_worth_it && self.runners < most.min(self.pending.len());
        if is_wanted {
            self.runners += 1;
        }
        is_wanted
    }

    /// A batch, and a vector for its items.
    fn begin(&mut self) -> Option<(Batch<P>, Vec<T>)> {
        let batch = self.pending.pop_front()?;
        self.pending_items -= batch.count;
        self.running += 1;
        Some((batch, self.spares.pop().unwrap_or_default()))
    }

    fn begin_or_leave(&mut self) -> Option<(Batch<P>, Vec<T>)> {
        let batch = self.begin();
        if batch.is_none() && !dropped("stream::leave") {
            self.runners -= 1;
        }
        batch
    }

    fn finish(&mut self, number: usize, made: Made<T>) {
        self.running -= 1;
        match self.order {
            Order::Kept => {
                let place = number.wrapping_sub(self.first);
                self.made[place] = Some(made);
            }
            Order::Any => self.made.push_back(Some(made)),
        }
        if self.is_worth_a_look() && !dropped("stream::wake") {
            if let Some(event) = self.waiting.take() {
                // SAFETY: alive, and set by nobody else, since it was there (invariant 3); the lock is held.
                unsafe { Event::set(event) };
            }
        }
    }

    fn take(&mut self) -> Option<Made<T>> {
        if !self.is_made() {
            return None;
        }
        self.first = self.first.wrapping_add(1);
        self.made.pop_front().flatten()
    }

    fn is_made(&self) -> bool {
        self.made.front().is_some_and(Option::is_some)
    }

    fn is_worth_a_look(&self) -> bool {
        self.is_made() || self.running == 0 && self.pending.is_empty()
    }
}

#[cfg(all(test, loom))]
mod loom_stream {
    use super::*;
    use crate::sync::mutants::{bites, holds};
    use loom::sync::Arc;
    use loom::thread;

    /// Parts of one number each.
    type Numbers = Shared<Option<usize>, usize>;

    fn shared(order: Order) -> Arc<Numbers> {
        Arc::new(Shared::new(order))
    }

    fn runner(shared: &Arc<Numbers>) -> thread::JoinHandle<()> {
        let shared = shared.clone();
        thread::spawn(move || assert!(!shared.run(|| false)))
    }

    fn publish(shared: &Arc<Numbers>, number: usize) -> Option<thread::JoinHandle<()>> {
        shared.publish(Some(number), 1, 1, 1).then(|| runner(shared))
    }

    fn next(shared: &Numbers) -> usize {
        loop {
            if let Some(made) = shared.take(&mut Vec::new()) {
                return made.items[0];
            }
            shared.wait();
        }
    }

    /// The consumer publishes again while the runner may be about to leave: whoever it is that makes the second batch, it is
    /// made, and the consumer is woken.
    fn hand_over() {
        let shared = shared(Order::Kept);
        let runners: Vec<_> = (0..2).filter_map(|number| publish(&shared, number)).collect();
        assert_eq!((next(&shared), next(&shared)), (0, 1));
        runners.into_iter().for_each(|runner| runner.join().unwrap());
        assert_eq!(shared.lock().runners, 0);
    }

    /// Two threads make batches, and one of them is the consumer's; the order is kept, or not.
    fn two_makers(order: Order) {
        let shared = shared(order);
        let runner = publish(&shared, 0);
        assert!(!shared.publish(Some(1), 1, 0, 1));
        shared.help();
        let mut numbers = [next(&shared), next(&shared)];
        if order == Order::Any {
            numbers.sort();
        }
        assert_eq!(numbers, [0, 1]);
        runner.unwrap().join().unwrap();
    }

    /// The consumer ends while a batch is being made: what it gets back and what it had is all there was, and nobody is at
    /// work any more.
    fn early_end() {
        let shared = shared(Order::Kept);
        let runner = publish(&shared, 0);
        assert!(!shared.publish(Some(1), 1, 0, 1));
        let (parts, made) = shared.settle();
        assert_eq!(shared.lock().running, 0, "a part is still in use");
        let mut numbers: Vec<usize> = parts.into_iter().flatten().collect();
        numbers.extend(made.into_iter().flat_map(|made| made.items));
        numbers.sort();
        assert_eq!(numbers, [0, 1]);
        runner.unwrap().join().unwrap();
    }

    #[test]
    fn loom_stream_hand_over() {
        holds(hand_over);
        bites("stream::wake", hand_over);
        bites("stream::leave", hand_over);
    }

    #[test]
    fn loom_stream_two_makers() {
        holds(|| two_makers(Order::Kept));
        holds(|| two_makers(Order::Any));
    }

    #[test]
    fn loom_stream_early_end() {
        holds(early_end);
        bites("stream::settle", early_end);
    }
}
