//! Capacities, sizes and alignments.

use moirai::channel::{self, CapacityError};
use std::panic::catch_unwind;

#[test]
fn bad_capacities_are_errors() {
    assert_eq!(channel::try_spsc::<u8>(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(channel::try_mpmc::<u8>(0).unwrap_err(), CapacityError::Zero);
    assert_eq!(channel::spsc_mapped::<u8>(0).unwrap_err(), CapacityError::Zero);
    for odd in [3, 5, 6, 7, 100, usize::MAX] {
        let error = CapacityError::NotAPowerOfTwo(odd);
        assert_eq!(channel::try_spsc::<u8>(odd).unwrap_err(), error);
        assert_eq!(channel::try_mpmc::<u8>(odd).unwrap_err(), error);
        assert_eq!(channel::spsc_mapped::<u8>(odd).unwrap_err(), error);
    }
    let over = 2 * channel::MAX_CAPACITY;
    assert_eq!(channel::try_spsc::<()>(over).unwrap_err(), CapacityError::TooLarge(over));
    assert_eq!(channel::try_mpmc::<()>(over).unwrap_err(), CapacityError::TooLarge(over));
}

#[test]
fn memory_that_is_not_there_is_an_error() {
    for capacity in [1 << (usize::BITS - 6), channel::MAX_CAPACITY] {
        let error = CapacityError::Allocation { capacity };
        assert_eq!(channel::try_spsc::<[u64; 4]>(capacity).unwrap_err(), error);
        assert_eq!(channel::try_mpmc::<[u64; 4]>(capacity).unwrap_err(), error);
        assert!(channel::spsc_mapped::<[u64; 4]>(capacity).is_err());
    }
    // Addresses enough, but not for this machine.
    #[cfg(target_pointer_width = "64")]
    assert!(channel::spsc_mapped::<[u8; 4096]>(1 << 40).is_err());
}

#[test]
fn the_constructors_panic_with_the_error() {
    let message = |result: std::thread::Result<()>| {
        *result.unwrap_err().downcast::<String>().expect("a message")
    };
    let spsc = message(catch_unwind(|| drop(channel::spsc::<u8>(12))));
    let mpmc = message(catch_unwind(|| drop(channel::mpmc::<u8>(0))));
    assert_eq!(spsc, "a channel's capacity must be a power of two, which 12 is not");
    assert_eq!(mpmc, "a channel's capacity must not be zero");
}

#[test]
fn values_without_size_are_counted() {
    let (mut sender, mut receiver) = channel::spsc::<()>(channel::MAX_CAPACITY);
    assert_eq!(sender.reserve(1000).unwrap().fill(std::iter::repeat(())), 1000);
    assert_eq!(receiver.recv_batch(10).unwrap().len(), 10);
    assert_eq!(receiver.try_iter().count(), 990);
    let (sender, receiver) = channel::mpmc::<()>(channel::MAX_CAPACITY);
    assert!((0..1000).all(|_| sender.try_send(()).is_ok()));
    assert_eq!((sender.len(), receiver.try_iter().count()), (1000, 1000));
    let (sender, receiver) = channel::mpmc::<()>(2);
    assert!(sender.try_send(()).is_ok() && sender.try_send(()).is_ok());
    assert!(sender.try_send(()).is_err());
    assert_eq!(receiver.try_iter().count(), 2);
    assert!(!channel::spsc_mapped::<()>(4).unwrap().0.is_mapped());
}

#[repr(align(4096))]
#[derive(Clone, Copy, PartialEq, Debug)]
struct Page(u8);

#[repr(align(8192))]
struct TwoPages;

#[test]
fn alignments_are_kept() {
    let check = |value: &Page| assert_eq!(std::ptr::from_ref(value).addr() % 4096, 0);
    for mapped in [false, true] {
        let made = if mapped { channel::spsc_mapped(2) } else { channel::try_spsc(2) };
        let (mut sender, mut receiver) = made.unwrap();
        for round in 0..5 {
            assert!(sender.reserve(2).unwrap().fill([Page(round), Page(round)]) >= 1);
            for value in &*receiver.recv_batch(2).unwrap() {
                check(value);
                assert_eq!(value.0, round);
            }
            while receiver.try_recv().is_ok() {}
        }
    }
    let (sender, receiver) = channel::mpmc(2);
    sender.send(Page(1)).unwrap();
    assert_eq!(receiver.recv(), Ok(Page(1)));
    // More than a page: not mapped, but right.
    let (sender, receiver) = channel::spsc_mapped(2).unwrap();
    assert!(!sender.is_mapped() && sender.send(TwoPages).is_ok() && receiver.recv().is_ok());
}

#[test]
fn every_capacity_works_from_one_on() {
    for capacity in [1, 2, 4, 8, 64] {
        let (sender, receiver) = channel::spsc(capacity);
        let (many, many_receiver) = channel::mpmc(capacity);
        assert_eq!((sender.capacity(), many_receiver.capacity()), (capacity, capacity));
        for round in 0..5 {
            for value in 0..capacity {
                sender.try_send(round + value).unwrap();
                many.try_send(round + value).unwrap();
            }
            assert!(sender.try_send(0).unwrap_err().is_full());
            assert!(many.try_send(0).unwrap_err().is_full());
            assert_eq!((receiver.len(), many.len()), (capacity, capacity));
            assert!(receiver.try_iter().eq(round..round + capacity));
            assert!(many_receiver.try_iter().eq(round..round + capacity));
            assert!(sender.is_empty() && many_receiver.is_empty());
        }
    }
}
