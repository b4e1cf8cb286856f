//! Values that can be made as good as new.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};

/// A value that can be made as good as new, and is cheaper to keep than to make: see [`ResetPool`](crate::frames::ResetPool).
///
/// The standard library's collections become empty, and keep the memory that they have.
///
/// # Examples
///
/// ```
/// use moirai::frames::{Reset, ResetPool};
///
/// /// What a request is parsed into.
/// #[derive(Default)]
/// struct Request {
///     user: String,
///     is_admin: bool,
///     fields: Vec<String>,
/// }
///
/// impl Reset for Request {
///     fn reset(&mut self) {
///         // Naming all fields lets the compiler complain when one is added.
///         let Request { user, is_admin, fields } = self;
///         user.clear();
///         *is_admin = false;
///         fields.clear();
///     }
/// }
///
/// let pool = ResetPool::<Request>::new();
/// pool.acquire().is_admin = true;
/// assert!(!pool.acquire().is_admin);
/// ```
pub trait Reset {
    /// Makes the value as good as a new one: nothing that its last user has put into it can be seen by the next.
    ///
    /// If this panics the value is dropped, and never seen again.
    ///
    /// # Examples
    ///
    /// ```
    /// use moirai::frames::Reset;
    ///
    /// let mut line = String::from("thread");
    /// line.reset();
    /// assert!(line.is_empty() && line.capacity() >= 6);
    /// ```
    fn reset(&mut self);
}

/// `clear` is the reset of these.
macro_rules! cleared {
    ($([$($parameters:tt)*] $type:ty;)*) => {
        $(
            impl<$($parameters)*> Reset for $type {
                fn reset(&mut self) {
                    self.clear();
                }
            }
        )*
    };
}

cleared! {
    [] String;
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] BinaryHeap<T>;
    [T] BTreeSet<T>;
    [K, V] BTreeMap<K, V>;
    [T, S] HashSet<T, S>;
    [K, V, S] HashMap<K, V, S>;
}

impl<T: Reset + ?Sized> Reset for Box<T> {
    fn reset(&mut self) {
        (**self).reset();
    }
}
