//! A small compressor, after Lempel and Ziv (1977): text is written as literals, and as copies of what came before.
//!
//! A block is a sequence of steps: the number of literals, the literals, the length of a copy and its distance back. Numbers
//! have seven bits a byte, the lowest first; the last step may lack the copy.

/// Shorter repetitions are not worth a copy.
const LEAST_COPY: usize = 5;

const HASH_BITS: u32 = 14;

/// The compressed form of a block.
pub(crate) fn compress(block: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(block.len() / 2);
    // Where a group of four bytes was seen last, plus one.
    let mut seen = vec![0_usize; 1 << HASH_BITS];
    let (mut at, mut literals) = (0, 0);
    while at + LEAST_COPY <= block.len() {
        let place = &mut seen[hash(&block[at..])];
        let before = std::mem::replace(place, at + 1);
        let length = match before.checked_sub(1) {
            Some(before) => common(&block[before..], &block[at..]),
            None => 0,
        };
        if length < LEAST_COPY {
            at += 1;
            continue;
        }
        put(&mut packed, at - literals);
        packed.extend(&block[literals..at]);
        put(&mut packed, length);
        put(&mut packed, at + 1 - before);
        at += length;
        literals = at;
    }
    put(&mut packed, block.len() - literals);
    packed.extend(&block[literals..]);
    packed
}

/// The block of at most `most` bytes that `packed` is the compressed form of; `None`: of none.
pub(crate) fn decompress(mut packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut block = Vec::new();
    loop {
        let literals = take(&mut packed).filter(|literals| *literals <= most - block.len())?;
        block.extend(packed.get(..literals)?);
        packed = &packed[literals..];
        if packed.is_empty() {
            return Some(block);
        }
        let length = take(&mut packed).filter(|length| *length <= most - block.len())?;
        let distance = take(&mut packed)?;
        let start = block.len().checked_sub(distance).filter(|start| *start < block.len())?;
        // The copy may run into itself.
        for from in start..start + length {
            block.push(block[from]);
        }
    }
}

fn hash(bytes: &[u8]) -> usize {
    let group = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    (group.wrapping_mul(0x9E37_79B1) >> (u32::BITS - HASH_BITS)) as usize
}

/// How far two texts agree.
fn common(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

/// Appends a number.
pub(crate) fn put(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
