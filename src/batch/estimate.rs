//! What one item of a call site costs.

/// How many samples in a row make an estimate steady.
const STEADY: u32 = 16;

/// The share of a new sample in the average, as a divisor.
const WEIGHT: f32 = 8.0;

/// A running average of the cost of one item, in 22 bits.
///
/// It decides only how a call *starts*; then the call's own clock does. So it is careful upwards, where a mistake costs a
/// wake-up at each call, and quick downwards:
///
/// * a sample of more than twice the estimate is an outlier (the thread was suspended, a page was fetched) unless the next
///   one says so too;
/// * a sample of less than half the estimate halves it, at most;
/// * other samples move it by an eighth of the difference.
///
/// ```
/// use moirai::batch::Estimate;
///
/// let mut estimate = Estimate::UNKNOWN;
/// assert_eq!(estimate.per_item(), None);
/// estimate = estimate.observe(100.0);
/// assert_eq!(estimate.per_item(), Some(100.0));
/// // One outlier changes nothing, two in a row do.
/// estimate = estimate.observe(90_000.0);
/// assert_eq!(estimate.per_item(), Some(100.0));
/// estimate = estimate.observe(80_000.0);
/// assert!(estimate.per_item() > Some(70_000.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Ticks; 0: unknown.
    cost: f32,
    /// Samples in a row that were neither outliers nor far below.
    agreeing: u32,
    /// The last sample was an outlier.
    rising: bool,
    /// The last call has ended early, by what its own thread found.
    alone: bool,
}

impl Estimate {
    /// Nothing is known yet.
    pub const UNKNOWN: Estimate = Estimate { cost: 0.0, agreeing: 0, rising: false, alone: false };

    /// The cost of one item, in ticks, if anything is known.
    #[inline]
    pub fn per_item(self) -> Option<f32> {
        if self.cost > 0.0 { Some(self.cost) } else { None }
    }

    /// Whether the last 16 samples agreed within a factor of four: none was more than twice, or less than half, the
    /// estimate of its time.
    #[inline]
    pub fn is_steady(self) -> bool {
        self.agreeing >= STEADY
    }

    /// Whether the last call has ended early, by what the thread that began it found: a second thread was not needed.
    #[inline]
    pub fn ends_alone(self) -> bool {
        self.alone
    }

    /// The same with another answer to [`ends_alone`](Self::ends_alone).
    #[must_use]
    pub fn ending_alone(self, alone: bool) -> Self {
        Estimate { alone, ..self }
    }

    /// Takes a new sample in, in ticks for one item. Samples that are no positive numbers are passed over.
    #[must_use]
    pub fn observe(self, sample: f32) -> Self {
        if !sample.is_finite() || sample <= 0.0 {
            return self;
        }
        let sample = sample.max(f32::MIN_POSITIVE);
        let Some(cost) = self.per_item() else {
            return Estimate { cost: sample, agreeing: 0, rising: false, ..self };
        };
        if sample > 2.0 * cost {
            return if self.rising {
                Estimate { cost: sample, agreeing: 0, rising: false, ..self }
            } else {
                Estimate { rising: true, agreeing: self.agreeing / 2, ..self }
            };
        }
        if sample < cost / 2.0 {
            return Estimate { cost: cost / 2.0, agreeing: 0, rising: false, ..self };
        }
        let cost = cost + (sample - cost) / WEIGHT;
        Estimate { cost, agreeing: (self.agreeing + 1).min(STEADY), rising: false, ..self }
    }

    /// The same for a sample of a call of so many items. Of a call that takes less than `little` ticks, by the sample and by the
    /// estimate, it makes no difference how much less, and the reading of the clock is a good part of it: its sample may be
    /// anything and still agrees, and moves the estimate by what a factor of two would.
    #[must_use]
    pub fn observe_call(self, sample: f32, items: usize, little: u64) -> Self {
        match self.per_item() {
            Some(cost) if cost.max(sample) * items as f32 <= little as f32 => {
                self.observe(sample.clamp(cost / 2.0, 2.0 * cost))
            }
            _ => self.observe(sample),
        }
    }

    /// The estimate as a number of 22 bits, for a table; the cost is rounded to 0.4 %.
    #[inline]
    pub fn to_bits(self) -> u32 {
        // The upper half of an f32, without its sign: 8 bits of exponent, 7 of mantissa.
        let cost = (self.cost.to_bits() + (1 << 15)) >> 16;
        u32::from(self.alone) << 21 | cost << 6 | self.agreeing << 1 | u32::from(self.rising)
    }

    /// What [`to_bits`](Self::to_bits) gave. Any other number gives some estimate.
    #[inline]
    pub fn from_bits(bits: u32) -> Self {
        let cost = f32::from_bits((bits >> 6 & 0x7FFF) << 16);
        Estimate {
            cost: if cost.is_finite() { cost } else { 0.0 },
            agreeing: (bits >> 1 & 0x1F).min(STEADY),
            rising: bits & 1 != 0,
            alone: bits >> 21 & 1 != 0,
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn after(samples: impl IntoIterator<Item = f32>) -> Estimate {
        samples.into_iter().fold(Estimate::UNKNOWN, Estimate::observe)
    }

    #[test]
    fn falls_by_halves_and_rises_at_the_second_time() {
        let cheap = after([1000.0, 1.0]);
        assert_eq!(cheap.per_item(), Some(500.0));
        let cheaper = (0..20).fold(cheap, |estimate, _| estimate.observe(1.0));
        assert!(cheaper.per_item().unwrap() < 2.1);
        assert_eq!(after([1.0, 50.0, 1.0, 50.0]).per_item(), Some(1.0));
        assert_eq!(after([1.0, 50.0, 60.0]).per_item(), Some(60.0));
    }

    #[test]
    fn is_steady_after_sixteen_samples_that_agree() {
        let mut estimate = after([10.0]);
        for _ in 0..STEADY {
            assert!(!estimate.is_steady());
            estimate = estimate.observe(12.0);
        }
        assert!(estimate.is_steady());
        assert!(!estimate.observe(100.0).is_steady());
        assert!(!estimate.observe(1.0).is_steady());
    }

    #[test]
    fn little_calls_agree_whatever_they_take() {
        let little = |samples: [f32; 2]| {
            let samples = samples.into_iter().cycle().take(40);
            samples
                .fold(Estimate::UNKNOWN, |estimate, sample| estimate.observe_call(sample, 10, 1000))
        };
        let estimate = little([4.0, 90.0]);
        assert!(estimate.is_steady());
        assert!((4.0..90.0).contains(&estimate.per_item().unwrap()), "{estimate:?}");
        assert!(!little([4.0, 120.0]).is_steady(), "one of them is not little");
        let falling =
            (0..40).fold(after([90.0]), |estimate, _| estimate.observe_call(3.0, 10, 1000));
        assert!(falling.is_steady() && falling.per_item().unwrap() < 20.0);
        assert_eq!(estimate.observe_call(f32::NAN, 10, 1000), estimate);
        assert_eq!(Estimate::UNKNOWN.observe_call(7.0, 10, 1000).per_item(), Some(7.0));
    }

    #[test]
    fn passes_over_what_is_no_cost() {
        let estimate = after([7.0]);
        for sample in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(estimate.observe(sample), estimate);
        }
    }

    #[test]
    fn survives_the_way_through_its_bits() {
        for cost in [1e-9_f32, 0.07, 1.0, 3.3, 123.0, 1e9] {
            for times in [1, 5, 40] {
                let estimate = after(std::iter::repeat_n(cost, times));
                let back = Estimate::from_bits(estimate.to_bits());
                assert!((back.cost / cost - 1.0).abs() < 0.005, "{cost} became {}", back.cost);
                assert_eq!((back.agreeing, back.rising), (estimate.agreeing, estimate.rising));
            }
        }
        assert_eq!(Estimate::from_bits(Estimate::UNKNOWN.to_bits()), Estimate::UNKNOWN);
        for bits in [0, 1, 77, u32::MAX, 0x7F80 << 6] {
            assert!(Estimate::from_bits(bits).per_item().is_none_or(|cost| cost > 0.0));
            assert!(Estimate::from_bits(bits).to_bits() < 1 << 22);
        }
    }
}
