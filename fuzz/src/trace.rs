//! The writers of traces: whatever was recorded, one format is JSON with an event for each, and the other a picture of bounded size.

#![no_main]

#[allow(dead_code, reason = "the tests of traces ask for more")]
#[path = "../../tests/trace/json.rs"]
mod json;

use json::Json;
use moirai::trace::fuzzing::written;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let written = written(input);
    let parsed = Json::parse(&written.json);
    let count = |phase| {
        parsed.list("traceEvents").iter().filter(|event| event.text("ph") == phase).count()
    };
    assert_eq!((count("X"), count("i")), (written.spans, written.moments));
    assert_eq!(count("s"), count("f"));
    for event in parsed.list("traceEvents").iter().filter(|event| event.text("ph") == "X") {
        assert!(event.number("ts") >= 0.0 && event.number("dur") >= 0.0);
    }
    assert!(written.svg.len() < 4 << 20, "{} bytes", written.svg.len());
    assert_xml(&written.svg);
});

/// Each element ends, in the right order; attributes are quoted; nothing in between is markup by mistake.
fn assert_xml(text: &str) {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        assert_text(before);
        let (tag, after) = tag.split_once('>').expect("the tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let is_empty = tag.ends_with('/');
        let mut parts = tag.trim_end_matches('/').splitn(2, ' ');
        let name = parts.next().expect("there is a first part");
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()), "{tag}");
        let mut attributes = parts.next().unwrap_or_default();
        while !attributes.is_empty() {
            let (name, value) = attributes.split_once("=\"").expect("a value");
            assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'), "{tag}");
            let (value, more) = value.split_once('"').expect("the value ends");
            assert!(!value.contains("NaN") && !value.contains("inf"), "{tag}");
            attributes = more.trim_start();
        }
        if !is_empty {
            open.push(name);
        }
    }
    assert_eq!((open.as_slice(), rest.trim()), ([].as_slice(), ""));
}

fn assert_text(text: &str) {
    assert!(!text.contains('>'), "{text:?}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    for entity in text.split('&').skip(1) {
        let (name, _) = entity.split_once(';').expect("the entity ends");
        assert!(["amp", "lt", "gt", "quot"].contains(&name), "{name:?}");
    }
}
