#!/usr/bin/env bash
# Runs the tests under ThreadSanitizer, with a standard library that is instrumented too; then plants a fault (the latch of a
# stolen job is set without Release) and checks that it is reported, or the silence before would prove nothing.
#
#   ci/tsan.sh                 the test programs named below; some ten minutes on two processors
#   ci/tsan.sh driver stress   these programs only
#
# ThreadSanitizer does not model stand-alone fences. No hand-over of the pool rests on one: fences only order a store before
# a later load of another word, and what passes between threads passes by Release and Acquire (docs/memory-ordering.md).
#
# Needs Debian: a second compiler with the sources of its standard library (rustc-web, rust-web-src) is installed by apt, and
# the sanitizer's run-time library is taken from the toolchain of rustup.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=("$@")
if [ ${#programs[@]} = 0 ]; then
    programs=(conformance liveness driver stress iter)
fi

if [ ! -x /usr/bin/rustc ] || [ ! -d /usr/lib/rustlib/src/rust/library ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src >/dev/null
fi
triple=x86_64-unknown-linux-gnu
runtime=$(rustc --print sysroot)/lib/rustlib/$triple/lib/librustc-stable_rt.tsan.a
if [ ! -f "$runtime" ]; then
    echo "ci/tsan.sh: no sanitizer run-time library at $runtime" >&2
    exit 2
fi
for channel in stable dev nightly; do
    ln -sf "$runtime" "/usr/lib/rustlib/$triple/lib/librustc-${channel}_rt.tsan.a"
done

export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export TSAN_OPTIONS="exitcode=66 history_size=7"
# Everything is some ten times slower.
export MOIRAI_TEST_TIMEOUT_SECONDS=${MOIRAI_TEST_TIMEOUT_SECONDS:-600}

# run FLAGS PROGRAM [FILTER]: one test program
run() {
    RUSTFLAGS="-Zsanitizer=thread --cfg moirai_tsan $1" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}-tsan" \
        /usr/bin/cargo test -Zbuild-std --target "$triple" --test "$2" -- "${@:3}"
}

for program in "${programs[@]}"; do
    # Only our own crate: the protocols of the one that we compare with rest on fences.
    filter=()
    case $program in conformance | liveness | stress) filter=(on_moirai) ;; esac
    run "" "$program" "${filter[@]}"
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if run '--cfg moirai_mutant="latch::set"' stress on_moirai::volume >"$log" 2>&1; then
    cat "$log" >&2
    echo "ci/tsan.sh: the planted fault was not reported" >&2
    exit 1
fi
if ! grep -q 'WARNING: ThreadSanitizer: data race' "$log"; then
    cat "$log" >&2
    echo "ci/tsan.sh: the program with the planted fault failed for another reason" >&2
    exit 1
fi
echo "no report, and the planted fault is found"
