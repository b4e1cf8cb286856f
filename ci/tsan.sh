#!/usr/bin/env bash
# Runs the tests under ThreadSanitizer, with a standard library that is instrumented too; then plants a fault (the latch of a
# stolen job is set without Release) and checks that it is reported.
#
#   ci/tsan.sh                 the test programs named below; some half an hour on two processors
#   ci/tsan.sh driver stress   these programs only
#
# ThreadSanitizer does not model stand-alone fences. No hand-over of the pool rests on one: fences only order a store before
# a later load of another word, and what passes between threads passes by Release and Acquire (docs/memory-ordering.md).
#
# Left out are batch, scale_model and architecture, which have no threads, textstats, which starts a program, memory, whose
# allocator counts, and what needs features. Random programs may end by a signal in `__tsan_func_entry`: the sanitizer keeps
# 65 536 calls of a stack, and no more. That is no race. Conformance and iter take a quarter of an hour each to compile.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/sanitizer.sh
prepare thread "--cfg moirai_tsan"

# Threads that ended and were never joined are no races: a pool of `use_current_thread` is kept for ever (POOL-12), its threads with it.
export TSAN_OPTIONS="exitcode=66 history_size=7 report_thread_leaks=0"
# Everything is some ten times slower.
export MOIRAI_TEST_TIMEOUT_SECONDS=${MOIRAI_TEST_TIMEOUT_SECONDS:-600}

programs=("$@")
if [ ${#programs[@]} = 0 ]; then
    programs=(lib driver channel frames stream placement topology programs conformance liveness stress life faults iter)
fi

# What a program is asked to run.
arguments() {
    arguments=()
    # The counts of allocations are not those of other builds. A join in a join ten thousand deep is too deep for the sanitizer.
    if [ "$1" = conformance ]; then arguments=(on_moirai --skip join_7_depth); fi
}

run_all "${programs[@]}"
must_report latch::set 'WARNING: ThreadSanitizer: data race' stress on_moirai::volume
