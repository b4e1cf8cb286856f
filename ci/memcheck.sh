#!/usr/bin/env bash
# Runs examples under valgrind's memcheck: nothing is read that was not written or is gone, and nothing is definitely lost.
#
#   ci/memcheck.sh    a minute or two
#
# Needs Debian: valgrind is installed by apt.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends valgrind >/dev/null
fi
cargo build --quiet --release --example textstats --example topology

# run EXAMPLE [ARGUMENT...]
run() {
    echo "== $*"
    # A pool's threads take turns there; spinning ones would never let the others go on.
    RAYON_NUM_THREADS=4 valgrind --quiet --fair-sched=yes --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite --error-exitcode=9 \
        "${CARGO_TARGET_DIR:-target}/release/examples/$1" "${@:2}" >/dev/null
}

run topology
run textstats docs src
echo "no error, and nothing definitely lost"
