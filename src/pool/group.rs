//! A group of seats that are near each other: what they share.

use crate::pool::frame::OutsideHome;
use crate::steal::injector::Injector;

/// Injector and home of the frames that threads from outside acquire. A pool has one group for now.
pub(crate) struct Group {
    pub(crate) injector: Injector,
    pub(crate) frames: OutsideHome,
}

impl Group {
    pub(crate) fn new() -> Self {
        Group { injector: Injector::new(), frames: OutsideHome::new() }
    }
}
