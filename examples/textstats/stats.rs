//! What is counted, and three ways of counting it: in sequence, on moirai and on rayon.
//!
//! Texts are cut into pieces of whole lines first, so that one huge file is as parallel as a thousand small ones. Every
//! result is exact and independent of how the work was divided: counts are sums, and the rankings have a total order.

use std::collections::HashMap;

/// How many frequent words and how many long lines are kept.
pub(crate) const KEPT: usize = 10;

/// A piece ends at the first line end after this many bytes: some hundred microseconds of work.
const PIECE_BYTES: usize = 64 * 1024;

/// One file that was read.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) content: String,
}

/// What is found in all texts together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Summary<'t> {
    pub(crate) bytes: usize,
    pub(crate) non_ascii_texts: usize,
    pub(crate) lines: usize,
    pub(crate) words: usize,
    pub(crate) distinct_words: usize,
    /// The most frequent words with their counts; ties in alphabetical order.
    pub(crate) frequent: Vec<(&'t str, usize)>,
    pub(crate) longest: Vec<LongLine<'t>>,
}

/// A line, where it stands and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LongLine<'t> {
    pub(crate) chars: usize,
    pub(crate) text: &'t str,
    /// The line number, from 1.
    pub(crate) number: usize,
    pub(crate) content: &'t str,
}

/// Some whole lines of one text.
#[derive(Debug, Clone, Copy)]
struct Piece<'t> {
    /// Which text this is a piece of.
    index: usize,
    name: &'t str,
    content: &'t str,
}

type Counts<'t> = HashMap<&'t str, usize>;

/// Counts in sequence, with the iterators of the standard library.
pub(crate) fn in_sequence(texts: &[Text]) -> Summary<'_> {
    let pieces = cut(texts);
    let lines: Vec<usize> = pieces.iter().map(|piece| piece.content.lines().count()).collect();
    let first_lines = first_line_numbers(&pieces, &lines);
    let counts: Vec<(&str, usize)> =
        pieces.iter().fold(Counts::new(), count_words).into_iter().collect();
    Summary {
        bytes: texts.iter().map(|text| text.content.len()).sum(),
        non_ascii_texts: texts.iter().filter(|text| !text.content.is_ascii()).count(),
        lines: lines.iter().sum(),
        words: counts.iter().map(|&(_, count)| count).sum(),
        distinct_words: counts.len(),
        frequent: counts.iter().fold(Top::new(), rank_word).into_words(),
        longest: pieces.iter().zip(&first_lines).fold(Top::new(), rank_lines).into_lines(),
    }
}

/// Writes the same function over a pool's parallel iterators.
macro_rules! on_pool {
    ($(#[$doc:meta])* $name:ident, $pool:ident) => {
        $(#[$doc])*
        pub(crate) fn $name(texts: &[Text]) -> Summary<'_> {
            use $pool::prelude::*;

            let pieces = cut(texts);
            let lines: Vec<usize> = pieces.par_iter().map(|piece| piece.content.lines().count()).collect();
            let first_lines = first_line_numbers(&pieces, &lines);
            let counts: Vec<(&str, usize)> =
                pieces.par_iter().fold(Counts::new, count_words).reduce(Counts::new, add_counts).into_iter().collect();
            Summary {
                bytes: texts.par_iter().map(|text| text.content.len()).sum(),
                non_ascii_texts: texts.par_iter().filter(|text| !text.content.is_ascii()).count(),
                lines: lines.par_iter().sum(),
                words: counts.par_iter().map(|&(_, count)| count).sum(),
                distinct_words: counts.len(),
                frequent: counts.par_iter().fold(Top::new, rank_word).reduce(Top::new, Top::merge).into_words(),
                longest: pieces
                    .par_iter()
                    .zip(first_lines.par_iter())
                    .fold(Top::new, rank_lines)
                    .reduce(Top::new, Top::merge)
                    .into_lines(),
            }
        }
    };
}

on_pool!(
    /// Counts on moirai's global pool.
    on_moirai,
    moirai
);
on_pool!(
    /// Counts on rayon's global pool.
    on_rayon,
    rayon
);

/// Cuts each text into pieces that end with a line end or with the text.
fn cut(texts: &[Text]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for (index, Text { name, content }) in texts.iter().enumerate() {
        let mut rest = content.as_str();
        while !rest.is_empty() {
            let line_end = rest.bytes().skip(PIECE_BYTES).position(|byte| byte == b'\n');
            let end = line_end.map_or(rest.len(), |after| PIECE_BYTES + after + 1);
            let (content, behind) = rest.split_at(end);
            pieces.push(Piece { index, name, content });
            rest = behind;
        }
    }
    pieces
}

/// The number of each piece's first line within its text, from 1.
fn first_line_numbers(pieces: &[Piece<'_>], lines: &[usize]) -> Vec<usize> {
    let mut next = (usize::MAX, 1);
    let number = |(piece, lines): (&Piece<'_>, &usize)| {
        let first = if piece.index == next.0 { next.1 } else { 1 };
        next = (piece.index, first + lines);
        first
    };
    pieces.iter().zip(lines).map(number).collect()
}

/// The words of a text: the runs of letters, digits and underscores that do not begin with a digit.
fn words(content: &str) -> impl Iterator<Item = &str> {
    content
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with(|c: char| !c.is_numeric()))
}

fn count_words<'t>(mut counts: Counts<'t>, piece: &Piece<'t>) -> Counts<'t> {
    for word in words(piece.content) {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

fn add_counts<'t>(a: Counts<'t>, b: Counts<'t>) -> Counts<'t> {
    let (mut into, from) = if a.len() < b.len() { (b, a) } else { (a, b) };
    for (word, count) in from {
        *into.entry(word).or_insert(0) += count;
    }
    into
}

/// How a line ranks: longer first, then where it stands.
type LineRank<'t> = (std::cmp::Reverse<usize>, usize, usize, &'t str, &'t str);

fn rank_lines<'t>(
    mut top: Top<LineRank<'t>>,
    (piece, first): (&Piece<'t>, &usize),
) -> Top<LineRank<'t>> {
    for (number, line) in piece.content.lines().enumerate() {
        top.insert((
            std::cmp::Reverse(line.chars().count()),
            piece.index,
            first + number,
            piece.name,
            line,
        ));
    }
    top
}

/// How a word ranks: more frequent first, then in alphabetical order.
type WordRank<'t> = (std::cmp::Reverse<usize>, &'t str);

fn rank_word<'t>(
    mut top: Top<WordRank<'t>>,
    &(word, count): &(&'t str, usize),
) -> Top<WordRank<'t>> {
    top.insert((std::cmp::Reverse(count), word));
    top
}

/// The [`KEPT`] smallest of the values it was given, in ascending order.
#[derive(Debug)]
struct Top<T>(Vec<T>);

impl<T: Ord> Top<T> {
    fn new() -> Self {
        Top(Vec::with_capacity(KEPT + 1))
    }

    fn insert(&mut self, value: T) {
        if self.0.len() < KEPT || self.0.last().is_some_and(|last| value < *last) {
            let place = self.0.partition_point(|kept| *kept < value);
            self.0.insert(place, value);
            self.0.truncate(KEPT);
        }
    }

    fn merge(mut self, other: Self) -> Self {
        for value in other.0 {
            self.insert(value);
        }
        self
    }
}

impl<'t> Top<WordRank<'t>> {
    fn into_words(self) -> Vec<(&'t str, usize)> {
        self.0.into_iter().map(|(count, word)| (word, count.0)).collect()
    }
}

impl<'t> Top<LineRank<'t>> {
    fn into_lines(self) -> Vec<LongLine<'t>> {
        let line = |(chars, _, number, text, content): LineRank<'t>| LongLine {
            chars: chars.0,
            text,
            number,
            content,
        };
        self.0.into_iter().map(line).collect()
    }
}
