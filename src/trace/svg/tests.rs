use super::super::recording::tests::entry;
use super::*;

fn picture(lanes: Vec<LaneRecording>) -> String {
    let mut out = Vec::new();
    write(&Recording { lanes, left_out: 0, end: 1_000_000 }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lane(index: usize, entries: Vec<Entry>) -> LaneRecording {
    LaneRecording::new((1, index, None), entries, 0)
}

fn bars(svg: &str, class: &str) -> usize {
    // One more is in the legend.
    (svg.matches(&format!("<rect class=\"{class}\"")).count()).saturating_sub(1)
}

#[test]
fn an_empty_trace() {
    let svg = picture(Vec::new());
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
    assert!(svg.contains("0 workers"), "{svg}");
}

#[test]
fn one_event_fills_the_picture() {
    let svg = picture(vec![lane(0, vec![entry(500, 1_500, Kind::Piece { items: 3 })])]);
    assert!(svg.contains("x=\"120\" y=\"50\" width=\"1060\""), "{svg}");
    assert!(svg.contains("<title>piece: 3 items, 1 us from 0 ns on</title>"), "{svg}");
    assert!(svg.contains("1 worker, 1 us, 1 event</text>"), "{svg}");
    let svg = picture(vec![lane(0, vec![entry(0, 1_000, Kind::Piece { items: 1 })])]);
    assert!(svg.contains("<title>piece: 1 item, 1 us"), "{svg}");
}

#[test]
fn what_is_dropped_is_said() {
    let lane = LaneRecording { dropped: 12, ..lane(0, Vec::new()) };
    assert!(picture(vec![lane]).contains("the oldest 12 events were dropped"));
}

#[test]
fn names_are_escaped() {
    let svg = picture(vec![lane(0, vec![entry(0, 9, Kind::Named("a<b> & \"c\"\u{1}"))])]);
    assert!(svg.contains("a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}"), "{svg}");
    assert!(!svg.contains("a<b>"), "{svg}");
}

#[test]
fn arrows_lead_from_the_victim_to_the_thief() {
    let steal = |victim| Kind::Steal { victim, distance: Distance::Group };
    let svg = picture(vec![
        lane(0, vec![entry(10, 10, steal(1)), entry(0, 100, Kind::Guest)]),
        lane(1, vec![entry(50, 50, steal(0)), entry(50, 100, Kind::Job(Job::Half))]),
    ]);
    // The lanes begin at 50 and 50 + 14 + 22.
    assert!(svg.contains("d=\"M226 86V64m0 0l-2.5 6h5z\""), "{svg}");
    assert!(svg.contains("d=\"M650 64V86m0 0l-2.5 -6h5z\""), "{svg}");
    assert!(svg.contains("steal from worker 0, group"), "{svg}");
}

/// What the mouse tells is what the axis shows, and marks look like marks in the legend.
#[test]
fn times_count_from_the_left_edge() {
    let svg = picture(vec![lane(
        0,
        vec![entry(5_000, 5_000, Kind::Injected), entry(6_000, 9_000, Kind::Job(Job::Call))],
    )]);
    assert!(svg.contains("<title>take from outside, at 0 ns</title>"), "{svg}");
    assert!(svg.contains("<title>call from outside, 3 us from 1 us on</title>"), "{svg}");
    // One in the picture, one in the legend.
    assert_eq!(svg.matches("<path class=\"injected\"").count(), 2, "{svg}");
    assert_eq!(svg.matches("<rect class=\"call\"").count(), 2, "{svg}");
}

#[test]
fn a_huge_trace_makes_no_huge_picture() {
    let piece = |at: u64| entry(at * 10, at * 10 + 9, Kind::Piece { items: 1 });
    let of_lane = |index| lane(index, (0..5_000).map(piece).collect());
    let svg = picture((0..MOST_LANES + 2).map(of_lane).collect());
    let drawn = bars(&svg, "piece");
    assert!((MOST_LANES..=MOST_SHAPES).contains(&drawn), "{drawn} bars");
    assert!(svg.contains("; 128 of 130 lanes are drawn"));
    assert!(svg.len() < 1_000_000, "{} bytes", svg.len());
}

#[test]
fn wide_bars_stay_by_themselves() {
    let svg = picture(vec![lane(
        0,
        vec![
            entry(0, 400, Kind::Piece { items: 1 }),
            entry(400, 401, Kind::Piece { items: 2 }),
            entry(401, 402, Kind::Piece { items: 3 }),
            entry(402, 100_000, Kind::Piece { items: 4 }),
        ],
    )]);
    assert_eq!(bars(&svg, "piece"), 2, "{svg}");
    assert!(svg.contains("piece: 3 of them, together 402 ns, from 0 ns on"), "{svg}");
}

#[test]
fn durations_have_three_digits() {
    let shown = [0, 999, 1_000, 12_340, 123_456, 1_500_000_000].map(|ns| Duration(ns).to_string());
    assert_eq!(shown, ["0 ns", "999 ns", "1 us", "12.3 us", "123 us", "1.5 s"]);
}
