//! The archive: for each file its name and its blocks, compressed one by one.
//!
//! A record is a tag, a length and so many bytes: `F` a file's name, `B` a compressed block of the file that was named last.

use super::lz;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// How much of a file is compressed at once, in bytes.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;

/// What is read, in the order in which it is to be written.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A file begins.
    Name(String),
    Block(Vec<u8>),
    /// A file, or the rest of it, could not be read.
    Unreadable(String),
}

impl Piece {
    /// Goes on with a checksum of pieces.
    pub(crate) fn checksum(&self, before: u64) -> u64 {
        let bytes = match self {
            Piece::Name(text) | Piece::Unreadable(text) => text.as_bytes(),
            Piece::Block(block) => block,
        };
        let add =
            |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        let (words, rest) = bytes.split_at(bytes.len() / 8 * 8);
        let words = words.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
        let rest = rest.iter().map(|byte| u64::from(*byte));
        words.chain(rest).fold(add(before, bytes.len() as u64 + 1), add)
    }
}

/// The pieces of some files: each block is read when it is asked for.
#[derive(Debug)]
pub(crate) struct Pieces {
    paths: std::vec::IntoIter<PathBuf>,
    open: Option<(PathBuf, File)>,
}

impl Pieces {
    pub(crate) fn of(paths: Vec<PathBuf>) -> Self {
        Pieces { paths: paths.into_iter(), open: None }
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let Some((path, file)) = &mut self.open else {
                let path = self.paths.next()?;
                let name = path.display().to_string();
                return Some(match File::open(&path) {
                    Ok(file) => {
                        self.open = Some((path, file));
                        Piece::Name(name)
                    }
                    Err(error) => Piece::Unreadable(format!("skipped {name}: {error}")),
                });
            };
            let mut block = Vec::with_capacity(BLOCK_BYTES);
            let result = file.take(BLOCK_BYTES as u64).read_to_end(&mut block);
            let complaint =
                result.err().map(|error| format!("cut off {}: {error}", path.display()));
            if complaint.is_some() || block.is_empty() {
                self.open = None;
            }
            match complaint {
                Some(complaint) => return Some(Piece::Unreadable(complaint)),
                None if block.is_empty() => {}
                None => return Some(Piece::Block(block)),
            }
        }
    }
}

/// What becomes of a piece: the work that is done in parallel.
#[derive(Debug)]
pub(crate) enum Packed {
    Record {
        bytes: Vec<u8>,
        /// Of the block.
        read_bytes: usize,
    },
    Complaint(String),
}

pub(crate) fn pack(piece: Piece) -> Packed {
    let record = |tag, content: &[u8], read_bytes| {
        let mut bytes = vec![tag];
        lz::put(&mut bytes, content.len());
        bytes.extend(content);
        Packed::Record { bytes, read_bytes }
    };
    match piece {
        Piece::Name(name) => record(b'F', name.as_bytes(), 0),
        Piece::Block(block) => record(b'B', &lz::compress(&block), block.len()),
        Piece::Unreadable(complaint) => Packed::Complaint(complaint),
    }
}

/// The files in an archive.
pub(crate) fn unpack(mut archive: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the archive is damaged");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some((tag, rest)) = archive.split_first() {
        archive = rest;
        let length = lz::take(&mut archive).ok_or_else(damaged)?;
        let content = archive.get(..length).ok_or_else(damaged)?;
        archive = &archive[length..];
        match (tag, files.last_mut()) {
            (b'F', _) => files.push((String::from_utf8_lossy(content).into_owned(), Vec::new())),
            (b'B', Some((_, file))) => {
                file.extend(lz::decompress(content, BLOCK_BYTES).ok_or_else(damaged)?);
            }
            _ => return Err(damaged()),
        }
    }
    Ok(files)
}
