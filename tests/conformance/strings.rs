//! Section 15: strings.

use super::api::prelude::*;
use super::kit::in_pools;

const TEXTS: [&str; 16] = [
    "",
    ",",
    ",,",
    "a",
    "ä",
    "a,b",
    "a,b,",
    ",ä,",
    "one,two,,three,",
    "ßßß,😀,,x\r\ny\n\rz\r",
    "  spin \u{2003} measure\n\tcut ",
    "\n\n",
    "\r\n",
    "a\r\n\r\n",
    "no separator at all",
    "😀😀😀😀,ä😀,\u{10FFFF},,,é, ,\t,e\u{301}",
];

/// Compares a method with its sequential sibling, on every text.
macro_rules! same {
    ($($par:ident($($arg:expr)?) as $seq:ident),+ $(,)?) => {$(
        // Long ones, so that they are cut, and short ones.
        for text in TEXTS.into_iter().flat_map(|text| [text.repeat(50), text.to_owned()]) {
            let items: Vec<_> = text.$par($($arg)?).collect();
            assert_eq!(items, text.$seq($($arg)?).collect::<Vec<_>>(), "{text:?}");
        }
    )+};
}

/// STR-1: splitting, as the standard library does it, by each kind of pattern.
#[test]
fn str_1_patterns() {
    watch!();
    in_pools(|| {
        let captured = [',', 'b'];
        let either = |c| captured.contains(&c);
        same! {
            par_split(',') as split,
            par_split_inclusive(',') as split_inclusive,
            par_split_terminator(',') as split_terminator,
            par_matches(',') as matches,
            par_match_indices(',') as match_indices,
            par_split(either) as split,
            par_split_inclusive(either) as split_inclusive,
            par_split_terminator(either) as split_terminator,
            par_matches(either) as matches,
            par_match_indices(either) as match_indices,
            par_split([',', '\n']) as split,
            par_match_indices(['ß', '\n']) as match_indices,
            par_split(&[',', '😀']) as split,
            par_match_indices(&[',', '😀']) as match_indices,
            par_split(&[',', 'ä'][..]) as split,
            par_match_indices(&[',', 'ä'][..]) as match_indices,
            par_split(char::is_alphabetic) as split,
        }
        let split = |text: &'static str| text.par_split(',').collect::<Vec<_>>();
        assert_eq!(split(""), [""]);
        assert_eq!(split("a,b,"), ["a", "b", ""]);
        assert_eq!("a,b,".par_split_terminator(',').collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!("a,b".par_split_inclusive(',').collect::<Vec<_>>(), ["a,", "b"]);
        assert_eq!("".par_split_inclusive(',').count(), 0);
    });
}

/// STR-2: lines lose their `\r`, the last one even if no line end follows.
#[test]
fn str_2_lines() {
    watch!();
    in_pools(|| {
        for text in TEXTS {
            for text in [text.to_owned(), text.repeat(50)] {
                let lines: Vec<_> = text.par_lines().collect();
                let expected = text.lines().map(|line| line.strip_suffix('\r').unwrap_or(line));
                // Only where no `\n` follows has the standard library left one in place.
                assert!(lines.into_iter().eq(expected), "{text:?}");
            }
        }
        assert_eq!("b\nc\r".par_lines().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!("a\r\nb\rc\n".par_lines().collect::<Vec<_>>(), ["a", "b\rc"]);
    });
}

/// STR-3: words, characters, bytes and units; offsets count bytes; nothing has indices.
#[test]
fn str_3_parts() {
    watch!();
    in_pools(|| {
        same! {
            par_chars() as chars,
            par_char_indices() as char_indices,
            par_bytes() as bytes,
            par_encode_utf16() as encode_utf16,
            par_split_whitespace() as split_whitespace,
            par_split_ascii_whitespace() as split_ascii_whitespace,
        }
        assert_eq!("  a \n b ".par_split_whitespace().collect::<Vec<_>>(), ["a", "b"]);
        let at: Vec<_> = "äb,äb".par_match_indices('b').collect();
        assert_eq!(at, [(2, "b"), (6, "b")]);
    });
    assert!(!has!(super::api::str::Chars<'static>: IndexedParallelIterator));
    assert!(!has!(super::api::str::Bytes<'static>: IndexedParallelIterator));
    assert!(!has!(super::api::str::CharIndices<'static>: IndexedParallelIterator));
    assert!(!has!(super::api::str::EncodeUtf16<'static>: IndexedParallelIterator));
    assert!(!has!(super::api::str::Lines<'static>: IndexedParallelIterator));
    assert!(!has!(super::api::str::SplitWhitespace<'static>: IndexedParallelIterator));
}
