#!/usr/bin/env bash
# Runs examples/numa_check on emulated machines: groups are as expected, bound workers are on their nodes and so is what they
# touch first, siblings and near nodes are asked first, on four nodes of eight processors steals and work stay near
# (docs/topology.md has the aims), calls over large slices go where their pages are, buffers lie where they are worked on, and
# pools go on while processors go offline, masks are narrowed, and a quota is set.
#
#   ci/numa.sh          all machines; three minutes on two idle processors, some twenty on busy ones
#   ci/numa.sh short    two of them; one to five minutes
#   ci/numa.sh WORD     those with this word in their name
#
# The machines are QEMU's, started by ci/numa-vm, which fetches QEMU and a kernel from Debian's archive at its first use. Where
# it cannot, nothing is run, and the last line says so. The clock of machines on which thefts are counted counts instructions, so
# that the load of the host makes no node slower than another; times mean nothing in any of them.
set -euo pipefail
cd "$(dirname "$0")/.."

which=${1:-all}
if ! why=$(ci/numa-vm --install 2>&1); then
    echo "ci/numa.sh: skipped: no emulator: ${why##*$'\n'}"
    exit 0
fi
cargo build --quiet --release --example numa_check
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A small file boots faster.
strip -o "$work/numa_check" target/release/examples/numa_check

ran=0 failed=()
# machine NAME OPTIONS-OF-THE-EMULATOR -- OPTIONS-OF-THE-CHECK
machine() {
    local name=$1 machine=()
    shift
    while [ "$1" != -- ]; do
        machine+=("$1")
        shift
    done
    shift
    case $which in
        all) ;;
        short) [ "$name" = "2 nodes, siblings" ] || [ "$name" = "4 nodes, aims" ] || return 0 ;;
        *) [[ $name == *"$which"* ]] || return 0 ;;
    esac
    ran=$((ran + 1))
    echo "== $name"
    if ! ci/numa-vm --timeout 900 "${machine[@]}" -- "$work/numa_check" "$@"; then
        failed+=("$name")
    fi
}

machine "2 nodes, siblings" --nodes 2 --cpus 8 --threads 2 --steady -- --groups 0-3 --groups 4-7 --threads 8 --siblings
machine "4 nodes, aims" --nodes 4 --cpus 32 --steady -- --groups 0-7 --groups 8-15 --groups 16-23 --groups 24-31 --aims
machine "1 node" --nodes 1 --cpus 4 -- --groups 0-3 --threads 4
machine "4 nodes, 2 sockets" --nodes 4 --cpus 8 --dist socket2x2 -- --groups 0-1 --groups 2-3 --groups 4-5 --groups 6-7
machine "8 nodes, ring" --nodes 8 --cpus 16 --dist ring --steady -- --rings \
    --groups 0-1 --groups 2-3 --groups 4-5 --groups 6-7 --groups 8-9 --groups 10-11 --groups 12-13 --groups 14-15
machine "3 unlike nodes, asymmetric distances" --cpus-of 2,4,1 --dist '10,15,30;20,10,25;30,40,10' -- \
    --groups 0-1 --groups 2-5 --groups 6
machine "a node without CPUs" --nodes 2 --cpus 4 --mem-only-node -- --groups 0-1 --groups 2-3 --threads 4
machine "a node without memory" --nodes 3 --cpus 6 --memoryless 1 -- --groups 0-1 --groups 2-3 --groups 4-5
machine "interleaved CPUs" --nodes 2 --cpus 4 --interleave -- --groups 0,2 --groups 1,3
machine "a cpuset, a quota, a CPU that is offline" --nodes 4 --cpus 12 --cpuset 2-5 --mems 0-1 --cpu-max '150000 100000' \
    --offline 7 -- --groups 2 --groups 3-5 --threads 1
machine "a mask" --nodes 4 --cpus 8 --affinity 1,4-5 -- --groups 1 --groups 4-5 --threads 3
machine "pages" --nodes 4 --cpus 8 --steady -- --groups 0-1 --groups 2-3 --groups 4-5 --groups 6-7 --pages
# With one thread of the emulator: with several, Debian's kernel now and then trips over the code that it changes itself when
# a processor goes offline.
machine "changes while pools run" --nodes 2 --cpus 4 --single --cpu-max 'max 100000' -- --groups 0-1 --groups 2-3 --threads 4 --changes

if [ "$ran" = 0 ]; then
    echo "ci/numa.sh: no machine has '$which' in its name" >&2
    exit 2
fi
if [ ${#failed[@]} -gt 0 ]; then
    printf 'ci/numa.sh: FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "ci/numa.sh: $ran machines are as they should be"
