//! Uploads: what is taken, what is answered, what is refused.

use proptest::prelude::*;
use serde_json::Value;

use super::Entry;
use crate::case::Origin::{Property, Scenario};
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, Kind, bearer};
use crate::olbrain::multipart::{Part, form, with_form};
use crate::olbrain::padding::LIMIT_BYTES;
use crate::olbrain::strategies;
use crate::olbrain::upload::{request, small};
use crate::probe::Probe;
use crate::property;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "upload::taken",
        Scenario,
        &[
            "olbrain.upl.request",
            "olbrain.upl.both-kinds",
            "olbrain.upl.size",
        ],
        taken,
    ),
    (
        "upload::described",
        Property,
        &[
            "olbrain.upl.request",
            "olbrain.upl.file-id.prefix",
            "olbrain.upl.file-id.form",
            "olbrain.upl.file-id.unique",
            "olbrain.upl.size",
            "olbrain.upl.content-type",
            "olbrain.upl.filename",
        ],
        described,
    ),
    (
        "upload::beyond_inline",
        Scenario,
        &["olbrain.upl.beyond-inline", "olbrain.upl.size"],
        beyond_inline,
    ),
    ("upload::key", Scenario, &["olbrain.upl.errors.401"], key),
    ("upload::agent", Scenario, &["olbrain.upl.errors.404"], agent),
    (
        "upload::file",
        Scenario,
        &["olbrain.upl.errors.400-no-file", "olbrain.upl.errors.400-empty"],
        file,
    ),
    ("upload::failing", Scenario, &["olbrain.upl.errors.500"], failing),
    (
        "upload::open",
        Scenario,
        &[
            "olbrain.upl.extra-parts",
            "olbrain.upl.errors.boundary",
            "olbrain.upl.errors.truncated",
        ],
        open,
    ),
];

/// A form with one file is taken, for agents of either kind.
fn taken(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    if let Err(missing) = fixtures.any() {
        return probe.skip("olbrain.upl.request", missing);
    }
    let mut answers: Vec<(Kind, Exchange)> = Vec::new();
    for kind in [Kind::Workflow, Kind::Conversational] {
        match fixtures.agent(kind) {
            Ok(agent) => answers.push((kind, probe.send(request(olbrain, agent, small())))),
            Err(missing) => probe.skip("olbrain.upl.both-kinds", missing),
        }
    }
    let is_200 = |exchange: &Exchange| exchange.status() == Some(200);
    // Where one kind of agent is served, the other's refusal is about kinds and not about uploads.
    let any = answers.iter().any(|(_, exchange)| is_200(exchange));
    for (kind, exchange) in &answers {
        let met = is_200(exchange);
        sized(probe, exchange, small().content.len());
        if met || !any {
            let expected = "200 for a form with one part named file";
            let finding = Finding::when(met, expected, exchange.in_short());
            probe.judge(
                "olbrain.upl.request",
                exchange,
                checks::undecided_unless(exchange, finding),
            );
        }
        if any && answers.len() == 2 {
            let expected = format!("200 for a {} agent too", kind.word());
            let finding = Finding::when(met, expected, exchange.in_short());
            probe.judge("olbrain.upl.both-kinds", exchange, finding);
        }
    }
}

/// The agent that uploads are tried on, once one has succeeded there.
pub(super) fn able<'o>(olbrain: &'o Olbrain, probe: &Probe<'_>, id: &str) -> Option<&'o str> {
    let fixtures = &olbrain.fixtures;
    let agent = match fixtures.workflow().or_else(|_| fixtures.conversational()) {
        Ok(agent) => agent,
        Err(missing) => {
            probe.skip(id, missing);
            return None;
        }
    };
    checks::control(probe, id, request(olbrain, agent, small())).map(|_| agent)
}

/// Files of any bytes: the answer says what was sent, without the form around it.
fn described(olbrain: &Olbrain, probe: &Probe<'_>) {
    let Some(agent) = able(olbrain, probe, "olbrain.upl.size") else {
        return;
    };
    twins(probe, |content| {
        request(olbrain, agent, Part::file("customers.csv", "text/csv", content))
    });
    for filename in ODD_NAMES {
        let part = Part::file(filename, "text/csv", olbrain.fixtures.marker());
        let exchange = probe.send(request(olbrain, agent, part));
        if let Some(got) = answers::member(&exchange, "filename").filter(|_| exchange.status() == Some(200)) {
            let finding = Finding::when(
                got == filename,
                format!("filename: {filename}"),
                exchange.in_short(),
            );
            probe.judge("olbrain.upl.filename", &exchange, finding);
        }
    }
    let types = [
        "text/csv",
        "application/pdf",
        "application/octet-stream",
        "image/png",
        "text/plain",
    ];
    let types = proptest::sample::select(types.to_vec());
    let input = (strategies::content(), strategies::filename(), types, any::<u64>());
    property::check(probe, &input, |(mut content, filename, content_type, number)| {
        // The same file twice may well be one file to a target.
        content.extend_from_slice(&number.to_be_bytes());
        let length = content.len();
        let exchange = probe.send(request(
            olbrain,
            agent,
            Part::file(&filename, content_type, content),
        ));
        if exchange.status() != Some(200) {
            let expected = "200 for a form with one part named file, whatever bytes the file has";
            let finding = Finding::when(false, expected, exchange.in_short());
            return probe.judge(
                "olbrain.upl.request",
                &exchange,
                checks::undecided_unless(&exchange, finding),
            );
        }
        describe(olbrain, probe, &exchange, length, &filename, content_type);
    });
}

/// Names as people give them. Inside of quotes none of the signs means anything to a form, and RFC 7578 §4.2 has names in UTF-8.
const ODD_NAMES: [&str; 4] = [
    "Q3; final, really.csv",
    "customers+leads (2).csv",
    "größe 名前.csv",
    "a-list-of-all-customers-and-of-those-who-were-asked-and-did-not-want-to-be-one-as-of-the-last-quarter.csv",
];

/// Two files alike in name, type and length are two files.
fn twins(probe: &Probe<'_>, upload: impl Fn(&'static str) -> Request) {
    let first = probe.send(upload("name,email\r\nJane Doe,buyer@example.com\r\n"));
    let second = probe.send(upload("name,email\r\nJohn Doe,buyer@example.com\r\n"));
    let ids = [&first, &second].map(|exchange| answers::member(exchange, "file_id"));
    if let [Some(first), Some(other)] = ids {
        let expected =
            format!("another file_id than {first}, for another file of the same name, type and length");
        let finding = Finding::when(first != other, expected, other);
        probe.judge("olbrain.upl.file-id.unique", &second, finding);
    }
}

fn describe(
    olbrain: &Olbrain,
    probe: &Probe<'_>,
    exchange: &Exchange,
    length: usize,
    filename: &str,
    content_type: &str,
) {
    let Some(body) = answers::body(exchange) else {
        return;
    };
    let judge = |id: &str, met: bool, expected: String| {
        probe.judge(id, exchange, Finding::when(met, expected, exchange.in_short()));
    };
    sized(probe, exchange, length);
    // A member that is not there breaks the form of the answer, which is judged with the contract.
    if let Some(got) = answers::text(&body, "content_type") {
        let met = got.eq_ignore_ascii_case(content_type);
        judge(
            "olbrain.upl.content-type",
            met,
            format!("content_type: {content_type}"),
        );
    }
    if let Some(got) = answers::text(&body, "filename") {
        judge(
            "olbrain.upl.filename",
            got == filename,
            format!("filename: {filename}"),
        );
    }
    if let Some(file) = answers::text(&body, "file_id") {
        judge(
            "olbrain.upl.file-id.prefix",
            file.starts_with("fi_"),
            "a file_id that begins with fi_".to_owned(),
        );
        let digits = file.strip_prefix("fi_").unwrap_or(&file);
        let is_hex = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        judge(
            "olbrain.upl.file-id.form",
            is_hex,
            "32 hexadecimal digits behind fi_".to_owned(),
        );
        let new = olbrain.ledger.is_new(crate::olbrain::ledger::Named::File, &file);
        judge(
            "olbrain.upl.file-id.unique",
            new,
            "a file_id that no other file has".to_owned(),
        );
    }
}

/// The size is that of the content, whatever stands at its ends and however large it is.
fn sized(probe: &Probe<'_>, exchange: &Exchange, length: usize) {
    let body = answers::body(exchange).filter(|_| exchange.status() == Some(200));
    if let Some(size) = body.as_ref().and_then(|body| body.get("size_bytes")) {
        let met = size.as_u64() == u64::try_from(length).ok();
        let finding = Finding::when(met, format!("size_bytes: {length}"), exchange.in_short());
        probe.judge("olbrain.upl.size", exchange, finding);
    }
}

/// A file of 1.5 MiB, more than a trigger's body may be. The head goes out as it stands, so that an early answer is read.
fn beyond_inline(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.beyond-inline";
    let Some(agent) = able(olbrain, probe, ID) else {
        return;
    };
    let length = LIMIT_BYTES + LIMIT_BYTES / 2;
    let content = vec![b'x'; length];
    let part = Part::file("large.bin", "application/octet-stream", content);
    let exchange = probe.send(request(olbrain, agent, part).exact());
    let expected = "200: the limit of 1 MiB is one of the trigger's body";
    let finding = Finding::when(exchange.status() == Some(200), expected, exchange.in_short());
    probe.judge(ID, &exchange, checks::undecided_unless(&exchange, finding));
    sized(probe, &exchange, length);
}

fn key(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.errors.401";
    let Some(agent) = able(olbrain, probe, ID) else {
        return;
    };
    let fixtures = &olbrain.fixtures;
    let plain = request(olbrain, agent, small());
    let unknown = fixtures.unlike(fixtures.key().unwrap_or("ak_0123456789abcdef"));
    for (why, faulty) in [
        ("there is no key", plain.clone().without_header(AUTHORIZATION)),
        (
            "the key is unknown",
            plain.clone().set_header(AUTHORIZATION, &bearer(&unknown)),
        ),
    ] {
        checks::refused(probe, ID, why, faulty);
    }
}

fn agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.errors.404";
    let Some(own) = able(olbrain, probe, ID) else {
        return;
    };
    let fixtures = &olbrain.fixtures;
    let nobody = fixtures.unlike(own);
    checks::refused(
        probe,
        ID,
        "there is no such agent",
        request(olbrain, &nobody, small()),
    );
    let other = fixtures.declared().other_organization.as_ref();
    for foreign in other
        .iter()
        .flat_map(|other| other.workflow_agents.iter().chain(&other.conversational_agents))
    {
        let why = "the agent belongs to another organization";
        checks::refused(probe, ID, why, request(olbrain, foreign, small()));
    }
}

/// Forms without a file in them, and with an empty one.
fn file(olbrain: &Olbrain, probe: &Probe<'_>) {
    const MISSING: &str = "olbrain.upl.errors.400-no-file";
    let Some(agent) = able(olbrain, probe, MISSING) else {
        return;
    };
    let plain = olbrain.fixtures.signed("POST", &calls::upload(agent));
    let named = |name: &str| Part {
        name: name.to_owned(),
        ..small()
    };
    let text = Part {
        filename: None,
        content_type: None,
        ..named("note")
    };
    for parts in [
        vec![named("document")],
        vec![named("files")],
        vec![named("File")],
        vec![text],
    ] {
        let why = format!("the form has a part named {} and none named file", parts[0].name);
        checks::refused(probe, MISSING, &why, with_form(plain.clone(), &parts));
    }
    let empty = Part::file("empty.csv", "text/csv", "");
    let why = "the part named file is empty";
    checks::refused(
        probe,
        "olbrain.upl.errors.400-empty",
        why,
        with_form(plain, &[empty]),
    );
}

fn failing(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.upl.errors.500";
    let mut failing = olbrain.fixtures.failing_upload().peekable();
    if failing.peek().is_none() {
        return probe.skip(
            ID,
            "no agent makes an upload fail: declare olbrain.failing_upload_agents",
        );
    }
    if able(olbrain, probe, ID).is_none() {
        return;
    }
    for agent in failing {
        let why = "the target was declared not to finish this upload";
        checks::refused(probe, ID, why, request(olbrain, agent, small()));
    }
}

fn open(olbrain: &Olbrain, probe: &Probe<'_>) {
    let Some(agent) = able(olbrain, probe, "olbrain.upl.extra-parts") else {
        return;
    };
    let plain: Request = olbrain.fixtures.signed("POST", &calls::upload(agent));
    let second = Part {
        name: "note".to_owned(),
        filename: None,
        content_type: None,
        content: b"a note".to_vec(),
    };
    let (boundary, whole) = form(&[small()]);
    let cut = whole.slice(..whole.len() - boundary.len() - 8);
    let labelled = format!("multipart/form-data; boundary={boundary}");
    for (id, what, request) in [
        (
            "olbrain.upl.extra-parts",
            "a second part of another name",
            with_form(plain.clone(), &[small(), second]),
        ),
        (
            "olbrain.upl.extra-parts",
            "two parts named file",
            with_form(plain.clone(), &[small(), small()]),
        ),
        (
            "olbrain.upl.errors.boundary",
            "multipart/form-data without a boundary",
            plain.clone().body("multipart/form-data", whole.clone()),
        ),
        (
            "olbrain.upl.errors.truncated",
            "a form without its end",
            plain.body(&labelled, cut),
        ),
    ] {
        let exchange = probe.send(request);
        let files = answers::body(&exchange).and_then(|body| body.get("size_bytes").and_then(Value::as_u64));
        let size = files
            .map(|size| format!(", size_bytes {size}"))
            .unwrap_or_default();
        probe.observe(id, &exchange, format!("{what}: {}{size}", exchange.in_short()));
    }
}
