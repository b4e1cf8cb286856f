//! Many entries on their way into a hash table, in about the order in which the table has them.
//!
//! std's tables take entries one by one, and each goes to a place that its hash says: in a table beyond the caches nearly
//! every entry misses them, and a fresh table's pages are touched in random order. So many entries are first dealt to parts
//! by the place that they will have: one part of the table at a time is filled then, which the caches hold. It costs that
//! each key is hashed twice, and each entry moved once more.
//!
//! Where a table puts its entries is not said anywhere; all known ones use the lowest bits of the hash. If that is wrong
//! one day, the entries come in another order, and nothing else changes: entries with the same hash keep theirs.
//!
//! All of it runs on the calling thread: a hasher need not be shareable.
use std::hash::Hash;
use std::{iter, mem};

use crate::iter::{IntoParallelIterator, ParallelIterator, gather};
use crate::tuning;

/// What std's hash tables have in common.
pub(super) trait Table: Extend<Self::Entry> {
    type Key: Hash;
    type Entry: Send;

    /// Makes room for so many more entries.
    fn make_room(&mut self, entries: usize);

    /// For how many entries there is room.
    fn capacity(&self) -> usize;

    /// What the table's hasher says of an entry's key.
    fn hash_of(&self, entry: &Self::Entry) -> u64;
}

/// Adds all items to `table` on this thread, once they have been made in parallel.
pub(super) fn extend_table<C, I>(table: &mut C, par_iter: I)
where
    C: Table,
    I: IntoParallelIterator<Item = C::Entry>,
{
    let par_iter = par_iter.into_par_iter();
    if par_iter.opt_len().is_some() {
        let entries: Vec<C::Entry> = par_iter.collect();
        table.make_room(entries.len());
        match Order::of(table, entries.len(), iter::once(&entries[..])) {
            Some(order) => table.extend(order.deal(entries)),
            None => table.extend(entries),
        }
    } else {
        let entries = gather(par_iter);
        table.make_room(entries.len());
        match Order::of(table, entries.len(), entries.slices()) {
            Some(order) => table.extend(order.deal(entries)),
            None => table.extend(entries),
        }
    }
}

/// Which part of the table each of some entries goes to.
struct Order {
    part_of: Vec<u16>,
    /// The number of entries of each part.
    counts: Vec<usize>,
}

impl Order {
    /// The order for so many entries, if it is worth it.
    fn of<'e, C: Table>(
        table: &C,
        entries: usize,
        slices: impl Iterator<Item = &'e [C::Entry]>,
    ) -> Option<Order>
    where
        C::Entry: 'e,
    {
        // A place has a byte beside the entry.
        let place_bytes = size_of::<C::Entry>() + 1;
        // Where keys lie behind pointers, hashing them twice misses the caches twice.
        let least = if mem::needs_drop::<C::Key>() {
            tuning::ORDERED_INDIRECT_BYTES
        } else {
            tuning::ORDERED_BYTES
        };
        if entries.saturating_mul(place_bytes) < least {
            return None;
        }
        // Tables have a power of two of places, of which they fill 7 in 8.
        let places = (table.capacity() / 7).saturating_mul(8).next_power_of_two();
        let parts = (places.saturating_mul(place_bytes) / tuning::TABLE_PART_BYTES)
            .next_power_of_two()
            .min(tuning::TABLE_PARTS_MOST);
        let shift = places.trailing_zeros().saturating_sub(parts.trailing_zeros());
        let mut counts = vec![0; parts];
        let mut part_of = Vec::with_capacity(entries);
        part_of.extend(slices.flatten().map(|entry| {
            let part = (table.hash_of(entry) >> shift) as usize & (parts - 1);
            counts[part] += 1;
            part as u16
        }));
        Some(Order { part_of, counts })
    }

    /// The entries part by part, those of each part in their old order.
    fn deal<T>(self, entries: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        let mut parts: Vec<Vec<T>> = self.counts.into_iter().map(Vec::with_capacity).collect();
        entries.into_iter().zip(self.part_of).for_each(|(entry, part)| {
            parts[usize::from(part)].push(entry);
        });
        parts.into_iter().flatten()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};
    use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

    /// A key is its own hash.
    #[derive(Default)]
    struct Same(u64);

    impl Hasher for Same {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, _bytes: &[u8]) {
            unreachable!("keys are numbers");
        }

        fn write_u64(&mut self, number: u64) {
            self.0 = number;
        }
    }

    type Map = HashMap<u64, usize, BuildHasherDefault<Same>>;

    /// Enough for an order, without a pattern.
    fn entries() -> Vec<(u64, usize)> {
        let count = tuning::ORDERED_BYTES / (size_of::<(u64, usize)>() + 1) + 1;
        (0..count).map(|i| ((i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20, i)).collect()
    }

    #[test]
    fn few_entries_are_left_as_they_are() {
        let mut entries = entries();
        entries.truncate(entries.len() - 2);
        let mut map = Map::default();
        map.make_room(entries.len());
        assert!(Order::of(&map, entries.len(), iter::once(&entries[..])).is_none());
    }

    #[test]
    fn many_come_in_the_order_of_the_table() {
        let entries = entries();
        let mut map = Map::default();
        map.make_room(entries.len());
        let order = Order::of(&map, entries.len(), iter::once(&entries[..])).unwrap();
        let parts = order.counts.len();
        assert!(parts > 1 && order.counts.iter().all(|count| *count > 0), "{:?}", order.counts);
        let places = map.capacity() / 7 * 8;
        let part_of = |key: u64| key as usize % places / (places / parts);
        let dealt: Vec<_> = order.deal(entries.clone()).collect();
        assert!(dealt.is_sorted_by_key(|(key, _)| part_of(*key)));
        // Entries of one part keep their order.
        assert!(
            dealt
                .chunk_by(|a, b| part_of(a.0) == part_of(b.0))
                .all(|part| part.is_sorted_by_key(|(_, at)| *at))
        );
        map.extend(dealt);
        assert!(entries.iter().all(|(key, at)| map[key] == *at));
    }

    #[test]
    fn keys_of_one_part_and_tables_with_entries() {
        let many = entries().len();
        let mut set: HashSet<u64, BuildHasherDefault<Same>> = (0..1000).collect();
        // All of them in one part, and few: in a table each is looked for among those of its place.
        let keys: Vec<u64> = (0..2 * many as u64).map(|key| (key % 100) << 40).collect();
        extend_table(&mut set, keys);
        assert_eq!(set.len(), 1000 + 100 - 1);
        assert_eq!(set.hasher().hash_one(5_u64), 5);
    }
}
