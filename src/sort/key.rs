//! Numbers by which a radix sort can sort.

/// What can be put in order by at most 64 bits: integers, `bool`, `char`, `f32` and `f64`, and what else implements it.
///
/// ```
/// use moirai::sort::RadixKey;
///
/// assert!((-1_i32).to_ordered_bits() < 1_i32.to_ordered_bits());
/// ```
pub trait RadixKey: Copy {
    /// Bits that are ordered as the values are, read as a number.
    ///
    /// ```
    /// use moirai::sort::RadixKey;
    ///
    /// assert!(f32::NEG_INFINITY.to_ordered_bits() < (-0.0_f32).to_ordered_bits());
    /// ```
    fn to_ordered_bits(self) -> u64;

    /// Whether values of equal bits are one and the same, so that one may be written for the other.
    #[doc(hidden)]
    const IS_WHOLE: bool = false;
}

macro_rules! radix_keys {
    ($($number:ty: $bits:expr),+ $(,)?) => {$(
        impl RadixKey for $number {
            #[inline]
            fn to_ordered_bits(self) -> u64 {
                let bits: fn($number) -> u64 = $bits;
                bits(self)
            }

            const IS_WHOLE: bool = true;
        }
    )+};
}

/// Makes negative numbers the lower half.
const SIGN: u64 = 1 << 63;

radix_keys! {
    bool: u64::from,
    char: |number| u64::from(u32::from(number)),
    u8: u64::from,
    u16: u64::from,
    u32: u64::from,
    u64: |number| number,
    usize: |number| number as u64,
    i8: |number| u64::from(number as u8 ^ (1 << 7)),
    i16: |number| u64::from(number as u16 ^ (1 << 15)),
    i32: |number| u64::from(number as u32 ^ (1 << 31)),
    i64: |number| number as u64 ^ SIGN,
    isize: |number| number as u64 ^ SIGN,
    // The bits of a negative number grow as it falls.
    f32: |number| {
        let bits = number.to_bits();
        u64::from(if bits >> 31 == 0 { bits | 1 << 31 } else { !bits })
    },
    f64: |number| {
        let bits = number.to_bits();
        if bits & SIGN == 0 { bits | SIGN } else { !bits }
    },
}
