//! What an upload is labelled with: other media types, and other spellings of the one.

use super::Entry;
use super::upload::able;
use crate::case::Origin::Scenario;
use crate::olbrain::Olbrain;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::upload::{request, small};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "upload_labels::media_type",
        Scenario,
        &["olbrain.upl.errors.415", "olbrain.upl.errors.415-missing"],
        media_type,
    ),
    (
        "upload_labels::spelling",
        Scenario,
        &["olbrain.upl.request"],
        spelling,
    ),
];

fn media_type(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.errors.415";
    let Some(agent) = able(olbrain, probe, ID) else {
        return;
    };
    let plain = olbrain.fixtures.signed("POST", &calls::upload(agent));
    for (media_type, body) in [
        ("application/json", "{\"file\":\"name,email\"}"),
        ("text/csv", "name,email\r\n"),
        ("application/octet-stream", "name,email\r\n"),
        ("application/x-www-form-urlencoded", "file=name"),
    ] {
        let why = format!("{media_type} is not multipart/form-data");
        checks::refused(probe, ID, &why, plain.clone().body(media_type, body));
    }
    let unlabelled = plain
        .body("text/csv", "name,email\r\n")
        .without_header("Content-Type");
    let why = "a body without Content-Type is not multipart/form-data";
    checks::refused(probe, "olbrain.upl.errors.415-missing", why, unlabelled);
}

/// The same form under another spelling of its media type: RFC 9110 §8.3.1 and RFC 2046 §5.1.1 make no difference.
fn spelling(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.request";
    let Some(agent) = able(olbrain, probe, ID) else {
        return;
    };
    let plain = request(olbrain, agent, small());
    let label = plain.header_value("Content-Type").unwrap_or_default().to_owned();
    let Some((media_type, boundary)) = label.split_once("; boundary=") else {
        return;
    };
    for label in [
        format!("{media_type}; boundary=\"{boundary}\""),
        format!("Multipart/Form-Data; boundary={boundary}"),
        format!("{media_type};boundary={boundary}"),
    ] {
        let exchange = probe.send(plain.clone().set_header("Content-Type", &label));
        let expected = format!("200 for a form labelled {label}, as under {media_type}; boundary={boundary}");
        let finding = Finding::when(exchange.status() == Some(200), expected, exchange.in_short());
        probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    }
}
