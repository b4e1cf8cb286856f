#!/usr/bin/env bash
# Compares what the library makes public with what it made public at a revision: whoever builds on that must be able to build
# on this, unless the version in Cargo.toml says otherwise. Then plants a break (a function that was public and is gone) and
# checks that it is reported.
#
#   ci/semver.sh          against the last release, the newest tag v*; without one it says so, and the exit code is 2
#   ci/semver.sh REV      against any revision: ci/semver.sh HEAD~20
#
# The tool is cargo-semver-checks, which cargo installs below the target folder: seven minutes of processor time, once; then a
# comparison takes half a minute. It reads what rustdoc says of all features, and finds what is gone or asks for more than
# before: not what a function does, nor each change of a type. The exit code is 100 if it has found something. After an update
# of the compiler it may have to be newer: remove the folder target-semver/tool.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}-semver")
unset CARGO_TARGET_DIR
tool=$target/tool/bin/cargo-semver-checks

if [ $# = 0 ]; then
    rev=$(git tag --list 'v*' --sort=-version:refname | head -n 1)
    if [ -z "$rev" ]; then
        echo "ci/semver.sh: nothing is released yet: no tag v*. Name a revision: ci/semver.sh HEAD~20" >&2
        exit 2
    fi
else
    rev=$1
fi
commit=$(git rev-parse --verify --quiet "$rev^{commit}") || {
    echo "ci/semver.sh: there is no revision $rev" >&2
    exit 2
}

if [ ! -x "$tool" ]; then
    # It reads two files: how fast does not matter.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        cargo install --quiet --locked cargo-semver-checks --root "$target/tool" --target-dir "$target/build"
    rm -rf "$target/build"
fi

# compare: the working tree with what is unpacked
compare() {
    (cd "$target" && "$tool" semver-checks --manifest-path "$OLDPWD/Cargo.toml" --package moirai --baseline-root "$before")
}

before=$target/before
rm -rf "$before" && mkdir -p "$before"
git archive "$commit" | tar -x -C "$before"
echo "against $rev, $(git log -1 --format='%h of %cs' "$commit")"
code=0
compare || code=$?

printf '\n/// Planted.\npub fn planted_by_semver_check() {}\n' >>"$before/src/lib.rs"
log=$target/planted
if compare >"$log" 2>&1 || ! grep -q planted_by_semver_check "$log"; then
    cat "$log" >&2
    echo "ci/semver.sh: the planted break was not reported" >&2
    exit 1
fi
echo "the planted break is reported"
exit "$code"
