//! What `&[T]` and `&mut [T]` have in common where they fall into pieces.
use crate::pieces::Strip;

/// A borrowed slice, shared or mutable.
pub(super) trait SliceStrip: Strip {
    type Element;

    fn elements(&self) -> &[Self::Element];

    /// As [`slice::split`].
    fn pieces<P: Fn(&Self::Element) -> bool>(self, pred: &P) -> impl Iterator<Item = Self>;

    /// As [`slice::split_inclusive`].
    fn inclusive_pieces<P>(self, pred: &P) -> impl Iterator<Item = Self>
    where
        P: Fn(&Self::Element) -> bool;

    /// As [`slice::chunk_by`].
    fn runs<P>(self, pred: &P) -> impl Iterator<Item = Self>
    where
        P: Fn(&Self::Element, &Self::Element) -> bool;
}

impl<T: Sync> SliceStrip for &[T] {
    type Element = T;

    fn elements(&self) -> &[T] {
        self
    }

    fn pieces<P: Fn(&T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.split(pred)
    }

    fn inclusive_pieces<P: Fn(&T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.split_inclusive(pred)
    }

    fn runs<P: Fn(&T, &T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.chunk_by(pred)
    }
}

impl<T: Send> SliceStrip for &mut [T] {
    type Element = T;

    fn elements(&self) -> &[T] {
        self
    }

    fn pieces<P: Fn(&T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.split_mut(pred)
    }

    fn inclusive_pieces<P: Fn(&T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.split_inclusive_mut(pred)
    }

    fn runs<P: Fn(&T, &T) -> bool>(self, pred: &P) -> impl Iterator<Item = Self> {
        self.chunk_by_mut(pred)
    }
}
