//! `Debug` for types that hold closures.

/// Implements `Debug` for a type from the fields listed, leaving out those that hold closures.
///
/// A derive would demand `Debug` of the closures as well.
macro_rules! opaque_debug {
    ($name:ident<$($param:ident),+> { $($field:ident: $bound:ident),+ }) => {
        impl<$($param),+> ::std::fmt::Debug for $name<$($param),+>
        where
            $($bound: ::std::fmt::Debug),+
        {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))+
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use opaque_debug;
