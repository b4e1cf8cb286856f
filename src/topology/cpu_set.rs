//! [`CpuSet`]: a set of CPUs, of any size.

use crate::topology::error::ParseTopologyError;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A set of logical CPUs, by the numbers that the operating system gives them.
///
/// It has no largest number: a set takes memory for its runs of consecutive numbers, of which real machines have few. It
/// reads and prints the list form of the Linux kernel.
///
/// # Examples
///
/// ```
/// use moirai::topology::CpuSet;
///
/// let node: CpuSet = "0-3,16-19".parse()?;
/// let allowed = CpuSet::from(2..=16);
/// assert_eq!(node.intersection(&allowed).to_string(), "2-3,16");
/// assert_eq!(node.len(), 8);
/// # Ok::<(), moirai::topology::ParseTopologyError>(())
/// ```
///
/// # Invariant
///
/// The ranges rise, and between two of them at least one number is missing. Both ends of a range belong to it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuSet {
    ranges: Vec<(usize, usize)>,
}

impl CpuSet {
    /// The empty set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::topology::CpuSet::new().is_empty());
    /// ```
    pub const fn new() -> CpuSet {
        CpuSet { ranges: Vec::new() }
    }

    /// Reads the kernel's other form: words of 32 bits in hexadecimal, the highest first, with commas between them.
    ///
    /// # Errors
    ///
    /// For any other text; the error quotes it.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert_eq!(CpuSet::from_bitmap("00000001,0000000f")?.to_string(), "0-3,32");
    /// assert!(CpuSet::from_bitmap("0-3").is_err());
    /// # Ok::<(), moirai::topology::ParseTopologyError>(())
    /// ```
    pub fn from_bitmap(text: &str) -> Result<CpuSet, ParseTopologyError> {
        let word = |text: &str| {
            let is_word =
                matches!(text.len(), 1..=8) && text.bytes().all(|b| b.is_ascii_hexdigit());
            is_word.then(|| u32::from_str_radix(text, 16).ok()).flatten()
        };
        let words: Option<Vec<u32>> = text.trim().rsplit(',').map(word).collect();
        match words {
            Some(words) => Ok(CpuSet::from_words(0, words.into_iter().map(u64::from), 32)),
            None => Err(ParseTopologyError::new(format!("`{text}` is no bitmap of CPUs"))),
        }
    }

    /// The set whose members are the bits of words of so many bits, the lowest first; the first bit has this number.
    pub(crate) fn from_words(
        first: usize,
        words: impl Iterator<Item = u64>,
        bits: usize,
    ) -> CpuSet {
        let mut ranges = Vec::new();
        for (index, mut word) in words.enumerate() {
            let mut at = first + index * bits;
            while word != 0 {
                let zeros = word.trailing_zeros();
                let ones = (word >> zeros).trailing_ones();
                at += zeros as usize;
                ranges.push((at, at + ones as usize - 1));
                at += ones as usize;
                word = word.checked_shr(zeros + ones).unwrap_or(0);
            }
        }
        CpuSet::from_ranges(ranges)
    }

    fn from_ranges(mut ranges: Vec<(usize, usize)>) -> CpuSet {
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1.saturating_add(1);
            if joins {
                kept.1 = kept.1.max(next.1);
            }
            joins
        });
        CpuSet { ranges }
    }

    /// How many CPUs it has.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::CpuSet::from(4..=9).len(), 6);
    /// ```
    pub fn len(&self) -> usize {
        let lengths = self.ranges.iter().map(|&(first, last)| (last - first).saturating_add(1));
        lengths.fold(0, usize::saturating_add)
    }

    /// Whether it has none.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!moirai::topology::CpuSet::from(4..=9).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The lowest number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::CpuSet::from(4..=9).first(), Some(4));
    /// ```
    pub fn first(&self) -> Option<usize> {
        self.ranges.first().map(|range| range.0)
    }

    /// The highest number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::topology::CpuSet::from(4..=9).last(), Some(9));
    /// ```
    pub fn last(&self) -> Option<usize> {
        self.ranges.last().map(|range| range.1)
    }

    /// Whether this CPU is in it.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::topology::CpuSet::from(4..=9).contains(5));
    /// ```
    pub fn contains(&self, cpu: usize) -> bool {
        self.range_at(cpu).is_some()
    }

    /// The range that holds this number.
    fn range_at(&self, cpu: usize) -> Option<&(usize, usize)> {
        let behind = self.ranges.partition_point(|range| range.0 <= cpu);
        self.ranges[..behind].last().filter(|range| cpu <= range.1)
    }

    /// Its numbers, rising.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(moirai::topology::CpuSet::from(4..=6).iter().eq([4, 5, 6]));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.ranges.iter().flat_map(|&(first, last)| first..=last)
    }

    /// What is in one of the two.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert_eq!(CpuSet::from(0..=1).union(&CpuSet::from(2..=5)), CpuSet::from(0..=5));
    /// ```
    #[must_use]
    pub fn union(&self, other: &CpuSet) -> CpuSet {
        CpuSet::from_ranges([self.ranges.as_slice(), other.ranges.as_slice()].concat())
    }

    /// What is in both.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert_eq!(CpuSet::from(0..=4).intersection(&CpuSet::from(2..=5)), CpuSet::from(2..=4));
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &CpuSet) -> CpuSet {
        CpuSet { ranges: self.common(other).collect() }
    }

    /// The ranges of what is in both.
    fn common<'a>(&'a self, other: &'a CpuSet) -> impl Iterator<Item = (usize, usize)> + 'a {
        let (mut ours, mut theirs) = (self.ranges.as_slice(), other.ranges.as_slice());
        std::iter::from_fn(move || {
            while let ([a, our_rest @ ..], [b, their_rest @ ..]) = (ours, theirs) {
                // What ends first is done with.
                if a.1 <= b.1 {
                    ours = our_rest
                } else {
                    theirs = their_rest
                }
                let both = (a.0.max(b.0), a.1.min(b.1));
                if both.0 <= both.1 {
                    return Some(both);
                }
            }
            None
        })
    }

    /// What is in this one and not in the other.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert_eq!(CpuSet::from(0..=4).difference(&CpuSet::from(2..=3)).to_string(), "0-1,4");
    /// ```
    #[must_use]
    pub fn difference(&self, other: &CpuSet) -> CpuSet {
        self.intersection(&other.complement())
    }

    /// All numbers that it lacks.
    fn complement(&self) -> CpuSet {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = Some(0);
        for &(first, last) in &self.ranges {
            if let Some(from) = next.filter(|&from| from < first) {
                ranges.push((from, first - 1));
            }
            next = last.checked_add(1);
        }
        ranges.extend(next.map(|from| (from, usize::MAX)));
        CpuSet { ranges }
    }

    /// Whether all of it is in the other.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert!(CpuSet::from(2..=3).is_subset(&CpuSet::from(0..=4)));
    /// ```
    pub fn is_subset(&self, other: &CpuSet) -> bool {
        let covers = |&(first, last): &(usize, usize)| {
            other.range_at(first).is_some_and(|range| last <= range.1)
        };
        self.ranges.iter().all(covers)
    }

    /// Whether nothing is in both.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::topology::CpuSet;
    /// assert!(CpuSet::from(0..=3).is_disjoint(&CpuSet::from(4..=7)));
    /// ```
    pub fn is_disjoint(&self, other: &CpuSet) -> bool {
        self.common(other).next().is_none()
    }
}

/// The numbers from the first to the last; none if the range is empty.
impl From<RangeInclusive<usize>> for CpuSet {
    fn from(range: RangeInclusive<usize>) -> CpuSet {
        let ranges =
            if range.is_empty() { Vec::new() } else { vec![(*range.start(), *range.end())] };
        CpuSet { ranges }
    }
}

impl FromIterator<usize> for CpuSet {
    fn from_iter<I: IntoIterator<Item = usize>>(cpus: I) -> CpuSet {
        CpuSet::from_ranges(cpus.into_iter().map(|cpu| (cpu, cpu)).collect())
    }
}

/// The list form of the kernel: `0-3,8`. Nothing but white space is the empty set.
impl FromStr for CpuSet {
    type Err = ParseTopologyError;

    fn from_str(text: &str) -> Result<CpuSet, ParseTopologyError> {
        let number = |text: &str| {
            let is_number = text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let range = |text: &str| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last): (usize, usize) = (number(first)?, number(last)?);
            (first <= last).then_some((first, last))
        };
        let list = text.trim();
        if list.is_empty() {
            return Ok(CpuSet::new());
        }
        match list.split(',').map(range).collect() {
            Some(ranges) => Ok(CpuSet::from_ranges(ranges)),
            None => {
                Err(ParseTopologyError::new(format!("`{list}` is no list of CPUs such as `0-3,8`")))
            }
        }
    }
}

/// The list form of the kernel, without line end; nothing for the empty set.
impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, &(first, last)) in self.ranges.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}
