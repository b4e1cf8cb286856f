# Sourced by ci/tsan.sh and ci/asan.sh: installs what they need, runs test programs and plants faults.
#
# Needs Debian: a second compiler with the sources of its standard library (rustc-web, rust-web-src) is installed by apt, and
# the sanitizer's run-time library is taken from the toolchain of rustup.

. ci/lean.sh
triple=x86_64-unknown-linux-gnu

# prepare NAME FLAGS: for the sanitizer of this name (thread, address), with these compiler flags
prepare() {
    sanitizer=$1
    # Only our own crate: the protocols of the one that we compare with rest on fences, and each program is half as large.
    flags="-Zsanitizer=$1 --cfg moirai_alone $2"
    if [ ! -x /usr/bin/rustc ] || [ ! -d /usr/lib/rustlib/src/rust/library ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src >/dev/null
    fi
    local short=${1:0:1}san folder
    folder=$(rustc --print sysroot)/lib/rustlib/$triple/lib
    if [ ! -f "$folder/librustc-stable_rt.$short.a" ]; then
        echo "$0: no sanitizer run-time library in $folder" >&2
        exit 2
    fi
    local channel
    for channel in stable dev nightly; do
        ln -sf "$folder/librustc-stable_rt.$short.a" "/usr/lib/rustlib/$triple/lib/librustc-${channel}_rt.$short.a"
    done
    export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    target=$(realpath -m "${CARGO_TARGET_DIR:-target}-$short")
    lean_tree "$target/tree"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
}

# run FLAGS PROGRAM [ARGUMENT...]: one test program, built with more compiler flags, or the library's own tests (lib)
run() {
    local what=(--test "$2")
    if [ "$2" = lib ]; then what=(--lib); fi
    (cd "$target/tree" && RUSTFLAGS="$flags $1" CARGO_TARGET_DIR="$target" \
        /usr/bin/cargo test -Zbuild-std --target "$triple" "${what[@]}" -- "${@:3}")
}

# Runs every program, although one before may have failed; ends if one has.
run_all() {
    local program failed=()
    for program in "$@"; do
        arguments "$program"
        run "" "$program" "${arguments[@]}" || failed+=("$program")
    done
    if [ ${#failed[@]} -gt 0 ]; then
        echo "$0: failed: ${failed[*]}" >&2
        exit 1
    fi
}

# must_report MUTANT REPORT PROGRAM [ARGUMENT...]: with the fault planted, the program fails with this report, or the silence
# before proves nothing.
must_report() {
    if run "--cfg moirai_mutant=\"$1\"" "${@:3}" >"$log" 2>&1; then
        cat "$log" >&2
        echo "$0: the planted fault was not reported" >&2
        exit 1
    fi
    if ! grep -q "$2" "$log"; then
        cat "$log" >&2
        echo "$0: the program with the planted fault failed for another reason" >&2
        exit 1
    fi
    echo "no report, and the planted fault is found"
}
