#!/usr/bin/env bash
# Counts instructions by callgrind, for rayon and for moirai, in a pool of one thread: of a join (fib without a cut-off), a
# scope with a job, a job of a scope with many, sums of 10 and of 1000 numbers. Fails if a join of moirai needs more than LIMIT.
# Times on a shared machine vary by half; this count repeats to the instruction.
#
#   ci/instructions.sh [WORK ...]    these only: join scope spawn sum-10 sum-1000
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${LIMIT:-80}
works=("$@")
[ $# -gt 0 ] || works=(join scope spawn sum-10 sum-1000)

if ! command -v valgrind >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends valgrind libc6-dbg >/dev/null
    else
        echo "ci/instructions.sh: valgrind is missing and cannot be installed by this user" >&2
        exit 2
    fi
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# count IMPLEMENTATION WORK REPETITIONS: prints "INSTRUCTIONS COUNT"
count() {
    local runner='["valgrind", "--tool=callgrind", "--callgrind-out-file='$folder'/out"]'
    local count
    count=$(cargo --config "target.'cfg(all())'.runner = $runner" bench --quiet --bench instructions -- "$@" \
        2>"$folder/err" | sed -n 's/^count //p') || {
        cat "$folder/err" >&2
        return 1
    }
    echo "$(sed -n 's/^totals: //p' "$folder/out") $count"
}

# each IMPLEMENTATION WORK: prints the instructions of one
each() {
    local few few_count many many_count
    read -r few few_count < <(count "$1" "$2" 1) && read -r many many_count < <(count "$1" "$2" 3) || return 1
    awk -v i=$((many - few)) -v n=$((many_count - few_count)) 'BEGIN { printf "%.1f", i / n }'
}

printf '%-12s%12s%12s\n' 'instructions' rayon moirai
for work in "${works[@]}"; do
    rayon=$(each rayon "$work")
    moirai=$(each moirai "$work")
    printf '%-12s%12s%12s\n' "$work" "$rayon" "$moirai"
    if [ "$work" = join ] && awk -v measured="$moirai" -v limit="$limit" 'BEGIN { exit !(measured > limit) }'; then
        echo "ci/instructions.sh: moirai needs $moirai instructions per join, the limit is $limit" >&2
        exit 1
    fi
done
