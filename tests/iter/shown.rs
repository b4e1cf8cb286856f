//! Items of all types as one type that can be compared, and that holds the item.

use super::tracked::Tracked;

/// What an item looks like, and the item itself, which lives as long.
pub(super) struct Shown<'a> {
    pub(super) look: Vec<u64>,
    _item: Box<dyn Held + 'a>,
}

trait Held: Send {}

impl<T: Send> Held for T {}

impl<'a, S: Show + Send + 'a> From<S> for Shown<'a> {
    fn from(item: S) -> Self {
        Shown { look: look(&item), _item: Box::new(item) }
    }
}

/// What an item looks like.
pub(super) fn look(item: &(impl Show + ?Sized)) -> Vec<u64> {
    let mut look = Vec::new();
    item.show(&mut look);
    look
}

/// An item that can be looked at.
pub(super) trait Show {
    fn show(&self, look: &mut Vec<u64>);
}

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Show for $number {
            fn show(&self, look: &mut Vec<u64>) {
                look.push(*self as u64);
            }
        }
    )+};
}
numbers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize char }

impl<const BYTES: usize> Show for Tracked<BYTES> {
    fn show(&self, look: &mut Vec<u64>) {
        look.push(self.number().into());
    }
}

impl Show for str {
    fn show(&self, look: &mut Vec<u64>) {
        look.extend(self.bytes().map(u64::from));
        // Neighbours are not to run together.
        look.push(u64::MAX);
    }
}

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, look: &mut Vec<u64>) {
        (**self).show(look);
    }
}

impl<T: Show + ?Sized> Show for &mut T {
    fn show(&self, look: &mut Vec<u64>) {
        (**self).show(look);
    }
}

impl<T: Show> Show for [T] {
    fn show(&self, look: &mut Vec<u64>) {
        self.iter().for_each(|item| item.show(look));
    }
}

impl<T: Show, const N: usize> Show for [T; N] {
    fn show(&self, look: &mut Vec<u64>) {
        self[..].show(look);
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self, look: &mut Vec<u64>) {
        self[..].show(look);
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self, look: &mut Vec<u64>) {
        self.as_slice().show(look);
    }
}

impl<T: Show> Show for std::ops::Range<T> {
    fn show(&self, look: &mut Vec<u64>) {
        self.start.show(look);
        self.end.show(look);
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: Show),+> Show for ($($name,)+) {
            fn show(&self, look: &mut Vec<u64>) {
                #[allow(non_snake_case, reason = "the fields are named after their types")]
                let ($($name,)+) = self;
                $($name.show(look);)+
            }
        }
    };
}
tuples! { A }
tuples! { A B }
tuples! { A B C }
tuples! { A B C D }
tuples! { A B C D E }
tuples! { A B C D E F }
tuples! { A B C D E F G }
tuples! { A B C D E F G H }
tuples! { A B C D E F G H I }
tuples! { A B C D E F G H I J }
tuples! { A B C D E F G H I J K }
tuples! { A B C D E F G H I J K L }
