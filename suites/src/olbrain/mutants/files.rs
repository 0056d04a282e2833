//! Files that an agent generates.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::parts::refusal;
use super::replies::replied;
use crate::mutant::bend::{labelled, status_instead, with_status};
use crate::mutant::{Mutant, Reference};

/// What every address of a file begins with at the reference.
const FILES: &str = "/v0/b/";

/// The files of a turn after those that are kept under the name that `whose` finds in the answer.
fn with_earlier_files(reference: &Reference<'_>, request: &Request<Bytes>, whose: &str) -> Response<Bytes> {
    replied(reference, request, |reply| {
        let whose = format!("files of {}", reply[whose].as_str().unwrap_or_default());
        if reply["files"].as_array().is_some_and(|files| !files.is_empty()) {
            let mut all = reference.memory().recall(&whose).unwrap_or_else(|| json!([]));
            if let (Some(all), Some(files)) = (all.as_array_mut(), reply["files"].as_array()) {
                all.extend(files.iter().cloned());
            }
            reference.memory().keep(whose, all.clone());
            reply["files"] = all;
        }
    })
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "files-of-the-session",
        "olbrain.file.this-turn",
        "lists all that a session has made so far",
        |reference, request| with_earlier_files(reference, &request, "session_id"),
    ),
    Mutant::new(
        "files-of-the-agent",
        "olbrain.file.this-turn",
        "never empties the list that an agent puts its files in",
        |reference, request| with_earlier_files(reference, &request, "agent_id"),
    ),
    Mutant::new(
        "file-by-url-and-name",
        "olbrain.file.fields",
        "names the members url and name",
        |reference, request| {
            listed(reference, &request, |file| {
                file["url"] = file["file_url"].take();
                file["name"] = file["filename"].take();
            })
        },
    ),
    Mutant::new(
        "file-without-kind",
        "olbrain.file.fields",
        "leaves kind out, since there is only one",
        |reference, request| {
            listed(reference, &request, |file| {
                if let Some(members) = file.as_object_mut() {
                    members.remove("kind");
                }
            })
        },
    ),
    Mutant::new(
        "file-url-only",
        "olbrain.file.fields",
        "lists nothing but addresses",
        |reference, request| listed(reference, &request, |file| *file = file["file_url"].clone()),
    ),
    Mutant::new(
        "file-url-relative",
        "olbrain.file.url",
        "gives the path of a file without scheme and host",
        |reference, request| {
            listed(reference, &request, |file| {
                let url = file["file_url"].as_str().unwrap_or_default().to_owned();
                let path = url.find(FILES).map_or("", |at| &url[at..]);
                file["file_url"] = Value::from(path);
            })
        },
    ),
    Mutant::new(
        "file-url-in-bucket",
        "olbrain.file.url",
        "gives the place of a file in its bucket",
        |reference, request| {
            listed(reference, &request, |file| {
                file["file_url"] = Value::from("gs://agents/generated_pdfs/pdfgen-xyz.pdf");
            })
        },
    ),
    Mutant::new(
        "file-url-without-tls",
        "olbrain.file.url.https",
        "gives addresses without TLS behind a gateway that adds it",
        |reference, request| {
            listed(reference, &request, |file| {
                let url = file["file_url"].as_str().unwrap_or_default();
                file["file_url"] = Value::from(url.replacen("https:", "http:", 1));
            })
        },
    )
    .over_tls(),
    Mutant::new(
        "file-behind-key",
        "olbrain.file.fetch",
        "asks for the key where a file is fetched",
        |reference, request| {
            let is_file = request.uri().path().starts_with(FILES);
            if is_file && !request.headers().contains_key(http::header::AUTHORIZATION) {
                let text = "Authorization header is missing or malformed.";
                return refusal(reference, StatusCode::UNAUTHORIZED, "unauthorized", text);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "file-later",
        "olbrain.file.fetch",
        "gives the address of a file that is not there",
        |reference, request| {
            let is_file = request.uri().path().starts_with(FILES);
            let response = reference.respond(&request);
            if is_file {
                return status_instead(response, StatusCode::OK, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "file-moved-away",
        "olbrain.file.fetch",
        "leads to the place where the file was before it was moved",
        |reference, request| {
            let is_file = request.uri().path().starts_with(FILES);
            let response = reference.respond(&request);
            if is_file && response.status() == StatusCode::OK {
                return leading_to(reference, "/api/agents/files/gone");
            }
            response
        },
    ),
    Mutant::new(
        "file-behind-login",
        "olbrain.file.pdf",
        "leads whoever fetches a file to a page to log in",
        |reference, request| {
            let path = request.uri().path();
            if path == LOGIN {
                return labelled(page(), "text/html");
            }
            if path.starts_with(FILES) {
                return leading_to(reference, LOGIN);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "file-for-everybody",
        "olbrain.file.token",
        "gives a file whatever the token is",
        |reference, request| {
            let path = request.uri().path().to_owned();
            if !path.starts_with(FILES) {
                return reference.respond(&request);
            }
            let response = reference.respond(&request);
            if response.status() == StatusCode::OK {
                let text = request.uri().query().unwrap_or_default();
                reference.memory().keep(path, Value::from(text));
                return response;
            }
            match reference.memory().recall(&path) {
                Some(query) => {
                    let target = format!("{path}?{}", query.as_str().unwrap_or_default());
                    reference.respond(&with_target(request, &target))
                }
                None => response,
            }
        },
    ),
    Mutant::new(
        "file-without-token",
        "olbrain.file.token",
        "looks at the token only where there is one",
        |reference, request| {
            let path = request.uri().path().to_owned();
            let query = request.uri().query().unwrap_or_default().to_owned();
            if !path.starts_with(FILES) {
                return reference.respond(&request);
            }
            if query.contains("token=") {
                let response = reference.respond(&request);
                if response.status() == StatusCode::OK {
                    reference.memory().keep(path, Value::from(query));
                }
                return response;
            }
            match reference.memory().recall(&path) {
                Some(query) => {
                    let target = format!("{path}?{}", query.as_str().unwrap_or_default());
                    reference.respond(&with_target(request, &target))
                }
                None => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "size-as-text",
        "olbrain.file.size",
        "writes size_bytes as text",
        |reference, request| {
            listed(reference, &request, |file| {
                file["size_bytes"] = Value::from(file["size_bytes"].to_string());
            })
        },
    ),
    Mutant::new(
        "size-with-fraction",
        "olbrain.file.size",
        "writes size_bytes in kilobytes with a fraction",
        |reference, request| listed(reference, &request, |file| file["size_bytes"] = Value::from(0.75)),
    ),
    Mutant::new(
        "size-off-by-one",
        "olbrain.file.size.equal",
        "counts the end of the string with the bytes of the file",
        |reference, request| {
            listed(reference, &request, |file| {
                let size = file["size_bytes"].as_u64().unwrap_or_default();
                file["size_bytes"] = Value::from(size + 1);
            })
        },
    ),
    Mutant::new(
        "size-in-base64",
        "olbrain.file.size.equal",
        "measures the file as it was encoded for its upload",
        |reference, request| {
            listed(reference, &request, |file| {
                let size = file["size_bytes"].as_u64().unwrap_or_default();
                file["size_bytes"] = Value::from(size.div_ceil(3) * 4);
            })
        },
    ),
    Mutant::new(
        "title-as-filename",
        "olbrain.file.filename",
        "gives the title of the file as it is",
        |reference, request| {
            listed(reference, &request, |file| {
                file["filename"] = Value::from("Order Receipt.pdf");
            })
        },
    ),
    Mutant::new(
        "path-as-filename",
        "olbrain.file.filename",
        "gives the path of the file",
        |reference, request| {
            listed(reference, &request, |file| {
                file["filename"] = Value::from("generated_pdfs/Order_Receipt.pdf");
            })
        },
    ),
    Mutant::new(
        "filename-empty",
        "olbrain.file.filename",
        "makes an empty slug of a title that it does not know",
        |reference, request| listed(reference, &request, |file| file["filename"] = Value::from("")),
    ),
    Mutant::new(
        "kind-empty",
        "olbrain.file.kind",
        "leaves kind empty",
        |reference, request| listed(reference, &request, |file| file["kind"] = Value::from("")),
    ),
    Mutant::new(
        "kind-by-number",
        "olbrain.file.kind",
        "gives the number that its enumeration has for the kind",
        |reference, request| listed(reference, &request, |file| file["kind"] = Value::from(1)),
    ),
    Mutant::new(
        "kind-as-object",
        "olbrain.file.kind",
        "describes the kind in an object",
        |reference, request| {
            listed(reference, &request, |file| {
                file["kind"] = json!({ "name": file["kind"] });
            })
        },
    ),
    Mutant::new(
        "page-for-pdf",
        "olbrain.file.pdf",
        "gives the page that the PDF is made from",
        |reference, request| {
            let is_file = request.uri().path().starts_with(FILES);
            let response = reference.respond(&request);
            if is_file && response.status() == StatusCode::OK {
                return response.map(|body| {
                    let page = b"<!doctype html><title>Order Receipt</title>";
                    let mut page = page.iter().copied().chain(std::iter::repeat(b' '));
                    (0..body.len()).filter_map(|_| page.next()).collect()
                });
            }
            response
        },
    ),
    Mutant::new(
        "pdf-in-base64",
        "olbrain.file.pdf",
        "gives the PDF as it was encoded for its upload",
        |reference, request| {
            let is_file = request.uri().path().starts_with(FILES);
            let response = reference.respond(&request);
            if is_file && response.status() == StatusCode::OK {
                let as_long = |body: Bytes| {
                    let start = b"JVBERi0xLjQK".iter().copied();
                    start.chain(std::iter::repeat(b'A')).take(body.len()).collect()
                };
                return with_status(response.map(as_long), StatusCode::OK);
            }
            response
        },
    ),
];

/// The answer, with every file that it lists changed.
fn listed(
    reference: &Reference<'_>,
    request: &Request<Bytes>,
    edit: impl FnMut(&mut Value),
) -> http::Response<Bytes> {
    replied(reference, request, |body| {
        if let Some(files) = body["files"].as_array_mut() {
            files.iter_mut().for_each(edit);
        }
    })
}

fn with_target(mut request: Request<Bytes>, target: &str) -> Request<Bytes> {
    if let Ok(uri) = target.parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// Where a person logs in.
const LOGIN: &str = "/login";

fn page() -> Response<Bytes> {
    Response::new(Bytes::from("<!doctype html><title>Log in</title>"))
}

/// A redirect to another path of the server.
fn leading_to(reference: &Reference<'_>, path: &str) -> Response<Bytes> {
    let text = "The file is elsewhere.";
    let mut response = refusal(reference, StatusCode::FOUND, "found", text);
    if let Ok(place) = path.parse() {
        response.headers_mut().insert(http::header::LOCATION, place);
    }
    response
}
