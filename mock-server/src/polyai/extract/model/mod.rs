//! Slow, obvious readers of each kind of payload, and the real ones held against them over generated and mutilated input.
//!
//! The inputs are the same in every run. `PROPTEST_CASES=1000000 cargo test --release -p mock-server extract::model` goes on
//! for longer.

mod json;
mod pairs;
mod xml;

use std::fmt;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use super::Found;
use crate::polyai::readings::Readings;

/// Inputs for each comparison.
const INPUTS: u32 = 3000;

/// What a reader comes to, without the words for it.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Id(String),
    Nothing,
    NoId,
    Unreadable,
}

impl Outcome {
    fn of(found: Found<'_>) -> Self {
        match found {
            Found::Id(id) => Self::Id(id.into_owned()),
            Found::Nothing(_) => Self::Nothing,
            Found::NoId(_) => Self::NoId,
            Found::Unreadable(..) => Self::Unreadable,
        }
    }

    /// A value as a text, where an empty one is none.
    fn of_text(text: String) -> Self {
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Id(text)
        }
    }
}

/// Compares two readers. A model that returns `None` says nothing about an input.
fn compare<I>(
    inputs: I,
    real: fn(&[u8], &str, &Readings) -> Outcome,
    model: fn(&[u8], &str) -> Option<Outcome>,
) where
    I: Strategy<Value = (Vec<u8>, String)>,
{
    let longer = Config::default().cases.max(INPUTS);
    let config = Config {
        cases: longer,
        failure_persistence: None,
        ..Config::default()
    };
    let readings = Readings::default();
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    let outcome = runner.run(&inputs.prop_map(|(body, path)| Input { body, path }), |input| {
        if let Some(expected) = model(&input.body, &input.path) {
            prop_assert_eq!(real(&input.body, &input.path, &readings), expected);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// An input that can be read in a message.
struct Input {
    body: Vec<u8>,
    path: String,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {}", self.path, self.body.escape_ascii())
    }
}

/// Names that are easily mistaken for one another, so that a path often leads somewhere.
fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "A", "ab", "é"])
}

/// A path of such names, and of what may stand in one beside them.
fn path(segments: Vec<&'static str>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(segments), 1..5).prop_map(|segments| segments.join("."))
}

/// The text, changed in up to four places: what stands there is left out, doubled, replaced or broken off.
fn mutilated(
    text: impl Strategy<Value = String>,
    pieces: &'static [&'static str],
) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<Index>(), 0..5_u8, prop::sample::select(pieces)), 0..5);
    (text, changes).prop_map(|(text, changes)| {
        let mut body = text.into_bytes();
        for (place, kind, piece) in changes {
            if body.is_empty() {
                break;
            }
            let at = place.index(body.len());
            match kind {
                0 => {
                    body.remove(at);
                }
                1 => body.insert(at, body[at]),
                2 => {
                    body.splice(at..=at, piece.bytes());
                }
                3 => {
                    body.splice(at..at, piece.bytes());
                }
                _ => body.truncate(at),
            }
        }
        body
    })
}
