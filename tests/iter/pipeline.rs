//! Random chains of adaptors, run by parallel iterators and by the standard library's.

use super::api::iter::{Either, IntoParallelIterator, repeat};
use super::api::prelude::*;
use super::cuts::{Shredded, dawdle};
use super::erased::{Erased, Indexed};
use super::pools::MOST_THREADS;
use quickcheck::{Arbitrary, Gen};
use std::iter::successors;

/// A chain of adaptors, what goes in, and on how many threads it runs.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub(super) threads: usize,
    pub(super) start: Start,
    pub(super) input: Vec<u32>,
    pub(super) ops: Vec<Op>,
}

/// Where the items come from, and so how they are cut.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// A vector, cut as is thought best.
    Plain,
    /// A vector, cut item by item.
    OneByOne,
    /// A vector with some items that take long.
    Slow,
    /// A source without indices, cut item by item.
    Shredded,
}

/// One adaptor; what `n` means depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) adaptor: Adaptor,
    pub(super) n: usize,
}

/// An adaptor whose items, and their order, do not depend on who runs what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Adaptor {
    Chain,
    Chunks,
    Cloned,
    Copied,
    Either,
    Enumerate,
    ExponentialBlocks,
    Filter,
    FilterMap,
    FlatMap,
    FlatMapIter,
    Flatten,
    FlattenIter,
    Fold,
    FoldChunks,
    FoldChunksWith,
    FoldWith,
    Inspect,
    Interleave,
    InterleaveShortest,
    Intersperse,
    Map,
    MapInit,
    MapWith,
    MaxLen,
    MinLen,
    MultiZip,
    PanicFuse,
    Positions,
    RepeatZip,
    Rev,
    Skip,
    SkipAny,
    SkipAnyWhile,
    StepBy,
    Take,
    TakeAny,
    TakeAnyWhile,
    TryFold,
    TryFoldWith,
    UniformBlocks,
    Update,
    WhileSome,
    Zip,
    ZipEq,
}

use Adaptor::*;

impl Adaptor {
    pub(super) const ALL: [Adaptor; 45] = [
        Chain,
        Chunks,
        Cloned,
        Copied,
        Adaptor::Either,
        Enumerate,
        ExponentialBlocks,
        Filter,
        FilterMap,
        FlatMap,
        FlatMapIter,
        Flatten,
        FlattenIter,
        Fold,
        FoldChunks,
        FoldChunksWith,
        FoldWith,
        Inspect,
        Interleave,
        InterleaveShortest,
        Intersperse,
        Map,
        MapInit,
        MapWith,
        MaxLen,
        MinLen,
        MultiZip,
        PanicFuse,
        Positions,
        RepeatZip,
        Rev,
        Skip,
        SkipAny,
        SkipAnyWhile,
        StepBy,
        Take,
        TakeAny,
        TakeAnyWhile,
        TryFold,
        TryFoldWith,
        UniformBlocks,
        Update,
        WhileSome,
        Zip,
        ZipEq,
    ];
}

impl Arbitrary for Pipeline {
    fn arbitrary(g: &mut Gen) -> Self {
        let most = *g.choose(&[3, 20, 200, 1000]).unwrap();
        let len = usize::arbitrary(g) % (most + 1);
        // Numbers both small, so that they repeat, and large.
        let mask = *g.choose(&[7, 0xFF, u32::MAX]).unwrap();
        let input = (0..len).map(|_| u32::arbitrary(g) & mask).collect();
        let ops = (0..usize::arbitrary(g) % 6).map(|_| Op::arbitrary(g)).collect();
        let starts = [Start::Plain, Start::OneByOne, Start::Slow, Start::Shredded];
        let start = *g.choose(&starts).unwrap();
        Pipeline { threads: 1 + usize::arbitrary(g) % MOST_THREADS, start, input, ops }
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let this = self.clone();
        let fewer_ops = (0..self.ops.len()).map(move |at| {
            let mut fewer = this.clone();
            fewer.ops.remove(at);
            fewer
        });
        let this = self.clone();
        let lens = successors(Some(self.input.len() / 2), |len| (*len > 0).then_some(len / 2));
        let less_input = lens.flat_map(move |len| {
            let half = |input: &[u32]| Pipeline { input: input.to_vec(), ..this.clone() };
            [half(&this.input[..len]), half(&this.input[this.input.len() - len..])]
        });
        let less = less_input.filter({
            let len = self.input.len();
            move |less| less.input.len() < len
        });
        Box::new(fewer_ops.chain(less))
    }
}

impl Arbitrary for Op {
    fn arbitrary(g: &mut Gen) -> Self {
        let adaptor = *g.choose(&Adaptor::ALL).unwrap();
        let most = *g.choose(&[2, 10, 300]).unwrap();
        Op { adaptor, n: usize::arbitrary(g) % (most + 1) }
    }
}

impl Pipeline {
    /// What should come out.
    pub(super) fn sequential(&self) -> Vec<u32> {
        let input = self.input.clone();
        self.ops.iter().fold(input, |items, op| op.sequential(items))
    }

    /// The parallel iterator.
    pub(super) fn parallel(&self) -> Erased<'static, u32> {
        let input = self.input.clone();
        let input = match self.start {
            Start::Plain => Erased::indexed(input.into_par_iter()),
            Start::OneByOne => Erased::indexed(input.into_par_iter().with_max_len(1)),
            Start::Slow => {
                let every = 1 + input.len() / 20;
                let some_are_slow = move |(at, x): (usize, u32)| {
                    if at % every == 0 {
                        dawdle();
                    }
                    x
                };
                Erased::indexed(input.into_par_iter().enumerate().map(some_are_slow))
            }
            Start::Shredded => Erased::loose(Shredded(input)),
        };
        self.ops.iter().fold(input, |iter, op| op.parallel(iter))
    }
}

/// The iterator as one with indices; collects what has none.
pub(super) fn with_indices(iter: Erased<'static, u32>) -> Indexed<'static, u32> {
    let collected = match iter {
        Erased::Indexed(iter) => return iter,
        Erased::Loose(iter) => iter.collect::<Vec<u32>>(),
    };
    match Erased::indexed(collected.into_par_iter()) {
        Erased::Indexed(iter) => iter,
        Erased::Loose(_) => unreachable!("made with indices above"),
    }
}

/// Applies an adaptor that keeps the indices where there are any.
macro_rules! either {
    ($erased:expr, $iter:ident => $adapted:expr) => {
        match $erased {
            Erased::Indexed($iter) => Erased::indexed($adapted),
            Erased::Loose($iter) => Erased::loose($adapted),
        }
    };
}

static TABLE: [u32; 4] = [3, 1, 4, 1];

fn from_table(x: u32) -> &'static u32 {
    &TABLE[x as usize % TABLE.len()]
}

/// The other side of a zip and the like.
fn other(n: usize) -> Vec<u32> {
    (0..n as u32).map(|x| x.wrapping_mul(0x9E37_79B9)).collect()
}

/// None, one or two, one on average.
fn children(x: u32) -> Vec<u32> {
    (0..x % 3).map(|k| x / 2 + k).collect()
}

fn some_of(x: u32, n: usize) -> Option<u32> {
    (x as usize % (n + 1) != 1).then_some(x ^ 1)
}

fn pushed(mut items: Vec<u32>, x: u32) -> Vec<u32> {
    items.push(x);
    items
}

fn summed(sum: u32, x: u32) -> u32 {
    sum.wrapping_mul(31).wrapping_add(x)
}

impl Op {
    fn parallel(self, iter: Erased<'static, u32>) -> Erased<'static, u32> {
        let n = self.n;
        let add = move |(a, b): (u32, u32)| a.wrapping_sub(b);
        let sums = |chunk: Vec<u32>| chunk.into_iter().fold(0, summed);
        match self.adaptor {
            Chain => either!(iter, i => i.chain(other(n))),
            Chunks => Erased::indexed(with_indices(iter).chunks(n + 1).map(sums)),
            Cloned => either!(iter, i => i.map(from_table).cloned()),
            Copied => either!(iter, i => i.map(from_table).copied()),
            Adaptor::Either => {
                let i = with_indices(iter);
                Erased::indexed(match n % 2 {
                    0 => Either::Left(i),
                    _ => Either::Right(i.rev()),
                })
            }
            Enumerate => {
                let added = |(at, x): (usize, u32)| x.wrapping_add(at as u32);
                Erased::indexed(with_indices(iter).enumerate().map(added))
            }
            ExponentialBlocks => Erased::loose(with_indices(iter).by_exponential_blocks()),
            Filter => Erased::loose(iter.filter(move |&x| some_of(x, n).is_some())),
            FilterMap => Erased::loose(iter.filter_map(move |x| some_of(x, n))),
            FlatMap => Erased::loose(iter.flat_map(children)),
            FlatMapIter => Erased::loose(iter.flat_map_iter(children)),
            Flatten => Erased::loose(iter.map(children).flatten()),
            FlattenIter => Erased::loose(iter.map(children).flatten_iter()),
            Fold => Erased::loose(iter.fold(Vec::new, pushed).flatten_iter()),
            FoldChunks => Erased::indexed(with_indices(iter).fold_chunks(n + 1, || 0, summed)),
            FoldChunksWith => {
                Erased::indexed(with_indices(iter).fold_chunks_with(n + 1, 0, summed))
            }
            FoldWith => Erased::loose(iter.fold_with(Vec::new(), pushed).flatten_iter()),
            Inspect => either!(iter, i => i.inspect(|_| ())),
            Interleave => Erased::indexed(with_indices(iter).interleave(other(n))),
            InterleaveShortest => Erased::indexed(with_indices(iter).interleave_shortest(other(n))),
            Intersperse if !super::INTERSPERSES_PIECES => {
                let collected = iter.collect::<Vec<u32>>().into_par_iter();
                Erased::loose(collected.intersperse(n as u32))
            }
            Intersperse => either!(iter, i => i.intersperse(n as u32)),
            Map => either!(iter, i => i.map(move |x| x.wrapping_mul(n as u32))),
            MapInit => either!(iter, i => i.map_init(move || n as u32, |n, x| *n ^ x)),
            MapWith => either!(iter, i => i.map_with(n as u32, |n, x| *n ^ x)),
            MaxLen => Erased::indexed(with_indices(iter).with_max_len(n)),
            MinLen => Erased::indexed(with_indices(iter).with_min_len(n)),
            MultiZip => {
                let zipped = (with_indices(iter), other(n), other(n + 1)).into_par_iter();
                Erased::indexed(zipped.map(|(a, b, c)| a ^ b ^ c))
            }
            PanicFuse => either!(iter, i => i.panic_fuse()),
            Positions => {
                let positions = with_indices(iter).positions(move |x| some_of(x, n).is_some());
                Erased::loose(positions.map(|at| at as u32))
            }
            RepeatZip => Erased::indexed(repeat(n as u32).zip(with_indices(iter)).map(add)),
            Rev => Erased::indexed(with_indices(iter).rev()),
            Skip => Erased::indexed(with_indices(iter).skip(n)),
            SkipAny => Erased::loose(iter.skip_any(0)),
            SkipAnyWhile => Erased::loose(iter.skip_any_while(|_| false)),
            StepBy => Erased::indexed(with_indices(iter).step_by(n + 1)),
            Take => Erased::indexed(with_indices(iter).take(n)),
            TakeAny => Erased::loose(iter.take_any(usize::MAX)),
            TakeAnyWhile => Erased::loose(iter.take_any_while(|_| true)),
            TryFold => {
                let folded = iter.try_fold(Vec::new, |items, x| Some(pushed(items, x)));
                Erased::loose(folded.flat_map_iter(Option::unwrap))
            }
            TryFoldWith => {
                let folded = iter.try_fold_with(Vec::new(), |items, x| Ok(pushed(items, x)));
                Erased::loose(folded.flat_map_iter(Result::<_, ()>::unwrap))
            }
            UniformBlocks => Erased::loose(with_indices(iter).by_uniform_blocks(n + 1)),
            Update => either!(iter, i => i.update(move |x| *x ^= n as u32)),
            WhileSome => Erased::loose(iter.map(Some).while_some()),
            Zip => Erased::indexed(with_indices(iter).zip(other(n)).map(add)),
            ZipEq => {
                let iter = with_indices(iter);
                let same = other(iter.len());
                Erased::indexed(iter.zip_eq(same).map(add))
            }
        }
    }

    fn sequential(self, items: Vec<u32>) -> Vec<u32> {
        let n = self.n;
        let len = items.len();
        let zip = |left: Vec<u32>, right: Vec<u32>| {
            left.into_iter().zip(right).map(|(a, b)| a.wrapping_sub(b)).collect()
        };
        let i = items.into_iter();
        match self.adaptor {
            Chain => i.chain(other(n)).collect(),
            Chunks | FoldChunks | FoldChunksWith => {
                let chunks = i.as_slice().chunks(n + 1);
                chunks.map(|chunk| chunk.iter().copied().fold(0, summed)).collect()
            }
            Cloned | Copied => i.map(|x| *from_table(x)).collect(),
            Adaptor::Either if n % 2 == 1 => i.rev().collect(),
            Enumerate => i.zip(0..).map(|(x, at)| x.wrapping_add(at)).collect(),
            Filter => i.filter(|&x| some_of(x, n).is_some()).collect(),
            FilterMap => i.filter_map(|x| some_of(x, n)).collect(),
            FlatMap | FlatMapIter | Flatten | FlattenIter => i.flat_map(children).collect(),
            Interleave => interleaved(i, other(n).into_iter(), false),
            InterleaveShortest => interleaved(i, other(n).into_iter(), true),
            Intersperse => i.flat_map(|x| [n as u32, x]).skip(1).collect(),
            Map => i.map(|x| x.wrapping_mul(n as u32)).collect(),
            MapInit | MapWith | Update => i.map(|x| x ^ n as u32).collect(),
            MultiZip => i.zip(other(n)).zip(other(n + 1)).map(|((a, b), c)| a ^ b ^ c).collect(),
            Positions => {
                let kept = i.zip(0..).filter(|&(x, _)| some_of(x, n).is_some());
                kept.map(|(_, at)| at).collect()
            }
            RepeatZip => zip(vec![n as u32; len], i.collect()),
            Rev => i.rev().collect(),
            Skip => i.skip(n).collect(),
            StepBy => i.step_by(n + 1).collect(),
            Take => i.take(n).collect(),
            Zip => zip(i.collect(), other(n)),
            ZipEq => zip(i.collect(), other(len)),
            Adaptor::Either
            | ExponentialBlocks
            | Fold
            | FoldWith
            | Inspect
            | MaxLen
            | MinLen
            | PanicFuse
            | SkipAny
            | SkipAnyWhile
            | TakeAny
            | TakeAnyWhile
            | TryFold
            | TryFoldWith
            | UniformBlocks
            | WhileSome => i.collect(),
        }
    }
}

fn interleaved(
    mut left: impl Iterator<Item = u32>,
    mut right: impl Iterator<Item = u32>,
    shortest: bool,
) -> Vec<u32> {
    let mut items = Vec::new();
    loop {
        let (from_left, from_right) = match left.next() {
            Some(item) => (Some(item), right.next()),
            None if shortest => return items,
            None => (None, right.next()),
        };
        items.extend(from_left);
        items.extend(from_right);
        let one_ended = from_left.is_none() || from_right.is_none();
        if one_ended && (shortest || from_left.or(from_right).is_none()) {
            return items;
        }
    }
}
