//! A reader of JSON that is just good enough to check what the trace writer writes.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Word(String),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Panics at anything that is not JSON.
    pub(crate) fn parse(text: &str) -> Json {
        let mut rest = text.chars().peekable();
        let value = value(&mut rest);
        skip(&mut rest);
        assert_eq!(rest.next(), None, "something follows the value");
        value
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.get(name),
            other => panic!("{other:?} has no fields"),
        }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Json::Text(text)) => text,
            other => panic!("{name} of {self:?} is {other:?}"),
        }
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Json::Word(word)) => word.parse().unwrap(),
            other => panic!("{name} of {self:?} is {other:?}"),
        }
    }

    pub(crate) fn list(&self, name: &str) -> &[Json] {
        match self.get(name) {
            Some(Json::List(list)) => list,
            other => panic!("{name} is {other:?}"),
        }
    }
}

fn skip(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

fn expect(rest: &mut Peekable<Chars<'_>>, wanted: char) {
    skip(rest);
    assert_eq!(rest.next(), Some(wanted));
}

/// The members of a list or an object, up to `end`.
fn members(
    rest: &mut Peekable<Chars<'_>>,
    end: char,
    mut member: impl FnMut(&mut Peekable<Chars<'_>>),
) {
    skip(rest);
    if rest.next_if_eq(&end).is_some() {
        return;
    }
    loop {
        member(rest);
        skip(rest);
        match rest.next() {
            Some(',') => {}
            found => return assert_eq!(found, Some(end)),
        }
    }
}

fn value(rest: &mut Peekable<Chars<'_>>) -> Json {
    skip(rest);
    match rest.next().expect("a value") {
        '{' => {
            let mut fields = BTreeMap::new();
            members(rest, '}', |rest| {
                expect(rest, '"');
                let name = text(rest);
                expect(rest, ':');
                let twice = fields.insert(name, value(rest));
                assert_eq!(twice, None, "the same name twice");
            });
            Json::Object(fields)
        }
        '[' => {
            let mut list = Vec::new();
            members(rest, ']', |rest| list.push(value(rest)));
            Json::List(list)
        }
        '"' => Json::Text(text(rest)),
        first => {
            let mut word = String::from(first);
            while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || "+-.".contains(*c)) {
                word.push(c);
            }
            let is_value = ["true", "false", "null"].contains(&&*word);
            assert!(is_value || word.parse::<f64>().is_ok(), "{word:?} is no value");
            Json::Word(word)
        }
    }
}

/// What is left of a string, behind its first quote.
fn text(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    loop {
        match rest.next().expect("the string ends") {
            '"' => return text,
            '\\' => match rest.next() {
                Some(c @ ('"' | '\\')) => text.push(c),
                Some('u') => {
                    let digits: String = rest.take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).expect("four digits");
                    text.push(char::from_u32(code).expect("a character"));
                }
                other => panic!("escaped {other:?}"),
            },
            c => {
                assert!(!c.is_control(), "a bare control character");
                text.push(c);
            }
        }
    }
}
