//! What was recorded, in nanoseconds: what the writers turn into text.

use super::event::Kind;

/// Something that takes time, or a moment: then it is 0 ns long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) kind: Kind,
    /// How many others of its lane it lies inside.
    pub(super) depth: usize,
    /// It had not ended when the trace was written.
    pub(super) is_open: bool,
}

impl Entry {
    pub(super) fn is_moment(&self) -> bool {
        self.kind.is_moment()
    }
}

/// What one worker, or one thread of no pool, has recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct LaneRecording {
    /// The number of the pool, from 1; 0 for threads of no pool.
    pub(super) pool: usize,
    pub(super) index: usize,
    pub(super) thread: Option<String>,
    /// In the order of their starts, the outer before the inner.
    pub(super) entries: Vec<Entry>,
    pub(super) dropped: u64,
}

impl LaneRecording {
    /// Sorts the entries, which nest, and finds their depths.
    pub(super) fn new(
        (pool, index, thread): (usize, usize, Option<String>),
        mut entries: Vec<Entry>,
        dropped: u64,
    ) -> Self {
        // Of two that begin and end together the outer one was recorded last.
        entries.reverse();
        entries.sort_by_key(|entry| (entry.start, std::cmp::Reverse(entry.end)));
        let mut ends: Vec<u64> = Vec::new();
        for entry in &mut entries {
            while ends.last().is_some_and(|end| *end < entry.end || *end <= entry.start) {
                ends.pop();
            }
            entry.depth = ends.len();
            if !entry.is_moment() {
                ends.push(entry.end);
            }
        }
        LaneRecording { pool, index, thread, entries, dropped }
    }

    pub(super) fn name(&self) -> String {
        match &self.thread {
            Some(thread) => thread.clone(),
            None => format!("worker {}", self.index),
        }
    }
}

/// A whole trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Recording {
    pub(super) lanes: Vec<LaneRecording>,
    /// Threads that were one too many.
    pub(super) left_out: usize,
    /// When it was taken.
    pub(super) end: u64,
}

impl Recording {
    pub(super) fn dropped(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.dropped).sum()
    }

    /// What is missing, in words, if anything is.
    pub(super) fn missing(&self) -> Option<String> {
        let dropped = match self.dropped() {
            0 => None,
            1 => Some("the oldest event was dropped".to_owned()),
            dropped => Some(format!("the oldest {dropped} events were dropped")),
        };
        let left_out = match self.left_out {
            0 => None,
            1 => Some("one thread was left out".to_owned()),
            threads => Some(format!("{threads} threads were left out")),
        };
        let parts: Vec<String> = dropped.into_iter().chain(left_out).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn entry(start: u64, end: u64, kind: Kind) -> Entry {
        Entry { start, end, kind, depth: 0, is_open: false }
    }

    #[test]
    fn entries_are_sorted_with_the_outer_first() {
        let recorded = vec![
            entry(1, 4, Kind::Park),
            entry(2, 2, Kind::Injected),
            entry(5, 5, Kind::Injected),
            entry(0, 6, Kind::Guest),
            entry(6, 8, Kind::Piece { items: 1 }),
            // In the order of their ends: the outer one last.
            entry(9, 9, Kind::Piece { items: 2 }),
            entry(9, 9, Kind::Guest),
        ];
        let lane = LaneRecording::new((1, 0, None), recorded, 0);
        let shown: Vec<_> =
            lane.entries.iter().map(|entry| (entry.start, entry.end, entry.depth)).collect();
        let expected =
            [(0, 6, 0), (1, 4, 1), (2, 2, 2), (5, 5, 1), (6, 8, 0), (9, 9, 0), (9, 9, 0)];
        assert_eq!(shown, expected);
        assert_eq!(lane.entries[5].kind, Kind::Guest);
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut recording = Recording::default();
        assert_eq!(recording.missing(), None);
        recording.lanes.push(LaneRecording { dropped: 1, ..LaneRecording::default() });
        assert_eq!(recording.missing().as_deref(), Some("the oldest event was dropped"));
        recording.lanes.push(LaneRecording { dropped: 2, ..LaneRecording::default() });
        recording.left_out = 4;
        let text = "the oldest 3 events were dropped, 4 threads were left out";
        assert_eq!(recording.missing().as_deref(), Some(text));
    }
}
