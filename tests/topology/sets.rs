//! [`CpuSet`] against a set of numbers.

use moirai::topology::CpuSet;
use quickcheck::quickcheck;
use std::collections::BTreeSet;

quickcheck! {
    /// Every operation gives what it gives on sets of numbers, and the text of a set is read as that set.
    fn a_set_is_a_set(ours: BTreeSet<u8>, theirs: BTreeSet<u8>) -> bool {
        let set = |numbers: &BTreeSet<u8>| numbers.iter().map(|&n| usize::from(n)).collect::<CpuSet>();
        let (a, b) = (set(&ours), set(&theirs));
        let contains = (0..300).all(|n| a.contains(n) == u8::try_from(n).is_ok_and(|n| ours.contains(&n)));
        contains
            && a.union(&b) == set(&(&ours | &theirs))
            && a.intersection(&b) == set(&(&ours & &theirs))
            && a.difference(&b) == set(&(&ours - &theirs))
            && a.is_subset(&b) == ours.is_subset(&theirs)
            && a.intersection(&b).is_subset(&a)
            && a.is_disjoint(&b) == ours.is_disjoint(&theirs)
            && a.len() == ours.len()
            && a.is_empty() == ours.is_empty()
            && a.first() == ours.first().map(|&n| usize::from(n))
            && a.last() == ours.last().map(|&n| usize::from(n))
            && a.iter().eq(ours.iter().map(|&n| usize::from(n)))
            && a.to_string().parse() == Ok(a.clone())
            && CpuSet::from_bitmap(&bitmap(&a)) == Ok(a)
    }

    /// No text makes it panic; what it takes, it prints in a form that it takes for the same.
    fn texts_do_no_harm(text: String) -> bool {
        let again = |set: CpuSet| set.to_string().parse() == Ok(set);
        text.parse().is_ok_and(again) || text.parse::<CpuSet>().is_err()
    }
}

/// The kernel's bitmap of 256 CPUs.
fn bitmap(set: &CpuSet) -> String {
    let word = |word: usize| {
        let bits = (0..32).filter(|bit| set.contains(32 * word + bit));
        format!("{:08x}", bits.map(|bit| 1_u32 << bit).sum::<u32>())
    };
    (0..8).rev().map(word).collect::<Vec<_>>().join(",")
}

#[test]
fn the_list_form_is_the_kernels() {
    let printed = |text: &str| text.parse::<CpuSet>().map(|set| set.to_string());
    assert_eq!(printed("0-3,8\n").as_deref(), Ok("0-3,8"));
    assert_eq!(printed("").as_deref(), Ok(""));
    assert_eq!(printed("3,1,2").as_deref(), Ok("1-3"), "joined");
    assert_eq!(printed("0-5,2-3,4-9").as_deref(), Ok("0-9"), "overlapping");
    for wrong in
        ["-", "0-", "-3", "3-1", "a", "0,,1", "0, 1", "+1", "0x1", "1-2-3", "99999999999999999999"]
    {
        let error = printed(wrong).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }
}

#[test]
fn numbers_have_no_bound() {
    let all: CpuSet = format!("0-{}", usize::MAX).parse().unwrap();
    assert_eq!(
        (all.len(), all.last()),
        (usize::MAX, Some(usize::MAX)),
        "as long as a length can be"
    );
    assert!(all.difference(&all).is_empty());
    assert_eq!(all.union(&CpuSet::from(usize::MAX..=usize::MAX)), all);
    let without_five = all.difference(&CpuSet::from(5..=5));
    assert!(!without_five.contains(5) && without_five.contains(6));
    let (from, to) = (4, 3);
    assert!(CpuSet::from(from..=to).is_empty());
}

#[test]
fn bitmaps_are_words_of_32_bits() {
    let read = |text: &str| CpuSet::from_bitmap(text).map(|set| set.to_string());
    assert_eq!(read("ff\n").as_deref(), Ok("0-7"));
    assert_eq!(read("80000001,00000000,ffffffff").as_deref(), Ok("0-31,64,95"));
    assert_eq!(read("0,1").as_deref(), Ok("0"), "short words too");
    for wrong in ["", "g", "123456789", "1,,1", "0x1", "-1"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
