#!/usr/bin/env bash
# Builds published crates on the stand-ins and runs compat/ecosystem's tests: docs/ecosystem.md says which.
#
#   ci/ecosystem.sh          on the stand-ins
#   ci/ecosystem.sh rayon    the same programs on the published rayon: what fails there is a fault of the test
set -euo pipefail
cd "$(dirname "$0")/.."

on=${1:-stand-ins}
case "$on" in
stand-ins | rayon) ;;
*)
    echo "usage: ci/ecosystem.sh [rayon]" >&2
    exit 2
    ;;
esac

target=$(realpath -m "${CARGO_TARGET_DIR:-target}-ecosystem")
unset CARGO_TARGET_DIR

fail() {
    echo "ci/ecosystem.sh: $*" >&2
    exit 1
}

# All versions that published crates ask for, and the feature, lead to the stand-ins.
requests() {
    local folder=$target/requests request name found
    rm -rf "$folder"
    for request in rayon:{1,1.2,1.5.1,1.7,1.8,1.10,1.11,^1.12} rayon-core:{1.11,1.12,1.13}; do
        name=${request//[^a-z0-9]/-}
        mkdir -p "$folder/$name/src"
        : >"$folder/$name/src/lib.rs"
        printf '%s\n' '[package]' "name = \"request-$name\"" 'edition = "2021"' '[dependencies]' \
            "${request%:*} = { version = \"${request#*:}\", features = [\"web_spin_lock\"] }" >"$folder/$name/Cargo.toml"
    done
    printf '%s\n' '[workspace]' 'resolver = "3"' 'members = ["*"]' '[patch.crates-io]' \
        "rayon = { path = \"$PWD/compat/rayon\" }" "rayon-core = { path = \"$PWD/compat/rayon-core\" }" \
        >"$folder/Cargo.toml"
    found=$(cargo tree --quiet --manifest-path "$folder/Cargo.toml" --workspace --no-dedupe --depth 1 --prefix none \
        --format '{p}' | grep '^rayon' | sort | uniq -c)
    echo "$found"
    [ "$(awk '{ print $1, $2, $4 }' <<<"$found")" = "8 rayon ($PWD/compat/rayon)
3 rayon-core ($PWD/compat/rayon-core)" ] || fail "a request does not lead to the stand-ins"
}

# Each version that is fixed in the manifest stands in the document.
documented() {
    local name version
    sed -nE 's/^([a-z0-9_-]+) = \{.*version = "=([^"]+)".*/\1 \2/p' compat/ecosystem/Cargo.toml |
        while read -r name version; do
            grep -qE "^\| .*${name/_1[0-9]/} .*$version.*\|" docs/ecosystem.md ||
                fail "docs/ecosystem.md does not say that $name $version was tried"
        done
}

if [ "$on" = rayon ]; then
    copy=$target/published
    mkdir -p "$copy/compat/ecosystem" "$copy/tests"
    cp -r tests/common "$copy/tests"
    cp -r compat/ecosystem/tests "$copy/compat/ecosystem"
    sed '/^\[patch/,/^$/d' compat/ecosystem/Cargo.toml >"$copy/compat/ecosystem/Cargo.toml"
    cargo test --manifest-path "$copy/compat/ecosystem/Cargo.toml" --target-dir "$target-rayon" -- --skip stand_ins
else
    cargo fmt --check --manifest-path compat/ecosystem/Cargo.toml
    requests
    documented
    cargo test --manifest-path compat/ecosystem/Cargo.toml --target-dir "$target"
fi
