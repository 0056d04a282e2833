//! Files that an agent generates: what an answer says of them, and what their addresses give.

use serde_json::Value;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::checks;
use crate::olbrain::download::{self, spoiled};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "files::entry",
        Scenario,
        &[
            "olbrain.file.fields",
            "olbrain.file.url",
            "olbrain.file.url.https",
            "olbrain.file.size",
            "olbrain.file.filename",
            "olbrain.file.kind",
            "olbrain.file.filename.pattern",
            "olbrain.file.kind.others",
        ],
        entry,
    ),
    (
        "files::download",
        Scenario,
        &[
            "olbrain.file.fetch",
            "olbrain.file.size.equal",
            "olbrain.file.pdf",
        ],
        download,
    ),
    ("files::token", Scenario, &["olbrain.file.token"], token),
    ("files::turns", Scenario, &["olbrain.file.this-turn"], turns),
];

/// The first file that the agent with the tool makes.
fn made(olbrain: &Olbrain, probe: &Probe<'_>, id: &str) -> Option<(Exchange, Value)> {
    let fixtures = &olbrain.fixtures;
    let Some(request) = fixtures.file_event() else {
        probe.skip(id, "no agent that generates a file: declare olbrain.pdf_agents");
        return None;
    };
    let exchange = checks::control(probe, id, request)?;
    let Some(entry) = checks::entries(&exchange).into_iter().next() else {
        let reason = "the agent that was declared to generate a file has listed none";
        probe.judge(id, &exchange, Finding::Undecided(reason.to_owned()));
        return None;
    };
    Some((exchange, entry))
}

/// Most is checked on every answer with files; the case makes sure that there is one.
fn entry(olbrain: &Olbrain, probe: &Probe<'_>) {
    let Some((exchange, entry)) = made(olbrain, probe, "olbrain.file.fields") else {
        return;
    };
    if !olbrain.target.base().is_tls() {
        probe.skip(
            "olbrain.file.url.https",
            "the target itself is served without TLS",
        );
    }
    let shown = |name: &str| answers::text(&entry, name).unwrap_or_else(|| format!("no text {name}"));
    probe.observe("olbrain.file.filename.pattern", &exchange, shown("filename"));
    probe.observe("olbrain.file.kind.others", &exchange, shown("kind"));
}

/// The request for a file, where the suite may send it.
fn request(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, entry: &Value) -> Option<Request> {
    let url = answers::text(entry, "file_url").unwrap_or_default();
    match download::request(olbrain.target.base(), &url) {
        Ok(request) => Some(request),
        Err(reason) => {
            probe.skip(id, reason);
            None
        }
    }
}

/// A plain GET gives the file, without a key, and as many bytes as the answer said.
fn download(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.file.fetch";
    let Some((_, entry)) = made(olbrain, probe, ID) else {
        return;
    };
    let Some(request) = request(olbrain, probe, ID, &entry) else {
        return;
    };
    // An address that is given out is good for more than one look.
    let fetch = || download::followed(olbrain.target.base(), probe, request.clone());
    let (mut exchange, mut way) = fetch();
    if exchange.status() == Some(200) {
        (exchange, way) = fetch();
    }
    let fetched = exchange.status() == Some(200);
    let finding = match way {
        Err(reason) => Finding::Undecided(reason),
        Ok(()) => {
            let expected = "200 for a plain GET without Authorization";
            Finding::when(fetched, expected, exchange.in_short())
        }
    };
    probe.judge(ID, &exchange, finding);
    let Some(response) = exchange.response().filter(|_| fetched) else {
        return;
    };
    if let Some(size) = entry.get("size_bytes").and_then(Value::as_u64) {
        let finding = download::size(response, size);
        probe.judge("olbrain.file.size.equal", &exchange, finding);
    }
    if answers::text(&entry, "kind").as_deref() == Some("generated_pdf") {
        let begins: String = String::from_utf8_lossy(&response.body).chars().take(8).collect();
        let finding = Finding::when(
            response.body.starts_with(b"%PDF-"),
            "bytes that begin with %PDF-",
            format!("bytes that begin with {begins:?}"),
        );
        probe.judge("olbrain.file.pdf", &exchange, finding);
    } else {
        probe.skip(
            "olbrain.file.pdf",
            "the file is of another kind than generated_pdf",
        );
    }
}

/// The second turn of a session does not hand out what the first one made once more. An agent may make a file anew at the
/// address that it had, so only a list that has grown by the old one breaks anything.
fn turns(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.file.this-turn";
    let Some((first, _)) = made(olbrain, probe, ID) else {
        return;
    };
    let fixtures = &olbrain.fixtures;
    let (Some(agent), Some(session)) = (
        fixtures.declared().pdf_agents.first(),
        answers::member(&first, "session_id"),
    ) else {
        return probe.skip(ID, "the event was answered without a session_id");
    };
    let event = fixtures.event_with(agent, &[("session_id", session.into())]);
    let Some(second) = checks::control(probe, ID, event) else {
        return;
    };
    let urls = |exchange: &Exchange| -> Vec<String> {
        let entries = checks::entries(exchange);
        entries
            .iter()
            .filter_map(|entry| answers::text(entry, "file_url"))
            .collect()
    };
    let (before, now) = (urls(&first), urls(&second));
    let has_grown = now.len() > before.len() && before.iter().all(|url| now.contains(url));
    let expected = "the files of this turn alone";
    let got = format!("{} files, those of the turn before among them", now.len());
    probe.judge(ID, &second, Finding::when(!has_grown, expected, got));
}

/// With the token changed, or without the query that holds it, the address gives no file.
fn token(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.file.token";
    let Some((_, entry)) = made(olbrain, probe, ID) else {
        return;
    };
    let Some(request) = request(olbrain, probe, ID, &entry) else {
        return;
    };
    let Some(whole) = checks::control(probe, ID, request.clone()) else {
        return;
    };
    let mut variants = spoiled(&request);
    // The token of another file is a token all the same.
    if let Some((_, other)) = made(olbrain, probe, ID)
        && let Some(other) = self::request(olbrain, probe, ID, &other)
        && other.path != request.path
        && other.raw_query.is_some()
        && other.raw_query != request.raw_query
    {
        variants.push(Request {
            raw_query: other.raw_query,
            ..request.clone()
        });
    }
    if variants.is_empty() {
        return probe.skip(ID, "nothing in file_url looks like a token");
    }
    for variant in variants {
        let exchange = probe.send(variant);
        let same = exchange
            .response()
            .zip(whole.response())
            .is_some_and(|(a, b)| a.body == b.body);
        let expected = "no file: the token in the address is wrong or missing";
        let given = exchange.is_success()
            && (same || exchange.response().is_some_and(|r| r.body.starts_with(b"%PDF-")));
        probe.judge(
            ID,
            &exchange,
            Finding::when(!given, expected, exchange.in_short()),
        );
    }
}
