//! What the items of each call site cost: a small table that all pools share.
//!
//! A site is the address of its monomorphised driver, together with the order of magnitude of its number of items. The
//! table is lossy: two sites that meet in a slot drive each other out, two threads that write at once lose one sample. A
//! wrong or missing estimate costs a call a bad start, nothing else.
//!
//! The table is a `static`, hence std's atomics; nothing is published through it. Beside it stands what is to be known of the
//! sites for a report, written when a site is measured for the first time.

use crate::batch::Estimate;
use crate::tuning;
use crate::util::caller::Place;
use crate::util::clock::{ns_of_ticks, ticks_of_ns};
use crate::util::forks::ProcessLock;
use crate::util::turns;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};

const INDEX_BITS: u32 = 10;
const TAG_BITS: u32 = 10;
const ESTIMATE_BITS: u32 = u32::BITS - TAG_BITS;

static TABLE: [AtomicU32; 1 << INDEX_BITS] = [const { AtomicU32::new(0) }; 1 << INDEX_BITS];

/// The place of one site in the table.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    slot: &'static AtomicU32,
    tag: u32,
    magnitude: u32,
}

/// What is known of the sites in the table, by the addresses of their slots.
static KNOWN: ProcessLock<BTreeMap<usize, Known>> = ProcessLock::new(BTreeMap::new);

struct Known {
    site: Site,
    place: Option<Place>,
    what: &'static str,
}

impl Site {
    /// The site whose driver lies at `address`, for a call of about so many items.
    #[inline]
    pub(crate) fn new(address: usize, items: usize) -> Self {
        let magnitude = (usize::BITS - items.leading_zeros()) / 2;
        // Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3): the upper bits depend on all bits.
        let hash =
            (address as u64 ^ u64::from(magnitude) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let index = (hash >> (u64::BITS - INDEX_BITS)) as usize;
        let tag = (hash >> (u64::BITS - INDEX_BITS - TAG_BITS)) as u32 & ((1 << TAG_BITS) - 1);
        Site { slot: &TABLE[index], tag, magnitude }
    }

    #[inline]
    pub(crate) fn estimate(self) -> Estimate {
        // What other calls have cost is no part of a schedule that is to repeat.
        if turns::is_taking_turns() {
            return Estimate::UNKNOWN;
        }
        // ORDERING: Relaxed. A number by itself.
        let entry = self.slot.load(Ordering::Relaxed);
        if entry >> ESTIMATE_BITS == self.tag {
            Estimate::from_bits(entry & ((1 << ESTIMATE_BITS) - 1))
        } else {
            Estimate::UNKNOWN
        }
    }

    /// Takes a new sample in, in ticks for one item of so many, and whether the call has ended early by what its own thread
    /// found. `what`, the type of the call, and its place are for reports.
    pub(crate) fn observe(
        self,
        per_item: f32,
        items: usize,
        ends_alone: bool,
        what: fn() -> &'static str,
        place: Option<Place>,
    ) {
        if turns::is_taking_turns() {
            return;
        }
        let before = self.estimate();
        if before == Estimate::UNKNOWN {
            self.make_known(what(), place);
        }
        let little = ticks_of_ns(tuning::BATCH_START_NS);
        let is_little = |cost: f32| cost.max(per_item) * items as f32 <= little as f32;
        let is_known = before.is_steady() && before.per_item().is_some_and(is_little);
        if is_known && before.ends_alone() == ends_alone {
            // How little makes no difference. Others make such calls too, and would have to fetch the table's line after each store.
            return;
        }
        let estimate = before.observe_call(per_item, items, little).ending_alone(ends_alone);
        // ORDERING: Relaxed. A number by itself; of two writers at once one is lost, which is as good.
        self.slot.store(self.tag << ESTIMATE_BITS | estimate.to_bits(), Ordering::Relaxed);
    }

    /// Notes what the site is. Another thread may be at the list, but not for long, and each site comes once.
    #[cold]
    fn make_known(self, what: &'static str, place: Option<Place>) {
        KNOWN
            .lock()
            .insert(std::ptr::from_ref(self.slot).addr(), Known { site: self, place, what });
    }
}

/// The sites whose estimates are in the table, those in known places first, by place.
pub(crate) fn known() -> Vec<CallSite> {
    let known = KNOWN.lock();
    let sites = known.values().filter_map(|known| {
        let estimate = known.site.estimate();
        let ns_per_item = f64::from(estimate.per_item()?) * ns_of_ticks(1 << 20) as f64;
        Some(CallSite {
            location: known.place,
            what: known.what,
            magnitude: known.site.magnitude,
            ns_per_item: ns_per_item / f64::from(1 << 20),
            is_steady: estimate.is_steady(),
        })
    });
    let mut sites: Vec<CallSite> = sites.collect();
    let place = |site: &CallSite| {
        site.location.map(|place| (place.file(), place.line(), place.column(), site.magnitude))
    };
    sites.sort_by_key(|site| (site.location.is_none(), place(site)));
    sites
}

/// What the items of parallel calls from one place in the program cost, for calls of about so many items.
///
/// # Examples
///
/// ```
/// use moirai::prelude::*;
/// let pool = moirai::ThreadPoolBuilder::new().num_threads(2).build()?;
/// pool.install(|| (0..100_000_u64).into_par_iter().map(|n| n.isqrt()).sum::<u64>());
/// let metrics = pool.metrics();
/// let here = metrics.call_sites().iter().find(|site| {
///     site.location().is_some_and(|place| place.file() == file!())
/// });
/// println!("{} ns an item", here.expect("the call above was measured").ns_per_item());
/// # Ok::<(), moirai::ThreadPoolBuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallSite {
    location: Option<&'static Location<'static>>,
    what: &'static str,
    magnitude: u32,
    ns_per_item: f64,
    is_steady: bool,
}

impl CallSite {
    /// Where the call is written, if it is known: calls that a method of an iterator of the prelude has begun.
    ///
    /// ```
    /// let places = |metrics: &moirai::metrics::Metrics| -> Vec<_> {
    ///     metrics.call_sites().iter().map(|site| site.location()).collect()
    /// };
    /// println!("{:?}", places(&moirai::metrics::snapshot()));
    /// ```
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.location
    }

    /// The types that the call consists of: closures in them are named after the function that they are written in.
    ///
    /// ```
    /// for site in moirai::metrics::snapshot().call_sites() {
    ///     println!("{}", site.types());
    /// }
    /// ```
    pub fn types(&self) -> &'static str {
        self.what
    }

    /// How many items the calls had: calls whose numbers differ by more than a factor of four are kept apart.
    ///
    /// ```
    /// for site in moirai::metrics::snapshot().call_sites() {
    ///     assert!(site.items().start() <= site.items().end());
    /// }
    /// ```
    pub fn items(&self) -> RangeInclusive<usize> {
        // The number of digits of the items was 2 m or 2 m + 1.
        let digits = 2 * self.magnitude;
        let least = if digits == 0 { 0 } else { 1 << (digits - 1) };
        let most = 1_usize.checked_shl(digits + 1).map_or(usize::MAX, |end| end - 1);
        least..=most
    }

    /// What one item costs, in nanoseconds; of sources of unknown length, a 65536th of all.
    ///
    /// ```
    /// for site in moirai::metrics::snapshot().call_sites() {
    ///     assert!(site.ns_per_item() > 0.0);
    /// }
    /// ```
    pub fn ns_per_item(&self) -> f64 {
        self.ns_per_item
    }

    /// Whether the last sixteen measurements agreed with each other within a factor of four.
    ///
    /// ```
    /// println!("{}", moirai::metrics::snapshot().call_sites().iter().all(|site| site.is_steady()));
    /// ```
    pub fn is_steady(&self) -> bool {
        self.is_steady
    }
}

impl fmt::Display for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.location {
            Some(place) => write!(f, "{}:{}", place.file(), place.line())?,
            None => write!(f, "{}", self.what)?,
        }
        let (least, most) = self.items().into_inner();
        let steady = if self.is_steady { "" } else { ", not steady yet" };
        write!(f, ": {:.1} ns an item in calls of {least} to {most}{steady}", self.ns_per_item)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn observe(site: Site, per_item: f32) {
        site.observe(per_item, 1 << 20, false, || "a test", None);
    }

    #[test]
    fn the_range_of_items_is_that_of_the_magnitude() {
        for items in [0, 1, 2, 3, 4, 7, 8, 1000, 1 << 20, usize::MAX / 2, usize::MAX] {
            let magnitude = Site::new(1, items).magnitude;
            let site =
                CallSite { location: None, what: "", magnitude, ns_per_item: 1.0, is_steady: true };
            assert!(site.items().contains(&items), "{items}: {:?}", site.items());
            let (least, most) = site.items().into_inner();
            assert_eq!(Site::new(1, least).magnitude, magnitude, "{items}");
            assert_eq!(Site::new(1, most).magnitude, magnitude, "{items}");
        }
    }

    #[test]
    fn sites_and_sizes_are_told_apart() {
        let (site, other) = (Site::new(0x1234_5678, 1000), Site::new(0x8765_4321, 1000));
        assert_eq!(site.estimate(), Estimate::UNKNOWN);
        observe(site, 12.0);
        assert_eq!(site.estimate().per_item(), Some(12.0));
        assert_eq!(other.estimate(), Estimate::UNKNOWN);
        assert_eq!(Site::new(0x1234_5678, 600).estimate(), site.estimate());
        assert_eq!(Site::new(0x1234_5678, 5000).estimate(), Estimate::UNKNOWN);
    }

    /// Also one that is measured while somebody reads the list.
    #[test]
    fn each_site_gets_its_name() {
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    known();
                }
            });
            for number in 0..500_usize {
                let site = Site::new(number.wrapping_mul(0x9E37_79B1) << 4, 70);
                site.observe(2.0, 70, false, || "a named test", None);
                // Unless another test's site has come in between.
                let known = KNOWN.lock();
                let named = known.get(&std::ptr::from_ref(site.slot).addr());
                let is_named = named.is_some_and(|it| it.site.tag == site.tag);
                assert!(is_named || site.estimate() == Estimate::UNKNOWN, "{number}");
            }
            is_over.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn sites_in_one_slot_drive_each_other_out() {
        let site = Site::new(0x4242_4242, 1);
        let other = Site { tag: site.tag ^ 1, ..site };
        observe(site, 3.0);
        observe(other, 5.0);
        assert_eq!(site.estimate(), Estimate::UNKNOWN);
        assert_eq!(other.estimate().per_item(), Some(5.0));
    }
}
