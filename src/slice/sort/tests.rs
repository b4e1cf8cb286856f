use super::*;

#[test]
fn smoke() {
    let mut v: Vec<u64> =
        (0..100_000u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20).collect();
    let mut w = v.clone();
    let mut x = v.clone();
    let mut expected = v.clone();
    expected.sort();
    par_stable(&mut v, &|a, b| a < b);
    assert_eq!(v, expected);
    par_unstable(&mut w, &|a, b| a < b);
    assert_eq!(w, expected);
    par_by_cached_key(&mut x, &|a| *a);
    assert_eq!(x, expected);
}
