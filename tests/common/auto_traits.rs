//! Asks whether a type has a trait, with `false` as an answer instead of a compile error.

/// `has!(Type: Trait)` is a `bool`.
macro_rules! has {
    ($type:ty : $trait:path) => {{
        #[allow(dead_code, reason = "which constant is read depends on the type")]
        fn answer() -> bool {
            struct Ask<T: ?Sized>(std::marker::PhantomData<T>);
            trait Otherwise {
                const ANSWER: bool = false;
            }
            impl<T: ?Sized> Otherwise for Ask<T> {}
            // An inherent constant goes before the trait's where its bound holds.
            impl<T: ?Sized + $trait> Ask<T> {
                const ANSWER: bool = true;
            }
            Ask::<$type>::ANSWER
        }
        answer()
    }};
}
