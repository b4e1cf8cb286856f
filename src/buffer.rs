//! [`Buffer`]: a slice whose pages lie where they will be worked on.

use crate::broadcast::broadcast;
use crate::global;
use crate::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use crate::topology::pages;
use std::ops::{Deref, DerefMut, Range};
use std::ptr;

/// A slice of its own memory, whose pages were first touched by the workers that will work on them.
///
/// On a machine of several nodes a page lies on the node of the thread that touches it first. A vector filled by one thread lies
/// on one node, and no order of stealing helps. A buffer is filled in parallel, in memory that nobody has touched before, and
/// calls over it are dealt to the same groups as the call that has filled it, as long as they have the same number of items.
///
/// It is meant for large data; on a machine of one node it is no better and no worse than a vector.
///
/// # Examples
///
/// ```
/// use moirai::Buffer;
/// use moirai::prelude::*;
///
/// let mut numbers = Buffer::from_fn(100_000, |index| index as f32);
/// numbers.par_iter_mut().for_each(|number| *number *= 2.0);
/// assert_eq!(numbers[7], 14.0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Buffer<T>(Vec<T>);

impl<T: Send> Buffer<T> {
    /// So many elements, made by `make` from their indices, in parallel: each page lies on the node of the group that gets its
    /// elements.
    ///
    /// # Panics
    ///
    /// With a panic of `make`, or if there is no such amount of memory. All elements that were made are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let squares = moirai::Buffer::from_fn(10, |index| index * index);
    /// assert_eq!(squares[9], 81);
    /// ```
    pub fn from_fn(len: usize, make: impl Fn(usize) -> T + Sync + Send) -> Self {
        let mut elements = Vec::with_capacity(len);
        untouch(&mut elements);
        fill(&mut elements, len, make);
        Buffer(elements)
    }

    /// The same, but the pages take turns between the groups, huge ones if there are some for each: for elements that all groups
    /// need alike.
    ///
    /// # Panics
    ///
    /// As [`from_fn`](Self::from_fn).
    ///
    /// # Examples
    ///
    /// ```
    /// let table = moirai::Buffer::interleaved(256, |byte| (byte as u8).count_ones());
    /// assert_eq!(table[255], 8);
    /// ```
    pub fn interleaved(len: usize, make: impl Fn(usize) -> T + Sync + Send) -> Self {
        let mut elements = Vec::with_capacity(len);
        let memory = untouch(&mut elements);
        touch_in_turns(memory);
        fill(&mut elements, len, make);
        Buffer(elements)
    }

    /// The elements as a vector, where they are.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(moirai::Buffer::from_fn(3, |index| index).into_vec(), [0, 1, 2]);
    /// ```
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

fn fill<T: Send>(elements: &mut Vec<T>, len: usize, make: impl Fn(usize) -> T + Sync + Send) {
    (0..len).into_par_iter().map(make).collect_into_vec(elements);
}

/// The addresses of the vector's room, whose pages are on no node from now on.
fn untouch<T>(elements: &mut Vec<T>) -> Range<usize> {
    let room = elements.spare_capacity_mut().as_mut_ptr_range();
    let memory = room.start.expose_provenance()..room.end.addr();
    // SAFETY: spare capacity of a vector that the caller owns.
    unsafe { pages::give_back(memory.clone()) };
    memory
}

/// Each worker touches its share of the pages of its group; the groups take turns.
///
/// Where the system makes huge pages, all of one lies where its first page was touched. So where there are some for each group
/// they take turns by as much as that.
fn touch_in_turns(memory: Range<usize>) {
    let neighbours = global::current().neighbours();
    let groups = neighbours.groups();
    if groups.len() == 1 {
        return;
    }
    let page = pages::page_bytes();
    let huge = pages::huge_page_bytes();
    let unit = if memory.len() / huge >= 2 * groups.len() { huge } else { page };
    let (first, end) = (memory.start.next_multiple_of(page), memory.end / page * page);
    let units = first / unit..end.div_ceil(unit);
    broadcast(|context| {
        let group = neighbours.group_of(context.index());
        let Range { start, end: behind } = groups[group].clone();
        let mine = (context.index() - start) * groups.len() + group;
        for unit_of_mine in units.clone().skip(mine).step_by((behind - start) * groups.len()) {
            let start = (unit_of_mine * unit).max(first);
            for address in (start..end.min((unit_of_mine + 1) * unit)).step_by(page) {
                let byte: *mut u8 = ptr::with_exposed_provenance_mut(address);
                // SAFETY: inside the spare room of a vector that the caller of this function owns and lends for its time;
                // each page is touched by one worker.
                unsafe { byte.write_volatile(0) };
            }
        }
    });
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> From<Buffer<T>> for Vec<T> {
    fn from(buffer: Buffer<T>) -> Vec<T> {
        buffer.0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::topology::Topology;
    use crate::{Placement, ThreadPoolBuilder};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    #[test]
    fn elements_are_where_they_should_be() {
        let topology = Topology::fake("3x2").unwrap();
        for placement in [Placement::ByGroup, Placement::ByPages, Placement::None] {
            let builder = ThreadPoolBuilder::new().num_threads(5).topology(topology.clone());
            let pool = builder.placement(placement).build().unwrap();
            pool.install(|| {
                for len in [0, 1, 1000, 300_000] {
                    let expected: Vec<u64> = (0..len as u64).collect();
                    assert_eq!(*Buffer::from_fn(len, |index| index as u64), *expected);
                    let buffer = Buffer::interleaved(len, |index| index as u64);
                    assert_eq!(buffer.into_vec(), expected);
                }
                // Large enough for the system to be asked.
                let large = Buffer::from_fn(3 << 20, |index| index as u64);
                let sum: u64 = large.into_par_iter().copied().sum();
                assert_eq!(sum, (0..3 << 20).sum());
                let places = large.into_par_iter().enumerate();
                assert!(places.all(|(index, element)| index as u64 == *element));
                assert_eq!(Buffer::interleaved(3 << 20, |index| index as u64), large);
                assert_eq!(Buffer::from_fn(1000, |_| ()).len(), 1000);
            });
        }
    }

    #[test]
    fn elements_are_dropped_when_one_cannot_be_made() {
        let alive = Arc::new(());
        let made = catch_unwind(AssertUnwindSafe(|| {
            Buffer::from_fn(10_000, |index| {
                if index == 7_777 {
                    std::panic::resume_unwind(Box::new("no such element"));
                }
                Arc::clone(&alive)
            })
        }));
        assert!(made.is_err());
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
