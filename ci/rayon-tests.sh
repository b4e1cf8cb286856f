#!/usr/bin/env bash
# Holds the stand-ins to what rayon and rayon-core test themselves with, read from the published packages where cargo
# keeps them:
#
#   items      each public path of theirs is one of the stand-in, and the other way round
#   tests      each file of tests/, and each test module in src/ that needs public items only, unmodified
#   examples   those of the documentation, with the programs that must not compile
#
# What cannot run or pass is listed here with its reason. Anything else that fails is an error, and so is a listed test
# that passes or a listed file that compiles.
set -euo pipefail
cd "$(dirname "$0")/.."

# Modules in rayon's src/ that test private parts: the consumers beneath `find_first` and `collect`.
private_modules='iter/find_first_last/test.rs iter/collect/test.rs'

# Tests in rayon-core's src/thread_pool/test.rs that read a private field of the pool; they are cut out of the file.
private_tests='workers_stop sleeper_stop'

# DIF-2: while the inner scope waits, jobs of the outer one do not run. Under the wait policy *anything* they do.
waiting='scope::test::mixed_lifo_order scope::test::mixed_fifo_order
    scope::test::mixed_lifo_fifo_order scope::test::mixed_fifo_lifo_order'

# DIF-3: it wants a fold of 2048 items to be cut. Time decides, so whether it passes is up to chance, and it does not run.
chance='iter::test::fold_is_full'

work=$(realpath -m "${CARGO_TARGET_DIR:-target}-rayon-tests")
unset CARGO_TARGET_DIR MOIRAI_WAIT MOIRAI_GUESTS
log=$work/log

fail() {
    echo "ci/rayon-tests.sh: $*" >&2
    exit 1
}

# project NAME DEPENDENCIES: starts a package in a folder of its own.
project() {
    mkdir -p "$work/$1/src" "$work/$1/tests"
    : >"$work/$1/src/lib.rs"
    printf '%s\n' '[workspace]' '[package]' 'name = "rayon-tests"' 'edition = "2021"' 'autotests = false' \
        '[features]' 'private = []' '[profile.dev]' 'debug = false' 'incremental = false' \
        '[dependencies]' "$2" >"$work/$1/Cargo.toml"
}

# version PACKAGE: that of the stand-in, which is that of what it stands in for.
version() {
    sed -n 's/^version = "\(.*\)"/\1/p' "compat/$1/Cargo.toml"
}

# source_of PACKAGE: where cargo keeps the published package.
source_of() {
    cargo metadata --format-version 1 --manifest-path "$work/published/Cargo.toml" |
        grep -o "\"manifest_path\":\"[^\"]*/$1-$(version "$1")/Cargo.toml\"" | cut -d '"' -f 4 | xargs dirname
}

# paths PROJECT CRATE: the public paths of a crate, by the pages of its modules.
paths() {
    cd "$work/$1/target/doc/$2"
    find . -name index.html -exec grep -oHE \
        'id="reexport\.\w+"|class="[a-z]+" href="(\w+\.\w+\.html|\w+/index\.html)"' {} + |
        sed -E 's/index\.html:id="reexport\.(\w+)"/\1/; s/index\.html:.*href="(\w+\.)?(\w+)[./].*/\2/' | sort -u
}

items() {
    local project crate
    for project in published standins; do
        # Hidden items count; the stable compiler shows them under this variable.
        RUSTC_BOOTSTRAP=1 RUSTDOCFLAGS='-Z unstable-options --document-hidden-items --cap-lints allow' \
            cargo doc --quiet --no-deps -p rayon -p rayon-core --manifest-path "$work/$project/Cargo.toml"
    done
    for crate in rayon rayon_core; do
        (paths published "$crate") >"$work/$crate.published"
        (paths standins "$crate") >"$work/$crate.standin"
        grep -qx './ThreadPoolBuilder' "$work/$crate.published" || fail "the pages of $crate were not understood"
        diff "$work/$crate.published" "$work/$crate.standin"
        echo "$crate: $(wc -l <"$work/$crate.standin") public paths, the same in both"
    done
}

# target NAME FILE [LINE]: adds a test target.
target() {
    printf '[[test]]\nname = "%s"\npath = "%s"\n%s\n' "$1" "$2" "${3:-}" >>"$work/standins/Cargo.toml"
}

# without FILE NAMES: the file less these test functions.
without() {
    awk -v names="$2" '
        BEGIN { split(names, list); for (i in list) cut[list[i]] }
        cutting { cutting = ($0 != "}"); next }
        /^$/ { printf "%s", held; held = ""; print; next }
        { held = held $0 "\n" }
        match($0, /^fn [a-z0-9_]+/) && (substr($0, 4, RLENGTH - 3) in cut) { held = ""; cutting = 1 }
        END { printf "%s", held }' "$1"
}

# What test modules in src/ find beside and above them, under the same paths.
rayon_modules() {
    cat <<END
#![allow(unused_imports, hidden_glob_reexports)]
pub use rayon::*;
mod iter {
    pub use rayon::iter::{plumbing::*, *};
    use std::collections::LinkedList;
    #[path = "$rayon/src/iter/test.rs"]
    mod test;
    mod fold_chunks {
        use rayon::iter::*;
        $(sed -n '/^#\[cfg(test)\]/,$p' "$rayon/src/iter/fold_chunks.rs")
    }
    mod fold_chunks_with {
        use rayon::iter::*;
        $(sed -n '/^#\[cfg(test)\]/,$p' "$rayon/src/iter/fold_chunks_with.rs")
    }
}
mod slice {
    #[path = "$rayon/src/slice/test.rs"]
    mod test;
}
END
}

core_modules() {
    local module
    cat <<END
#![allow(dead_code, unused_imports, hidden_glob_reexports)]
pub use rayon_core::*;
mod unwind {
    pub fn halt_unwinding<R>(body: impl FnOnce() -> R) -> std::thread::Result<R> {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(body))
    }
}
mod registry {
    pub fn in_worker<R: Send>(body: impl FnOnce(&(), bool) -> R + Send) -> R {
        rayon_core::scope(|_| body(&(), false))
    }
}
#[path = "$core/src/test.rs"]
mod test;
END
    for module in broadcast join scope spawn; do
        printf 'mod %s { use crate::*; #[path = "%s"] mod test; }\n' "$module" "$core/src/$module/test.rs"
    done
    printf 'mod thread_pool { #[path = "%s"] mod test; }\n' "$work/standins/thread_pool.rs"
}

generate() {
    local package file
    for package in rayon rayon-core; do
        for file in "$(source_of "$package")"/tests/*.rs; do
            target "$package-$(basename "$file" .rs)" "$file"
        done
    done
    rayon_modules >"$work/standins/tests/rayon_modules.rs"
    target rayon-modules tests/rayon_modules.rs
    without "$core/src/thread_pool/test.rs" "$private_tests" >"$work/standins/thread_pool.rs"
    core_modules >"$work/standins/tests/core_modules.rs"
    target rayon-core-modules tests/core_modules.rs
}

# run TIMEOUT_SECONDS ARGUMENTS: `cargo test` on the stand-ins.
run() {
    timeout --foreground "$1" cargo test --manifest-path "$work/standins/Cargo.toml" "${@:2}"
}

tests() {
    local test skipped=(--exact) passed
    for test in $waiting $chance; do
        skipped+=(--skip "$test")
    done
    run 1200 --quiet --no-run --tests
    run 900 --quiet --tests --no-fail-fast -- "${skipped[@]}" 2>&1 | tee "$log"
    passed=$(awk '/^test result: ok/ { sum += $4 } END { print sum + 0 }' "$log")
    [ "$passed" -ge 350 ] || fail "only $passed tests ran"
    for test in $waiting; do
        ! run 60 --test rayon-core-modules -- --exact "$test" >"$log" 2>&1 || fail "$test passes: take it off the list"
        grep -q '^test result: FAILED. 0 passed; 1 failed' "$log" || fail "$test did not run: $(<"$log")"
        MOIRAI_WAIT=anything run 60 --test rayon-core-modules -- --exact "$test" >"$log" 2>&1 || fail "$(<"$log")"
    done
    echo "$passed tests pass, and $(wc -w <<<"$waiting") under MOIRAI_WAIT=anything;" \
        "not run: $(wc -w <<<"$private_tests $chance") tests and $(wc -w <<<"$private_modules") modules"
}

# Checks that what is listed as private does not compile, by the names that it misses.
private_parts() {
    local listed number=0
    for listed in $private_modules; do
        number=$((number + 1))
        printf 'pub use rayon::*; mod iter { pub use rayon::iter::*; mod part { use rayon::iter::*;
            #[path = "%s"] mod test; } }' "$rayon/src/$listed" >"$work/standins/tests/private_$number.rs"
    done
    for listed in $private_tests; do
        number=$((number + 1))
        without "$core/src/thread_pool/test.rs" "${private_tests/$listed/}" >"$work/standins/with_$listed.rs"
        sed "s#/thread_pool.rs#/with_$listed.rs#" "$work/standins/tests/core_modules.rs" \
            >"$work/standins/tests/private_$number.rs"
    done
    for number in $(seq "$number"); do
        target "private-$number" "tests/private_$number.rs" 'required-features = ["private"]'
        ! run 1200 --no-run --features private --test "private-$number" >"$log" 2>&1 ||
            fail "number $number of the private parts compiles: take it off the list"
        grep -qE '^error\[E0(412|425|432|433|616)\]' "$log" || fail "$(<"$log")"
    done
}

# examples PACKAGE: its documentation's examples, linked with the stand-ins.
examples() {
    local crates name externs=()
    crates=$(run 1200 --no-run --tests --message-format json 2>/dev/null | grep -oE '"[^"]*\.rlib"' | tr -d '"')
    for name in rayon rayon_core crossbeam_deque crossbeam_utils either rand scoped_tls; do
        externs+=(--extern "$name=$(grep -E "/lib$name-[0-9a-f]+\.rlib$" <<<"$crates" | sort -u)")
    done
    timeout --foreground 900 rustdoc --test --edition 2021 --cap-lints allow --crate-name "${1//-/_}" \
        "$(source_of "$1")/src/lib.rs" "${externs[@]}" -L "dependency=$work/standins/target/debug/deps" >"$log" 2>&1 ||
        fail "$(<"$log")"
    sed -nE "s/^test result: ok\. ([0-9]+) passed.*/$1: \1 examples pass/p" "$log" | grep .
}

project published "rayon = \"=$(version rayon)\"
rayon-core = \"=$(version rayon-core)\""
project standins "rayon = { path = \"$PWD/compat/rayon\" }
rayon-core = { path = \"$PWD/compat/rayon-core\" }
[dev-dependencies]
crossbeam-deque = \"0.8\"
crossbeam-utils = \"0.8\"
either = \"1\"
libc = \"0.2\"
rand = \"0.9\"
rand_xorshift = \"0.4\"
scoped-tls = \"1.0\""
rayon=$(source_of rayon)
core=$(source_of rayon-core)

items
generate
tests
private_parts
examples rayon
examples rayon-core
