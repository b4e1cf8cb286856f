# Sourced by scripts that build the tests in other ways: a package without what only benches and examples need, which would
# take longer to build than all the rest.

# lean_tree FOLDER: makes it the root of such a package, whose sources are links to those here
lean_tree() {
    mkdir -p "$1"
    local part
    for part in src tests docs examples README.md CHANGELOG.md; do
        ln -sfn "$PWD/$part" "$1/$part"
    done
    if [ -f Cargo.lock ]; then cp Cargo.lock "$1/"; fi
    local unused='criterion|chili|rtrb|crossbeam-queue|kanal|plotters|sysinfo|rdst'
    sed -E -e '/^\[\[bench\]\]/,/^$/d' -e 's/^members = .*/members = ["."]/' -e "/^($unused) = /d" \
        -e 's/^\[package\]$/&\nautoexamples = false\nautobenches = false/' Cargo.toml >"$1/Cargo.toml.new"
    # Cargo builds everything again when the file is younger.
    if ! cmp -s "$1/Cargo.toml.new" "$1/Cargo.toml"; then mv "$1/Cargo.toml.new" "$1/Cargo.toml"; fi
    rm -f "$1/Cargo.toml.new"
}
