//! Items of several sizes whose creations and drops are counted.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

static ALIVE: AtomicI64 = AtomicI64::new(0);
/// Sum of the serials of the living: two items dropped twice and never do not cancel out.
static SERIALS: AtomicI64 = AtomicI64::new(0);
static LAST_SERIAL: AtomicU32 = AtomicU32::new(0);
static CENSUS: Mutex<()> = Mutex::new(());

/// What a serial becomes by the drop.
const DEAD: u32 = u32::MAX;

/// A number and a serial in so many bytes; neither if there is no room.
#[derive(Debug)]
pub(super) struct Tracked<const BYTES: usize>([u8; BYTES]);

impl<const BYTES: usize> Tracked<BYTES> {
    pub(super) fn new(number: u32) -> Self {
        let mut tracked = Tracked([0; BYTES]);
        let serial = LAST_SERIAL.fetch_add(1, Relaxed);
        tracked.write(0, number);
        tracked.write(4, serial);
        ALIVE.fetch_add(1, Relaxed);
        SERIALS.fetch_add(tracked.read(4).into(), Relaxed);
        tracked
    }

    pub(super) fn number(&self) -> u32 {
        self.read(0)
    }

    fn read(&self, at: usize) -> u32 {
        let bytes = self.0.get(at..at + 4);
        bytes.map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()))
    }

    fn write(&mut self, at: usize, value: u32) {
        if let Some(bytes) = self.0.get_mut(at..at + 4) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
    }
}

impl<const BYTES: usize> Drop for Tracked<BYTES> {
    fn drop(&mut self) {
        assert_ne!(self.read(4), DEAD, "dropped twice");
        ALIVE.fetch_sub(1, Relaxed);
        SERIALS.fetch_sub(self.read(4).into(), Relaxed);
        self.write(4, DEAD);
    }
}

impl<const BYTES: usize> Clone for Tracked<BYTES> {
    fn clone(&self) -> Self {
        Tracked::new(self.number())
    }
}

impl<const BYTES: usize> PartialEq for Tracked<BYTES> {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl<const BYTES: usize> Eq for Tracked<BYTES> {}

impl<const BYTES: usize> PartialOrd for Tracked<BYTES> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const BYTES: usize> Ord for Tracked<BYTES> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl<const BYTES: usize> std::hash::Hash for Tracked<BYTES> {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.number().hash(hasher);
    }
}

/// The numbers from 0 on.
pub(super) fn items<const BYTES: usize>(len: usize) -> Vec<Tracked<BYTES>> {
    (0..len as u32).map(Tracked::new).collect()
}

/// Holds the counters; only one test at a time can.
pub(super) struct Census(#[allow(dead_code, reason = "held, not read")] MutexGuard<'static, ()>);

impl Census {
    pub(super) fn start() -> Self {
        // After a test that failed the counters may be anything.
        let guard = CENSUS.lock().unwrap_or_else(|poison| poison.into_inner());
        ALIVE.store(0, Relaxed);
        SERIALS.store(0, Relaxed);
        Census(guard)
    }

    /// How many are alive, and the sum of their serials.
    pub(super) fn living(&self) -> (i64, i64) {
        (ALIVE.load(Relaxed), SERIALS.load(Relaxed))
    }

    /// Runs `f`, which must drop each item that it makes, once.
    pub(super) fn balanced<R>(&self, f: impl FnOnce() -> R) -> R {
        let before = self.living();
        let result = f();
        let (items, serials) = self.living();
        assert_eq!(items - before.0, 0, "left alive, or dropped twice if negative");
        assert_eq!(serials - before.1, 0, "some dropped twice and as many never");
        result
    }
}
