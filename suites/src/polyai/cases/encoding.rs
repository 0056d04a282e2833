//! Different spellings of one body: they all get one verdict.

use proptest::prelude::*;
use serde_json::Value;

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::fixtures::baseline_body;
use crate::polyai::strategies;
use crate::probe::Probe;
use crate::property::{self, mix};

pub(super) const CASES: &[Entry] = &[
    (
        "encoding::json::escapes",
        Property,
        &["polyai.extract.json.unicode"],
        json_escapes,
    ),
    (
        "encoding::json::layout",
        Property,
        &["polyai.extract.json.encoding"],
        json_layout,
    ),
    (
        "encoding::form",
        Property,
        &["polyai.extract.form.decoding"],
        form,
    ),
    (
        "encoding::form::plus",
        Scenario,
        &["polyai.extract.form.decoding"],
        form_plus,
    ),
    (
        "encoding::xml",
        Property,
        &["polyai.extract.xml.character-data"],
        xml,
    ),
];

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// A choice for each character in turn, from one number.
pub(super) struct Choices(pub(super) u64);

impl Choices {
    pub(super) fn next(&mut self, options: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % options
    }
}

/// A JSON string in which some characters are written as escapes that RFC 8259 §7 makes equal to them.
fn json_string(text: &str, choices: &mut Choices) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        let plain = serde_json::to_string(&character.to_string()).unwrap_or_default();
        match (choices.next(3), character) {
            (0, _) => {
                let mut units = [0u16; 2];
                for unit in character.encode_utf16(&mut units) {
                    let hex = format!("{unit:04x}");
                    out.push_str("\\u");
                    out.push_str(&if choices.next(2) == 0 {
                        hex
                    } else {
                        hex.to_uppercase()
                    });
                }
            }
            (_, '/') => out.push_str("\\/"),
            _ => out.push_str(&plain[1..plain.len() - 1]),
        }
    }
    out.push('"');
    out
}

fn json_escapes(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::segment(), strategies::text(), any::<u64>());
    property::check(probe, &input, |(name, note, seed)| {
        let plain = |id: &str| {
            let body = serde_json::json!({ "note ": note.as_str(), name.as_str(): id }).to_string();
            polyai
                .fixtures
                .request("payload", &name)
                .body("application/json", body)
        };
        let place = format!("at {name}, written with JSON escapes");
        checks::equivalent(
            polyai,
            probe,
            "polyai.extract.json.unicode",
            &place,
            plain,
            |id| {
                let mut choices = Choices(seed);
                let body = format!(
                    "{{{}:{},{}:{}}}",
                    json_string("note ", &mut choices),
                    json_string(&note, &mut choices),
                    json_string(&name, &mut choices),
                    json_string(id, &mut choices)
                );
                polyai
                    .fixtures
                    .request("payload", &name)
                    .body("application/json", body)
            },
        );
    });
}

/// Blanks between tokens, and the order of members.
fn json_layout(polyai: &Polyai, probe: &Probe<'_>) {
    property::check(probe, &any::<u64>(), |seed| {
        let plain = |id: &str| polyai.fixtures.baseline(id);
        let place = "at cid, in another order and layout";
        checks::equivalent(
            polyai,
            probe,
            "polyai.extract.json.encoding",
            place,
            plain,
            |id| {
                let value: Value = serde_json::from_str(&baseline_body(id)).unwrap_or_default();
                let mut out = String::new();
                lay_out(&value, &mut Choices(seed), &mut out);
                polyai
                    .fixtures
                    .request("payload", "cid")
                    .body("application/json", out)
            },
        );
    });
}

fn blank(choices: &mut Choices, out: &mut String) {
    out.push_str(["", " ", "\n", "\t", "\r\n  "][usize::try_from(choices.next(5)).unwrap_or_default()]);
}

fn lay_out(value: &Value, choices: &mut Choices, out: &mut String) {
    blank(choices, out);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            let by = usize::try_from(choices.next(members.len().max(1) as u64)).unwrap_or_default();
            members.rotate_left(by);
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                blank(choices, out);
                out.push_str(&Value::String(name.clone()).to_string());
                blank(choices, out);
                out.push(':');
                lay_out(member, choices, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
    blank(choices, out);
}

/// Any character of a form may be percent-encoded.
fn form(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::plain_segment(), any::<u64>());
    property::check(probe, &input, |(name, seed)| {
        let request = |body: String| polyai.fixtures.request("payload", &name).body(FORM, body);
        let plain = |id: &str| request(format!("status=succeeded&{name}={id}"));
        let place = format!("at {name}, percent-encoded");
        checks::equivalent(
            polyai,
            probe,
            "polyai.extract.form.decoding",
            &place,
            plain,
            |id| {
                let mut choices = Choices(seed);
                let mut encode = |text: &str| -> String {
                    text.chars()
                        .map(|c| match choices.next(3) {
                            0 if c.is_ascii() => format!("%{:02X}", u32::from(c)),
                            1 if c.is_ascii() => format!("%{:02x}", u32::from(c)),
                            _ => c.to_string(),
                        })
                        .collect()
                };
                request(format!("status=succeeded&{}={}", encode(&name), encode(id)))
            },
        );
    });
}

/// In a form, a plus sign is a blank: shown on the name of the field, since ids have no blanks.
fn form_plus(polyai: &Polyai, probe: &Probe<'_>) {
    let request = |name: &str, id: &str| {
        polyai
            .fixtures
            .request("payload", "my cid")
            .body(FORM, format!("status=succeeded&{name}={id}"))
    };
    let place = "at `my cid`, written my+cid in the form";
    let plain = |id: &str| request("my%20cid", id);
    checks::equivalent(
        polyai,
        probe,
        "polyai.extract.form.decoding",
        place,
        plain,
        |id| request("my+cid", id),
    );
}

/// Character references, predefined entities and CDATA sections mean the text they stand for.
fn xml(polyai: &Polyai, probe: &Probe<'_>) {
    let reading = polyai.xml();
    if !reading.without_root && !reading.with_root {
        return probe.skip(
            "polyai.extract.xml.character-data",
            "the target finds the id of the documented XML example neither at cid nor at root.cid",
        );
    }
    let path = if reading.without_root { "cid" } else { "root.cid" };
    let request = |content: &str| {
        let body = format!("<root><note>a &amp; b &lt;c&gt; &#x41;</note><cid>{content}</cid></root>");
        polyai
            .fixtures
            .request("payload", path)
            .body("application/xml", body)
    };
    property::check(probe, &any::<u64>(), |seed| {
        let plain = |id: &str| {
            let body = format!("<root><cid>{id}</cid></root>");
            polyai
                .fixtures
                .request("payload", path)
                .body("application/xml", body)
        };
        let place = format!("at {path}, written with references and CDATA");
        checks::equivalent(
            polyai,
            probe,
            "polyai.extract.xml.character-data",
            &place,
            plain,
            |id| request(&xml_text(id, &mut Choices(seed))),
        );
    });
}

fn xml_text(text: &str, choices: &mut Choices) -> String {
    let mut out = String::new();
    let characters: Vec<char> = text.chars().collect();
    let mut rest = characters.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        match choices.next(5) {
            0 => out.push_str(&format!("&#{};", u32::from(*first))),
            1 => out.push_str(&format!("&#x{:X};", u32::from(*first))),
            2 => {
                let length = 1 + usize::try_from(choices.next(rest.len() as u64)).unwrap_or_default();
                let section: String = rest[..length].iter().collect();
                out.push_str(&format!("<![CDATA[{section}]]>"));
                rest = &rest[length..];
                continue;
            }
            _ => out.push(*first),
        }
        rest = tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_strings_mean_what_they_stand_for() {
        for seed in 0..200 {
            let text = "evt_01/é\u{1f600}\"\\\n";
            let written = json_string(text, &mut Choices(seed));
            assert_eq!(
                serde_json::from_str::<String>(&written).unwrap(),
                text,
                "{written}"
            );
        }
    }

    #[test]
    fn another_layout_is_the_same_value() {
        for seed in 0..200 {
            let mut out = String::new();
            let value: Value = serde_json::from_str(&baseline_body("X")).unwrap();
            lay_out(&value, &mut Choices(seed), &mut out);
            assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), value, "{out}");
        }
    }
}
