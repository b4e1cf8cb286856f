#!/usr/bin/env bash
# Runs the tests under AddressSanitizer, which also looks for leaks when a program ends; then plants a leak (what a
# thread from outside sleeps on is made twice) and checks that it is reported, or the silence before would prove nothing.
#
#   ci/asan.sh                 the test programs named below; some ten minutes on two processors
#   ci/asan.sh driver stress   these programs only
#
# Needs Debian, as ci/tsan.sh does, which says what it installs.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=("$@")
if [ ${#programs[@]} = 0 ]; then
    programs=(conformance liveness driver stress life)
fi

if [ ! -x /usr/bin/rustc ] || [ ! -d /usr/lib/rustlib/src/rust/library ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src >/dev/null
fi
triple=x86_64-unknown-linux-gnu
runtime=$(rustc --print sysroot)/lib/rustlib/$triple/lib/librustc-stable_rt.asan.a
if [ ! -f "$runtime" ]; then
    echo "ci/asan.sh: no sanitizer run-time library at $runtime" >&2
    exit 2
fi
for channel in stable dev nightly; do
    ln -sf "$runtime" "/usr/lib/rustlib/$triple/lib/librustc-${channel}_rt.asan.a"
done

export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
# The global pool is never freed, and what a thread of it holds is reachable from its stack.
export ASAN_OPTIONS="detect_leaks=1 exitcode=66 detect_stack_use_after_return=0"
export MOIRAI_TEST_TIMEOUT_SECONDS=${MOIRAI_TEST_TIMEOUT_SECONDS:-300}

# run FLAGS PROGRAM [FILTER]: one test program
run() {
    RUSTFLAGS="-Zsanitizer=address $1" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}-asan" \
        /usr/bin/cargo test -Zbuild-std --target "$triple" --test "$2" -- "${@:3}"
}

for program in "${programs[@]}"; do
    filter=()
    case $program in
    conformance | liveness | stress) filter=(on_moirai) ;;
    # Under the sanitizer calls are not small.
    driver) filter=(--skip small_calls_wake_nobody) ;;
    esac
    run "" "$program" "${filter[@]}"
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if run '--cfg moirai_mutant="outside::leak"' life shutdown >"$log" 2>&1; then
    cat "$log" >&2
    echo "ci/asan.sh: the planted leak was not reported" >&2
    exit 1
fi
if ! grep -q 'LeakSanitizer: detected memory leaks' "$log"; then
    cat "$log" >&2
    echo "ci/asan.sh: the program with the planted leak failed for another reason" >&2
    exit 1
fi
echo "no report, and the planted leak is found"
