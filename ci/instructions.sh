#!/usr/bin/env bash
# Counts the instructions of one join (fib without a cut-off, one worker) by callgrind, for rayon and for moirai, and
# fails if moirai needs more than LIMIT. Times on a shared machine vary by half; this count repeats to the instruction.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${LIMIT:-80}

if ! command -v valgrind >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends valgrind libc6-dbg >/dev/null
    else
        echo "ci/instructions.sh: valgrind is missing and cannot be installed by this user" >&2
        exit 2
    fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count IMPLEMENTATION REPETITIONS: prints "INSTRUCTIONS JOINS"
count() {
    local runner='["valgrind", "--tool=callgrind", "--callgrind-out-file='$work'/out"]'
    local joins
    joins=$(cargo --config "target.'cfg(all())'.runner = $runner" bench --quiet --bench instructions -- "$1" "$2" \
        2>"$work/err" | sed -n 's/^joins //p') || {
        cat "$work/err" >&2
        return 1
    }
    echo "$(sed -n 's/^totals: //p' "$work/out") $joins"
}

printf '%-12s%24s\n' '' 'instructions per join'
for implementation in rayon moirai; do
    read -r few few_joins < <(count "$implementation" 1)
    read -r many many_joins < <(count "$implementation" 3)
    per_join=$(awk -v i=$((many - few)) -v j=$((many_joins - few_joins)) 'BEGIN { printf "%.1f", i / j }')
    printf '%-12s%24s\n' "$implementation" "$per_join"
done

if awk -v measured="$per_join" -v limit="$limit" 'BEGIN { exit !(measured > limit) }'; then
    echo "ci/instructions.sh: moirai needs $per_join instructions per join, the limit is $limit" >&2
    exit 1
fi
