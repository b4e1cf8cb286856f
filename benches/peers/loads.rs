//! What the crates are compared in, as plain functions: a contestant only says how items are handed out.

/// The largest number that is tested for being prime.
pub(crate) const PRIMES_BELOW: usize = 60_000;

/// Whether no number up to the root divides this one.
pub(crate) fn is_prime(number: usize) -> bool {
    number > 1 && (2..).take_while(|d| d * d <= number).all(|d| number % d != 0)
}

/// How many steps the numbers below this take to come down to 1 is added up.
pub(crate) const COLLATZ_BELOW: usize = 50_000;

/// The steps from a number down to 1.
pub(crate) fn collatz_steps(number: usize) -> usize {
    let next = |n: &usize| Some(if n % 2 == 0 { n / 2 } else { 3 * n + 1 });
    std::iter::successors(Some(number.max(1)), next).take_while(|&n| n != 1).count()
}

/// Collections are made of so many items.
pub(crate) const COLLECTED: usize = 1_000_000;

/// A number without a pattern, in few instructions.
pub(crate) fn mixed(number: usize) -> u64 {
    let bits = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits ^ bits >> 32
}

/// Eight items of 5 ms in front of 400 of 5 us, in units of about 100 ns.
pub(crate) fn front_heavy() -> Vec<u32> {
    [vec![50_000; 8], vec![50; 400]].concat()
}

/// Does so many units of work: steps of which the compiler cannot make fewer.
pub(crate) fn work(units: u32) -> u64 {
    let step = |bits: u64, _| (bits ^ bits >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (0..units * 50).fold(1, step) >> 32
}
