#!/usr/bin/env bash
# Fuzzes: random programs over the whole interface, on pools whose schedule is drawn from the input (fuzz/src/programs.rs),
# what the system says about the machine (fuzz/src/sysfs.rs), and the writers of traces (fuzz/src/trace.rs).
#
#   ci/fuzz.sh                    each target for a minute
#   ci/fuzz.sh 600 programs       this target, for ten minutes
#   ci/fuzz.sh repeat FILE...     these inputs of `programs`
#
# What is found is written to fuzz/findings; inputs that reach new code are kept below the target folder, and some tens of
# them, drawn at random from a smallest set that reaches all, in fuzz/corpus. libFuzzer comes with the crate libfuzzer-sys and
# is compiled by a C++ compiler.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

target=$(realpath -m "${CARGO_TARGET_DIR:-../target}-fuzz")
triple=$(rustc -vV | sed -n 's/^host: //p')

# What makes the program tell libFuzzer where it has been.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage+=" -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
RUSTFLAGS="$coverage --cfg fuzzing" CARGO_TARGET_DIR=$target cargo build --quiet --release --target "$triple"

if [ "${1:-}" = repeat ]; then
    exec "$target/$triple/release/programs" "${@:2}"
fi
seconds=${1:-60}
targets=("${@:2}")
if [ ${#targets[@]} = 0 ]; then
    targets=(programs sysfs trace)
fi
mkdir -p findings
for name in "${targets[@]}"; do
    mkdir -p "$target/corpus/$name" "corpus/$name"
    "$target/$triple/release/$name" "$target/corpus/$name" "corpus/$name" \
        -max_total_time="$seconds" -max_len=400 -len_control=0 -timeout=60 -print_final_stats=1 -artifact_prefix=findings/
done
