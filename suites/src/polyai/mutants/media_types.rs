//! The letters of the media types.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::bend::{FORM, Reference, XML, location, media_type, refuse};
use crate::mutant::Mutant;

/// Refuses the type where it has capital letters.
fn in_small_letters(reference: &Reference<'_>, request: &Request<Bytes>, media: &str) -> Response<Bytes> {
    let label = media_type(request);
    let small = label.to_lowercase();
    if location(request) == "payload" && label != small && small.starts_with(media) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
    }
    reference.respond(request)
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "json-in-small-letters",
        "polyai.extract.json.content-type-case",
        "knows application/json in lower-case letters only",
        |reference, request| in_small_letters(reference, &request, "application/json"),
    ),
    Mutant::new(
        "forms-in-small-letters",
        "polyai.extract.form.content-type-case",
        "knows the type of forms in lower-case letters only",
        |reference, request| in_small_letters(reference, &request, FORM),
    ),
    Mutant::new(
        "xml-in-small-letters",
        "polyai.extract.xml.content-type-case",
        "knows application/xml in lower-case letters only",
        |reference, request| in_small_letters(reference, &request, XML),
    ),
    Mutant::new(
        "text-in-small-letters",
        "polyai.extract.text.content-type-case",
        "knows text/plain in lower-case letters only",
        |reference, request| in_small_letters(reference, &request, "text/plain"),
    ),
];
