//! Random programs over the whole interface (`tests/programs`), on pools whose schedule is drawn from the input too: so that
//! what is found is found again.

#![no_main]

#[path = "../../tests/programs/bytes.rs"]
mod bytes;
#[path = "../../tests/programs/chain.rs"]
mod chain;
#[path = "../../tests/programs/program.rs"]
mod program;
#[path = "../../tests/programs/run.rs"]
mod run;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((seed, bytes)) = input.split_first() else { return };
    run::check(bytes, &run::Pools::new(u64::from(*seed)));
});
