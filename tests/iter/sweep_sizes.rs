//! The sweep with items of no bytes and of many, for those that put items in memory.

use super::sweep::check;
use super::sweep_adaptors::{item_by_item, numbered};
use super::sweep_slices::runs;
use super::sweep_sources::{made_up, sequences};

#[test]
fn items_without_bytes() {
    watch!();
    check(item_by_item::<0>);
    check(numbered::<0>);
    check(sequences::<0>);
    check(made_up::<0>);
    check(runs::<0>);
}

#[test]
fn items_of_128_bytes() {
    watch!();
    check(item_by_item::<128>);
    check(sequences::<128>);
}
