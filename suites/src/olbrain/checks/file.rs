//! One generated file as an answer lists it.

use serde_json::Value;

use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::probe::Probe;
use crate::verdict::Finding;

/// Checks an entry of `files`.
pub(super) fn inspect(olbrain: &Olbrain, probe: &Probe<'_>, exchange: &Exchange, entry: &Value) {
    let judge = |id: &str, met: bool, expected: &str| {
        probe.judge(
            id,
            exchange,
            Finding::when(met, expected, format!("the entry {entry}")),
        );
    };
    let member = |name: &str| entry.get(name).filter(|value| !value.is_null());
    let missing: Vec<&str> = ["file_url", "filename", "size_bytes", "kind"]
        .into_iter()
        .filter(|name| member(name).is_none())
        .collect();
    let expected = format!("an entry with {}", missing.join(", "));
    judge("olbrain.file.fields", missing.is_empty(), &expected);
    // A member that is not there breaks the rule above and no other.
    if let Some(url) = member("file_url") {
        let absolute = url.as_str().and_then(Request::absolute);
        judge(
            "olbrain.file.url",
            absolute.is_some(),
            "file_url: an absolute http or https URL",
        );
        let target = olbrain.target.base();
        if let Some(request) = absolute.filter(|_| target.is_tls()) {
            let is_https = request.origin.is_some_and(|origin| origin.starts_with("https:"));
            judge(
                "olbrain.file.url.https",
                is_https,
                "file_url: an https URL, as the API has one",
            );
        }
    }
    if let Some(size) = member("size_bytes") {
        judge(
            "olbrain.file.size",
            answers::whole(size).is_some(),
            "size_bytes: a whole number that is not negative",
        );
    }
    if let Some(name) = member("filename") {
        let met = name.as_str().is_some_and(is_slug);
        judge(
            "olbrain.file.filename",
            met,
            "filename: a slug without blanks, slashes and control characters",
        );
    }
    if let Some(kind) = member("kind") {
        let met = kind.as_str().is_some_and(|kind| !kind.is_empty());
        judge("olbrain.file.kind", met, "kind: a text that is not empty");
    }
}

fn is_slug(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\'))
}

/// The files that an answer lists.
pub(crate) fn entries(exchange: &Exchange) -> Vec<Value> {
    let files = answers::body(exchange).and_then(|body| body.get("files")?.as_array().cloned());
    files.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_neither_blanks_nor_slashes() {
        assert!(is_slug("Order_Receipt.pdf") && is_slug("größe-1.pdf"));
        for name in [
            "",
            "Order Receipt.pdf",
            "a/b.pdf",
            "..\\b.pdf",
            "a\u{0}.pdf",
            "a\u{a0}b",
        ] {
            assert!(!is_slug(name), "{name:?}");
        }
    }
}
