//! The consumer's side of a stream.

use super::shared::{Made, Order, Payload, Shared};
use super::source::Source;
use crate::batch::Estimate;
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::util::clock::{reading_cost, ticks, ticks_of_ns};
use crate::util::unwind;
use crate::{global, spawn, tuning};
use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;
use std::thread;

/// An iterator whose items are made in a pool while they are asked for; see
/// [`ordered`](super::ParallelStream::ordered) and [`par_map_ordered`](super::ParallelMap::par_map_ordered).
///
/// The stream belongs to the pool of the thread that has made it, and keeps it alive:
/// [`shutdown`](crate::ThreadPool::shutdown) waits for its streams as for its jobs. Nothing happens before [`next`](Iterator::next)
/// is called for the first time. It cuts parts off the source and publishes them, as many as the limit allows; while the next
/// item is not there it makes items itself, if the calling thread may run jobs of the pool, or waits. It allocates for each
/// batch of items, which is as many as take some microseconds, and not for each item.
///
/// Dropping the stream cancels what nobody has begun and waits for the items that are being made; what they panic with is not
/// reported. A leaked stream leaks its items and keeps its pool alive.
///
/// # Panics
///
/// [`next`](Iterator::next) panics with the panic of a closure on the way, or of the source, when all items before it have
/// been handed out; then the stream has ended.
// Invariant: either parts and items of `S` are `'static`, or the stream is dropped before what they borrow ends; its `drop`
// has settled with the runners then.
#[must_use = "streams are lazy and do nothing unless consumed"]
pub struct Stream<S: Source> {
    /// `None`: it has ended.
    source: Option<S>,
    /// What the source has panicked with: it comes behind all items.
    failure: Option<Payload>,
    shared: Arc<Shared<S::Part, S::Item>>,
    registry: Arc<Registry>,
    /// The batch that is handed out, what comes behind its items, and the limit's share that it takes up.
    current: VecDeque<S::Item>,
    panic: Option<Payload>,
    held: usize,
    /// How many items may be in flight, and how many more.
    cap: usize,
    free: usize,
    /// The most items in a batch.
    most: usize,
    /// How many batches have been published, and how many of them were not taken.
    published: usize,
    outstanding: usize,
    /// What it costs to get an item from the source.
    draw_cost: Estimate,
}

impl<S: Source> Stream<S> {
    /// A stream of at most `cap` items in flight, in the pool of the calling thread.
    ///
    /// # Panics
    ///
    /// If `cap` is zero.
    ///
    /// # Safety
    ///
    /// Parts and items are `'static`, or the stream is dropped before what they borrow ends.
    #[track_caller]
    pub(super) unsafe fn new(source: S, cap: usize, order: Order) -> Self {
        assert!(cap > 0, "a stream needs room for at least one item in flight");
        let registry = global::current().to_arc();
        registry.retain(1);
        // Each thread has one batch at hand and one that waits for it, the consumer also.
        let batches = 2 * registry.seats().len() + 2;
        Stream {
            source: Some(source),
            failure: None,
            shared: Arc::new(Shared::new(order)),
            registry,
            current: VecDeque::new(),
            panic: None,
            held: 0,
            cap,
            free: cap,
            most: (cap / batches).max(1),
            published: 0,
            outstanding: 0,
            draw_cost: Estimate::UNKNOWN,
        }
    }

    /// Gets the next items from the source and publishes them. `false` if it has none, or if there is no room for more.
    fn publish_more(&mut self) -> bool {
        let count = self.batch().min(self.free);
        let Some(source) = self.source.as_mut().filter(|_| count > 0) else { return false };
        let began = ticks();
        let cut = unwind::halt_unwinding(|| source.cut(count));
        let spent = ticks().wrapping_sub(began).saturating_sub(reading_cost()).max(1);
        match cut {
            Ok(Some((part, count))) => {
                // A source that gives nothing would give it for ever.
                let count = count.max(1);
                self.draw_cost = self.draw_cost.observe(spent as f32 / count as f32);
                self.free = self.free.saturating_sub(count);
                self.published += 1;
                self.outstanding += 1;
                if self.shared.publish(part, count, self.most_runners(), self.worth_a_runner()) {
                    self.send_runner();
                }
                return true;
            }
            Ok(None) => self.source = None,
            Err(payload) => {
                self.source = None;
                self.failure = Some(payload);
            }
        }
        false
    }

    /// How many items the next batch should have: as many as take some microseconds. Until that is known the first ones have
    /// one, and the later ones more and more, so that the whole limit is used at once and heavy items are spread.
    fn batch(&self) -> usize {
        let known = self.shared.cost().per_item().map(|cost| {
            let slower = self.draw_cost.per_item().map_or(cost, |draw| draw.max(cost));
            (ticks_of_ns(tuning::BATCH_BLOCK_NS) as f32 / slower) as usize
        });
        let unknown = || {
            let doublings = self.published / (2 * self.registry.seats().len());
            1 << doublings.min(usize::BITS as usize - 2)
        };
        known.unwrap_or_else(unknown).clamp(1, self.most)
    }

    /// Whether the calling thread is one of the stream's pool.
    fn is_inside(&self) -> bool {
        self.registry.current_seat().is_some()
    }

    /// Whether the calling thread, which is not inside, may make items on a seat that is free.
    fn may_be_guest(&self) -> bool {
        Seat::current().is_none() && self.registry.admits_guests()
    }

    /// How many pending items are worth waking a thread for. As long as that is not known: one.
    ///
    /// Half of the limit is enough, so that work goes on while the consumer is away; unless even that is next to nothing. Then
    /// the consumer makes the items when it comes to them.
    fn worth_a_runner(&self) -> usize {
        let Some(cost) = self.shared.cost().per_item() else { return 1 };
        let items = (self.registry.wake_cost.worth() as f32 / cost) as usize;
        let half = (self.cap / 2).max(1);
        if items / 4 > half { usize::MAX } else { items.clamp(1, half) }
    }

    /// How many runners there may be at one time.
    fn most_runners(&self) -> usize {
        let threads = self.registry.seats().len();
        // This thread is one of those that make items, if it may. From outside it may have better things to do, and somebody
        // should be at work then.
        if self.is_inside() {
            threads - 1
        } else if self.may_be_guest() {
            (threads - 1).max(1)
        } else {
            threads
        }
    }

    /// Sends a runner, which was counted.
    fn send_runner(&self) {
        // SAFETY: the invariant of `Stream` and invariant 1 of `Shared`: a runner uses a part or an item only while it
        // counts as running, which `drop` waits for.
        unsafe { send_runner(&self.registry, Arc::clone(&self.shared), false) };
    }

    /// Makes a batch here, if there is one to be made and the thread may.
    fn help(&self) -> bool {
        if self.is_inside() {
            return self.shared.help();
        }
        self.may_be_guest()
            && self.registry.try_as_guest(|_, _| self.shared.help()).unwrap_or(false)
    }

    /// Gets the next batch. `false` if there is none.
    fn refill(&mut self) -> bool {
        self.free += std::mem::take(&mut self.held);
        // One batch for the one that was handed out, and one more, so that all of the limit comes to be used; the rest of it
        // only as long as the next batch has to be waited for.
        let _ = self.publish_more() && self.publish_more();
        let mut spare = Vec::from(std::mem::take(&mut self.current));
        loop {
            if let Some(Made { items, panic, count }) = self.shared.take(&mut spare) {
                self.outstanding -= 1;
                self.current = items.into();
                self.panic = panic;
                self.held = count;
                return true;
            }
            if self.publish_more() {
                continue;
            }
            if self.outstanding == 0 {
                return false;
            }
            if !self.help() {
                if self.shared.wants_runner(self.most_runners(), 1) {
                    self.send_runner();
                }
                self.shared.wait();
            }
        }
    }

    /// Ends the stream and drops all that is left of it; gives the first panic of that.
    fn end(&mut self) -> thread::Result<()> {
        let (parts, made) = self.shared.settle();
        self.outstanding = 0;
        let (current, source) = (std::mem::take(&mut self.current), self.source.take());
        let panics = (self.failure.take(), self.panic.take());
        // What panics while something else is dropped does not keep the rest from being dropped.
        unwind::halt_unwinding(|| {
            let _rest = (source, parts, made, panics);
            drop(current);
        })
    }

    /// Ends the stream with a panic.
    fn fail(&mut self, payload: Payload) -> ! {
        // What is left is not wanted any more; if its drops panic too, the first panic is the one that counts.
        let _ = self.end();
        unwind::resume_unwinding(payload)
    }
}

/// Sends a runner to the pool; `at_the_back`: behind everything else.
///
/// # Safety
///
/// What the parts borrow lives until the consumer has settled.
unsafe fn send_runner<P, T>(registry: &Registry, shared: Arc<Shared<P, T>>, at_the_back: bool)
where
    P: IntoIterator<Item = T> + Send,
    T: Send,
{
    let run = move || {
        let seat = Seat::current().expect("jobs run on seats");
        // On top of a wait (policy *anything*) or of a `yield_now` it makes one batch at a time: what is beneath it has to
        // look whether it may go on.
        let is_on_top = !seat.at_bottom.get();
        let is_needed =
            || is_on_top || seat.has_visible_work() || !seat.registry().injectors_look_empty();
        if shared.run(is_needed) {
            // Its place in the count goes on with the next one.
            // SAFETY: as demanded of our caller.
            unsafe { send_runner(seat.registry(), shared, true) };
        }
    };
    // SAFETY: it uses what the parts borrow only while it counts as running, and the consumer waits for that.
    unsafe { spawn::spawn_unbound(registry, run, at_the_back) };
}

impl<S: Source> Iterator for Stream<S> {
    type Item = S::Item;

    #[inline]
    fn next(&mut self) -> Option<S::Item> {
        loop {
            if let Some(item) = self.current.pop_front() {
                return Some(item);
            }
            if let Some(payload) = self.panic.take() {
                self.fail(payload);
            }
            if !self.refill() {
                if let Some(payload) = self.failure.take() {
                    unwind::resume_unwinding(payload);
                }
                return None;
            }
        }
    }
}

impl<S: Source> FusedIterator for Stream<S> {}

impl<S: Source> Drop for Stream<S> {
    fn drop(&mut self) {
        let dropped = self.end();
        self.registry.release(1);
        if let Err(payload) = dropped {
            if !thread::panicking() {
                unwind::resume_unwinding(payload);
            }
        }
    }
}

impl<S: Source> fmt::Debug for Stream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("pool_id", &self.registry.id())
            .field("cap", &self.cap)
            .field("free", &self.free)
            .field("outstanding", &self.outstanding)
            .finish_non_exhaustive()
    }
}
