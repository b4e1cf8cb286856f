//! [`Quota`]: how much processor time a control group grants.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;

/// The processor time that a control group may use: so many microseconds in each period of so many.
///
/// It is a fraction of CPUs: 1.5 CPUs are three halves of the time of one, on whichever of the allowed ones.
///
/// # Examples
///
/// ```
/// use moirai::topology::Quota;
///
/// let quota = Quota::new(150_000, 100_000).unwrap();
/// assert_eq!(quota.cpus(), 1.5);
/// assert!(quota < Quota::new(200_000, 100_000).unwrap());
/// assert_eq!(quota.to_string(), "1.5");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    quota_us: NonZeroU64,
    period_us: NonZeroU64,
}

impl Quota {
    /// So many microseconds in a period; `None` if one of them is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::topology::Quota::new(100_000, 0).is_none());
    /// ```
    pub fn new(quota_us: u64, period_us: u64) -> Option<Quota> {
        Some(Quota { quota_us: NonZeroU64::new(quota_us)?, period_us: NonZeroU64::new(period_us)? })
    }

    /// The time granted in each period, in microseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::Quota::new(150_000, 100_000).unwrap().quota_us(), 150_000);
    /// ```
    pub fn quota_us(self) -> u64 {
        self.quota_us.get()
    }

    /// The period, in microseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::Quota::new(150_000, 100_000).unwrap().period_us(), 100_000);
    /// ```
    pub fn period_us(self) -> u64 {
        self.period_us.get()
    }

    /// How many CPUs that is.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::Quota::new(50_000, 100_000).unwrap().cpus(), 0.5);
    /// ```
    pub fn cpus(self) -> f64 {
        self.quota_us() as f64 / self.period_us() as f64
    }
}

/// By the number of CPUs: periods of different length compare as fractions.
impl Ord for Quota {
    fn cmp(&self, other: &Quota) -> Ordering {
        let product = |quota: u64, period: u64| u128::from(quota) * u128::from(period);
        let ours = product(self.quota_us(), other.period_us());
        ours.cmp(&product(other.quota_us(), self.period_us()))
    }
}

impl PartialOrd for Quota {
    fn partial_cmp(&self, other: &Quota) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quota {
    fn eq(&self, other: &Quota) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Quota {}

/// The number of CPUs; the format's width and precision are those of a number.
impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cpus().fmt(f)
    }
}
