//! Checks that a text is one JSON document (RFC 8259) and tells its members, without building anything of it.
//!
//! A trigger takes any JSON: nesting of any depth, numbers of any size, escapes of any code unit. Parsers that build
//! values refuse some of that. What is kept of a document is kept as its own text.

use std::borrow::Cow;

/// What kind of value a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Truth,
    Null,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "a list",
            Self::Text => "a string",
            Self::Number => "a number",
            Self::Truth => "a truth value",
            Self::Null => "null",
        }
    }
}

/// Not a JSON document, and the byte where that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    pub(crate) at: usize,
}

/// Is told what a document holds, in its order. A document may turn out to be none at a later byte.
pub(crate) trait Listener<'t> {
    /// A member of the outermost object: its name with the quotes, its value without blanks around it.
    fn member(&mut self, name: &'t str, value: &'t str);
    /// A string at any depth that is a value, with its quotes.
    fn string(&mut self, text: &'t str);
}

/// Reads a document from end to end. Needs no more stack for deep nesting than for flat.
pub(crate) fn scan<'t>(text: &'t str, listener: &mut impl Listener<'t>) -> Result<Kind, NotJson> {
    let mut scanner = Scanner {
        text,
        at: 0,
        open: Vec::new(),
        member: None,
    };
    scanner.skip_blanks();
    let kind = scanner.kind()?;
    scanner.read(listener)?;
    Ok(kind)
}

/// The characters of a string that is written with quotes and escapes. Half a surrogate pair becomes a replacement
/// character.
pub(crate) fn unquoted(string: &str) -> Cow<'_, str> {
    let inner = string
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(string);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            units.extend(character.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        units.push(match characters.next() {
            Some('b') => 8,
            Some('f') => 12,
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            Some('u') => {
                let digits = characters.by_ref().take(4);
                digits.fold(0, |unit, digit| {
                    let digit = digit.to_digit(16).and_then(|digit| u16::try_from(digit).ok());
                    unit << 4 | digit.unwrap_or(0)
                })
            }
            // A quote, a slash, a backslash: whatever else could follow was refused by the scan.
            Some(other) => u16::try_from(u32::from(other)).unwrap_or(0xfffd),
            None => 0xfffd,
        });
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// What has to come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    CommaOrEnd,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The opening bracket of each container that is open.
    open: Vec<u8>,
    /// Name and start of the value of the outermost object's member that is under way.
    member: Option<(&'t str, usize)>,
}

impl<'t> Scanner<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong<T>(&self) -> Result<T, NotJson> {
        Err(NotJson { at: self.at })
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn kind(&self) -> Result<Kind, NotJson> {
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Truth),
            Some(b'n') => Ok(Kind::Null),
            _ => self.wrong(),
        }
    }

    fn read(&mut self, listener: &mut impl Listener<'t>) -> Result<(), NotJson> {
        let mut next = Next::Value;
        loop {
            self.skip_blanks();
            next = match (next, self.byte()) {
                (Next::ValueOrEnd, Some(b']')) | (Next::NameOrEnd, Some(b'}')) => self.close(),
                (Next::Value | Next::ValueOrEnd, Some(b'{')) => self.open(b'{', Next::NameOrEnd),
                (Next::Value | Next::ValueOrEnd, Some(b'[')) => self.open(b'[', Next::ValueOrEnd),
                (Next::Value | Next::ValueOrEnd, _) => {
                    self.scalar(listener)?;
                    Next::CommaOrEnd
                }
                (Next::Name | Next::NameOrEnd, Some(b'"')) => self.name()?,
                (Next::CommaOrEnd, Some(b',')) => match self.open.last() {
                    Some(b'{') => self.step(Next::Name),
                    Some(_) => self.step(Next::Value),
                    None => return self.wrong(),
                },
                (Next::CommaOrEnd, Some(b']')) if self.open.last() == Some(&b'[') => self.close(),
                (Next::CommaOrEnd, Some(b'}')) if self.open.last() == Some(&b'{') => self.close(),
                (Next::CommaOrEnd, None) if self.open.is_empty() => return Ok(()),
                _ => return self.wrong(),
            };
            if next == Next::CommaOrEnd
                && self.open.len() == 1
                && let Some((name, start)) = self.member.take()
            {
                listener.member(name, &self.text[start..self.at]);
            }
        }
    }

    fn step(&mut self, next: Next) -> Next {
        self.at += 1;
        next
    }

    fn open(&mut self, bracket: u8, next: Next) -> Next {
        self.open.push(bracket);
        self.step(next)
    }

    fn close(&mut self) -> Next {
        self.open.pop();
        self.step(Next::CommaOrEnd)
    }

    fn name(&mut self) -> Result<Next, NotJson> {
        let name = self.string()?;
        self.skip_blanks();
        if self.byte() != Some(b':') {
            return self.wrong();
        }
        self.at += 1;
        self.skip_blanks();
        if self.open.len() == 1 {
            self.member = Some((name, self.at));
        }
        Ok(Next::Value)
    }

    fn scalar(&mut self, listener: &mut impl Listener<'t>) -> Result<(), NotJson> {
        match self.kind()? {
            Kind::Text => {
                let text = self.string()?;
                listener.string(text);
                Ok(())
            }
            Kind::Number => self.number(),
            _ => {
                let rest = &self.text.as_bytes()[self.at..];
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word.as_bytes()));
                let Some(word) = word else { return self.wrong() };
                self.at += word.len();
                Ok(())
            }
        }
    }

    fn string(&mut self) -> Result<&'t str, NotJson> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(&self.text[start..self.at]);
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.byte() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.byte().is_some_and(|digit| digit.is_ascii_hexdigit()) {
                                    return self.wrong();
                                }
                                self.at += 1;
                            }
                        }
                        _ => return self.wrong(),
                    }
                }
                Some(0..=0x1f) | None => return self.wrong(),
                Some(_) => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.skip_if(b"-");
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.skip_if(b".") {
            self.digits()?;
        }
        if self.skip_if(b"eE") {
            self.skip_if(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    fn skip_if(&mut self, any_of: &[u8]) -> bool {
        let is_there = self.byte().is_some_and(|byte| any_of.contains(&byte));
        self.at += usize::from(is_there);
        is_there
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        while self.byte().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.wrong() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
