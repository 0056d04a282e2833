//! Finds the event id in the location that the parameters name: one file for each form it can have.
//!
//! Source: PolyAI, Post external event result, `parameters` and `requestBody`.

mod form;
mod header;
mod json;
mod media_type;
#[cfg(test)]
mod model;
mod query;
#[cfg(test)]
mod tests;
mod text;
mod xml;

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::input::{Location, Parameters};
use super::readings::{
    ContentTypeMissing, ContentTypeUnsupported, ContentTypeUnsupportedElsewhere, JsonMalformedElsewhere,
    Readings, XmlDoctype,
};
use media_type::{Kind, MediaType};

/// What was looked for, where, and what the requirement says about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Extraction<'r> {
    /// For example `JSON payload`; the path follows it in a trace.
    pub(crate) place: &'static str,
    pub(crate) found: Found<'r>,
    pub(crate) requirement: &'static str,
}

/// What stood there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'r> {
    /// A text that may be an id.
    Id(Cow<'r, str>),
    /// Nothing, for the reason given.
    Nothing(&'static str),
    /// Something that cannot be an id.
    NoId(&'static str),
    /// A request that cannot be read in this way. The text is for the client.
    Unreadable(StatusCode, &'static str),
}

impl<'r> Extraction<'r> {
    fn id(place: &'static str, id: Cow<'r, str>, requirement: &'static str) -> Self {
        Self {
            place,
            found: Found::Id(id),
            requirement,
        }
    }

    fn nothing(place: &'static str, why: &'static str, requirement: &'static str) -> Self {
        Self {
            place,
            found: Found::Nothing(why),
            requirement,
        }
    }

    fn no_id(place: &'static str, what: &'static str, requirement: &'static str) -> Self {
        Self {
            place,
            found: Found::NoId(what),
            requirement,
        }
    }

    /// An empty value is there and yet no id; which of the two it is answered as, is open.
    fn empty(place: &'static str, not_valid: bool, requirement: &'static str) -> Self {
        let what = "an empty value";
        let found = if not_valid {
            Found::NoId(what)
        } else {
            Found::Nothing(what)
        };
        Self {
            place,
            found,
            requirement,
        }
    }

    fn malformed(place: &'static str, message: &'static str, requirement: &'static str) -> Self {
        Self {
            place,
            found: Found::Unreadable(StatusCode::BAD_REQUEST, message),
            requirement,
        }
    }

    fn unsupported(unsupported: bool, message: &'static str, requirement: &'static str) -> Self {
        let status = if unsupported {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        } else {
            StatusCode::BAD_REQUEST
        };
        Self {
            place: "payload",
            found: Found::Unreadable(status, message),
            requirement,
        }
    }
}

/// Looks the id up in the location and at the path of `parameters`.
pub(crate) fn extract<'r>(
    request: &'r Request<Bytes>,
    parameters: &Parameters<'r>,
    readings: &Readings,
) -> Extraction<'r> {
    let path = &*parameters.path;
    match parameters.location {
        Location::Headers => header::find(request.headers(), path, readings),
        Location::Querystring => query::find(request.uri().query().unwrap_or(""), path, readings),
        Location::Payload => in_payload(request, path, readings),
    }
}

fn in_payload<'r>(request: &'r Request<Bytes>, path: &str, readings: &Readings) -> Extraction<'r> {
    let body: &[u8] = request.body();
    if body.is_empty() {
        return Extraction::nothing("payload", "no body", "polyai.body.required");
    }
    let kind = match media_type::of(request.headers(), readings) {
        MediaType::Listed(kind) => kind,
        MediaType::Missing if readings.content_type_missing == ContentTypeMissing::Sniffed => {
            media_type::sniff(body)
        }
        MediaType::Missing => {
            let unsupported = readings.content_type_missing == ContentTypeMissing::Unsupported;
            return Extraction::unsupported(
                unsupported,
                "Content-Type is missing",
                "polyai.content-type.missing",
            );
        }
        MediaType::Unlisted => {
            return Extraction::unsupported(
                readings.content_type_unsupported == ContentTypeUnsupported::Unsupported,
                "Content-Type is not supported",
                "polyai.content-type.unsupported.payload",
            );
        }
    };
    match kind {
        Kind::Json => json::find(body, path, readings),
        Kind::Form => form::find(body, path, readings),
        Kind::Xml => xml::find(body, path, readings),
        Kind::Text => text::find(body, path, readings),
    }
}

/// A body that is not what its media type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlabelled {
    Json,
    Xml,
    Text,
}

/// Holds the body against its media type, wherever the id is. What the documents leave open objects to nothing.
pub(crate) fn unlabelled(request: &Request<Bytes>) -> Option<Unlabelled> {
    let readings = Readings {
        xml_doctype: XmlDoctype::Ignored,
        ..Readings::default()
    };
    let body: &[u8] = request.body();
    let MediaType::Listed(kind) = media_type::of(request.headers(), &readings) else {
        return None;
    };
    match kind {
        Kind::Json => (!json::is_well_formed(body)).then_some(Unlabelled::Json),
        Kind::Xml => {
            matches!(xml::find(body, "id", &readings).found, Found::Unreadable(..)).then_some(Unlabelled::Xml)
        }
        Kind::Form | Kind::Text => std::str::from_utf8(body).is_err().then_some(Unlabelled::Text),
    }
}

/// What may be wrong with a body although the id is in a header or in the query. Only readings that are not the
/// default object to anything here: the payload is opaque.
pub(crate) fn objection_to_opaque_body(
    request: &Request<Bytes>,
    readings: &Readings,
) -> Option<Extraction<'static>> {
    let unlisted = readings.content_type_unsupported_elsewhere;
    let strict_json = readings.json_malformed_elsewhere == JsonMalformedElsewhere::Refused;
    if unlisted == ContentTypeUnsupportedElsewhere::Accepted && !strict_json {
        return None;
    }
    match media_type::of(request.headers(), readings) {
        MediaType::Unlisted if unlisted != ContentTypeUnsupportedElsewhere::Accepted => {
            Some(Extraction::unsupported(
                unlisted == ContentTypeUnsupportedElsewhere::Unsupported,
                "Content-Type is not supported",
                "polyai.content-type.unsupported.elsewhere",
            ))
        }
        MediaType::Listed(Kind::Json) if strict_json && !json::is_well_formed(request.body()) => {
            Some(Extraction::malformed(
                "JSON payload",
                json::NOT_JSON,
                "polyai.extract.json.malformed.other-location",
            ))
        }
        _ => None,
    }
}
