//! What is collected without its number being known: order, former contents, drops under panics, and bridges that rest.

use super::api::prelude::*;
use super::kit::{panic_of, quiet_panic};
use super::pools::{on, on_some};
use super::tracked::{Census, Tracked, items};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// From nothing to more than what is gathered in blocks, moved at once, and moved by one thread.
const SIZES: [usize; 6] = [0, 1, 7, 1_000, 40_000, 250_000];

fn is_kept(number: &u64) -> bool {
    number % 3 != 1
}

#[test]
fn all_sizes_keep_their_order() {
    watch!();
    on_some(|| {
        for size in SIZES.map(|size| size as u64) {
            let expected: Vec<u64> = (0..size).filter(is_kept).collect();
            let kept = || (0..size).into_par_iter().filter(is_kept);
            assert!(kept().collect::<Vec<_>>() == expected);
            // Into a vector that has something, and room for some, all, or none of it.
            for room in [0, 10, size as usize] {
                let mut vec = Vec::with_capacity(3 + room);
                vec.extend([9, 9, 9]);
                vec.par_extend(kept());
                assert!(vec[..3] == [9, 9, 9] && vec[3..] == expected);
            }
            let pieces = kept().collect_vec_list();
            assert!(pieces.iter().all(|piece| !piece.is_empty()));
            assert!(pieces.into_iter().flatten().eq(expected.iter().copied()));
            let (even, odd): (Vec<_>, Vec<_>) = kept().partition(|n| n % 2 == 0);
            let (even_expected, odd_expected): (Vec<_>, Vec<_>) =
                expected.iter().partition(|n| *n % 2 == 0);
            assert!(even == even_expected && odd == odd_expected);
        }
    });
}

/// Items of no size, of odd sizes, and larger than a block.
#[test]
fn all_sizes_of_items_are_gathered_and_dropped_once() {
    fn check<const BYTES: usize>(census: &Census, len: usize) {
        let numbers =
            |vec: &[Tracked<BYTES>]| -> Vec<u32> { vec.iter().map(Tracked::number).collect() };
        census.balanced(|| {
            on_some(|| {
                let mut vec = items::<BYTES>(2);
                vec.par_extend(
                    items::<BYTES>(len).into_par_iter().filter(|item| item.number() != 1),
                );
                let mut expected = items::<BYTES>(2);
                expected.extend(items::<BYTES>(len).into_iter().filter(|item| item.number() != 1));
                assert_eq!(numbers(&vec), numbers(&expected));
            });
        });
    }

    watch!();
    let census = Census::start();
    check::<0>(&census, 3_000);
    check::<8>(&census, 100_000);
    check::<24>(&census, 40_000);
    check::<40_000>(&census, 60);
}

#[test]
fn a_panic_leaves_what_was_there() {
    watch!();
    let census = Census::start();
    for (len, bad) in [(10, 9), (5_000, 4_321), (150_000, 149_000), (150_000, 10)] {
        for room in [0, len / 2] {
            census.balanced(|| {
                on_some(|| {
                    let mut vec = Vec::with_capacity(3 + room);
                    vec.extend(items::<8>(3));
                    let kept = |item: &Tracked<8>| {
                        if item.number() == bad {
                            quiet_panic("bad");
                        }
                        item.number() % 2 == 0
                    };
                    panic_of(|| vec.par_extend(items::<8>(len).into_par_iter().filter(kept)));
                    assert_eq!(vec.iter().map(Tracked::number).collect::<Vec<_>>(), [0, 1, 2]);
                });
            });
        }
    }
    on_some(|| {
        let mut text = String::from("spun");
        let broken =
            (0..5_000).into_par_iter().map(|n| if n == 4_000 { quiet_panic(n) } else { 'ö' });
        panic_of(|| text.par_extend(broken));
        assert_eq!(text, "spun");
    });
}

/// More items than a vector can have.
#[test]
fn a_vector_without_room_keeps_what_it_had() {
    watch!();
    on_some(|| {
        for room in [0, 5, 100] {
            let mut vec = Vec::from([(); usize::MAX]);
            vec.truncate(usize::MAX - room);
            let more = (0..1000).into_par_iter().filter(|n| n % 2 == 0).map(drop);
            panic_of(|| vec.par_extend(more));
            assert_eq!(vec.len(), usize::MAX - room);
        }
    });
}

#[test]
fn texts_are_whole() {
    watch!();
    on_some(|| {
        for len in [0, 1, 100, 20_000, 300_000_u32] {
            let letter = |n: u32| ['a', 'ö', '線', '🧵'][(n % 7 % 4) as usize];
            let mut text = String::from("¡");
            text.par_extend((0..len).into_par_iter().map(letter));
            let expected: String = "¡".chars().chain((0..len).map(letter)).collect();
            assert!(text == expected);
            let words = ["warp", "", "weft ö"];
            let word = |n: u32| words[(n % 3) as usize];
            let text: String = (0..len).into_par_iter().filter(|n| n % 5 > 0).map(word).collect();
            assert!(text == (0..len).filter(|n| n % 5 > 0).map(word).collect::<String>());
        }
    });
}

/// Of equal keys the first one stays, with the last value, as if they were inserted one by one.
#[test]
fn equal_keys_keep_the_first_key_and_the_last_value() {
    /// Equal to others of the same number, but for the mark.
    #[derive(Clone, Copy, Debug)]
    struct Marked(u32, u32);

    impl PartialEq for Marked {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl Eq for Marked {}

    impl PartialOrd for Marked {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Marked {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }

    impl std::hash::Hash for Marked {
        fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
            self.0.hash(hasher);
        }
    }

    watch!();
    on_some(|| {
        for (len, keys) in [(0, 1), (10, 3), (5_000, 700), (5_000, 10_000)] {
            let entry = |n: u32| (Marked(n * 7 % keys, n), n);
            let entries = || (0..len).into_par_iter().map(entry);
            let mut one_by_one = BTreeMap::new();
            (0..len).map(entry).for_each(|(key, value)| _ = one_by_one.insert(key, value));
            let marks = |map: BTreeMap<Marked, u32>| -> Vec<(u32, u32, u32)> {
                map.into_iter().map(|(key, value)| (key.0, key.1, value)).collect()
            };
            let expected = marks(one_by_one);
            assert_eq!(marks(entries().collect()), expected);
            assert_eq!(marks(entries().filter(|_| true).collect()), expected);
            let hashed: HashMap<Marked, u32> = entries().filter(|_| true).collect();
            assert_eq!(marks(hashed.into_iter().collect()), expected);
            let set: BTreeSet<Marked> = entries().map(|(key, _)| key).collect();
            assert!(set.iter().map(|key| (key.0, key.1)).eq(expected.iter().map(|e| (e.0, e.1))));
            let mut extended: BTreeMap<Marked, u32> = [(Marked(0, 77), 1)].into();
            extended.par_extend(entries());
            assert_eq!(extended.into_iter().next().map(|(key, _)| key.1), Some(77));
        }
    });
}

/// So many that they are put in the order of the table first: nobody may see that.
#[test]
fn many_entries_of_a_table_come_as_if_one_by_one() {
    const LEN: u32 = 400_000;
    watch!();
    let entry = |n: u32| (n.wrapping_mul(0x9E37_79B9) % 150_001, n);
    let mut expected: HashMap<u32, u32> = (0..10).map(|n| (n, n)).collect();
    let before = expected.clone();
    expected.extend((0..LEN).map(entry));
    on_some(|| {
        let mut map = before.clone();
        map.par_extend((0..LEN).into_par_iter().map(entry));
        assert!(map == expected);
        let mut map = before.clone();
        map.par_extend((0..LEN).into_par_iter().filter(|_| true).map(entry));
        assert!(map == expected);
        let set: HashSet<u64> = (0..u64::from(2 * LEN)).into_par_iter().map(|n| n / 2).collect();
        assert!(set.len() == LEN as usize && (0..u64::from(LEN)).all(|n| set.contains(&n)));
    });
}

#[test]
fn a_panic_of_a_hash_drops_all_entries() {
    #[derive(PartialEq, Eq)]
    struct Key(Tracked<8>);

    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            if self.0.number() == 9_000 {
                quiet_panic("hash");
            }
            state.write_u32(self.0.number());
        }
    }

    watch!();
    let census = Census::start();
    for len in [10_000, 100_000] {
        census.balanced(|| {
            on_some(|| {
                let keys = || items::<8>(len).into_par_iter().map(Key);
                let entries = || keys().map(|key| (key, [0_u8; 200]));
                panic_of(|| drop(entries().collect::<HashMap<_, _>>()));
                panic_of(|| drop(entries().filter(|_| true).collect::<HashMap<_, _>>()));
                panic_of(|| drop(keys().collect::<HashSet<_>>()));
            });
        });
    }
}

/// Work that is cheap, then dear, then cheap again: each item is drawn once, whoever rests meanwhile.
#[test]
fn a_bridge_yields_each_item_once_whoever_rests() {
    watch!();
    on_some(|| {
        let seen: Vec<AtomicU32> = (0..30_000).map(|_| AtomicU32::new(0)).collect();
        (0..seen.len()).par_bridge().for_each(|index| {
            let steps = if (10_000..10_300).contains(&index) { 20_000 } else { 1 };
            (0..steps).for_each(|step| _ = std::hint::black_box(step));
            seen[index].fetch_add(1, Relaxed);
        });
        assert!(seen.iter().all(|count| count.load(Relaxed) == 1));
    });
}

/// After many cheap items two that wait for each other: whoever rests comes back.
#[test]
fn a_bridge_is_not_left_alone_with_an_item_that_waits_for_another() {
    watch!();
    on(2, || {
        let meeting = Barrier::new(2);
        (0..20_002).par_bridge().for_each(|index| {
            if index >= 20_000 {
                meeting.wait();
            }
        });
    });
}

/// What a call site has cost before says nothing of items that wait for each other.
#[test]
fn a_bridge_is_shared_however_cheap_it_was_before() {
    watch!();
    on(4, || {
        let run = |jobs: Vec<Box<dyn Fn() + Send + Sync>>| {
            jobs.into_iter().par_bridge().for_each(|job| job());
        };
        for _ in 0..50 {
            run(vec![Box::new(|| ())]);
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
        let meeting = std::sync::Arc::new(Barrier::new(2));
        let meet = || -> Box<dyn Fn() + Send + Sync> {
            let meeting = std::sync::Arc::clone(&meeting);
            Box::new(move || _ = meeting.wait())
        };
        run(vec![meet(), meet()]);
    });
}
