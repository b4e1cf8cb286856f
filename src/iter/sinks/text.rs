//! The sink that writes what makes up a text to one string.
use std::mem;

use super::gather::{Gather, GatherFolder, Gathered, Join, Writer, finish};
use crate::iter::ParallelIterator;
use crate::iter::plumbing::{Consumer, Folder, UnindexedConsumer};

/// A part of a text.
pub(crate) trait TextPart: Send {
    /// Adds its text to `bytes`, in UTF-8.
    fn add_to(self, bytes: &mut Writer<'_, '_, u8>);
}

impl TextPart for char {
    #[inline]
    fn add_to(self, bytes: &mut Writer<'_, '_, u8>) {
        /// Out of line, so that the usual case is inlined.
        #[inline(never)]
        fn add_long(character: char, bytes: &mut Writer<'_, '_, u8>) {
            bytes.push_all(character.encode_utf8(&mut [0; 4]).as_bytes());
        }

        if self.is_ascii() { bytes.push(self as u8) } else { add_long(self, bytes) }
    }
}

impl TextPart for &char {
    #[inline]
    fn add_to(self, bytes: &mut Writer<'_, '_, u8>) {
        (*self).add_to(bytes);
    }
}

impl TextPart for &str {
    fn add_to(self, bytes: &mut Writer<'_, '_, u8>) {
        bytes.push_all(self.as_bytes());
    }
}

/// Adds all parts to the end of `string`, in order. If a panic comes out of it, `string` is as it was.
pub(crate) fn gather_text<I>(string: &mut String, par_iter: I)
where
    I: ParallelIterator<Item: TextPart>,
{
    /// Gives the bytes back to the string, up to `valid`, whatever happens to those behind.
    struct Bytes<'s> {
        string: &'s mut String,
        bytes: Vec<u8>,
        valid: usize,
    }

    impl Drop for Bytes<'_> {
        fn drop(&mut self) {
            self.bytes.truncate(self.valid);
            // SAFETY: these bytes are those of the string, and then those of whole parts.
            *self.string = unsafe { String::from_utf8_unchecked(mem::take(&mut self.bytes)) };
        }
    }

    let bytes = mem::take(string).into_bytes();
    let mut text = Bytes { string, valid: bytes.len(), bytes };
    finish(|bytes| par_iter.drive_unindexed(Text(Gather::new(Some(bytes)))), &mut text.bytes);
    text.valid = text.bytes.len();
}

/// Takes parts of a text for a consumer of bytes.
struct Text<C>(C);

impl<'v, P: TextPart> Consumer<P> for Text<Gather<'v, u8>> {
    type Folder = Text<GatherFolder<'v, u8>>;
    type Reducer = Join;
    type Result = Gathered<'v, u8>;
    const __FLOWS: bool = <Gather<'v, u8> as Consumer<u8>>::__FLOWS;

    /// The index says nothing about the bytes.
    fn split_at(self, index: usize) -> (Self, Self, Join) {
        let (left, right, reducer) = self.0.split_at(index);
        (Text(left), Text(right), reducer)
    }

    fn into_folder(self) -> Self::Folder {
        Text(self.0.into_folder())
    }

    fn full(&self) -> bool {
        false
    }
}

impl<P: TextPart> UnindexedConsumer<P> for Text<Gather<'_, u8>> {
    fn split_off_left(&self) -> Self {
        Text(self.0.split_off_left())
    }

    fn to_reducer(&self) -> Join {
        Join
    }
}

impl<'v, P: TextPart> Folder<P> for Text<GatherFolder<'v, u8>> {
    type Result = Gathered<'v, u8>;
    const __NEVER_FULL: bool = true;

    fn consume(mut self, part: P) -> Self {
        part.add_to(&mut self.0.writer());
        self
    }

    fn consume_iter<I: IntoIterator<Item = P>>(mut self, iter: I) -> Self {
        let mut bytes = self.0.writer();
        iter.into_iter().for_each(|part| part.add_to(&mut bytes));
        drop(bytes);
        self
    }

    fn complete(self) -> Gathered<'v, u8> {
        self.0.complete()
    }

    fn full(&self) -> bool {
        false
    }
}
