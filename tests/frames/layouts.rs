//! Types of all sizes and alignments.

use moirai::frames::{Frame, FramePool};

/// Many frames at once: each at its own, aligned address, with the value that it was given.
fn hold<T: PartialEq + std::fmt::Debug>(value: impl Fn(usize) -> T) {
    for bound in [0, 10, 1000] {
        let pool = FramePool::with_bound(bound);
        for _ in 0..2 {
            let frames: Vec<Frame<T>> = (0..200).map(|n| pool.acquire(value(n))).collect();
            let mut addresses: Vec<usize> =
                frames.iter().map(|frame| (&raw const **frame).addr()).collect();
            for (n, frame) in frames.iter().enumerate() {
                assert_eq!(**frame, value(n));
                assert_eq!(addresses[n] % align_of::<T>(), 0);
            }
            addresses.sort_unstable();
            assert!(addresses.windows(2).all(|pair| pair[1] - pair[0] >= size_of::<T>().max(1)));
        }
    }
}

#[test]
fn sizes() {
    hold(|_| ());
    hold(|n| n as u8);
    hold(|n| n as u64);
    hold(|n| [n as u8; 3]);
    hold(|n| [n; 32]);
    hold(|n| n.to_string());
    hold(Box::new);
}

#[test]
fn a_frame_is_larger_than_a_slab_would_be() {
    let pool = FramePool::new();
    let frames = [1, 2, 3].map(|n| pool.acquire([n; 20_000]));
    assert!(frames.iter().zip(1_u64..).all(|(frame, n)| frame[19_999] == n));
}

#[derive(PartialEq, Debug)]
#[repr(align(256))]
struct Aligned(usize);

#[derive(PartialEq, Debug)]
#[repr(align(8192))]
struct ByPages(u8);

#[derive(PartialEq, Debug)]
#[repr(align(128))]
struct Nothing;

#[test]
fn alignments() {
    hold(Aligned);
    hold(|n| ByPages(n as u8));
    hold(|_| Nothing);
}

#[test]
fn values_that_borrow() {
    let text = String::from("clotho lachesis atropos");
    let pool = FramePool::new();
    let words: Vec<Frame<&str>> = text.split(' ').map(|word| pool.acquire(word)).collect();
    assert_eq!(words.iter().map(|word| word.len()).sum::<usize>(), 21);
}

#[test]
fn values_that_stay_on_their_thread() {
    let pool = FramePool::new();
    let shared = std::rc::Rc::new(1);
    let frame = pool.acquire(shared.clone());
    // Memory only: the pool itself may go to another thread, whatever its values are.
    std::thread::scope(|s| {
        s.spawn(|| drop(pool.acquire(std::rc::Rc::new(2))));
    });
    drop(frame);
    assert_eq!(std::rc::Rc::strong_count(&shared), 1);
}

#[test]
fn a_frame_is_two_words() {
    assert_eq!(size_of::<Frame<[u64; 9]>>(), 2 * size_of::<usize>());
    assert_eq!(size_of::<Option<Frame<u8>>>(), 2 * size_of::<usize>());
}
