//! Sources written with the public plumbing only, which note the pieces that they are run in.

use super::api::iter::plumbing::{
    Consumer, Folder, Producer, ProducerCallback, UnindexedConsumer, UnindexedProducer, bridge,
    bridge_unindexed,
};
use super::api::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// The pieces that a source was run in, as ranges of its indices.
#[derive(Debug, Default)]
pub(crate) struct Pieces(Mutex<Vec<Range<usize>>>);

impl Pieces {
    fn note(&self, piece: &Range<usize>) {
        self.0.lock().unwrap().push(piece.clone());
    }

    /// The pieces in the order of the source, of which they must leave nothing out and repeat
    /// nothing; begins a new list.
    pub(crate) fn take(&self, len: usize) -> Vec<Range<usize>> {
        let mut pieces = std::mem::take(&mut *self.0.lock().unwrap());
        pieces.sort_unstable_by_key(|piece| (piece.start, piece.end));
        let end = pieces.iter().fold(0, |end, piece| {
            assert_eq!(piece.start, end, "a gap or an overlap");
            piece.end
        });
        assert_eq!(end, len);
        pieces
    }

    /// The numbers below `len`, with indices.
    pub(crate) fn numbers(&self, len: usize) -> Numbers<'_> {
        Numbers(Piece { range: 0..len, pieces: self })
    }

    /// The numbers below `len`, in leaves of `leaf` numbers that refuse to be cut.
    pub(crate) fn leaves(&self, len: usize, leaf: usize) -> Leaves<'_> {
        Leaves { piece: Piece { range: 0..len, pieces: self }, leaf, refused: false }
    }
}

#[derive(Debug)]
struct Piece<'p> {
    range: Range<usize>,
    pieces: &'p Pieces,
}

impl Producer for Piece<'_> {
    type Item = usize;
    type IntoIter = Range<usize>;

    fn into_iter(self) -> Range<usize> {
        self.pieces.note(&self.range);
        self.range
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        assert!(index <= self.range.len(), "cut beyond the end");
        let at = self.range.start + index;
        let [left, right] = [self.range.start..at, at..self.range.end]
            .map(|range| Piece { range, pieces: self.pieces });
        (left, right)
    }
}

/// See [`Pieces::numbers`].
#[derive(Debug)]
pub(crate) struct Numbers<'p>(Piece<'p>);

impl ParallelIterator for Numbers<'_> {
    type Item = usize;

    fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl IndexedParallelIterator for Numbers<'_> {
    fn drive<C: Consumer<usize>>(self, consumer: C) -> C::Result {
        bridge(self, consumer)
    }

    fn len(&self) -> usize {
        self.0.range.len()
    }

    fn with_producer<CB: ProducerCallback<usize>>(self, callback: CB) -> CB::Output {
        callback.callback(self.0)
    }
}

/// See [`Pieces::leaves`].
#[derive(Debug)]
pub(crate) struct Leaves<'p> {
    piece: Piece<'p>,
    leaf: usize,
    refused: bool,
}

impl ParallelIterator for Leaves<'_> {
    type Item = usize;

    fn drive_unindexed<C: UnindexedConsumer<usize>>(self, consumer: C) -> C::Result {
        bridge_unindexed(self, consumer)
    }
}

impl UnindexedProducer for Leaves<'_> {
    type Item = usize;

    fn split(self) -> (Self, Option<Self>) {
        assert!(!self.refused, "asked again");
        let leaf = self.leaf;
        if self.piece.range.len() <= leaf {
            return (Leaves { refused: true, ..self }, None);
        }
        let leaves = self.piece.range.len().div_ceil(leaf);
        let (left, right) = self.piece.split_at(leaves / 2 * leaf);
        let [left, right] = [left, right].map(|piece| Leaves { piece, leaf, refused: false });
        (left, Some(right))
    }

    fn fold_with<F: Folder<usize>>(self, folder: F) -> F {
        folder.consume_iter(self.piece.into_iter())
    }
}
