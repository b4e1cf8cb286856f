//! The queue that any thread may push to: crossbeam-deque's, of raw words.

/// First in, first out; one block of memory for 63 entries.
#[derive(Debug)]
pub(crate) struct Injector(crossbeam_deque::Injector<usize>);

impl Injector {
    pub(crate) fn new() -> Self {
        Injector(crossbeam_deque::Injector::new())
    }

    pub(crate) fn push(&self, word: usize) {
        self.0.push(word);
    }

    pub(crate) fn looks_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many entries there are, about; for reports.
    pub(crate) fn len_hint(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn take(&self) -> Option<usize> {
        loop {
            match self.0.steal() {
                crossbeam_deque::Steal::Success(word) => return Some(word),
                crossbeam_deque::Steal::Empty => return None,
                crossbeam_deque::Steal::Retry => std::hint::spin_loop(),
            }
        }
    }
}
