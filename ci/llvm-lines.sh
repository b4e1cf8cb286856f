#!/usr/bin/env bash
# Counts the lines of LLVM's code that one kind of call adds to a program, for rayon and for moirai: what the compiler has to work
# through, before it optimizes, in a crate with nothing but `numbers.par_iter().map(..).sum()`.
#
#   ci/llvm-lines.sh [N]    also the N functions with the most lines
set -euo pipefail
cd "$(dirname "$0")/.."

top=${1:-0}
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}-lines

# lines CRATE DEPENDENCY
lines() {
    mkdir -p "$folder/$1/src"
    printf '[workspace]\n[package]\nname = "lines-%s"\nedition = "2024"\n[dependencies]\n%s\n' "$1" "$2" >"$folder/$1/Cargo.toml"
    printf 'use %s::prelude::*;\npub fn call(numbers: &[u64]) -> u64 { numbers.par_iter().map(|n| n * 3 + 1).sum() }\n' "$1" \
        >"$folder/$1/src/lib.rs"
    cargo rustc --quiet --release --manifest-path "$folder/$1/Cargo.toml" -- \
        --emit="llvm-ir=$folder/$1.ll" -C no-prepopulate-passes -C codegen-units=1
    awk -v crate="$1" -v top="$top" '
        /^define / { match($0, /@"?[^"(]+/); name = substr($0, RSTART + 1, RLENGTH - 1); inside = 1; functions++ }
        inside { total++; of[name]++ }
        /^}/ { inside = 0 }
        END {
            printf "%-8s%8d lines in %d functions\n", crate, total, functions
            for (name in of) print of[name], name | "sort -rn | head -n " top
        }' "$folder/$1.ll"
}

lines rayon 'rayon = "1.12.0"'
lines moirai "moirai = { path = \"$root\" }"
