//! Query parameters beyond their presence and enumeration.

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::{Request, percent_encode};
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::strategies;
use crate::polyai::subject::at_location;
use crate::probe::Probe;
use crate::property;
use proptest::prelude::*;

pub(super) const CASES: &[Entry] = &[
    (
        "query::location_synonyms",
        Scenario,
        &["polyai.query.location.near-miss"],
        location_synonyms,
    ),
    ("query::extra", Scenario, &["polyai.query.extra"], extra),
    (
        "query::namesakes",
        Scenario,
        &["polyai.query.in-query"],
        namesakes,
    ),
    ("query::order", Property, &["polyai.query.order"], order),
    (
        "query::percent_encoding",
        Property,
        &["polyai.query.percent-encoding"],
        percent_encoding,
    ),
    (
        "query::encoded_id",
        Scenario,
        &["polyai.query.percent-encoding"],
        encoded_id,
    ),
    (
        "query::decoded_once",
        Scenario,
        &["polyai.query.percent-encoding"],
        decoded_once,
    ),
    (
        "query::beyond_ascii",
        Scenario,
        &["polyai.query.percent-encoding"],
        beyond_ascii,
    ),
    (
        "query::error_shape",
        Scenario,
        &["polyai.query.error-shape"],
        error_shape,
    ),
];

/// Other words for the three locations, and the documented ones with something around them. The id stands in all
/// three places, so that whatever a word is taken for finds it.
fn location_synonyms(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.location.near-miss";
    let id = match polyai.fixtures.refusal_id() {
        Ok(id) => id,
        Err(missing) => return probe.skip(ID, missing),
    };
    let everywhere = polyai.fixtures.baseline(&id).query("cid", &id).header("cid", &id);
    for word in [
        "header",
        "query",
        "queryString",
        "query_string",
        "params",
        "url",
        "body",
        "json",
        "form",
        "data",
        " payload",
        "payload ",
        "payload\n",
        "headers,payload",
        "payload;",
        "[payload]",
    ] {
        let why = format!("{word:?} is not one of the three locations");
        checks::refused(
            probe,
            ID,
            &why,
            everywhere.clone().set_query("event_id_location", word),
        );
    }
}

fn extra(polyai: &Polyai, probe: &Probe<'_>) {
    let place = "at cid, beside unknown parameters";
    let plain = |id: &str| polyai.fixtures.baseline(id);
    checks::equivalent(polyai, probe, "polyai.query.extra", place, plain, |id| {
        plain(id)
            .query("trace", "1")
            .query("x", "")
            .query("ünknown", "a b&c=d")
    });
    // Many of them, in front of what counts and behind it.
    let many = |request: Request| {
        let mut crowded = request.clone();
        crowded.query = (0..12).map(|n| (format!("utm_{n}"), n.to_string())).collect();
        crowded.query.extend(request.query);
        crowded.query("trace", "1").query("flag", "")
    };
    let place = "at cid, behind a dozen unknown parameters";
    checks::equivalent(polyai, probe, "polyai.query.extra", place, plain, |id| {
        many(plain(id))
    });
    let plain = |id: &str| at_location(polyai, "querystring", id);
    let place = "in the query, among a dozen unknown parameters";
    checks::equivalent(polyai, probe, "polyai.query.extra", place, plain, |id| {
        many(plain(id))
    });
}

/// Fields of a body that are called like the parameters: a sender's project has an id as well.
fn namesakes(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.in-query";
    let all = [
        ("event_id_location", "headers"),
        ("event_id_path", "hookproof-no-such-member"),
        ("account_id", "hookproof-no-such-account"),
        ("project_id", "hookproof-no-such-project"),
    ];
    for count in 0..=all.len() {
        // Each alone, and then all of them.
        let fields = all.get(count..=count).unwrap_or(&all);
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let place = format!("at cid, beside fields that are called {}", names.join(", "));
        let json = |id: &str| {
            let mut body = serde_json::json!({ "cid": id, "status": "succeeded" });
            for (name, value) in fields {
                body[*name] = (*value).into();
            }
            polyai
                .fixtures
                .request("payload", "cid")
                .body("application/json", body.to_string())
        };
        let plain = |id: &str| polyai.fixtures.baseline(id);
        checks::equivalent(polyai, probe, ID, &place, plain, json);
        let form = |id: &str, fields: &[(&str, &str)]| {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("cid", id)
                .extend_pairs(fields)
                .finish();
            polyai
                .fixtures
                .request("payload", "cid")
                .body("application/x-www-form-urlencoded", body)
        };
        let place = format!("in a form, {place}");
        let plain = |id: &str| form(id, &[]);
        checks::equivalent(polyai, probe, ID, &place, plain, |id| form(id, fields));
    }
}

/// The four parameters, and one of the caller's own, in any order.
fn order(polyai: &Polyai, probe: &Probe<'_>) {
    let permutation = Just(vec![0usize, 1, 2, 3, 4]).prop_shuffle();
    property::check(probe, &permutation, |order| {
        let plain = |id: &str| polyai.fixtures.baseline(id).query("extra", "1");
        checks::equivalent(polyai, probe, "polyai.query.order", "at cid", plain, |id| {
            let mut request = plain(id);
            let pairs = request.query.clone();
            request.query = order.iter().map(|index| pairs[*index].clone()).collect();
            request
        });
    });
}

/// Any character of a name or value may be percent-encoded, in digits of either case.
fn percent_encoding(polyai: &Polyai, probe: &Probe<'_>) {
    let input = (strategies::segment(), any::<u64>());
    property::check(probe, &input, |(name, choices)| {
        let place = "at a percent-encoded path";
        let plain = |id: &str| {
            let body = serde_json::json!({ name.as_str(): id }).to_string();
            polyai
                .fixtures
                .request("payload", &name)
                .body("application/json", body)
        };
        checks::equivalent(
            polyai,
            probe,
            "polyai.query.percent-encoding",
            place,
            plain,
            |id| {
                let request = plain(id);
                let raw = encoded_at_will(&request, choices);
                request.raw_query(raw)
            },
        );
    });
}

/// The id itself in the query: every character of its value encoded, and of its name.
fn encoded_id(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.percent-encoding";
    let body = r#"{"status":"succeeded"}"#;
    let request = |pair: String| {
        let request = polyai.fixtures.request("querystring", "cid");
        let target = request.target();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let raw = format!("{query}&{pair}");
        request.raw_query(raw).body("application/json", body)
    };
    let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let plain = |id: &str| request(format!("cid={}", percent_encode(id)));
    let place = "in the query, percent-encoded";
    checks::equivalent(polyai, probe, ID, place, plain, |id| {
        request(format!("cid={}", encoded(id)))
    });
    let place = "in the query, under a percent-encoded name";
    checks::equivalent(polyai, probe, ID, place, plain, |id| {
        request(format!("{}={}", encoded("cid"), percent_encode(id)))
    });
    let named = |name: &str, id: &str| {
        polyai
            .fixtures
            .request("querystring", name)
            .query(name, id)
            .body("application/json", body)
    };
    let place = "in the query, under a name with a blank, written as %20";
    let plain = |id: &str| named("my_id", id);
    checks::equivalent(polyai, probe, ID, place, plain, |id| named("my id", id));
}

/// A request with the id at a member of a JSON body.
fn at_member(polyai: &Polyai, name: &str, id: &str) -> Request {
    let body = serde_json::json!({ name: id, "status": "succeeded" }).to_string();
    let request = polyai.fixtures.request("payload", name);
    request.body("application/json", body)
}

/// What looks like an escape once the query is decoded is text: the name `a%62` is not `ab`.
fn decoded_once(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.percent-encoding";
    let in_query = |name: &str, id: &str| {
        polyai
            .fixtures
            .request("querystring", name)
            .query(name, id)
            .body("application/json", r#"{"status":"succeeded"}"#)
    };
    for name in ["a%25b", "a%62", "a%2Bb"] {
        let place = format!("at the member {name}, whose percent sign the path writes as %25");
        let plain = |id: &str| at_member(polyai, "ab", id);
        checks::equivalent(polyai, probe, ID, &place, plain, |id| at_member(polyai, name, id));
        let place = format!("at the parameter {name}, whose percent sign is written as %25");
        let plain = |id: &str| in_query("ab", id);
        checks::equivalent(polyai, probe, ID, &place, plain, |id| in_query(name, id));
    }
}

/// Escapes of letters beyond ASCII are their bytes in UTF-8, RFC 3986, section 2.5.
fn beyond_ascii(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.percent-encoding";
    for name in ["größe", "名前"] {
        let place = format!("at the member {name}, which the path writes as its bytes in UTF-8");
        let plain = |id: &str| at_member(polyai, "size", id);
        checks::equivalent(polyai, probe, ID, &place, plain, |id| at_member(polyai, name, id));
    }
}

/// The query with some characters encoded that need not be: each bit of `choices` decides over one character.
fn encoded_at_will(request: &Request, choices: u64) -> String {
    let mut bit = 0u32;
    let mut encode = |text: &str| -> String {
        text.chars()
            .map(|c| {
                bit = (bit + 1) % 64;
                let chosen = (choices >> bit) & 1 == 1;
                if chosen && c.is_ascii() {
                    let hex = format!("%{:02X}", u32::from(c));
                    if bit.is_multiple_of(2) {
                        hex.to_ascii_lowercase()
                    } else {
                        hex
                    }
                } else {
                    percent_encode(&c.to_string())
                }
            })
            .collect()
    };
    let pairs: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

/// Each 400 for a parameter has the documented error body.
fn error_shape(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.query.error-shape";
    let id = match polyai.fixtures.refusal_id() {
        Ok(id) => id,
        Err(missing) => return probe.skip(ID, missing),
    };
    let baseline = polyai.fixtures.baseline(&id);
    for request in [
        baseline.clone().without_query("event_id_location"),
        baseline.clone().without_query("event_id_path"),
        baseline.clone().without_query("account_id"),
        baseline.clone().without_query("project_id"),
        baseline.set_query("event_id_location", "cookies"),
    ] {
        let exchange = probe.send(request);
        let Some(response) = exchange.response().filter(|response| response.status == 400) else {
            // Which status it must be is judged by the case of the parameter itself.
            continue;
        };
        for finding in [
            crate::derive::content_type(Polyai::operation(), response),
            crate::derive::schema(Polyai::operation(), response),
        ]
        .into_iter()
        .flatten()
        {
            probe.judge(ID, &exchange, finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_encoding_means_the_same() {
        let request = Request::new("POST", "/")
            .query("event_id_path", "a.ß")
            .query("n", "1");
        for choices in [0, u64::MAX, 0x5555_5555_5555_5555] {
            let raw = encoded_at_will(&request, choices);
            let pairs: Vec<(String, String)> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
            assert_eq!(pairs, request.query, "{raw}");
        }
    }
}
