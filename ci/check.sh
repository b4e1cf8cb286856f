#!/usr/bin/env bash
# Everything that must hold before a change is done.
#
#   ci/check.sh          what a change needs while it is made: some minutes
#   ci/check.sh full     also the models, the stress test, instruction counts, memcheck, other versions, rayon's own tests
#                        and crates that use rayon; CI runs this
#
# Needs the Rust toolchain with rustfmt and clippy; `full` also valgrind, which it installs itself where it can.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-quick}
case "$mode" in
quick | full) ;;
*)
    echo "usage: ci/check.sh [quick|full]" >&2
    exit 2
    ;;
esac

target=${CARGO_TARGET_DIR:-target}

# Builds under flags of their own get folders of their own, or each would throw away the other's work.
own_target() {
    export CARGO_TARGET_DIR="$target-$1"
}

# Runs a command in a subshell. Not as a condition: there `set -e` would be off within it.
current=''
trap 'code=$?; if [ "$code" != 0 ]; then echo "== FAILED: $current" >&2; fi' EXIT
step() {
    current=$1
    shift
    printf '\n== %s\n' "$current"
    local start=$SECONDS
    ("$@")
    printf '== %s: %d s\n' "$current" $((SECONDS - start))
}

# Runs cargo's test command, and fails if a filter or a cfg left nothing to run.
some_tests() {
    local log
    log=$("$@" 2>&1 | tee >(cat >&2))
    if ! grep -qE '^test result: ok\. [1-9][0-9]* passed' <<<"$log"; then
        echo "no test ran" >&2
        return 1
    fi
}

# What the features add: schedules on demand, timelines, spans.
features() {
    local test
    for test in seeded trace subscriber; do
        some_tests cargo test --all-features --test "$test"
    done
    some_tests cargo test --all-features --lib trace::
    some_tests cargo test --all-features --doc -- trace seed
}

# Each loop of the comparison with other crates, which has a workspace of its own, once.
peers() {
    own_target peers
    cargo fmt --manifest-path benches/peers/Cargo.toml --check
    cargo clippy --manifest-path benches/peers/Cargo.toml --all-targets -- -D warnings
    cargo test --release --manifest-path benches/peers/Cargo.toml --bench peers
}

docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features
}

# The program of the README on real input, and its answer to no input.
main_job() {
    cargo run --release --example textstats
    local code=0
    cargo run --quiet --release --example textstats -- /no/such/path || code=$?
    if [ "$code" != 2 ]; then
        echo "textstats without input: exit code $code instead of 2" >&2
        return 1
    fi
}

loom_models() {
    own_target loom
    RUSTFLAGS="--cfg loom" some_tests cargo test --release --lib loom_
}

stress_with_yields() {
    own_target yields
    RUSTFLAGS="--cfg moirai_yield_injection" some_tests cargo test --release --test stress
}

# The lowest versions that Cargo.toml allows of what we depend on.
lowest_versions() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    # Only what is needed to build the library, as it is in the working tree.
    cp -r Cargo.toml src compat "$copy"
    sed -i -e '/^\[\[bench\]\]/,/^$/d' -e '/^\[\[test\]\]/,/^$/d' -e '/^\[dev-dependencies\]/,/^$/d' "$copy/Cargo.toml"
    own_target lowest
    CARGO_TARGET_DIR=$(realpath -m "$CARGO_TARGET_DIR")
    cd "$copy"
    RUSTC_BOOTSTRAP=1 cargo -Z direct-minimal-versions generate-lockfile
    cargo check --lib --all-features
}

step "format" cargo fmt --all --check
step "clippy" cargo clippy --workspace --all-targets -- -D warnings
step "clippy, all features" cargo clippy --workspace --all-targets --all-features -- -D warnings
step "tests and doc tests" cargo test --workspace
step "features" features
step "documentation" docs
step "benches: each workload once" cargo test --release --bench '*'
if [ "$mode" = full ]; then
    step "the README's program" main_job
    step "loom models" loom_models
    step "stress with injected yields" stress_with_yields
    step "instructions per join" ci/instructions.sh
    step "memcheck of examples" ci/memcheck.sh
    step "lowest versions" lowest_versions
    step "oldest compiler" ci/oldest.sh
    step "rayon's own tests" ci/rayon-tests.sh
    step "crates that use rayon" ci/ecosystem.sh
    step "beside other crates: each loop once" peers
fi
printf '\nall checks passed in %d s\n' "$SECONDS"
