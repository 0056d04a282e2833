//! Properties of a JSON request body: left out, of another type, too short, too long, outside of their pattern.

use serde_json::{Map, Value, json};
use spec::{Media, Operation};

use super::{Body, Subject, refused};
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// A body with one fault, which it has in this property.
struct Fault {
    what: String,
    /// The value in place of the valid one; `None` leaves the property out.
    value: Option<Value>,
}

/// The case of one rule of one property. `None` where the operation has no JSON body with this rule.
pub(super) fn property(
    operation: &'static Operation,
    media_type: &str,
    name: &str,
    rule: &str,
) -> Option<Body> {
    let media = operation
        .body
        .as_ref()?
        .content
        .iter()
        .find(|media| media.media_type == media_type && is_json(media_type))?;
    let schema = media.schema.get("properties")?.get(name)?;
    let make: fn(&Value, &str) -> Vec<Fault> = match rule {
        "required" => |_, _| vec![absent()],
        "type" => |_, _| other_types(),
        "minLength" => too_short,
        "maxLength" => too_long,
        "pattern" => |_, valid| outside_of_the_pattern(valid),
        _ => return None,
    };
    let name = name.to_owned();
    Some(Box::new(move |subject, row, probe| {
        let case = Property {
            subject,
            row,
            probe,
            media,
            name: &name,
        };
        case.run(|valid| make(schema, valid.as_str().unwrap_or_default()));
    }))
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// What a case of one rule works with.
struct Property<'a> {
    subject: &'a dyn Subject,
    row: &'static spec::Requirement,
    probe: &'a Probe<'a>,
    media: &'static Media,
    name: &'a str,
}

impl Property<'_> {
    /// Sends the valid body as the control, and then each faulty one.
    fn run(&self, faults: impl Fn(&Value) -> Vec<Fault>) {
        let (request, body, valid) = match self.valid() {
            Ok(all) => all,
            Err(missing) => return self.probe.skip(&self.row.id, missing),
        };
        let control = self.probe.send(self.with(&request, &body, Some(&valid)));
        if !control.is_success() && !control.is_withheld() {
            let reason = format!(
                "with a valid {} it is refused as well: {}",
                self.name,
                control.in_short()
            );
            return self
                .probe
                .judge(&self.row.id, &control, Finding::Undecided(reason));
        }
        let mut faults = faults(&valid);
        faults.retain(|fault| self.is_fault(&body, fault.value.as_ref()));
        if faults.is_empty() {
            self.probe
                .skip(&self.row.id, format!("no {} breaks this rule", self.name));
        }
        for fault in faults {
            let exchange = refusable(self.probe, self.with(&request, &body, fault.value.as_ref()));
            let why = format!("{} {}", self.name, fault.what);
            self.probe
                .judge(&self.row.id, &exchange, refused(self.row, &exchange, &why));
        }
    }

    /// An acceptable request, its body, and a value that the property may have.
    fn valid(&self) -> Result<(Request, Map<String, Value>, Value), String> {
        let request = self.subject.acceptable()?;
        let Ok(Value::Object(body)) = serde_json::from_slice(&request.body) else {
            return Err("the acceptable request has no body that is a JSON object".to_owned());
        };
        let candidates = body
            .get(self.name)
            .cloned()
            .into_iter()
            .chain(["hookproof", "h", "0"].map(Value::from))
            .chain([json!(1), json!(true), json!({}), json!([])]);
        for candidate in candidates {
            let mut whole = body.clone();
            whole.insert(self.name.to_owned(), candidate.clone());
            if self.media.validate(&Value::Object(whole)).is_ok() {
                return Ok((request, body, candidate));
            }
        }
        Err(format!("no valid {} can be made from its schema", self.name))
    }

    fn with(&self, request: &Request, body: &Map<String, Value>, value: Option<&Value>) -> Request {
        let whole = Value::Object(replaced(body, self.name, value)).to_string();
        request.clone().body(&self.media.media_type, whole)
    }

    /// Whether the contract refuses the body with this value. It accepts it with the valid one, so the fault lies here.
    fn is_fault(&self, body: &Map<String, Value>, value: Option<&Value>) -> bool {
        let whole = Value::Object(replaced(body, self.name, value));
        self.media.validate(&whole).is_err()
    }
}

/// Sends a request that must be refused. Where it is accepted, only that counts: what the answer then holds follows from
/// it.
pub(crate) fn refusable(probe: &Probe<'_>, request: Request) -> Exchange {
    let mut exchange = None;
    let log = probe.apart(|| exchange = Some(probe.send(request)));
    let exchange = exchange.expect("the request was sent just now");
    if !exchange.is_success() {
        probe.merge(log);
    }
    exchange
}

fn replaced(body: &Map<String, Value>, name: &str, value: Option<&Value>) -> Map<String, Value> {
    let mut body = body.clone();
    match value {
        Some(value) => body.insert(name.to_owned(), value.clone()),
        None => body.shift_remove(name),
    };
    body
}

fn absent() -> Fault {
    Fault {
        what: "is left out".to_owned(),
        value: None,
    }
}

/// One or two values of every type but null: whether null means the same as absent is a question of its own. Those
/// that a program takes for false are among them, since a check that looks at truth alone lets them through. The
/// values of the right type are no faults, and the contract sorts them out.
fn other_types() -> Vec<Fault> {
    [
        json!(1),
        json!(0),
        json!(1.5),
        json!(true),
        json!(false),
        json!({}),
        json!({ "hookproof": 1 }),
        json!([]),
        json!(["hookproof"]),
        json!("hookproof"),
    ]
    .into_iter()
    .map(|value| Fault {
        what: format!("is {value}"),
        value: Some(value),
    })
    .collect()
}

/// The longest text that is too short, and the shortest there is.
fn too_short(schema: &Value, valid: &str) -> Vec<Fault> {
    let Some(least) = length(schema, "minLength") else {
        return Vec::new();
    };
    let mut lengths = vec![least.saturating_sub(1), 0];
    lengths.dedup();
    lengths.into_iter().map(|length| text_of(valid, length)).collect()
}

/// The shortest text that is too long, and one far beyond it.
fn too_long(schema: &Value, valid: &str) -> Vec<Fault> {
    let Some(most) = length(schema, "maxLength") else {
        return Vec::new();
    };
    [most + 1, most * 2 + 1]
        .map(|length| text_of(valid, length))
        .into()
}

fn length(schema: &Value, keyword: &str) -> Option<usize> {
    usize::try_from(schema.get(keyword)?.as_u64()?).ok()
}

/// A text of so many characters, made from those of the valid one.
fn text_of(valid: &str, length: usize) -> Fault {
    Fault {
        what: format!("has {length} characters"),
        value: Some(Value::from(
            valid.chars().cycle().take(length).collect::<String>(),
        )),
    }
}

/// The valid text with one character more: at its beginning, in its middle and at its end, so that a pattern that is
/// not anchored at both ends shows. Blanks stand in the middle only, because many servers cut outer ones off first.
fn outside_of_the_pattern(valid: &str) -> Vec<Fault> {
    let characters: Vec<char> = valid.chars().collect();
    let mut faults = Vec::new();
    let mut insert = |at: usize, character: char| {
        let mut changed = characters.clone();
        changed.insert(at, character);
        let text: String = changed.into_iter().collect();
        faults.push(Fault {
            what: format!("is {}", Value::from(text.as_str())),
            value: Some(Value::from(text)),
        });
    };
    let middle = characters.len() / 2;
    for character in ['/', ':', '@', '+', '~', '%', 'é', '名', '\u{1f600}'] {
        for at in [0, middle, characters.len()] {
            insert(at, character);
        }
    }
    if middle > 0 {
        for character in [' ', '\t', '\n'] {
            insert(middle, character);
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media() -> &'static Media {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        &operation.body.as_ref().unwrap().content[0]
    }

    fn values(faults: Vec<Fault>) -> Vec<Value> {
        faults.into_iter().filter_map(|fault| fault.value).collect()
    }

    fn is_valid(name: &str, value: &Value) -> bool {
        let mut body = json!({ "type": "string" });
        body[name] = value.clone();
        media().validate(&body).is_ok()
    }

    #[test]
    fn every_text_outside_of_the_pattern_is_outside() {
        let all = values(outside_of_the_pattern("hookproof"));
        assert_eq!(all.len(), 30);
        for value in all {
            assert!(!is_valid("id", &value), "{value}");
            assert_eq!(
                value.as_str().map(str::trim),
                value.as_str(),
                "outer blanks are another question"
            );
        }
    }

    #[test]
    fn lengths_lie_just_outside_of_the_bounds() {
        let id = &media().schema["properties"]["id"];
        let lengths = |faults| -> Vec<usize> {
            values(faults)
                .iter()
                .map(|value| value.as_str().unwrap().chars().count())
                .collect()
        };
        assert_eq!(lengths(too_long(id, "ab")), [256, 511]);
        assert_eq!(lengths(too_short(id, "ab")), [0]);
        assert_eq!(lengths(too_short(&json!({ "minLength": 3 }), "ab")), [2, 0]);
        assert!(too_long(&json!({}), "ab").is_empty());
    }

    #[test]
    fn another_type_is_never_null() {
        let all = values(other_types());
        assert!(!all.contains(&Value::Null));
        let wrong = all.iter().filter(|value| !is_valid("agentId", value)).count();
        assert_eq!(wrong, all.len() - 1, "all but the one text");
    }

    #[test]
    fn bodies_other_than_json_have_no_generator() {
        let operation = spec::api("inkeep")
            .unwrap()
            .contract()
            .operation("log-event")
            .unwrap();
        assert!(property(operation, "application/json", "type", "required").is_some());
        assert!(property(operation, "text/plain", "type", "required").is_none());
        assert!(property(operation, "application/json", "none", "type").is_none());
        assert!(property(operation, "application/json", "type", "enum").is_none());
    }
}
