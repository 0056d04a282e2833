//! Escapes that are decoded too often, labels with parameters, and ids that some programs take for others.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::bend::{
    FORM, Reference, at_path, form_field, id_path, is_json_payload, is_payload, json_body, location,
    media_type, pairs, query_value, refuse, says_not_valid, with_query, with_status,
};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "locations-in-an-object",
        "polyai.query.location.enum",
        "looks the location up in an object of JavaScript, and goes on with the payload where that is none of the two others",
        |reference, request| {
            if matches!(
                location(&request).as_str(),
                "constructor" | "toString" | "__proto__"
            ) {
                return reference.respond(&with_query(request, "event_id_location", "payload"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "broken-escape-is-a-crash",
        "polyai.response.no-server-error",
        "does not catch what its decoder throws at a percent sign that begins no escape",
        |reference, request| {
            if request.uri().query().is_some_and(|query| query.contains("%zz")) {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "two-values-are-a-crash",
        "polyai.response.no-server-error",
        "takes a parameter for a text, and fails where it is given twice and so a list",
        |reference, request| {
            if pairs(&request)
                .iter()
                .filter(|(name, _)| name == "account_id")
                .count()
                > 1
            {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "path-decoded-twice",
        "polyai.query.percent-encoding",
        "decodes event_id_path once more, after its framework has",
        |reference, request| {
            let path = decoded(&id_path(&request));
            reference.respond(&with_query(request, "event_id_path", &path))
        },
    ),
    Mutant::new(
        "ids-decoded-once-more",
        "polyai.id.invalid",
        "decodes the escapes of an id that comes from the query once more",
        |reference, request| {
            also_valid(reference, &request, |request| {
                location(request) == "querystring"
                    && query_value(request, "cid").is_some_and(|id| is_known(reference, &decoded(&id)))
            })
        },
    ),
    Mutant::new(
        "form-decoded-twice",
        "polyai.id.invalid",
        "decodes forms twice",
        |reference, request| {
            also_valid(reference, &request, |request| {
                is_payload(request, FORM)
                    && form_field(request.body(), "cid").is_some_and(|id| is_known(reference, &decoded(&id)))
            })
        },
    ),
    Mutant::new(
        "id-cut-at-a-semicolon",
        "polyai.id.invalid",
        "cuts off what follows a semicolon or a comma in an id",
        |reference, request| {
            also_valid(reference, &request, |request| {
                cid(request)
                    .is_some_and(|id| is_known(reference, id.split([';', ',']).next().unwrap_or_default()))
            })
        },
    ),
    Mutant::new(
        "id-ends-at-a-nul",
        "polyai.id.invalid",
        "hands ids to a library that ends texts at a NUL",
        |reference, request| {
            also_valid(reference, &request, |request| {
                cid(request).is_some_and(|id| is_known(reference, id.split('\0').next().unwrap_or_default()))
            })
        },
    ),
    Mutant::new(
        "id-in-compatible-letters",
        "polyai.id.invalid",
        "brings ids into the normal form NFKC before it looks them up",
        |reference, request| {
            also_valid(reference, &request, |request| {
                cid(request).is_some_and(|id| is_known(reference, &half_width(&id)))
            })
        },
    ),
    Mutant::new(
        "id-without-punctuation",
        "polyai.id.invalid",
        "compares ids without their punctuation",
        |reference, request| {
            also_valid(reference, &request, |request| {
                cid(request).is_some_and(|id| {
                    let mut known = reference.fixtures().polyai.known_ids.iter();
                    known.any(|known| known.replace(|c: char| c.is_ascii_punctuation(), "") == id)
                })
            })
        },
    ),
    Mutant::new(
        "null-is-accepted",
        "polyai.extract.json.type.no-id",
        "looks an id up only where it is not null",
        |reference, request| also_an_id(reference, &request, Value::is_null),
    ),
    Mutant::new(
        "true-is-accepted",
        "polyai.extract.json.type.no-id",
        "finds an id in true, as any text is",
        |reference, request| also_an_id(reference, &request, |sent| *sent == Value::Bool(true)),
    ),
    Mutant::new(
        "object-is-accepted",
        "polyai.extract.json.type.no-id",
        "takes an empty object for an id that is there",
        |reference, request| {
            also_an_id(reference, &request, |sent| {
                *sent == Value::Object(serde_json::Map::new())
            })
        },
    ),
    Mutant::new(
        "xml-without-parameters",
        "polyai.extract.xml.charset",
        "compares the media type of XML with its parameters",
        |reference, request| {
            if is_payload(&request, "application/xml") && media_type(&request).contains(';') {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-without-parameters",
        "polyai.extract.text.charset",
        "compares the media type of plain text with its parameters",
        |reference, request| {
            if is_payload(&request, "text/plain") && media_type(&request).contains(';') {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-of-browsers",
        "polyai.extract.text.charset",
        "knows a charset in small letters only",
        |reference, request| {
            if is_payload(&request, "text/plain") && media_type(&request).contains("UTF-8") {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
];

/// The answer of a server to which some ids that are not valid are.
fn also_valid(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    is_taken: impl FnOnce(&Request<Bytes>) -> bool,
) -> Response<Bytes> {
    let response = reference.respond(request);
    if says_not_valid(&response) && is_taken(request) {
        return with_status(Response::default(), StatusCode::CREATED);
    }
    response
}

/// The answer of a server to which some values in JSON are ids that are none.
fn also_an_id(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    is_taken: impl FnOnce(&Value) -> bool,
) -> Response<Bytes> {
    let response = reference.respond(request);
    let place = format!("/{}", id_path(request).replace('.', "/"));
    let sent = json_body(request).filter(|_| is_json_payload(request));
    let sent = sent.as_ref().and_then(|body| body.pointer(&place));
    if response.status() == StatusCode::BAD_REQUEST && sent.is_some_and(is_taken) {
        return with_status(Response::default(), StatusCode::CREATED);
    }
    response
}

/// The string at `cid` of a JSON body.
fn cid(request: &Request<Bytes>) -> Option<String> {
    at_path(&json_body(request)?, "cid")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_known(reference: &Reference<'_>, id: &str) -> bool {
    reference
        .fixtures()
        .polyai
        .known_ids
        .iter()
        .any(|known| known == id)
}

/// Full-width letters as plain ones.
fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect()
}
