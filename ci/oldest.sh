#!/usr/bin/env bash
# Type-checks the library, without and with all features, with the oldest compiler that Cargo.toml allows.
#
#   ci/oldest.sh    a minute; the first time some 100 MB are fetched
#
# The compiler is rustup's where that has it. Else it is taken from Debian's archive, unpacked below the target folder and not
# installed: newer packages of the same names may be (ci/platforms.sh wants them). Where neither can be had, nothing is
# checked, the last line says so, and the exit code is 0, or 3 with MOIRAI_CI_STRICT=1.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
target=$(realpath -m "${CARGO_TARGET_DIR:-target}-oldest")

skip() {
    echo "ci/oldest.sh: SKIPPED, nothing was checked: no Rust $oldest: $1"
    if [ "${MOIRAI_CI_STRICT:-}" = 1 ]; then exit 3; fi
    exit 0
}

# unpack FOLDER: the compiler from Debian's archive
unpack() {
    local packages=("libstd-rust-web-dev=$oldest.*" "rustc-web=$oldest.*" "libstd-rust-web-$oldest" libllvm19)
    rm -rf "$1" && mkdir -p "$1"
    # apt's own user fetches, where it may.
    (cd "$1" && { apt-get download -qq "${packages[@]}" || { apt-get update -qq && apt-get download -qq "${packages[@]}"; }; }) \
        >"$1/log" 2>&1 || return 1
    local package
    for package in "$1"/*.deb; do
        dpkg -x "$package" "$1" || return 1
        rm "$package"
    done
    # The libraries are for this compiler, and not for what starts it.
    cat >"$1/rustc" <<END
#!/bin/sh
export LD_LIBRARY_PATH='$1/usr/lib/x86_64-linux-gnu:$1/usr/lib/llvm-19/lib:$1/usr/lib'
exec '$1/usr/bin/rustc' "\$@"
END
    chmod +x "$1/rustc"
}

if rustup run "$oldest" rustc --version >/dev/null 2>&1; then
    RUSTC=$(rustup which --toolchain "$oldest" rustc)
else
    command -v apt-get >/dev/null || skip "neither rustup nor apt has it"
    RUSTC=$target/compiler/rustc
    if [ ! -x "$RUSTC" ]; then unpack "$target/compiler" || skip "it cannot be fetched"; fi
fi
export RUSTC
version=$("$RUSTC" --version) || skip "the one that was fetched does not run"
case $version in
"rustc $oldest."*) echo "$version" ;;
*) skip "what was fetched is $version" ;;
esac
export CARGO_TARGET_DIR=$target
cargo check --quiet --lib
cargo check --quiet --lib --all-features
echo "the library builds with $version"
