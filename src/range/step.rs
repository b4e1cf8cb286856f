//! What ranges consist of: integers and `char`, counted in steps.
use std::ops::Range;

/// A value that ranges consist of.
#[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
pub trait Step: Copy + Send + PartialOrd {
    /// The sequential range; std's own where that knows its length.
    type Run: From<Range<Self>> + DoubleEndedIterator<Item = Self> + ExactSizeIterator;

    /// The largest value.
    const MAX: Self;

    /// How many values there are from `self` up to `end`, which is not less.
    fn distance(self, end: Self) -> u128;

    /// The value that comes so many values later; the caller knows that there is one.
    fn forward(self, count: u128) -> Self;
}

/// An integer.
#[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
pub trait RangeInteger: Step {}

/// An integer whose ranges are indexed.
#[allow(unnameable_types, reason = "sealed: it is not for others to implement")]
pub trait IndexedRangeInteger: RangeInteger {}

macro_rules! integers {
    ($run:ident: $($int:ty)+) => {$(
        impl Step for $int {
            type Run = $run<$int>;
            const MAX: $int = <$int>::MAX;

            fn distance(self, end: $int) -> u128 {
                // Modulo 2^128, in which the difference is right whatever the signs.
                (end as u128).wrapping_sub(self as u128)
            }

            fn forward(self, count: u128) -> $int {
                // Modulo the size of the type; the result is in range by the demand on the caller.
                self.wrapping_add(count as $int)
            }
        }

        impl RangeInteger for $int {}
    )+};
}
integers! { Range: u8 u16 u32 usize i8 i16 i32 isize }
integers! { ExactRun: u64 u128 i64 i128 }

macro_rules! indexed_integers {
    ($($int:ty)+) => {$( impl IndexedRangeInteger for $int {} )+};
}
indexed_integers! { u8 u16 u32 usize i8 i16 i32 isize }

/// Numbers the chars without the gap that the surrogates leave.
fn char_to_number(c: char) -> u32 {
    let code = u32::from(c);
    if code < FIRST_SURROGATE { code } else { code - SURROGATES }
}

/// The inverse of [`char_to_number`].
fn number_to_char(number: u32) -> char {
    let code = if number < FIRST_SURROGATE { number } else { number + SURROGATES };
    char::from_u32(code).expect("within the range, which ends at a char")
}

const FIRST_SURROGATE: u32 = 0xD800;
const SURROGATES: u32 = 0x800;

impl Step for char {
    type Run = ExactRun<char>;
    const MAX: char = char::MAX;

    fn distance(self, end: char) -> u128 {
        u128::from(char_to_number(end) - char_to_number(self))
    }

    fn forward(self, count: u128) -> char {
        number_to_char(char_to_number(self) + count as u32)
    }
}

/// A sequential range that claims to know its length, which std's does not for all types.
///
/// The claim is true of all that indexed drives make: their lengths fit `usize`.
#[derive(Debug)]
#[allow(unnameable_types, reason = "it is named in a sealed trait only")]
pub struct ExactRun<T>(Range<T>);

impl<T> From<Range<T>> for ExactRun<T> {
    fn from(range: Range<T>) -> Self {
        ExactRun(range)
    }
}

impl<T> Iterator for ExactRun<T>
where
    Range<T>: Iterator<Item = T>,
{
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<T> {
        self.0.nth(n)
    }

    fn fold<B, F: FnMut(B, T) -> B>(self, init: B, f: F) -> B {
        self.0.fold(init, f)
    }
}

impl<T> DoubleEndedIterator for ExactRun<T>
where
    Range<T>: DoubleEndedIterator<Item = T>,
{
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }

    fn nth_back(&mut self, n: usize) -> Option<T> {
        self.0.nth_back(n)
    }

    fn rfold<B, F: FnMut(B, T) -> B>(self, init: B, f: F) -> B {
        self.0.rfold(init, f)
    }
}

impl<T> ExactSizeIterator for ExactRun<T> where Range<T>: Iterator<Item = T> {}
