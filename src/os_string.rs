//! What is collected into an [`OsString`].
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use crate::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, gather};

macro_rules! os_strings_from {
    ($([$($generics:tt)*] $item:ty),+) => {$(
        impl<$($generics)*> ParallelExtend<$item> for OsString {
            fn par_extend<I: IntoParallelIterator<Item = $item>>(&mut self, par_iter: I) {
                let items = gather(par_iter.into_par_iter());
                let parts = || items.slices().flatten().map(AsRef::<OsStr>::as_ref);
                self.reserve(parts().map(OsStr::len).sum());
                self.extend(parts());
            }
        }

        impl<$($generics)*> FromParallelIterator<$item> for OsString {
            fn from_par_iter<I: IntoParallelIterator<Item = $item>>(par_iter: I) -> Self {
                let mut string = OsString::new();
                string.par_extend(par_iter);
                string
            }
        }
    )+};
}
os_strings_from! { ['a] &'a OsStr, [] OsString, ['a] Cow<'a, OsStr> }
