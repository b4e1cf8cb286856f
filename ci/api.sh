#!/usr/bin/env bash
# Compares the public interface with the recorded one, ci/api.txt: what is there no more, or in another form, breaks programs that
# use it, and takes a new major version (before 1.0 a new minor one).
#
#   ci/api.sh           fails if anything is gone, unless the version in Cargo.toml allows it; says what is new
#   ci/api.sh record    records the interface as it is, with the version
#
# The interface is read off the pages of rustdoc: each item's declaration, its methods, the traits that it implements by itself,
# and the auto traits. What another version of rustdoc says is not compared, since it may say the same in other words.
set -euo pipefail
cd "$(dirname "$0")/.."

recorded=ci/api.txt
version=$(sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
tool=$(rustdoc --version)
cargo doc --quiet --no-deps --all-features -p moirai
pages=${CARGO_TARGET_DIR:-target}/doc/moirai

# One line for each declaration, with its page before it.
interface() {
    find "$pages" -name '*.html' ! -name all.html ! -name 'sidebar*' -printf '%P\n' | LC_ALL=C sort | while read -r page; do
        perl -CSD -0777 -ne '
            s/id="blanket-implementations".*//s;
            while (/<pre class="rust item-decl"><code>(.*?)<\/code><\/pre>|<h[34] class="code-header">(.*?)<\/h[34]>/gs) {
                my $text = defined $1 ? $1 : $2;
                $text =~ s/<[^>]*>//g;
                $text =~ s/&lt;/</g; $text =~ s/&gt;/>/g; $text =~ s/&quot;/"/g; $text =~ s/&\#39;/\x27/g; $text =~ s/&amp;/&/g;
                $text =~ s/\s+/ /g;
                $text =~ s/^ | $//g;
                print "'"${page%.html}"': $text\n";
            }' "$pages/$page"
    done | LC_ALL=C sort -u
}

now=$(mktemp)
trap 'rm -f "$now"' EXIT
interface >"$now"
if [ "$(wc -l <"$now")" -lt 500 ]; then
    echo "ci/api.sh: the pages of $tool were not understood" >&2
    exit 2
fi
if [ "${1:-}" = record ]; then
    { printf '%s\n%s\n' "$version" "$tool"; cat "$now"; } >"$recorded"
    echo "$(wc -l <"$now") lines recorded for $version"
    exit
fi
if [ "$(sed -n 2p "$recorded")" != "$tool" ]; then
    echo "ci/api.sh: SKIPPED, nothing was compared: recorded with $(sed -n 2p "$recorded"), this is $tool"
    exit
fi
before=$(sed -n 1p "$recorded")
gone=$(tail -n +3 "$recorded" | LC_ALL=C comm -23 - "$now")
echo "$(tail -n +3 "$recorded" | LC_ALL=C comm -13 - "$now" | wc -l) lines are new since $before"
if [ -z "$gone" ]; then
    echo "nothing is gone"
    exit
fi
# What may not change: the first number, or if that is 0 the second one too.
fixed() { sed -E 's/^(0\.[0-9]+|[0-9]+)\..*/\1/' <<<"$1"; }
printf 'gone, or changed:\n%s\n' "$gone"
if [ "$(fixed "$before")" = "$(fixed "$version")" ]; then
    echo "ci/api.sh: version $version must keep what $before has" >&2
    exit 1
fi
