//! What is collected into a [`Cow`]: always an owned one.
use std::borrow::Cow;

use crate::iter::{FromParallelIterator, IntoParallelIterator};

impl<C, T> FromParallelIterator<T> for Cow<'_, C>
where
    C: ToOwned<Owned: FromParallelIterator<T>> + ?Sized,
    T: Send,
{
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(par_iter: I) -> Self {
        Cow::Owned(C::Owned::from_par_iter(par_iter))
    }
}
