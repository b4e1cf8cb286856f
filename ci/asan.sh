#!/usr/bin/env bash
# Runs the tests under AddressSanitizer, which also looks for leaks when a program ends; then plants a leak (what a
# thread from outside sleeps on is made twice) and checks that it is reported.
#
#   ci/asan.sh                 the test programs named below; some ten minutes on two processors
#   ci/asan.sh driver stress   these programs only
#
# Left out is iter: that program takes more than 5 GB and ten minutes to compile.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/sanitizer.sh
prepare address ""

# The global pool is never freed, and what a thread of it holds is reachable from its stack.
export ASAN_OPTIONS="detect_leaks=1 exitcode=66 detect_stack_use_after_return=0"
export MOIRAI_TEST_TIMEOUT_SECONDS=${MOIRAI_TEST_TIMEOUT_SECONDS:-300}

programs=("$@")
if [ ${#programs[@]} = 0 ]; then
    programs=(lib driver channel frames stream placement topology programs conformance liveness stress life)
fi

# What a program is asked to run.
arguments() {
    arguments=()
    case $1 in
    conformance) arguments=(on_moirai) ;;
    # A test that forgets what it was lent.
    channel) arguments=(--skip leaked_claims_change_nothing) ;;
    # Tests that never drop some items, or a stream.
    stream) arguments=(--skip a_drop_that_panics_keeps_no_other_from_happening --skip a_leaked_stream) ;;
    # Under the sanitizer calls are not small.
    driver) arguments=(--skip small_calls_wake_nobody) ;;
    esac
}

run_all "${programs[@]}"
must_report outside::leak 'LeakSanitizer: detected memory leaks' life shutdown
