//! How large a batch of messages should be, from how fast they come.

/// How quickly the average follows a change, in ns: after 100 ms the old rate counts for less than a hundredth.
const REACTION_NS: f64 = 20_000_000.0;

/// So many times the average is a burst.
const BURST: f64 = 4.0;

/// The bounds of batches, and the time in which one should fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowLimits {
    /// The least number of items in a batch; at least 1.
    pub least: usize,
    /// The most items in a batch.
    pub most: usize,
    /// A batch is to hold as many items as come in this time, in ns.
    pub window_ns: u64,
}

/// How much comes, measured by what batches can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Batches are at their lower bound.
    Low,
    /// Batches are between their bounds.
    Medium,
    /// Batches are at their upper bound.
    High,
    /// The last batch came at more than four times the average rate, and faster than batches of the lower bound can take.
    Burst,
}

/// A moving average of a flow of items, and the batch size that goes with it.
///
/// The average is weighted by time: what was observed `t` ago counts for `exp(-t / 20 ms)`, however many observations came
/// since. A clock that stands still or jumps does no harm: without time no rate is taken, and the items count for the next
/// observation; a jump forwards is an idle time, after which the size grows again within 100 ms.
///
/// # Examples
///
/// ```
/// use moirai::batch::{Flow, FlowLimits, Load};
///
/// let limits = FlowLimits { least: 1, most: 256, window_ns: 500_000 };
/// let mut flow = Flow::new(limits);
/// assert_eq!((flow.batch(), flow.load()), (1, Load::Low));
/// // A hundred items a millisecond, for a tenth of a second: fifty come in half a millisecond.
/// for _ in 0..100 {
///     flow = flow.observe(100, 1_000_000);
/// }
/// assert!((48..=50).contains(&flow.batch()));
/// assert_eq!(flow.load(), Load::Medium);
/// // Then one after a second.
/// flow = flow.observe(1, 1_000_000_000);
/// assert_eq!((flow.batch(), flow.load()), (1, Load::Low));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    limits: FlowLimits,
    /// Items in a nanosecond, on average and at last.
    average: f64,
    latest: f64,
    /// Items that came in no time.
    pending: usize,
}

impl Flow {
    /// Nothing has come yet. Bounds that contradict each other are brought in order: the upper one is at least the lower
    /// one.
    pub fn new(limits: FlowLimits) -> Self {
        let least = limits.least.max(1);
        let limits = FlowLimits { least, most: limits.most.max(least), ..limits };
        Flow { limits, average: 0.0, latest: 0.0, pending: 0 }
    }

    /// So many items came in so much time.
    #[must_use]
    pub fn observe(self, items: usize, elapsed_ns: u64) -> Self {
        let items = self.pending.saturating_add(items);
        if elapsed_ns == 0 {
            return Flow { pending: items, ..self };
        }
        let elapsed = elapsed_ns as f64;
        let latest = items as f64 / elapsed;
        let kept = (-elapsed / REACTION_NS).exp();
        Flow { average: latest + (self.average - latest) * kept, latest, pending: 0, ..self }
    }

    /// How many items the next batch should have.
    pub fn batch(&self) -> usize {
        // A conversion from a floating-point number saturates.
        (self.expected() as usize).clamp(self.limits.least, self.limits.most)
    }

    /// The average rate, in items per second.
    pub fn per_second(&self) -> f64 {
        self.average * 1e9
    }

    /// How much comes.
    pub fn load(&self) -> Load {
        let at_last = self.latest * self.limits.window_ns as f64;
        if self.latest > BURST * self.average && at_last > self.limits.least as f64 {
            return Load::Burst;
        }
        match self.expected() {
            expected if expected >= self.limits.most as f64 => Load::High,
            expected if expected > self.limits.least as f64 => Load::Medium,
            _ => Load::Low,
        }
    }

    /// How many items come in the time in which a batch should fill.
    fn expected(&self) -> f64 {
        self.average * self.limits.window_ns as f64
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const LIMITS: FlowLimits = FlowLimits { least: 2, most: 1000, window_ns: 1_000_000 };

    fn after(flow: Flow, times: usize, items: usize, elapsed_ns: u64) -> Flow {
        (0..times).fold(flow, |flow, _| flow.observe(items, elapsed_ns))
    }

    #[test]
    fn reacts_within_a_tenth_of_a_second_whatever_the_step() {
        for step_ns in [1_000, 100_000, 10_000_000, 100_000_000] {
            // A hundred items in a window.
            let steps = (100_000_000 / step_ns) as usize;
            let items = (step_ns / 10_000) as usize;
            let up = if items == 0 {
                after(Flow::new(LIMITS), steps / 10, 1, 10 * step_ns)
            } else {
                after(Flow::new(LIMITS), steps, items, step_ns)
            };
            assert!((98..=100).contains(&up.batch()), "{step_ns}: {up:?}");
            let down = after(up, steps, 0, step_ns);
            assert_eq!((down.batch(), down.load()), (2, Load::Low), "{step_ns}");
        }
    }

    #[test]
    fn classes() {
        let flow = Flow::new(LIMITS);
        assert_eq!(flow.load(), Load::Low);
        assert_eq!(after(flow, 1000, 1, 1_000_000).load(), Load::Low);
        let medium = after(flow, 1000, 100, 1_000_000);
        assert_eq!(medium.load(), Load::Medium);
        assert_eq!(medium.observe(1000, 100_000).load(), Load::Burst);
        let high = after(flow, 1000, 2000, 1_000_000);
        assert_eq!((high.load(), high.batch()), (Load::High, 1000));
    }

    #[test]
    fn odd_clocks_and_numbers_do_no_harm() {
        let flow = Flow::new(FlowLimits { least: 0, most: 0, window_ns: u64::MAX });
        assert_eq!(flow.batch(), 1);
        for elapsed_ns in [0, 1, u64::MAX] {
            for items in [0, 1, usize::MAX] {
                let flow = after(Flow::new(LIMITS), 5, items, elapsed_ns);
                assert!((2..=1000).contains(&flow.batch()));
                assert!(flow.per_second() >= 0.0 && flow.per_second().is_finite());
                assert!((2..=1000).contains(&after(flow, 50, 10, 1_000_000).batch()));
            }
        }
        // What came in no time is not forgotten.
        let flow = after(Flow::new(LIMITS), 100, 1000, 0).observe(0, 1_000_000_000);
        assert!((flow.per_second() / 100_000.0 - 1.0).abs() < 1e-6);
    }
}
