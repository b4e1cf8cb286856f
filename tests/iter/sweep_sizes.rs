//! The sweep with items of no bytes and of many, whatever the iterators do with them.

use super::sweep::check;
use super::sweep_adaptors::{item_by_item, nested, numbered};

#[test]
fn items_without_bytes() {
    watch!();
    check(item_by_item::<0>);
    check(nested::<0>);
    check(numbered::<0>);
}

#[test]
fn items_of_128_bytes() {
    watch!();
    check(item_by_item::<128>);
    check(nested::<128>);
    check(numbered::<128>);
}
