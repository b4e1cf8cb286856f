//! How often numbers of each order of magnitude came.

use crate::pool::counters::BUCKETS;
use std::fmt;

/// How often numbers of each order of magnitude came: bucket `i` counts those from 2^i to below 2^(i+1). The first one counts
/// zeros as well, the last one all that are larger.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
/// pool.install(|| (0..1000).into_par_iter().for_each(|_| ()));
/// let sizes = pool.metrics().total().batch_sizes();
/// println!("{sizes}");
/// assert!((1..=1000).contains(&sizes.total()));
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Histogram(pub(super) [usize; BUCKETS]);

impl Histogram {
    /// The count of each bucket.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Histogram::default().buckets(), [0; 32]);
    /// ```
    pub fn buckets(&self) -> &[usize] {
        &self.0
    }

    /// How many numbers there were.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Histogram::default().total(), 0);
    /// ```
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// The least number of the bucket in which the largest one lies; `None` if there was none.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Histogram::default().largest(), None);
    /// ```
    pub fn largest(&self) -> Option<u64> {
        self.0.iter().rposition(|count| *count > 0).map(|bucket| 1 << bucket)
    }

    /// The least number of the bucket in which the middle one of all lies; `None` if there was none.
    ///
    /// ```
    /// assert_eq!(moirai::metrics::Histogram::default().median(), None);
    /// ```
    pub fn median(&self) -> Option<u64> {
        let middle = self.total().div_ceil(2);
        let mut before = 0;
        let bucket = self.0.iter().position(|count| {
            before += count;
            middle > 0 && before >= middle
        });
        bucket.map(|bucket| 1 << bucket)
    }
}

/// The buckets that are not empty, as `16..32: 5`.
impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.total() == 0 {
            return write!(f, "none");
        }
        let filled = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        for (nth, (bucket, count)) in filled.enumerate() {
            let (comma, least) = (if nth == 0 { "" } else { ", " }, 1_u64 << bucket);
            match bucket {
                0 => write!(f, "{comma}1: {count}")?,
                _ if bucket == BUCKETS - 1 => write!(f, "{comma}{least}..: {count}")?,
                _ => write!(f, "{comma}{least}..{}: {count}", 2 * least)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn shows_what_there_is() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.to_string(), "none");
        (histogram.0[0], histogram.0[4], histogram.0[BUCKETS - 1]) = (3, 5, 1);
        assert_eq!(histogram.to_string(), "1: 3, 16..32: 5, 2147483648..: 1");
        let summary = (histogram.total(), histogram.median(), histogram.largest());
        assert_eq!(summary, (9, Some(16), Some(1 << 31)));
    }
}
