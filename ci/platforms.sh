#!/usr/bin/env bash
# Other platforms: type-checks the library for machines that are not at hand, with and without its features; builds it here with each
# feature alone, with all and without any; runs some of the tests as 32-bit x86 programs, for Arm of 64 and of 32 bits and PowerPC in an
# emulator, and as Windows programs under Wine; runs calls of all kinds in WebAssembly, with and without threads, under Node; has the kernel end a
# thread that must not block; looks at what a package would contain. Whatever fails, the rest is tried; the exit code says whether
# all went well.
#
#   ci/platforms.sh                    everything
#   ci/platforms.sh check              the type-checks only, for all targets
#   ci/platforms.sh features package   what is named: check, features, package, main_thread, wasm, i686, aarch64, armv5te,
#                                      powerpc, windows
#
# Needs Debian: a second compiler with the sources of its standard library (rustc-web, rust-web-src), cross linkers, the emulator,
# Wine and wabt are installed by apt, and so is Node where there is none.
set -uo pipefail
cd "$(dirname "$0")/.."
. ci/lean.sh

parts=("$@")
if [ ${#parts[@]} = 0 ]; then
    parts=(check features package main_thread wasm i686 aarch64 armv5te powerpc windows)
fi

targets=(
    x86_64-unknown-linux-gnu
    aarch64-unknown-linux-gnu
    i686-unknown-linux-gnu
    powerpc-unknown-linux-gnu     # no atomics of 64 bits, the highest byte first
    armv5te-unknown-linux-gnueabi # no atomics of 64 bits
    x86_64-pc-windows-msvc
    aarch64-apple-darwin
    x86_64-unknown-freebsd
    aarch64-linux-android
    wasm32-unknown-unknown
    wasm32-wasip1-threads
)
# The tests that say something about a platform: how calls are cut, waits, the life of pools, faults.
tests=(--test driver --test liveness --test life --test faults)
# Those that are emulated. What takes an emulator minutes is left out, and so is what counts wake-ups, and what starts the
# program itself as a new process, which cannot be done there.
skipped=(--skip small_calls_wake_nobody --skip global --skip borrowed_outside --skip more_threads_than_have_frames
    --skip elements_are_where --skip keys_of_one_part)
emulated=(--test driver --test liveness --test channel --test frames -- "${skipped[@]}")
of_aarch64=(--lib --test stream "${emulated[@]}")

# Those on Windows, the library's own too, and those of what rests on the system: rings that are mapped, clocks, files.
of_windows=(--lib "${tests[@]}" --test topology --test channel --test frames --test stream)

# install PACKAGE...: those that are missing
install() {
    local package missing=()
    for package in "$@"; do
        if ! dpkg -s "$package" >/dev/null 2>&1; then missing+=("$package"); fi
    done
    if [ ${#missing[@]} -gt 0 ]; then
        apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

results=()
failed=0
# step NAME COMMAND...: runs it and notes how it ended
step() {
    printf '\n== %s\n' "$1"
    if ("${@:2}"); then
        results+=("ok      $1")
    else
        results+=("FAILED  $1")
        failed=1
    fi
}

# second COMMAND...: cargo of the second compiler, which builds the standard library too
built=$(realpath -m "${CARGO_TARGET_DIR:-target}-platforms")
second() {
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$built" /usr/bin/cargo "$@"
}

# second_test TARGET ARGUMENT...: runs tests
second_test() {
    (cd "$built/tree" && second test -Zbuild-std --target "$1" --no-fail-fast "${@:2}")
}

check_one() {
    local panic=panic_unwind
    case $1 in wasm*) panic=panic_abort ;; esac
    second check --quiet -Zbuild-std=std,$panic --target "$1" --lib "${@:2}"
}

checks() {
    local target
    for target in "${targets[@]}"; do
        step "type-check for $target" check_one "$target"
        step "type-check for $target, all features" check_one "$target" --all-features
    done
}

features() {
    local feature
    step "no default features" cargo check --quiet --lib --no-default-features
    step "all features" cargo check --quiet --lib --all-features
    for feature in $(sed -n '/^\[features\]/,/^\[/s/^\([a-z_]*\) *=.*/\1/p' Cargo.toml); do
        step "feature $feature alone" cargo check --quiet --lib --no-default-features --features "$feature"
    done
}

# The package holds what is needed to build and read it; the library, and its pages as docs.rs makes them, come of what it
# holds.
package() {
    local list
    list=$(cargo package --list --allow-dirty) || return 1
    if grep -E '^(tests|compat|ci|target|\.ci)/|fixtures' <<<"$list"; then
        echo "ci/platforms.sh: these have no business in a package" >&2
        return 1
    fi
    local wanted
    for wanted in src/lib.rs README.md CHANGELOG.md SECURITY.md LICENSE-MIT LICENSE-APACHE; do
        if ! grep -qx "$wanted" <<<"$list"; then
            echo "ci/platforms.sh: $wanted is not in the package" >&2
            return 1
        fi
    done
    cargo package --quiet --allow-dirty || return 1
    local unpacked=$built/package
    rm -rf "$unpacked" && mkdir -p "$unpacked" &&
        tar -xzf "${CARGO_TARGET_DIR:-target}"/package/moirai-*.crate -C "$unpacked" --strip-components 1 &&
        printf '[workspace]\n' >>"$unpacked/Cargo.toml" || return 1
    (cd "$unpacked" && RUSTDOCFLAGS="--cfg docsrs -D warnings" CARGO_TARGET_DIR="$built/docs" \
        cargo doc --quiet --no-deps --lib --all-features)
}

# Programs of 32 bits: this processor runs them itself, with the C library of the cross compiler.
i686() {
    local root=/usr/i686-linux-gnu/lib
    CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER=i686-linux-gnu-gcc \
        CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_RUSTFLAGS="-Clink-arg=-Wl,--dynamic-linker=$root/ld-linux.so.2,-rpath=$root" \
        second_test i686-unknown-linux-gnu "$@"
}

# emulate TARGET PREFIX CPU ARGUMENT...: programs for another processor, with the C library of the cross compiler. An emulator on
# x86 shows that they build and run; it shows no weak memory order.
emulate() {
    local variable=CARGO_TARGET_${1//-/_}
    export "${variable^^}_LINKER=$2-gcc" "${variable^^}_RUNNER=qemu-$3-static -L /usr/$2"
    MOIRAI_TEST_TIMEOUT_SECONDS="${MOIRAI_TEST_TIMEOUT_SECONDS:-600}" second_test "$1" "${@:4}"
}

# Programs for Windows, under Wine, which lacks a library that others than those for Windows 7 want. Folders of many files take it
# minutes. Its own folder has links to all files of the machine, and cargo looks for what belongs to a package below this one.
windows() {
    # Not local: the trap is run when the step's own shell ends.
    prefix=$(mktemp -d) || return 1
    trap 'rm -rf "$prefix"' EXIT
    CARGO_TARGET_X86_64_WIN7_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
        CARGO_TARGET_X86_64_WIN7_WINDOWS_GNU_RUNNER=/usr/lib/wine/wine64 WINEDEBUG=-all WINEPREFIX="$prefix/wine" \
        MOIRAI_TEST_TIMEOUT_SECONDS="${MOIRAI_TEST_TIMEOUT_SECONDS:-900}" \
        second_test x86_64-win7-windows-gnu "$@"
}

# A thread that must not wait in the system: what the feature `web_spin_lock` does in a browser, on this machine.
main_thread() {
    RUSTFLAGS="--cfg moirai_main_spins" CARGO_TARGET_DIR="$built-main" cargo test --test main_thread
}

# wasm FEATURES FLAGS: what ci/wasm makes; prints the file
wasm() {
    # rustup's linker is a copy of LLVM's that needs nothing else.
    local linker
    linker=$(ls "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld) || return 1
    (cd ci/wasm && CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker RUSTFLAGS=$2 CARGO_TARGET_DIR="$built/$1" \
        RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort --target wasm32-unknown-unknown) || return 1
    echo "$built/$1/wasm32-unknown-unknown/release/moirai_wasm.wasm"
}

wasm_alone() {
    local file
    file=$(wasm wasm "") && node ci/wasm/run.mjs alone "$file"
}

# With atomics. The instance of the main thread is a copy in which a wait in the system is a trap.
wasm_workers() {
    local flags="-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals" file name
    flags+=" -Clink-arg=--shared-memory -Clink-arg=--import-memory -Clink-arg=--max-memory=1073741824"
    for name in __wasm_init_tls __tls_size __tls_align __stack_pointer; do flags+=" -Clink-arg=--export=$name"; done
    file=$(wasm wasm-atomics "$flags") || return 1
    wasm2wat --enable-threads "$file" -o "$file.wat" || return 1
    local waits
    waits=$(grep -c 'memory\.atomic\.wait' "$file.wat")
    echo "$waits places that wait"
    sed 's/memory\.atomic\.wait.*/unreachable/' "$file.wat" >"$file.main.wat" &&
        wat2wasm --enable-threads "$file.main.wat" -o "$file.main" &&
        node ci/wasm/run.mjs workers "$file" "$file.main"
}

lean_tree "$built/tree"
for part in "${parts[@]}"; do
    case $part in
    check | wasm | i686 | aarch64 | armv5te | powerpc | windows) install rustc-web cargo-web rust-web-src || exit 2 ;;
    esac
    case $part in
    check) checks ;;
    features) features ;;
    package) step "package" package ;;
    main_thread) step "a thread that must not block" main_thread ;;
    wasm)
        install wabt || exit 2
        if ! command -v node >/dev/null; then install nodejs || exit 2; fi
        step "WebAssembly without threads" wasm_alone
        step "WebAssembly with workers" wasm_workers
        ;;
    i686)
        install gcc-i686-linux-gnu libc6-dev-i386-cross || exit 2
        step "tests on i686" i686 "${tests[@]}"
        ;;
    aarch64)
        install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static || exit 2
        step "tests on aarch64" emulate aarch64-unknown-linux-gnu aarch64-linux-gnu aarch64 "${of_aarch64[@]}"
        ;;
    armv5te)
        install gcc-arm-linux-gnueabi libc6-dev-armel-cross qemu-user-static || exit 2
        step "tests on armv5te" emulate armv5te-unknown-linux-gnueabi arm-linux-gnueabi arm "${emulated[@]}"
        ;;
    powerpc)
        install gcc-powerpc-linux-gnu libc6-dev-powerpc-cross qemu-user-static || exit 2
        step "tests on powerpc" emulate powerpc-unknown-linux-gnu powerpc-linux-gnu ppc "${emulated[@]}"
        ;;
    windows)
        install gcc-mingw-w64-x86-64-win32 wine64 || exit 2
        step "tests on Windows" windows "${of_windows[@]}"
        step "timelines on Windows" windows --features trace --test trace
        ;;
    *)
        echo "ci/platforms.sh: there is no part $part" >&2
        exit 2
        ;;
    esac
done

printf '\n'
printf '%s\n' "${results[@]}"
exit "$failed"
