//! Ids in forms, XML and plain text.

use http::{HeaderValue, StatusCode, header};

use super::bend::{
    FORM, XML, as_found, between, form_field, id_path, is_payload, media_type, not_valid, refuse,
    says_not_found, text, with_body, with_status,
};
use crate::mutant::Mutant;

const TEXT: &str = "text/plain";

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "form-parsed-as-json",
        "polyai.extract.form.top",
        "answers 415 to forms, since it parses JSON alone",
        |reference, request| {
            if is_payload(&request, FORM) {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-field-only",
        "polyai.extract.form.top",
        "finds only the first field of a form",
        |reference, request| {
            if is_payload(&request, FORM) {
                let first = text(&request).split('&').next().unwrap_or_default().to_owned();
                return reference.respond(&with_body(request, first));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "missing-field-is-empty",
        "polyai.extract.form.missing",
        "takes a missing field for an empty one, which is not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, FORM) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "missing-field-is-unprocessable",
        "polyai.extract.form.missing",
        "answers 422 where the field is missing",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, FORM) && says_not_found(&response) {
                return with_status(response, StatusCode::UNPROCESSABLE_ENTITY);
            }
            response
        },
    ),
    Mutant::new(
        "form-not-decoded",
        "polyai.extract.form.decoding",
        "splits forms at & and = and decodes nothing",
        |reference, request| {
            if !is_payload(&request, FORM) {
                return reference.respond(&request);
            }
            let body = text(&request).replace('%', "%25").replace('+', "%2B");
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "plus-is-a-plus",
        "polyai.extract.form.decoding",
        "decodes percent signs in forms, and leaves the plus sign",
        |reference, request| {
            if !is_payload(&request, FORM) {
                return reference.respond(&request);
            }
            let body = text(&request).replace('+', "%2B");
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "form-names-not-decoded",
        "polyai.extract.form.decoding",
        "decodes the values of a form and not the names",
        |reference, request| {
            if !is_payload(&request, FORM) {
                return reference.respond(&request);
            }
            let body: Vec<String> = text(&request)
                .split('&')
                .map(|pair| match pair.split_once('=') {
                    Some((name, value)) => {
                        format!("{}={value}", name.replace('%', "%25").replace('+', "%2B"))
                    }
                    None => pair.to_owned(),
                })
                .collect();
            reference.respond(&with_body(request, body.join("&")))
        },
    ),
    Mutant::new(
        "form-without-parameters",
        "polyai.extract.form.charset",
        "compares the media type of forms with its parameters",
        |reference, request| {
            if is_payload(&request, FORM) && media_type(&request) != FORM {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-unsupported",
        "polyai.extract.xml.path",
        "answers 415 to XML",
        |reference, request| {
            if is_payload(&request, XML) {
                return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-needs-its-declaration",
        "polyai.extract.xml.path",
        "refuses XML without a declaration",
        |reference, request| {
            if is_payload(&request, XML) && !text(&request).starts_with("<?xml") {
                return refuse(StatusCode::BAD_REQUEST, "not an XML document");
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "declaration-not-read",
        "polyai.extract.xml.path",
        "refuses XML with a declaration",
        |reference, request| {
            if is_payload(&request, XML) && text(&request).starts_with("<?xml") {
                return refuse(
                    StatusCode::BAD_REQUEST,
                    "unicode strings with encoding declaration are not supported",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "root-is-called-root",
        "polyai.extract.xml.path",
        "knows no root element but <root>",
        |reference, request| {
            if is_payload(&request, XML)
                && !text(&request).contains("<root>")
                && text(&request).contains("</")
            {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "children-of-the-root-only",
        "polyai.extract.xml.nested",
        "finds only the children of the root element",
        |reference, request| {
            let path = id_path(&request);
            let deep = path.trim_start_matches("root.").split('.').count() > 1;
            if is_payload(&request, XML) && deep {
                let whole = text(&request);
                let first = path.split('.').next().unwrap_or_default();
                // A path that begins with the root has one name more.
                let rooted = whole.contains(&format!("</{first}>"))
                    && whole.trim_end().ends_with(&format!("</{first}>"));
                if !rooted || path.split('.').count() > 2 {
                    return as_found(reference, request, None);
                }
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "indentation-ends-the-search",
        "polyai.extract.xml.nested",
        "takes the blanks between nested elements for the first child",
        |reference, request| {
            let nested = id_path(&request).split('.').count() > 2;
            if is_payload(&request, XML) && nested && text(&request).contains("\n  ") {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "missing-element-is-none",
        "polyai.extract.xml.missing",
        "answers 500 where the element is missing",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, XML) && says_not_found(&response) {
                return refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "'NoneType' object has no attribute 'text'",
                );
            }
            response
        },
    ),
    Mutant::new(
        "missing-element-is-not-valid",
        "polyai.extract.xml.missing",
        "takes a missing element for one that is empty, and calls it not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, XML) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "xml-by-expression",
        "polyai.extract.xml.malformed",
        "takes what stands between two tags, whether or not the document is XML",
        |reference, request| {
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let body = text(&request);
            let found = between(&body, &format!("<{leaf}>"), "<").map(str::to_owned);
            let response = reference.respond(&request);
            if is_payload(&request, XML) && response.status() == StatusCode::BAD_REQUEST && found.is_some() {
                return as_found(reference, request, found.as_deref());
            }
            response
        },
    ),
    Mutant::new(
        "tags-closed-for-you",
        "polyai.extract.xml.malformed",
        "closes elements that were left open, as a parser for pages does",
        |reference, request| {
            let body = text(&request);
            let open = body.ends_with("</cid>");
            if is_payload(&request, XML) && open {
                return reference.respond(&with_body(request, body + "</root>"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "xml-error-is-500",
        "polyai.extract.xml.malformed",
        "answers 500 to what is no XML",
        |reference, request| {
            let response = reference.respond(&request);
            let unread = !says_not_found(&response) && !super::bend::says_not_valid(&response);
            if is_payload(&request, XML)
                && response.status() == StatusCode::BAD_REQUEST
                && unread
                && text(&request).contains('<')
            {
                return refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "mismatched tag: line 1, column 30",
                );
            }
            response
        },
    ),
    Mutant::new(
        "cdata-not-read",
        "polyai.extract.xml.character-data",
        "drops CDATA sections",
        |reference, request| {
            if !is_payload(&request, XML) {
                return reference.respond(&request);
            }
            let mut body = text(&request);
            while let (Some(start), Some(end)) = (body.find("<![CDATA["), body.find("]]>")) {
                if end < start {
                    break;
                }
                body.replace_range(start..end + 3, "");
            }
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "references-not-read",
        "polyai.extract.xml.character-data",
        "leaves character references as they stand",
        |reference, request| {
            if !is_payload(&request, XML) {
                return reference.respond(&request);
            }
            let body = text(&request).replace("&#", "&amp;#");
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "hexadecimal-not-read",
        "polyai.extract.xml.character-data",
        "reads decimal character references only",
        |reference, request| {
            if !is_payload(&request, XML) {
                return reference.respond(&request);
            }
            let body = text(&request).replace("&#x", "&amp;#x");
            reference.respond(&with_body(request, body))
        },
    ),
    Mutant::new(
        "first-piece-of-text",
        "polyai.extract.xml.character-data",
        "takes the text of an element up to its first CDATA section or reference",
        |reference, request| {
            let body = text(&request);
            let path = id_path(&request);
            let leaf = path.rsplit('.').next().unwrap_or_default();
            let piece = between(&body, &format!("<{leaf}>"), "<").unwrap_or_default();
            let cut = between(&body, &format!("<{leaf}>"), &format!("</{leaf}>"))
                .is_some_and(|whole| whole.contains("<![CDATA[") && !whole.starts_with("<![CDATA["));
            if is_payload(&request, XML) && cut {
                let first = piece.split("&#").next().unwrap_or_default().to_owned();
                return as_found(reference, request, Some(&first));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-is-the-id",
        "polyai.extract.text.kv",
        "takes the whole of a plain text for the id",
        |reference, request| {
            if is_payload(&request, TEXT) {
                let whole = text(&request);
                return as_found(reference, request, Some(&whole));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-must-be-json",
        "polyai.extract.text.kv",
        "reads plain text as JSON",
        |reference, mut request| {
            if is_payload(&request, TEXT) {
                request
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-begins-with-the-id",
        "polyai.extract.text.kv",
        "finds the pair of a plain text only at its beginning",
        |reference, request| {
            if is_payload(&request, TEXT) && !text(&request).starts_with(&format!("{}=", id_path(&request))) {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-to-its-end",
        "polyai.extract.text.kv",
        "takes all that follows name= to the end of a plain text",
        |reference, request| {
            let path = id_path(&request);
            let rest = text(&request)
                .strip_prefix(&format!("{path}="))
                .map(str::to_owned);
            if is_payload(&request, TEXT) && rest.is_some() {
                return as_found(reference, request, rest.as_deref());
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-without-pair-is-the-id",
        "polyai.extract.text.missing",
        "takes a plain text for the id where it has no pair of that name",
        |reference, request| {
            if is_payload(&request, TEXT) && form_field(request.body(), &id_path(&request)).is_none() {
                return not_valid();
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "text-without-pair-is-accepted",
        "polyai.extract.text.missing",
        "answers 201 to plain text without the id",
        |reference, request| {
            let response = reference.respond(&request);
            if is_payload(&request, TEXT) && says_not_found(&response) {
                return with_status(http::Response::default(), StatusCode::CREATED);
            }
            response
        },
    ),
];
